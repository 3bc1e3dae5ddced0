//! What is told to whoever holds a mailed link: it is proof of the address, and of nothing else.

use chrono::NaiveDate;
use entities::id::{AccountId, InvitationId, PartnershipId};
use entities::invitation::AccessLevel;
use sea_orm::FromQueryResult;

use crate::account::queries::Proof;
use crate::error::Error;
use crate::permission::{Permission, Permissions};
use crate::store::Reader;

/// What somebody is told of the account that was opened in their name: for the page behind the link that was mailed to them.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Mandate {
    /// What came of it.
    pub partnership_id: PartnershipId,
    /// Who opened the account.
    pub partner: String,
    /// The account.
    pub account: String,
    /// Where the mandate is filed.
    pub reference: String,
    /// The day that stands on it.
    pub signed_on: NaiveDate,
    /// Whether it is neither confirmed nor disputed yet.
    pub is_open: bool,
}

/// The mandate that a mailed link is about; for whoever has the link, which is proof of the address.
pub async fn mandate(reader: &Reader, id: PartnershipId) -> Result<Option<Mandate>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT h.partnership_id, a.name AS partner, c.name AS account, h.reference, h.signed_on,
            (h.confirmed_at IS NULL AND h.disputed_at IS NULL) AS is_open
        FROM power_of_attorney h JOIN partnership s ON s.id = h.partnership_id
        JOIN account a ON a.id = s.partner_id JOIN account c ON c.id = s.client_account_id WHERE h.partnership_id = ?",
        [id.into()],
    );
    Ok(sql.one(reader.conn()).await?)
}

/// A request for access that can be answered by its link.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Requested {
    /// Who asks.
    pub partner: String,
    /// The partner's language.
    pub locale: String,
    /// The partner's country.
    pub country: String,
    /// The partner's currency.
    pub currency: String,
    /// All, or a part.
    pub access_level: AccessLevel,
    permissions: i32,
    /// What the partner wrote with it.
    pub message: Option<String>,
}

impl Requested {
    /// What is asked for.
    pub const fn permissions(&self) -> Permissions {
        Permissions::from_bits(self.permissions)
    }
}

/// The request that a mailed link is about, for whoever has the link; none once it is answered or withdrawn. One that has lapsed counts:
/// the link makes a fresh one.
pub async fn requested(reader: &Reader, id: InvitationId) -> Result<Option<Requested>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT a.name AS partner, a.locale, a.country, a.currency, i.access_level, i.permissions, i.message
        FROM invitation i JOIN account a ON a.id = i.partner_id
        WHERE i.id = ? AND i.direction = 'PARTNER_TO_CLIENT' AND i.status IN ('PENDING', 'EXPIRED')",
        [id.into()],
    );
    Ok(sql.one(reader.conn()).await?)
}

/// An account from which a request can be granted.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Choice {
    /// Which.
    pub account_id: AccountId,
    /// As its members call it.
    pub name: String,
}

/// The accounts from which somebody who has proven who they are may grant this request: the one that was asked, or any of theirs but the
/// partner's.
pub(crate) async fn own_accounts(reader: &Reader, proof: &Proof, id: InvitationId) -> Result<Vec<Choice>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT a.id AS account_id, a.name FROM invitation i
        JOIN membership m ON m.user_id = ? AND m.granted_through_id IS NULL AND (m.permissions & ?) <> 0
            AND m.account_id = coalesce(i.client_account_id, m.account_id) AND m.account_id <> i.partner_id
        JOIN account a ON a.id = m.account_id WHERE i.id = ? ORDER BY a.name, a.id",
        [proof.user_id().into(), Permission::ManagePartners.bit().into(), id.into()],
    );
    Ok(sql.all(reader.conn()).await?)
}
