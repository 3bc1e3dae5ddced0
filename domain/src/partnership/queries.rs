//! What is read of invitations and partnerships.

mod link;

pub(crate) use link::own_accounts;
pub use link::{Choice, Mandate, Requested, mandate, requested};

use std::collections::HashMap;

use entities::id::{AccountId, InvitationId, PartnershipId, ProductId, UserId};
use entities::invitation::InvitationStatus;
use entities::offering::ProductKind;
use entities::partnership::PartnershipStatus;
use entities::{invitation, partnership, payer_change, power_of_attorney};
use sea_orm::{ActiveEnum, FromQueryResult};

use crate::error::Error;
use crate::nested::{self, List, grouped};
use crate::page::{ById, Order, Page};
use crate::permission::{Permission, visible};
use crate::sql::Sql;
use crate::store::Reader;

/// Which invitations of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Invitations {
    /// Those that it was asked with: offers to the partner, requests to the client.
    Received,
    /// Those that it asked with.
    Sent,
}

impl Invitations {
    /// Newest first.
    const fn lists(self) -> &'static [List] {
        match self {
            Self::Received => &RECEIVED,
            Self::Sent => &SENT,
        }
    }
}

const RECEIVED: [List; 3] = [
    invitations_by("x.partner_id = k.id AND x.direction = 'CLIENT_TO_PARTNER'"),
    invitations_by("x.client_account_id = k.id AND x.direction = 'PARTNER_TO_CLIENT'"),
    invitations_by(TO_A_MEMBER),
];
const SENT: [List; 2] = [
    invitations_by("x.client_account_id = k.id AND x.direction = 'CLIENT_TO_PARTNER'"),
    invitations_by("x.partner_id = k.id AND x.direction = 'PARTNER_TO_CLIENT'"),
];

const fn invitations_by(tie: &'static str) -> List {
    List::by_id("invitation", tie, Order::Descending)
}

const _: () = assert!(Permission::ManagePartners.bit() == 64, "the condition below says MANAGE_PARTNERS");
/// A request to an address is received by each account in which its user may answer it: they choose one. Nobody else sees it there,
/// says `visible::received_invitations`.
const TO_A_MEMBER: &str =
    "(x.client_account_id IS NULL AND x.direction = 'PARTNER_TO_CLIENT' AND x.partner_id <> k.id AND x.client_email IN (
        SELECT u.email FROM membership m JOIN \"user\" u ON u.id = m.user_id
        WHERE m.account_id = k.id AND (m.permissions & 64) <> 0 AND u.email_verified_at IS NOT NULL))";

/// A page of the invitations of each account, newest first.
pub async fn invitations(
    reader: &Reader,
    which: Invitations,
    accounts: &[AccountId],
    status: Option<InvitationStatus>,
    page: &ById,
) -> Result<HashMap<AccountId, Page<invitation::Model>>, Error> {
    nested::pages_of_all(reader, which.lists(), accounts, page, of_status(reader, which, status)).await
}

/// How many such invitations each account has: with PENDING, the badge beside the menu. Source: S3.13.
pub async fn count_invitations(
    reader: &Reader,
    which: Invitations,
    accounts: &[AccountId],
    status: Option<InvitationStatus>,
) -> Result<HashMap<AccountId, i64>, Error> {
    nested::counts_of_all(reader, which.lists(), accounts, of_status(reader, which, status)).await
}

/// An overdue invitation counts as expired, whether or not the sweep has been there.
fn of_status(reader: &Reader, which: Invitations, status: Option<InvitationStatus>) -> impl Fn(&mut Sql) {
    move |sql| {
        match which {
            Invitations::Received => visible::received_invitations(sql, reader.viewer(), "x"),
            Invitations::Sent => visible::invitations(sql, reader.viewer(), "x"),
        }
        match status {
            None => {}
            Some(InvitationStatus::Pending) => {
                sql.add(" AND x.status = 'PENDING' AND x.expires_at > ?", [reader.now().into()]);
            }
            Some(InvitationStatus::Expired) => {
                sql.add(
                    " AND (x.status = 'EXPIRED' OR (x.status = 'PENDING' AND x.expires_at <= ?))",
                    [reader.now().into()],
                );
            }
            Some(status) => {
                sql.add(" AND x.status = ?", [status.to_value().into()]);
            }
        }
    }
}

/// As much of a product as someone sees who is offered it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct OfferedProduct {
    /// Whose offer it is in.
    pub invitation_id: InvitationId,
    /// The product.
    pub id: ProductId,
    /// As its holder calls it.
    pub label: String,
    /// What it is.
    pub kind: ProductKind,
    /// The name of its plan.
    pub plan_name: String,
}

/// The products that invitations name, for those who see the invitations.
pub async fn offered_products(
    reader: &Reader,
    invitations: &[InvitationId],
) -> Result<HashMap<InvitationId, Vec<OfferedProduct>>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT o.invitation_id, p.id, p.label, f.kind, l.name AS plan_name
        FROM invitation_product o JOIN invitation x ON x.id = o.invitation_id JOIN product p ON p.id = o.product_id
        JOIN plan l ON l.id = p.plan_id JOIN offering f ON f.id = l.offering_id WHERE o.invitation_id ",
    );
    sql.any(invitations).push(" AND ");
    visible::invitations(&mut sql, reader.viewer(), "x");
    sql.push(" ORDER BY o.invitation_id, p.id");
    let rows: Vec<OfferedProduct> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|product| (product.invitation_id, product))))
}

