//! Products whose partner does not pay.

use domain::billing::Collected;
use domain::billing::dunning::take_steps;
use domain::error::Code;
use entities::invitation::AccessLevel::Full;
use entities::invoice::{InvoiceKind, InvoiceStatus};
use entities::membership::Role;
use entities::partnership::PayerKind;
use entities::product::ProductStatus::{Active, PastDue, Suspended};
use entities::product::RenewalBilling;
use rstest::rstest;
use tests::database::Db;
use tests::renewals::{Renewals, day};

use super::dunning::{mails_to, status};
use super::harness::{by_hand, renew, yearly};

/// The client is warned on day 3 and takes the product over: it pays a fresh invoice at P, the partner's line is credited, the
/// cashback is the table's, and later renewals are the client's own. The partner owes for its other product as before.
#[rstest]
#[case::past_due("2027-03-04T05:00:00Z")]
#[case::suspended("2027-03-15T05:00:00Z")]
#[tokio::test(flavor = "multi_thread")]
async fn the_client_takes_over_what_its_partner_does_not_pay(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] until: &str,
) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account("Bolt").await);
    w.card(acme, "tok_declined").await;
    w.card(bolt, "tok_visa").await;
    let plan = w.plan("L", &[(12, 9900)]).await;
    let ann = w.person("ann@acme.example", acme, Role::Owner).await;
    let jo = w.person("jo@bolt.example", bolt, Role::Owner).await;
    let partnership = w.partnership(acme, bolt, (Full, PayerKind::Partner)).await;
    let follows = || yearly(plan, "2026-03-01", RenewalBilling::Partnership, Some(partnership));
    let (product, other) = (w.product(bolt, follows()).await, w.product(bolt, follows()).await);
    assert_eq!(w.run().await.declined, 2);
    for on in ["2027-03-02T05:00:00Z", "2027-03-04T05:00:00Z", until] {
        w.travel(on).await;
        take_steps(&w.store).await.unwrap();
    }
    let warned = mails_to(&w, "jo@bolt.example").await;
    assert_eq!(warned.iter().filter(|kind| *kind == "payer_failed").count(), 2, "{warned:?}");

    // Through the partnership there is nothing to take over.
    let refused = renew(&w, &ann, by_hand(product, "partner-1")).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::ProductNotRenewable));
    let (renewed, end) = renew(&w, &jo, by_hand(product, "take-over-1")).await.unwrap();
    assert_eq!(end, Collected::Paid);
    let row = w.product_row(product).await;
    assert_eq!((row.status, row.renews_on, row.renewal_billing), (Active, day("2028-03-01"), RenewalBilling::Account));

    let invoices = w.invoices().await;
    let (fresh, lines) = invoices.iter().find(|(invoice, _)| Some(invoice.id) == renewed.invoice_id).unwrap();
    assert_eq!((fresh.billed_to_id, fresh.status, fresh.total_minor), (bolt, InvoiceStatus::Paid, 11_781));
    assert_eq!((lines[0].discount_minor, lines[0].cashback_minor, w.wallet(acme).await), (0, 1980, (1980, 0)));
    let (partners, _) =
        invoices.iter().find(|(it, _)| it.billed_to_id == acme && it.kind == InvoiceKind::Renewal).unwrap();
    let (note, _) = invoices.iter().find(|(it, _)| it.kind == InvoiceKind::CreditNote).unwrap();
    // Two lines of 79.20 with 30.10 of tax on 158.40; half of it is credited.
    assert_eq!((partners.status, partners.total_minor, partners.credited_minor), (InvoiceStatus::Open, 18_850, 9425));
    assert_eq!((note.billed_to_id, note.corrects_id, note.total_minor), (acme, Some(partners.id), 9425));
    assert_ne!(status(&w, other).await, Active);
    w.audit().await;

    let again = renew(&w, &jo, by_hand(product, "take-over-2")).await.unwrap();
    assert_eq!(again.1, Collected::Paid, "the next term, by hand");
    assert_eq!(w.product_row(product).await.renews_on, day("2029-03-01"));
    w.audit().await;
}

/// A take-over whose payment is declined leaves the product as it was; now the client owes for it, and its dunning begins.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_take_over_restores_nothing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account("Bolt").await);
    w.card(acme, "tok_declined").await;
    w.card(bolt, "tok_declined").await;
    let plan = w.plan("L", &[(12, 9900)]).await;
    let jo = w.person("jo@bolt.example", bolt, Role::Owner).await;
    let partnership = w.partnership(acme, bolt, (Full, PayerKind::Partner)).await;
    let product = w.product(bolt, yearly(plan, "2026-03-01", RenewalBilling::Partnership, Some(partnership))).await;
    w.run().await;
    w.travel("2027-03-15T05:00:00Z").await;
    take_steps(&w.store).await.unwrap();
    assert_eq!(status(&w, product).await, Suspended);

    let (_, end) = renew(&w, &jo, by_hand(product, "take-over-1")).await.unwrap();
    assert!(matches!(end, Collected::Declined { .. }));
    assert_eq!(status(&w, product).await, Suspended);
    let invoices = w.invoices().await;
    let of = |account| {
        invoices.iter().find(|(it, _)| it.billed_to_id == account && it.kind == InvoiceKind::Renewal).unwrap().0.status
    };
    assert_eq!((of(acme), of(bolt)), (InvoiceStatus::Credited, InvoiceStatus::Open));
    let refused = renew(&w, &jo, by_hand(product, "take-over-2")).await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::ProductNotRenewable), "it is its own debt now");
    w.audit().await;
}

/// A product that was handed over while past due is its new holder's to take over: the invoice stays with the former one.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_holder_takes_over_what_the_former_one_owes(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let (former, new) = (w.account("Former").await, w.account("New").await);
    w.card(former, "tok_declined").await;
    w.card(new, "tok_visa").await;
    let plan = w.plan("L", &[(12, 9900)]).await;
    let jo = w.person("jo@new.example", new, Role::Owner).await;
    let product = w.product(former, yearly(plan, "2026-03-01", RenewalBilling::Account, None)).await;
    w.run().await;
    assert_eq!(status(&w, product).await, PastDue);
    let id = if db == Db::Sqlite { format!("x'{}'", new.0.simple()) } else { format!("'{new}'") };
    w.sql(&format!("UPDATE product SET account_id = {id}")).await;

    let (_, end) = renew(&w, &jo, by_hand(product, "take-over-1")).await.unwrap();
    assert_eq!((end, status(&w, product).await), (Collected::Paid, Active));
    let mut owed: Vec<_> = w.invoices().await.into_iter().map(|(it, _)| it).collect();
    owed.retain(|it| it.kind == InvoiceKind::Renewal);
    let owed: Vec<_> = owed.iter().map(|it| (it.billed_to_id, it.status)).collect();
    assert_eq!(owed, [(former, InvoiceStatus::Credited), (new, InvoiceStatus::Paid)]);
    w.audit().await;
}
