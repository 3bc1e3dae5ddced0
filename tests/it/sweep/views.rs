//! Who may see what, written down a second time: per type, the rows and what it takes to see them. Source: rules §2, which "What
//! each is needed for" names the permission in; where something else says it, that is beside the rule.
//!
//! It knows the tables' owners and the people of the sweep's world, and nothing of the product's own rule.

use std::collections::{BTreeMap, BTreeSet};

use api::id::{Kind, encode};
use domain::permission::Permission::{
    self, ManageBilling, ManageClients, ManageMembers, ManagePartners, ManageProducts, Purchase, ViewInvoices,
    ViewProducts,
};
use domain::sql::Sql;
use sea_orm::FromQueryResult;
use tests::app::TestApp;
use uuid::Uuid;

use super::sight::Sight;
use super::world::{Who, World};

/// What it takes to see a row.
pub enum Rule {
    /// Nothing.
    Public,
    /// To be it, or to be the one it is about.
    Own,
    /// A membership of the account.
    Fellow,
    /// To be its owner, or one of its admins.
    Admin,
    /// This in the account, by membership.
    Member(Permission),
    /// This on the account's product, through a partnership.
    Product(Permission),
    /// This on the account as a whole, through a partnership.
    Account(Permission),
    /// To contribute to it.
    Contributor,
    /// Any of what the row itself requires, by membership, through a partnership that covers its product, or as its contributor.
    Required,
    /// To be one of the provider's staff, as for all the others.
    Staff,
}

