//! Money: invoices, payments, the book, cashback. Through the domain's own functions, on both databases.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use domain::actor::System;
use domain::billing::rules::{Benefit, LineAmounts, line_amounts};
use domain::billing::{
    Attempt, Draft, DraftLine, Issued, PaidFor, Settlement, attempt, charge, issue, reconcile, settle,
};
use domain::check::check;
use domain::gateway::{Charge, Outcome};
use domain::money::{Currency, Money, Rate};
use domain::permission::Permissions;
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::Statements;
use domain::{Actor, Error, Store, cashback, sql};
use entities::id::{AccountId, InvoiceId, PaymentId, PlanId, ProductId};
use entities::invoice::{InvoiceKind, InvoiceStatus};
use entities::payment::PaymentStatus;
use entities::product::{ProductStatus, RenewalBilling};
use entities::{
    account, cashback as cashback_row, client, clock, invoice, membership, offering, payment, payment_method, plan,
    product, product_period, programme, user, wallet,
};
use rstest::rstest;
use sea_orm::{ConnectionTrait, DatabaseConnection, EntityTrait, PaginatorTrait};
use tests::auditor::audit;
use tests::database::{Database, Db};
use uuid::Uuid;

const NOW: &str = "2027-03-01T10:00:00Z";

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id<I: From<Uuid>>() -> I {
    I::from(Uuid::now_v7())
}

/// A provider with one programme, a partner, its client, and a plan; the clock stands.
struct World {
    _database: Database,
    db: DatabaseConnection,
    store: Store,
    partner: AccountId,
    client: AccountId,
    plan: PlanId,
}

