//! What is asked leave for about endpoints.

use crate::permission::{Target, actions};

actions! {
    /// To let an account's programs be told what happens.
    CreateEndpoint on account "/for update/" needs Admin by Any: |row| Target::account(row.id);
    /// To change, rotate, replay and delete. The provider's own are nobody else's.
    ManageEndpoint on webhook_endpoint needs Admin by Any: |row| if row.is_providers {
        Target::NOBODYS
    } else {
        Target::account(row.account_id)
    };
}
