//! Contacts as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    contact(ContactId) by visible::contacts;
}
