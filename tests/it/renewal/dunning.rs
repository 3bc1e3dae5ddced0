//! What follows a declined renewal: days of the payer's time zone, its mornings, and its end.

use domain::billing::commands::{PayInvoice, pay_invoice};
use domain::billing::dunning::take_steps;
use domain::billing::{self, Collected};
use domain::store::Statements;
use entities::id::{AccountId, ProductId};
use entities::invoice::InvoiceStatus;
use entities::membership::Role;
use entities::notification;
use entities::payment::{self, PaymentStatus};
use entities::product::ProductStatus::{self, Active, Cancelled, PastDue, Suspended};
use entities::product::RenewalBilling;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use tests::database::Db;
use tests::renewals::{Renewals, day};

use super::harness::{monthly, yearly};

/// An account whose card is declined, and its product of 99.00 a year, past due since 1 March 2027.
async fn behind(db: Db, zone: &str) -> (Renewals, AccountId, ProductId) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let poor = w.account_in("Poor", "DE", zone).await;
    w.card(poor, "tok_declined").await;
    let plan = w.plan("L", &[(12, 9900), (1, 1000)]).await;
    let product = w.product(poor, yearly(plan, "2026-03-01", RenewalBilling::Account, None)).await;
    assert_eq!(w.run().await.declined, 1);
    (w, poor, product)
}

/// The steps of this hour.
async fn at(w: &Renewals, instant: &str) -> usize {
    w.travel(instant).await;
    take_steps(&w.store).await.unwrap()
}

pub(super) async fn status(w: &Renewals, product: ProductId) -> ProductStatus {
    w.product_row(product).await.status
}

async fn attempts(w: &Renewals) -> usize {
    payment::Entity::find().all(w.store.pool()).await.unwrap().len()
}

/// Kinds and steps of the mails to an address, in the order in which they were written.
pub(super) async fn mails_to(w: &Renewals, address: &str) -> Vec<String> {
    let mut mails = notification::Entity::find().all(w.store.pool()).await.unwrap();
    mails.retain(|mail| mail.recipient == address);
    mails.sort_by_key(|mail| mail.id);
    mails
        .into_iter()
        .map(|mail| if mail.kind == "payment_failed" { format!("{} {}", mail.kind, mail.step) } else { mail.kind })
        .collect()
}

/// Takes the card away and keeps another one.
async fn other_card(w: &Renewals, account: AccountId, token: &str) {
    w.sql("UPDATE payment_method SET is_default = FALSE").await;
    w.card(account, token).await;
}

