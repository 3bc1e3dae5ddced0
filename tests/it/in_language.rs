//! What people are told stands in their language, from the act that starts it to the mail and the feed: German and Italian.

use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::mailbox::Mail;
use tests::world::Signed;

const JO: &str = "jo@bakery.example";

async fn speak(app: &TestApp, who: &Signed, locale: &str) {
    app.done(&who.token, "updateUser", json!({ "locale": locale }), "user { locale }").await;
}

/// The newest mail to somebody with this subject.
#[track_caller]
fn mail(app: &TestApp, to: &str, subject: &str) -> Mail {
    let mails = app.mails_to(to);
    let subjects: Vec<_> = mails.iter().map(|mail| mail.subject.clone()).collect();
    mails
        .into_iter()
        .rfind(|mail| mail.subject == subject)
        .unwrap_or_else(|| panic!("{subject:?} is not in {subjects:?}"))
}

/// The sentences of somebody's feed about this kind.
async fn feed(app: &TestApp, who: &Signed, kind: &str) -> Vec<Value> {
    let query =
        format!("query($id: ID!) {{ account(id: $id) {{ activity(kinds: [{kind}]) {{ nodes {{ message }} }} }} }}");
    let reply = app.ask_as(&who.token, &query, json!({ "id": who.account_id })).await;
    let nodes = reply.ok()["account"]["activity"]["nodes"].as_array().unwrap().clone();
    nodes.into_iter().map(|node| node["message"].clone()).collect()
}

/// S4.15, S4.18, S4.19: the partner is mailed that its cart was bought, and finds it in its feed; the client's confirmation says that the
/// partner has no access, and leads to where that is set.
#[rstest]
#[case("de", ["Bakery hat Ihren Warenkorb gekauft", "Auf das Konto von Bakery haben Sie noch keinen Zugriff.", "Ein versendeter Warenkorb wurde bezahlt.", "Bestellbestätigung ", "acme braucht Zugriff", "Zugriff festlegen"])]
#[case("it", ["Bakery ha acquistato il Suo carrello", "Lei non ha ancora accesso all’account di Bakery.", "Un carrello inviato è stato pagato.", "Conferma d’ordine ", "acme ha bisogno", "Definisci l’accesso"])]
#[tokio::test(flavor = "multi_thread")]
async fn a_sent_cart_is_bought(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] locale: &str,
    #[case] said: [&str; 6],
) {
    let [subject, no_access, sentence, confirmation, needs, action] = said;
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    speak(&app, &acme, locale).await;
    let input = json!({ "partnerId": acme.account_id, "client": { "name": "Bakery", "email": JO } });
    let record = app.done(&acme.token, "createClient", input, "client { id }").await;
    let cart = app.done(&acme.token, "createCart", json!({ "clientId": record["client"]["id"] }), "cart { id }").await;
    let cart = &cart["cart"]["id"];
    let item = json!({ "cartId": cart, "planId": provider.hosting_id });
    app.done(&acme.token, "addCartItem", item, "cart { id }").await;
    app.done(&acme.token, "sendCart", json!({ "cartId": cart }), "cart { id }").await;
    app.run_jobs().await;
    let link = app.mails_to(JO).pop().expect("a cart").token().to_owned();

    let jo = app.sign_up_in(JO, "Bakery", "DE", "EUR", locale).await;
    app.add_card(&jo, "tok_visa").await;
    let query = "query($id: ID!) { account(id: $id) { paymentMethods { id } } }";
    let card = app.ask_as(&jo.token, query, json!({ "id": jo.account_id })).await.ok()["account"]["paymentMethods"][0]
        ["id"]
        .clone();
    let input =
        json!({ "token": link, "accountId": jo.account_id, "paymentMethodId": card, "idempotencyKey": "bakery-1" });
    app.done(&jo.token, "completeSentCart", input, "accessNeeded").await;
    app.run_jobs().await;

    let bought = mail(&app, &acme.email, subject);
    assert!(bought.text.contains(no_access), "{}", bought.text);
    assert_eq!(feed(&app, &acme, "CART_COMPLETED").await, [sentence]);
    let mails = app.mails_to(JO);
    let confirmed = mails.iter().find(|mail| mail.subject.starts_with(confirmation)).expect(confirmation);
    assert!(confirmed.text.contains(needs) && confirmed.text.contains(action), "{}", confirmed.text);
    assert!(confirmed.text.contains("/access?token="), "{}", confirmed.text);
}

/// S2.21: the partner is mailed that the payer has changed, what that means for it, and finds it in its feed.
#[rstest]
#[case("de", ["Wechsel des Zahlers: bolt und acme", "Künftig zahlt: acme", "erhalten Sie den Rabatt anstelle von Cashback", "Ab jetzt zahlt jemand anderes."])]
#[case("it", ["Cambio del pagatore: bolt e acme", "Pagatore d’ora in poi: acme", "lo sconto sostituisce il cashback", "D’ora in poi cambia il pagatore."])]
#[tokio::test(flavor = "multi_thread")]
async fn the_payer_changes(#[values(Db::Sqlite, Db::Postgres)] db: Db, #[case] locale: &str, #[case] said: [&str; 4]) {
    let [subject, payer, cashback, sentence] = said;
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let (bolt, _, partnership) = app.client_of("acme", &acme, "bolt", "CLIENT").await;
    speak(&app, &acme, locale).await;
    let input = json!({ "partnershipId": partnership, "payer": "PARTNER", "idempotencyKey": "to-acme-1" });
    app.done(&bolt.token, "changePayer", input, "partnership { id }").await;
    app.run_jobs().await;
    let told = mail(&app, &acme.email, subject);
    assert!(told.text.contains(payer) && told.text.contains(cashback), "{}", told.text);
    assert_eq!(feed(&app, &acme, "PAYER_CHANGED").await, [sentence]);
}

