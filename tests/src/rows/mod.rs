//! Worlds written straight into the tables, for questions about who sees what: only what decides such a question is chosen.

mod party;
mod provider;
mod trade;
mod webhook;

pub use party::{To, key_secret};
pub use trade::Contributes;

use chrono::{DateTime, Utc};
use domain::sql::insert;
use entities::id::{OfferingId, PlanId};
use entities::{
    account, activity, affiliate, api_key, audit_entry, cart, cart_item, client, contact, contributor, inquiry,
    invitation, invoice, invoice_line, job, membership, notification, offering, order, order_line, partner_profile,
    partnership, partnership_product, payment, payment_method, payout, plan, product, referral, renewal_run, session,
    task, transfer, user, wallet_entry, webhook_delivery, webhook_endpoint,
};
use sea_orm::DatabaseConnection;
use uuid::Uuid;

/// The rows of a world, in memory; [`Rows::write`] puts them into the tables.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The product's time.
    pub now: DateTime<Utc>,
    seed: u64,
    last: u64,
    plan: PlanId,
    pub users: Vec<user::Model>,
    pub sessions: Vec<session::Model>,
    pub accounts: Vec<account::Model>,
    pub memberships: Vec<membership::Model>,
    pub keys: Vec<api_key::Model>,
    pub profiles: Vec<partner_profile::Model>,
    pub clients: Vec<client::Model>,
    pub tasks: Vec<task::Model>,
    pub inquiries: Vec<inquiry::Model>,
    pub affiliates: Vec<affiliate::Model>,
    pub referrals: Vec<referral::Model>,
    pub partnerships: Vec<partnership::Model>,
    pub covered: Vec<partnership_product::Model>,
    pub contacts: Vec<contact::Model>,
    pub contributors: Vec<contributor::Model>,
    pub transfers: Vec<transfer::Model>,
    pub invitations: Vec<invitation::Model>,
    pub offerings: Vec<offering::Model>,
    pub plans: Vec<plan::Model>,
    pub methods: Vec<payment_method::Model>,
    pub carts: Vec<cart::Model>,
    pub cart_items: Vec<cart_item::Model>,
    pub orders: Vec<order::Model>,
    pub order_lines: Vec<order_line::Model>,
    pub products: Vec<product::Model>,
    pub runs: Vec<renewal_run::Model>,
    pub invoices: Vec<invoice::Model>,
    pub invoice_lines: Vec<invoice_line::Model>,
    pub payments: Vec<payment::Model>,
    pub wallet_entries: Vec<wallet_entry::Model>,
    pub payouts: Vec<payout::Model>,
    pub activities: Vec<activity::Model>,
    pub audit_entries: Vec<audit_entry::Model>,
    pub jobs: Vec<job::Model>,
    pub mails: Vec<notification::Model>,
    pub endpoints: Vec<webhook_endpoint::Model>,
    pub deliveries: Vec<webhook_delivery::Model>,
}

impl Rows {
    /// A world with nothing but a plan. Two of different seeds can stand in the same tables.
    pub fn new(seed: u64, now: DateTime<Utc>) -> Self {
        let mut rows = Self {
            now,
            seed,
            last: 0,
            plan: PlanId(Uuid::nil()),
            users: vec![],
            sessions: vec![],
            accounts: vec![],
            memberships: vec![],
            keys: vec![],
            profiles: vec![],
            clients: vec![],
            tasks: vec![],
            inquiries: vec![],
            affiliates: vec![],
            referrals: vec![],
            partnerships: vec![],
            covered: vec![],
            contacts: vec![],
            contributors: vec![],
            transfers: vec![],
            invitations: vec![],
            offerings: vec![],
            plans: vec![],
            methods: vec![],
            carts: vec![],
            cart_items: vec![],
            orders: vec![],
            order_lines: vec![],
            products: vec![],
            runs: vec![],
            invoices: vec![],
            invoice_lines: vec![],
            payments: vec![],
            wallet_entries: vec![],
            payouts: vec![],
            activities: vec![],
            audit_entries: vec![],
            jobs: vec![],
            mails: vec![],
            endpoints: vec![],
            deliveries: vec![],
        };
        rows.catalogue();
        rows
    }

