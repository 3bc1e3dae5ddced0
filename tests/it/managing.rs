//! Which partnership looks after a product, where a client has several partners.

use domain::error::{Code, Error};
use domain::partnership::commands::{
    ConnectClient, EndPartnership, SendInvitation, SetManagingPartnership, connect, end, send, set_managing,
};
use domain::permission::Permission;
use entities::id::{AccountId, PartnershipId, ProductId};
use entities::invitation::AccessLevel;
use entities::membership::Role;
use entities::partnership::{self, PayerKind};
use entities::product;
use rstest::rstest;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::partners::{Partners, code};

/// A partner of Bolt's: its account, and its owner's token.
struct Partner {
    slug: &'static str,
    token: String,
}

async fn partner(w: &Partners, slug: &'static str) -> Partner {
    let account = w.account(slug, Some(w.programme)).await;
    w.profile(account, slug, true).await;
    w.card(account).await;
    Partner { slug, token: w.person(&format!("owner@{slug}.example"), slug, &[(account, Role::Owner)]).await }
}

/// Bolt lets a partner in: to everything, or to these products.
async fn lets_in(w: &Partners, partner: &Partner, products: Option<&[ProductId]>) -> partnership::Model {
    let is_full = products.is_none();
    let command = SendInvitation {
        account_id: w.bolt,
        partner_profile_slug: partner.slug.to_owned(),
        access_level: if is_full { AccessLevel::Full } else { AccessLevel::Partial },
        permissions: (!is_full).then(|| Permission::ViewProducts.into()),
        product_ids: products.filter(|named| !named.is_empty()).map(<[ProductId]>::to_vec),
        payer: is_full.then_some(PayerKind::Client),
        message: None,
        access_expires_at: None,
    };
    let row = w.write(&w.bolt_owner, move |work| Box::pin(send(work, command.clone()))).await.unwrap();
    let command = ConnectClient { invitation_id: row.id, client_id: None };
    w.write(&partner.token, move |work| Box::pin(connect(work, command.clone()))).await.unwrap().partnership
}

async fn finish(w: &Partners, row: &partnership::Model) {
    let command = EndPartnership { partnership_id: row.id };
    w.write(&w.bolt_owner, move |work| Box::pin(end(work, command.clone()))).await.unwrap();
}

async fn choose(
    w: &Partners,
    token: &str,
    product_id: ProductId,
    partnership_id: Option<PartnershipId>,
) -> Result<product::Model, Error> {
    let command = SetManagingPartnership { product_id, partnership_id };
    w.write(token, move |work| Box::pin(set_managing(work, command.clone()))).await
}

#[derive(FromQueryResult)]
struct Row {
    managed_by_id: Option<PartnershipId>,
    renewal_billing: String,
}

async fn look(w: &Partners, id: ProductId) -> (Option<PartnershipId>, String) {
    let mut sql = w.sql();
    sql.add("SELECT managed_by_id, renewal_billing FROM product WHERE id = ?", [id.into()]);
    let row = sql.one::<Row>(w.store.pool()).await.unwrap().unwrap();
    (row.managed_by_id, row.renewal_billing)
}

async fn manager(w: &Partners, id: ProductId) -> Option<PartnershipId> {
    look(w, id).await.0
}

/// The first full partnership looks after everything; where it ends, the next one does; with none left, history says who did.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_an_ended_partnership_leaves_goes_to_the_next(#[case] db: Db) {
    let w = Partners::start(db).await;
    let (a, b, c) = (partner(&w, "alpha").await, partner(&w, "beta").await, partner(&w, "gamma").await);
    let (shop, blog) = (w.product(w.bolt, "shop").await, w.product(w.bolt, "blog").await);
    let elsewhere = w.product(w.acme, "elsewhere").await;
    let named = lets_in(&w, &c, Some(&[shop])).await;
    assert_eq!((manager(&w, shop).await, manager(&w, blog).await), (Some(named.id), None));
    w.travel("2026-11-22T12:00:00Z").await;
    let first = lets_in(&w, &a, None).await;
    assert_eq!((manager(&w, shop).await, manager(&w, blog).await), (Some(named.id), Some(first.id)), "shop stays");
    w.travel("2026-11-23T12:00:00Z").await;
    let second = lets_in(&w, &b, None).await;
    assert_eq!(manager(&w, blog).await, Some(first.id), "the older full one keeps it");
    // what Alpha ordered followed Alpha's payer: Beta does not come to pay for it
    let mut sql = w.sql();
    sql.add("UPDATE product SET renewal_billing = 'PARTNERSHIP' WHERE id = ?", [blog.into()]);
    sql.execute(w.store.pool()).await.unwrap();
    finish(&w, &first).await;
    assert_eq!(look(&w, blog).await, (Some(second.id), "ACCOUNT".to_owned()));
    finish(&w, &named).await;
    assert_eq!(manager(&w, shop).await, Some(second.id), "of several the full one");
    finish(&w, &second).await;
    assert_eq!((manager(&w, shop).await, manager(&w, blog).await), (Some(second.id), Some(second.id)));
    assert_eq!(manager(&w, elsewhere).await, None);

    // the same partner once more: what it had ordered follows its payer again
    let mut sql = w.sql();
    sql.add("UPDATE product SET renewal_billing = 'PARTNERSHIP' WHERE id = ?", [blog.into()]);
    sql.execute(w.store.pool()).await.unwrap();
    let again = lets_in(&w, &b, None).await;
    assert_eq!(look(&w, blog).await, (Some(again.id), "PARTNERSHIP".to_owned()));
}

