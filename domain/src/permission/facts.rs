//! The facts of a question, read in one statement however many targets it has.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, MembershipId, PartnershipId, ProductId, UserId};
use entities::membership::Role;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use serde_json::json;
use uuid::Uuid;

use super::rules::{Way, carried_by_all};
use super::{Permission, Permissions};
use crate::actor::Actor;
use crate::sql::{Sql, Type};

/// What a question is about: an account, or one product that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Target {
    /// The account.
    pub account_id: AccountId,
    /// One of its products.
    pub product_id: Option<ProductId>,
}

impl Target {
    /// What nobody has a way to.
    pub const NOBODYS: Self = Self::account(AccountId(Uuid::nil()));

    /// The account as a whole.
    pub const fn account(account_id: AccountId) -> Self {
        Self { account_id, product_id: None }
    }

    /// One product.
    pub const fn product(account_id: AccountId, product_id: ProductId) -> Self {
        Self { account_id, product_id: Some(product_id) }
    }
}

/// The ways in which an actor reaches a target, with when they end.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    ways: Vec<Way>,
    expiries: Vec<Option<DateTime<Utc>>>,
}

/// Through what an act was allowed; goes into the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The account that is acted on.
    pub account_id: AccountId,
    /// The partnership that carried it, if it was one.
    pub partnership_id: Option<PartnershipId>,
}

impl Facts {
    /// Every way, allowed or not.
    pub fn ways(&self) -> &[Way] {
        &self.ways
    }

    /// Each way with when it ends.
    pub fn with_expiry(&self) -> impl Iterator<Item = (Way, Option<DateTime<Utc>>)> {
        self.ways.iter().copied().zip(self.expiries.iter().copied())
    }

    /// All that is held, all ways together.
    pub fn held(&self) -> Permissions {
        carried_by_all(&self.ways)
    }

    /// Whether this is held.
    pub fn holds(&self, permission: Permission) -> bool {
        self.held().contains(permission)
    }

    fn push(&mut self, way: Way, expires_at: Option<DateTime<Utc>>) {
        self.ways.push(way);
        self.expiries.push(expires_at);
    }
}

#[derive(FromQueryResult)]
struct Row {
    ordinal: i64,
    membership_id: MembershipId,
    role: Role,
    member: i32,
    partnership_id: Option<PartnershipId>,
    carried: Option<i32>,
    covers_all: Option<bool>,
    covers_target: Option<bool>,
    expires_at: Option<DateTime<Utc>>,
}

/// The facts of each target, at this instant, by what the database says now: not by what a request began with.
pub async fn held(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    now: DateTime<Utc>,
    targets: &[Target],
) -> Result<HashMap<Target, Facts>, DbErr> {
    let mut found: HashMap<Target, Facts> = targets.iter().map(|target| (*target, Facts::default())).collect();
    if actor.person().is_some_and(|person| person.is_staff) {
        for facts in found.values_mut() {
            facts.push(Way::Staff, None);
        }
    }
    let Some(user_id) = actor.user_id() else { return Ok(found) };
    if targets.is_empty() {
        return Ok(found);
    }
    for row in question(conn, user_id, now, targets)?.all::<Row>(conn).await? {
        let Some(facts) =
            usize::try_from(row.ordinal).ok().and_then(|at| targets.get(at)).and_then(|target| found.get_mut(target))
        else {
            continue;
        };
        let member = Permissions::from_bits(row.member);
        let way = match row.partnership_id {
            None => Way::Membership { membership: row.membership_id, role: row.role, permissions: member },
            Some(partnership) => Way::Partnership {
                membership: row.membership_id,
                partnership,
                member,
                carried: Permissions::from_bits(row.carried.unwrap_or_default()),
                covers_all: row.covers_all.unwrap_or_default(),
                covers_target: row.covers_target.unwrap_or_default(),
            },
        };
        facts.push(way, row.expires_at);
    }
    Ok(found)
}

fn question(
    conn: &impl ConnectionTrait,
    user_id: UserId,
    now: DateTime<Utc>,
    targets: &[Target],
) -> Result<Sql, DbErr> {
    let rows: Vec<_> = targets
        .iter()
        .enumerate()
        .map(|(ordinal, t)| json!({ "ordinal": ordinal, "account_id": t.account_id, "product_id": t.product_id }))
        .collect();
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("WITH target AS (SELECT * FROM ");
    sql.records("t", &[("ordinal", Type::Int), ("account_id", Type::Id), ("product_id", Type::Id)], &rows)?;
    sql.add(
        ") SELECT t.ordinal, m.id AS membership_id, m.role, m.permissions AS member, CAST(NULL AS /uuid/) AS partnership_id,
            CAST(NULL AS integer) AS carried, CAST(NULL AS boolean) AS covers_all, CAST(NULL AS boolean) AS covers_target,
            CAST(NULL AS /instant/) AS expires_at
        FROM target t JOIN membership m ON m.account_id = t.account_id AND m.user_id = ?
        UNION ALL
        SELECT t.ordinal, m.id, m.role, m.permissions, s.id, s.permissions, s.has_all_products,
            EXISTS (SELECT 1 FROM partnership_product c WHERE c.partnership_id = s.id AND c.product_id = t.product_id),
            s.expires_at
        FROM target t
        JOIN partnership s ON s.client_account_id = t.account_id AND s.status = 'ACTIVE'
            AND (s.expires_at IS NULL OR s.expires_at > ?)
        JOIN membership m ON m.account_id = s.partner_id AND m.user_id = ?",
        [user_id.into(), now.into(), user_id.into()],
    );
    Ok(sql)
}
