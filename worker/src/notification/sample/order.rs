//! Carts and orders.

use super::{Sample, eur, line, on};
use crate::notification::{Content, PricedLine};

/// Carts that a partner has sent.
pub(super) fn carts(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, message) in [("message", Some(format!("{}\n\n.\r\n..\r\nSee you!", name()))), ("no message", None)] {
        let lines = || vec![PricedLine { line: line(&name(), 3, 36), price: eur(9_900) }];
        let (subtotal, valid_for_hours) = (eur(9_900), 720);
        let again = message.clone();
        all.push((shape, Content::CartSent { from: name(), lines: lines(), subtotal, message, valid_for_hours }));
        let subtotal = eur(9_900);
        let lines = lines();
        all.push((shape, Content::CartReminder { from: name(), lines, subtotal, message: again, valid_for_hours }));
    }
    for (shape, has_access) in [("access", true), ("no access", false)] {
        all.push((shape, Content::CartCompleted { client: name(), has_access }));
    }
    all.push(("needed", Content::AccessNeeded { partner: name(), account: "Bolt GmbH".to_owned() }));
    all
}

/// What was ordered, as the payer and the holder are told.
pub(super) fn orders(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, discount) in [("discount", Some(eur(1_980))), ("no discount", None)] {
        all.push((
            shape,
            Content::OrderConfirmation {
                access_needed_by: discount.is_none().then(name),
                order_number: "B-2027-000042".to_owned(),
                ordered_on: on(2027, 3, 6),
                ordered_by: name(),
                holder: name(),
                lines: vec![
                    PricedLine { line: line(&name(), 3, 36), price: eur(9_900) },
                    PricedLine { line: line("Domain .example", 1, 1), price: eur(123_456) },
                ],
                subtotal: eur(133_356),
                discount,
                tax: eur(24_961),
                total: eur(156_337),
            },
        ));
    }
    all.push((
        "holder",
        Content::OrderConfirmationHolder {
            order_number: "B-2027-000042".to_owned(),
            ordered_on: on(2027, 3, 6),
            ordered_by: name(),
            payer: name(),
            lines: vec![line(&name(), 3, 36), line("Domain .example", 1, 1)],
        },
    ));
    all
}