/// The schedule: charges on days 1, 3, 5 and 7 at six in the payer's morning, suspended on day 14, cancelled on day 44, when the
/// invoice is given up: 99.00 is bad debt, and its tax is not owed.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_renewal_is_tried_five_times_suspended_and_cancelled(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (w, poor, product) = behind(db, "Europe/Berlin").await;
    let owner = w.person("jo@poor.example", poor, Role::Owner).await;
    assert_eq!(status(&w, product).await, PastDue);

    for (before, on, tried) in [
        ("2027-03-02T04:00:00Z", "2027-03-02T05:00:00Z", 2),
        ("2027-03-04T04:00:00Z", "2027-03-04T05:00:00Z", 3),
        ("2027-03-06T04:00:00Z", "2027-03-06T05:00:00Z", 4),
        ("2027-03-08T04:00:00Z", "2027-03-08T05:00:00Z", 5),
    ] {
        assert_eq!((at(&w, before).await, attempts(&w).await), (0, tried - 1), "{before}");
        at(&w, on).await;
        assert_eq!((attempts(&w).await, take_steps(&w.store).await.unwrap()), (tried, 0), "{on}");
        w.audit().await;
    }
    assert_eq!((at(&w, "2027-03-15T04:00:00Z").await, status(&w, product).await), (0, PastDue));
    assert_eq!((at(&w, "2027-03-15T05:00:00Z").await, status(&w, product).await), (1, Suspended));
    // In summer time, six o'clock is an hour earlier.
    assert_eq!((at(&w, "2027-04-14T03:00:00Z").await, status(&w, product).await), (0, Suspended));
    assert_eq!((at(&w, "2027-04-14T04:00:00Z").await, status(&w, product).await), (1, Cancelled));

    let (invoice, _) = w.invoices().await.remove(0);
    assert_eq!((invoice.status, invoice.attempts), (InvoiceStatus::Uncollectible, 5));
    let books = (w.ledger("receivable").await, w.ledger("bad_debt").await, w.ledger("tax").await);
    assert_eq!(books, (0, 9900, 0));
    let failed = (2..=5).map(|step| format!("payment_failed {step}"));
    let mut expected: Vec<String> = failed.collect();
    expected.extend(["product_suspended", "product_cancelled"].map(str::to_owned));
    assert_eq!(mails_to(&w, "jo@poor.example").await, expected);
    w.audit().await;

    // Paid after all: what was given up is taken back; the product is gone.
    other_card(&w, poor, "tok_visa").await;
    let pay = PayInvoice {
        invoice_id: invoice.id,
        payment_method_id: None,
        wallet_amount: None,
        idempotency_key: "late-1234".into(),
    };
    let (_, end) = pay_invoice(&w.store, owner, Statements::default(), pay).await.unwrap();
    assert_eq!((end, status(&w, product).await), (Collected::Paid, Cancelled));
    let books =
        (w.ledger("receivable").await, w.ledger("bad_debt").await, w.ledger("tax").await, w.ledger("gateway").await);
    assert_eq!(books, (0, 0, -1881, 11_781));
    at(&w, "2027-04-14T05:00:00Z").await;
    assert_eq!(w.invoices().await[0].0.status, InvoiceStatus::Paid);
    w.audit().await;
}

/// A late payment that is declined again leaves the invoice given up, as it was.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_given_up_and_is_declined_again_is_given_up_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (w, poor, _) = behind(db, "Europe/Berlin").await;
    let owner = w.person("jo@poor.example", poor, Role::Owner).await;
    for on in ["2027-03-08T05:00:00Z", "2027-04-14T05:00:00Z"] {
        at(&w, on).await;
    }
    let (invoice, _) = w.invoices().await.remove(0);
    assert_eq!(invoice.status, InvoiceStatus::Uncollectible);
    let pay = PayInvoice {
        invoice_id: invoice.id,
        payment_method_id: None,
        wallet_amount: None,
        idempotency_key: "late-1234".into(),
    };
    let (_, end) = pay_invoice(&w.store, owner, Statements::default(), pay).await.unwrap();
    assert!(matches!(end, Collected::Declined { .. }));
    assert_eq!((w.invoices().await[0].0.status, w.ledger("bad_debt").await), (InvoiceStatus::Open, 0));
    at(&w, "2027-04-14T06:00:00Z").await;
    assert_eq!((w.invoices().await[0].0.status, w.ledger("bad_debt").await), (InvoiceStatus::Uncollectible, 9900));
    w.audit().await;
}

/// Days and mornings are the payer's: 1 March is 2 March at the date line, and six o'clock there is the evening before.
#[rstest]
#[case("Pacific/Kiritimati", "2027-03-01T15:00:00Z", "2027-03-01T16:00:00Z")]
#[case("America/New_York", "2027-03-02T10:00:00Z", "2027-03-02T11:00:00Z")]
#[case("Asia/Kolkata", "2027-03-02T00:00:00Z", "2027-03-02T01:00:00Z")]
#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_taken_in_the_payers_morning(#[case] zone: &str, #[case] before: &str, #[case] on: &str) {
    let (w, _, product) = behind(Db::Sqlite, zone).await;
    let row = w.product_row(product).await;
    assert_eq!((row.renews_on, row.status), (day("2027-03-01"), PastDue));
    assert_eq!((at(&w, before).await, attempts(&w).await), (0, 1));
    assert_eq!((at(&w, on).await, attempts(&w).await), (1, 2));
}

