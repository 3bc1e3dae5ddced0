//! Client records as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    client(ClientId) by visible::clients;
}
