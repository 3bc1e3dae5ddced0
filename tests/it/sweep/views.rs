//! Who may see what, written down a second time: per type, the rows and what it takes to see them. Source: rules §2.
//!
//! It knows the tables' owners and the people of the sweep's world, and nothing of the product's own rule.

use std::collections::{BTreeMap, BTreeSet};

use api::id::{Kind, encode};
use domain::permission::Permission::{
    self, ManageBilling, ManageClients, ManageMembers, ManagePartners, Purchase, ViewInvoices, ViewProducts,
};
use domain::sql::Sql;
use sea_orm::FromQueryResult;
use tests::app::TestApp;
use uuid::Uuid;

use super::world::{Access, Who, World, bundle, row};

/// What it takes to see a row.
enum Rule {
    /// Nothing.
    Public,
    /// To be it, or to be the one it is about.
    Own,
    /// A membership of the account.
    Fellow,
    /// This in the account, by membership.
    Member(Permission),
    /// This on the account's product, through a partnership.
    Product(Permission),
    /// This on the account as a whole, through a partnership.
    Account(Permission),
    /// Any of what the row itself requires, by membership or through a partnership that covers its product.
    Required,
    /// To be one of the provider's staff, as for all the others.
    Staff,
}

/// Every type with an id, its rows (`id`, and `owner`: an account or a user), and what it takes.
const RULES: &[(Kind, Rule, &str)] = &[
    (Kind::User, Rule::Own, r#"SELECT id, id AS owner FROM "user""#),
    (Kind::User, Rule::Fellow, "SELECT user_id AS id, account_id AS owner FROM membership"),
    (Kind::Account, Rule::Fellow, "SELECT id, id AS owner FROM account"),
    (
        Kind::Account,
        Rule::Public,
        "SELECT account_id AS id, account_id AS owner FROM partner_profile WHERE is_published",
    ),
    (
        Kind::Account,
        Rule::Fellow,
        "SELECT client_account_id AS id, partner_id AS owner FROM partnership WHERE status = 'ACTIVE' AND expires_at IS NULL",
    ),
    (
        Kind::Account,
        Rule::Fellow,
        "SELECT partner_id AS id, client_account_id AS owner FROM partnership WHERE status = 'ACTIVE' AND expires_at IS NULL",
    ),
    (Kind::Membership, Rule::Own, "SELECT id, user_id AS owner FROM membership"),
    (Kind::Membership, Rule::Member(ManageMembers), "SELECT id, account_id AS owner FROM membership"),
    (Kind::Membership, Rule::Account(ManageMembers), "SELECT id, account_id AS owner FROM membership"),
    (Kind::PartnerProfile, Rule::Public, "SELECT id, account_id AS owner FROM partner_profile WHERE is_published"),
    (Kind::PartnerProgramme, Rule::Public, "SELECT id, id AS owner FROM programme"),
    (Kind::Offering, Rule::Public, "SELECT id, id AS owner FROM offering"),
    (Kind::Plan, Rule::Public, "SELECT id, id AS owner FROM plan"),
    (Kind::Client, Rule::Member(ManageClients), "SELECT id, partner_id AS owner FROM client"),
    (Kind::Invitation, Rule::Member(ManagePartners), "SELECT id, client_account_id AS owner FROM invitation"),
    (Kind::Invitation, Rule::Member(ManageClients), "SELECT id, partner_id AS owner FROM invitation"),
    (Kind::Partnership, Rule::Member(ManagePartners), "SELECT id, client_account_id AS owner FROM partnership"),
    (Kind::Partnership, Rule::Member(ManageClients), "SELECT id, partner_id AS owner FROM partnership"),
    (Kind::Cart, Rule::Member(ManageClients), "SELECT id, partner_id AS owner FROM cart"),
    (
        Kind::CartItem,
        Rule::Member(ManageClients),
        "SELECT i.id, c.partner_id AS owner FROM cart_item i JOIN cart c ON c.id = i.cart_id",
    ),
    (Kind::Order, Rule::Member(ViewInvoices), r#"SELECT id, billed_to_id AS owner FROM "order""#),
    (Kind::Order, Rule::Member(Purchase), r#"SELECT id, placed_from_id AS owner FROM "order""#),
    (
        Kind::OrderLine,
        Rule::Member(ViewInvoices),
        r#"SELECT l.id, o.billed_to_id AS owner FROM order_line l JOIN "order" o ON o.id = l.order_id"#,
    ),
    (
        Kind::OrderLine,
        Rule::Member(Purchase),
        r#"SELECT l.id, o.placed_from_id AS owner FROM order_line l JOIN "order" o ON o.id = l.order_id"#,
    ),
    (Kind::Product, Rule::Member(ViewProducts), "SELECT id, account_id AS owner FROM product"),
    (Kind::Product, Rule::Product(ViewProducts), "SELECT id, account_id AS owner FROM product"),
    (Kind::PaymentMethod, Rule::Member(ManageBilling), "SELECT id, account_id AS owner FROM payment_method"),
    (Kind::Invoice, Rule::Member(ViewInvoices), "SELECT id, billed_to_id AS owner FROM invoice"),
    (
        Kind::InvoiceLine,
        Rule::Member(ViewInvoices),
        "SELECT l.id, i.billed_to_id AS owner FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id",
    ),
    (Kind::Payment, Rule::Member(ViewInvoices), "SELECT id, account_id AS owner FROM payment"),
    (Kind::WalletEntry, Rule::Member(ViewInvoices), "SELECT id, account_id AS owner FROM wallet_entry"),
    (
        Kind::ActivityEvent,
        Rule::Required,
        "SELECT id, account_id AS owner, required, product_id AS product FROM activity",
    ),
    (Kind::RenewalRun, Rule::Staff, "SELECT id, id AS owner FROM renewal_run"),
];

#[derive(FromQueryResult)]
struct Owned {
    id: Uuid,
    owner: Uuid,
}

#[derive(FromQueryResult)]
struct Told {
    id: Uuid,
    owner: Uuid,
    required: i32,
    product: Option<Uuid>,
}

/// What there is, and what each of it takes.
pub struct Views {
    rows: Vec<(Kind, &'static Rule, Told)>,
    everybody: BTreeMap<Who, Sight>,
}

/// What decides for one person.
struct Sight {
    user: Uuid,
    is_staff: bool,
    /// The accounts with what is held there.
    held: Vec<(Uuid, &'static [Permission])>,
    accesses: Vec<Access>,
}

impl Views {
    pub async fn of(app: &TestApp, world: &World) -> Self {
        let mut rows = Vec::new();
        for (kind, rule, query) in RULES {
            let mut sql = Sql::new(app.db().get_database_backend());
            sql.push(query);
            if matches!(rule, Rule::Required) {
                rows.extend(sql.all::<Told>(app.db()).await.unwrap().into_iter().map(|told| (*kind, rule, told)));
                continue;
            }
            let owned = sql.all::<Owned>(app.db()).await.unwrap().into_iter();
            rows.extend(owned.map(|Owned { id, owner }| (*kind, rule, Told { id, owner, required: 0, product: None })));
        }
        let mut everybody = BTreeMap::new();
        for who in world.everybody().filter(|who| *who != Who::Nobody) {
            everybody.insert(who, Sight::of(app, world, who).await);
        }
        Self { rows, everybody }
    }

    /// The types it knows.
    pub fn kinds() -> BTreeSet<&'static str> {
        RULES.iter().map(|(kind, ..)| kind.type_name()).collect()
    }

    /// Every id that there is, by type.
    pub fn all(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (kind, _, row) in &self.rows {
            all.entry(kind.type_name()).or_default().insert(encode(*kind, row.id).0);
        }
        all
    }

    /// Every id that somebody may see.
    pub fn of_whom(&self, who: Who) -> BTreeSet<String> {
        let seen = self.rows.iter().filter(|(kind, rule, row)| {
            let Some(sight) = self.everybody.get(&who) else { return matches!(rule, Rule::Public) };
            sight.is_staff || sight.sees(*kind, rule, row)
        });
        seen.map(|(kind, _, row)| encode(*kind, row.id).0).collect()
    }
}

impl Sight {
    async fn of(app: &TestApp, world: &World, who: Who) -> Self {
        let token = world.token(who).expect("somebody who is signed in");
        let member = match who {
            Who::Member(company, role) => Some((row(world.account(company)), bundle(role.role()))),
            Who::Nobody | Who::Staff | Who::Left(_) => None,
        };
        let own = |access: &Access| member.is_some_and(|(account, _)| account == row(world.account(access.partner)));
        Self {
            user: super::world::user_of(app, token).await.0,
            is_staff: who == Who::Staff,
            held: member.into_iter().collect(),
            accesses: world.accesses().into_iter().filter(own).collect(),
        }
    }

    fn sees(&self, kind: Kind, rule: &Rule, row: &Told) -> bool {
        let holds =
            |permission: Permission| self.held.iter().any(|(of, all)| *of == row.owner && all.contains(&permission));
        match rule {
            Rule::Public => true,
            Rule::Staff => false,
            Rule::Own => row.owner == self.user,
            Rule::Fellow => self.held.iter().any(|(of, _)| *of == row.owner),
            Rule::Member(permission) => holds(*permission),
            Rule::Product(permission) => {
                debug_assert_eq!(kind, Kind::Product);
                self.carries(*permission, row.owner, Some(row.id))
            }
            Rule::Account(permission) => self.carries(*permission, row.owner, None),
            Rule::Required => Permission::ALL
                .into_iter()
                .filter(|permission| row.required & permission.bit() != 0)
                .any(|permission| holds(permission) || self.carries(permission, row.owner, row.product)),
        }
    }

    /// Whether a partnership carries this, and the membership of the partner too.
    fn carries(&self, permission: Permission, client: Uuid, product: Option<Uuid>) -> bool {
        self.accesses.iter().any(|access| {
            access.client_account == client
                && access.permissions.contains(&permission)
                && self.held.iter().any(|(_, all)| all.contains(&permission))
                && access.only.is_none_or(|only| product == Some(only))
        })
    }
}
