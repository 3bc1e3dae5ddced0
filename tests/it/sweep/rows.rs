//! One row for each mutation, by area.

mod attorney;
mod billing;
mod identity;
mod member;
mod order;
mod partner;
mod partnership;
mod payout;
mod product;
mod record;
mod staff;
mod transfer;
mod webhook;

use super::row::Row;

/// Mutations whose row is still to be written. It may only shrink; the sweep checks that it is exact.
pub const TO_DO: [&str; 0] = [];

pub fn all() -> Vec<Row> {
    [
        identity::rows(),
        member::rows(),
        partner::rows(),
        record::rows(),
        partnership::rows(),
        attorney::rows(),
        order::rows(),
        product::rows(),
        transfer::rows(),
        billing::rows(),
        payout::rows(),
        webhook::rows(),
        staff::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
