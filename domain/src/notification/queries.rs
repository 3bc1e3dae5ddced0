//! What the worker reads to send a mail, and what staff sees of those that were given up.

use entities::id::NotificationId;
use entities::notification;
use sea_orm::FromQueryResult;

use super::recipients::holds;
use crate::actor::Actor;
use crate::error::Error;
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::store::Reader;
use crate::work::Number;

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
