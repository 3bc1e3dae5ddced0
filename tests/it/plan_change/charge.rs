//! What a change at once credits and charges, to the cent. March has 31 days; on the 22nd, 21 are used.

use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;

use super::harness::World;

const ON_THE_22ND: &str = "2027-03-22T09:00:00Z";

fn sums(order: &Value) -> [&str; 4] {
    ["subtotal", "discount", "tax", "total"].map(|field| order[field]["amount"].as_str().unwrap())
}

/// S5.9b, S1.15a: the client goes from 10.00 to 20.00: 6.45 less 3.23 and VAT of 0.61; the partner's cashback follows: 2.00 less 65
/// cents of the credit and 1.29 of the charge. Back again is a credit note of the same amount, and then down to the free plan.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_goes_up_and_down(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    w.app.set_clock(ON_THE_22ND).await;
    let up = w.changed(&w.bolt, &product, &w.twenty, None, "to-twenty").await;
    assert_eq!(sums(&up), ["3.22", "0.00", "0.61", "3.83"]);
    assert_eq!(
        up["invoice"]["lines"],
        json!([
            { "net": { "amount": "-3.23" }, "discount": { "amount": "0.00" }, "tax": { "amount": "-0.61" } },
            { "net": { "amount": "6.45" }, "discount": { "amount": "0.00" }, "tax": { "amount": "1.22" } },
        ])
    );
    let now = w.product(&product).await;
    assert_eq!(
        (&now["plan"]["name"], &now["status"], &now["renewsOn"]),
        (&json!("L"), &json!("ACTIVE"), &json!("2027-04-01"))
    );
    assert_eq!(w.wallet().await.1, "2.64", "200 − 65 + 129");
    w.books_are_right().await;
    assert!(w.feed(&w.bolt).await.contains(&"PLAN_CHANGED".to_owned()));

    let down = w.changed(&w.bolt, &product, &w.ten, None, "back-to-ten").await;
    assert_eq!(sums(&down), ["-3.22", "0.00", "-0.61", "-3.83"]);
    assert_eq!((&down["status"], &down["invoice"]["kind"]), (&json!("PAID"), &json!("CREDIT_NOTE")));
    assert_eq!(w.wallet().await.1, "2.00");
    w.books_are_right().await;

    // the charge of 3.23 stands on a credit note, and is credited in turn
    let free = w.changed(&w.bolt, &product, &w.free, None, "to-nothing").await;
    assert_eq!(sums(&free), ["-3.23", "0.00", "-0.61", "-3.84"]);
    assert_eq!(w.product(&product).await["status"], "FREE");
    assert_eq!(w.wallet().await.1, "1.35");
    w.books_are_right().await;
    assert_eq!(
        w.invoices(&w.bolt).await,
        [
            "CN-2027-000002 CREDIT_NOTE PAID 3.84",
            "CN-2027-000001 CREDIT_NOTE PAID 3.83",
            "2027-000002 ORDER CREDITED 3.83",
            "2027-000001 ORDER PAID 11.90",
        ]
    );

    // from a free plan, a whole month begins
    let again = w.changed(&w.bolt, &product, &w.twenty, None, "from-nothing").await;
    assert_eq!(sums(&again), ["20.00", "0.00", "3.80", "23.80"]);
    assert_eq!(w.product(&product).await["renewsOn"], "2027-04-22");
    w.books_are_right().await;
    w.advance("2027-04-22T12:00:00Z").await;
    assert_eq!(w.product(&product).await["renewsOn"], "2027-05-22", "from the new anchor on");
    w.books_are_right().await;
}

/// The partner that pays goes up at P − D: of 6.45 and 3.23, 1.29 and 0.65 are off, net 5.16 − 2.58.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_pays_the_difference_less_its_discount(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "PARTNER").await;
    let product = w.partners_product(&w.ten, "acmes-order").await;
    w.app.set_clock(ON_THE_22ND).await;
    let up = w.changed(&w.acme, &product, &w.twenty, None, "to-twenty").await;
    assert_eq!(sums(&up), ["3.22", "0.64", "0.49", "3.07"]);
    assert_eq!(w.invoices(&w.acme).await, ["2027-000002 ORDER PAID 3.07", "2027-000001 ORDER PAID 9.52"]);
    assert!(w.invoices(&w.bolt).await.is_empty());
    w.books_are_right().await;
    // the client sees when and who, and not how much
    let preview = w.preview(&w.bolt, &product, &w.ten, None).await;
    let preview = &preview.ok()["node"]["planChangePreview"];
    assert_eq!(preview["billedTo"]["id"], w.bolt.account_id.as_str(), "what the client orders, it pays");
    let of_partner = w.preview(&w.acme, &product, &w.ten, None).await;
    assert_eq!(of_partner.ok()["node"]["planChangePreview"]["total"]["amount"], "-3.07");
}

