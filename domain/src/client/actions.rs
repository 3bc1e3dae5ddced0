//! What is asked leave for about a partner's client records.

use crate::permission::{Target, actions};

actions! {
    /// To make a record in a partner's account.
    Create on account needs ManageClients by Member: |row| Target::account(row.id);
    /// To change a record, or to connect it.
    Manage on client needs ManageClients by Member: |row| Target::account(row.partner_id);
}