/// The client says who looks after a product, among the partners that may; nobody else does.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_client_sets_who_looks_after_a_product(#[case] db: Db) {
    let w = Partners::start(db).await;
    let (a, b, c) = (partner(&w, "alpha").await, partner(&w, "beta").await, partner(&w, "gamma").await);
    let (shop, blog) = (w.product(w.bolt, "shop").await, w.product(w.bolt, "blog").await);
    let (first, second) = (lets_in(&w, &a, None).await, lets_in(&w, &b, Some(&[blog])).await);
    let ended = lets_in(&w, &c, None).await;
    finish(&w, &ended).await;
    let fizz: AccountId = w.account("Fizz", None).await;
    let stranger = w.person("f@fizz.example", "Fi", &[(fizz, Role::Owner)]).await;
    let technical = w.person("t@bolt.example", "Ti", &[(w.bolt, Role::Technical)]).await;

    for (token, product, partnership, expected) in [
        (&stranger, shop, first.id, (Code::NotFound, "")),
        (&technical, shop, first.id, (Code::PermissionDenied, "")),
        (&a.token, shop, first.id, (Code::PermissionDenied, "")),
        (&w.bolt_owner, ProductId(first.id.0), first.id, (Code::NotFound, "")),
        (&w.bolt_owner, shop, PartnershipId(shop.0), (Code::NotFound, "partnershipId")),
        (&w.bolt_owner, shop, ended.id, (Code::Conflict, "partnershipId")),
        (&w.bolt_owner, shop, second.id, (Code::InvalidInput, "partnershipId")),
    ] {
        let end = choose(&w, token, product, Some(partnership)).await;
        assert_eq!(code(end), (Some(expected.0), expected.1.to_owned()), "{partnership}");
    }
    assert_eq!(w.count("unmanaged_product").await, 0);

    let chosen = choose(&w, &w.bolt_owner, blog, Some(second.id)).await.unwrap();
    assert_eq!(chosen.managed_by_id, Some(second.id));
    assert_eq!(w.count("activity WHERE kind = 'PARTNERSHIP_CHANGED'").await, 4, "both partnerships, both sides");
    let none = choose(&w, &w.bolt_owner, shop, None).await.unwrap();
    assert_eq!((none.managed_by_id, none.renewal_billing), (None, product::RenewalBilling::Account));
    // that holds, whoever comes and goes, until somebody is named
    let third = lets_in(&w, &c, None).await;
    finish(&w, &first).await;
    assert_eq!((manager(&w, shop).await, manager(&w, blog).await), (None, Some(second.id)));
    choose(&w, &w.bolt_owner, shop, Some(third.id)).await.unwrap();
    finish(&w, &second).await;
    assert_eq!((manager(&w, shop).await, manager(&w, blog).await), (Some(third.id), Some(third.id)));
}

const SHOWN: &str = "id managedBy { partner { name } } payer { name } renewalBilling nextRenewal { billedTo { name } }";

async fn earned(app: &TestApp, who: &tests::world::Signed) -> Value {
    let query = "query($id: ID!) { account(id: $id) { wallets { pending { amount } balance { amount } } } }";
    app.ask_as(&who.token, query, json!({ "id": who.account_id })).await.ok()["account"]["wallets"].clone()
}

