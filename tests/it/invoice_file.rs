//! The files behind signed links: what an invoice's PDF says, who opens it, and an account's invoices for its accountants.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rstest::rstest;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use sha2::Sha256;
use tests::app::TestApp;
use tests::database::Db;
use tests::world::Signed;

/// What a link leads to.
struct File {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl File {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

/// Opens a link as a browser would: with nothing but its address.
async fn open(app: &TestApp, url: &str) -> File {
    let path = url.strip_prefix("http://127.0.0.1:8080").expect("a link to this gateway");
    let response = app.open(Request::get(path).body(Body::empty()).unwrap()).await;
    let (head, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.expect("a whole file").to_vec();
    File { status: head.status.as_u16(), headers: head.headers, bytes }
}

/// The newest invoice of an account, as this person is shown it: id, number, link.
async fn newest(app: &TestApp, who: &Signed) -> (String, String, String) {
    let query = "query($id: ID!) { account(id: $id) { invoices(first: 1) { nodes { id number pdfUrl } } } }";
    let reply = app.ask_as(&who.token, query, json!({ "id": who.account_id })).await;
    let invoice = &reply.ok()["account"]["invoices"]["nodes"][0];
    let text = |name: &str| invoice[name].as_str().unwrap_or_else(|| panic!("{invoice}")).to_owned();
    (text("id"), text("number"), text("pdfUrl"))
}

/// A buyer with one invoice, and the plan that they bought.
async fn buyer_with_an_invoice(app: &TestApp) -> (Signed, String) {
    let provider = app.provider().await;
    let buyer = app.sign_up("ada@solo.example", "Solo").await;
    app.add_card(&buyer, "tok_visa").await;
    order(app, &buyer, &provider.hosting_id, "first").await;
    (buyer, provider.hosting_id)
}

async fn order(app: &TestApp, buyer: &Signed, plan: &str, key: &str) {
    let input = json!({ "accountId": buyer.account_id, "items": [{ "planId": plan }], "idempotencyKey": format!("the-key-{key}") });
    app.done(&buyer.token, "placeOrder", input, "order { id }").await;
}

async fn count(app: &TestApp, statement: &str) -> i64 {
    let backend = app.db().get_database_backend();
    let row = app.db().query_one_raw(Statement::from_string(backend, statement)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// An invoice is printed once: what its link opens today and tomorrow is what came with its mail.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_the_file_that_was_mailed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (buyer, _) = buyer_with_an_invoice(&app).await;
    let (_, number, url) = newest(&app, &buyer).await;
    assert_eq!(number, "2026-000001");
    assert_eq!(count(&app, "SELECT count(*) FROM invoice_document").await, 0, "a link alone prints nothing");

    let file = open(&app, &url).await;
    assert_eq!(file.status, 200);
    assert!(file.bytes.starts_with(b"%PDF-1.7"));
    assert_eq!(file.header("content-type"), "application/pdf");
    assert_eq!(file.header("content-disposition"), "inline; filename=\"2026-000001.pdf\"");
    assert_eq!(file.header("cache-control"), "private, no-store");
    assert_eq!(file.header("referrer-policy"), "no-referrer");
    assert_eq!(file.header("x-content-type-options"), "nosniff");

    app.run_jobs().await;
    let mails = app.mails_to(&buyer.email);
    let files: Vec<_> = mails.iter().flat_map(|mail| &mail.files).collect();
    assert_eq!(files.len(), 1, "the invoice's mail has a file, and no other");
    assert_eq!(files[0].0, "2026-000001.pdf");
    assert!(files[0].1 == file.bytes, "the same file");
    let mail = mails.iter().find(|mail| !mail.files.is_empty()).unwrap();
    assert!(mail.subject.contains("2026-000001") && !mail.html.is_empty() && !mail.text.is_empty(), "{mail:?}");

    app.done(&buyer.token, "updateUser", json!({ "locale": "fr" }), "user { id }").await;
    let (_, _, url) = newest(&app, &buyer).await;
    assert!(open(&app, &url).await.bytes == file.bytes);
    assert_eq!(count(&app, "SELECT count(*) FROM invoice_document").await, 1);
    for statement in ["UPDATE invoice_document SET kind = kind", "DELETE FROM invoice_document"] {
        let changed = app.db().execute_unprepared(statement).await;
        assert!(changed.unwrap_err().to_string().contains("append-only"), "{statement}");
    }
    app.check_books().await;
}

/// Twenty who open it at once are given one file.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_kept_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (buyer, _) = buyer_with_an_invoice(&app).await;
    let (_, _, url) = newest(&app, &buyer).await;
    let files = futures::future::join_all((0..20).map(|_| open(&app, &url))).await;
    for file in &files {
        assert_eq!(file.status, 200);
        assert!(file.bytes == files[0].bytes);
    }
    assert_eq!(count(&app, "SELECT count(*) FROM invoice_document").await, 1);
}

/// Takes the PDF of what one is billed, and lets the other try for it by every link that they have.
async fn the_other_finds_nothing(app: &TestApp, payer: &Signed, other: &Signed, others_own: Option<&str>) {
    let (id, number, url) = newest(app, payer).await;
    assert_eq!(open(app, &url).await.status, 200);
    let node = "query($id: ID!) { node(id: $id) { ... on Invoice { pdfUrl } } }";
    let reply = app.ask_as(&other.token, node, json!({ "id": id })).await;
    assert_eq!(reply.ok()["node"], Value::Null);
    let token = others_own.and_then(|url| url.split_once("token=")).map_or("", |(_, token)| token);
    let foreign = open(app, &format!("http://127.0.0.1:8080/invoices/{id}.pdf?token={token}")).await;
    let none = open(app, &format!("http://127.0.0.1:8080/invoices/nothing.pdf?token={token}")).await;
    assert_eq!((foreign.status, none.status), (404, 404));
    assert_eq!(foreign.bytes, none.bytes, "what is foreign is told like what does not exist");
    let mailed = app.mails_to(&other.email);
    let files: Vec<_> = mailed.iter().flat_map(|mail| &mail.files).map(|(name, _)| name.clone()).collect();
    assert!(!files.contains(&format!("{number}.pdf")), "{files:?}");
    let input = json!({ "accountId": payer.account_id, "format": "CSV" });
    let refused = app.run(&other.token, "exportInvoices", input, "url").await;
    assert!(["NOT_FOUND", "PERMISSION_DENIED"].contains(&refused.user_error()));
}

/// S2.9, S2.10: the client pays: its members alone have the PDF, and its partner has none of it by any link.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_partner_has_no_pdf_of_what_the_client_pays(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, record, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    app.buy_for(&provider, &partner, &record, "PARTNER_CARD").await;
    app.buy_for(&provider, &partner, &record, "CLIENT_CARD").await;
    app.run_jobs().await;
    let (_, _, own) = newest(&app, &partner).await;
    the_other_finds_nothing(&app, &client, &partner, Some(&own)).await;
}

/// S2.16, S2.17: the partner pays: its members alone have the PDF, and its client has none of it by any link.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_client_has_no_pdf_of_what_the_partner_pays(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, record, _) = app.client_of("acme", &partner, "bolt", "PARTNER").await;
    app.buy_for(&provider, &partner, &record, "PARTNER_CARD").await;
    order(&app, &client, &provider.hosting_id, "own").await;
    app.run_jobs().await;
    let (_, _, own) = newest(&app, &client).await;
    the_other_finds_nothing(&app, &partner, &client, Some(&own)).await;
}

/// A2: a link ends with the sign-in that it was made for, and with the right to see the invoice.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_with_the_right(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (buyer, _) = buyer_with_an_invoice(&app).await;
    let (_, _, url) = newest(&app, &buyer).await;
    let input = json!({ "accountId": buyer.account_id, "format": "CSV" });
    let export = app.done(&buyer.token, "exportInvoices", input, "url").await["url"].as_str().unwrap().to_owned();
    for url in [&url, &export] {
        assert_eq!(open(&app, url).await.status, 200);
    }
    app.db().execute_unprepared("UPDATE membership SET permissions = 0").await.unwrap();
    assert_eq!(open(&app, &url).await.status, 404, "without VIEW_INVOICES");
    let empty = open(&app, &export).await;
    assert_eq!(String::from_utf8(empty.bytes).unwrap().lines().count(), 1, "the head alone");

