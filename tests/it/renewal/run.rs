//! The run: each period once, whoever pays, whatever fails.

use std::ops::ControlFlow;
use std::sync::Arc;

use domain::renewal::queries::{due_payers, payers, quotes};
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::Statements;
use domain::{Store, billing};
use entities::invitation::AccessLevel::{Full, Partial};
use entities::invoice::InvoiceStatus;
use entities::membership::Role;
use entities::partnership::PayerKind;
use entities::product::{ProductStatus, RenewalBilling};
use entities::{notification, payment};
use rstest::rstest;
use sea_orm::EntityTrait as _;
use tests::crowd::DUE;
use tests::database::Db;
use tests::renewals::{Renewals, day, instant};

use super::harness::{Pair, RENEWALS, monthly, pair, yearly};

/// S1.10, S2.5b, S2.7b, S2.8b, S2.13b, S2.14b, S2.15b: who is billed, what the partner earns, and what the books say, for each
/// row of the table; the provider keeps the same.
#[rstest]
#[case::follows_a_paying_client(Full, PayerKind::Client, RenewalBilling::Partnership, false, 1980)]
#[case::of_the_client_itself(Full, PayerKind::Client, RenewalBilling::Account, false, 1980)]
#[case::follows_a_paying_partner(Full, PayerKind::Partner, RenewalBilling::Partnership, true, 0)]
#[case::ordered_by_the_client(Full, PayerKind::Partner, RenewalBilling::Account, false, 1980)]
#[case::managed_with_partial_access(Partial, PayerKind::Client, RenewalBilling::Account, false, 1980)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_pays_is_billed_and_the_partner_earns_once(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] access: entities::invitation::AccessLevel,
    #[case] payer: PayerKind,
    #[case] billing: RenewalBilling,
    #[case] partner_pays: bool,
    #[case] cashback: i64,
) {
    let Pair { w, acme, bolt, plan } = pair(db).await;
    w.person("jo@bolt.example", bolt, Role::Owner).await;
    w.person("ann@acme.example", acme, Role::Owner).await;
    let partnership = w.partnership(acme, bolt, (access, payer)).await;
    let product = w.product(bolt, yearly(plan, "2026-03-01", billing, Some(partnership))).await;
    let billed_to = if partner_pays { acme } else { bolt };
    let quote = quotes(&w.reader(&RENEWALS).await, &[product]).await.unwrap().remove(&product).unwrap();

    let run = w.run().await;
    assert_eq!((run.due, run.renewed, run.declined, run.failed), (1, 1, 0, 0));
    assert!(run.finished_at.is_some());

    let invoices = w.invoices().await;
    let [(invoice, lines)] = invoices.as_slice() else { panic!("{invoices:#?}") };
    let (discount, tax, total) = if partner_pays { (1980, 1505, 9425) } else { (0, 1881, 11_781) };
    assert_eq!((invoice.billed_to_id, invoice.status), (billed_to, InvoiceStatus::Paid));
    assert_eq!((invoice.subtotal_minor, invoice.discount_minor), (9900, discount));
    assert_eq!((invoice.tax_minor, invoice.total_minor), (tax, total));
    assert_eq!(lines[0].cashback_minor, cashback);
    assert_eq!(lines[0].description, format!("Hosting L, site {product}"));
    assert_eq!(quote.billed_to_id, billed_to);
    assert_eq!((quote.discount.minor(), quote.tax.minor(), quote.total.minor()), (discount, tax, total));
    assert_eq!(quote.cashback.minor(), cashback);

    let row = w.product_row(product).await;
    assert_eq!((row.renews_on, row.anchor_months, row.status), (day("2028-03-01"), 24, ProductStatus::Active));
    assert_eq!(row.account_id, bolt, "S2.18: it stays where it is installed");
    assert_eq!(w.wallet(acme).await, (cashback, 0));
    assert_eq!(w.ledger("receivable").await, 0);
    assert_eq!((w.ledger("revenue").await, w.ledger("tax").await), (discount - 9900, -tax));
    assert_eq!((w.ledger("gateway").await, w.ledger("partner_expense").await), (total, cashback));
    assert_eq!(-w.ledger("revenue").await - w.ledger("partner_expense").await, 7920);
    w.audit().await;

    let mails = notification::Entity::find().all(w.store.pool()).await.unwrap();
    let to = |kind: &str| -> Vec<String> {
        let mut to: Vec<_> = mails.iter().filter(|m| m.kind == kind).map(|m| m.recipient.clone()).collect();
        to.sort();
        to
    };
    let payer_mail = if partner_pays { "ann@acme.example" } else { "jo@bolt.example" };
    assert_eq!(to("invoice_issued"), [payer_mail]);
    assert_eq!(to("product_renewed"), [payer_mail]);
}

