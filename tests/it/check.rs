//! `mandate check`: each state that should not last is found, and the finding says what to do about it.

use domain::actor::{Actor, System};
use domain::check::{check, unrenewed};
use entities::id::ProductId;
use entities::invitation::AccessLevel::Full;
use entities::membership::Role;
use entities::partnership::PayerKind;
use entities::product::RenewalBilling::Account;
use rstest::rstest;
use tests::database::Db;
use tests::renewals::{Given, Renewals, day};

/// What is found, as "subject: problem", without the ids.
async fn findings(w: &Renewals) -> Vec<String> {
    let found = check(&w.store, &w.reader(&Actor::System(System::Operator)).await).await.unwrap();
    assert!(found.iter().all(|finding| !finding.mend.is_empty()));
    let mut told: Vec<_> = found
        .iter()
        .map(|finding| {
            format!("{}: {}", finding.subject.rsplit_once(' ').map_or("", |(kind, _)| kind), finding.problem)
        })
        .collect();
    told.sort();
    told
}

/// A product that was renewed for 10.00 by card, on which a partner earns 2.00.
async fn world(db: Db) -> (Renewals, ProductId) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account("Bolt").await);
    w.card(bolt, "tok_visa").await;
    w.person("jo@bolt.example", bolt, Role::Owner).await;
    let managed_by = Some(w.partnership(acme, bolt, (Full, PayerKind::Client)).await);
    let plan = w.plan("S", &[(1, 1000)]).await;
    let given = Given { plan, term_months: 1, started_on: day("2027-02-01"), billing: Account, managed_by };
    let product = w.product(bolt, given).await;
    assert_eq!(w.run().await.renewed, 1);
    w.sql("UPDATE job SET state = 'done' WHERE state = 'due'").await;
    (w, product)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn books_in_order_have_no_findings(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (w, _) = world(db).await;
    assert_eq!(findings(&w).await, Vec::<String>::new());
    assert_eq!(unrenewed(w.store.pool()).await.unwrap(), 0);
}

/// Each breaks what it says, and nothing else.
#[rstest]
#[case::a_payment_past_its_plan(
    "UPDATE payment SET status = 'UNKNOWN', id = ID<0193>; UPDATE invoice SET paid_minor = 0, status = 'OPEN'",
    &["payment: it is UNKNOWN for more than an hour"]
)]
#[case::a_lost_lease(
    "UPDATE job SET state = 'running', lease_until = 1 WHERE kind = 'renew_due' AND unique_key LIKE '%:0'",
    &["job: renew_due is in the hands of a worker that does not answer any more"]
)]
#[case::nobody_does_the_jobs(
    "UPDATE job SET state = 'due', run_at = 1 WHERE kind = 'reconcile'",
    &["job: reconcile is due for more than a day"]
)]
#[case::a_half_done_run(
    "UPDATE invoice SET renewal_run_id = NULL; UPDATE renewal_run SET finished_at = NULL, id = ID<0193>",
    &["renewal run: it was begun and not finished, and no job goes on with it"]
)]
#[case::stopped_and_not_expired(
    "UPDATE product SET auto_renew = FALSE, renews_at = '2027-02-01T00:00:00+00:00'",
    &["product: it is ACTIVE, is not to renew, and its term is over"]
)]
#[case::nothing_ends_it(
    "UPDATE product SET status = 'SUSPENDED'",
    &["product: it is SUSPENDED, and nothing will end that"]
)]
#[case::dunning_that_stands_still(
    "INSERT INTO dunning (invoice_id, account_id, steps_taken, next_at) SELECT id, billed_to_id, 0, '2027-02-01T00:00:00+00:00' FROM invoice",
    &["invoice: a step of its dunning is due for more than a day"]
)]
#[case::cashback_that_stays_pending(
    "UPDATE cashback SET available_at = '2027-02-01T00:00:00+00:00'",
    &["cashback: its holding days are over, and it is not available"]
)]
#[case::a_webhook_that_nobody_sends(
    "INSERT INTO webhook_endpoint SELECT id, id, FALSE, 'https://bolt.example/', '[]', TRUE, 1, NULL, 0, 0, NULL, 0, NULL,
        '2027-02-01T00:00:00+00:00' FROM account;
    INSERT INTO webhook_delivery SELECT id, account_id, id, position, NULL, 'PENDING', 0, occurred_at, NULL, NULL,
        '2027-02-01T00:00:00+00:00' FROM activity WHERE kind = 'PRODUCT_RENEWED'",
    &["webhook delivery: it is due for more than a day"]
)]
#[tokio::test(flavor = "multi_thread")]
async fn what_should_not_last_is_found(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] breaks: &str,
    #[case] found: &[&str],
) {
    let (w, _) = world(db).await;
    // Made in 2024: long before the real time of any run of this.
    let old =
        if db == Db::Sqlite { "x'01930000000070008000000000000001'" } else { "'01930000-0000-7000-8000-000000000001'" };
    w.sql("UPDATE notification SET sent_at = created_at").await;
    w.sql(&breaks.replace("ID<0193>", old)).await;
    let told = findings(&w).await;
    for expected in found {
        assert!(told.contains(&(*expected).to_owned()), "{expected} is not among {told:#?}");
    }
    // A payment that is taken back is also missing in the gateway's book, and in the ledger.
    if !found[0].starts_with("payment") {
        assert_eq!(told, found);
    }
}

/// A product that nobody renewed for a day is found, counted for the alarm, and mended by a run.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_product_without_a_next_renewal_is_told(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (w, _) = world(db).await;
    w.sql("UPDATE notification SET sent_at = created_at").await;
    w.travel("2027-04-02T12:00:00Z").await;
    assert_eq!(unrenewed(w.store.pool()).await.unwrap(), 1);
    let told = findings(&w).await;
    assert!(
        told.contains(&"product: it is ACTIVE and its paid term has ended without a next one".to_owned()),
        "{told:#?}"
    );
    w.run().await;
    assert_eq!(unrenewed(w.store.pool()).await.unwrap(), 0);
}
