//! Renewals: who is billed what, once for each period, by the run and by hand.

use domain::actor::{Actor, System};
use domain::billing::{self, Collected};
use domain::error::Code;
use domain::page::PageRequest;
use domain::product::commands::{UpdateProduct, update_product};
use domain::product::queries::{Parent, ProductFilter, counts, pages};
use domain::renewal::AssumedPayer;
use domain::renewal::commands::{RenewProduct, Renewed, renew_product};
use domain::renewal::queries::{payer_change_preview, payers, quotes, quotes_under};
use domain::store::Statements;
use entities::id::{AccountId, ClientId, PartnershipId, PlanId, ProductId};
use entities::invitation::AccessLevel::{Full, Partial};
use entities::invoice::InvoiceStatus;
use entities::membership::Role;
use entities::partnership::{self, PayerKind};
use entities::product::{ProductStatus, RenewalBilling};
use entities::{notification, payment};
use rstest::rstest;
use sea_orm::EntityTrait as _;
use tests::database::Db;
use tests::renewals::{Given, Renewals, day, instant};

const RENEWALS: Actor = Actor::System(System::Renewals);

fn yearly(plan: PlanId, started: &str, billing: RenewalBilling, managed_by: Option<PartnershipId>) -> Given {
    Given { plan, term_months: 12, started_on: day(started), billing, managed_by }
}

fn monthly(plan: PlanId, started: &str) -> Given {
    Given { plan, term_months: 1, started_on: day(started), billing: RenewalBilling::Account, managed_by: None }
}

fn by_hand(product_id: ProductId, key: &str) -> RenewProduct {
    RenewProduct { product_id, term_months: None, period_start: None, idempotency_key: key.to_owned() }
}

async fn renew(w: &Renewals, actor: &Actor, command: RenewProduct) -> Result<(Renewed, Collected), domain::Error> {
    renew_product(&w.store, actor.clone(), Statements::default(), command).await
}

/// A client and its partner, both with a card, and a plan of 99.00 a year.
struct Pair {
    w: Renewals,
    acme: AccountId,
    bolt: AccountId,
    plan: PlanId,
}

async fn pair(db: Db) -> Pair {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account("Bolt").await);
    w.card(acme, "tok_visa").await;
    w.card(bolt, "tok_visa").await;
    let plan = w.plan("L", &[(12, 9900), (24, 18_000), (1, 1000)]).await;
    Pair { w, acme, bolt, plan }
}

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
    assert_eq!(lines[0].description, format!("Hosting L, site {product}, 12 months"));
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

/// Quotes are bundled as the run bundles, so that they add up to its invoice to the cent, whichever product is asked about.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn quotes_add_up_to_the_invoice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, acme, bolt, .. } = pair(db).await;
    let partnership = w.partnership(acme, bolt, (Full, PayerKind::Client)).await;
    let mut products = vec![];
    for price in [333, 333, 337, 1117] {
        let plan = w.plan("P", &[(12, price)]).await;
        let given = yearly(plan, "2026-04-01", RenewalBilling::Account, Some(partnership));
        products.push(w.product(bolt, given).await);
    }
    let reader = w.reader(&RENEWALS).await;
    let together = quotes(&reader, &products).await.unwrap();
    for product in &products {
        let alone = quotes(&reader, &[*product]).await.unwrap();
        assert_eq!(alone[product], together[product]);
    }

    w.travel("2027-03-31T22:00:00Z").await;
    assert_eq!(w.run().await.renewed, 4);
    let (invoice, lines) = w.invoices().await.remove(0);
    assert_eq!(invoice.total_minor, products.iter().map(|id| together[id].total.minor()).sum::<i64>());
    for line in lines {
        let quote = &together[&line.product_id.unwrap()];
        assert_eq!((quote.tax.minor(), quote.cashback.minor()), (line.tax_minor, line.cashback_minor));
    }
}