/// On which side of a partnership an account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum As {
    /// It looks after another account.
    Partner,
    /// It is looked after.
    Client,
}

impl As {
    /// Oldest first.
    const fn list(self) -> List {
        let tie = match self {
            Self::Partner => "x.partner_id = k.id",
            Self::Client => "x.client_account_id = k.id",
        };
        List::by_id("partnership", tie, Order::Ascending)
    }
}

/// A page of the partnerships of each account, oldest first.
pub async fn partnerships(
    reader: &Reader,
    side: As,
    accounts: &[AccountId],
    status: Option<PartnershipStatus>,
    page: &ById,
) -> Result<HashMap<AccountId, Page<partnership::Model>>, Error> {
    nested::pages(reader, side.list(), accounts, page, in_status(reader, status)).await
}

/// How many such partnerships each account has.
pub async fn count_partnerships(
    reader: &Reader,
    side: As,
    accounts: &[AccountId],
    status: Option<PartnershipStatus>,
) -> Result<HashMap<AccountId, i64>, Error> {
    nested::counts(reader, side.list(), accounts, in_status(reader, status)).await
}

/// One that has run out counts as ended, whether or not the sweep has been there.
fn in_status(reader: &Reader, status: Option<PartnershipStatus>) -> impl Fn(&mut Sql) {
    move |sql| {
        visible::partnerships(sql, reader.viewer(), "x");
        let now = reader.now();
        match status {
            None => {}
            Some(PartnershipStatus::Active) => {
                sql.add(" AND x.status = 'ACTIVE' AND (x.expires_at IS NULL OR x.expires_at > ?)", [now.into()]);
            }
            Some(PartnershipStatus::Ended) => {
                sql.add(" AND (x.status = 'ENDED' OR (x.status = 'ACTIVE' AND x.expires_at <= ?))", [now.into()]);
            }
            Some(PartnershipStatus::Frozen) => {
                sql.push(" AND x.status = 'FROZEN'");
            }
        }
    }
}

/// A partner and one of its clients' accounts.
pub type PairKey = (AccountId, AccountId);

/// The partnership of each pair of partner and client that has not ended.
pub async fn of_pairs(reader: &Reader, pairs: &[PairKey]) -> Result<HashMap<PairKey, partnership::Model>, Error> {
    let partners: Vec<_> = pairs.iter().map(|(partner_id, _)| *partner_id).collect();
    let clients: Vec<_> = pairs.iter().map(|(_, account_id)| *account_id).collect();
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM ").keys("p", &partners).push(" JOIN ").keys("c", &clients);
    sql.add(
        " ON c.ordinal = p.ordinal JOIN partnership x ON x.partner_id = p.id AND x.client_account_id = c.id
        WHERE x.status <> 'ENDED' AND (x.expires_at IS NULL OR x.expires_at > ?) AND ",
        [reader.now().into()],
    );
    visible::partnerships(&mut sql, reader.viewer(), "x");
    let rows = sql.all::<partnership::Model>(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| ((row.partner_id, row.client_account_id), row)).collect())
}

#[derive(FromQueryResult)]
struct Covered {
    partnership_id: PartnershipId,
    product_id: ProductId,
}

/// The products that partnerships name, for those who see the partnerships.
pub async fn covered_products(
    reader: &Reader,
    partnerships: &[PartnershipId],
) -> Result<HashMap<PartnershipId, Vec<ProductId>>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT o.partnership_id, o.product_id FROM partnership_product o JOIN partnership x ON x.id = o.partnership_id
        WHERE o.partnership_id ",
    );
    sql.any(partnerships).push(" AND ");
    visible::partnerships(&mut sql, reader.viewer(), "x");
    sql.push(" ORDER BY o.partnership_id, o.product_id");
    let rows = sql.all::<Covered>(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|Covered { partnership_id, product_id }| (partnership_id, product_id))))
}

/// A change of who pays, with the person who made it.
#[derive(Debug, Clone, PartialEq)]
pub struct PayerChange {
    /// What was changed.
    pub row: payer_change::Model,
    /// By whom.
    pub changed_by_id: UserId,
}

/// The history of who pays, oldest first: what people changed; an end by the clock is the partnership's own end.
pub async fn payer_changes(
    reader: &Reader,
    partnerships: &[PartnershipId],
) -> Result<HashMap<PartnershipId, Vec<PayerChange>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT h.* FROM payer_change h JOIN partnership x ON x.id = h.partnership_id WHERE h.partnership_id ");
    sql.any(partnerships).push(" AND ");
    visible::partnerships(&mut sql, reader.viewer(), "x");
    sql.push(" ORDER BY h.partnership_id, h.id");
    let rows: Vec<payer_change::Model> = sql.all(reader.conn()).await?;
    let by_people = rows.into_iter().filter_map(|row| {
        let changed_by_id = row.changed_by_id?;
        Some((row.partnership_id, PayerChange { row, changed_by_id }))
    });
    Ok(grouped(by_people))
}

/// The powers of attorney of partnerships, for those who see the partnerships.
pub async fn powers_of_attorney(
    reader: &Reader,
    partnerships: &[PartnershipId],
) -> Result<HashMap<PartnershipId, power_of_attorney::Model>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT h.* FROM power_of_attorney h JOIN partnership x ON x.id = h.partnership_id WHERE h.partnership_id ",
    );
    sql.any(partnerships).push(" AND ");
    visible::partnerships(&mut sql, reader.viewer(), "x");
    let rows: Vec<power_of_attorney::Model> = sql.all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.partnership_id, row)).collect())
}