/// Every type with an id, its rows (`id`, and `owner`: an account or a user), and what it takes.
const RULES: &[(Kind, Rule, &str)] = &[
    (Kind::User, Rule::Own, r#"SELECT id, id AS owner FROM "user""#),
    (Kind::User, Rule::Fellow, "SELECT user_id AS id, account_id AS owner FROM membership"),
    // whoever manages members sees who they are, through a partnership, too: rules §2 lets FULL access carry MANAGE_MEMBERS, and
    // `Membership.user` of the contract is never null
    (Kind::User, Rule::Account(ManageMembers), "SELECT user_id AS id, account_id AS owner FROM membership"),
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
    (Kind::ApiKey, Rule::Member(ManageMembers), "SELECT id, account_id AS owner FROM api_key WHERE revoked_at IS NULL"),
    (
        Kind::ApiKey,
        Rule::Account(ManageMembers),
        "SELECT id, account_id AS owner FROM api_key WHERE revoked_at IS NULL",
    ),
    (Kind::PartnerProfile, Rule::Public, "SELECT id, account_id AS owner FROM partner_profile WHERE is_published"),
    // the contract: what is not published is its account's own, which edits it by `savePartnerProfile`
    (Kind::PartnerProfile, Rule::Fellow, "SELECT id, account_id AS owner FROM partner_profile"),
    (Kind::PartnerProgramme, Rule::Public, "SELECT id, id AS owner FROM programme"),
    (Kind::Offering, Rule::Public, "SELECT id, id AS owner FROM offering"),
    (Kind::Plan, Rule::Public, "SELECT id, id AS owner FROM plan"),
    (Kind::Client, Rule::Member(ManageClients), "SELECT id, partner_id AS owner FROM client"),
    (Kind::Task, Rule::Member(ManageClients), "SELECT id, partner_id AS owner FROM task"),
    (Kind::Inquiry, Rule::Member(ManageClients), "SELECT id, partner_id AS owner FROM inquiry"),
    (Kind::Referral, Rule::Member(ViewInvoices), "SELECT id, affiliate_id AS owner FROM referral"),
    (Kind::Invitation, Rule::Member(ManagePartners), "SELECT id, client_account_id AS owner FROM invitation"),
    (Kind::Invitation, Rule::Member(ManageClients), "SELECT id, partner_id AS owner FROM invitation"),
    // rules §5, "Addresses": a request to an address is open to the user whose verified address it is, and to no other
    (
        Kind::Invitation,
        Rule::Own,
        r#"SELECT i.id, u.id AS owner FROM invitation i JOIN "user" u ON u.email = i.client_email
        WHERE u.email_verified_at IS NOT NULL AND i.client_account_id IS NULL"#,
    ),
    (Kind::Partnership, Rule::Member(ManagePartners), "SELECT id, client_account_id AS owner FROM partnership"),
    // rules §2: MANAGE_BILLING is for `changePayer`, and what one changes one sees
    (Kind::Partnership, Rule::Member(ManageBilling), "SELECT id, client_account_id AS owner FROM partnership"),
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
    (Kind::Product, Rule::Contributor, "SELECT id, account_id AS owner FROM product"),
    (Kind::Contact, Rule::Member(ViewProducts), "SELECT id, account_id AS owner FROM contact"),
    (Kind::Contact, Rule::Account(ViewProducts), "SELECT id, account_id AS owner FROM contact"),
    // rules §2: MANAGE_PRODUCTS is for contributors; and each of them sees that they are one
    (
        Kind::Contributor,
        Rule::Member(ManageProducts),
        "SELECT c.id, p.account_id AS owner FROM contributor c JOIN product p ON p.id = c.product_id",
    ),
    (
        Kind::Contributor,
        Rule::Account(ManageProducts),
        "SELECT c.id, p.account_id AS owner FROM contributor c JOIN product p ON p.id = c.product_id",
    ),
    (
        Kind::Contributor,
        Rule::Own,
        r#"SELECT c.id, u.id AS owner FROM contributor c JOIN "user" u ON u.email = c.email
        WHERE u.email_verified_at IS NOT NULL AND c.account_id IS NULL"#,
    ),
    // rules §2: a transfer needs MANAGE_PRODUCTS as a member, of either holder; §5, "Addresses": and it is for its recipient
    (Kind::Transfer, Rule::Member(ManageProducts), "SELECT id, from_id AS owner FROM transfer"),
    (Kind::Transfer, Rule::Member(ManageProducts), "SELECT id, to_id AS owner FROM transfer"),
    (
        Kind::Transfer,
        Rule::Own,
        r#"SELECT t.id, u.id AS owner FROM transfer t JOIN "user" u ON u.email = t.to_email
        WHERE u.email_verified_at IS NOT NULL"#,
    ),
    (Kind::PaymentMethod, Rule::Member(ManageBilling), "SELECT id, account_id AS owner FROM payment_method"),
    (Kind::Invoice, Rule::Member(ViewInvoices), "SELECT id, billed_to_id AS owner FROM invoice"),
    (
        Kind::InvoiceLine,
        Rule::Member(ViewInvoices),
        "SELECT l.id, i.billed_to_id AS owner FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id",
    ),
    (Kind::Payment, Rule::Member(ViewInvoices), "SELECT id, account_id AS owner FROM payment"),
    (Kind::WalletEntry, Rule::Member(ViewInvoices), "SELECT id, account_id AS owner FROM wallet_entry"),
    (Kind::Payout, Rule::Member(ViewInvoices), "SELECT id, account_id AS owner FROM payout"),
    (
        Kind::ActivityEvent,
        Rule::Required,
        "SELECT id, account_id AS owner, required, product_id AS product FROM activity",
    ),
    // rules §2, "Audit log": owner and admins read what others did on the account's behalf, and what its members did for others
    (
        Kind::AuditEntry,
        Rule::Admin,
        "SELECT id, acting_for_id AS owner FROM audit_entry WHERE acting_for_id IS NOT NULL",
    ),
    (
        Kind::AuditEntry,
        Rule::Admin,
        "SELECT id, acted_from_id AS owner FROM audit_entry WHERE acted_from_id IS NOT NULL",
    ),
    (Kind::AuditEntry, Rule::Staff, "SELECT id, id AS owner FROM audit_entry"),
    // rules §2: webhooks are the owner's and the admins'; in this world, who sees an endpoint sees all that it was told
    (Kind::WebhookEndpoint, Rule::Admin, "SELECT id, account_id AS owner FROM webhook_endpoint WHERE NOT is_providers"),
    (Kind::WebhookEndpoint, Rule::Staff, "SELECT id, id AS owner FROM webhook_endpoint"),
    (
        Kind::WebhookDelivery,
        Rule::Admin,
        "SELECT d.id, e.account_id AS owner FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id
        WHERE NOT e.is_providers",
    ),
    (Kind::RenewalRun, Rule::Staff, "SELECT id, id AS owner FROM renewal_run"),
    (Kind::DeadJob, Rule::Staff, "SELECT id, id AS owner FROM job WHERE state = 'dead'"),
    (Kind::FailedMail, Rule::Staff, "SELECT id, id AS owner FROM notification WHERE failed_at IS NOT NULL"),
];

/// Products with the partner that looks after them, and that their cashback is therefore for. Source: rules §3, "Managing
/// partnership".
const MANAGED: &str = "SELECT p.id, s.partner_id AS owner FROM product p JOIN partnership s ON s.id = p.managed_by_id";

#[derive(FromQueryResult)]
struct Owned {
    id: Uuid,
    /// None of what was sent to an address that has no account.
    owner: Option<Uuid>,
}

/// A row, with whose it is.
#[derive(FromQueryResult)]
pub struct Told {
    pub id: Uuid,
    pub owner: Uuid,
    /// Of an event: the permissions of which one is needed, as bits.
    pub required: i32,
    /// Of an event: the product that it is about.
    pub product: Option<Uuid>,
}

/// What there is, and what each of it takes.
pub struct Views {
    rows: Vec<(Kind, &'static Rule, Told)>,
    everybody: BTreeMap<Who, Sight>,
    managers: BTreeMap<String, Uuid>,
}

impl Views {
    pub async fn of(app: &TestApp, world: &World) -> Self {
        let mut rows = Vec::new();
        for (kind, rule, query) in RULES {
            if matches!(rule, Rule::Required) {
                rows.extend(all::<Told>(app, query).await.into_iter().map(|told| (*kind, rule, told)));
                continue;
            }
            let owned = all::<Owned>(app, query).await.into_iter();
            rows.extend(owned.map(|Owned { id, owner }| {
                let owner = owner.unwrap_or(Uuid::nil());
                (*kind, rule, Told { id, owner, required: 0, product: None })
            }));
        }
        let mut everybody = BTreeMap::new();
        for who in world.everybody() {
            everybody.insert(who, Sight::of(app, world, who).await);
        }
        let managed = all::<Owned>(app, MANAGED).await.into_iter();
        let managers = managed.filter_map(|Owned { id, owner }| Some((encode(Kind::Product, id).0, owner?))).collect();
        Self { rows, everybody, managers }
    }

    /// The types it knows.
    pub fn kinds() -> BTreeSet<&'static str> {
        RULES.iter().map(|(kind, ..)| kind.type_name()).collect()
    }

    /// Whether everybody sees everything of this type, or only the staff do: it takes no two of them to show that.
    pub fn is_for_all_or_staff(of: &str) -> bool {
        let mut rules = RULES.iter().filter(|(kind, ..)| kind.type_name() == of);
        rules.all(|(_, rule, _)| matches!(rule, Rule::Public | Rule::Staff))
    }

    /// Every id that there is, by type.
    pub fn all(&self) -> BTreeMap<&'static str, BTreeSet<String>> {
        self.by_type(|_, _| true)
    }

    /// Every id that somebody may see, by type.
    pub fn of_whom(&self, who: Who) -> BTreeMap<&'static str, BTreeSet<String>> {
        let sight = self.sight(who);
        self.by_type(|rule, row| sight.is_staff || sight.sees(rule, row))
    }

    fn by_type(&self, is_meant: impl Fn(&Rule, &Told) -> bool) -> BTreeMap<&'static str, BTreeSet<String>> {
        let mut all: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for (kind, _, row) in self.rows.iter().filter(|(_, rule, row)| is_meant(rule, row)) {
            all.entry(kind.type_name()).or_default().insert(encode(*kind, row.id).0);
        }
        all
    }

    pub fn sight(&self, who: Who) -> &Sight {
        &self.everybody[&who]
    }

    /// The partner that looks after a product.
    pub fn manager(&self, product: &str) -> Option<Uuid> {
        self.managers.get(product).copied()
    }
}

#[derive(FromQueryResult)]
struct Id {
    id: Uuid,
}

/// The ids that a statement selects.
pub async fn rows_of(app: &TestApp, query: &str) -> Vec<Uuid> {
    all::<Id>(app, query).await.into_iter().map(|row| row.id).collect()
}

async fn all<T: FromQueryResult + Send + Sync>(app: &TestApp, query: &str) -> Vec<T> {
    let mut sql = Sql::new(app.db().get_database_backend());
    sql.push(query);
    sql.all(app.db()).await.expect("a statement of the table of views")
}