    /// The next id, the same in each run.
    pub fn id<I: From<Uuid>>(&mut self) -> I {
        Uuid::from_u128(u128::from(self.seed) << 64 | u128::from(self.number())).into()
    }

    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn catalogue(&mut self) {
        let (created_at, id) = (self.now, self.id::<OfferingId>());
        let kind = offering::ProductKind::Hosting;
        self.offerings.push(offering::Model {
            id,
            sku: format!("hosting {id}"),
            name: "Hosting".to_owned(),
            kind,
            created_at,
        });
        self.plan = self.id();
        self.plans.push(plan::Model {
            id: self.plan,
            offering_id: id,
            name: "Basic".to_owned(),
            default_term_months: 12,
            created_at,
        });
    }

    /// Puts all of it into the tables, in the order of their references.
    ///
    /// # Panics
    /// When the database refuses.
    pub async fn write(&self, db: &DatabaseConnection) {
        insert::<user::Entity>(db, &self.users).await.expect("users");
        insert::<session::Entity>(db, &self.sessions).await.expect("sessions");
        insert::<account::Entity>(db, &self.accounts).await.expect("accounts");
        insert::<partner_profile::Entity>(db, &self.profiles).await.expect("profiles");
        insert::<client::Entity>(db, &self.clients).await.expect("client records");
        insert::<task::Entity>(db, &self.tasks).await.expect("tasks");
        insert::<inquiry::Entity>(db, &self.inquiries).await.expect("inquiries");
        insert::<affiliate::Entity>(db, &self.affiliates).await.expect("affiliates");
        insert::<referral::Entity>(db, &self.referrals).await.expect("referrals");
        insert::<partnership::Entity>(db, &self.partnerships).await.expect("partnerships");
        insert::<membership::Entity>(db, &self.memberships).await.expect("memberships");
        insert::<api_key::Entity>(db, &self.keys).await.expect("keys");
        insert::<invitation::Entity>(db, &self.invitations).await.expect("invitations");
        insert::<offering::Entity>(db, &self.offerings).await.expect("offerings");
        insert::<plan::Entity>(db, &self.plans).await.expect("plans");
        insert::<payment_method::Entity>(db, &self.methods).await.expect("payment methods");
        insert::<contact::Entity>(db, &self.contacts).await.expect("contacts");
        insert::<cart::Entity>(db, &self.carts).await.expect("carts");
        insert::<cart_item::Entity>(db, &self.cart_items).await.expect("cart items");
        insert::<order::Entity>(db, &self.orders).await.expect("orders");
        insert::<order_line::Entity>(db, &self.order_lines).await.expect("order lines");
        insert::<product::Entity>(db, &self.products).await.expect("products");
        insert::<partnership_product::Entity>(db, &self.covered).await.expect("covered products");
        insert::<contributor::Entity>(db, &self.contributors).await.expect("contributors");
        insert::<transfer::Entity>(db, &self.transfers).await.expect("transfers");
        insert::<renewal_run::Entity>(db, &self.runs).await.expect("runs");
        insert::<invoice::Entity>(db, &self.invoices).await.expect("invoices");
        insert::<invoice_line::Entity>(db, &self.invoice_lines).await.expect("invoice lines");
        insert::<payment::Entity>(db, &self.payments).await.expect("payments");
        insert::<wallet_entry::Entity>(db, &self.wallet_entries).await.expect("wallet entries");
        insert::<payout::Entity>(db, &self.payouts).await.expect("payouts");
        insert::<audit_entry::Entity>(db, &self.audit_entries).await.expect("entries of the audit log");
        insert::<job::Entity>(db, &self.jobs).await.expect("jobs");
        insert::<notification::Entity>(db, &self.mails).await.expect("mails");
        insert::<activity::Entity>(db, &self.activities).await.expect("activities");
        insert::<webhook_endpoint::Entity>(db, &self.endpoints).await.expect("webhook endpoints");
        insert::<webhook_delivery::Entity>(db, &self.deliveries).await.expect("webhook deliveries");
    }
}
