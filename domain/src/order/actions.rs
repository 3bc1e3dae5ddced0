//! What is asked leave for on the way to an order.

use crate::permission::{Target, actions};

actions! {
    /// To begin a cart for a client record.
    BeginCart on client needs ManageClients by Member: |row| Target::account(row.partner_id);
    /// To change what is in a cart, or to check it out; how it is paid needs more.
    ManageCart on cart needs ManageClients by Member: |row| Target::account(row.partner_id);
    /// To complete a cart that was sent to the client: as its member, whatever a partnership carries.
    CompleteCart on account needs Purchase by Member: |row| Target::account(row.id);
    /// To order for an account.
    OrderFor on account needs Purchase by Any: |row| Target::account(row.id);
}