/// R1: a second run finds nothing, and two at once share the work: each period is invoiced and charged once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn however_many_runs_each_period_is_billed_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let plan = w.plan("S", &[(1, 1000)]).await;
    let mut products = vec![];
    for n in 0..12 {
        let account = w.account(&format!("Client {n}")).await;
        w.card(account, "tok_visa").await;
        for _ in 0..2 {
            products.push(w.product(account, monthly(plan, "2027-02-01")).await);
        }
    }
    let other = w.beside().await;
    let statements = Statements::default();
    let (one, two) = tokio::join!(
        domain::renewal::run_now(&w.store, &statements, None, |_| ()),
        domain::renewal::run_now(&other, &statements, None, |_| ()),
    );
    let renewed = one.unwrap().renewed + two.unwrap().renewed;
    assert_eq!(renewed, 24);
    let again = w.run().await;
    assert_eq!((again.due, again.renewed), (0, 0));

    let invoices = w.invoices().await;
    assert_eq!(invoices.iter().map(|(_, lines)| lines.len()).sum::<usize>(), 24);
    let payments = payment::Entity::find().all(w.store.pool()).await.unwrap();
    assert_eq!(payments.len(), invoices.len());
    for product in products {
        assert_eq!(w.product_row(product).await.renews_on, day("2027-04-01"));
    }
    w.audit().await;
}

/// R14: a late worker catches up each missed period, once and in order, from the original anchor.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn missed_months_follow_one_another_from_the_anchor(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, bolt, plan, .. } = pair(db).await;
    let product = w.product(bolt, monthly(plan, "2027-01-31")).await;
    w.travel("2027-05-15T00:00:00Z").await;

    let run = w.run().await;
    assert_eq!((run.due, run.renewed), (3, 3));
    let expected = [
        ("2027-01-31", "2027-02-28"),
        ("2027-02-28", "2027-03-31"),
        ("2027-03-31", "2027-04-30"),
        ("2027-04-30", "2027-05-31"),
    ];
    let expected: Vec<_> = expected.map(|(from, to)| (from.to_owned(), to.to_owned())).into();
    assert_eq!(w.periods(product).await, expected);
    assert_eq!(w.invoices().await.len(), 3);
    w.audit().await;
}

/// One payer's failure stops nobody else's: declined, without a card, without a price; nothing of them is billed again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_stops_nobody_else(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, bolt, plan, .. } = pair(db).await;
    let (poor, bare) = (w.account("Poor").await, w.account("Bare").await);
    w.card(poor, "tok_declined").await;
    let good = w.product(bolt, monthly(plan, "2027-02-01")).await;
    let declined = w.product(poor, monthly(plan, "2027-01-01")).await;
    let without_card = w.product(bare, monthly(plan, "2027-02-01")).await;
    let unpriced = w.plan("Odd", &[]).await;
    let failing = w.product(bolt, monthly(unpriced, "2027-02-01")).await;

    let run = w.run().await;
    assert_eq!((run.due, run.renewed, run.declined, run.failed), (4, 1, 2, 1));
    let mut seen = vec![];
    for id in [good, declined, without_card, failing] {
        seen.push(w.product_row(id).await.status);
    }
    use ProductStatus::{Active, PastDue};
    assert_eq!(seen, [Active, PastDue, PastDue, Active]);
    assert_eq!(w.product_row(declined).await.renews_on, day("2027-02-01"), "moves only when it is paid");

    let again = w.run().await;
    assert_eq!((again.due, again.renewed, again.declined, again.failed), (1, 0, 0, 1));
    assert_eq!(w.invoices().await.len(), 3);
    w.audit().await;
}

