//! What the worker reads to send a mail.

use entities::id::NotificationId;
use sea_orm::FromQueryResult;

use crate::actor::Actor;
use crate::error::Error;
use crate::store::Reader;

/// A mail that waits, with what its row does not hold.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Waiting {
    /// The row.
    #[sea_orm(nested)]
    pub notification: entities::notification::Model,
    /// The recipient's name, where they are a user.
    pub recipient_name: Option<String>,
}

/// The mail, unless it is sent or has failed for good. For the product itself alone.
pub async fn waiting(reader: &Reader, id: NotificationId) -> Result<Option<Waiting>, Error> {
    if !matches!(reader.actor(), Actor::System(_)) {
        return Err(Error::Denied);
    }
    let mut sql = reader.sql();
    sql.add(
        "SELECT n.*, u.name AS recipient_name FROM notification n LEFT JOIN \"user\" u ON u.id = n.user_id
        WHERE n.id = ? AND n.sent_at IS NULL AND n.failed_at IS NULL",
        [id.into()],
    );
    Ok(sql.one(reader.conn()).await?)
}
