//! What is asked leave for about transfers.

use crate::permission::{Target, actions};

actions! {
    /// To offer a product to another holder: by its own people alone. Source: rules §2.
    OfferTransfer on product needs ManageProducts by Member: |row| Target::product(row.account_id, row.id);
    /// To call such an offer off.
    CancelTransfer on transfer needs ManageProducts by Member: |row| Target::account(row.from_id);
    /// To take a product into an account, which pays for it from then on.
    AcceptInto on account needs Purchase by Member: |row| Target::account(row.id);
}
