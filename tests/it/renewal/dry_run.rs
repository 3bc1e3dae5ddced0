//! A dry run tells what the run then bills.

use domain::actor::{Actor, System};
use domain::renewal::dry_run;
use domain::renewal::queries::{RunPayer, due_payers, run_payers};
use domain::store::Statements;
use entities::invitation::AccessLevel::Full;
use entities::partnership::PayerKind;
use entities::product::RenewalBilling::{Account, Partnership};
use rstest::rstest;
use tests::database::Db;
use tests::renewals::{Given, Renewals, day};

const OPERATOR: Actor = Actor::System(System::Operator);

/// R1: payers, periods and totals with their tax are those of the run, missed periods and all; the dry run changes nothing. Of
/// Bolt's monthly 3.33 four are due, each on an invoice of its own: 4 × (3.33 + 0.63); of Acme's two at 2.66 on one: 5.32 + 1.01.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_tells_what_is_billed_then(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-05-10T09:20:00Z").await;
    let (acme, bolt, coil) = (w.partner("Acme").await, w.account("Bolt").await, w.account("Coil").await);
    for account in [acme, bolt, coil] {
        w.card(account, "tok_visa").await;
    }
    let pays = w.partnership(acme, coil, (Full, PayerKind::Partner)).await;
    let plan = w.plan("S", &[(1, 333), (12, 9999)]).await;
    let free = w.plan("Free", &[(1, 0)]).await;
    for (holder, plan, term_months, started, billing, managed_by) in [
        (bolt, plan, 1, "2026-12-31", Account, None),
        (coil, plan, 1, "2027-04-10", Partnership, Some(pays)),
        (coil, plan, 1, "2027-04-09", Partnership, Some(pays)),
        (coil, plan, 12, "2026-05-01", Account, Some(pays)),
        (coil, free, 1, "2027-04-10", Account, None),
        (bolt, plan, 12, "2026-05-11", Account, None),
    ] {
        w.product(holder, Given { plan, term_months, started_on: day(started), billing, managed_by }).await;
    }
    let told = due_payers(&w.reader(&OPERATOR).await, w.store.now().await.unwrap().now).await.unwrap();
    let figures = |rows: &[RunPayer]| -> Vec<(String, i64, i64)> {
        rows.iter().map(|row| (row.name.clone(), row.periods, row.total_minor)).collect()
    };
    let expected = [("Acme", 2, 633), ("Bolt", 4, 1584), ("Coil", 1, 11_899)];
    assert_eq!(figures(&told), expected.map(|(name, periods, total)| (name.to_owned(), periods, total)));

    let counted = w.store.write(OPERATOR, Statements::default(), |work| Box::pin(dry_run(work, None))).await.unwrap();
    assert_eq!((counted.due, counted.renewed, counted.is_dry_run), (5, 0, true));
    assert!(w.invoices().await.is_empty());

    let run = w.run().await;
    assert_eq!(figures(&run_payers(&w.reader(&OPERATOR).await, run.id).await.unwrap()), figures(&told));
    w.audit().await;
}
