//! What is asked leave for about renewals.

use crate::permission::{Target, actions};

actions! {
    /// To renew a product by hand.
    RenewByHand on product needs Purchase by Any: |row| Target::product(row.account_id, row.id);
}
