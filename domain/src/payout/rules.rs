//! Who may be paid how much, to which bank account, and what follows what.

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use entities::payout::PayoutStatus;

use crate::error::{Code, Refusal};
use crate::money::Money;

/// What a request depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestFacts {
    /// How much is asked for.
    pub amount: Money,
    /// What can be paid out, in the same currency.
    pub available: Money,
    /// The programme's, for the wallet in its currency.
    pub minimum: Option<Money>,
    /// Another request is not answered yet.
    pub has_open: bool,
}

/// Refuses what cannot be asked for.
/// # Errors
/// `INVALID_INPUT` for nothing and for less than the minimum, `CONFLICT` beside an open one, `INSUFFICIENT_BALANCE`.
pub fn refuse_request(facts: &RequestFacts) -> Result<(), Refusal> {
    let RequestFacts { amount, available, minimum, has_open } = *facts;
    if !amount.is_positive() {
        return Err(Refusal::invalid("amount", "must be above zero"));
    }
    if has_open {
        return Err(Refusal::new(Code::Conflict, "Another payout of this wallet is not answered yet."));
    }
    if let Some(minimum) = minimum.filter(|minimum| amount.minor() < minimum.minor()) {
        return Err(Refusal::invalid("amount", format!("At least {minimum} is paid out.")));
    }
    if amount.minor() > available.minor() {
        return Err(Refusal::new(Code::InsufficientBalance, "The wallet holds less than that.").at(["amount"]));
    }
    Ok(())
}

/// Whether this answer can follow that state: approved, then paid; or rejected before it is.
pub const fn follows(answer: PayoutStatus, state: PayoutStatus) -> bool {
    use PayoutStatus::{Approved, Paid, Rejected, Requested};
    matches!((state, answer), (Requested, Approved | Rejected) | (Approved, Paid | Rejected))
}

/// An IBAN as it is written down: without spaces, in capitals; its check digits agree (ISO 13616, modulo 97).
/// # Errors
/// `INVALID_INPUT`.
pub fn iban(text: &str) -> Result<String, Refusal> {
    let iban: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
    let invalid = || Refusal::invalid("iban", "is not an IBAN");
    let is_shaped = (15..=34).contains(&iban.len())
        && iban.bytes().enumerate().all(|(at, byte)| match at {
            0 | 1 => byte.is_ascii_uppercase(),
            2 | 3 => byte.is_ascii_digit(),
            _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        });
    let (head, tail) = iban.split_at_checked(4).filter(|_| is_shaped).ok_or_else(invalid)?;
    let remainder = tail.chars().chain(head.chars()).try_fold(0_u32, |rest, c| {
        let digit = c.to_digit(36)?;
        let shift = if digit < 10 { 10 } else { 100 };
        rest.checked_mul(shift)?.checked_add(digit)?.checked_rem(97)
    });
    if remainder == Some(1) { Ok(iban) } else { Err(invalid()) }
}

/// As much of an IBAN as is shown.
pub fn last4(iban: &str) -> &str {
    iban.len().checked_sub(4).and_then(|at| iban.get(at..)).unwrap_or(iban)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn at_least_the_minimum_and_at_most_what_is_available() {
        let facts = |amount, available, minimum: Option<i64>, has_open| RequestFacts {
            amount: eur(amount),
            available: eur(available),
            minimum: minimum.map(eur),
            has_open,
        };
        let code = |facts| refuse_request(&facts).err().map(|refusal| refusal.code);
        assert_eq!(code(facts(5000, 5000, Some(5000), false)), None);
        assert_eq!(code(facts(4999, 9000, Some(5000), false)), Some(Code::InvalidInput));
        assert_eq!(code(facts(1, 9000, None, false)), None, "in another currency, any amount");
        assert_eq!(code(facts(0, 9000, None, false)), Some(Code::InvalidInput));
        assert_eq!(code(facts(-1, 9000, None, false)), Some(Code::InvalidInput));
        assert_eq!(code(facts(9001, 9000, Some(5000), false)), Some(Code::InsufficientBalance));
        assert_eq!(code(facts(5000, -100, Some(5000), false)), Some(Code::InsufficientBalance));
        assert_eq!(code(facts(5000, 9000, Some(5000), true)), Some(Code::Conflict));
    }

    #[test]
    fn approved_then_paid_or_rejected_before() {
        use PayoutStatus::{Approved, Paid, Rejected, Requested};
        let all = [Requested, Approved, Paid, Rejected];
        let mut allowed = vec![];
        for state in all {
            for answer in all {
                if follows(answer, state) {
                    allowed.push((state, answer));
                }
            }
        }
        assert_eq!(allowed, [(Requested, Approved), (Requested, Rejected), (Approved, Paid), (Approved, Rejected)]);
    }

    #[test]
    fn an_iban_has_check_digits() {
        for (text, kept) in [
            ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
            ("gb82 west 1234 5698 7654 32", "GB82WEST12345698765432"),
            ("NO93 8601 1117 947", "NO9386011117947"),
        ] {
            assert_eq!(iban(text).unwrap(), kept);
        }
        for wrong in [
            "",
            "DE89",
            "DE88370400440532013000",
            "D189370400440532013000",
            "DE8937040044053201300Ü",
            "4111 1111 1111 1111",
        ] {
            assert!(iban(wrong).is_err(), "{wrong}");
        }
        assert_eq!(last4("DE89370400440532013000"), "3000");
    }
}
