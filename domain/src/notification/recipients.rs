//! Who is mailed: the members who may know, each in their own language.

use entities::id::{AccountId, UserId};
use sea_orm::FromQueryResult;

use super::Recipient;
use crate::error::Error;
use crate::permission::Permissions;
use crate::work::Work;

/// A member of an account, as somebody to write to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addressee {
    /// The account as whose member they are told.
    pub account_id: AccountId,
    /// Where, and in which language.
    pub recipient: Recipient,
}

#[derive(FromQueryResult)]
struct Row {
    account_id: AccountId,
    user_id: UserId,
    email: String,
    locale: String,
}

/// The members of these accounts whose membership holds at least one of the permissions, account by account. One statement,
/// whatever the number of accounts.
/// # Errors
/// `Storage`.
pub async fn members_with(
    work: &Work,
    account_ids: &[AccountId],
    any_of: impl Into<Permissions>,
) -> Result<Vec<Addressee>, Error> {
    let mut sql = work.sql();
    sql.push(
        r#"SELECT m.account_id, u.id AS user_id, u.email, u.locale FROM membership m JOIN "user" u ON u.id = m.user_id
        LEFT JOIN partnership g ON g.id = m.granted_through_id WHERE m.account_id "#,
    );
    let any_of = any_of.into();
    sql.any(account_ids).add(
        " AND (m.permissions & ?) <> 0 AND (m.granted_through_id IS NULL OR (g.status = 'ACTIVE' AND g.has_all_products
            AND (g.expires_at IS NULL OR g.expires_at > ?) AND (m.permissions & g.permissions & ?) <> 0))
        ORDER BY m.account_id, m.id",
        [any_of.bits().into(), work.now().into(), any_of.and(Permissions::PARTNERSHIP).bits().into()],
    );
    let rows = sql.all::<Row>(work.conn()).await?;
    let addressees = rows.into_iter().map(|Row { account_id, user_id, email, locale }| Addressee {
        account_id,
        recipient: Recipient { email, locale, user_id: Some(user_id) },
    });
    Ok(addressees.collect())
}
