//! What is asked leave for about contacts.

use crate::permission::{Target, actions};

actions! {
    /// To keep a contact. Source: rules §2, MANAGE_PRODUCTS.
    AddContact on account needs ManageProducts by Any: |row| Target::account(row.id);
}
