//! The world that every row begins in: two families of a partner and its client that are alike in everything, those who once
//! had a right, and somebody without any. It is built once for each kind of database, and copied.

use std::collections::BTreeMap;
use std::fmt;

use api::id::{Kind, decode};
use domain::permission::Permission;
use domain::sql::{Sql, insert};
use entities::id::{AccountId, MembershipId, SessionId, UserId};
use entities::job::{self, JobState};
use entities::membership::Role;
use entities::payout::{self, PayoutStatus};
use entities::{affiliate, membership, notification, referral, session, user};
use serde_json::json;
use tests::app::TestApp;
use tests::rows::Rows;
use tests::world::{PASSWORD, Provider, Signed};
use uuid::Uuid;

use super::family::{Family, contact, contributor, domain_plan, family, keep_tax_data};
use super::former;

/// The accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Company {
    /// Our partner.
    Acme,
    /// Our client: Acme has full access, and Bolt pays.
    Bolt,
    /// Nobody's partner, nobody's client.
    Solo,
    /// The other partner.
    Zeta,
    /// Its client.
    Yolk,
    /// Was Bolt's partner; the partnership was ended.
    Gone,
    /// Was Bolt's partner until its access ran out.
    Late,
    /// Is Bolt's partner, but frozen.
    Cold,
    /// Is Bolt's partner for one product of Bolt's own, to look at it and to buy.
    Part,
    /// A partner with whom an offer of Bolt's, and one of Yolk's, waits.
    Mute,
    /// Is Yolk's partner too, with full access, and pays.
    Pays,
}

/// Those with a member of each role.
const WITH_ROLES: [Company; 3] = [Company::Acme, Company::Bolt, Company::Solo];
pub const ROLES: [Role; 5] = [Role::Owner, Role::Admin, Role::Billing, Role::Technical, Role::Viewer];

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Nobody,
    Staff,
    Member(Company, RoleOrder),
    /// Without an account; Acme has asked for access at their address, which is verified.
    Asked,
    /// The same, and it is not.
    Unproven,
    /// Sees Bolt's own product as a contributor, and nothing else.
    Looks,
    /// Edits what Acme ordered for Bolt as a contributor, and nothing else.
    Edits,
    /// Was an admin there, and has done something there.
    Left(Company),
}

/// A role that can be sorted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleOrder(usize);

impl fmt::Debug for RoleOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.role().fmt(f)
    }
}

impl Who {
    pub fn member(company: Company, role: Role) -> Self {
        let at = ROLES.iter().position(|one| *one == role);
        Self::Member(company, RoleOrder(at.expect("one of the five roles")))
    }
}

impl RoleOrder {
    pub fn role(self) -> Role {
        ROLES[self.0]
    }
}

/// A role's bundle, written down a second time. Source: rules §2.
pub fn bundle(role: Role) -> &'static [Permission] {
    use Permission::{
        ContactSupport, ManageBilling, ManageClients, ManageProducts, Purchase, ViewInvoices, ViewProducts,
    };
    match role {
        Role::Owner | Role::Admin => &Permission::ALL,
        Role::Billing => &[ViewProducts, ViewInvoices, ManageBilling, Purchase],
        Role::Technical => &[ViewProducts, ManageProducts, ContactSupport, ManageClients],
        Role::Viewer => &[ViewProducts],
    }
}

/// What FULL access carries, written down a second time. Source: rules §2.
pub const FULL_ACCESS: [Permission; 5] = [
    Permission::ViewProducts,
    Permission::ManageProducts,
    Permission::Purchase,
    Permission::ContactSupport,
    Permission::ManageMembers,
];

/// What [`Company::Part`] was given.
const IN_PART: [Permission; 2] = [Permission::ViewProducts, Permission::Purchase];

/// What a partnership gives a partner now.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    pub partner: Company,
    pub client_account: Uuid,
    pub permissions: &'static [Permission],
    /// The one product that it covers; none: all.
    pub only: Option<Uuid>,
}

pub struct World {
    pub provider: Provider,
    accounts: BTreeMap<Company, Signed>,
    tokens: BTreeMap<Who, String>,
    pub ours: Family,
    pub theirs: Family,
    /// By which [`Who::Edits`] does.
    pub editor: String,
    /// A plan of a domain.
    pub domain_id: String,
    /// Of Acme's.
    pub acmes_contact: String,
}

