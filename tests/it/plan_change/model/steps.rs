//! What may happen next. Numbers choose among what there is by then.

use proptest::prelude::*;

/// The accounts of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// The client, with a partnership.
    Bolt,
    /// Its partner.
    Acme,
    /// A customer of the provider's alone.
    Cog,
}

impl Who {
    pub(super) const ALL: [Self; 3] = [Self::Bolt, Self::Acme, Self::Cog];
}

/// How a transfer is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reply {
    Accept,
    Decline,
    Cancel,
}

/// One step. Of the first kinds a failing sequence is made, where it can be.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Days(i64),
    Order { by: Who, to: Who, plan: usize, year: bool, quantity: i32 },
    Offer { products: Vec<usize>, to: Who, stays: bool },
    Answer { transfers: Vec<usize>, reply: Reply },
    Renew { by: Who, product: usize },
    Change { by: Who, product: usize, plan: usize, year: bool, at_period_end: bool },
    Credit { invoice: usize, percent: Option<i64> },
    Cancel { product: usize, at_period_end: bool },
    Payer { is_partner: bool },
    Card { of: Who, token: &'static str },
}

const TOKENS: [&str; 6] = ["tok_visa", "tok_visa", "tok_visa", "tok_declined", "tok_declined_once", "tok_timeout"];

pub(super) fn step() -> impl Strategy<Value = Step> {
    let who = || prop::sample::select(Who::ALL.to_vec());
    let row = || 0..1_000_usize;
    let some = || prop::collection::vec(row(), 1..=3);
    let at_end = || prop::bool::weighted(0.2);
    let reply = prop_oneof![4 => Just(Reply::Accept), 1 => Just(Reply::Decline), 1 => Just(Reply::Cancel)];
    prop_oneof![
        4 => (0..20_i64).prop_map(Step::Days),
        4 => (who(), who(), 0..3_usize, any::<bool>(), prop::sample::select(vec![1, 1, 2, 3]))
            .prop_map(|(by, to, plan, year, quantity)| Step::Order { by, to, plan, year, quantity }),
        4 => (some(), who(), any::<bool>()).prop_map(|(products, to, stays)| Step::Offer { products, to, stays }),
        4 => (some(), reply).prop_map(|(transfers, reply)| Step::Answer { transfers, reply }),
        3 => (who(), row()).prop_map(|(by, product)| Step::Renew { by, product }),
        8 => (who(), row(), 0..3_usize, any::<bool>(), at_end())
            .prop_map(|(by, product, plan, year, at_period_end)| Step::Change { by, product, plan, year, at_period_end }),
        6 => (row(), prop::option::of(1..=130_i64)).prop_map(|(invoice, percent)| Step::Credit { invoice, percent }),
        1 => (row(), any::<bool>()).prop_map(|(product, at_period_end)| Step::Cancel { product, at_period_end }),
        1 => any::<bool>().prop_map(|is_partner| Step::Payer { is_partner }),
        1 => (who(), prop::sample::select(TOKENS.to_vec())).prop_map(|(of, token)| Step::Card { of, token }),
    ]
}
