//! What is asked leave for about money: always by membership of the account whose money it is.

use crate::permission::{Target, actions};

actions! {
    /// To keep a way to pay.
    KeepPaymentMethod on account needs ManageBilling by Member: |row| Target::account(row.id);
    /// To change or remove one.
    ChangePaymentMethod on payment_method needs ManageBilling by Member: |row| Target::account(row.account_id);
    /// To pay an invoice.
    SettleInvoice on invoice needs ManageBilling by Member: |row| Target::account(row.billed_to_id);
}