    app.db().execute_unprepared("UPDATE membership SET permissions = 511").await.unwrap();
    assert_eq!(open(&app, &url).await.status, 200);
    app.ask_as(&buyer.token, "mutation { signOut { userErrors { code } } }", json!({})).await.ok();
    for url in [&url, &export] {
        assert_eq!(open(&app, url).await.status, 404, "signed out");
    }
}

/// A2: what is forged, over, or for something else opens nothing, and none of them is told from another.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_other_link_opens(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (buyer, _) = buyer_with_an_invoice(&app).await;
    let (id, _, url) = newest(&app, &buyer).await;
    let (path, token) = url.split_once("?token=").unwrap();
    let (claims, signature) = token.split_once('.').unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    let until = claims["until"].as_i64().unwrap();
    let now = chrono::Utc::now().timestamp();
    assert!((now + 14 * 60..=now + 15 * 60 + 5).contains(&until), "{until} at {now}");

    let secret: Vec<u8> = {
        let backend = app.db().get_database_backend();
        let statement = Statement::from_string(backend, "SELECT secret FROM signing_key");
        app.db().query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    };
    let sign = |secret: &[u8], claims: &Value| {
        let claims = claims.to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(b"file\0"); // what it is signed for
        mac.update(claims.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
        format!("{path}?token={}.{signature}", URL_SAFE_NO_PAD.encode(claims))
    };
    assert_eq!(open(&app, &sign(&secret, &claims)).await.status, 200, "signed as a gateway does");

    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let over = sign(&secret, &with("until", json!(now - 1)));
    let nobodys = sign(&secret, &with("by", json!({ "session": uuid::Uuid::now_v7() })));
    let another = sign(&secret, &with("to", json!({ "invoice": uuid::Uuid::now_v7() })));
    let forged = sign(&[7; 32], &claims);
    let longer =
        format!("{}.{signature}", sign(&secret, &with("until", json!(now + 99_999))).rsplit_once('.').unwrap().0);
    let wrong_file = url.replace(&id, "AAAA");
    let to_an_export = url.replace(&format!("invoices/{id}.pdf"), "exports/invoices.csv");
    let none = path.to_owned();
    let mut said = Vec::new();
    for (what, url) in [
        ("over", over),
        ("nobody's", nobodys),
        ("another's", another),
        ("forged", forged),
        ("made longer", longer),
        ("of another name", wrong_file),
        ("to an export", to_an_export),
        ("none", none),
    ] {
        let file = open(&app, &url).await;
        assert_eq!(file.status, 404, "{what}");
        said.push(file.bytes);
    }
    assert!(said.iter().all(|one| *one == said[0]));
}