impl World {
    pub fn account(&self, company: Company) -> &str {
        &self.accounts[&company].account_id
    }

    pub fn owner(&self, company: Company) -> &Signed {
        &self.accounts[&company]
    }

    /// The token of whoever calls; none for nobody.
    pub fn token(&self, who: Who) -> Option<&str> {
        self.tokens.get(&who).map(String::as_str)
    }

    /// The families whose secrets somebody has nothing to do with.
    pub fn strange_to(&self, who: Who) -> &'static [&'static str] {
        match who {
            Who::Staff | Who::Member(Company::Mute, _) => &[],
            Who::Member(Company::Acme | Company::Bolt | Company::Part, _) => &["yolk"],
            Who::Member(Company::Zeta | Company::Yolk | Company::Pays, _) => &["bolt"],
            Who::Looks => &["yolk"],
            Who::Nobody | Who::Asked | Who::Unproven | Who::Edits | Who::Left(_) | Who::Member(..) => &["bolt", "yolk"],
        }
    }

    /// The partnerships that carry something.
    pub fn accesses(&self) -> [Access; 4] {
        let full = |partner, client| Access {
            partner,
            client_account: row(self.account(client)),
            permissions: &FULL_ACCESS,
            only: None,
        };
        let part = Access {
            permissions: &IN_PART,
            only: Some(row(&self.ours.own_product)),
            ..full(Company::Part, Company::Bolt)
        };
        let pays = full(Company::Pays, Company::Yolk);
        [full(Company::Acme, Company::Bolt), full(Company::Zeta, Company::Yolk), part, pays]
    }

    /// Every account that there is.
    pub fn companies(&self) -> impl Iterator<Item = Company> {
        self.accounts.keys().copied()
    }

    /// The product that somebody contributes to, and whose it is.
    pub fn contribution(&self, who: Who) -> Option<(Company, &str)> {
        match who {
            Who::Looks => Some((Company::Bolt, &self.ours.own_product)),
            Who::Edits => Some((Company::Bolt, &self.ours.product)),
            Who::Nobody | Who::Staff | Who::Asked | Who::Unproven | Who::Left(_) | Who::Member(..) => None,
        }
    }

    /// Everybody that there is.
    pub fn everybody(&self) -> impl Iterator<Item = Who> {
        std::iter::once(Who::Nobody).chain(self.tokens.keys().copied())
    }

    /// An id of this type that belongs to the other family; none for what is public.
    ///
    /// # Panics
    /// For a type that the world has none of: it must get one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "a type that comes later makes the sweep fail, and says so")]
    pub fn foreign(&self, kind: Kind) -> Option<&str> {
        let theirs = &self.theirs;
        Some(match kind {
            Kind::Offering | Kind::Plan | Kind::PartnerProgramme => return None,
            Kind::User => &theirs.user,
            Kind::Membership => &theirs.membership,
            Kind::ApiKey => &theirs.api_key,
            Kind::Account => self.account(Company::Yolk),
            Kind::Client => &theirs.record,
            Kind::Task => &theirs.task,
            Kind::Inquiry => &theirs.inquiry,
            Kind::Contact => &theirs.contact,
            Kind::Contributor => &theirs.contributor,
            Kind::Transfer => &theirs.transfer,
            Kind::Invitation => &theirs.invitation,
            Kind::Partnership => &theirs.partnership,
            Kind::Cart => &theirs.cart,
            Kind::CartItem => &theirs.cart_item,
            Kind::Order => &theirs.order,
            Kind::OrderLine => &theirs.order_line,
            Kind::Product => &theirs.product,
            Kind::PaymentMethod => &theirs.payment_method,
            Kind::Invoice => &theirs.invoice,
            Kind::WebhookEndpoint => &theirs.endpoint,
            other => panic!("the sweep's world has no {} of another account: give Family one", other.type_name()),
        })
    }

    pub async fn build(app: &TestApp) -> Self {
        let provider = app.provider().await;
        let mut accounts = BTreeMap::new();
        for (company, slug) in [
            (Company::Acme, "acme"),
            (Company::Zeta, "zeta"),
            (Company::Gone, "gone"),
            (Company::Late, "late"),
            (Company::Cold, "cold"),
            (Company::Part, "part"),
            (Company::Mute, "mute"),
            (Company::Pays, "pays"),
        ] {
            accounts.insert(company, app.partner(&provider, slug).await);
        }
        let solo = app.sign_up("owner@solo.example", "solo").await;
        app.add_card(&solo, "tok_visa").await;
        accounts.insert(Company::Solo, solo);
        let (bolt, ours) = family(app, &provider, ("acme", &accounts[&Company::Acme]), "bolt").await;
        let (yolk, theirs) = family(app, &provider, ("zeta", &accounts[&Company::Zeta]), "yolk").await;
        former::partners(app, &provider, &bolt, |company| accounts[&company].clone()).await;
        former::partner_in_part(app, &bolt, &accounts[&Company::Part], &ours.own_product, &IN_PART).await;
        former::paying_partner(app, &provider, &yolk, &accounts[&Company::Pays]).await;
        accounts.extend([(Company::Bolt, bolt), (Company::Yolk, yolk)]);
        for account in accounts.values() {
            keep_tax_data(app, account).await;
        }
        let tokens = people(app, &provider, &accounts, &ours.record).await;
        let editor = ("edits@people.example", "EDITOR");
        let editor = contributor(app, &accounts[&Company::Bolt], &ours.product, editor).await;
        let domain_id = domain_plan(app, &provider).await;
        let acmes_contact = contact(app, &accounts[&Company::Acme], "acme").await;
        let run = json!({ "dryRun": true });
        app.done(&provider.staff, "runRenewals", run, "renewalRun { id }").await;
        app.run_jobs().await;
        for (company, family) in [(Company::Bolt, &ours), (Company::Yolk, &theirs)] {
            switch_off(app, &accounts[&company], &family.endpoint).await;
        }
        give_up(app).await;
        brought(app, &accounts[&Company::Acme], &accounts[&Company::Solo]).await;
        brought(app, &accounts[&Company::Zeta], &accounts[&Company::Mute]).await;
        paid_out(app, &[&accounts[&Company::Acme], &accounts[&Company::Zeta]]).await;
        Self { provider, accounts, tokens, ours, theirs, editor, domain_id, acmes_contact }
    }
}

