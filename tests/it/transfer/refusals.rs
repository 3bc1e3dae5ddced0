//! What cannot be handed over, and to whom.

use rstest::rstest;
use sea_orm::ConnectionTrait as _;
use serde_json::json;
use tests::database::Db;

use super::harness::Scene;

/// S1.13: what is not there yet, or no more, is not handed over; nor is a product that is offered to somebody already.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_handed_over_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let set = async |status: &str| {
        s.app.db().execute_unprepared(&format!("UPDATE product SET status = '{status}'")).await.unwrap();
    };
    for status in ["PENDING_PAYMENT", "CANCELLED", "EXPIRED"] {
        set(status).await;
        let refused = s.offer(&s.partner.token, "jo@bolt.example", false).await;
        assert_eq!(refused.user_error(), "TRANSFER_NOT_POSSIBLE", "{status}");
    }
    set("ACTIVE").await;
    for (email, code) in [
        ("jo", "INVALID_INPUT"),
        ("jo@bolt.example\r\nBcc: a@b.example", "INVALID_INPUT"),
        // to oneself, who has no other account
        ("owner@acme.example", "TRANSFER_NOT_POSSIBLE"),
    ] {
        let refused = s.offer(&s.partner.token, email, false).await;
        assert_eq!((refused.user_error(), refused.user_error_field().as_str()), (code, "toEmail"), "{email}");
    }
    assert_eq!(s.offer(&s.client.token, "jo@bolt.example", false).await.user_error(), "NOT_FOUND");
    let transfer = s.offered("jo@bolt.example", false).await;
    assert_eq!(s.offer(&s.partner.token, "zoe@cafe.example", false).await.user_error(), "ALREADY_EXISTS");
    set("CANCELLED").await;
    assert_eq!(s.accept(&s.client, &transfer).await.user_error(), "TRANSFER_NOT_POSSIBLE");
    set("ACTIVE").await;
    s.accept(&s.client, &transfer).await.ok();
}

/// S5.10: one may hand over to oneself in another account; the one that holds it already cannot take it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_hands_over_between_ones_own_accounts(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    s.app.verify(&s.partner).await;
    let link = s.app.invite(&s.client.token, &s.client.account_id, &s.partner.email, "ADMIN", json!(null)).await;
    s.app.join_as(&s.partner.token, &link).await.ok();
    let transfer = s.offered("owner@acme.example", false).await;
    let same = s.accept(&s.partner, &transfer).await;
    assert_eq!((same.user_error(), same.user_error_field().as_str()), ("TRANSFER_NOT_POSSIBLE", "accountId"));
    s.accept_into(&s.partner.token, &transfer, &s.client.account_id).await.ok();
    assert_eq!(s.sees(&s.client).await["account"]["name"], "Bolt");
}

/// Rules §3: an account of another currency takes it where the plan has a price in that, which its next renewal costs; else it cannot.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_next_renewal_needs_a_price_in_the_new_currency(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let s = Scene::start(db).await;
    let app = &s.app;
    let swiss = app.sign_up_in("urs@alp.example", "Alp", "CH", "CHF", "de").await;
    app.verify(&swiss).await;
    let transfer = s.offered("urs@alp.example", false).await;
    let refused = s.accept(&swiss, &transfer).await;
    assert_eq!((refused.user_error(), refused.user_error_field().as_str()), ("CURRENCY_MISMATCH", "accountId"));
    assert_eq!(s.received(&swiss, Some("PENDING")).await.as_array().unwrap().len(), 1, "it waits on");
    let price = |amount: &str, currency: &str| json!({ "termMonths": 12, "price": { "amount": amount, "currencyCode": currency } });
    let offering = "{ offerings { nodes { id } } }";
    let offering = app.ask(offering, json!({})).await.ok()["offerings"]["nodes"][0]["id"].clone();
    let input = json!({
        "id": s.provider.hosting_id, "offeringId": offering, "name": "Business", "defaultTermMonths": 12,
        "prices": [price("99.00", "EUR"), price("111.00", "CHF")],
    });
    app.done(&s.provider.staff, "savePlan", input, "plan { id }").await;
    s.accept(&swiss, &transfer).await.ok();
    // exported: no German tax
    let next = s.sees(&swiss).await["nextRenewal"].clone();
    assert_eq!(next["publicPrice"]["amount"], "111.00");
}

/// Rules §4: dates are the holder's: the paid term ends on the same date in the new holder's time zone.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_term_ends_on_the_same_date_where_the_new_holder_is(#[case] db: Db) {
    let s = Scene::start(db).await;
    let input = json!({ "accountId": s.client.account_id, "timeZone": "America/New_York" });
    s.app.done(&s.client.token, "updateAccount", input, "account { timeZone }").await;
    s.hand_over(false).await;
    assert_eq!(s.sees(&s.client).await["renewsOn"], "2027-11-21");
    // midnight in New York is 05:00 in Greenwich in winter
    s.app.advance_to(&s.provider.staff, "2027-11-21T04:59:59Z").await.ok();
    assert_eq!(super::harness::invoices(&s.app, &s.client).await.len(), 0);
    s.app.advance_to(&s.provider.staff, "2027-11-21T05:00:00Z").await.ok();
    assert_eq!(super::harness::invoices(&s.app, &s.client).await.len(), 1);
    assert_eq!(s.sees(&s.client).await["renewsOn"], "2028-11-21");
}
