//! What a renewal will cost is what is billed.

use domain::page::PageRequest;
use domain::renewal::AssumedPayer;
use domain::renewal::queries::{payer_change_preview, quotes, quotes_under};
use entities::invitation::AccessLevel::Full;
use entities::membership::Role;
use entities::partnership::{self, PayerKind};
use entities::product::RenewalBilling;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use tests::database::Db;

use super::harness::{Pair, RENEWALS, pair, yearly};

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