/// S3.18, S3.19: whoever is rejected is mailed the standard text, and with it what the partner adds in its own words.
#[rstest]
#[case("de", ["acme hat abgelehnt", "acme hat den angebotenen Zugriff auf Ihr Konto abgelehnt.", "Nachricht von acme:\n> Leider <voll>."])]
#[case("it", ["acme ha rifiutato", "acme ha rifiutato l’accesso al Suo account che Lei aveva offerto.", "Messaggio di acme:\n> Leider <voll>."])]
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_rejected(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] locale: &str,
    #[case] said: [&str; 3],
) {
    let [subject, standard, personal] = said;
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    let bolt = app.sign_up_in("owner@bolt.example", "bolt", "DE", "EUR", locale).await;
    for (message, number) in [(Value::Null, 1), (json!("Leider <voll>."), 2)] {
        let input = json!({
            "accountId": bolt.account_id, "partnerProfileSlug": "acme", "accessLevel": "FULL", "payer": "CLIENT",
        });
        let offer = app.done(&bolt.token, "sendInvitation", input, "invitation { id }").await;
        let input = json!({ "invitationId": offer["invitation"]["id"], "message": message });
        app.done(&acme.token, "rejectInvitation", input, "invitation { status }").await;
        app.run_jobs().await;
        let told: Vec<_> = app.mails_to(&bolt.email).into_iter().filter(|mail| mail.subject == subject).collect();
        assert_eq!(told.len(), number);
        let text = told.last().map(|mail| mail.text.replace("\r\n", "\n")).unwrap_or_default();
        assert!(text.contains(standard), "{text}");
        assert_eq!(text.contains(personal), !message.is_null(), "{text}");
    }
}

/// S1.12, S1.14, S1.16: what was the partner's site is the client's: both are told in their language, and what the provider says about
/// it from then on, it says to the client, in its language, as its customer.
#[rstest]
#[case("de", ["Hosting Business liegt jetzt in Ihrem Konto", "Sie haben Hosting Business von acme übernommen.", "Hosting Business liegt jetzt bei Bolt", "Ein Produkt wurde übertragen.", "Hosting Business wurde verlängert", "Ihre Rechnung "])]
#[case("it", ["Hosting Business è ora nel Suo account", "Lei ha rilevato Hosting Business da acme.", "Hosting Business è ora di Bolt", "Un prodotto è stato trasferito.", "Hosting Business è stato rinnovato", "La Sua fattura "])]
#[tokio::test(flavor = "multi_thread")]
async fn a_site_changes_hands(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] locale: &str,
    #[case] said: [&str; 6],
) {
    let [theirs, from, ours, sentence, renewed, invoice] = said;
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let acme = app.partner(&provider, "acme").await;
    speak(&app, &acme, locale).await;
    let input = json!({ "partnerId": acme.account_id, "client": { "name": "Bolt", "email": "jo@bolt.example" } });
    let record = app.done(&acme.token, "createClient", input, "client { id }").await;
    app.buy_for(&provider, &acme, record["client"]["id"].as_str().unwrap(), "PARTNER_CARD").await;
    let bolt = app.sign_up_in("jo@bolt.example", "Bolt", "DE", "EUR", locale).await;
    app.verify(&bolt).await;
    app.add_card(&bolt, "tok_visa").await;
    let query = "query($id: ID!) { account(id: $id) { products { nodes { id } } } }";
    let product =
        app.ask_as(&acme.token, query, json!({ "id": acme.account_id })).await.ok()["account"]["products"]["nodes"][0]
            ["id"]
            .clone();
    let input = json!({ "productId": product, "toEmail": bolt.email, "stayAsContributor": false });
    let offer = app.done(&acme.token, "offerTransfer", input, "transfer { id }").await;
    let input = json!({ "transferId": offer["transfer"]["id"], "accountId": bolt.account_id });
    app.done(&bolt.token, "acceptTransfer", input, "transfer { status }").await;
    app.run_jobs().await;
    assert!(mail(&app, &bolt.email, theirs).text.contains(from));
    mail(&app, &acme.email, ours);
    assert_eq!(feed(&app, &bolt, "TRANSFER_ACCEPTED").await, [sentence]);
    assert_eq!(feed(&app, &acme, "TRANSFER_ACCEPTED").await, [sentence]);

    let before = app.mails_to(&acme.email).len();
    app.advance_to(&provider.staff, "2027-11-22T00:00:00Z").await.ok();
    app.run_jobs().await;
    mail(&app, &bolt.email, renewed);
    let invoices = app.mails_to(&bolt.email).into_iter().filter(|mail| mail.subject.starts_with(invoice)).count();
    assert_eq!(invoices, 1);
    assert_eq!(app.mails_to(&acme.email).len(), before, "to the partner nothing any more");
}
