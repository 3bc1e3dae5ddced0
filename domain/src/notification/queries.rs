//! What the worker reads to send a mail, and what staff sees of those that were given up.

use std::collections::{HashMap, HashSet};

use entities::id::{NotificationId, UserId};
use entities::{notification, user};
use sea_orm::FromQueryResult;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::recipients::holds;
use super::{MailKind, rules};
use crate::activity::ActivityKind;
use crate::actor::Actor;
use crate::error::{Code, Error, refuse};
use crate::link::Key;
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::store::Reader;
use crate::work::{Number, Work};

/// Mails given up after their last try, or refused for good, the youngest first. For staff.
pub async fn failed(reader: &Reader, page: &ById) -> Result<Page<notification::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM notification x WHERE ");
    visible::failed_mails(&mut sql, reader.viewer(), "x");
    page.bounds(&mut sql, "x.id", Order::Descending);
    page.order(&mut sql, "x.id", Order::Descending);
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// How many there are. For staff.
pub async fn count_failed(reader: &Reader) -> Result<i64, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT count(*) AS n FROM notification x WHERE ");
    visible::failed_mails(&mut sql, reader.viewer(), "x");
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |row| row.n))
}

/// A mail that waits, with what its row does not hold.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Waiting {
    /// The row.
    #[sea_orm(nested)]
    pub notification: entities::notification::Model,
    /// The recipient's name, where they are a user.
    pub recipient_name: Option<String>,
    /// Whether they may know of it now: who is told as a member by a permission may have lost it since.
    pub may_know: bool,
    /// Why nothing is sent to the address any more, if that is so.
    pub bounced: Option<String>,
}

/// The mail, unless it is sent or has failed for good. For the product itself alone.
pub async fn waiting(reader: &Reader, id: NotificationId) -> Result<Option<Waiting>, Error> {
    if !matches!(reader.actor(), Actor::System(_)) {
        return Err(Error::Denied);
    }
    let mut sql = reader.sql();
    sql.push(
        "SELECT n.*, u.name AS recipient_name, b.reason AS bounced, n.required = 0 OR EXISTS (
            SELECT 1 FROM membership m LEFT JOIN partnership g ON g.id = m.granted_through_id
            WHERE m.user_id = n.user_id AND m.account_id = n.account_id",
    );
    holds(&mut sql, reader.now(), "n.required");
    sql.add(
        ") AS may_know FROM notification n LEFT JOIN \"user\" u ON u.id = n.user_id
        LEFT JOIN bounced_address b ON b.email = n.recipient
        WHERE n.id = ? AND n.sent_at IS NULL AND n.failed_at IS NULL",
        [id.into()],
    );
    Ok(sql.one(reader.conn()).await?)
}

/// For what the token in a mail's link to stop such mails is good.
const STOP: &str = "stop-mails";

#[derive(Serialize, Deserialize)]
struct Stop {
    user_id: UserId,
    kind: String,
}

/// The token by which whoever reads this mail stops mails of its kind, where they may. It says only that, to the same person, so it is
/// good for ever and any number of times.
pub async fn stopping_token(reader: &Reader, row: &notification::Model) -> Result<Option<SecretString>, Error> {
    let Some((user_id, kind)) = switch(row) else { return Ok(None) };
    let stop = serde_json::to_vec(&Stop { user_id, kind: kind.name().to_owned() });
    let stop = stop.map_err(|error| Error::fault(error.to_string()))?;
    Ok(Some(Key::read(reader.conn()).await?.seal(STOP, &stop)?.into()))
}

/// Whose mails of which kind this token stops.
/// # Errors
/// `TOKEN_INVALID`.
pub async fn stopped_by(reader: &Reader, token: &str) -> Result<(user::Model, ActivityKind), Error> {
    let (user_id, kind) = stopping(&Key::read(reader.conn()).await?, token)?;
    let mut sql = reader.sql();
    sql.add(r#"SELECT * FROM "user" WHERE id = ?"#, [user_id.into()]);
    match sql.one::<user::Model>(reader.conn()).await? {
        Some(user) => Ok((user, kind)),
        None => refuse(Code::TokenInvalid, "This link is not valid."),
    }
}

pub(super) fn stopping(key: &Key, token: &str) -> Result<(UserId, ActivityKind), Error> {
    let stop = key.unseal(STOP, token).and_then(|stop| serde_json::from_slice::<Stop>(&stop).ok());
    let stop = stop.and_then(|Stop { user_id, kind }| Some((user_id, ActivityKind::from_name(&kind)?)));
    match stop.filter(|(_, kind)| !rules::is_mandatory(*kind)) {
        Some(stop) => Ok(stop),
        None => refuse(Code::TokenInvalid, "This link is not valid."),
    }
}

/// By which of whose switches this mail is not sent.
fn switch(row: &notification::Model) -> Option<(UserId, ActivityKind)> {
    Some((row.user_id?, rules::switch_of(MailKind::from_name(&row.kind)?)?))
}

#[derive(FromQueryResult)]
struct Off {
    user_id: UserId,
    kind: String,
}

/// The kinds of events about which the reader wants no mails: their own alone, and nothing of others.
pub async fn switched_off(reader: &Reader, users: &[UserId]) -> Result<HashMap<UserId, HashSet<String>>, Error> {
    let own = reader.actor().in_person().map(|person| person.user_id).filter(|id| users.contains(id));
    let Some(own) = own else { return Ok(HashMap::new()) };
    let mut sql = reader.sql();
    sql.add("SELECT user_id, kind FROM notification_preference WHERE NOT email AND user_id = ?", [own.into()]);
    let kinds = sql.all::<Off>(reader.conn()).await?.into_iter().map(|row| row.kind).collect();
    Ok(HashMap::from([(own, kinds)]))
}

/// Those of the mails that their readers have not switched off. Asks only where there is a switch.
pub(crate) async fn wanted(
    work: &Work,
    mut mails: Vec<notification::Model>,
) -> Result<Vec<notification::Model>, Error> {
    let mut users: Vec<UserId> = mails.iter().filter_map(switch).map(|(user_id, _)| user_id).collect();
    if users.is_empty() {
        return Ok(mails);
    }
    users.sort_unstable();
    users.dedup();
    let mut sql = work.sql();
    sql.push("SELECT user_id, kind FROM notification_preference WHERE NOT email AND user_id ").any(&users);
    let off = sql.all::<Off>(work.conn()).await?;
    let off: HashSet<_> = off.iter().map(|row| (row.user_id, row.kind.as_str())).collect();
    mails.retain(|row| switch(row).is_none_or(|(user_id, kind)| !off.contains(&(user_id, kind.name()))));
    Ok(mails)
}
