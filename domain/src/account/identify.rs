//! Who calls, and what time it is: one statement a request, whatever the number of memberships and partnerships.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, ApiKeyId, MembershipId, PartnershipId, SessionId, UserId};
use entities::membership::Role;
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::actor::{Actor, Credential, CredentialId, Key, Member, Person};
use crate::error::Error;
use crate::permission::Permissions;
use crate::permission::rules::{Way, carried_by, narrowed_by_key};
use crate::secret;
use crate::sql::Sql;
use crate::store::Now;

/// By what somebody is to be known.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Claim<'c> {
    /// Nothing.
    Nobody,
    /// What stands in the request: a session's token, or an API key.
    Bearer(&'c str),
    /// What was looked at before: it may have ended, or carry something else by now.
    Again(CredentialId),
}

/// Who that is; nobody for a session or key that is over, and for one that never was.
pub(crate) async fn identify(
    conn: &impl ConnectionTrait,
    claim: Claim<'_>,
    ip: Option<String>,
) -> Result<(Actor, Now), Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    let is_key = match claim {
        Claim::Nobody => by_session(&mut sql, "FALSE", None),
        Claim::Bearer(token) if secret::is_api_key(token) => {
            by_key(&mut sql, "k.secret_hash = ", secret::hash(token).into())
        }
        Claim::Bearer(token) => by_session(&mut sql, "s.token_hash = ", Some(secret::hash(token).into())),
        Claim::Again(CredentialId::Session(id)) => by_session(&mut sql, "s.id = ", Some(id.into())),
        Claim::Again(CredentialId::ApiKey(id)) => by_key(&mut sql, "k.id = ", id.into()),
    };
    let rows: Vec<Row> = sql.all(conn).await?;
    let first = rows.first().ok_or_else(|| Error::fault("the database has no clock"))?;
    let now = Now { now: first.now, real_now: first.real_now };
    let Some(mut person) = first.person(ip) else { return Ok((Actor::Anonymous, now)) };
    person.memberships = rows.iter().filter_map(|row| row.member(person.key())).collect();
    person.is_staff &= !is_key;
    Ok((Actor::Person(Arc::new(person)), now))
}

const NOW: &str = "(SELECT coalesce((SELECT now_at FROM clock WHERE id = 1), /now/) AS now, /now/ AS real_now) n";

/// Every membership that is there; those whose partnership is not in force have no `granting`.
fn by_session(sql: &mut Sql, which: &str, value: Option<sea_orm::Value>) -> bool {
    sql.push(
        "SELECT n.now, n.real_now, s.id AS session_id, u.id AS user_id, u.email, u.locale, u.email_verified_at, u.is_staff,
            m.id AS membership_id, m.account_id, m.role, m.permissions, m.granted_through_id, g.permissions AS granting,
            CAST(NULL AS /uuid/) AS key_id, CAST(NULL AS /uuid/) AS key_account_id, CAST(NULL AS integer) AS key_permissions,
            CAST(NULL AS /uuid/) AS key_granted_through_id, CAST(NULL AS /instant/) AS key_expires_at,
            CAST(NULL AS /instant/) AS key_last_used_at
        FROM ",
    );
    sql.push(NOW).push(" LEFT JOIN session s ON ").push(which);
    if let Some(value) = value {
        sql.bind(value);
    }
    sql.push(
        r#" AND s.ended_at IS NULL AND s.expires_at > n.real_now
        LEFT JOIN "user" u ON u.id = s.user_id
        LEFT JOIN membership m ON m.user_id = u.id
        LEFT JOIN partnership g ON g.id = m.granted_through_id AND g.status = 'ACTIVE' AND g.has_all_products
            AND (g.expires_at IS NULL OR g.expires_at > n.now)
        ORDER BY m.id"#,
    );
    false
}

