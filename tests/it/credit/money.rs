//! What a credit note takes back, to the cent.

use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;

use super::harness::{World, net, text};

fn amounts(note: &Value) -> [&str; 4] {
    ["subtotal", "discount", "tax", "total"].map(|field| note[field]["amount"].as_str().unwrap())
}

/// P = 9900, VAT 19 %, D = 1980: of 11781, 3333 and then the rest is credited. The partner gives back 667 and 1313, the client
/// gets 39.66 and 78.15 back by its card, and the order is refunded.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_its_money_back_and_the_partner_gives_its_cashback_back(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let w = World::start(db, "CLIENT").await;
    let order = w.bought("CLIENT_CARD").await;
    let invoice = w.invoices(&w.bolt).await.remove(0);
    let id = text(&invoice["id"]);

    let first = w.credited(&id, net("33.33"), "first-note").await;
    assert_eq!(amounts(&first), ["33.33", "0.00", "6.33", "39.66"]);
    assert_eq!((&first["number"], &first["kind"]), (&json!("CN-2026-000001"), &json!("CREDIT_NOTE")));
    assert_eq!(
        first["corrects"],
        json!({ "number": "2026-000001", "status": "PAID", "amountDue": { "amount": "0.00" } })
    );
    let entries =
        vec![("CASHBACK_REVERSAL".to_owned(), "-6.67".to_owned()), ("CASHBACK".to_owned(), "19.80".to_owned())];
    assert_eq!(w.wallet().await, ("0.00".to_owned(), "13.13".to_owned(), entries));
    w.books_are_right().await;
    assert_eq!(
        w.invoices(&w.bolt).await[1]["payments"],
        json!([{ "status": "SUCCEEDED", "amount": { "amount": "117.81" } }])
    );

    assert_eq!(w.credit(&id, net("65.68"), "too-much").await.user_error(), "CONFLICT");
    let rest = w.credited(&id, json!({}), "the-rest").await;
    assert_eq!(amounts(&rest), ["65.67", "0.00", "12.48", "78.15"]);
    assert_eq!((&rest["number"], &rest["corrects"]["status"]), (&json!("CN-2026-000002"), &json!("CREDITED")));
    w.books_are_right().await;

    let invoices = w.invoices(&w.bolt).await;
    let numbers: Vec<_> = invoices.iter().map(|invoice| text(&invoice["number"])).collect();
    assert_eq!(numbers, ["CN-2026-000002", "CN-2026-000001", "2026-000001"]);
    assert_eq!(invoices[2]["payments"][0]["status"], "REFUNDED");
    assert_eq!(invoices[2]["order"], json!({ "id": order, "status": "REFUNDED" }));
    let (balance, pending, entries) = w.wallet().await;
    assert_eq!((balance.as_str(), pending.as_str(), entries[0].1.as_str()), ("0.00", "0.00", "-13.13"));
    assert_eq!(w.balances().await, [], "all is back where it was");
    assert_eq!(w.credit(&id, json!({}), "once-more").await.user_error(), "CONFLICT");
    let mails: Vec<_> = w.app.mails_to(&w.bolt.email).into_iter().map(|mail| mail.subject).collect();
    assert!(mails.contains(&"Credit note CN-2026-000001 for invoice 2026-000001".to_owned()), "{mails:?}");
    let mails: Vec<_> = w.app.mails_to(&w.acme.email).into_iter().map(|mail| mail.subject).collect();
    assert!(mails.contains(&"Cashback of €6.67 was taken back".to_owned()), "{mails:?}");
    assert!(!mails.iter().any(|subject| subject.contains("CN-")), "the invoice stays the client's: {mails:?}");
    let feed = "query($id: ID!) { account(id: $id) { activity { nodes { kind } } } }";
    for (who, kind, is_told) in [
        (&w.bolt, "CREDIT_NOTE_ISSUED", true),
        (&w.acme, "CASHBACK_REVERSED", true),
        (&w.acme, "CREDIT_NOTE_ISSUED", false),
        (&w.bolt, "CASHBACK_REVERSED", false),
    ] {
        let reply = w.app.ask_as(&who.token, feed, json!({ "id": who.account_id })).await;
        let told = reply.ok()["account"]["activity"]["nodes"].as_array().unwrap().clone();
        assert_eq!(told.iter().any(|event| event["kind"] == kind), is_told, "{kind} to {}", who.email);
    }
}

