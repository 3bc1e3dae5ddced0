//! A renewal run beside what one would write by hand: one statement that writes the same rows in sets, and ten statements for each
//! renewal on eight connections.
//!
//! `TEST_DATABASE_URL` is a PostgreSQL server that may create databases. Each side has one of its own with the same crowd: so many
//! payers, each with a product that is due, for the second time, and a partner that earns on it. The run asks a gateway that takes 20 ms for each charge
//! and books what comes of it; the statements ask nobody. Afterwards the tables must hold as many rows on each side.
//! `docs/running.md` has the command.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use domain::Store;
use domain::gateway::{
    BadEvent, Charge, GatewayEvent, LookUp, Outcome, PaymentGateway, Refund, StoreMethodError, StoredMethod,
};
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::Statements;
use futures::future::BoxFuture;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait, Value};
use tests::app::BlankPaper;
use tests::crowd::DUE;
use tests::database::Db;
use tests::renewals::Renewals;
use uuid::Uuid;

const CONNECTIONS: usize = 8;
const GATEWAY: Duration = Duration::from_millis(20);
const SECOND_YEAR: &str = "2028-02-01T09:00:00Z";

/// What a renewal that is paid at once writes, for all that are due.
const ONE_STATEMENT: &str = "
WITH d AS MATERIALIZED (
    SELECT p.id AS product, p.account_id AS payer, p.plan_id AS plan, p.label, p.renews_on, a.name, a.time_zone, s.id AS ship,
        s.partner_id AS partner, m.id AS method, m.gateway_reference, u.id AS reader, u.email, u.locale, x.amount_minor AS net,
        round(x.amount_minor * 0.19)::bigint AS tax, round(x.amount_minor * 0.2)::bigint AS benefit, f.name AS plan_name,
        row_number() OVER (ORDER BY p.id) AS n, gen_random_uuid() AS invoice, gen_random_uuid() AS line,
        gen_random_uuid() AS payment, gen_random_uuid() AS period, gen_random_uuid() AS cashback, gen_random_uuid() AS entry,
        gen_random_uuid() AS issued, gen_random_uuid() AS paid, gen_random_uuid() AS earned, gen_random_uuid() AS mail_1,
        gen_random_uuid() AS mail_2, (SELECT now_at FROM clock) AS now
    FROM product p JOIN account a ON a.id = p.account_id JOIN plan f ON f.id = p.plan_id
    JOIN partnership s ON s.id = p.managed_by_id AND s.status = 'ACTIVE'
    JOIN LATERAL (SELECT amount_minor FROM price WHERE plan_id = p.plan_id AND term_months = p.term_months
        AND currency = p.currency AND valid_from <= p.renews_on ORDER BY valid_from DESC LIMIT 1) x ON true
    JOIN payment_method m ON m.account_id = p.account_id AND m.is_default AND m.removed_at IS NULL
    JOIN membership r ON r.account_id = p.account_id JOIN \"user\" u ON u.id = r.user_id
    WHERE p.status = 'ACTIVE' AND p.auto_renew AND p.renews_at <= (SELECT now_at FROM clock)
), run AS (
    INSERT INTO renewal_run SELECT gen_random_uuid(), now_at, now_at, now_at, false, (SELECT count(*) FROM d),
        (SELECT count(*) FROM d), 0, 0, 0 FROM clock RETURNING id
), counter AS (
    INSERT INTO document_counter SELECT 'INVOICE', 2028, (SELECT count(*) FROM d), now_at FROM clock
    ON CONFLICT (series, year) DO UPDATE SET last_number = document_counter.last_number + excluded.last_number
    RETURNING last_number
), invoices AS (
    INSERT INTO invoice SELECT d.invoice, 'INVOICE', 2028, d.n, '2028-' || lpad(d.n::text, 6, '0'), 'RENEWAL', 'PAID', d.payer,
        jsonb_build_object('name', d.name, 'country', 'DE')::text, jsonb_build_object('name', 'Seller')::text, 'EUR', d.now,
        d.renews_on, d.renews_on, d.now, NULL, (SELECT id FROM run), NULL, NULL, d.net, 0, d.tax, d.net + d.tax, d.net + d.tax, 0,
        NULL, 1 FROM d
), lines AS (
    INSERT INTO invoice_line SELECT d.line, d.invoice, 1, 'Hosting ' || d.plan_name || ', ' || d.label, d.plan, d.product,
        d.renews_on, d.renews_on + interval '1 year', 1, d.net, 0, d.net, 'S', 1900, d.tax, 2000, d.ship, d.partner, d.benefit,
        NULL, 0 FROM d
), periods AS (
    INSERT INTO product_period SELECT d.period, d.product, d.renews_on, d.renews_on + interval '1 year', 12, d.line, d.now, NULL,
        d.now FROM d
), payments AS (
    INSERT INTO payment SELECT d.payment, d.payer, d.invoice, NULL, d.method, d.net + d.tax, 'EUR', 'SUCCEEDED', NULL,
        'ch_' || d.n, NULL, d.now, d.now FROM d
), ledger AS (
    INSERT INTO ledger_line SELECT gen_random_uuid(), x.* FROM d CROSS JOIN LATERAL (VALUES
        (d.issued, 'receivable', d.payer, 'EUR', d.net + d.tax, 0::bigint), (d.issued, 'revenue', NULL, 'EUR', 0, d.net),
        (d.issued, 'tax', NULL, 'EUR', 0, d.tax), (d.paid, 'gateway', NULL, 'EUR', d.net + d.tax, 0),
        (d.paid, 'receivable', d.payer, 'EUR', 0, d.net + d.tax), (d.earned, 'partner_expense', NULL, 'EUR', d.benefit, 0),
        (d.earned, 'wallet_pending', d.partner, 'EUR', 0, d.benefit)) x
), heads AS (
    INSERT INTO journal_entry SELECT x.id, x.kind, x.about, d.now FROM d CROSS JOIN LATERAL (VALUES
        (d.issued, 'INVOICE_ISSUED', d.invoice), (d.paid, 'PAYMENT_RECEIVED', d.payment),
        (d.earned, 'CASHBACK_CREDITED', d.cashback)) x(id, kind, about)
), cashbacks AS (
    INSERT INTO cashback SELECT d.cashback, d.line, d.partner, d.product, d.payer, 'EUR', d.benefit, 0, d.now,
        d.now + interval '30 days', NULL FROM d
), wallets AS (
    INSERT INTO wallet SELECT d.partner, 'EUR', sum(d.benefit), 0 FROM d GROUP BY d.partner
    ON CONFLICT (account_id, currency) DO UPDATE SET pending_minor = wallet.pending_minor + excluded.pending_minor
), entries AS (
    INSERT INTO wallet_entry SELECT d.entry, d.partner, 'EUR', 'CASHBACK', d.benefit, d.net, 2000, d.line, d.product, NULL, d.now,
        d.now + interval '30 days' FROM d
), products AS (
    UPDATE product SET anchor_months = anchor_months + 12, renews_on = (d.renews_on + interval '1 year')::date,
        renews_at = (d.renews_on + interval '1 year') AT TIME ZONE d.time_zone FROM d WHERE product.id = d.product
), mails AS (
    INSERT INTO notification SELECT x.id, x.kind, x.about, 0, d.email, d.reader, d.payer, 8, NULL, d.locale,
        jsonb_build_object('product', d.label, 'plan', d.plan_name, 'number', d.n, 'total', d.net + d.tax), d.now, NULL, NULL, NULL
    FROM d CROSS JOIN LATERAL (VALUES (d.mail_1, 'INVOICE_ISSUED', d.invoice), (d.mail_2, 'PRODUCT_RENEWED', d.period))
        x(id, kind, about)
), jobs AS (
    INSERT INTO job SELECT gen_random_uuid(), 'send_mail', 'mail', jsonb_build_object('notification_id', x.id), 1, NULL,
        (extract(epoch FROM statement_timestamp()) * 1000)::bigint, 'due', 0, 10, NULL, NULL, NULL,
        (extract(epoch FROM statement_timestamp()) * 1000)::bigint
    FROM d CROSS JOIN LATERAL (VALUES (d.mail_1), (d.mail_2)) x(id)
), feed AS (
    UPDATE feed_position SET last = last + 4 * (SELECT count(*) FROM d) RETURNING last
)
INSERT INTO activity SELECT gen_random_uuid(), (SELECT last FROM feed) - 4 * d.n + x.at, x.account, x.kind, x.needs, x.product,
    x.subject, x.about, NULL, NULL, jsonb_build_object('label', d.label, 'amount', d.net), d.now
