//! A small world in which products renew: accounts, partnerships, plans, cards, and a clock to move.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::{Actor, Credential, Member, Person};
use domain::calendar::{boundary, start_of_day};
use domain::database::{self, DatabaseUrl};
use domain::permission::Permissions;
use domain::seller::Settings;
use domain::signal::Signals;
use domain::sql::insert;
use domain::store::Statements;
use domain::{Reader, Store};
use entities::id::{AccountId, ClientId, PartnershipId, PlanId, ProductId, ProgrammeId};
use entities::invitation::AccessLevel;
use entities::membership::Role;
use entities::offering::ProductKind;
use entities::partnership::{PartnershipStatus, PayerKind};
use entities::product::{ProductStatus, RenewalBilling};
use entities::{
    account, client, clock, invoice, invoice_line, ledger_line, membership, offering, partnership, payment_method,
    plan, price, product, product_period, programme, renewal_run, user, wallet,
};
use sea_orm::{ConnectionTrait, EntityTrait, ModelTrait, PrimaryKeyTrait, Statement};
use serde::Serialize;
use uuid::Uuid;

use crate::app::BlankPaper;
use crate::auditor::audit;
use crate::database::{Database, Db};

/// An instant of a text such as `2027-01-31T09:00:00Z`.
pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A date of a text such as `2027-01-31`.
pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// The world, on a database of its own.
pub struct Renewals {
    database: Database,
    pub store: Store,
    programme: ProgrammeId,
    ids: AtomicU64,
}

/// A product as it begins; the first term is paid.
pub struct Given {
    pub plan: PlanId,
    pub term_months: u32,
    pub started_on: NaiveDate,
    pub billing: RenewalBilling,
    pub managed_by: Option<PartnershipId>,
}

impl Renewals {
    /// The clock stands at this instant; there is a programme of 20 %.
    pub async fn start(db: Db, at: &str) -> Self {
        Self::on(Database::fresh(db).await, at).await
    }

    /// The same on this database.
    pub async fn on(database: Database, at: &str) -> Self {
        let store = open(&database).await;
        let mut w = Self { database, store, programme: ProgrammeId(Uuid::nil()), ids: AtomicU64::new(0) };
        w.add::<clock::Entity>(clock::Model { id: 1, now_at: instant(at) }).await;
        w.programme = w.id();
        w.add::<programme::Entity>(programme::Model {
            id: w.programme,
            name: "Partner".into(),
            rate_bps: 2000,
            contact_email: "partners@example.com".into(),
            accepts_access_offers: true,
            hold_days: 30,
            minimum_payout_minor: 5000,
            currency: "EUR".into(),
            created_at: instant(at),
        })
        .await;
        w
    }

    /// Another process on the same database.
    pub async fn beside(&self) -> Store {
        open(&self.database).await
    }

    /// Its address, for further processes.
    pub fn database_url(&self) -> &str {
        self.database.url()
    }