/// The partner has paid, the client changes: the partner gets its 2.58 back on a note of its own, the client pays 6.45, and the
/// partner earns on that. The preview shows the client its own side alone.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_payer_gets_its_own_document(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "PARTNER").await;
    let product = w.partners_product(&w.ten, "acmes-order").await;
    w.app.set_clock(ON_THE_22ND).await;
    let up = w.changed(&w.bolt, &product, &w.twenty, None, "to-twenty").await;
    assert_eq!(sums(&up), ["6.45", "0.00", "1.23", "7.68"]);
    w.books_are_right().await;
    assert_eq!(w.invoices(&w.bolt).await, ["2027-000002 ORDER PAID 7.68"]);
    // 258 × 19 % = 49.02
    assert_eq!(w.invoices(&w.acme).await, ["CN-2027-000001 CREDIT_NOTE PAID 3.07", "2027-000001 ORDER PAID 9.52"]);
    assert_eq!(w.wallet().await.1, "1.29");

    // and once the client pays for what the partner orders, the partner changes it at the client's cost
    w.payer("CLIENT", "client-pays").await;
    let down = w.changed(&w.acme, &product, &w.ten, None, "back-to-ten").await;
    assert_eq!(down["total"]["amount"], "-3.83", "seen by who placed it");
    assert_eq!(w.invoices(&w.bolt).await[0], "CN-2027-000002 CREDIT_NOTE PAID 3.83");
    w.books_are_right().await;
}

/// Another term is a whole one from today, with its own anchor: 100.00 for a year less 3.23 of a month.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn another_term_begins_today(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    w.app.set_clock(ON_THE_22ND).await;
    let year = w.changed(&w.bolt, &product, &w.twenty, Some(12), "for-a-year").await;
    // 96.77 × 19 % = 18.39
    assert_eq!(sums(&year), ["96.77", "0.00", "18.39", "115.16"]);
    let now = w.product(&product).await;
    assert_eq!((&now["renewsOn"], &now["termMonths"]), (&json!("2028-03-22"), &json!(12)));
    w.books_are_right().await;
    // back to a month on the same day: 100.00 are credited, 10.00 charged
    let month = w.changed(&w.bolt, &product, &w.ten, Some(1), "for-a-month").await;
    assert_eq!(sums(&month), ["-90.00", "0.00", "-17.10", "-107.10"]);
    assert_eq!(w.product(&product).await["renewsOn"], "2027-04-22");
    w.books_are_right().await;
}

/// What staff has credited is not credited again, and what a change has credited is not left for staff: of 10.00 staff gave 8.00
/// back, so the change credits the 2.00 that are left, and nothing of the invoice is left after it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_credited_twice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let w = World::start(db, "CLIENT").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    let query = "query($id: ID!) { account(id: $id) { invoices { nodes { id } } } }";
    let reply = w.app.ask_as(&w.bolt.token, query, json!({ "id": w.bolt.account_id })).await;
    let invoice = reply.ok()["account"]["invoices"]["nodes"][0]["id"].clone();
    let credit = async |amount: Value, key: &str| {
        let input = json!({ "invoiceId": invoice, "amount": amount, "reason": "Slow.", "idempotencyKey": key });
        w.app.run(&w.provider.staff, "issueCreditNote", input, "invoice { total { amount } }").await
    };
    credit(json!({ "amount": "8.00", "currencyCode": "EUR" }), "eight-euros").await.ok();
    w.app.set_clock(ON_THE_22ND).await;
    let up = w.changed(&w.bolt, &product, &w.twenty, None, "to-twenty").await;
    // 6.45 − 2.00 = 4.45; × 19 % = 0.8455
    assert_eq!(sums(&up), ["4.45", "0.00", "0.85", "5.30"]);
    assert_eq!(credit(Value::Null, "the-rest").await.user_error(), "CONFLICT");
    w.books_are_right().await;
    assert_eq!(w.wallet().await.1, "1.29", "of the 2.00, all was taken back");
}

/// What is given back is named in the payer's language, as the rest of its invoice is.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_unused_part_is_named_in_the_payers_language(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[values(("de", "Nicht genutzter Teil: Site S"), ("fr", "Partie non utilisée\u{202f}: Site S"), ("en", "Unused part of Site S"))]
    (locale, line): (&str, &str),
) {
    let w = World::start(db, "CLIENT").await;
    let input = json!({ "accountId": w.bolt.account_id, "locale": locale });
    w.app.done(&w.bolt.token, "updateAccount", input, "account { locale }").await;
    let product = w.own_product(&w.ten, "bolts-own").await;
    w.app.set_clock(ON_THE_22ND).await;
    w.changed(&w.bolt, &product, &w.twenty, None, "to-twenty").await;
    let lines = w.app.texts("SELECT description AS t FROM invoice_line WHERE net_minor < 0").await;
    assert!(lines.len() == 1 && lines[0].starts_with(line), "{lines:?}");
}
