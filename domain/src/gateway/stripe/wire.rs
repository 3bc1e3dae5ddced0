//! What is sent to Stripe and how its answers are read. No network here.

use chrono::{Months, NaiveDate};
use entities::id::PaymentId;
use reqwest::StatusCode;
use serde_json::Value;

use crate::gateway::{Charge, Outcome, Refund, StoreMethodError, StoredMethod};
use crate::money::Money;

/// Fields of a form, or of a query.
pub(super) type Form = Vec<(&'static str, String)>;

/// What we know a way to pay by: Stripe's customer and PaymentMethod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub(super) customer: &'a str,
    method: &'a str,
}

impl<'a> Reference<'a> {
    pub(super) fn read(text: &'a str) -> Option<Self> {
        let (customer, method) = text.split_once('/')?;
        (is_token(customer) && is_token(method)).then_some(Self { customer, method })
    }
}

/// Whether a text can be an id of Stripe's: nothing else gets into an address.
pub(super) fn is_token(text: &str) -> bool {
    (4..=255).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && ["pm_", "seti_", "cus_", "pi_"].iter().any(|kind| text.starts_with(kind))
}

pub(super) fn id(object: &Value) -> Option<String> {
    object["id"].as_str().filter(|id| !id.is_empty() && id.len() <= 255).map(str::to_owned)
}

/// The payment that an intent is for.
pub(super) fn payment_of(intent: &Value) -> Option<PaymentId> {
    intent["metadata"]["payment_id"].as_str()?.parse().ok().map(PaymentId)
}

pub(super) fn customer() -> Form {
    Vec::new()
}

pub(super) fn expanded() -> Form {
    vec![("expand[]", "payment_method".to_owned())]
}

/// Keeps a method for charges without the customer.
pub(super) fn setup_intent(method: &str, customer: &str, return_url: &str) -> Form {
    vec![
        ("customer", customer.to_owned()),
        ("payment_method", method.to_owned()),
        ("payment_method_types[]", "card".to_owned()),
        ("usage", "off_session".to_owned()),
        ("confirm", "true".to_owned()),
        ("return_url", return_url.to_owned()),
        ("expand[]", "payment_method".to_owned()),
    ]
}

/// Charges at once; none for an amount that Stripe cannot take in this currency. An attended one may lead its customer to their
/// bank, and back to us.
pub(super) fn payment_intent(charge: &Charge, method: Reference<'_>, return_url: &str) -> Option<Form> {
    let Charge { payment_id, amount, is_attended, .. } = charge;
    let mut form = vec![
        ("amount", units(*amount)?.to_string()),
        ("currency", amount.currency().code().to_ascii_lowercase()),
        ("customer", method.customer.to_owned()),
        ("payment_method", method.method.to_owned()),
        ("payment_method_types[]", "card".to_owned()),
        ("confirm", "true".to_owned()),
        ("metadata[payment_id]", payment_id.to_string()),
    ];
    form.push(if *is_attended { ("return_url", return_url.to_owned()) } else { ("off_session", "true".to_owned()) });
    Some(form)
}

pub(super) fn intents_of(customer: &str, since: i64, limit: usize) -> Form {
    vec![("customer", customer.to_owned()), ("created[gte]", since.to_string()), ("limit", limit.to_string())]
}

pub(super) fn refunds_of(intent: &str, limit: usize) -> Form {
    vec![("payment_intent", intent.to_owned()), ("limit", limit.to_string())]
}

/// Pays back a part of an intent; none for an amount that Stripe does not count.
pub(super) fn refund(refund: &Refund) -> Option<Form> {
    Some(vec![
        ("payment_intent", refund.charge.clone()),
        ("amount", units(refund.amount)?.to_string()),
        ("metadata[refund_id]", refund.refund_id.to_string()),
    ])
}

/// What came back for a refund. One that is on its way is not known yet.
pub(super) fn refunded(status: StatusCode, body: &Value, refund: &Refund) -> Outcome {
    let error = &body["error"];
    match (status.as_u16(), body["status"].as_str(), error["type"].as_str()) {
        (200..=299, Some("succeeded"), _) => {
            let is_it = body["amount"].as_i64() == units(refund.amount);
            match id(body).filter(|_| is_it) {
                Some(reference) => Outcome::Succeeded { reference },
                None => Outcome::Unknown,
            }
        }
        (200..=299, Some("failed" | "canceled"), _) => {
            let reason = body["failure_reason"].as_str().unwrap_or("refund_failed");
            declined(&reason.chars().take(64).collect::<String>())
        }
        (400 | 404, _, Some("invalid_request_error")) => Outcome::Declined { code: code_of(error) },
        _ => Outcome::Unknown,
    }
}

pub(super) fn abandoned() -> Form {
    vec![("cancellation_reason", "abandoned".to_owned())]
}

