//! Reads of people and accounts.

use std::collections::HashMap;

use entities::id::{AccountId, PartnershipId, ProductId, UserId};
use entities::mailed_token;
use entities::{account, membership, user};
use sea_orm::{ConnectionTrait, FromQueryResult};
use secrecy::SecretString;
use uuid::Uuid;

pub(crate) use super::store::user_by_email;

use super::identify::{Claim, identify};
use super::{password, rules, store, token};
use crate::actor::Actor;
use crate::error::{Code, Error, refuse};
use crate::nested::{self, List};
use crate::page::{ById, Order, Page};
use crate::permission::{self, Permission, Permissions, Target, visible};
use crate::sql::Sql;
use crate::store::{Now, Reader, Store};
use crate::text;
use crate::work::Number;

/// Who calls, and what time it is, in one statement whatever they are a member of. Without a token, and with one of a session or key
/// that is over or never was, that is nobody: the edge tells the two apart.
pub async fn authenticate(store: &Store, token: Option<&str>, ip: Option<String>) -> Result<(Actor, Now), Error> {
    identify(store.pool(), token.map_or(Claim::Nobody, Claim::Bearer), ip).await
}

/// The same again for somebody who was let in before, by what is so now: their sign-in or key may have ended, and what they hold may
/// be something else. Nobody where it has ended.
pub async fn authenticate_again(store: &Store, actor: &Actor) -> Result<(Actor, Now), Error> {
    again(store.pool(), actor).await
}

/// The same as a reader for whoever that is now, which has found it on the connection that it reads on. It keeps that to its end, as
/// that of a request which only reads, so it is not for anything that lasts.
pub async fn read_again(store: &Store, before: &Reader) -> Result<Reader, Error> {
    let reader = store.reader_on_one_connection(before.actor().clone(), before.now(), before.statements().clone());
    let (actor, now) = again(reader.conn(), before.actor()).await?;
    Ok(reader.becoming(actor, now.now))
}

async fn again(conn: &impl ConnectionTrait, actor: &Actor) -> Result<(Actor, Now), Error> {
    let claim = actor.person().map_or(Claim::Nobody, |person| Claim::Again(person.credential.id()));
    let ip = actor.person().and_then(|person| person.ip.clone());
    identify(conn, claim, ip).await
}

/// Whether this address is a user's; for operators, never for an answer to the public.
pub async fn is_known(store: &Store, email: &str) -> Result<bool, Error> {
    Ok(store::user_by_email(store.pool(), email).await?.is_some())
}

/// Proof that somebody knows a user's password.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Whose.
    pub(super) user: user::Model,
}

impl Proof {
    /// Whose.
    pub fn user_id(&self) -> UserId {
        self.user.id
    }
}

/// Checks an address and a password: one statement and one check, whatever comes of it.
/// # Errors
/// `INVALID_CREDENTIALS`, alike for an address that nobody has and for a password that is wrong.
pub async fn prove(reader: &Reader, email: &str, password: &SecretString) -> Result<Proof, Error> {
    use secrecy::ExposeSecret as _;
    let email = text::email("email", email).unwrap_or_default(); // nobody has the empty one
    let user = store::user_by_email(reader.conn(), &email).await?;
    let stored = user.as_ref().and_then(|user| user.password_hash.clone());
    let written = rules::normalised(password.expose_secret()).into();
    let fits = password::verify(written, stored).await?;
    match user.filter(|_| fits) {
        Some(user) => Ok(Proof { user }),
        None => refuse(Code::InvalidCredentials, "The address or the password is wrong."),
    }
}

/// What a mailed link is about, for the page that it opens; nothing is changed or used up.
/// # Errors
/// As for using the link: `TOKEN_INVALID`, `TOKEN_EXPIRED`.
pub async fn mailed_link(reader: &Reader, link: &str) -> Result<MailedLink, Error> {
    let found = token::find(reader.conn(), link, "").await?;
    let row = token::usable(found, reader.now())?;
    let user = store::user_by_email(reader.conn(), &row.email).await?;
    Ok(MailedLink { kind: row.kind, email: row.email, user, subject_id: row.subject_id })
}

