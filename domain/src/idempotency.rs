//! Doing a thing once, however often it is asked for: keys of the caller's, kept for a day of real time.
//!
//! A key is one user's, for one account and one operation. It commits with what was done and with the answer, so that there
//! is never one without the other; of two requests at once, the second waits for the first and gets its answer.

use std::ops::RangeInclusive;
use std::time::Duration;

use entities::id::{AccountId, UserId};
use entities::idempotency_key;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Code, Error, Refusal};
use crate::secret::fingerprint;
use crate::sql::{self, Sql};
use crate::work::Work;

/// How long a key is remembered.
const KEPT: Duration = Duration::from_hours(24);
/// How many characters a key has. Source: the contract.
const LENGTH: RangeInclusive<usize> = 8..=64;

/// A key that has not been seen: what is done under it is remembered with its answer.
#[derive(Debug)]
#[must_use]
pub struct NewKey {
    user_id: UserId,
    account_id: AccountId,
    operation: &'static str,
    key: String,
}

/// What is known of a key.
#[derive(Debug)]
pub enum Seen<T> {
    /// Nothing: go on, and [`remember`] the answer.
    New(NewKey),
    /// It was done before; this was the answer.
    Before(T),
}

/// Asks whether this user has done this for this account under this key.
/// # Errors
/// `IDEMPOTENCY_KEY_REUSED` when it was done with another input, `INVALID_INPUT` for a key that is too short or too long, or
/// cannot be shown.
pub async fn seen<T: DeserializeOwned>(
    work: &Work,
    account_id: AccountId,
    operation: &'static str,
    key: &str,
    input: &impl Serialize,
) -> Result<Seen<T>, Error> {
    if !LENGTH.contains(&key.chars().count()) || key.chars().any(char::is_control) {
        return Err(Refusal::invalid("idempotencyKey", "An idempotency key has 8 to 64 characters.").into());
    }
    let user_id = work.user_id()?;
    let input = serde_json::to_value(input).map_err(|e| Error::fault(format!("input: {e}")))?;
    let input_hash = fingerprint(&input);
    let row = idempotency_key::Model {
        user_id: user_id.into(),
        account_id: account_id.into(),
        operation: operation.to_owned(),
        key: key.to_owned(),
        input_hash: input_hash.clone(),
        answer: None,
        created_at: work.real_now(),
    };
    let new = NewKey { user_id, account_id, operation, key: key.to_owned() };
    // Waits for another transaction that is inserting the same key. One older than a day is a new one.
    let is_new = |sql: &mut Sql| {
        sql.add(
            " WHERE true ON CONFLICT (user_id, account_id, operation, key) DO UPDATE
            SET input_hash = excluded.input_hash, answer = NULL, created_at = excluded.created_at
            WHERE idempotency_key.created_at < ?",
            [(work.real_now() - KEPT).into()],
        );
    };
    if sql::insert_where::<idempotency_key::Entity>(work.conn(), &[row], is_new).await? == 1 {
        return Ok(Seen::New(new));
    }
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM idempotency_key WHERE user_id = ? AND account_id = ? AND operation = ? AND key = ?",
        [user_id.into(), account_id.into(), operation.into(), key.into()],
    );
    let before: idempotency_key::Model =
        sql.one(work.conn()).await?.ok_or_else(|| Error::fault("an idempotency key vanished"))?;
    if before.input_hash != input_hash {
        let message = "This idempotency key was used for something else.";
        return Err(Refusal::new(Code::IdempotencyKeyReused, message).at(["idempotencyKey"]).into());
    }
    let answer = serde_json::from_value(before.answer.unwrap_or_default());
    answer.map(Seen::Before).map_err(|e| Error::fault(format!("the answer of an idempotency key: {e}")))
}

/// Keeps the answer with the key, in the transaction of what was done.
pub fn remember(work: &Work, key: NewKey, answer: &impl Serialize) -> Result<(), Error> {
    let NewKey { user_id, account_id, operation, key } = key;
    let answer = serde_json::to_value(answer).map_err(|e| Error::fault(format!("answer: {e}")))?;
    let mut sql = work.sql();
    sql.add(
        "UPDATE idempotency_key SET answer = ? WHERE user_id = ? AND account_id = ? AND operation = ? AND key = ?",
        [answer.into(), user_id.into(), account_id.into(), operation.into(), key.into()],
    );
    work.change("idempotency_key", sql);
    Ok(())
}
