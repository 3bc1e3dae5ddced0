//! Keys as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    api_key(ApiKeyId) by visible::api_keys;
}