/// Work and a mail that staff are to see to.
async fn give_up(app: &TestApp) {
    let mut rows = Rows::new(u64::MAX, app.store.now().await.expect("the time").now);
    rows.job(JobState::Dead);
    rows.mail(true);
    insert::<job::Entity>(app.db(), &rows.jobs).await.expect("a job");
    insert::<notification::Entity>(app.db(), &rows.mails).await.expect("a mail");
}

/// An endpoint was told some events, and is told nothing more: what each call would add is none of its own effects.
async fn switch_off(app: &TestApp, owner: &Signed, endpoint: &str) {
    let input = json!({
        "id": endpoint, "accountId": owner.account_id, "url": "https://hooks.example/", "events": [], "enabled": false,
    });
    app.done(&owner.token, "saveWebhookEndpoint", input, "webhookEndpoint { id }").await;
}

/// An affiliate, and whom it brought.
async fn brought(app: &TestApp, affiliate: &Signed, referred: &Signed) {
    let mut rows = Rows::new(0, app.store.now().await.expect("the time").now);
    let [affiliate, referred] = [affiliate, referred].map(|signed| AccountId(row(&signed.account_id)));
    rows.referral(affiliate, referred);
    rows.referrals[0].id = Uuid::now_v7().into();
    insert::<affiliate::Entity>(app.db(), &rows.affiliates).await.expect("an affiliate");
    insert::<referral::Entity>(app.db(), &rows.referrals).await.expect("a referral");
}

/// Partners with a payout that is over.
async fn paid_out(app: &TestApp, partners: &[&Signed]) {
    let mut rows = Rows::new(0, app.store.now().await.expect("the time").now);
    for partner in partners {
        rows.payout(AccountId(row(&partner.account_id)), UserId(row(&partner.user_id)));
    }
    for payout in &mut rows.payouts {
        (payout.id, payout.status) = (Uuid::now_v7().into(), PayoutStatus::Paid);
    }
    insert::<payout::Entity>(app.db(), &rows.payouts).await.expect("payouts");
}

