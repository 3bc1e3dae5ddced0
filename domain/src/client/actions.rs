//! What is asked leave for about a partner's client records.

use crate::permission::{Target, actions};

actions! {
    /// To make a record in a partner's account.
    Create on account needs ManageClients by Member: |row| Target::account(row.id);
    /// To change a record, or to connect it.
    Manage on client needs ManageClients by Member: |row| Target::account(row.partner_id);
    /// To say for which client a product is: in the partner's own account alone.
    Assign on product needs ManageClients by Member: |row| Target::product(row.account_id, row.id);
}