/// An answer that never came moves nothing and is not charged again; when it is known, the product moves on.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_payment_is_not_made_twice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, plan, .. } = pair(db).await;
    let slow = w.account("Slow").await;
    w.card(slow, "tok_timeout").await;
    let product = w.product(slow, monthly(plan, "2027-02-01")).await;

    let run = w.run().await;
    assert_eq!((run.due, run.renewed, run.declined, run.failed), (1, 0, 0, 0));
    assert_eq!(w.product_row(product).await.status, ProductStatus::Active);
    assert_eq!(w.run().await.due, 0);
    assert!(quotes(&w.reader(&RENEWALS).await, &[product]).await.unwrap().is_empty());

    let payments = payment::Entity::find().all(w.store.pool()).await.unwrap();
    let ids: Vec<_> = payments.iter().map(|payment| payment.id).collect();
    assert_eq!(billing::reconcile(&w.store, &ids).await.unwrap(), 0);
    assert_eq!(w.product_row(product).await.renews_on, day("2027-04-01"));
    w.audit().await;
}

/// What costs nothing is renewed without an invoice, beside what is billed.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_free_plan_moves_on_without_an_invoice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, bolt, plan, .. } = pair(db).await;
    let free_plan = w.plan("Free", &[(1, 0)]).await;
    let free = w.product(bolt, monthly(free_plan, "2027-02-01")).await;
    w.sql("UPDATE product SET status = 'FREE'").await;
    let paid = w.product(bolt, monthly(plan, "2027-02-01")).await;

    let run = w.run().await;
    assert_eq!((run.due, run.renewed), (2, 2));
    let invoices = w.invoices().await;
    assert_eq!((invoices.len(), invoices[0].1.len()), (1, 1));
    let free = w.product_row(free).await;
    assert_eq!((free.status, free.renews_on), (ProductStatus::Free, day("2027-04-01")));
    assert_eq!(w.product_row(paid).await.renews_on, day("2027-04-01"));
    w.audit().await;
}

/// Due at midnight of the holder, on days on which the clocks change, too; from the last hour before the date line to the first.
#[rstest]
#[case("Europe/Berlin", "2027-02-28", "2027-03-27T22:00:00Z", "2027-03-27T23:00:00Z")]
#[case("Pacific/Kiritimati", "2027-02-28", "2027-03-27T09:00:00Z", "2027-03-27T10:00:00Z")]
#[case("Pacific/Pago_Pago", "2027-02-28", "2027-03-28T10:00:00Z", "2027-03-28T11:00:00Z")]
#[case("Asia/Kolkata", "2027-02-28", "2027-03-27T18:00:00Z", "2027-03-27T19:00:00Z")]
#[tokio::test(flavor = "multi_thread")]
async fn it_is_due_at_the_holders_midnight(
    #[case] zone: &str,
    #[case] started: &str,
    #[case] before: &str,
    #[case] at: &str,
) {
    let w = Renewals::start(Db::Sqlite, before).await;
    let account = w.account_in("Far", "DE", zone).await;
    w.card(account, "tok_visa").await;
    let plan = w.plan("S", &[(1, 1000)]).await;
    let product = w.product(account, monthly(plan, started)).await;
    assert_eq!(w.run().await.due, 0);
    w.travel(at).await;
    assert_eq!(w.run().await.renewed, 1);
    assert_eq!(w.product_row(product).await.renews_on, day("2027-04-28"));
}

