//! Invoices, what hangs on them, ways to pay and wallets as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    invoice(InvoiceId) by visible::invoices;
    invoice_line(InvoiceLineId) by visible::of_invoices;
    payment(PaymentId) by visible::of_invoices;
    payment_method(PaymentMethodId) by visible::payment_methods;
    wallet_entry(WalletEntryId) by visible::wallet_entries;
}
