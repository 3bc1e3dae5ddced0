//! A partner's own records of its clients.

use domain::client::commands::{CreateClient, NewClient, UpdateClient, create, update};
use domain::client::queries;
use domain::error::{Code, Error};
use domain::page::PageRequest;
use domain::patch::Patch;
use entities::client;
use entities::membership::Role;
use futures::future::join_all;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;
use tests::database::Db;
use tests::partners::Partners;
use tests::world::{Provider, Signed};

fn named(name: &str) -> NewClient {
    NewClient { name: name.to_owned(), ..NewClient::default() }
}

async fn add(w: &Partners, token: &str, client: NewClient) -> Result<client::Model, Error> {
    let command = CreateClient { partner_id: w.acme, client };
    w.write(token, move |work| Box::pin(create(work, command.clone()))).await
}

async fn names(w: &Partners, search: &str) -> Vec<String> {
    let reader = w.reader(&w.acme_owner).await;
    let page = PageRequest::first(100);
    let found = queries::of_partners(&reader, &[w.acme], Some(search), &page).await.unwrap();
    let count = queries::count(&reader, &[w.acme], Some(search)).await.unwrap();
    let rows = found.get(&w.acme).map(|page| page.rows.clone()).unwrap_or_default();
    assert_eq!(count.get(&w.acme).copied().unwrap_or_default(), i64::try_from(rows.len()).unwrap());
    rows.into_iter().map(|row| row.name).collect()
}

/// S3.2, S3.4: a partner makes a record of somebody who has no account; it is in the list once it is saved.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_creates_a_client(#[case] db: Db) {
    let w = Partners::start(db).await;
    let technical = w.person("tim@acme.example", "Tim", &[(w.acme, Role::Technical)]).await;
    let viewer = w.person("vi@acme.example", "Vi", &[(w.acme, Role::Viewer)]).await;
    let stranger = w.person("eve@else.example", "Eve", &[(w.account("Else", None).await, Role::Owner)]).await;
    assert!(names(&w, "").await.is_empty());
    let row =
        add(&w, &technical, NewClient { email: Some("Zoë@Example.COM".replace('ë', "e")), ..named("  Zoë ") }).await;
    let row = row.unwrap();
    assert_eq!((row.name.as_str(), row.email.as_deref(), row.account_id), ("Zoë", Some("zoe@example.com"), None));
    assert_eq!(names(&w, "").await, ["Zoë"]);
    assert_eq!(w.feed(w.acme).await.len(), 1);

    let bad = add(&w, &technical, NewClient { email: Some("nonsense".to_owned()), ..named("X") }).await.unwrap_err();
    let Error::Refused(refusal) = bad else { panic!("{bad:?}") };
    assert_eq!((refusal.code, refusal.field.join(".")), (Code::InvalidInput, "client.email".to_owned()));
    assert_eq!(add(&w, &technical, named(" ")).await.unwrap_err().code(), Some(Code::InvalidInput));
    assert_eq!(add(&w, &viewer, named("X")).await.unwrap_err().code(), Some(Code::PermissionDenied));
    let not_a_partner = CreateClient { partner_id: w.bolt, client: named("X") };
    let end = w.write(&w.bolt_owner, move |work| Box::pin(create(work, not_a_partner.clone()))).await;
    assert_eq!(end.unwrap_err().code(), Some(Code::InvalidInput));
    assert_eq!(names(&w, "").await, ["Zoë"], "nothing exists before it is saved");
    let reader = w.reader(&stranger).await;
    assert!(queries::of_partners(&reader, &[w.acme], None, &PageRequest::first(9)).await.unwrap().is_empty());
    assert!(queries::count(&reader, &[w.acme], None).await.unwrap().is_empty());
}

/// What is absent stays, null clears; the name cannot be cleared.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_update_changes_what_it_names(#[case] db: Db) {
    let w = Partners::start(db).await;
    let new = NewClient { phone: Some("1".to_owned()), notes: Some("n".to_owned()), ..named("Ann") };
    let row = add(&w, &w.acme_owner, new).await.unwrap();
    let keep = UpdateClient {
        client_id: row.id,
        name: Patch::Keep,
        email: Patch::Keep,
        company: Patch::Keep,
        phone: Patch::Keep,
        notes: Patch::Keep,
    };
    let change =
        async |command: UpdateClient| w.write(&w.acme_owner, move |work| Box::pin(update(work, command.clone()))).await;
    let changed =
        change(UpdateClient { company: Patch::Set("Ann & Co".to_owned()), phone: Patch::Clear, ..keep.clone() });
    let changed = changed.await.unwrap();
    assert_eq!(
        (changed.company.as_deref(), changed.phone, changed.notes.as_deref()),
        (Some("Ann & Co"), None, Some("n"))
    );
    assert_eq!(names(&w, "ann & co").await, ["Ann"], "the search follows");
    let nameless = change(UpdateClient { name: Patch::Clear, ..keep.clone() }).await;
    assert_eq!(nameless.unwrap_err().code(), Some(Code::InvalidInput));
    let foreign = w.write(&w.bolt_owner, move |work| Box::pin(update(work, keep.clone()))).await;
    assert_eq!(foreign.unwrap_err().code(), Some(Code::NotFound));
}