/// A person for each role, those who are not members, and the staff: with a sign-in each, and without a password.
async fn people(
    app: &TestApp,
    provider: &Provider,
    accounts: &BTreeMap<Company, Signed>,
    record: &str,
) -> BTreeMap<Who, String> {
    let [asked, unproven] = former::asked(app, &accounts[&Company::Acme]).await;
    let mut tokens =
        BTreeMap::from([(Who::Staff, provider.staff.clone()), (Who::Asked, asked), (Who::Unproven, unproven)]);
    for (who, name) in [(Who::Looks, "looks bolt"), (Who::Edits, "edits")] {
        tokens.insert(who, person(app, name, None).await.1);
    }
    for (company, owner) in accounts {
        tokens.insert(Who::member(*company, Role::Owner), owner.token.clone());
        if !WITH_ROLES.contains(company) {
            continue;
        }
        let account_id = row(&owner.account_id).into();
        for role in &ROLES[1..] {
            let name = format!("{role:?} at {company:?}").to_lowercase();
            let (_, token) = person(app, &name, Some((account_id, *role))).await;
            tokens.insert(Who::member(*company, *role), token);
        }
        tokens.insert(Who::Left(*company), former::member(app, provider, *company, owner, record).await);
    }
    tokens
}

/// Somebody with a sign-in, and perhaps a membership; their id and token.
pub async fn person(app: &TestApp, name: &str, member: Option<(AccountId, Role)>) -> (UserId, String) {
    let now = app.store.now().await.expect("the time").now;
    let user_id = UserId(Uuid::now_v7());
    let email = format!("{}@people.example", name.replace(' ', "."));
    let row = user::Model {
        id: user_id,
        email,
        name: name.to_owned(),
        locale: "en".to_owned(),
        password_hash: None,
        is_staff: false,
        email_verified_at: Some(now),
        created_at: now,
    };
    insert::<user::Entity>(app.db(), &[row]).await.expect("a user");
    if let Some((account_id, role)) = member {
        let permissions = bundle(role).iter().map(|permission| permission.bit()).sum();
        let row = membership::Model {
            id: MembershipId(Uuid::now_v7()),
            user_id,
            account_id,
            role,
            permissions,
            granted_through_id: None,
            created_at: now,
        };
        insert::<membership::Entity>(app.db(), &[row]).await.expect("a membership");
    }
    (user_id, sign_in(app, user_id).await)
}

/// One more sign-in of a user: its token.
pub async fn sign_in(app: &TestApp, user_id: UserId) -> String {
    let token = format!("token-{}", Uuid::now_v7());
    let row = session::Model {
        id: SessionId(Uuid::now_v7()),
        user_id,
        token_hash: domain::secret::hash(&token),
        created_at: "2026-01-01T00:00:00Z".parse().expect("an instant"),
        expires_at: "2999-01-01T00:00:00Z".parse().expect("an instant"),
        ended_at: None,
    };
    insert::<session::Entity>(app.db(), &[row]).await.expect("a sign-in");
    token
}

/// The row that an id names.
pub fn row(id: &str) -> Uuid {
    decode(id).unwrap_or_else(|| panic!("no id: {id}")).1
}

/// One statement about one row, for what no mutation does yet.
pub async fn execute(app: &TestApp, statement: &str, id: Uuid) {
    let mut sql = Sql::new(sea_orm::ConnectionTrait::get_database_backend(app.db()));
    sql.add(statement, [id.into()]);
    sql.execute(app.db()).await.expect("a statement");
}

/// What everybody who has one signs in with.
pub const SECRET: &str = PASSWORD;

#[derive(sea_orm::FromQueryResult)]
struct Found {
    user_id: UserId,
}

/// Whose token it is.
pub async fn user_of(app: &TestApp, token: &str) -> UserId {
    let mut sql = Sql::new(sea_orm::ConnectionTrait::get_database_backend(app.db()));
    sql.add("SELECT user_id FROM session WHERE token_hash = ?", [domain::secret::hash(token).into()]);
    sql.one::<Found>(app.db()).await.expect("sessions").expect("a session").user_id
}