/// A link that can still be used.
#[derive(Debug, Clone)]
pub struct MailedLink {
    /// What it is for.
    pub kind: mailed_token::MailedTokenKind,
    /// The address that it was mailed to.
    pub email: String,
    /// The user with that address, if there is one.
    pub user: Option<user::Model>,
    /// The row that it opens, of the type that its kind says.
    pub subject_id: Option<Uuid>,
}

/// The users who have shown that these addresses are theirs, by address: for whoever knows the addresses. One statement.
pub async fn verified_users(reader: &Reader, emails: &[String]) -> Result<HashMap<String, user::Model>, Error> {
    let mut sql = reader.sql();
    sql.push(r#"SELECT * FROM "user" WHERE email_verified_at IS NOT NULL AND email "#).any_text(emails);
    let users: Vec<user::Model> = sql.all(reader.conn()).await?;
    Ok(users.into_iter().map(|user| (user.email.clone(), user)).collect())
}

/// All accounts, the newest first. For staff. `search` looks into names; a whole mail address finds the accounts of its user.
pub async fn all(reader: &Reader, search: Option<&str>, page: &ById) -> Result<Page<account::Model>, Error> {
    let mut sql = reader.sql();
    found(&mut sql, reader, search, "x.*");
    page.bounds(&mut sql, "x.id", Order::Descending);
    page.order(&mut sql, "x.id", Order::Descending);
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// How many there are. For staff.
pub async fn count_all(reader: &Reader, search: Option<&str>) -> Result<i64, Error> {
    let mut sql = reader.sql();
    found(&mut sql, reader, search, "count(*) AS n");
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |row| row.n))
}

/// What matches is found first, by the index of the search: a plan that walks all accounts in their order until a page is full of
/// matches is slow for those searches that find little.
fn found(sql: &mut Sql, reader: &Reader, search: Option<&str>, columns: &str) {
    let email = search.and_then(|search| text::email("search", search).ok());
    let pattern = text::search_pattern(search).filter(|_| email.is_none());
    let is_searched = email.is_some() || pattern.is_some();
    if is_searched {
        sql.push("WITH found AS /materialized/ (");
    }
    if let Some(email) = email {
        sql.add(
            r#"SELECT m.account_id AS id FROM membership m JOIN "user" u ON u.id = m.user_id WHERE u.email = ?)"#,
            [email.into()],
        );
    } else if let Some(pattern) = pattern {
        sql.push("SELECT a.id FROM account a WHERE a.search").like(&pattern).push(")");
    }
    sql.push(" SELECT ").push(columns).push(" FROM account x WHERE ");
    sql.push(if reader.actor().sees_everything() { "TRUE" } else { "FALSE" });
    if is_searched {
        sql.push(" AND x.id IN (SELECT id FROM found)");
    }
}

/// What the reader's actor may do in each of the accounts, all ways together, in one statement.
pub async fn held(reader: &Reader, accounts: &[AccountId]) -> Result<HashMap<AccountId, Permissions>, Error> {
    let targets: Vec<_> = accounts.iter().copied().map(Target::account).collect();
    let facts = permission::held(reader.conn(), reader.actor(), reader.now(), &targets).await?;
    Ok(facts.into_iter().map(|(target, facts)| (target.account_id, facts.held())).collect())
}

/// The owner of each account, in one statement, for those who may do anything there.
pub async fn owners(reader: &Reader, accounts: &[AccountId]) -> Result<HashMap<AccountId, membership::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT m.* FROM membership m WHERE m.role = 'OWNER' AND m.account_id ").any(accounts);
    let owners: Vec<membership::Model> = sql.all(reader.conn()).await?;
    Ok(owners.into_iter().map(|owner| (owner.account_id, owner)).collect())
}

/// Oldest first.
const MEMBERS: List = List::by_id("membership", "x.account_id = k.id", Order::Ascending);

