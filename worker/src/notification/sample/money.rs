//! What is told before a renewal, when its payer does not pay, and of a partner's money.

use super::{Sample, eur, on};
use crate::notification::{Content, Side, UpcomingLine};

/// Reminders, and what follows a declined renewal.
pub(super) fn dunning(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let plan = || "Hosting M".to_owned();
    let mut all = Vec::new();
    for (shape, days, count) in [("one", 1, 1), ("several", 30, 2)] {
        let line = || UpcomingLine { product: name(), plan: plan(), holder: name(), total: eur(11_781) };
        let lines = (0..count).map(|_| line()).collect();
        let total = eur(11_781 * count);
        all.push((shape, Content::RenewalUpcoming { renews_on: on(2027, 4, 5), days, lines, total }));
    }
    let (product, holder, payer) = (name(), name(), "Acme Studio".to_owned());
    let suspends_on = on(2027, 3, 20);
    all.push(("holder", Content::PayerFailed { product, plan: plan(), holder, payer, suspends_on }));
    for (shape, to) in [("payer", Side::Payer), ("holder", Side::Holder)] {
        let (product, holder, payer) = (name(), name(), "Acme Studio".to_owned());
        let cancels_on = on(2027, 4, 19);
        all.push((shape, Content::ProductSuspended { to, product, plan: plan(), holder, payer, cancels_on }));
    }
    let (product, holder) = (name(), name());
    all.push(("payer", Content::ProductRestored { product, plan: plan(), holder, renews_on: on(2028, 3, 6) }));
    all
}

/// Payouts and statements.
pub(super) fn wallet(name: &str) -> Vec<Sample> {
    let payout = |is_paid| Content::Payout {
        amount: eur(5_000),
        holder: name.to_owned(),
        iban_last4: "3000".to_owned(),
        is_paid,
    };
    let statement = Content::CashbackStatement {
        from: on(2027, 2, 1),
        to: on(2027, 2, 28),
        opening: eur(1_980),
        earned: eur(9_900),
        reversed: eur(667),
        spent: eur(1_000),
        paid_out: eur(5_000),
        closing: eur(5_213),
    };
    vec![("paid", payout(true)), ("rejected", payout(false)), ("a month", statement)]
}
