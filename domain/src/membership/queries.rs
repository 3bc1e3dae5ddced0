//! Reads of what a link to a membership is about.

use entities::id::MemberInvitationId;
use entities::membership::Role;
use sea_orm::FromQueryResult;

use crate::error::Error;
use crate::store::Reader;

/// A membership that is offered.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Offered {
    /// Of this account.
    pub account: String,
    /// By whom.
    pub invited_by: String,
    /// By which role.
    pub role: Role,
    /// The account's language.
    pub locale: String,
}

/// What a link is about, for whoever holds it; none once it is accepted, taken back, or too old.
pub async fn offered(reader: &Reader, id: MemberInvitationId) -> Result<Option<Offered>, Error> {
    let mut sql = reader.sql();
    sql.add(
        r#"SELECT a.name AS account, u.name AS invited_by, i.role, a.locale FROM member_invitation i
        JOIN account a ON a.id = i.account_id JOIN "user" u ON u.id = i.invited_by_id
        WHERE i.id = ? AND i.status = 'PENDING' AND i.expires_at > ?"#,
        [id.into(), reader.now().into()],
    );
    Ok(sql.one(reader.conn()).await?)
}
