//! Who takes the money: a service of others, asked outside of any transaction and always with a key of ours.
//!
//! A key is asked for once and for all: whoever asks again with it gets the answer of the first time. What is stored with the
//! gateway is known to us by a reference alone; no number of a card ever comes in here.
//!
//! What a gateway tells by itself, an event, is a hint and no more: it makes us ask. So it does no harm that events come twice, in any
//! order, days late or before the answer, and that somebody who learns the secret can send them.

pub mod signature;
pub mod stripe;
pub mod test;

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::{PaymentId, RefundId};
use futures::future::BoxFuture;

use crate::money::Money;

/// A way to pay as the gateway keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMethod {
    /// What we charge it by.
    pub reference: String,
    /// E.g. `visa`.
    pub brand: String,
    /// The last four digits.
    pub last4: String,
    /// The last day on which it can be charged.
    pub expires_on: NaiveDate,
}

/// Why a token was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreMethodError {
    /// The gateway does not know the token.
    #[error("the payment gateway does not know this token")]
    UnknownToken,
    /// The customer's bank does not let it be kept.
    #[error("the payment method was declined: {code}")]
    Declined {
        /// The gateway's reason.
        code: String,
    },
    /// The customer must confirm at this address that it may be kept, and then it is to be stored again.
    #[error("the customer must confirm the payment method")]
    NeedsCustomer {
        /// Of the gateway, or of the customer's bank.
        url: String,
    },
    /// The gateway does not answer now.
    #[error("the payment gateway does not answer")]
    Unavailable,
}

/// A charge to be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    /// Our attempt: the key under which the gateway charges at most once.
    pub payment_id: PaymentId,
    /// The gateway's reference of the way to pay; none: there is nothing to charge, which counts as declined.
    pub method: Option<String>,
    /// How much.
    pub amount: Money,
    /// Whether the customer is there, and can be sent to confirm it.
    pub is_attended: bool,
}

/// Money to be given back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Ours: the key under which the gateway pays back at most once.
    pub refund_id: RefundId,
    /// The gateway's reference of the charge that it is a part of.
    pub charge: String,
    /// How much.
    pub amount: Money,
}

/// How a charge, or a refund, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The money is ours.
    Succeeded {
        /// The gateway's reference of the charge.
        reference: String,
    },
    /// It is not, for good.
    Declined {
        /// The gateway's reason, e.g. `card_declined`.
        code: String,
    },
    /// Neither, until the customer has confirmed it at this address.
    NeedsCustomer {
        /// Of the gateway, or of the customer's bank.
        url: String,
    },
    /// No answer came: it may be either, and the gateway is asked by the key until it knows.
    Unknown,
}

/// What the gateway says of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    /// It has seen the charge; never [`Outcome::Unknown`] for good.
    Seen(Outcome),
    /// It has never heard of it: to ask for the charge again, by the same key, is safe.
    NeverArrived,
    /// It does not answer now.
    Unavailable,
}

/// A payment gateway. Every call may take long and may be repeated; none may be made inside a transaction.
pub trait PaymentGateway: fmt::Debug + Send + Sync {
    /// Keeps what a token of the gateway's stands for.
    fn store_method<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<StoredMethod, StoreMethodError>>;

    /// Charges, at most once for the payment.
    fn charge<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Outcome>;

    /// Pays back a part of a charge, at most once for the refund: asked again, it tells how it ended.
    fn refund<'a>(&'a self, refund: &'a Refund) -> BoxFuture<'a, Outcome>;

    /// How this charge ended.
    fn look_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, LookUp>;

    /// Ends a charge that waits for its customer, if it still does; how it ended.
    fn give_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, LookUp>;

    /// The built-in gateway, whose page for customers is ours to serve. None of any other.
    fn as_test(&self) -> Option<&test::TestGateway> {
        None
    }

    /// The header that holds an event's signature.
    fn signature_header(&self) -> &'static str;

    /// Reads an event, once its signature is found right at this real time.
    fn event(&self, signature: &str, body: &[u8], now: DateTime<Utc>) -> Result<GatewayEvent, BadEvent>;
}

/// What a gateway tells by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayEvent {
    /// The gateway's: the same event may come several times.
    pub id: String,
    /// The payment that it is about; none where it is about none of ours.
    pub payment_id: Option<PaymentId>,
}

/// Why an event is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadEvent {
    /// Not the gateway's, or too old.
    #[error("the signature is wrong or too old")]
    Signature,
    /// Signed, and not to be understood.
    #[error("the event cannot be read")]
    Content,
}

/// Whether a text holds what looks like the number of a payment card: 13 to 19 digits, perhaps in groups, with a right check
/// digit. Such a text is refused wherever something about a payment is written (promise A9).
pub fn looks_like_card_number(text: &str) -> bool {
    let mut digits: Vec<u32> = Vec::new();
    let mut was_separator = true;
    for c in text.chars().chain(['\n']) {
        match c.to_digit(10) {
            Some(digit) => {
                digits.push(digit);
                was_separator = false;
            }
            None if matches!(c, ' ' | '-') && !was_separator => was_separator = true,
            None => {
                if has_card_number(&digits) {
                    return true;
                }
                digits.clear();
                was_separator = true;
            }
        }
    }
    false
}

/// A run of the right length must pass as a whole: a tenth of all its parts would pass by chance. A longer one may be a card's
/// number with something before or behind it.
fn has_card_number(digits: &[u32]) -> bool {
    match digits.len() {
        ..13 => false,
        13..=19 => passes_luhn(digits),
        _ => (13..=19).any(|length| digits.windows(length).any(passes_luhn)),
    }
}

fn passes_luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &digit)| match (at % 2, digit) {
            (0, digit) => digit,
            (_, digit) if digit > 4 => digit * 2 - 9,
            (_, digit) => digit * 2,
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|&digit| digit != 0)
}

#[cfg(test)]
mod tests {
    use super::looks_like_card_number;

    #[test]
    fn card_numbers_are_recognised_in_groups_and_inside_words() {
        for text in ["4242424242424242", "4242 4242 4242 4242", "card 4000-0566-5566-5556, 12/29", "x378282246310005x"]
        {
            assert!(looks_like_card_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_not() {
        for text in ["tok_visa", "4242424242424241", "0000000000000000", "2026-11-21", "pm_1234567890"] {
            assert!(!looks_like_card_number(text), "{text}");
        }
    }
}