/// R10: a change of the payer right before the run counts for it, and its preview is what is billed, to the cent. What the
/// partner pays is hidden from the client, and cashback from all but the partner.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_preview_of_a_payer_change_is_what_is_billed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, acme, bolt, .. } = pair(db).await;
    let jo = w.person("jo@bolt.example", bolt, Role::Owner).await;
    let ann = w.person("ann@acme.example", acme, Role::Owner).await;
    let id = w.partnership(acme, bolt, (Full, PayerKind::Client)).await;
    let mut products = vec![];
    for (price, billing) in [
        (333, RenewalBilling::Partnership),
        (1117, RenewalBilling::Partnership),
        (777, RenewalBilling::Account),
        (9900, RenewalBilling::Account),
    ] {
        let plan = w.plan("P", &[(12, price)]).await;
        products.push(w.product(bolt, yearly(plan, "2026-04-01", billing, Some(id))).await);
    }
    let row = partnership::Entity::find_by_id(id).one(w.store.pool()).await.unwrap().unwrap();
    let page = PageRequest::first(100);
    let moved = vec![products[2]];
    let reader = w.reader(&jo).await;
    let preview = payer_change_preview(&reader, &row, PayerKind::Partner, moved.clone(), &page).await.unwrap();
    let changed: Vec<_> = preview.0.rows.iter().map(|change| change.product_id).collect();
    assert_eq!(changed[..3], products[..3], "{preview:#?}");
    for change in &preview.0.rows[..3] {
        assert_eq!((change.before.billed_to_id, change.after.billed_to_id), (bolt, acme));
        let (seen, theirs) = (change.after.shown_to(reader.actor()), change.after.shown_to(&ann));
        assert_eq!((seen.discount, seen.total, seen.cashback), (None, None, None));
        assert_eq!((theirs.total, theirs.discount), (Some(change.after.total), Some(change.after.discount)));
        let (seen, theirs) = (change.before.shown_to(reader.actor()), change.before.shown_to(&ann));
        assert_eq!((seen.total, seen.cashback), (Some(change.before.total), None));
        assert_eq!((theirs.total, theirs.cashback), (None, Some(change.before.cashback)));
    }
    let assumed = AssumedPayer { partnership_id: id, payer: PayerKind::Partner, product_ids: moved };
    let expected = quotes_under(&w.reader(&RENEWALS).await, &products, &assumed).await.unwrap();

    w.travel("2027-03-31T22:00:00Z").await;
    w.sql("UPDATE partnership SET payer = 'PARTNER'").await;
    w.sql("UPDATE product SET renewal_billing = 'PARTNERSHIP' WHERE plan_id IN (SELECT plan_id FROM price WHERE amount_minor = 777)")
        .await;
    assert_eq!(w.run().await.renewed, 4);
    for (invoice, lines) in w.invoices().await {
        for line in lines {
            let quote = &expected[&line.product_id.unwrap()];
            assert_eq!(quote.billed_to_id, invoice.billed_to_id);
            assert_eq!(quote.total.minor(), line.net_minor + line.tax_minor);
            assert_eq!(quote.cashback.minor(), line.cashback_minor);
        }
    }
    w.audit().await;
}

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

/// A label needs MANAGE_PRODUCTS; what is paid for, PURCHASE.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_changed_by_those_who_may(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, bolt, plan, .. } = pair(db).await;
    let tim = w.person("tim@bolt.example", bolt, Role::Technical).await;
    let bea = w.person("bea@bolt.example", bolt, Role::Billing).await;
    let product_id = w.product(bolt, yearly(plan, "2027-02-01", RenewalBilling::Account, None)).await;
    let nothing = UpdateProduct { product_id, label: None, auto_renew: None, term_months: None };
    let change = async |actor: &Actor, command: UpdateProduct| {
        let act = w
            .store
            .write(actor.clone(), Statements::default(), move |work| Box::pin(update_product(work, command.clone())));
        act.await
    };
    let label = UpdateProduct { label: Some("Büro".into()), ..nothing.clone() };
    let term = UpdateProduct { term_months: Some(24), auto_renew: Some(false), ..nothing.clone() };
    assert_eq!(change(&bea, label.clone()).await.unwrap_err().code(), Some(Code::PermissionDenied));
    assert_eq!(change(&tim, term.clone()).await.unwrap_err().code(), Some(Code::PermissionDenied));
    assert_eq!(change(&tim, label).await.unwrap().label, "Büro");
    let odd = UpdateProduct { term_months: Some(5), ..nothing };
    assert_eq!(change(&bea, odd).await.unwrap_err().code(), Some(Code::TermNotOffered));
    let row = change(&bea, term).await.unwrap();
    assert_eq!((row.term_months, row.auto_renew), (24, false));
    assert_eq!(w.product_row(product_id).await, row);
    w.travel("2028-06-01T00:00:00Z").await;
    assert_eq!(w.run().await.due, 0);

    let reader = w.reader(&tim).await;
    let wanted = ProductFilter { search: Some("buro".into()), ..ProductFilter::default() };
    let found = pages(&reader, Parent::Account, &[bolt.0], &wanted, &PageRequest::first(5)).await.unwrap();
    assert_eq!(found[&bolt.0].rows, [row]);
}