/// The memberships of each account that the actor sees: the same page of each, in one statement.
pub async fn members(
    reader: &Reader,
    accounts: &[AccountId],
    page: &ById,
) -> Result<HashMap<AccountId, Page<membership::Model>>, Error> {
    let seen = |sql: &mut Sql| visible::memberships(sql, reader.viewer(), "x");
    nested::pages(reader, MEMBERS, accounts, page, seen).await
}

/// How many memberships of each account the actor sees.
pub async fn count_members(reader: &Reader, accounts: &[AccountId]) -> Result<HashMap<AccountId, i64>, Error> {
    let seen = |sql: &mut Sql| visible::memberships(sql, reader.viewer(), "x");
    nested::counts(reader, MEMBERS, accounts, seen).await
}

/// The actor's own memberships, oldest first; none for nobody.
pub async fn own_memberships(reader: &Reader, page: &ById) -> Result<Page<membership::Model>, Error> {
    let actor = reader.actor();
    let ids: Vec<_> = actor.members().map(|member| member.membership_id).collect();
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM membership x WHERE x.id ").any(&ids);
    // a key's member may be its creator's membership of the partner: that is not the key's to see
    sql.push(" AND x.account_id ").any(&actor.accounts());
    page.bounds(&mut sql, "x.id", Order::Ascending);
    page.order(&mut sql, "x.id", Order::Ascending);
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// What a question about a permission is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// An account.
    Account,
    /// A product.
    Product,
    /// A partnership: its client's account.
    Partnership,
    /// An invoice: the account that it is billed to.
    Invoice,
    /// A client record: the partner's account.
    Client,
}

#[derive(FromQueryResult)]
struct Found {
    account_id: AccountId,
    product_id: Option<ProductId>,
}

/// Each way in which the actor holds a permission on something; none when it is not held, and none when there is no such thing, or
/// the actor does not see it.
pub async fn explain(
    reader: &Reader,
    permission: Permission,
    about: About,
    id: Uuid,
) -> Result<Vec<permission::Path>, Error> {
    let mut sql = reader.sql();
    let mut find = |account: &str, product: &str, table: &str| {
        sql.push(&format!("SELECT x.{account} AS account_id, {product} AS product_id FROM {table} x WHERE x.id = "));
        sql.bind(id).push(" AND ");
    };
    match about {
        About::Account => find("id", "CAST(NULL AS /uuid/)", "account"),
        About::Product => find("account_id", "x.id", "product"),
        About::Partnership => find("client_account_id", "CAST(NULL AS /uuid/)", "partnership"),
        About::Invoice => find("billed_to_id", "CAST(NULL AS /uuid/)", "invoice"),
        About::Client => find("partner_id", "CAST(NULL AS /uuid/)", "client"),
    }
    match about {
        About::Account => visible::accounts(&mut sql, reader.viewer(), "x"),
        About::Product => visible::products(&mut sql, reader.viewer(), "x"),
        About::Partnership => visible::partnerships(&mut sql, reader.viewer(), "x"),
        About::Invoice => visible::invoices(&mut sql, reader.viewer(), "x"),
        About::Client => visible::clients(&mut sql, reader.viewer(), "x"),
    }
    let Some(Found { account_id, product_id }) = sql.one(reader.conn()).await? else { return Ok(Vec::new()) };
    let on = Target { account_id, product_id };
    let facts = permission::held(reader.conn(), reader.actor(), reader.now(), &[on]).await?;
    Ok(facts.get(&on).map(|facts| permission::explain(facts, permission)).unwrap_or_default())
}

#[derive(FromQueryResult)]
struct ClientOf {
    client_account_id: AccountId,
}

/// The client of a partnership that the actor acts through.
pub async fn client_of(reader: &Reader, id: PartnershipId) -> Result<Option<AccountId>, Error> {
    let mut sql = reader.sql();
    sql.add("SELECT client_account_id FROM partnership WHERE id = ?", [id.into()]);
    Ok(sql.one::<ClientOf>(reader.conn()).await?.map(|row| row.client_account_id))
}