/// The partner paid 7920 + 1505 = 9425: its note shows the discount, and no wallet moves.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_gets_back_what_it_paid(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "PARTNER").await;
    w.bought("PARTNER_CARD").await;
    let id = text(&w.invoices(&w.acme).await[0]["id"]);
    let part = w.credited(&id, net("10.00"), "ten-euros").await;
    assert_eq!(amounts(&part), ["12.50", "2.50", "1.90", "11.90"]);
    assert_eq!(part["billedTo"]["id"], w.acme.account_id.as_str());
    let rest = w.credited(&id, json!({}), "the-rest").await;
    assert_eq!(amounts(&rest), ["86.50", "17.30", "13.15", "82.35"]);
    assert!(w.invoices(&w.bolt).await.is_empty());
    w.books_are_right().await;
    assert_eq!(w.balances().await, []);
}

/// Nets 6833, 5750, 8500, 6833 at 20 %: the invoice's tax is 5583; credited line by line, 1367, 1150, 1700 and 1366.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_tax_of_the_notes_is_that_of_the_invoice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let ada = w.app.sign_up_in("ada@wien.example", "Ada", "AT", "EUR", "de").await;
    w.app.add_card(&ada, "tok_visa").await;
    let offering = json!({ "sku": "cloud", "name": "Cloud", "kind": "CLOUD" });
    let offering = w.app.done(&w.provider.staff, "saveOffering", offering, "offering { id }").await;
    let mut items = Vec::new();
    for price in ["68.33", "57.50", "85.00", "68.33"] {
        let price = json!({ "termMonths": 12, "price": { "amount": price, "currencyCode": "EUR" } });
        let plan = json!({ "offeringId": offering["offering"]["id"], "name": "S", "defaultTermMonths": 12, "prices": [price] });
        let plan = w.app.done(&w.provider.staff, "savePlan", plan, "plan { id }").await;
        items.push(json!({ "planId": plan["plan"]["id"] }));
    }
    let invoice = w.ordered(&ada, json!(items), "four-lines").await["invoice"].clone();
    let mut taxes = Vec::new();
    for (at, line) in invoice["lines"].as_array().unwrap().iter().enumerate() {
        let note =
            w.credited(&text(&invoice["id"]), json!({ "lineIds": [line["id"]] }), &format!("for-line-{at}")).await;
        taxes.push(text(&note["tax"]["amount"]));
    }
    assert_eq!(taxes, ["13.67", "11.50", "17.00", "13.66"]);
    w.books_are_right().await;
    assert_eq!(w.balances().await, []);
}

/// What was released is taken from what is available, below zero if it was spent; what was paid from a wallet goes back there:
/// of 94.25 the partner paid 19.80 by its cashback, so of a credit of 47.60 the wallet gets 10.00.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_goes_below_zero_and_gets_its_share_back(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    w.bought("CLIENT_CARD").await;
    let bought = text(&w.invoices(&w.bolt).await[0]["id"]);
    w.app.advance_to(&w.provider.staff, "2026-12-22T10:00:00Z").await.ok();
    assert_eq!(w.wallet().await.0, "19.80");
    // the partner's own product is renewed by a card that declines, and paid from the wallet and by another card
    let own = w.ordered(&w.acme, json!([{ "planId": w.provider.hosting_id }]), "acmes-own").await;
    let product = text(&own["lines"][0]["products"][0]["id"]);
    w.app.add_card(&w.acme, "tok_declined").await;
    let renew = json!({ "productId": product, "idempotencyKey": "acmes-renewal" });
    let open = w.app.run(&w.acme.token, "renewProduct", renew, "invoice { id total { amount } }").await;
    let open = open.data()["renewProduct"]["invoice"].clone();
    assert_eq!(open["total"]["amount"], "94.25");
    w.app.add_card(&w.acme, "tok_visa").await;
    let pay = json!({
        "invoiceId": open["id"], "walletAmount": { "amount": "19.80", "currencyCode": "EUR" }, "idempotencyKey": "wallet-first",
    });
    w.app.done(&w.acme.token, "payInvoice", pay, "invoice { status }").await;
    w.books_are_right().await;

    w.credited(&bought, json!({}), "all-of-bolts").await;
    assert_eq!(w.wallet().await.0, "-19.80");
    w.books_are_right().await;
    // 40.00 net are 47.60; 4760 × 1980 / 9425 = 999.98
    w.credited(&text(&open["id"]), net("40.00"), "half-of-acmes").await;
    let (balance, _, entries) = w.wallet().await;
    assert_eq!((balance.as_str(), &entries[0]), ("-9.80", &("ADJUSTMENT".to_owned(), "10.00".to_owned())));
    w.books_are_right().await;
}