FROM d CROSS JOIN LATERAL (VALUES (1, d.payer, 'INVOICE_ISSUED', 8, NULL, 'Invoice', d.invoice),
    (2, d.payer, 'PAYMENT_SUCCEEDED', 8, NULL, 'Invoice', d.invoice),
    (3, d.partner, 'CASHBACK_CREDITED', 8, d.product, 'WalletEntry', d.entry),
    (4, d.payer, 'PRODUCT_RENEWED', 1, d.product, NULL, NULL)) x(at, account, kind, needs, product, subject, about)";

/// The same for one product, as ten statements of a transaction: ids come from here, facts from the first of them.
const TEN_STATEMENTS: [&str; 10] = [
    "SELECT p.account_id, p.plan_id, p.label, s.id, s.partner_id, m.id, u.id, u.email, p.renews_on::text
    FROM product p JOIN account a ON a.id = p.account_id JOIN partnership s ON s.id = p.managed_by_id
    JOIN payment_method m ON m.account_id = p.account_id AND m.is_default AND m.removed_at IS NULL
    JOIN membership r ON r.account_id = p.account_id JOIN \"user\" u ON u.id = r.user_id WHERE p.id = $1 FOR UPDATE OF p",
    "INSERT INTO document_counter SELECT 'INVOICE', 2028, 1, now_at FROM clock ON CONFLICT (series, year) DO UPDATE
    SET last_number = document_counter.last_number + 1 RETURNING last_number",
    "INSERT INTO invoice SELECT $1, 'INVOICE', 2028, $2, '2028-' || lpad($2::text, 6, '0'), 'RENEWAL', 'PAID', $3, '{}', '{}',
    'EUR', now_at, $4::date, $4::date, now_at, NULL, NULL, NULL, NULL, 9900, 0, 1881, 11781, 11781, 0, NULL, 1 FROM clock",
    "INSERT INTO invoice_line VALUES ($1, $2, 1, 'Hosting L, ' || $3, $4, $5, $6::date, $6::date + interval '1 year', 1, 9900, 0,
    9900, 'S', 1900, 1881, 2000, $7, $8, 1980, NULL, 0)",
    "INSERT INTO product_period SELECT gen_random_uuid(), $1, $2::date, $2::date + interval '1 year', 12, $3, now_at, NULL, now_at
    FROM clock",
    "INSERT INTO payment SELECT $1, $2, $3, NULL, $4, 11781, 'EUR', 'SUCCEEDED', NULL, 'ch_' || $1::text, NULL, now_at, now_at
    FROM clock",
    "WITH heads AS (INSERT INTO journal_entry SELECT x.id, x.kind, x.about, now_at FROM clock, (VALUES ($1::uuid, 'INVOICE_ISSUED',
        $4::uuid), ($2, 'PAYMENT_RECEIVED', $5::uuid), ($3, 'CASHBACK_CREDITED', $6::uuid)) x(id, kind, about))
    INSERT INTO ledger_line SELECT gen_random_uuid(), x.* FROM (VALUES
        ($1::uuid, 'receivable', $7::uuid, 'EUR', 11781::bigint, 0::bigint), ($1, 'revenue', NULL, 'EUR', 0, 9900),
        ($1, 'tax', NULL, 'EUR', 0, 1881), ($2, 'gateway', NULL, 'EUR', 11781, 0), ($2, 'receivable', $7, 'EUR', 0, 11781),
        ($3, 'partner_expense', NULL, 'EUR', 1980, 0), ($3, 'wallet_pending', $8, 'EUR', 0, 1980)) x",
    "WITH earned AS (INSERT INTO cashback SELECT $1, $2, $3, $4, $5, 'EUR', 1980, 0, now_at, now_at + interval '30 days', NULL
        FROM clock), wallets AS (INSERT INTO wallet VALUES ($3, 'EUR', 1980, 0) ON CONFLICT (account_id, currency)
        DO UPDATE SET pending_minor = wallet.pending_minor + 1980)
    INSERT INTO wallet_entry SELECT gen_random_uuid(), $3, 'EUR', 'CASHBACK', 1980, 9900, 2000, $2, $4, NULL, now_at,
        now_at + interval '30 days' FROM clock",
    "UPDATE product SET anchor_months = anchor_months + 12, renews_on = renews_on + interval '1 year',
    renews_at = renews_at + interval '1 year' WHERE id = $1",
    "WITH mails AS (INSERT INTO notification SELECT x.id, x.kind, x.about, 0, $1, $2, $3, 8, NULL::uuid, 'en', '{}', now_at,
            NULL, NULL, NULL FROM clock, (VALUES (gen_random_uuid(), 'INVOICE_ISSUED', $4::uuid),
            (gen_random_uuid(), 'PRODUCT_RENEWED', $5::uuid)) x(id, kind, about) RETURNING id), jobs AS (
        INSERT INTO job SELECT gen_random_uuid(), 'send_mail', 'mail', jsonb_build_object('notification_id', mails.id), 1, NULL,
            0, 'due', 0, 10, NULL, NULL, NULL, 0 FROM mails),
        feed AS (UPDATE feed_position SET last = last + 4 RETURNING last)
    INSERT INTO activity SELECT gen_random_uuid(), feed.last - 4 + x.at, x.account, x.kind, x.needs, NULL, NULL, NULL, NULL, NULL,
        '{}', now_at FROM clock, feed, (VALUES (1, $3::uuid, 'INVOICE_ISSUED', 8), (2, $3, 'PAYMENT_SUCCEEDED', 8),
            (3, $6::uuid, 'CASHBACK_CREDITED', 8), (4, $3, 'PRODUCT_RENEWED', 1)) x(at, account, kind, needs)",
];

