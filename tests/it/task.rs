//! What a partner has to do for its clients, and which of its own products are for whom.

use entities::id::{AccountId, ProductId};
use entities::membership::Role;
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::partners::Partners;
use tests::world::Signed;

const RECORD: &str = "query($id: ID!) { node(id: $id) { ... on Client {
    tasks { totalCount nodes { title dueOn done assignee { email } client { name } } }
    open: tasks(done: false) { totalCount nodes { title } }
    products { totalCount nodes { id label domainName client { name } } }
} } }";

async fn record(app: &TestApp, who: &Signed, id: &str) -> Value {
    app.ask_as(&who.token, RECORD, json!({ "id": id })).await.ok()["node"].clone()
}

async fn client(app: &TestApp, partner: &Signed, name: &str) -> String {
    let input = json!({ "partnerId": partner.account_id, "client": { "name": name } });
    let made = app.done(&partner.token, "createClient", input, "client { id }").await;
    made["client"]["id"].as_str().unwrap().to_owned()
}

/// S3.3c: tasks are assigned to a client; they are listed with it and with all of the partner's, and ticked off once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_has_tasks(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let other = app.partner(&provider, "zeta").await;
    let bolt = client(&app, &partner, "Bolt").await;
    let cafe = client(&app, &partner, "Café").await;
    let create = async |client: &str, title: &str| {
        let input = json!({ "clientId": client, "title": title, "dueOn": "2026-12-01", "assigneeId": partner.user_id });
        app.done(&partner.token, "createTask", input, "task { id }").await["task"]["id"].as_str().unwrap().to_owned()
    };
    let draft = create(&bolt, "  Draft the pages ").await;
    create(&bolt, "Ask for photos").await;
    create(&cafe, "Write an offer").await;

    let shown = record(&app, &partner, &bolt).await;
    let first = json!({
        "title": "Draft the pages", "dueOn": "2026-12-01", "done": false,
        "assignee": { "email": partner.email }, "client": { "name": "Bolt" },
    });
    assert_eq!(shown["tasks"]["nodes"][0], first);
    assert_eq!(shown["tasks"]["totalCount"], 2);

    for _ in 0..2 {
        let done = app.done(&partner.token, "completeTask", json!({ "taskId": draft }), "task { done }").await;
        assert_eq!(done["task"]["done"], true);
    }
    let shown = record(&app, &partner, &bolt).await;
    assert_eq!(shown["open"], json!({ "totalCount": 1, "nodes": [{ "title": "Ask for photos" }] }));
    assert_eq!(shown["tasks"]["nodes"][0]["done"], true);
    let all = "query($id: ID!) { account(id: $id) {
        open: tasks(done: false) { totalCount } done: tasks(done: true) { nodes { title } }
        page: tasks(first: 1) { totalCount pageInfo { hasNextPage } nodes { title } } } }";
    let lists = app.ask_as(&partner.token, all, json!({ "id": partner.account_id })).await.ok()["account"].clone();
    assert_eq!(lists["open"]["totalCount"], 2);
    assert_eq!(lists["done"]["nodes"], json!([{ "title": "Draft the pages" }]));
    let page =
        json!({ "totalCount": 3, "pageInfo": { "hasNextPage": true }, "nodes": [{ "title": "Draft the pages" }] });
    assert_eq!(lists["page"], page);

    // another partner sees and does nothing of it, and is told nothing
    let strange = app.ask_as(&other.token, all, json!({ "id": partner.account_id })).await;
    assert_eq!(
        strange.ok()["account"]["page"],
        json!({ "totalCount": 0, "pageInfo": { "hasNextPage": false }, "nodes": [] })
    );
    let node = app.ask_as(&other.token, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": draft })).await;
    assert_eq!(node.ok()["node"], Value::Null);
    let complete = app.run(&other.token, "completeTask", json!({ "taskId": draft }), "task { id }").await;
    assert_eq!(complete.user_error(), "NOT_FOUND");
    let input = json!({ "clientId": bolt, "title": "Mine" });
    assert_eq!(app.run(&other.token, "createTask", input, "task { id }").await.user_error(), "NOT_FOUND");
}

/// A task is a member's of the partner or nobody's: who is no member is answered as who is nobody. What is written is bounded.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_a_members(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let stranger = app.sign_up("zoe@other.example", "Other").await;
    let bolt = client(&app, &partner, "Bolt").await;
    let create = async |input: Value| app.run(&partner.token, "createTask", input, "task { assignee { id } }").await;
    let foreign = create(json!({ "clientId": bolt, "title": "T", "assigneeId": stranger.user_id })).await;
    assert_eq!((foreign.user_error(), foreign.user_error_field()), ("NOT_FOUND", "assigneeId".to_owned()));
    let wrong_kind = create(json!({ "clientId": bolt, "title": "T", "assigneeId": partner.account_id })).await;
    assert_eq!(wrong_kind.user_error(), "NOT_FOUND");
    let unassigned = create(json!({ "clientId": bolt, "title": "T", "assigneeId": null })).await;
    assert_eq!(unassigned.ok()["createTask"]["task"]["assignee"], Value::Null);
    for bad in ["", "  ", "a\u{7}b", "a\nb", &"x".repeat(201)] {
        let refused = create(json!({ "clientId": bolt, "title": bad })).await;
        assert_eq!(
            (refused.user_error(), refused.user_error_field()),
            ("INVALID_INPUT", "title".to_owned()),
            "{bad:?}"
        );
    }
    let nobody =
        app.ask("mutation { completeTask(input: { taskId: \"x\" }) { userErrors { code } } }", json!({})).await;
    assert_eq!(nobody.error(), "UNAUTHENTICATED");
}