/// Renewals and cashback follow the managing partnership: the partner that looks after the product when it renews earns on it, and one
/// that did not order it does not pay for it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_earns_for_who_looks_after_the_product(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let (alpha, beta) = (app.partner(&provider, "alpha").await, app.partner(&provider, "beta").await);
    let (client, record, _) = app.client_of("alpha", &alpha, "bolt", "PARTNER").await;
    app.buy_for(&provider, &alpha, &record, "PARTNER_CARD").await;
    let input = json!({
        "accountId": client.account_id, "partnerProfileSlug": "beta", "accessLevel": "FULL", "payer": "PARTNER",
    });
    let offer = app.done(&client.token, "sendInvitation", input, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    let second = app.done(&beta.token, "connectClient", input, "partnership { id }").await["partnership"]["id"].clone();
    let query = format!("query($id: ID!) {{ account(id: $id) {{ products {{ nodes {{ {SHOWN} }} }} }} }}");
    let shown = format!("product {{ {SHOWN} }}");
    let seen = app.ask_as(&client.token, &query, json!({ "id": client.account_id })).await;
    let product = seen.ok()["account"]["products"]["nodes"][0].clone();
    assert_eq!(product["managedBy"]["partner"]["name"], "alpha");
    assert_eq!((&product["payer"]["name"], &product["renewalBilling"]), (&json!("alpha"), &json!("PARTNERSHIP")));

    let input = json!({ "productId": product["id"], "partnershipId": second });
    let refused = app.run(&beta.token, "setManagingPartnership", input.clone(), &shown).await;
    assert_eq!(refused.user_error(), "PERMISSION_DENIED");
    let moved = app.done(&client.token, "setManagingPartnership", input, &shown).await;
    let expected = json!({
        "id": product["id"], "managedBy": { "partner": { "name": "beta" } }, "payer": { "name": "bolt" }, "renewalBilling": "ACCOUNT",
        "nextRenewal": { "billedTo": { "name": "bolt" } },
    });
    assert_eq!(moved["product"], expected);
    assert_eq!((earned(&app, &alpha).await, earned(&app, &beta).await), (json!([]), json!([])));

    // the term of a year is over: the client pays 99.00 and the tax, Beta earns 20 % of 99.00
    app.advance_to(&client.token, "2027-11-22T09:00:00Z").await.ok();
    let wallet = json!([{ "pending": { "amount": "19.80" }, "balance": { "amount": "0.00" } }]);
    assert_eq!((earned(&app, &alpha).await, earned(&app, &beta).await), (json!([]), wallet.clone()));

    // with none, nobody earns
    let input = json!({ "productId": product["id"], "partnershipId": null });
    let none = app.done(&client.token, "setManagingPartnership", input, &shown).await;
    assert_eq!((&none["product"]["managedBy"], &none["product"]["payer"]["name"]), (&json!(null), &json!("bolt")));
    app.advance_to(&client.token, "2028-11-22T09:00:00Z").await.ok();
    let released = json!([{ "pending": { "amount": "0.00" }, "balance": { "amount": "19.80" } }]);
    assert_eq!((earned(&app, &alpha).await, earned(&app, &beta).await), (json!([]), released));
    app.check_books().await;
}

/// A partnership that has run out before a renewal earns nothing on it, whichever sweep of the hour comes first: the next one does.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_after_an_end_earns_for_the_next(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let (alpha, beta) = (app.partner(&provider, "alpha").await, app.partner(&provider, "beta").await);
    let (client, record, first) = app.client_of("alpha", &alpha, "bolt", "CLIENT").await;
    app.buy_for(&provider, &alpha, &record, "CLIENT_CARD").await;
    let input = json!({
        "accountId": client.account_id, "partnerProfileSlug": "beta", "accessLevel": "FULL", "payer": "CLIENT",
    });
    let offer = app.done(&client.token, "sendInvitation", input, "invitation { id }").await;
    let input = json!({ "invitationId": offer["invitation"]["id"] });
    app.done(&beta.token, "connectClient", input, "partnership { id }").await;
    // it renews at 23:00 UTC of 20 November 2027, midnight in Berlin; Alpha's access ends a minute before
    let input = json!({ "partnershipId": first, "accessLevel": "FULL", "expiresAt": "2027-11-20T22:59:00Z" });
    app.done(&client.token, "updatePartnershipAccess", input, "partnership { id }").await;
    app.advance_to(&client.token, "2027-11-22T09:00:00Z").await.ok();
    let once =
        |pending: &str, balance: &str| json!([{ "pending": { "amount": pending }, "balance": { "amount": balance } }]);
    assert_eq!(earned(&app, &alpha).await, once("0.00", "19.80"), "of the order, long released");
    assert_eq!(earned(&app, &beta).await, once("19.80", "0.00"));
}
