//! What is asked leave for about tasks.

use crate::permission::{Target, actions};

actions! {
    /// To write down something to do for a client.
    Add on client needs ManageClients by Member: |row| Target::account(row.partner_id);
    /// To tick it off.
    Complete on task needs ManageClients by Member: |row| Target::account(row.partner_id);
}
