//! The facts of a question, read in one statement however many targets it has.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::contributor::ContributorRole;
use entities::id::{AccountId, ApiKeyId, ContributorId, MembershipId, PartnershipId, ProductId, UserId};
use entities::membership::Role;
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult};
use uuid::Uuid;

use super::rules::{Way, carried_by_all, narrowed_by_key};
use super::{Permission, Permissions, visible};
use crate::actor::{Actor, Key};
use crate::sql::Sql;

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
    key: Option<ApiKeyId>,
}

/// Through what an act was allowed; goes into the audit log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// The account that is acted on.
    pub account_id: AccountId,
    /// The partnership that carried it, if it was one: the actor acts as the partner.
    pub partnership_id: Option<PartnershipId>,
    /// The partnership through which the membership was granted that carried it: the actor acts as the account itself.
    pub granted_through: Option<PartnershipId>,
    /// As what the actor reached the account.
    pub standing: Standing,
}

/// As what somebody reaches an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// As its own member, or as the product itself.
    Own,
    /// As somebody it has let in: a member of this account, if of any.
    LetIn(Option<AccountId>),
    /// As the provider's staff.
    Staff,
}

impl Grant {
    /// By one's own right in this account, or by the product itself.
    pub const fn own(account_id: AccountId) -> Self {
        Self { account_id, partnership_id: None, granted_through: None, standing: Standing::Own }
    }

    /// By the provider's staff.
    pub const fn staff(account_id: AccountId) -> Self {
        Self { standing: Standing::Staff, ..Self::own(account_id) }
    }

    /// By this way.
    pub(super) const fn by(way: Way, account_id: AccountId) -> Self {
        match way {
            Way::Partnership { partnership, partner, .. } => Self {
                partnership_id: Some(partnership),
                standing: Standing::LetIn(Some(partner)),
                ..Self::own(account_id)
            },
            Way::Membership { .. } => Self { granted_through: way.partnership(), ..Self::own(account_id) },
            Way::Contributor { of_account, .. } => Self {
                granted_through: way.partnership(),
                standing: Standing::LetIn(match of_account {
                    Some((account, ..)) => Some(account),
                    None => None,
                }),
                ..Self::own(account_id)
            },
            Way::Staff => Self::staff(account_id),
        }
    }

    /// The partnership within which whatever the act grants stays.
    pub fn within(&self) -> Option<PartnershipId> {
        self.partnership_id.or(self.granted_through)
    }
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

    /// The key through which all of it is held, if it is one.
    pub const fn key(&self) -> Option<ApiKeyId> {
        self.key
    }

    fn push(&mut self, way: Way, expires_at: Option<DateTime<Utc>>) {
        self.ways.push(way);
        self.expiries.push(expires_at);
    }

    fn push_narrowed(&mut self, way: Way, expires_at: Option<DateTime<Utc>>, on: AccountId, key: &Key) {
        self.key = Some(key.id);
        if let Some(way) = narrowed_by_key(way, on, key) {
            self.push(way, [expires_at, key.expires_at].into_iter().flatten().min());
        }
    }
}

#[derive(FromQueryResult)]
struct Row {
    ordinal: i64,
    membership_id: Option<MembershipId>,
    role: Option<Role>,
    member: Option<i32>,
    granted_through_id: Option<PartnershipId>,
    granting: Option<i32>,
    partner_id: Option<AccountId>,
    partnership_id: Option<PartnershipId>,
    carried: Option<i32>,
    covers_all: Option<bool>,
    covers_target: Option<bool>,
    expires_at: Option<DateTime<Utc>>,
    contributor_id: Option<ContributorId>,
    contributes_as: Option<ContributorRole>,
    contributing_id: Option<AccountId>,
}

impl Row {
    /// None for a row that says too little of its way: it gives nothing.
    fn way(&self) -> Option<Way> {
        let bits = |bits: Option<i32>| Permissions::from_bits(bits.unwrap_or_default());
        let member = bits(self.member);
        if let Some(contributor) = self.contributor_id {
            let of_account = match self.contributing_id {
                Some(account) => Some((account, self.membership_id?, member)),
                None => None,
            };
            let (role, granted_through) = (self.contributes_as?, self.granted_through_id);
            return Some(Way::Contributor { contributor, role, granted_through, of_account });
        }
        let membership = self.membership_id?;
        let (Some(partnership), Some(partner)) = (self.partnership_id, self.partner_id) else {
            let granted_through = self.granted_through_id.map(|id| (id, bits(self.granting)));
            let role = self.role.filter(|_| granted_through.is_none());
            return Some(Way::Membership { membership, role, permissions: member, granted_through });
        };
        Some(Way::Partnership {
            membership,
            partner,
            partnership,
            member,
            carried: bits(self.carried),
            covers_all: self.covers_all.unwrap_or_default(),
            covers_target: self.covers_target.unwrap_or_default(),
        })
    }
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
    for (target, way, expires_at) in ways_of(conn, user_id, now, targets).await? {
        let Some(facts) = found.get_mut(&target) else { continue };
        match actor.key() {
            None => facts.push(way, expires_at),
            Some(key) => facts.push_narrowed(way, expires_at, target.account_id, key),
        }
    }
    Ok(found)
}

