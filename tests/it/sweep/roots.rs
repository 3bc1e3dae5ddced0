//! The rows of what is read: each field of `Query` and each type that it leads to. What the schema serves and no row names fails
//! the sweep by its name, and so does a row of what is not served any more.

use std::collections::{BTreeMap, BTreeSet};

use super::alike::DOORS;
use super::schema::{Field, Schema};
use super::told::{OF_ACCOUNT, OF_QUOTE};
use super::views::Views;

/// Whom a field of `Query` answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// Whoever sees what the id names.
    ById,
    /// Whoever holds the link.
    ByLink,
    /// Everybody, and the same.
    Public,
    SignedIn,
    /// The provider's staff.
    Staff,
}

/// Each field of `Query`.
pub const ROOTS: &[(&str, Given)] = &[
    ("node", Given::ById),
    ("nodes", Given::ById),
    ("account", Given::ById),
    ("viewer", Given::SignedIn),
    ("partnerProfiles", Given::Public),
    ("partnerProfile", Given::Public),
    ("sentCart", Given::ByLink),
    ("offerings", Given::Public),
    ("programmes", Given::Public),
    ("provider", Given::Staff),
    ("now", Given::Public),
];

/// Types without a rule in `views.rs`: they say no more than what they stand in, whose fields are judged one by one where that
/// is not for all who see it.
const PARTS: &[&str] = &[
    // values
    "Money",
    "PostalAddress",
    "Price",
    "KindRate",
    // of an account, to whoever holds something there
    "Affiliate",
    // whoever is signed in, and the staff, by the row of the root
    "Viewer",
    "Provider",
    "TrialBalanceRow",
    // of what the viewer asks about, as far as they see that
    "PermissionExplanation",
    "PermissionPath",
    "PermissionStep",
    // of a person, to themselves alone
    "NotificationPreference",
    // as much of a product as someone sees who is offered it, says the contract: with the invitation
    "OfferedProduct",
    // of a partnership, and of what it would be
    "PowerOfAttorney",
    "PayerChange",
    "PayerChangePreview",
    // of a product, to all but its contributors: days and no amounts
    "Dunning",
    // of a product, null to all but those who see the payer's invoices
    "PlanChangePreview",
    "RenewalChange",
    // by `OF_QUOTE`
    "RenewalQuote",
    // of a cart, which is the partner's alone: "who places an order sees its amounts", rules §3
    "CheckoutOption",
    // by `OF_ACCOUNT`
    "Wallet",
    "PayoutMethod",
    "RenewalForecastMonth",
];

/// Fields that need an argument, with the one that is tried.
const ARGUMENTS: [(&str, &str, &str); 2] =
    [("Partnership", "payerChangePreview", "(payer: PARTNER)"), ("Query", "partnerProfile", "(slug: \"zeta\")")];

/// Fields that are tried with arguments of their own: through the doors of `alike.rs`, and by the scenarios of `sent_cart.rs` and
/// `plan_change.rs`.
const BY_HAND: [(&str, &str); 6] = [
    ("Query", "node"),
    ("Query", "nodes"),
    ("Query", "account"),
    ("Query", "sentCart"),
    ("Viewer", "permission"),
    ("Product", "planChangePreview"),
];

/// The arguments with which a field is tried, a short page of a list where that is wanted; none where it needs some that are
/// not known.
pub fn arguments(of: &str, field: &Field, is_short: bool) -> Option<&'static str> {
    let known = ARGUMENTS.iter().find(|(on, name, _)| *on == of && *name == field.name);
    let needs = field.args.iter().any(|arg| arg.of.is_required() && arg.default_value.is_none());
    let has_page = field.args.iter().any(|arg| arg.name == "first");
    match known {
        Some((_, _, arguments)) => Some(arguments),
        None if needs => None,
        None if has_page && is_short => Some("(first: 2)"),
        None => Some(""),
    }
}

/// What is served and has no row, and rows of what is not served, by the type.
pub fn without_row(schema: &Schema) -> BTreeMap<String, Vec<String>> {
    let mut missing: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut miss = |of: &str, what: String| missing.entry(of.to_owned()).or_default().push(what);
    for (of, rows) in by_field() {
        let served: BTreeSet<_> = schema.fields(of).iter().map(|field| field.name.as_str()).collect();
        served.difference(&rows).for_each(|field| miss(of, format!("{field} has no row")));
        rows.difference(&served).for_each(|field| miss(of, format!("{field} has a row, and is not served")));
    }
    let reachable = schema.reachable("Query");
    for of in &reachable {
        for field in schema.fields(of) {
            if arguments(of, field, false).is_none() && !BY_HAND.contains(&(of, field.name.as_str())) {
                miss(of, format!("{} has no arguments", field.name));
            }
            for arg in field.args.iter().filter(|arg| arg.of.name() == "ID") {
                // what is public has no door
                let is_public = *of == "Product" && arg.name == "planId";
                if !is_public && !DOORS.iter().any(|door| door.is(of, &field.name, &arg.name)) {
                    miss(of, format!("{}'s {} has no door", field.name, arg.name));
                }
            }
        }
        let is_page = *of == "PageInfo" || schema.listed(of).is_some() || of.ends_with("Edge");
        if !is_page && *of != "Query" && !PARTS.contains(of) && !Views::kinds().contains(of) {
            miss(of, "the type has no row".to_owned());
        }
    }
    for of in PARTS.iter().copied().chain(Views::kinds()).filter(|of| !reachable.contains(of)) {
        miss(of, "the type has a row, and is not reached".to_owned());
    }
    missing
}

/// The types of which each field has a row.
fn by_field() -> [(&'static str, BTreeSet<&'static str>); 3] {
    [
        ("Query", ROOTS.iter().map(|(name, _)| *name).collect()),
        ("Account", OF_ACCOUNT.iter().map(|(name, _)| *name).collect()),
        ("RenewalQuote", OF_QUOTE.iter().map(|(name, _)| *name).collect()),
    ]
}