/// The run sends as many statements for 200 products of 50 payers as for one of each lane, and quotes three.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn statements_do_not_grow_with_products(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let mut counted = vec![];
    for (payers_, each) in [(1, 1), (50, 4)] {
        let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
        let plan = w.plan("S", &[(1, 1000)]).await;
        let mut products = vec![];
        for n in 0..payers_ {
            let account = w.account(&format!("Client {n}")).await;
            w.card(account, "tok_visa").await;
            w.person(&format!("owner{n}@example.com"), account, Role::Owner).await;
            for _ in 0..each {
                products.push(w.product(account, monthly(plan, "2027-02-01")).await);
            }
        }
        let reader = w.reader(&RENEWALS).await;
        assert_eq!(quotes(&reader, &products).await.unwrap().len(), products.len());
        assert_eq!(reader.statements().count(), 4);
        assert_eq!(payers(&reader, &products).await.unwrap().len(), products.len());
        assert_eq!(reader.statements().count(), 5);

        let statements = Statements::default();
        let run = domain::renewal::run_now(&w.store, &statements, None, |_| ()).await.unwrap();
        assert_eq!(usize::try_from(run.renewed).unwrap(), products.len());
        assert_eq!(run.as_of, instant("2027-03-01T09:00:00Z"));
        counted.push(statements.count());
    }
    assert!(counted[1] <= 4 * counted[0], "{counted:?}");
}

/// R1: 1,003 products of one payer are on three invoices, as the dry run tells it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_payer_with_many_products_has_several_invoices(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, DUE).await;
    w.crowd_with(1, 1_003, 1).await;
    let told = due_payers(&w.reader(&RENEWALS).await, instant(DUE)).await.unwrap();
    let told: Vec<_> = told.iter().map(|payer| (payer.periods, payer.total_minor)).collect();
    assert_eq!(w.run().await.renewed, 1_003);
    let billed = w.invoices().await;
    let lines: Vec<_> = billed.iter().map(|(_, lines)| lines.len()).collect();
    assert_eq!(lines, [500, 500, 3]);
    // 99.00 a line, and 19 % of each invoice
    let totals = [5_890_500, 5_890_500, 35_343];
    assert_eq!(billed.iter().map(|(invoice, _)| invoice.total_minor).collect::<Vec<_>>(), totals);
    assert_eq!(told, [(1_003, totals.iter().sum())]);
    w.audit().await;
}

/// R7: a worker that is told to stop while two batches of a lane are under way ends both, and begins no other: no charge waits for
/// the reconciliation. Whoever goes on finds the rest.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_is_ended(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let plan = w.plan("S", &[(1, 1000)]).await;
    for n in 0..64 {
        let account = w.account(&format!("Client {n}")).await;
        w.card(account, "tok_visa").await;
        w.product(account, monthly(plan, "2027-02-01")).await;
    }
    let pool = w.store.pool().clone();
    let settings = Settings { renewal_batch: 3, ..Settings::demo(pool.clone()) };
    let store = Store::new(pool, Signals::local(), Arc::new(settings));
    let begin = store.write(RENEWALS, Statements::default(), |work| {
        Box::pin(async move { domain::renewal::begin_run(work, work.now()).await })
    });
    let run = begin.await.unwrap().expect("a run");
    let mut batches = 0;
    for number in 0..4 {
        let left = domain::renewal::lane(&store, run.id, number, &|| ControlFlow::Break(())).await.unwrap();
        batches += if left.is_break() { 2 } else { 0 }; // a lane may have nobody
        assert_eq!(w.count("invoice WHERE status = 'PAID'").await, batches * 3);
        assert_eq!(w.count("payment WHERE status = 'SUCCEEDED'").await, batches * 3);
        assert_eq!(w.count("payment").await, batches * 3, "none is open");
    }
    assert!(batches > 0, "nothing was under way");
    for number in 0..4 {
        let end = domain::renewal::lane(&store, run.id, number, &|| ControlFlow::Continue(())).await.unwrap();
        assert!(end.is_continue(), "lane {number}");
    }
    assert_eq!(domain::renewal::finished(&store, run.id).await.unwrap().renewed, 64);
    w.audit().await;
}