/// An account's invoices as a table: a row for each rate, in whole amounts, with nothing that a spreadsheet would run.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn invoices_are_exported_as_a_table(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (buyer, plan) = buyer_with_an_invoice(&app).await;
    let address = json!({ "name": "=cmd|' /C calc'!A0", "street": "Allee 1", "postalCode": "10115", "city": "Berlin", "country": "DE" });
    let input = json!({ "accountId": buyer.account_id, "billingAddress": address });
    app.done(&buyer.token, "updateAccount", input, "account { id }").await;
    order(&app, &buyer, &plan, "second").await;

    let input = json!({ "accountId": buyer.account_id, "format": "CSV" });
    let url = app.done(&buyer.token, "exportInvoices", input, "url").await["url"].as_str().unwrap().to_owned();
    let file = open(&app, &url).await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"invoices.csv\"");
    let text = String::from_utf8(file.bytes).unwrap();
    let lines: Vec<&str> = text.strip_prefix('\u{feff}').expect("a byte order mark").split_terminator("\r\n").collect();
    assert_eq!(
        lines[0],
        "number,kind,status,issued_on,due_on,paid_on,corrects,order,buyer,buyer_country,buyer_vat_id,currency,tax_category,tax_rate,net,tax,gross"
    );
    let cells: Vec<&str> = lines[1].split(',').collect();
    assert_eq!(cells[..7], ["2026-000001", "INVOICE", "PAID", "2026-11-21", "2026-11-21", "2026-11-21", ""]);
    assert_eq!(cells[8..], ["Solo", "DE", "", "EUR", "S", "19.00", "99.00", "18.81", "117.81"]);
    assert!(lines[2].contains(",\"'=cmd|' /C calc'!A0\","), "{}", lines[2]);
    assert_eq!(lines.len(), 3);

    let none = json!({ "accountId": buyer.account_id, "format": "CSV", "filter": { "status": ["OPEN"] } });
    let url = app.done(&buyer.token, "exportInvoices", none, "url").await["url"].as_str().unwrap().to_owned();
    assert_eq!(String::from_utf8(open(&app, &url).await.bytes).unwrap().lines().count(), 1);
}

