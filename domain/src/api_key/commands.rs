//! Keys are made, used and revoked.

use chrono::{DateTime, Utc};
use entities::api_key;
use entities::id::{AccountId, ApiKeyId};

use super::actions::{CreateKey, RevokeKey};
use crate::actor::{Actor, Key};
use crate::error::{Code, Error, Refusal, refuse};
use crate::membership::commands::withdraw_sent_by_key;
use crate::membership::rules::only_what_is_held;
use crate::permission::{Permissions, permit};
use crate::store::{Statements, Store};
use crate::work::{Number, Work};
use crate::{secret, sql, text};

/// The most keys that one account has at a time.
const MAX_KEYS: i64 = 100;

/// A key to be made.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct CreateApiKey {
    pub account_id: AccountId,
    pub name: String,
    pub permissions: Permissions,
    pub expires_at: Option<DateTime<Utc>>,
}

/// A key with its secret, which nobody learns a second time.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct Created {
    pub api_key: api_key::Model,
    pub secret: String,
}

/// Makes a key that carries no more than its creator holds.
/// # Errors
/// `PERMISSION_DENIED` for what the creator does not hold, to a key, and to staff, who hold accounts by no membership; `INVALID_INPUT`;
/// `CONFLICT` where there are too many.
pub async fn create(work: &mut Work, command: CreateApiKey) -> Result<Created, Error> {
    let CreateApiKey { account_id, name, permissions, expires_at } = command;
    let permit = permit::<CreateKey>(work, account_id).await?;
    let person = work.in_person()?;
    if person.is_staff {
        return Err(Error::Denied);
    }
    let created_by_id = person.user_id;
    let name = text::line("name", &name, text::NAME)?;
    if permissions.is_empty() {
        return Err(Refusal::invalid("permissions", "must not be empty").into());
    }
    only_what_is_held(permissions, permit.carried)?;
    if expires_at.is_some_and(|at| at <= work.now()) {
        return Err(Refusal::invalid("expiresAt", "must be in the future").into());
    }
    if count(work, account_id).await? >= MAX_KEYS {
        return refuse(Code::Conflict, format!("An account has at most {MAX_KEYS} keys; revoke one first."));
    }
    let secret = secret::new_api_key();
    let row = api_key::Model {
        id: work.new_id(),
        account_id,
        created_by_id,
        name,
        permissions: permissions.bits(),
        secret_hash: secret::hash(&secret),
        granted_through_id: permit.grant.within(),
        created_at: work.now(),
        expires_at,
        last_used_at: None,
        revoked_at: None,
    };
    sql::insert::<api_key::Entity>(work.conn(), std::slice::from_ref(&row)).await?;
    work.record("createApiKey", Some(permit.grant), Some(row.id.into()));
    Ok(Created { api_key: row, secret })
}

async fn count(work: &Work, account_id: AccountId) -> Result<i64, Error> {
    let mut sql = work.sql();
    sql.add("SELECT count(*) AS n FROM api_key WHERE account_id = ? AND revoked_at IS NULL", [account_id.into()]);
    Ok(sql.one::<Number>(work.conn()).await?.map_or(0, |row| row.n))
}

/// Revokes a key: what it opened ends with this instant, and what it offered and nobody has accepted is taken back.
/// # Errors
/// `NOT_FOUND` for one that is revoked; `PERMISSION_DENIED` through a partnership for one that was not made through it.
pub async fn revoke(work: &mut Work, id: ApiKeyId) -> Result<ApiKeyId, Error> {
    let permit = permit::<RevokeKey>(work, id).await?;
    if permit.row.revoked_at.is_some() {
        return Err(Error::NotFound);
    }
    if permit.grant.within().is_some_and(|through| permit.row.granted_through_id != Some(through)) {
        return Err(Error::Denied);
    }
    let mut sql = work.sql();
    sql.add("UPDATE api_key SET revoked_at = ? WHERE id = ?", [work.now().into(), id.into()]);
    sql.execute(work.conn()).await?;
    withdraw_sent_by_key(work, id).await?;
    work.end_streams(permit.row.account_id);
    work.record("revokeApiKey", Some(permit.grant), Some(id.into()));
    Ok(id)
}

/// Writes down that a key was used: at most once a minute, however many requests and gateways there are.
/// # Errors
/// `Storage`.
pub async fn note_use(store: &Store, key: &Key, now: DateTime<Utc>) -> Result<(), Error> {
    if !key.is_use_due(now) {
        return Ok(());
    }
    let (id, seen) = (key.id, key.last_used_at);
    let note = store.write(Actor::Anonymous, Statements::default(), move |work| {
        Box::pin(async move {
            let mut sql = work.sql();
            sql.add("UPDATE api_key SET last_used_at = ? WHERE id = ? AND ", [work.now().into(), id.into()]);
            match seen {
                None => sql.push("last_used_at IS NULL"),
                Some(seen) => sql.add("last_used_at = ?", [seen.into()]),
            };
            sql.execute(work.conn()).await?;
            Ok(())
        })
    });
    note.await
}
