//! The statements of this area.

use entities::id::{AccountId, PartnershipId, UserId};
use sea_orm::FromQueryResult;

use crate::error::Error;
use crate::work::Work;

/// Who asks, for whom, and as whose partner.
#[derive(FromQueryResult)]
pub(super) struct Asker {
    pub(super) user: String,
    pub(super) account: String,
    /// The address of the account's owner: names are not unique.
    pub(super) owner: String,
    pub(super) partner: Option<String>,
}

pub(super) async fn asker(
    work: &Work,
    user_id: UserId,
    account_id: AccountId,
    partnership_id: Option<PartnershipId>,
) -> Result<Asker, Error> {
    let mut sql = work.sql();
    sql.add(
        r#"SELECT u.name AS "user", a.name AS account, o.email AS owner, p.name AS partner
        FROM account a
        JOIN membership m ON m.account_id = a.id AND m.role = 'OWNER'
        JOIN "user" o ON o.id = m.user_id
        JOIN "user" u ON u.id = ?
        LEFT JOIN partnership s ON s.id = ?
        LEFT JOIN account p ON p.id = s.partner_id
        WHERE a.id = ?"#,
        [user_id.into(), partnership_id.into(), account_id.into()],
    );
    sql.one(work.conn()).await?.ok_or_else(|| Error::fault("an account without an owner"))
}
