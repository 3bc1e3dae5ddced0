//! What is asked leave for about credit notes.

use crate::permission::{Target, actions};

actions! {
    /// To credit an invoice. It is locked after its products.
    CreditInvoice on invoice "" needs Staff by Member: |row| Target::account(row.billed_to_id);
}
