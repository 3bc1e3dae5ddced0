//! What is asked leave for about keys.

use crate::permission::{Target, actions};

actions! {
    /// To make a key for an account.
    CreateKey on account needs ManageMembers by Any: |row| Target::account(row.id);
    /// To revoke a key; through a partnership, one that was made through it.
    RevokeKey on api_key needs ManageMembers by Any: |row| Target::account(row.account_id);
}