#[tokio::main]
async fn main() {
    let size: usize = std::env::var("RENEWALS").map_or(5_000, |text| text.parse().expect("a number"));
    let (run, by_run) = renewal_run(size).await;
    let (set, by_set) = one_statement(size).await;
    assert_eq!(by_run, by_set, "both write as many rows");
    let ten = ten_statements(size).await;
    let a_second = |took: Duration| size as f64 / took.as_secs_f64();
    println!("{size} renewals of as many payers, the gateway of the run takes {GATEWAY:?}");
    println!("run:            {:>6.0} a second, {run:.2?}", a_second(run));
    println!(
        "one statement:  {:>6.0} a second, {set:.2?}; the run is {:.2} of it (0.5 is wanted)",
        a_second(set),
        set.as_secs_f64() / run.as_secs_f64()
    );
    println!(
        "ten statements: {:>6.0} a second, {ten:.2?}; the run is {:.1} times it (5 are wanted)",
        a_second(ten),
        ten.as_secs_f64() / run.as_secs_f64()
    );
    println!("peak memory of this process, which is the run's worker: {}", peak());
}

/// A gateway that is far away and always pays. Its book is written afterwards, for the auditor: it is no part of what is measured.
#[derive(Debug)]
struct FarAway;

impl PaymentGateway for FarAway {
    fn store_method<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<StoredMethod, StoreMethodError>> {
        Box::pin(async { Err(StoreMethodError::UnknownToken) })
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Outcome> {
        Box::pin(async {
            tokio::time::sleep(GATEWAY).await;
            Outcome::Succeeded { reference: format!("ch_{}", charge.payment_id) }
        })
    }

    fn refund<'a>(&'a self, _: &'a Refund) -> BoxFuture<'a, Outcome> {
        Box::pin(async { Outcome::Unknown })
    }

    fn look_up<'a>(&'a self, _: &'a Charge) -> BoxFuture<'a, LookUp> {
        Box::pin(async { LookUp::Unavailable })
    }

    fn give_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, LookUp> {
        self.look_up(charge)
    }

    fn signature_header(&self) -> &'static str {
        "none"
    }