/// An amount as Stripe counts it: in minor units, but for currencies of which it keeps two digits that are not used, and for those
/// of three digits, of which the last must be zero.
pub(super) fn units(amount: Money) -> Option<i64> {
    match (amount.currency().code(), amount.currency().exponent()) {
        ("ISK" | "UGX", 0) => amount.minor().checked_mul(100),
        (_, 3) if amount.minor() % 10 != 0 => None,
        _ => Some(amount.minor()),
    }
}

pub(super) fn declined(code: &str) -> Outcome {
    Outcome::Declined { code: code.to_owned() }
}

/// The more telling of the two codes that an error has.
fn code_of(error: &Value) -> String {
    let code = error["decline_code"].as_str().or_else(|| error["code"].as_str()).unwrap_or("declined");
    code.chars().take(64).collect()
}

/// How an intent stands, for the charge that asked for it.
pub(super) fn outcome(intent: &Value, charge: &Charge) -> Outcome {
    match intent["status"].as_str() {
        Some("succeeded") => succeeded(intent, charge),
        Some("requires_action") => match intent["next_action"]["redirect_to_url"]["url"].as_str() {
            Some(url) => Outcome::NeedsCustomer { url: url.to_owned() },
            None => Outcome::Unknown,
        },
        Some("requires_payment_method") => Outcome::Declined { code: code_of(&intent["last_payment_error"]) },
        Some("canceled") => declined("abandoned"),
        _ => Outcome::Unknown,
    }
}

/// Paid is what was asked for, no more and no less.
fn succeeded(intent: &Value, charge: &Charge) -> Outcome {
    let is_it = intent["amount_received"].as_i64() == units(charge.amount)
        && intent["currency"].as_str().is_some_and(|code| code.eq_ignore_ascii_case(charge.amount.currency().code()));
    match id(intent) {
        Some(reference) if is_it => Outcome::Succeeded { reference },
        _ => {
            tracing::error!(payment.id = %charge.payment_id, "Stripe tells of another amount than was asked for");
            Outcome::Unknown
        }
    }
}

/// What came back for a charge. Refused for good is what Stripe has looked at and refused: a card, or what was asked. All else may
/// have been done.
pub(super) fn charged(status: StatusCode, body: &Value, charge: &Charge) -> Outcome {
    let error = &body["error"];
    match (status.as_u16(), error["type"].as_str()) {
        (200..=299, _) => outcome(body, charge),
        (402, _) => match outcome(&error["payment_intent"], charge) {
            // of what it is told to be, and not of what its intent may become
            Outcome::Unknown | Outcome::NeedsCustomer { .. } | Outcome::Declined { .. } => {
                Outcome::Declined { code: code_of(error) }
            }
            paid @ Outcome::Succeeded { .. } => paid,
        },
        (400 | 404, Some("invalid_request_error")) => Outcome::Declined { code: code_of(error) },
        _ => Outcome::Unknown,
    }
}

/// What came back for a method that is to be kept.
pub(super) fn stored(status: StatusCode, body: &Value) -> Result<StoredMethod, StoreMethodError> {
    match status.as_u16() {
        200..=299 => {}
        402 => return Err(StoreMethodError::Declined { code: code_of(&body["error"]) }),
        400 | 404 => return Err(StoreMethodError::UnknownToken),
        _ => return Err(StoreMethodError::Unavailable),
    }
    match body["status"].as_str() {
        Some("succeeded") => kept(body).ok_or(StoreMethodError::Unavailable),
        Some("requires_action") => match body["next_action"]["redirect_to_url"]["url"].as_str() {
            Some(url) => Err(StoreMethodError::NeedsCustomer { url: url.to_owned() }),
            None => Err(StoreMethodError::Unavailable),
        },
        Some("requires_payment_method") => Err(StoreMethodError::Declined { code: code_of(&body["last_setup_error"]) }),
        Some("canceled") => Err(StoreMethodError::UnknownToken),
        _ => Err(StoreMethodError::Unavailable),
    }
}

fn kept(intent: &Value) -> Option<StoredMethod> {
    let (customer, method) = (intent["customer"].as_str()?, &intent["payment_method"]);
    let card = &method["card"];
    let year = i32::try_from(card["exp_year"].as_i64()?).ok()?;
    let month = u32::try_from(card["exp_month"].as_i64()?).ok()?;
    let expires_on = NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?.pred_opt()?;
    let last4: String = card["last4"].as_str()?.chars().filter(char::is_ascii_digit).take(4).collect();
    let brand: String = card["brand"].as_str()?.chars().take(32).collect();
    let reference = format!("{customer}/{}", method["id"].as_str()?);
    Reference::read(&reference)?;
    Some(StoredMethod { reference, brand, last4, expires_on })
}

#[cfg(test)]
mod tests;
