//! The world that every row begins in: two families of a partner and its client that are alike in everything, those who once
//! had a right, and somebody without any. It is built once for each kind of database, and copied.

use std::collections::BTreeMap;

use api::id::{Kind, decode};
use domain::permission::Permission;
use domain::sql::{Sql, insert};
use entities::id::{AccountId, MembershipId, SessionId, UserId};
use entities::membership::Role;
use entities::{membership, session, user};
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::world::{PASSWORD, Provider, Signed};
use uuid::Uuid;

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
    /// Was an admin there.
    Left(Company),
}

/// A role that can be sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoleOrder(usize);

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

/// What a family has, by the ids that its own people see.
#[derive(Debug, Clone)]
pub struct Family {
    pub record: String,
    pub partnership: String,
    /// Ordered by the partner, paid by the client.
    pub product: String,
    /// Ordered by the client.
    pub own_product: String,
    /// A waiting offer to Mute.
    pub invitation: String,
    pub cart: String,
    pub cart_item: String,
    pub order: String,
    pub order_line: String,
    pub payment_method: String,
    pub partner_method: String,
    pub invoice: String,
    pub membership: String,
    pub user: String,
}

pub struct World {
    pub provider: Provider,
    accounts: BTreeMap<Company, Signed>,
    tokens: BTreeMap<Who, String>,
    pub ours: Family,
    pub theirs: Family,
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
            Who::Member(Company::Zeta | Company::Yolk, _) => &["bolt"],
            Who::Nobody | Who::Left(_) | Who::Member(..) => &["bolt", "yolk"],
        }
    }

    /// The partnerships that carry something.
    pub fn accesses(&self) -> [Access; 3] {
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
        [full(Company::Acme, Company::Bolt), full(Company::Zeta, Company::Yolk), part]
    }

    /// Everybody that there is.
    pub fn everybody(&self) -> impl Iterator<Item = Who> {
        std::iter::once(Who::Nobody).chain(self.tokens.keys().copied())
    }

    /// An id of this type that belongs to the other family; none for what is public.
    ///
    /// # Panics
    /// For a type that the world has none of: it must get one.
    pub fn foreign(&self, kind: Kind) -> Option<&str> {
        let theirs = &self.theirs;
        Some(match kind {
            Kind::Offering | Kind::Plan | Kind::PartnerProgramme => return None,
            Kind::User => &theirs.user,
            Kind::Membership => &theirs.membership,
            Kind::Account => self.account(Company::Yolk),
            Kind::Client => &theirs.record,
            Kind::Invitation => &theirs.invitation,
            Kind::Partnership => &theirs.partnership,
            Kind::Cart => &theirs.cart,
            Kind::CartItem => &theirs.cart_item,
            Kind::Order => &theirs.order,
            Kind::OrderLine => &theirs.order_line,
            Kind::Product => &theirs.product,
            Kind::PaymentMethod => &theirs.payment_method,
            Kind::Invoice => &theirs.invoice,
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
        ] {
            accounts.insert(company, app.partner(&provider, slug).await);
        }
        let solo = app.sign_up("owner@solo.example", "solo").await;
        app.add_card(&solo, "tok_visa").await;
        accounts.insert(Company::Solo, solo);
        let (bolt, ours) = family(app, &provider, ("acme", &accounts[&Company::Acme]), "bolt").await;
        let (yolk, theirs) = family(app, &provider, ("zeta", &accounts[&Company::Zeta]), "yolk").await;
        former_partners(app, &bolt, &accounts).await;
        partner_in_part(app, &bolt, &accounts[&Company::Part], &ours.own_product).await;
        accounts.extend([(Company::Bolt, bolt), (Company::Yolk, yolk)]);
        let tokens = people(app, &provider, &accounts).await;
        app.run_jobs().await;
        Self { provider, accounts, tokens, ours, theirs }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A client of a partner, with one of everything on both sides.
async fn family(app: &TestApp, provider: &Provider, partner: (&str, &Signed), name: &str) -> (Signed, Family) {
    let (slug, partner) = partner;
    let (client, record, partnership) = app.client_of(slug, partner, name, "CLIENT").await;
    let of_order = "order { id lines { id products { id } } invoice { id } }";
    let bought = app.buy_for(provider, partner, &record, "CLIENT_CARD").await;
    let order = app
        .ask_as(
            &client.token,
            &format!(
                "query($id: ID!) {{ node(id: $id) {{ ... on Order {{ {} }} }} }}",
                "id lines { id products { id } } invoice { id }"
            ),
            json!({ "id": bought["order"]["id"] }),
        )
        .await;
    let order = order.ok()["node"].clone();
    let input = json!({
        "accountId": client.account_id, "items": [{ "planId": provider.hosting_id }], "idempotencyKey": "the-own-order",
    });
    let own = app.done(&client.token, "placeOrder", input, of_order).await;
    let own_product = text(&own["order"]["lines"][0]["products"][0]["id"]);
    let cart = app.done(&partner.token, "createCart", json!({ "clientId": record }), "cart { id }").await;
    let cart = text(&cart["cart"]["id"]);
    let item = json!({ "cartId": cart, "planId": provider.hosting_id });
    let item = app.done(&partner.token, "addCartItem", item, "cart { items { id } }").await;
    let offer = json!({
        "accountId": client.account_id, "partnerProfileSlug": "mute", "accessLevel": "FULL", "payer": "CLIENT",
        "message": secret_of(name),
    });
    let offer = app.done(&client.token, "sendInvitation", offer, "invitation { id }").await;
    open_invoice(app, &client, &own_product).await;
    keep_secrets(app, &client, partner, name, (&record, &own_product)).await;
    let family = Family {
        own_product,
        payment_method: first_method(app, &client).await,
        partner_method: first_method(app, partner).await,
        membership: first_membership(app, &client).await,
        user: client.user_id.clone(),
        record,
        partnership,
        product: text(&order["lines"][0]["products"][0]["id"]),
        invitation: text(&offer["invitation"]["id"]),
        cart,
        cart_item: text(&item["cart"]["items"][0]["id"]),
        order: text(&order["id"]),
        order_line: text(&order["lines"][0]["id"]),
        invoice: text(&order["invoice"]["id"]),
    };
    (client, family)
}

/// What a family writes where others must not read it.
pub fn secret_of(name: &str) -> String {
    format!("a secret of {name}")
}

async fn keep_secrets(app: &TestApp, client: &Signed, partner: &Signed, name: &str, (record, product): (&str, &str)) {
    let secret = secret_of(name);
    let input = json!({ "clientId": record, "company": secret, "phone": secret, "notes": secret });
    app.done(&partner.token, "updateClient", input, "client { id }").await;
    let input = json!({ "productId": product, "label": secret });
    app.done(&client.token, "updateProduct", input, "product { id }").await;
}

async fn first_method(app: &TestApp, who: &Signed) -> String {
    let query = "query($id: ID!) { account(id: $id) { paymentMethods { id } } }";
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    text(&reply.ok()["account"]["paymentMethods"][0]["id"])
}

async fn first_membership(app: &TestApp, who: &Signed) -> String {
    let query = "{ viewer { memberships { nodes { id } } } }";
    text(&app.ask_as(&who.token, query, json!({})).await.ok()["viewer"]["memberships"]["nodes"][0]["id"])
}

/// An invoice of a renewal that the account's card did not pay. Its usual card is its default again afterwards.
pub async fn open_invoice(app: &TestApp, who: &Signed, product: &str) -> String {
    let usual = default_method(app, who).await;
    app.add_card(who, "tok_declined").await;
    let key = format!("declined-{product}");
    let input = json!({ "productId": product, "idempotencyKey": key });
    let reply = app.run(&who.token, "renewProduct", input, "invoice { id status }").await;
    let invoice = &reply.data()["renewProduct"]["invoice"];
    assert_eq!(invoice["status"], "OPEN", "{:#}", reply.body);
    let input = json!({ "paymentMethodId": usual });
    app.done(&who.token, "setDefaultPaymentMethod", input, "paymentMethod { id }").await;
    text(&invoice["id"])
}

async fn default_method(app: &TestApp, who: &Signed) -> String {
    let query = "query($id: ID!) { account(id: $id) { paymentMethods { id isDefault } } }";
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    let methods = reply.ok()["account"]["paymentMethods"].as_array().expect("methods").clone();
    text(&methods.iter().find(|method| method["isDefault"] == true).expect("a default")["id"])
}

/// Bolt's earlier partners: one was ended, one ran out, one is frozen.
async fn former_partners(app: &TestApp, bolt: &Signed, accounts: &BTreeMap<Company, Signed>) {
    let mut partnerships = BTreeMap::new();
    for (company, slug, until) in [
        (Company::Gone, "gone", Value::Null),
        (Company::Late, "late", json!("2026-11-21T09:30:00Z")),
        (Company::Cold, "cold", Value::Null),
    ] {
        let offer = json!({
            "accountId": bolt.account_id, "partnerProfileSlug": slug, "accessLevel": "FULL", "payer": "CLIENT",
            "accessExpiresAt": until,
        });
        let offer = app.done(&bolt.token, "sendInvitation", offer, "invitation { id }").await;
        let input = json!({ "invitationId": offer["invitation"]["id"] });
        let made = app.done(&accounts[&company].token, "connectClient", input, "partnership { id }").await;
        partnerships.insert(company, text(&made["partnership"]["id"]));
    }
    let input = json!({ "partnershipId": partnerships[&Company::Gone] });
    app.done(&bolt.token, "endPartnership", input, "partnership { id }").await;
    app.set_clock("2026-11-21T10:00:00Z").await;
    let frozen = row(&partnerships[&Company::Cold]);
    execute(app, "UPDATE partnership SET status = 'FROZEN' WHERE id = ?", frozen).await;
}

/// One more partner of Bolt's, for one product.
async fn partner_in_part(app: &TestApp, bolt: &Signed, part: &Signed, product: &str) {
    let offer = json!({
        "accountId": bolt.account_id, "partnerProfileSlug": "part", "accessLevel": "PARTIAL",
        "permissions": IN_PART.map(Permission::name), "productIds": [product],
    });
    let offer = app.done(&bolt.token, "sendInvitation", offer, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    app.done(&part.token, "connectClient", input, "partnership { id }").await;
}

/// A person for each role, one who has left, and the staff: with a sign-in each, and without a password.
async fn people(app: &TestApp, provider: &Provider, accounts: &BTreeMap<Company, Signed>) -> BTreeMap<Who, String> {
    let mut tokens = BTreeMap::from([(Who::Staff, provider.staff.clone())]);
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
        let (_, token) = person(app, &format!("left {company:?}").to_lowercase(), None).await;
        tokens.insert(Who::Left(*company), token);
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
