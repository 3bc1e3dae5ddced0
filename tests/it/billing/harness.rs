//! A partner, its client and a product that is about to renew.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::System;
use domain::billing::rules::{Benefit, LineAmounts, line_amounts};
use domain::billing::{Attempt, Draft, DraftLine, Issued, PaidFor, Settlement, attempt, charge, issue, settle};
use domain::check::check;
use domain::gateway::Charge;
use domain::money::{Currency, Money, Rate};
use domain::permission::Permissions;
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::Statements;
use domain::{Actor, Error, Store, sql};
use entities::id::{AccountId, InvoiceId, PaymentId, PlanId, ProductId};
use entities::invoice::InvoiceKind;
use entities::product::{ProductStatus, RenewalBilling};
use entities::{
    account, client, clock, invoice, membership, offering, payment, payment_method, plan, product, product_period,
    programme, user, wallet,
};
use sea_orm::{DatabaseConnection, EntityTrait};
use tests::auditor::audit;
use tests::database::{Database, Db};
use uuid::Uuid;

pub(super) const NOW: &str = "2027-03-01T10:00:00Z";

pub(super) fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(super) fn id<I: From<Uuid>>() -> I {
    I::from(Uuid::now_v7())
}

/// A provider with one programme, a partner, its client, and a plan; the clock stands.
pub(super) struct World {
    pub(super) _database: Database,
    pub(super) db: DatabaseConnection,
    pub(super) store: Store,
    pub(super) partner: AccountId,
    pub(super) client: AccountId,
    pub(super) plan: PlanId,
}

pub(super) async fn world(db: Db) -> World {
    let database = Database::fresh(db).await;
    let pool = domain::database::connect(&database.url().parse().unwrap(), 12).await.unwrap();
    let store = Store::new(pool.clone(), Signals::local(), Arc::new(Settings::demo(pool.clone())));
    let (programme_id, offering_id) = (id(), id());
    let world = World { _database: database, db: pool, store, partner: id(), client: id(), plan: id() };
    let db = &world.db;
    let clock = clock::Model { id: 1, now_at: at(NOW) };
    sql::insert::<clock::Entity>(db, &[clock]).await.unwrap();
    let programme = programme::Model {
        id: programme_id,
        name: "Agencies".into(),
        rate_bps: 2000,
        contact_email: "partners@example.com".into(),
        accepts_access_offers: true,
        hold_days: 30,
        minimum_payout_minor: 0,
        currency: "EUR".into(),
        created_at: at(NOW),
    };
    sql::insert::<programme::Entity>(db, &[programme]).await.unwrap();
    let partner = account(world.partner, "Acme", Some(programme_id));
    sql::insert::<account::Entity>(db, &[partner, account(world.client, "Bolt", None)]).await.unwrap();
    for account_id in [world.partner, world.client] {
        world.member(account_id).await;
    }
    let client = client::Model {
        id: id(),
        partner_id: world.partner,
        name: "Bolt".into(),
        email: None,
        company: None,
        phone: None,
        notes: None,
        account_id: Some(world.client),
        search: "bolt".into(),
        created_at: at(NOW),
    };
    sql::insert::<client::Entity>(db, &[client]).await.unwrap();
    let offering = offering::Model {
        id: offering_id,
        sku: "hosting".into(),
        name: "Hosting".into(),
        kind: offering::ProductKind::Hosting,
        created_at: at(NOW),
    };
    sql::insert::<offering::Entity>(db, &[offering]).await.unwrap();
    let plan =
        plan::Model { id: world.plan, offering_id, name: "L".into(), default_term_months: 12, created_at: at(NOW) };
    sql::insert::<plan::Entity>(db, &[plan]).await.unwrap();
    world
}

pub(super) fn account(id: AccountId, name: &str, programme_id: Option<entities::id::ProgrammeId>) -> account::Model {
    account::Model {
        id,
        name: name.into(),
        country: "DE".into(),
        locale: "de".into(),
        currency: "EUR".into(),
        time_zone: "Europe/Berlin".into(),
        vat_id: None,
        billing_name: None,
        billing_street: None,
        billing_postal_code: None,
        billing_city: None,
        billing_country: None,
        programme_id,
        search: name.to_lowercase(),
        created_at: at(NOW),
    }
}

impl World {
    pub(super) async fn member(&self, account_id: AccountId) {
        let user = user::Model {
            id: id(),
            email: format!("{}@example.com", account_id.0.simple()),
            name: "Owner".into(),
            locale: "de".into(),
            password_hash: None,
            is_staff: false,
            email_verified_at: Some(at(NOW)),
            created_at: at(NOW),
        };
        let membership = membership::Model {
            id: id(),
            user_id: user.id,
            account_id,
            role: membership::Role::Owner,
            permissions: Permissions::ALL.bits(),
            granted_through_id: None,
            created_at: at(NOW),
        };
        sql::insert::<user::Entity>(&self.db, &[user]).await.unwrap();
        sql::insert::<membership::Entity>(&self.db, &[membership]).await.unwrap();
    }

    pub(super) async fn card(&self, account_id: AccountId, token: &str) {
        let stored = self.store.settings().gateway.store_method(token).await.unwrap();
        let method = payment_method::Model {
            id: id(),
            account_id,
            brand: stored.brand,
            last4: stored.last4,
            expires_on: stored.expires_on,
            gateway_reference: stored.reference,
            is_default: true,
            created_at: at(NOW),
            removed_at: None,
        };
        sql::insert::<payment_method::Entity>(&self.db, &[method]).await.unwrap();
    }