/// Each way in which a user, whoever acts, reaches each of the targets; with when it ends.
pub(crate) async fn ways_of(
    conn: &impl ConnectionTrait,
    user_id: UserId,
    now: DateTime<Utc>,
    targets: &[Target],
) -> Result<Vec<(Target, Way, Option<DateTime<Utc>>)>, DbErr> {
    if targets.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Row> = question(conn, user_id, now, targets).all(conn).await?;
    let target = |row: &Row| targets.get(usize::try_from(row.ordinal).ok()?.checked_sub(1)?).copied();
    Ok(rows.iter().filter_map(|row| Some((target(row)?, row.way()?, row.expires_at))).collect())
}

/// A membership that was granted through a partnership counts as long as that is in force and covers the whole account; it leads
/// to this account, and to no client of it.
fn question(conn: &impl ConnectionTrait, user_id: UserId, now: DateTime<Utc>, targets: &[Target]) -> Sql {
    let accounts: Vec<_> = targets.iter().map(|target| target.account_id).collect();
    // no product has the nil id
    let products: Vec<_> = targets.iter().map(|target| target.product_id.unwrap_or(ProductId(Uuid::nil()))).collect();
    let mut sql = Sql::new(conn.get_database_backend());
    // as arrays: of these the planner knows how many there are, and goes by index for few
    sql.push("WITH target AS (SELECT a.ordinal, a.id AS account_id, p.id AS product_id FROM ");
    sql.keys("a", &accounts).push(" JOIN ").keys("p", &products).push(" ON p.ordinal = a.ordinal");
    sql.add(
        ") SELECT t.ordinal, m.id AS membership_id, m.role, m.permissions AS member, m.granted_through_id,
            g.permissions AS granting,
            CAST(NULL AS /uuid/) AS partner_id, CAST(NULL AS /uuid/) AS partnership_id, CAST(NULL AS integer) AS carried,
            CAST(NULL AS boolean) AS covers_all, CAST(NULL AS boolean) AS covers_target, g.expires_at,
            CAST(NULL AS /uuid/) AS contributor_id, CAST(NULL AS text) AS contributes_as, CAST(NULL AS /uuid/) AS contributing_id
        FROM target t JOIN membership m ON m.account_id = t.account_id AND m.user_id = ?
        LEFT JOIN partnership g ON g.id = m.granted_through_id AND g.status = 'ACTIVE' AND g.has_all_products
            AND (g.expires_at IS NULL OR g.expires_at > ?)
        WHERE m.granted_through_id IS NULL OR g.id IS NOT NULL
        UNION ALL
        SELECT t.ordinal, m.id, m.role, m.permissions, CAST(NULL AS /uuid/), CAST(NULL AS integer), s.partner_id, s.id,
            s.permissions, s.has_all_products,
            EXISTS (SELECT 1 FROM partnership_product c WHERE c.partnership_id = s.id AND c.product_id = t.product_id),
            s.expires_at, CAST(NULL AS /uuid/), CAST(NULL AS text), CAST(NULL AS /uuid/)
        FROM target t
        JOIN partnership s ON s.client_account_id = t.account_id AND s.status = 'ACTIVE'
            AND (s.expires_at IS NULL OR s.expires_at > ?)
        JOIN membership m ON m.account_id = s.partner_id AND m.user_id = ? AND m.granted_through_id IS NULL
        UNION ALL
        SELECT t.ordinal, v.id, v.role, v.permissions, c.partnership_id, CAST(NULL AS integer), CAST(NULL AS /uuid/),
            CAST(NULL AS /uuid/), CAST(NULL AS integer), CAST(NULL AS boolean), CAST(NULL AS boolean),
            (SELECT g.expires_at FROM partnership g WHERE g.id = c.partnership_id), c.id, c.role, c.account_id
        FROM target t JOIN contributor c ON c.product_id = t.product_id
        LEFT JOIN membership v ON v.account_id = c.account_id AND v.user_id = ? AND v.granted_through_id IS NULL
        WHERE (v.id IS NOT NULL OR (c.account_id IS NULL AND c.email = (
            SELECT u.email FROM \"user\" u WHERE u.id = ? AND u.email_verified_at IS NOT NULL))) AND ",
        [user_id.into(), now.into(), now.into(), user_id.into(), user_id.into(), user_id.into()],
    );
    visible::contribution_in_force(&mut sql, now, "c", "t.account_id");
    sql
}
