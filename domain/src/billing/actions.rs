//! What is asked leave for about money: always by membership of the account whose money it is.

use crate::permission::{Target, actions};

actions! {
    /// To keep a way to pay. The lock on the account covers all of its methods: one of them is its default.
    KeepPaymentMethod on account "/for update/" needs ManageBilling by Member: |row| Target::account(row.id);
    /// To change or remove one. The account is locked instead of it.
    ChangePaymentMethod on payment_method "" needs ManageBilling by Member: |row| Target::account(row.account_id);
    /// To pay an invoice.
    SettleInvoice on invoice needs ManageBilling by Member: |row| Target::account(row.billed_to_id);
    /// To take an account's invoices along in a file. Nothing of it is locked: a link is made, and what it leads to is read.
    ExportInvoices on account "" needs ViewInvoices by Member: |row| Target::account(row.id);
}