async fn world(db: Db) -> World {
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

fn account(id: AccountId, name: &str, programme_id: Option<entities::id::ProgrammeId>) -> account::Model {
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
    async fn member(&self, account_id: AccountId) {
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
            created_at: at(NOW),
        };
        sql::insert::<user::Entity>(&self.db, &[user]).await.unwrap();
        sql::insert::<membership::Entity>(&self.db, &[membership]).await.unwrap();
    }

    async fn card(&self, account_id: AccountId, token: &str) {
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

    async fn product(&self) -> ProductId {
        let product = product::Model {
            id: id(),
            account_id: self.client,
            plan_id: self.plan,
            client_id: None,
            order_line_id: None,
            status: ProductStatus::Active,
            label: "bolt.example".into(),
            domain_name: None,
            term_months: 12,
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

    fn draft(&self, product_id: Option<ProductId>, amounts: LineAmounts) -> Draft {
        Draft {
            kind: InvoiceKind::Renewal,
            billed_to_id: self.client,
            currency: Currency::EUR,
            order_id: None,
            renewal_run_id: None,
            lines: vec![DraftLine {
                description: "Hosting L, 12 months".into(),
                plan_id: Some(self.plan),
                product_id,
                period: Some((day("2027-03-01"), day("2028-03-01"))),
                quantity: 1,
                amounts,
                rate: Some(Rate::from_bps(2000).unwrap()),
                partnership_id: None,
                partner_id: (!amounts.cashback.is_zero()).then_some(self.partner),
                tax: None,
            }],
        }
    }

    /// What a renewal run does before it charges: invoice, period, attempt.
    async fn claim(&self, product_id: ProductId) -> (Issued, Vec<Charge>) {
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

    async fn period(&self, product_id: ProductId, issued: &Issued) {
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

    async fn write<T, F>(&self, act: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'w> Fn(&'w mut domain::Work) -> futures::future::BoxFuture<'w, Result<T, Error>> + Send + Sync + 'static,
    {
        self.store.write(Actor::System(System::Renewals), Statements::default(), act).await
    }

    async fn settle(&self, settlements: Vec<Settlement>) -> usize {
        self.write(move |work| Box::pin(settle(work, settlements.clone()))).await.unwrap().len()
    }

    async fn charged(&self, charges: Vec<Charge>) -> Vec<Settlement> {
        charge(self.store.settings(), charges, 8).await
    }

    async fn invoice(&self, id: InvoiceId) -> invoice::Model {
        invoice::Entity::find_by_id(id).one(&self.db).await.unwrap().unwrap()
    }

    async fn payment(&self, id: PaymentId) -> payment::Model {
        payment::Entity::find_by_id(id).one(&self.db).await.unwrap().unwrap()
    }

    async fn product_row(&self, id: ProductId) -> product::Model {
        product::Entity::find_by_id(id).one(&self.db).await.unwrap().unwrap()
    }

    async fn wallet(&self) -> Option<(i64, i64)> {
        let wallet = wallet::Entity::find_by_id((self.partner, "EUR".to_owned())).one(&self.db).await.unwrap();
        wallet.map(|wallet| (wallet.pending_minor, wallet.available_minor))
    }

    /// By the auditor, and by the product's own check.
    async fn books_are_right(&self) {
        assert_eq!(audit(&self.db).await, Vec::<String>::new());
        assert_eq!(self.check().await, Vec::<String>::new());
    }

    async fn check(&self) -> Vec<String> {
        let reader = self.store.reader(Actor::System(System::Operator), at(NOW), Statements::default());
        let findings = check(&self.store, &reader).await.unwrap();
        findings.into_iter().map(|finding| finding.problem).collect()
    }
}

async fn charge_for(work: &mut domain::Work, invoice: &invoice::Model) -> Result<Charge, Error> {
    let asked = Attempt {
        account_id: invoice.billed_to_id,
        paid_for: PaidFor::Invoice(invoice.id),
        amount: eur(invoice.total_minor),
        payment_method_id: None,
    };
    Ok(attempt(work, vec![asked]).await?.pop().flatten().expect("an attempt"))
}

fn with_cashback(price: i64) -> LineAmounts {
    line_amounts(eur(price), 1, Rate::from_bps(2000).unwrap(), Benefit::Cashback).unwrap()
}

fn with_discount(price: i64) -> LineAmounts {
    line_amounts(eur(price), 1, Rate::from_bps(2000).unwrap(), Benefit::Discount).unwrap()
}

/// The worked example of the rules: who pays P, and who pays P − D, to the cent.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn invoices_carry_the_worked_cents(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let drafts = vec![world.draft(None, with_cashback(9900)), world.draft(None, with_discount(9900))];
    let issued = world.write(move |work| Box::pin(issue(work, drafts.clone()))).await.unwrap();
    let sums: Vec<_> = issued
        .iter()
        .map(|it| it.as_ref().map(|it| &it.invoice).unwrap())
        .map(|it| (it.number.as_str(), it.subtotal_minor, it.discount_minor, it.tax_minor, it.total_minor))
        .collect();
    assert_eq!(sums, [("2027-000001", 9900, 0, 1881, 11781), ("2027-000002", 9900, 1980, 1505, 9425)]);
    world.books_are_right().await;
}

/// A total of zero issues no invoice and uses up no number.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_to_pay_is_not_invoiced(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let drafts = vec![world.draft(None, with_discount(0)), world.draft(None, with_discount(100))];
    let issued = world.write(move |work| Box::pin(issue(work, drafts.clone()))).await.unwrap();
    assert!(issued[0].is_none());
    assert_eq!(issued[1].as_ref().unwrap().invoice.number, "2027-000001");
}

/// The number of statements does not depend on the number of rows, from the invoice to the booked payment.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_cost_as_many_statements_as_one(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let mut counts = Vec::new();
    for count in [1, 200] {
        let statements = Statements::default();
        let draft = world.draft(None, with_cashback(9900));
        let actor = Actor::System(System::Renewals);
        let claim = world.store.write(actor.clone(), statements.clone(), move |work| {
            let drafts = vec![draft.clone(); count];
            Box::pin(async move {
                let issued = issue(work, drafts).await?;
                let attempts = issued.iter().flatten().map(|it| Attempt {
                    account_id: it.invoice.billed_to_id,
                    paid_for: PaidFor::Invoice(it.invoice.id),
                    amount: eur(it.invoice.total_minor),
                    payment_method_id: None,
                });
                let attempts = attempts.collect();
                attempt(work, attempts).await
            })
        });
        let charges: Vec<_> = claim.await.unwrap().into_iter().flatten().collect();
        assert_eq!(charges.len(), count);
        let claimed = statements.count();
        let settlements = world.charged(charges).await;
        let settled = world
            .store
            .write(actor, statements.clone(), move |work| Box::pin(settle(work, settlements.clone())))
            .await
            .unwrap();
        assert_eq!(settled.len(), count);
        counts.push((claimed, statements.count() - claimed));
    }
    assert_eq!(counts[0], counts[1]);
    assert_eq!(world.wallet().await, Some((201 * 1980, 0)));
    world.books_are_right().await;
}

/// Twenty who issue at once leave no gap and no duplicate, and dates do not fall as numbers rise.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn numbers_have_no_gap(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let issuers = (0..20).map(|at| {
        let draft = world.draft(None, with_cashback(9900));
        let write = world.store.write(Actor::System(System::Renewals), Statements::default(), move |work| {
            let draft = draft.clone();
            Box::pin(async move {
                issue(work, vec![draft]).await?;
                // Every fourth takes its number back.
                if at % 4 == 3 { Err(Error::Denied) } else { Ok(()) }
            })
        });
        async move { write.await.is_ok() }
    });
    let done = futures::future::join_all(issuers).await;
    assert_eq!(done.iter().filter(|is_done| **is_done).count(), 15);
    let invoices = invoice::Entity::find().all(&world.db).await.unwrap();
    let numbers: BTreeSet<_> = invoices.iter().map(|invoice| invoice.sequence).collect();
    assert_eq!(numbers, (1..=15).collect());
    world.books_are_right().await;
}