/// Paying at any time before the end restores the product, with the period from the original anchor, and the months that were
/// missed follow.
#[rstest]
#[case::past_due("2027-03-08T05:00:00Z", PastDue)]
#[case::suspended("2027-04-12T05:00:00Z", Suspended)]
#[tokio::test(flavor = "multi_thread")]
async fn paying_before_the_end_restores_it(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] until: &str,
    #[case] was: ProductStatus,
) {
    let w = Renewals::start(db, "2027-02-28T09:00:00Z").await;
    let poor = w.account("Poor").await;
    let owner = w.person("jo@poor.example", poor, Role::Owner).await;
    w.card(poor, "tok_declined").await;
    let plan = w.plan("S", &[(1, 1000)]).await;
    let product = w.product(poor, monthly(plan, "2027-01-31")).await;
    assert_eq!(w.run().await.declined, 1);
    at(&w, "2027-03-07T05:00:00Z").await;
    at(&w, until).await;
    assert_eq!(status(&w, product).await, was);
    other_card(&w, poor, "tok_visa").await;

    let (invoice, _) = w.invoices().await.remove(0);
    let pay = PayInvoice {
        invoice_id: invoice.id,
        payment_method_id: None,
        wallet_amount: None,
        idempotency_key: "late-1234".into(),
    };
    pay_invoice(&w.store, owner, Statements::default(), pay).await.unwrap();
    let row = w.product_row(product).await;
    assert_eq!((row.status, row.renews_on), (Active, day("2027-03-31")));
    assert!(mails_to(&w, "jo@poor.example").await.contains(&"product_restored".to_owned()));

    // The month that began meanwhile is not waited for until the next whole hour of the clock.
    let jobs = entities::job::Entity::find().all(w.store.pool()).await.unwrap();
    assert_eq!(jobs.iter().filter(|job| job.kind == "run_renewals").count(), usize::from(was == Suspended));
    assert_eq!(w.run().await.renewed, i32::from(was == Suspended));
    assert_eq!(take_steps(&w.store).await.unwrap(), 0);
    w.audit().await;
}

/// R8: while the answer of a charge is not known, nothing is suspended and nothing charged; when it is, the rest follows.
#[rstest]
#[case::it_had_succeeded("tok_timeout", Active)]
#[case::it_had_not("tok_timeout_declined", Suspended)]
#[tokio::test(flavor = "multi_thread")]
async fn a_payment_in_flight_is_not_overtaken(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] token: &str,
    #[case] end: ProductStatus,
) {
    let (w, poor, product) = behind(db, "Europe/Berlin").await;
    other_card(&w, poor, token).await;
    at(&w, "2027-03-08T05:00:00Z").await;
    let payments = payment::Entity::find().all(w.store.pool()).await.unwrap();
    let open: Vec<_> =
        payments.iter().filter(|payment| payment.status == PaymentStatus::Unknown).map(|it| it.id).collect();
    assert_eq!((payments.len(), open.len()), (2, 1));

    for on in ["2027-03-15T05:00:00Z", "2027-03-15T06:00:00Z"] {
        at(&w, on).await;
        assert_eq!((status(&w, product).await, attempts(&w).await), (PastDue, 2), "{on}");
    }
    assert_eq!(billing::reconcile(&w.store, &open).await.unwrap(), 0);
    at(&w, "2027-03-15T07:00:00Z").await;
    assert_eq!(status(&w, product).await, end);
    w.audit().await;
}

/// R14: a worker that was away for forty days makes up for four charges by one, and suspends what that one did not bring.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_late_worker_charges_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (w, _, product) = behind(db, "Europe/Berlin").await;
    at(&w, "2027-04-10T09:00:00Z").await;
    assert_eq!((attempts(&w).await, status(&w, product).await), (2, Suspended));
    at(&w, "2027-04-14T04:00:00Z").await;
    assert_eq!((attempts(&w).await, status(&w, product).await), (2, Cancelled));
    w.audit().await;
}
