//! Invoices, cashback and products that go on or end.

use super::{Sample, eur, on};
use crate::notification::Content;

/// Invoices, and what corrects them.
pub(super) fn documents(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, minor) in [("due", 11_781), ("paid", 0)] {
        all.push((
            shape,
            Content::InvoiceIssued {
                number: "R-2027-000107".to_owned(),
                issued_on: on(2027, 3, 6),
                due_on: on(2027, 3, 20),
                total: eur(11_781),
                amount_due: eur(minor),
            },
        ));
    }
    for (shape, reason, minor) in [("refunded", Some(name()), 3_966), ("due", None, 0)] {
        let note = Content::CreditNote {
            number: "CN-2027-000003".to_owned(),
            issued_on: on(2027, 3, 6),
            corrects: "R-2027-000107".to_owned(),
            reason,
            total: eur(3_966),
            refunded: eur(minor),
        };
        all.push((shape, note));
    }
    for (shape, pending, available) in [("pending", 667, 0), ("available", 0, 1_313)] {
        let amount = eur(pending + available);
        let reversed = Content::CashbackReversed { amount, of_pending: eur(pending), of_available: eur(available) };
        all.push((shape, reversed));
    }
    all
}

/// Products that are renewed, cancelled or not paid for.
pub(super) fn products(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, cancelled_by, ends_on) in
        [("at once", Some(name()), None), ("later", Some(name()), Some(on(2027, 12, 31))), ("ended", None, None)]
    {
        let (product, holder) = (name(), name());
        let plan = "Hosting M".to_owned();
        let is_unpaid = cancelled_by.is_none();
        all.push((shape, Content::ProductCancelled { product, plan, holder, cancelled_by, ends_on, is_unpaid }));
    }
    all.push((
        "payer",
        Content::ProductRenewed {
            product: name(),
            plan: "Hosting M".to_owned(),
            holder: name(),
            period_start: on(2027, 3, 6),
            renews_on: on(2028, 3, 6),
            net: eur(7_920),
            invoice_number: "R-2027-000107".to_owned(),
        },
    ));
    all.push((
        "holder",
        Content::ProductRenewedHolder {
            product: name(),
            plan: "Hosting M".to_owned(),
            payer: name(),
            period_start: on(2027, 3, 6),
            renews_on: on(2028, 3, 6),
        },
    ));
    for (shape, step, next_attempt_on) in [("more to come", 2, Some(on(2027, 3, 9))), ("last", 5, None)] {
        all.push((
            shape,
            Content::PaymentFailed {
                invoice_number: "R-2027-000107".to_owned(),
                amount_due: eur(11_781),
                products: vec![name(), "bolt.example".to_owned()],
                step,
                steps: 5,
                next_attempt_on,
                suspends_on: on(2027, 3, 20),
            },
        ));
    }
    all
}