/// An export takes as many statements for forty invoices as for one, to ask for it and to open it, whatever the format.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_export_takes_as_many_statements_whatever_its_size(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_recorded(db).await;
    let (buyer, plan) = buyer_with_an_invoice(&app).await;
    let mut counts = Vec::new();
    for invoices in [1, 40] {
        for number in count(&app, "SELECT count(*) FROM invoice").await..invoices {
            order(&app, &buyer, &plan, &format!("number-{number}")).await;
        }
        let sent = async |format: &str| {
            let input = json!({ "accountId": buyer.account_id, "format": format });
            let (asked, first) = app.recorder.during(app.run(&buyer.token, "exportInvoices", input, "url")).await;
            let url = asked.ok()["exportInvoices"]["url"].as_str().unwrap().to_owned();
            let (file, then) = app.recorder.during(open(&app, &url)).await;
            (first.len(), then.len(), file)
        };
        let (asked, opened, table) = sent("CSV").await;
        assert_eq!(String::from_utf8(table.bytes).unwrap().lines().count() as i64, 1 + invoices);
        let (again, unpacked, archive) = sent("XML").await;
        assert_eq!(zip::ZipArchive::new(std::io::Cursor::new(archive.bytes)).unwrap().len() as i64, invoices);
        counts.push([asked, opened, again, unpacked]);
    }
    println!("asked, opened as a table; asked, opened as an archive: {counts:?}");
    assert_eq!(counts[0], counts[1]);
    assert!(counts[0].iter().all(|sent| (1..=12).contains(sent)), "{counts:?}");
}

/// The same as electronic invoices, a file each, in an archive.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn invoices_are_exported_as_electronic_ones(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let (buyer, _) = buyer_with_an_invoice(&app).await;
    let input = json!({ "accountId": buyer.account_id, "format": "XML" });
    let url = app.done(&buyer.token, "exportInvoices", input, "url").await["url"].as_str().unwrap().to_owned();
    let file = open(&app, &url).await;
    assert_eq!(file.header("content-type"), "application/zip");
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file.bytes)).unwrap();
    assert_eq!(archive.len(), 1);
    let xml = std::io::read_to_string(archive.by_name("2026-000001.xml").unwrap()).unwrap();
    assert!(xml.contains("<ram:GrandTotalAmount>117.81</ram:GrandTotalAmount>"), "{xml}");
    assert!(xml.contains("<ram:ID>urn:cen.eu:en16931:2017</ram:ID>"));
}