    fn event(&self, _: &str, _: &[u8], _: DateTime<Utc>) -> Result<GatewayEvent, BadEvent> {
        Err(BadEvent::Signature)
    }
}

async fn crowd(size: usize) -> Renewals {
    let mut w = Renewals::start(Db::Postgres, DUE).await;
    let pool = w.store.pool().clone();
    let settings =
        Settings { gateway: Arc::new(FarAway), printer: Arc::new(BlankPaper), ..Settings::demo(pool.clone()) };
    w.store = Store::new(pool, Signals::local(), Arc::new(settings));
    w.crowd(size).await;
    w.analyze().await;
    // The second year is measured: plans made for empty tables are of one night in a provider's life.
    renew(&w, size).await;
    w.travel(SECOND_YEAR).await;
    w.analyze().await;
    w
}

async fn renew(w: &Renewals, size: usize) -> Duration {
    let began = Instant::now();
    let run = domain::renewal::run_now(&w.store, &Statements::default(), None, |_| ()).await.expect("a run");
    assert_eq!(usize::try_from(run.renewed).expect("a number"), size, "{run:?}");
    began.elapsed()
}

async fn renewal_run(size: usize) -> (Duration, BTreeMap<String, i64>) {
    let w = crowd(size).await;
    let took = renew(&w, size).await;
    let book = "INSERT INTO test_gateway_charge (key, method, amount_minor, currency, outcome, reference, created_at)
        SELECT p.id::text, m.gateway_reference, p.amount_minor, p.currency, 'SUCCEEDED', p.gateway_reference, p.settled_at
        FROM payment p JOIN payment_method m ON m.id = p.payment_method_id";
    w.store.pool().execute_unprepared(book).await.expect("the gateway's book");
    w.audit().await;
    (took, rows(w.store.pool()).await)
}

