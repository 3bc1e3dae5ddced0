//! What is changed of products, and their lists.

use domain::actor::Actor;
use domain::error::Code;
use domain::page::PageRequest;
use domain::product::commands::{UpdateProduct, update_product};
use domain::product::queries::{Parent, ProductFilter, counts, pages};
use domain::store::Statements;
use entities::id::ClientId;
use entities::invitation::AccessLevel::Full;
use entities::membership::Role;
use entities::partnership::PayerKind;
use entities::product::{ProductStatus, RenewalBilling};
use rstest::rstest;
use tests::database::Db;
use tests::renewals::day;

use super::harness::{Pair, monthly, pair, yearly};

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