/// The memberships by which the creator of a key may hold its account in the way by which the key was made: of the account itself,
/// or of the partner through whose partnership it was made.
fn by_key(sql: &mut Sql, which: &str, value: sea_orm::Value) -> bool {
    sql.push(
        "SELECT n.now, n.real_now, CAST(NULL AS /uuid/) AS session_id, u.id AS user_id, u.email, u.locale, u.email_verified_at,
            u.is_staff, m.id AS membership_id, m.account_id, m.role, m.permissions, m.granted_through_id,
            g.permissions AS granting, k.id AS key_id, k.account_id AS key_account_id, k.permissions AS key_permissions,
            k.granted_through_id AS key_granted_through_id, k.expires_at AS key_expires_at, k.last_used_at AS key_last_used_at
        FROM ",
    );
    sql.push(NOW).push(" LEFT JOIN api_key k ON ").push(which).bind(value);
    sql.push(
        r#" AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > n.now)
        LEFT JOIN "user" u ON u.id = k.created_by_id
        LEFT JOIN partnership g ON g.id = k.granted_through_id AND g.status = 'ACTIVE' AND g.has_all_products
            AND (g.expires_at IS NULL OR g.expires_at > n.now)
        LEFT JOIN membership m ON m.user_id = k.created_by_id AND (
            (m.account_id = k.account_id AND m.granted_through_id IS NULL AND k.granted_through_id IS NULL)
            OR (m.account_id = k.account_id AND m.granted_through_id = g.id)
            OR (m.account_id = g.partner_id AND m.granted_through_id IS NULL))
        ORDER BY m.id"#,
    );
    true
}

#[derive(FromQueryResult)]
struct Row {
    now: DateTime<Utc>,
    real_now: DateTime<Utc>,
    session_id: Option<SessionId>,
    user_id: Option<UserId>,
    email: Option<String>,
    locale: Option<String>,
    email_verified_at: Option<DateTime<Utc>>,
    is_staff: Option<bool>,
    membership_id: Option<MembershipId>,
    account_id: Option<AccountId>,
    role: Option<Role>,
    permissions: Option<i32>,
    granted_through_id: Option<PartnershipId>,
    granting: Option<i32>,
    key_id: Option<ApiKeyId>,
    key_account_id: Option<AccountId>,
    key_permissions: Option<i32>,
    key_granted_through_id: Option<PartnershipId>,
    key_expires_at: Option<DateTime<Utc>>,
    key_last_used_at: Option<DateTime<Utc>>,
}

impl Row {
    fn person(&self, ip: Option<String>) -> Option<Person> {
        Some(Person {
            user_id: self.user_id?,
            credential: self.credential()?,
            email: self.email.clone()?,
            locale: self.locale.clone()?,
            email_verified_at: self.email_verified_at,
            is_staff: self.is_staff?,
            memberships: Vec::new(),
            ip,
        })
    }

    fn credential(&self) -> Option<Credential> {
        if let Some(id) = self.session_id {
            return Some(Credential::Session(id));
        }
        Some(Credential::ApiKey(Key {
            id: self.key_id?,
            account_id: self.key_account_id?,
            permissions: Permissions::from_bits(self.key_permissions?),
            granted_through: self.key_granted_through_id,
            expires_at: self.key_expires_at,
            last_used_at: self.key_last_used_at,
        }))
    }

    /// The membership of this row, with what it carries; none where the partnership through which it was granted is not in force.
    fn member(&self, key: Option<&Key>) -> Option<Member> {
        let (membership, member_of, role) = (self.membership_id?, self.account_id?, self.role?);
        let member = Permissions::from_bits(self.permissions?);
        let granting = self.granting.map(Permissions::from_bits);
        let own = |way| Member {
            membership_id: membership,
            account_id: member_of,
            role,
            permissions: carried_by(way),
            granted_through: way.partnership(),
        };
        let granted_through = match self.granted_through_id {
            None => None,
            Some(partnership) => Some((partnership, granting?)),
        };
        let way = Way::Membership { membership, role: Some(role), permissions: member, granted_through };
        let Some(key) = key else { return Some(own(way)) };
        let way = match key.granted_through {
            Some(partnership) if member_of != key.account_id => Way::Partnership {
                membership,
                partner: member_of,
                partnership,
                member,
                carried: granting?,
                covers_all: true,
                covers_target: false,
            },
            _ => way,
        };
        narrowed_by_key(way, key.account_id, key).map(|way| Member { account_id: key.account_id, ..own(way) })
    }
}