/// A search looks into name, address and company, whatever the case, and takes its own marks for what they are.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_what_it_says(#[case] db: Db) {
    let w = Partners::start(db).await;
    for (name, email, company) in [
        ("Müller", Some("info@a.example"), Some("Äpfel AG")),
        ("100% Web", None, None),
        ("100 Web", None, None),
        ("under_score", None, None),
    ] {
        let client = NewClient { email: email.map(str::to_owned), company: company.map(str::to_owned), ..named(name) };
        add(&w, &w.acme_owner, client).await.unwrap();
    }
    assert_eq!(names(&w, "MÜLLER").await, ["Müller"]);
    assert_eq!(names(&w, "äpfel").await, ["Müller"]);
    assert_eq!(names(&w, "INFO@").await, ["Müller"]);
    assert_eq!(names(&w, "100%").await, ["100% Web"]);
    assert_eq!(names(&w, "r_s").await, ["under_score"]);
    assert_eq!(names(&w, "\\").await, Vec::<String>::new());
    assert_eq!(names(&w, " ").await.len(), 4);
}

/// Pages hold together in both directions, for several partners in one statement.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_together(#[case] db: Db) {
    let w = Partners::start(db).await;
    let zeta = w.account("Zeta", Some(w.programme)).await;
    let token = w.person("two@both.example", "Two", &[(w.acme, Role::Admin), (zeta, Role::Admin)]).await;
    for n in 1..=5 {
        add(&w, &token, named(&format!("a{n}"))).await.unwrap();
        let command = CreateClient { partner_id: zeta, client: named(&format!("z{n}")) };
        w.write(&token, move |work| Box::pin(create(work, command.clone()))).await.unwrap();
    }
    let reader = w.reader(&token).await;
    let before = reader.statements().count();
    let found = queries::of_partners(&reader, &[w.acme, zeta], None, &PageRequest::first(2)).await.unwrap();
    assert_eq!(reader.statements().count() - before, 1);
    let names = |rows: &[client::Model]| rows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&found[&w.acme].rows), ["a1", "a2"]);
    assert_eq!(names(&found[&zeta].rows), ["z1", "z2"]);
    assert!(found[&zeta].has_next && !found[&zeta].has_previous);

    let after = PageRequest { after: Some(found[&w.acme].rows[1].id.0), ..PageRequest::first(9) };
    let rest = queries::of_partners(&reader, &[w.acme], None, &after).await.unwrap();
    assert_eq!(names(&rest[&w.acme].rows), ["a3", "a4", "a5"]);
    assert!(!rest[&w.acme].has_next && rest[&w.acme].has_previous);
    let last = PageRequest { from_back: true, ..PageRequest::first(2) };
    let last = queries::of_partners(&reader, &[w.acme, zeta], None, &last).await.unwrap();
    assert_eq!(names(&last[&w.acme].rows), ["a4", "a5"]);
    assert_eq!(names(&last[&zeta].rows), ["z4", "z5"]);
    assert!(last[&zeta].has_previous && !last[&zeta].has_next);
}