/// A page for each parent in one statement, cut by what the viewer sees, forwards and backwards; counts likewise.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn lists_of_products_are_paged_per_parent(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Pair { w, acme, bolt, plan } = pair(db).await;
    let coil = w.account("Coil").await;
    w.partnership(acme, bolt, (Full, PayerKind::Client)).await;
    let ann = w.person("ann@acme.example", acme, Role::Owner).await;
    let mut of_bolt = vec![];
    for _ in 0..5 {
        of_bolt.push(w.product(bolt, monthly(plan, "2027-02-01")).await);
        w.product(coil, monthly(plan, "2027-02-01")).await;
    }
    let reader = w.reader(&ann).await;
    let ids = async |page: PageRequest<uuid::Uuid>, filter: ProductFilter| {
        let mut found = pages(&reader, Parent::Account, &[bolt.0, coil.0], &filter, &page).await.unwrap();
        assert!(!found.contains_key(&coil.0), "a stranger's");
        let page = found.remove(&bolt.0).unwrap_or(domain::page::Page::empty());
        (page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), page.has_previous, page.has_next)
    };
    let all = ProductFilter::default();
    assert_eq!(ids(PageRequest::first(2), all.clone()).await, (of_bolt[..2].to_vec(), false, true));
    let after = PageRequest { after: Some(of_bolt[1].0), ..PageRequest::first(10) };
    assert_eq!(ids(after, all.clone()).await, (of_bolt[2..].to_vec(), true, false));
    let last = PageRequest { from_back: true, ..PageRequest::first(2) };
    assert_eq!(ids(last, all.clone()).await, (of_bolt[3..].to_vec(), true, false));
    let none = ProductFilter { status: Some(vec![ProductStatus::Cancelled]), ..all.clone() };
    assert!(ids(PageRequest::first(2), none).await.0.is_empty());
    let none = ProductFilter { renews_before: Some(day("2027-03-01")), ..all.clone() };
    assert!(ids(PageRequest::first(2), none).await.0.is_empty());

    let before = reader.statements().count();
    let counted = counts(&reader, Parent::Account, &[bolt.0, coil.0], &all).await.unwrap();
    assert_eq!((counted.len(), counted[&bolt.0]), (1, 5));
    assert_eq!(reader.statements().count() - before, 1);

    // a record: the client's products, and the partner's own that are assigned to it
    let record: ClientId = w.id();
    w.client(acme, record, bolt).await;
    let own = w.product(acme, monthly(plan, "2027-02-01")).await;
    for assigned in [own, of_bolt[0]] {
        w.assign(assigned, record).await;
    }
    let found = pages(&reader, Parent::Client, &[record.0], &all, &PageRequest::first(10)).await.unwrap();
    let found: Vec<_> = found[&record.0].rows.iter().map(|row| row.id).collect();
    assert_eq!(found, [of_bolt.clone(), vec![own]].concat());
    assert_eq!(counts(&reader, Parent::Client, &[record.0], &all).await.unwrap()[&record.0], 6);
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
        assert_eq!(reader.statements().count(), 3);
        assert_eq!(payers(&reader, &products).await.unwrap().len(), products.len());
        assert_eq!(reader.statements().count(), 4);

        let statements = Statements::default();
        let run = domain::renewal::run_now(&w.store, &statements, None, |_| ()).await.unwrap();
        assert_eq!(usize::try_from(run.renewed).unwrap(), products.len());
        assert_eq!(run.as_of, instant("2027-03-01T09:00:00Z"));
        counted.push(statements.count());
    }
    assert!(counted[1] <= 4 * counted[0], "{counted:?}");
}