    pub(super) async fn product(&self) -> ProductId {
        let product = product::Model {
            id: id(),
            account_id: self.client,
            plan_id: self.plan,
            client_id: None,
            order_line_id: None,
            status: ProductStatus::Active,
            label: "bolt.example".into(),
            domain_name: None,
            registrant_id: None,
            term_months: 12,
            next_plan_id: None,
            currency: "EUR".into(),
            started_on: day("2026-03-01"),
            anchor_on: day("2026-03-01"),
            anchor_months: 12,
            renews_on: day("2027-03-01"),
            renews_at: at("2027-02-28T23:00:00Z"),
            auto_renew: true,
            renewal_billing: RenewalBilling::Account,
            managed_by_id: None,
            search: "bolt.example".into(),
            created_at: at(NOW),
        };
        let product_id = product.id;
        sql::insert::<product::Entity>(&self.db, &[product]).await.unwrap();
        product_id
    }

    pub(super) fn draft(&self, product_id: Option<ProductId>, amounts: LineAmounts) -> Draft {
        Draft {
            kind: InvoiceKind::Renewal,
            billed_to_id: self.client,
            currency: Currency::EUR,
            order_id: None,
            renewal_run_id: None,
            paid_minor: None,
            lines: vec![DraftLine {
                description: "Hosting L".into(),
                plan_id: Some(self.plan),
                product_id,
                period: Some((day("2027-03-01"), day("2028-03-01"))),
                quantity: 1,
                amounts,
                rate: Some(Rate::from_bps(2000).unwrap()),
                partnership_id: None,
                partner_id: (!amounts.cashback.is_zero()).then_some(self.partner),
                corrected_line_id: None,
                tax: None,
            }],
        }
    }

    /// What a renewal run does before it charges: invoice, period, attempt.
    pub(super) async fn claim(&self, product_id: ProductId) -> (Issued, Vec<Charge>) {
        let draft = self.draft(Some(product_id), with_cashback(9900));
        self.write(move |work| {
            let draft = draft.clone();
            Box::pin(async move {
                let issued = issue(work, vec![draft]).await?.pop().flatten().expect("an invoice");
                let charge = charge_for(work, &issued.invoice).await?;
                Ok((issued, charge))
            })
        })
        .await
        .map(|(issued, charge)| (issued, vec![charge]))
        .unwrap()
    }

    pub(super) async fn period(&self, product_id: ProductId, issued: &Issued) {
        let period = product_period::Model {
            id: id(),
            product_id,
            period_start: day("2027-03-01"),
            period_end: day("2028-03-01"),
            term_months: 12,
            invoice_line_id: Some(issued.lines[0].id),
            paid_at: None,
            credited_at: None,
            created_at: at(NOW),
        };
        sql::insert::<product_period::Entity>(&self.db, &[period]).await.unwrap();
    }

    pub(super) async fn write<T, F>(&self, act: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'w> Fn(&'w mut domain::Work) -> futures::future::BoxFuture<'w, Result<T, Error>> + Send + Sync + 'static,
    {
        self.store.write(Actor::System(System::Renewals), Statements::default(), act).await
    }

    pub(super) async fn settle(&self, settlements: Vec<Settlement>) -> usize {
        self.write(move |work| Box::pin(settle(work, settlements.clone()))).await.unwrap().len()
    }

    pub(super) async fn charged(&self, charges: Vec<Charge>) -> Vec<Settlement> {
        charge(self.store.settings(), charges, 8).await
    }

    pub(super) async fn invoice(&self, id: InvoiceId) -> invoice::Model {
        invoice::Entity::find_by_id(id).one(&self.db).await.unwrap().unwrap()
    }

    pub(super) async fn payment(&self, id: PaymentId) -> payment::Model {
        payment::Entity::find_by_id(id).one(&self.db).await.unwrap().unwrap()
    }

    pub(super) async fn product_row(&self, id: ProductId) -> product::Model {
        product::Entity::find_by_id(id).one(&self.db).await.unwrap().unwrap()
    }

    pub(super) async fn wallet(&self) -> Option<(i64, i64)> {
        let wallet = wallet::Entity::find_by_id((self.partner, "EUR".to_owned())).one(&self.db).await.unwrap();
        wallet.map(|wallet| (wallet.pending_minor, wallet.available_minor))
    }

    /// By the auditor, and by the product's own check.
    pub(super) async fn books_are_right(&self) {
        assert_eq!(audit(&self.db).await, Vec::<String>::new());
        assert_eq!(self.check().await, Vec::<String>::new());
    }

    pub(super) async fn check(&self) -> Vec<String> {
        let reader = self.store.reader(Actor::System(System::Operator), at(NOW), Statements::default());
        let findings = check(&self.store, &reader).await.unwrap();
        findings.into_iter().map(|finding| finding.problem).collect()
    }
}

pub(super) async fn charge_for(work: &mut domain::Work, invoice: &invoice::Model) -> Result<Charge, Error> {
    let asked = Attempt {
        account_id: invoice.billed_to_id,
        paid_for: PaidFor::Invoice(invoice.id),
        amount: eur(invoice.total_minor),
        payment_method_id: None,
    };
    Ok(attempt(work, vec![asked]).await?.pop().flatten().expect("an attempt"))
}

pub(super) fn with_cashback(price: i64) -> LineAmounts {
    line_amounts(eur(price), 1, Rate::from_bps(2000).unwrap(), Benefit::Cashback).unwrap()
}

pub(super) fn with_discount(price: i64) -> LineAmounts {
    line_amounts(eur(price), 1, Rate::from_bps(2000).unwrap(), Benefit::Discount).unwrap()
}