/// A renewal that nobody has paid is credited: in part, less is due, and cashback is earned on the rest alone; in whole, nothing
/// is owed, the product runs on and its term can be billed again.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn less_is_due_of_an_open_invoice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    w.bought("CLIENT_CARD").await;
    w.app.add_card(&w.bolt, "tok_declined").await;
    w.app.advance_to(&w.provider.staff, "2027-11-21T12:00:00Z").await.ok();
    let open = w.invoices(&w.bolt).await.remove(0);
    assert_eq!((&open["status"], &open["amountDue"]["amount"]), (&json!("OPEN"), &json!("117.81")));
    let state = "query($id: ID!) { account(id: $id) { products { nodes { id status renewsOn } } } }";
    let product = async || {
        let reply = w.app.ask_as(&w.bolt.token, state, json!({ "id": w.bolt.account_id })).await;
        let product = reply.ok()["account"]["products"]["nodes"][0].clone();
        (text(&product["status"]), text(&product["renewsOn"]))
    };
    assert_eq!(product().await, ("PAST_DUE".to_owned(), "2027-11-21".to_owned()));

    let part = w.credited(&text(&open["id"]), net("33.33"), "the-first-third").await;
    assert_eq!(part["corrects"]["amountDue"]["amount"], "78.15");
    assert_eq!(part["corrects"]["status"], "OPEN");
    w.books_are_right().await;
    w.credited(&text(&open["id"]), json!({}), "the-rest").await;
    assert_eq!(product().await, ("ACTIVE".to_owned(), "2027-11-21".to_owned()));
    w.books_are_right().await;

    w.app.advance_to(&w.provider.staff, "2027-11-21T14:00:00Z").await.ok();
    let again = w.invoices(&w.bolt).await.remove(0);
    assert_eq!((&again["kind"], &again["status"]), (&json!("RENEWAL"), &json!("OPEN")), "the term is billed once more");
    w.credited(&text(&again["id"]), net("33.33"), "a-third-again").await;
    w.app.add_card(&w.bolt, "tok_visa").await;
    let pay = json!({ "invoiceId": again["id"], "idempotencyKey": "pays-the-rest" });
    w.app.done(&w.bolt.token, "payInvoice", pay, "invoice { status }").await;
    assert_eq!(product().await, ("ACTIVE".to_owned(), "2028-11-21".to_owned()));
    let (_, pending, entries) = w.wallet().await;
    assert_eq!((pending.as_str(), &entries[0].1), ("13.13", &"13.13".to_owned()), "1980 less 667 of the first third");
    w.books_are_right().await;
}

/// A term that was renewed ahead and is credited is free again: the product stands before it, and renews when it is due.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_term_that_has_not_begun_is_free_again(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let order = w.ordered(&w.bolt, json!([{ "planId": w.provider.hosting_id }]), "bolts-own").await;
    let product = text(&order["lines"][0]["products"][0]["id"]);
    let renew = async |key: &str| {
        let input = json!({ "productId": product, "idempotencyKey": key });
        let renewed = w.app.done(&w.bolt.token, "renewProduct", input, "product { renewsOn } invoice { id }").await;
        (text(&renewed["product"]["renewsOn"]), text(&renewed["invoice"]["id"]))
    };
    let (renews_on, invoice) = renew("by-mistake").await;
    assert_eq!(renews_on, "2028-11-21");
    w.credited(&invoice, json!({}), "a-mistake").await;
    w.books_are_right().await;
    assert_eq!(renew("on-purpose").await.0, "2028-11-21");
    w.books_are_right().await;
}