/// Of two clients of one partner with the same address, however it is written and however many are made at once, the second is refused;
/// other partners may have them, and a person whose accounts are connected has a record for each.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_two_clients_have_one_address(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let zeta = app.partner(&provider, "zeta").await;
    let make = async |who: &Signed, email: &str| {
        let input = json!({ "partnerId": who.account_id, "client": { "name": "Bolt", "email": email } });
        app.run(&who.token, "createClient", input, "client { id }").await
    };
    let id = |reply: &Reply| reply.ok()["createClient"]["client"]["id"].clone();
    let at_once = join_all((0..6).map(|_| make(&partner, "owner@bolt.example"))).await;
    let (made, refused): (Vec<_>, Vec<_>) =
        at_once.iter().partition(|end| end.data()["createClient"]["client"].is_object());
    assert_eq!(made.len(), 1);
    assert!(
        refused
            .iter()
            .all(|end| (end.user_error(), end.user_error_field().as_str()) == ("ALREADY_EXISTS", "client.email"))
    );
    assert_eq!(make(&partner, " OWNER@bolt.EXAMPLE").await.user_error(), "ALREADY_EXISTS");
    make(&zeta, "owner@bolt.example").await.ok();
    for _ in 0..2 {
        make(&partner, " ").await.ok(); // none is no address
    }

    let other = id(&make(&partner, "other@bolt.example").await);
    let update = async |client: &Value, email: Value| {
        let input = json!({ "clientId": client, "email": email, "notes": "n" });
        app.run(&partner.token, "updateClient", input, "client { email }").await
    };
    let taken = update(&other, json!("Owner@bolt.example")).await;
    assert_eq!((taken.user_error(), taken.user_error_field()), ("ALREADY_EXISTS", "email".to_owned()));
    update(&id(made[0]), json!("owner@bolt.example")).await.ok();
    update(&other, Value::Null).await.ok();
    update(&other, json!("free@bolt.example")).await.ok();

    let (_, connected, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    assert_ne!(json!(connected), id(made[0]));
    let same = "query($id: ID!) { account(id: $id) { clients(search: \"owner@bolt\") { totalCount } } }";
    let found = app.ask_as(&partner.token, same, json!({ "id": partner.account_id })).await;
    assert_eq!(found.ok()["account"]["clients"]["totalCount"], 2);
    update(&json!(connected), json!("owner@bolt.example")).await.ok();
    assert_eq!(make(&partner, "owner@bolt.example").await.user_error(), "ALREADY_EXISTS");
}

/// S3.1: a partner works with its clients in every programme. Whether one takes offers of access is a switch of it, which counts at
/// once, for its partners and no others; an offer that waits goes on waiting.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn client_management_works_in_every_programme(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let bolt = app.sign_up("owner@bolt.example", "bolt").await;
    let programme = |id: Option<&Value>, name: &str, takes_offers: bool| {
        json!({
            "id": id, "name": name, "rateBps": 1000, "contactEmail": "partners@provider.example",
            "acceptsAccessOffers": takes_offers, "minimumPayout": { "amount": "50.00", "currencyCode": "EUR" },
        })
    };
    let offer = async |slug: &str| {
        let input = json!({
            "accountId": bolt.account_id, "partnerProfileSlug": slug, "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"],
        });
        app.run(&bolt.token, "sendInvitation", input, "invitation { id }").await
    };
    let mut isv = Value::Null;
    for (name, slug, takes_offers) in
        [("Agency", "agency", true), ("Expert", "expert", true), ("Reseller", "reseller", true), ("ISV", "isv", false)]
    {
        let made = app.done(&provider.staff, "saveProgramme", programme(None, name, takes_offers), "programme { id }");
        let id = made.await["programme"]["id"].clone();
        let of = Provider { programme_id: id.as_str().unwrap().to_owned(), ..provider.clone() };
        let partner = app.partner(&of, slug).await;
        let input = json!({ "partnerId": partner.account_id, "client": { "name": "Nut" } });
        let client = app.done(&partner.token, "createClient", input, "client { id }").await;
        let input = json!({ "clientId": client["client"]["id"], "title": "Call", "assigneeId": partner.user_id });
        app.done(&partner.token, "createTask", input, "task { id }").await;
        let inquiry = json!({ "profileSlug": slug, "name": "Lea", "email": "lea@lead.example", "message": "Hello" });
        let submit =
            "mutation($input: SubmitInquiryInput!) { submitInquiry(input: $input) { accepted userErrors { code } } }";
        app.ask(submit, json!({ "input": inquiry })).await.ok();
        let offered = offer(slug).await;
        if takes_offers {
            offered.ok();
        } else {
            assert_eq!((offered.user_error(), offered.user_error_field().as_str()), ("CONFLICT", "partnerProfileSlug"));
            isv = id;
        }
    }
    app.done(&provider.staff, "saveProgramme", programme(Some(&isv), "ISV", true), "programme { id }").await;
    offer("isv").await.ok();
    app.done(&provider.staff, "saveProgramme", programme(Some(&isv), "ISV", false), "programme { id }").await;
    let waiting = "query($id: ID!) { account(id: $id) { sentInvitations(status: PENDING) { totalCount } } }";
    let waiting = app.ask_as(&bolt.token, waiting, json!({ "id": bolt.account_id })).await;
    assert_eq!(waiting.ok()["account"]["sentInvitations"]["totalCount"], 4);
}