    /// Ids that grow, and whose last digits spread.
    pub fn id<I: From<Uuid>>(&self) -> I {
        let n = u128::from(self.ids.fetch_add(1, Ordering::Relaxed));
        I::from(Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + (n << 16) + n % 16))
    }

    pub async fn add<E>(&self, row: E::Model)
    where
        E: EntityTrait,
        E::Model: Serialize + ModelTrait,
        <E::PrimaryKey as PrimaryKeyTrait>::ValueType: Sized,
    {
        insert::<E>(self.store.pool(), &[row]).await.expect("a row");
    }

    pub async fn sql(&self, text: &str) {
        self.store.pool().execute_unprepared(text).await.unwrap_or_else(|e| panic!("{e}: {text}"));
    }

    /// Rows of `table WHERE …`.
    pub async fn count(&self, what: &str) -> i64 {
        let db = self.store.pool();
        let statement = Statement::from_string(db.get_database_backend(), format!("SELECT count(*) AS n FROM {what}"));
        let row = db.query_one_raw(statement).await.expect("a count").expect("a row");
        row.try_get("", "n").expect("a number")
    }

    /// Gives PostgreSQL's planner its figures, of tables that hold something: where it has looked at an empty one, it plans to read it
    /// whole, and goes on so while the table grows.
    pub async fn analyze(&self) {
        let filled = "SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind = 'r'
            AND c.relnamespace = 'public'::regnamespace AND pg_relation_size(c.oid) > 0";
        let db = self.store.pool();
        let statement = Statement::from_string(db.get_database_backend(), filled);
        for row in db.query_all_raw(statement).await.expect("tables") {
            let table: String = row.try_get("", "name").expect("a name");
            self.sql(&format!("VACUUM ANALYZE {table}")).await;
        }
    }

    /// Moves the clock, and nothing else.
    pub async fn travel(&self, to: &str) {
        let backend = self.store.pool().get_database_backend();
        let statement = Statement::from_sql_and_values(backend, "UPDATE clock SET now_at = $1", [instant(to).into()]);
        self.store.pool().execute_raw(statement).await.expect("the clock");
    }

    pub async fn account(&self, name: &str) -> AccountId {
        self.account_in(name, "DE", "Europe/Berlin").await
    }

    pub async fn account_in(&self, name: &str, country: &str, zone: &str) -> AccountId {
        let id = self.id();
        self.add::<account::Entity>(account::Model {
            id,
            name: name.into(),
            country: country.into(),
            locale: "en".into(),
            currency: "EUR".into(),
            time_zone: zone.into(),
            vat_id: None,
            billing_name: None,
            billing_street: None,
            billing_postal_code: None,
            billing_city: None,
            billing_country: None,
            programme_id: None,
            search: name.to_lowercase(),
            created_at: instant("2026-01-01T00:00:00Z"),
        })
        .await;
        id
    }

    /// An account that is enrolled as a partner.
    pub async fn partner(&self, name: &str) -> AccountId {
        let id = self.account(name).await;
        let sql = "UPDATE account SET programme_id = $1 WHERE id = $2";
        let values = [self.programme.into(), id.into()];
        let backend = self.store.pool().get_database_backend();
        self.store.pool().execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.expect("a partner");
        id
    }

    /// A member of an account, signed in.
    pub async fn person(&self, email: &str, account_id: AccountId, role: Role) -> Actor {
        let user_id = self.id();
        let now = instant("2026-01-01T00:00:00Z");
        self.add::<user::Entity>(user::Model {
            id: user_id,
            email: email.into(),
            name: email.into(),
            locale: "en".into(),
            password_hash: None,
            is_staff: false,
            email_verified_at: Some(now),
            created_at: now,
        })
        .await;
        let permissions = Permissions::of_role(role);
        let membership_id = self.id();
        let member = membership::Model {
            id: membership_id,
            user_id,
            account_id,
            role,
            permissions: permissions.bits(),
            granted_through_id: None,
            created_at: now,
        };
        self.add::<membership::Entity>(member).await;
        Actor::Person(Arc::new(Person {
            user_id,
            credential: Credential::Session(self.id()),
            email: email.into(),
            locale: "en".into(),
            email_verified_at: Some(now),
            is_staff: false,
            memberships: vec![Member { membership_id, account_id, role, permissions, granted_through: None }],
            ip: None,
        }))
    }

    /// A default way to pay, by a token of the test gateway.
    pub async fn card(&self, account_id: AccountId, token: &str) {
        let stored = self.store.settings().gateway.store_method(token).await.expect("a token");
        self.add::<payment_method::Entity>(payment_method::Model {
            id: self.id(),
            account_id,
            brand: stored.brand,
            last4: stored.last4,
            expires_on: stored.expires_on,
            gateway_reference: stored.reference,
            is_default: true,
            created_at: instant("2026-01-01T00:00:00Z"),
            removed_at: None,
        })
        .await;
    }

    pub async fn partnership(
        &self,
        partner_id: AccountId,
        client_account_id: AccountId,
        (access_level, payer): (AccessLevel, PayerKind),
    ) -> PartnershipId {
        let id = self.id();
        self.add::<partnership::Entity>(partnership::Model {
            id,
            partner_id,
            client_account_id,
            status: PartnershipStatus::Active,
            access_level,
            permissions: Permissions::PARTNERSHIP.bits(),
            has_all_products: true,
            payer,
            expires_at: None,
            created_at: instant("2026-01-01T00:00:00Z"),
            ended_at: None,
        })
        .await;
        id
    }

    /// A plan with a price for each of these terms, in cents of a euro.
    pub async fn plan(&self, name: &str, prices: &[(i32, i64)]) -> PlanId {
        let (offering_id, plan_id) = (self.id(), self.id());
        let created_at = instant("2026-01-01T00:00:00Z");
        let sku = format!("{name}-{offering_id}");
        let offering =
            offering::Model { id: offering_id, sku, name: "Hosting".into(), kind: ProductKind::Hosting, created_at };
        self.add::<offering::Entity>(offering).await;
        let plan = plan::Model { id: plan_id, offering_id, name: name.into(), default_term_months: 12, created_at };
        self.add::<plan::Entity>(plan).await;
        for (term_months, amount_minor) in prices {
            self.add::<price::Entity>(price::Model {
                id: self.id(),
                plan_id,
                currency: "EUR".into(),
                term_months: *term_months,
                amount_minor: *amount_minor,
                valid_from: day("2026-01-01"),
            })
            .await;
        }
        plan_id
    }

    pub async fn product(&self, holder: AccountId, given: Given) -> ProductId {
        let Given { plan, term_months, started_on, billing, managed_by } = given;
        let account = self.account_row(holder).await;
        let renews_on = boundary(started_on, term_months).expect("a date");
        let id = self.id();
        let created_at = instant("2026-01-01T00:00:00Z");
        let months = i32::try_from(term_months).expect("months");
        self.add::<product::Entity>(product::Model {
            id,
            account_id: holder,
            plan_id: plan,
            client_id: None,
            order_line_id: None,
            status: ProductStatus::Active,
            label: format!("site {id}"),
            domain_name: None,
            registrant_id: None,
            term_months: months,
            next_plan_id: None,
            currency: "EUR".into(),
            started_on,
            anchor_on: started_on,
            anchor_months: months,
            renews_on,
            renews_at: start_of_day(renews_on, account.time_zone.parse().expect("a zone")),
            auto_renew: true,
            renewal_billing: billing,
            managed_by_id: managed_by,
            search: "site".into(),
            created_at,
        })
        .await;
        self.add::<product_period::Entity>(product_period::Model {
            id: self.id(),
            product_id: id,
            period_start: started_on,
            period_end: renews_on,
            term_months: months,
            invoice_line_id: None,
            paid_at: Some(created_at),
            credited_at: None,
            created_at,
        })
        .await;
        id
    }

    /// A partner's record of a client.
    pub async fn client(&self, partner_id: AccountId, id: ClientId, account_id: AccountId) {
        self.add::<client::Entity>(client::Model {
            id,
            partner_id,
            name: "Record".into(),
            email: None,
            company: None,
            phone: None,
            notes: None,
            account_id: Some(account_id),
            search: "record".into(),
            created_at: instant("2026-01-01T00:00:00Z"),
        })
        .await;
    }

    /// Ties a product to a record.
    pub async fn assign(&self, product_id: ProductId, client_id: ClientId) {
        let values = [client_id.into(), product_id.into()];
        let sql = "UPDATE product SET client_id = $1 WHERE id = $2";
        let backend = self.store.pool().get_database_backend();
        self.store.pool().execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.expect("a record");
    }

    pub async fn account_row(&self, id: AccountId) -> account::Model {
        account::Entity::find_by_id(id).one(self.store.pool()).await.expect("accounts").expect("an account")
    }

    pub async fn product_row(&self, id: ProductId) -> product::Model {
        product::Entity::find_by_id(id).one(self.store.pool()).await.expect("products").expect("a product")
    }

    pub async fn reader(&self, actor: &Actor) -> Reader {
        let now = self.store.now().await.expect("a clock").now;
        self.store.reader(actor.clone(), now, Statements::default())
    }

    /// A run of what is due now.
    pub async fn run(&self) -> renewal_run::Model {
        domain::renewal::run_now(&self.store, &Statements::default(), None, |_| ()).await.expect("a run")
    }

    /// All invoices with their lines, in the order of their numbers.
    pub async fn invoices(&self) -> Vec<(invoice::Model, Vec<invoice_line::Model>)> {
        let mut invoices = invoice::Entity::find().all(self.store.pool()).await.expect("invoices");
        invoices.sort_by_key(|invoice| (invoice.year, invoice.sequence));
        let mut lines = invoice_line::Entity::find().all(self.store.pool()).await.expect("lines");
        lines.sort_by_key(|line| line.position);
        let of = |id| lines.iter().filter(|line| line.invoice_id == id).cloned().collect();
        invoices.into_iter().map(|invoice| (invoice.clone(), of(invoice.id))).collect()
    }

    /// Debits − credits of an account of the ledger.
    pub async fn ledger(&self, account: &str) -> i64 {
        let lines = ledger_line::Entity::find().all(self.store.pool()).await.expect("lines");
        lines.iter().filter(|l| l.ledger_account == account).map(|l| l.debit_minor - l.credit_minor).sum()
    }

    /// Pending and available cashback of a partner.
    pub async fn wallet(&self, account_id: AccountId) -> (i64, i64) {
        let wallets = wallet::Entity::find().all(self.store.pool()).await.expect("wallets");
        let own = wallets.iter().find(|wallet| wallet.account_id == account_id);
        own.map_or((0, 0), |wallet| (wallet.pending_minor, wallet.available_minor))
    }

    pub async fn periods(&self, product_id: ProductId) -> Vec<(String, String)> {
        let mut periods = product_period::Entity::find().all(self.store.pool()).await.expect("periods");
        periods.retain(|period| period.product_id == product_id);
        periods.sort_by_key(|period| period.period_start);
        periods.iter().map(|p| (p.period_start.to_string(), p.period_end.to_string())).collect()
    }

    /// Fails on anything that the independent auditor finds.
    pub async fn audit(&self) {
        let findings = audit(self.store.pool()).await;
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

async fn open(database: &Database) -> Store {
    let url: DatabaseUrl = database.url().parse().expect("an address");
    let pool = database::connect(&url, 8).await.expect("connections");
    let settings = Settings { printer: Arc::new(BlankPaper), ..Settings::demo(pool.clone()) };
    Store::new(pool, Signals::local(), Arc::new(settings))
}
