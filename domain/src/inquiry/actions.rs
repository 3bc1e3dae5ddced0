//! What is asked leave for about inquiries.

use crate::permission::{Target, actions};

actions! {
    /// To mark an inquiry as read, or to assign it.
    Answer on inquiry needs ManageClients by Member: |row| Target::account(row.partner_id);
}