/// The database refuses what does not balance, and any change of what is written.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_book_only_grows_and_balances(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let draft = world.draft(None, with_cashback(9900));
    world.write(move |work| Box::pin(issue(work, vec![draft.clone()]))).await.unwrap();
    for change in [
        "UPDATE ledger_line SET debit_minor = debit_minor + 1 WHERE debit_minor > 0",
        "DELETE FROM ledger_line",
        "UPDATE journal_entry SET kind = 'PAYOUT_PAID'",
        "DELETE FROM journal_entry",
    ] {
        assert!(world.db.execute_unprepared(change).await.is_err(), "{change}");
    }
    let (entry, line) = (Uuid::now_v7(), Uuid::now_v7());
    let uuid = |id: Uuid| match db {
        Db::Sqlite => format!("x'{}'", id.simple()),
        Db::Postgres => format!("'{id}'"),
    };
    let one_sided = format!(
        "BEGIN; INSERT INTO ledger_line VALUES ({}, {}, 'revenue', NULL, 'EUR', 1, 0);
        INSERT INTO journal_entry VALUES ({}, 'PAYOUT_PAID', {}, '2027-03-01T10:00:00+00:00'); COMMIT",
        uuid(line),
        uuid(entry),
        uuid(entry),
        uuid(line)
    );
    assert!(world.db.execute_unprepared(&one_sided).await.is_err());
}

/// What is paid moves on: invoice, product, wallet; and settling it again, late or at once, books it once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_is_booked_once_however_often_it_is_settled(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let settlements = world.charged(charges).await;

    let at_once = futures::future::join_all((0..8).map(|_| world.settle(settlements.clone()))).await;
    assert_eq!(at_once.iter().sum::<usize>(), 1);
    let late = Settlement { outcome: Outcome::Declined { code: "late".into() }, ..settlements[0].clone() };
    assert_eq!(world.settle(vec![late]).await, 0);

    let invoice = world.invoice(issued.invoice.id).await;
    assert_eq!((invoice.status, invoice.paid_minor), (InvoiceStatus::Paid, 11781));
    let product = world.product_row(product_id).await;
    assert_eq!((product.status, product.renews_on), (ProductStatus::Active, day("2028-03-01")));
    assert_eq!((product.anchor_months, product.renews_at), (24, at("2028-02-29T23:00:00Z")));
    assert_eq!(world.wallet().await, Some((1980, 0)));
    world.books_are_right().await;
}

/// Cashback is held for the programme's days, then released once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn cashback_is_released_after_its_holding_days(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let (_, charges) = world.claim(world.product().await).await;
    let settlements = world.charged(charges).await;
    world.settle(settlements).await;
    let release = || world.write(|work| Box::pin(cashback::release(work)));

    assert_eq!(release().await.unwrap(), 0);
    let cashback = cashback_row::Entity::find().one(&world.db).await.unwrap().unwrap();
    assert_eq!(cashback.available_at, at("2027-03-31T10:00:00Z"));
    world.db.execute_unprepared("UPDATE clock SET now_at = '2027-03-31T10:00:00+00:00'").await.unwrap();
    assert_eq!((release().await.unwrap(), release().await.unwrap()), (1, 0));
    assert_eq!(world.wallet().await, Some((0, 1980)));
    world.books_are_right().await;
}