async fn one_statement(size: usize) -> (Duration, BTreeMap<String, i64>) {
    let w = crowd(size).await;
    let began = Instant::now();
    let txn = w.store.pool().begin().await.expect("a transaction");
    // as a server does unless told otherwise, and as suits one large statement
    txn.execute_unprepared("SET LOCAL jit = on").await.expect("a setting");
    txn.execute_unprepared(ONE_STATEMENT).await.expect("the statement");
    txn.commit().await.expect("the statement");
    (began.elapsed(), rows(w.store.pool()).await)
}

async fn ten_statements(size: usize) -> Duration {
    let w = crowd(size).await;
    let db = w.store.pool();
    let due = "SELECT id FROM product WHERE renews_at <= (SELECT now_at FROM clock) ORDER BY id";
    let due = db.query_all_raw(Statement::from_string(DbBackend::Postgres, due)).await.expect("what is due");
    let due: Vec<Uuid> = due.iter().map(|row| row.try_get_by_index(0).expect("an id")).collect();
    let began = Instant::now();
    let lanes = due.chunks(due.len().div_ceil(CONNECTIONS)).map(async |products| {
        for product in products {
            renew_by_hand(db, *product).await.expect("a renewal");
        }
    });
    join_all(lanes).await;
    began.elapsed()
}

async fn renew_by_hand(db: &DatabaseConnection, product: Uuid) -> Result<(), DbErr> {
    let txn = db.begin().await?;
    let statement =
        |at: usize, values: Vec<Value>| Statement::from_sql_and_values(DbBackend::Postgres, TEN_STATEMENTS[at], values);
    let facts = txn.query_one_raw(statement(0, vec![product.into()])).await?.expect("a product");
    let id = |at: usize| facts.try_get_by_index::<Uuid>(at);
    let text = |at: usize| facts.try_get_by_index::<String>(at);
    let (payer, plan, ship, partner, method, reader) = (id(0)?, id(1)?, id(3)?, id(4)?, id(5)?, id(6)?);
    let (label, email, renews_on) = (text(2)?, text(7)?, text(8)?);
    let number = txn.query_one_raw(statement(1, vec![])).await?.expect("a number").try_get_by_index::<i32>(0)?;
    let [invoice, line, payment, cashback, issued, paid, earned] = std::array::from_fn(|_| Uuid::now_v7());
    let writes: [Vec<Value>; 8] = [
        vec![invoice.into(), number.into(), payer.into(), renews_on.clone().into()],
        vec![
            line.into(),
            invoice.into(),
            label.into(),
            plan.into(),
            product.into(),
            renews_on.clone().into(),
            ship.into(),
            partner.into(),
        ],
        vec![product.into(), renews_on.into(), line.into()],
        vec![payment.into(), payer.into(), invoice.into(), method.into()],
        vec![
            issued.into(),
            paid.into(),
            earned.into(),
            invoice.into(),
            payment.into(),
            cashback.into(),
            payer.into(),
            partner.into(),
        ],
        vec![cashback.into(), line.into(), partner.into(), product.into(), payer.into()],
        vec![product.into()],
        vec![email.into(), reader.into(), payer.into(), invoice.into(), product.into(), partner.into()],
    ];
    for (at, values) in (2..).zip(writes) {
        txn.execute_raw(statement(at, values)).await?;
    }
    txn.commit().await
}

/// How many rows each table has that a renewal writes.
async fn rows(db: &DatabaseConnection) -> BTreeMap<String, i64> {
    let mut rows = BTreeMap::new();
    for table in [
        "invoice",
        "invoice_line",
        "product_period",
        "payment",
        "ledger_line",
        "journal_entry",
        "cashback",
        "wallet",
        "wallet_entry",
        "notification",
        "activity",
        "job WHERE kind = 'send_mail'",
    ] {
        let sql = format!("SELECT count(*) FROM {table}");
        let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("a count");
        rows.insert(table.to_owned(), row.expect("a row").try_get_by_index(0).expect("a number"));
    }
    rows
}

/// Peak resident memory of this process.
fn peak() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("unknown").trim().to_owned()
}
