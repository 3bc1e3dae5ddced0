//! Renewing by hand.

use domain::actor::Actor;
use domain::billing::Collected;
use domain::error::Code;
use domain::renewal::commands::RenewProduct;
use entities::invitation::AccessLevel::Full;
use entities::membership::Role;
use entities::partnership::PayerKind;
use entities::product::{ProductStatus, RenewalBilling};
use rstest::rstest;
use tests::database::Db;
use tests::renewals::{Renewals, day};

use super::harness::{Pair, by_hand, pair, renew, yearly};

/// S2.5b, S2.7b, S2.14b, S2.15b by hand: a partner renews for its client under the partnership's payer, the client for itself.
#[rstest]
#[case::partner_for_a_paying_client(PayerKind::Client, true, false, 1980)]
#[case::a_paying_partner(PayerKind::Partner, true, true, 0)]
#[case::client_under_a_paying_partner(PayerKind::Partner, false, false, 1980)]
#[tokio::test(flavor = "multi_thread")]
async fn renewing_by_hand_is_billed_by_who_does_it(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] payer: PayerKind,
    #[case] by_partner: bool,
    #[case] partner_pays: bool,
    #[case] cashback: i64,
) {
    let Pair { w, acme, bolt, plan } = pair(db).await;
    let jo = w.person("jo@bolt.example", bolt, Role::Owner).await;
    let ann = w.person("ann@acme.example", acme, Role::Owner).await;
    let partnership = w.partnership(acme, bolt, (Full, payer)).await;
    let product = w.product(bolt, yearly(plan, "2027-02-01", RenewalBilling::Partnership, Some(partnership))).await;
    let actor = if by_partner { &ann } else { &jo };

    let (renewed, paid) = renew(&w, actor, by_hand(product, "key-00001")).await.unwrap();
    assert_eq!(paid, Collected::Paid);
    let again = renew(&w, actor, by_hand(product, "key-00001")).await.unwrap();
    assert_eq!((again.0.invoice_id, again.1), (renewed.invoice_id, Collected::Paid));

    let invoices = w.invoices().await;
    let [(invoice, lines)] = invoices.as_slice() else { panic!("{invoices:#?}") };
    assert_eq!(Some(invoice.id), renewed.invoice_id);
    assert_eq!(invoice.billed_to_id, if partner_pays { acme } else { bolt });
    assert_eq!(invoice.total_minor, if partner_pays { 9425 } else { 11_781 });
    assert_eq!(lines[0].cashback_minor, cashback);
    assert_eq!(w.product_row(product).await.renews_on, day("2029-02-01"));
    w.audit().await;
}

/// What cannot be renewed by hand, and why.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn renewing_by_hand_is_refused_with_a_reason(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, bolt, plan, .. } = pair(db).await;
    let jo = w.person("jo@bolt.example", bolt, Role::Owner).await;
    let vi = w.person("vi@bolt.example", bolt, Role::Viewer).await;
    let else_ = w.account("Else").await;
    let eve = w.person("eve@else.example", else_, Role::Owner).await;
    let product = w.product(bolt, yearly(plan, "2027-02-01", RenewalBilling::Account, None)).await;
    let code = async |actor: &Actor, command: RenewProduct| renew(&w, actor, command).await.unwrap_err().code();

    assert_eq!(code(&vi, by_hand(product, "key-00001")).await, Some(Code::PermissionDenied));
    assert_eq!(code(&eve, by_hand(product, "key-00001")).await, Some(Code::NotFound));
    let command = by_hand(product, "key-00002");
    let early = RenewProduct { period_start: Some(day("2027-02-01")), ..command.clone() };
    assert_eq!(code(&jo, early).await, Some(Code::Conflict));
    let late = RenewProduct { period_start: Some(day("2029-02-01")), ..command.clone() };
    assert_eq!(code(&jo, late).await, Some(Code::InvalidInput));
    let odd = RenewProduct { term_months: Some(7), ..command.clone() };
    assert_eq!(code(&jo, odd).await, Some(Code::TermNotOffered));
    let poor = w.product(else_, yearly(plan, "2027-02-01", RenewalBilling::Account, None)).await;
    assert_eq!(code(&eve, by_hand(poor, "key-00003")).await, Some(Code::PaymentMethodRequired));
    assert!(w.invoices().await.is_empty());

    let two_years = RenewProduct { term_months: Some(24), period_start: Some(day("2028-02-01")), ..command };
    renew(&w, &jo, two_years).await.unwrap();
    assert_eq!(w.product_row(product).await.renews_on, day("2030-02-01"));
    assert_eq!(w.invoices().await[0].0.subtotal_minor, 18_000);

    for status in ["PAST_DUE", "SUSPENDED", "PENDING_PAYMENT", "EXPIRED", "CANCELLED"] {
        w.sql(&format!("UPDATE product SET status = '{status}'")).await;
        let key = format!("key-{status}");
        assert_eq!(code(&jo, by_hand(product, &key)).await, Some(Code::ProductNotRenewable), "{status}");
    }
    w.audit().await;
}

/// A renewal by hand that is declined before its day leaves the product as it is. On the day, the run has the same invoice paid;
/// only a decline then makes the product past due.
#[rstest]
#[case::paid_on_the_day("tok_declined_once", ProductStatus::Active, "2028-04-01")]
#[case::declined_again("tok_declined", ProductStatus::PastDue, "2027-04-01")]
#[tokio::test(flavor = "multi_thread")]
async fn an_early_decline_waits_for_its_day(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] token: &str,
    #[case] status: ProductStatus,
    #[case] renews_on: &str,
) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let (bolt, plan) = (w.account("Bolt").await, w.plan("L", &[(12, 9900)]).await);
    w.card(bolt, token).await;
    let jo = w.person("jo@bolt.example", bolt, Role::Owner).await;
    let product = w.product(bolt, yearly(plan, "2026-04-01", RenewalBilling::Account, None)).await;
    let (_, collected) = renew(&w, &jo, by_hand(product, "early-0001")).await.unwrap();
    assert!(matches!(collected, Collected::Declined { .. }), "{collected:?}");
    w.run().await;
    assert_eq!(w.product_row(product).await.status, ProductStatus::Active);
    assert_eq!(w.invoices().await[0].0.first_declined_at, None);

    w.travel("2027-04-01T09:00:00Z").await;
    w.run().await;
    let row = w.product_row(product).await;
    assert_eq!((row.status, row.renews_on), (status, day(renews_on)));
    assert_eq!(w.invoices().await.len(), 1, "the same invoice");
    w.audit().await;
}