/// S3.3a, S3.3b: what the partner holds itself is assigned to a client, a domain like a contract; it is then listed with the client,
/// moves to another, and back to none.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_product_is_assigned_to_a_client(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (holder, connected, _) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    let cafe = client(&app, &partner, "Café").await;
    app.buy_for(&provider, &partner, &cafe, "PARTNER_CARD").await;
    app.buy_for(&provider, &partner, &connected, "CLIENT_CARD").await;
    let own = "query($id: ID!) { account(id: $id) { products { nodes { id } } } }";
    let product_of = async |who: &Signed| {
        let reply = app.ask_as(&who.token, own, json!({ "id": who.account_id })).await;
        reply.ok()["account"]["products"]["nodes"][0]["id"].as_str().unwrap().to_owned()
    };
    let (product, foreign) = (product_of(&partner).await, product_of(&holder).await);

    let assign = async |who: &Signed, product: &str, client: Value| {
        let input = json!({ "productId": product, "clientId": client });
        app.run(&who.token, "assignProductToClient", input, "product { client { name } }").await
    };
    let listed = async |record_id: &str| record(&app, &partner, record_id).await["products"]["totalCount"].clone();
    assert_eq!((listed(&cafe).await, listed(&connected).await), (json!(1), json!(1)));
    let moved = assign(&partner, &product, json!(connected)).await;
    assert_eq!(moved.ok()["assignProductToClient"]["product"]["client"]["name"], "bolt");
    assert_eq!((listed(&cafe).await, listed(&connected).await), (json!(0), json!(2)));
    let again = assign(&partner, &product, json!(connected)).await;
    assert_eq!(again.ok()["assignProductToClient"]["product"]["client"]["name"], "bolt");
    let none = assign(&partner, &product, Value::Null).await;
    assert_eq!(none.ok()["assignProductToClient"]["product"]["client"], Value::Null);
    assert_eq!(listed(&connected).await, json!(1));

    // what a client holds is listed with it anyway, and is not the partner's to assign
    assert_eq!(assign(&partner, &foreign, json!(cafe)).await.user_error(), "PERMISSION_DENIED");
    // somebody else's product, and somebody else's record, are not there
    assert_eq!(assign(&holder, &product, Value::Null).await.user_error(), "NOT_FOUND");
    assert_eq!(assign(&holder, &foreign, json!(cafe)).await.user_error(), "NOT_FOUND");
    let zeta = app.partner(&provider, "zeta").await;
    let elsewhere = client(&app, &zeta, "Elsewhere").await;
    assert_eq!(assign(&partner, &product, json!(elsewhere)).await.user_error(), "NOT_FOUND");
    // and the client never learns of the record
    let hidden = "query($id: ID!) { node(id: $id) { ... on Product { client { id } } } }";
    assert_eq!(app.ask_as(&holder.token, hidden, json!({ "id": foreign })).await.ok()["node"]["client"], Value::Null);
}

/// To assign needs MANAGE_CLIENTS and sight of the product: either alone is not enough.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn to_assign_takes_both_rights(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    use domain::client::commands::{CreateClient, NewClient, create};
    use domain::client::{AssignProduct, assign_product};
    use domain::error::Code;

    let w = Partners::start(db).await;
    let product = w.product(w.acme, "site").await;
    let client = NewClient { name: "Bolt".to_owned(), ..NewClient::default() };
    let command = CreateClient { partner_id: w.acme, client };
    let client = w.write(&w.acme_owner, move |work| Box::pin(create(work, command.clone()))).await.unwrap();
    let assign = async |token: &str| {
        let command = AssignProduct { product_id: product, client_id: Some(client.id) };
        w.write(token, move |work| Box::pin(assign_product(work, command))).await.map(|row| row.client_id)
    };
    let viewer = w.person("vi@acme.example", "Vi", &[(w.acme, Role::Viewer)]).await;
    assert_eq!(assign(&viewer).await.unwrap_err().code(), Some(Code::PermissionDenied));
    let blind = w.person("tim@acme.example", "Tim", &[(w.acme, Role::Technical)]).await;
    narrow(&w, w.acme, "tim@acme.example", domain::permission::Permission::ManageClients).await;
    assert_eq!(assign(&blind).await.unwrap_err().code(), Some(Code::NotFound));
    let technical = w.person("tea@acme.example", "Tea", &[(w.acme, Role::Technical)]).await;
    assert_eq!(assign(&technical).await.unwrap(), Some(client.id));
    let unknown = AssignProduct { product_id: ProductId(uuid::Uuid::from_u128(7)), client_id: None };
    let end = w.write(&w.acme_owner, move |work| Box::pin(assign_product(work, unknown))).await;
    assert_eq!(end.unwrap_err().code(), Some(Code::NotFound));
}

/// Leaves a member with one permission.
async fn narrow(w: &Partners, account: AccountId, email: &str, to: domain::permission::Permission) {
    let mut sql = w.sql();
    sql.add(
        r#"UPDATE membership SET permissions = ? WHERE account_id = ? AND user_id = (SELECT id FROM "user" WHERE email = ?)"#,
        [to.bit().into(), account.into(), email.into()],
    );
    assert_eq!(sql.execute(w.store.pool()).await.unwrap(), 1);
}