/// A declined renewal makes the product past due and moves nothing; paying later moves it from the original anchor.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_renewal_waits_for_its_payment(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_declined_once").await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let settlements = world.charged(charges).await;
    world.settle(settlements).await;

    let product = world.product_row(product_id).await;
    assert_eq!((product.status, product.renews_on), (ProductStatus::PastDue, day("2027-03-01")));
    let invoice = world.invoice(issued.invoice.id).await;
    assert_eq!((invoice.status, invoice.attempts), (InvoiceStatus::Open, 1));
    assert_eq!(invoice.first_declined_at, Some(at(NOW)));
    assert_eq!(world.wallet().await, None);

    let again = world.write(move |work| {
        let invoice = invoice.clone();
        Box::pin(async move { charge_for(work, &invoice).await })
    });
    let settlements = world.charged(vec![again.await.unwrap()]).await;
    world.settle(settlements).await;
    let product = world.product_row(product_id).await;
    assert_eq!((product.status, product.renews_on), (ProductStatus::Active, day("2028-03-01")));
    assert_eq!(world.wallet().await, Some((1980, 0)));
    world.books_are_right().await;
}

/// Without a way to pay, an attempt counts as declined and the gateway is not asked.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_payment_method_counts_as_declined(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let payment_id = charges[0].payment_id;
    let settlements = world.charged(charges).await;
    world.settle(settlements).await;
    let payment = world.payment(payment_id).await;
    assert_eq!((payment.status, payment.failure_code.as_deref()), (PaymentStatus::Declined, Some("no_payment_method")));
    assert_eq!(world.product_row(product_id).await.status, ProductStatus::PastDue);
    world.books_are_right().await;
}

/// R8: an answer that never came moves nothing and lets no second charge begin; the gateway's book says how it ended, once.
#[rstest]
#[case("tok_timeout", PaymentStatus::Succeeded, Some((1980, 0)))]
#[case("tok_timeout_declined", PaymentStatus::Declined, None)]
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_is_found_out(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] token: &str,
    #[case] end: PaymentStatus,
    #[case] wallet: Option<(i64, i64)>,
) {
    let world = world(db).await;
    world.card(world.client, token).await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let payment_id = charges[0].payment_id;
    let settlements = world.charged(charges).await;
    assert_eq!(settlements[0].outcome, Outcome::Unknown);
    world.settle(settlements).await;

    assert_eq!(world.payment(payment_id).await.status, PaymentStatus::Unknown);
    assert_eq!(world.product_row(product_id).await.status, ProductStatus::Active);
    let invoice = issued.invoice.clone();
    let second = world.write(move |work| {
        let asked = Attempt {
            account_id: invoice.billed_to_id,
            paid_for: PaidFor::Invoice(invoice.id),
            amount: eur(invoice.total_minor),
            payment_method_id: None,
        };
        Box::pin(attempt(work, vec![asked]))
    });
    assert_eq!(second.await.unwrap(), [None]);

    let open = [payment_id];
    let both = futures::future::join_all((0..2).map(|_| reconcile(&world.store, &open))).await;
    assert!(both.into_iter().all(|open| open.unwrap() == 0));
    assert_eq!(world.payment(payment_id).await.status, end);
    assert_eq!(world.wallet().await, wallet);
    assert_eq!(entities::test_gateway_charge::Entity::find().count(&world.db).await.unwrap(), 1);
    world.books_are_right().await;
}

/// R1: a process that dies between attempt and charge leaves a row; the reconciliation charges it, by the same key, once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_never_reached_the_gateway_is_charged(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;

    let open = [charges[0].payment_id];
    let both = futures::future::join_all((0..3).map(|_| reconcile(&world.store, &open))).await;
    assert!(both.into_iter().all(|open| open.unwrap() == 0));
    assert_eq!(world.invoice(issued.invoice.id).await.status, InvoiceStatus::Paid);
    assert_eq!(entities::test_gateway_charge::Entity::find().count(&world.db).await.unwrap(), 1);
    assert_eq!(world.wallet().await, Some((1980, 0)));
    world.books_are_right().await;
}

/// `mandate check` sees what does not fit together.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_check_finds_what_is_wrong(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = world(db).await;
    world.card(world.client, "tok_visa").await;
    let product_id = world.product().await;
    let (issued, charges) = world.claim(product_id).await;
    world.period(product_id, &issued).await;
    let settlements = world.charged(charges).await;
    world.settle(settlements).await;
    world.books_are_right().await;

    for damage in [
        "UPDATE wallet SET pending_minor = pending_minor + 1",
        "UPDATE invoice SET paid_minor = 0",
        "UPDATE invoice_line SET tax_minor = tax_minor + 1",
        "UPDATE document_counter SET last_number = 7",
        "UPDATE test_gateway_charge SET amount_minor = 1",
        "UPDATE payment SET gateway_reference = 'lost'",
    ] {
        let before = world.check().await.len();
        world.db.execute_unprepared(damage).await.unwrap();
        assert!(world.check().await.len() > before, "{damage}");
    }
}
