//! Offers of access and partnerships as clients see them: GraphQL over HTTP.

use domain::permission::{Permission, Permissions};
use entities::membership::Role;
use rstest::rstest;
use serde_json::{Value, json};
use tests::database::Db;
use tests::partners::Partners;

const SEND: &str =
    "mutation($input: SendInvitationInput!) { sendInvitation(input: $input) { invitation { id status direction
    accessLevel permissions payer message clientEmail client { name } partner { name } products { label } expiresAt }
    userErrors { code field } } }";
const CONNECT: &str = "mutation($input: ConnectClientInput!) { connectClient(input: $input) { client { id name email account { id }
    partnership { id } } partnership { id status accessLevel payer client { name } partner { name } } userErrors { code field } } }";
const REJECT: &str = "mutation($input: RejectInvitationInput!) { rejectInvitation(input: $input) { invitation { status
    rejectionMessage answeredAt } userErrors { code field } } }";
const CHANGE: &str =
    "mutation($input: ChangePayerInput!) { changePayer(input: $input) { partnership { payer payerChanges { from to
    changedBy { name } } } userErrors { code field } } }";
const END: &str =
    "mutation($input: EndPartnershipInput!) { endPartnership(input: $input) { partnership { status payer endedAt }
    userErrors { code } } }";
const BADGE: &str =
    "query($id: ID!) { account(id: $id) { receivedInvitations(status: PENDING) { totalCount nodes { id status
    client { name vatId members { totalCount } } } } clients(search: \"BOLT\") { totalCount nodes { name } }
    partnershipsAsPartner { totalCount nodes { client { name } } } } }";
const PARTNERS: &str = "query($id: ID!) { account(id: $id) { sentInvitations { nodes { status } }
    partnershipsAsClient(status: ACTIVE) { nodes { id payer partner { name } payerChanges { to } } } } }";

/// The ids of both accounts, as their own people see them.
async fn accounts(w: &Partners) -> (Value, Value) {
    let own = "{ viewer { memberships { nodes { account { id } } } } }";
    let id = |reply: Value| reply["data"]["viewer"]["memberships"]["nodes"][0]["account"]["id"].clone();
    (id(w.ask(&w.bolt_owner, own, json!({})).await), id(w.ask(&w.acme_owner, own, json!({})).await))
}

async fn send(w: &Partners, bolt: &Value, payer: &str) -> Value {
    let input = json!({ "accountId": bolt, "partnerProfileSlug": "acme", "accessLevel": "FULL", "payer": payer, "message": "Hi" });
    let reply = w.ask(&w.bolt_owner, SEND, json!({ "input": input })).await;
    assert_eq!(reply["data"]["sendInvitation"]["userErrors"], json!([]), "{reply:#}");
    reply["data"]["sendInvitation"]["invitation"].clone()
}

/// S3.11 to S3.16, S2.1, S2.3, S2.19, S2.20: the whole way, from the profile to a changed payer and the end.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn from_the_offer_to_the_end(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let (bolt, acme) = accounts(&w).await;
    let offer = send(&w, &bolt, "CLIENT").await;
    assert_eq!((&offer["status"], &offer["direction"]), (&json!("PENDING"), &json!("CLIENT_TO_PARTNER")));
    assert_eq!((&offer["products"], &offer["partner"]["name"]), (&Value::Null, &json!("Acme")));

    let seen = w.ask(&w.acme_owner, BADGE, json!({ "id": acme })).await;
    let list = &seen["data"]["account"]["receivedInvitations"];
    assert_eq!((&list["totalCount"], &list["nodes"][0]["id"]), (&json!(1), &offer["id"]), "{seen:#}");
    let client = json!({ "name": "Bolt", "vatId": null, "members": { "totalCount": 0 } });
    assert_eq!(list["nodes"][0]["client"], client, "only what is public");

    let input = json!({ "input": { "invitationId": offer["id"] } });
    let done = w.ask(&w.acme_owner, CONNECT, input.clone()).await;
    let connected = &done["data"]["connectClient"];
    assert_eq!(connected["userErrors"], json!([]), "{done:#}");
    assert_eq!(connected["client"]["name"], "Bolt");
    assert_eq!(connected["client"]["account"]["id"], bolt);
    assert_eq!(connected["client"]["partnership"]["id"], connected["partnership"]["id"]);
    let again = w.ask(&w.acme_owner, CONNECT, input).await;
    assert_eq!(again["data"]["connectClient"]["userErrors"][0]["code"], "INVITATION_ALREADY_ANSWERED");
    assert_eq!(again["data"]["connectClient"]["client"], Value::Null);
    let seen = w.ask(&w.acme_owner, BADGE, json!({ "id": acme })).await;
    let account = &seen["data"]["account"];
    assert_eq!(account["receivedInvitations"]["totalCount"], 0);
    assert_eq!(
        (&account["clients"]["totalCount"], &account["partnershipsAsPartner"]["totalCount"]),
        (&json!(1), &json!(1))
    );

    let id = &connected["partnership"]["id"];
    let change = json!({ "input": { "partnershipId": id, "payer": "PARTNER", "idempotencyKey": "key-0001" } });
    let refused = w.ask(&w.acme_owner, CHANGE, change.clone()).await;
    assert_eq!(refused["data"]["changePayer"]["userErrors"][0]["code"], "PERMISSION_DENIED");
    let changed = w.ask(&w.bolt_owner, CHANGE, change).await;
    let history = json!([{ "from": "CLIENT", "to": "PARTNER", "changedBy": { "name": "Jo Bolt" } }]);
    assert_eq!(changed["data"]["changePayer"]["partnership"], json!({ "payer": "PARTNER", "payerChanges": history }));

    let seen = w.ask(&w.bolt_owner, PARTNERS, json!({ "id": bolt })).await;
    let partners = &seen["data"]["account"]["partnershipsAsClient"]["nodes"];
    assert_eq!(
        (&partners[0]["partner"]["name"], &partners[0]["payer"]),
        (&json!("Acme"), &json!("PARTNER")),
        "{seen:#}"
    );
    let ended = w.ask(&w.acme_owner, END, json!({ "input": { "partnershipId": id } })).await;
    let partnership = &ended["data"]["endPartnership"]["partnership"];
    assert_eq!((&partnership["status"], &partnership["payer"]), (&json!("ENDED"), &json!("CLIENT")), "{ended:#}");
}

/// S3.17 to S3.19, and who may not: strangers, the signed-out, and ids of something else.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_over_the_wire(#[case] db: Db) {
    let w = Partners::start(db).await;
    let else_account = w.account("Else", None).await;
    let stranger = w.person("eve@else.example", "Eve", &[(else_account, entities::membership::Role::Owner)]).await;
    let (bolt, acme) = accounts(&w).await;
    let no_payer = json!({ "input": { "accountId": bolt, "partnerProfileSlug": "acme", "accessLevel": "FULL" } });
    let refused = w.ask(&w.bolt_owner, SEND, no_payer.clone()).await;
    let error = json!([{ "code": "INVALID_INPUT", "field": ["payer"] }]);
    assert_eq!(refused["data"]["sendInvitation"]["userErrors"], error);
    let anonymous = w.ask("", SEND, no_payer).await;
    assert_eq!(anonymous["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");

    let offer = send(&w, &bolt, "CLIENT").await;
    for id in [&offer["id"], &bolt, &json!("nonsense")] {
        let reply = w.ask(&stranger, REJECT, json!({ "input": { "invitationId": id } })).await;
        assert_eq!(reply["data"]["rejectInvitation"]["userErrors"][0]["code"], "NOT_FOUND", "{id}");
    }
    let node = "query($id: ID!) { node(id: $id) { id __typename } }";
    assert_eq!(w.ask(&stranger, node, json!({ "id": offer["id"] })).await["data"]["node"], Value::Null);
    assert_eq!(
        w.ask(&w.acme_owner, node, json!({ "id": offer["id"] })).await["data"]["node"]["__typename"],
        "Invitation"
    );
    let hidden = w.ask(&stranger, BADGE, json!({ "id": acme })).await;
    assert_eq!(hidden["data"]["account"]["receivedInvitations"], json!({ "totalCount": 0, "nodes": [] }), "{hidden:#}");

    let reject = json!({ "input": { "invitationId": offer["id"], "message": "Not <now>" } });
    let done = w.ask(&w.acme_owner, REJECT, reject).await;
    let invitation = &done["data"]["rejectInvitation"]["invitation"];
    assert_eq!((&invitation["status"], &invitation["rejectionMessage"]), (&json!("REJECTED"), &json!("Not <now>")));
    let seen = w.ask(&w.bolt_owner, PARTNERS, json!({ "id": bolt })).await;
    assert_eq!(seen["data"]["account"]["sentInvitations"]["nodes"], json!([{ "status": "REJECTED" }]));
}

/// Nobody grants what they do not hold: what somebody reaches in an account through a partnership of theirs is not theirs to pass on to
/// another partner, where it would outlive that partnership.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_through_a_partnership_is_not_passed_on(#[case] db: Db) {
    let w = Partners::start(db).await;
    let (bolt, _) = accounts(&w).await;
    let offer = send(&w, &bolt, "CLIENT").await;
    let connected = w.ask(&w.acme_owner, CONNECT, json!({ "input": { "invitationId": offer["id"] } })).await;
    assert_eq!(connected["data"]["connectClient"]["userErrors"], json!([]), "{connected:#}");
    let beta = w.account("Beta", Some(w.programme)).await;
    w.profile(beta, "beta", true).await;
    // manages Bolt's partners and looks at its products; buys for it as one of Acme's
    let al = w.person("al@bolt.example", "Al", &[(w.bolt, Role::Viewer), (w.acme, Role::Admin)]).await;
    let own: Permissions = [Permission::ManagePartners, Permission::ViewProducts].into_iter().collect();
    let mut sql = w.sql();
    sql.add("UPDATE membership SET permissions = ? WHERE role = 'VIEWER'", [own.bits().into()]);
    sql.execute(w.store.pool()).await.unwrap();
    for (permissions, expected) in [
        (json!(["VIEW_PRODUCTS", "PURCHASE"]), json!([{ "code": "PERMISSION_DENIED", "field": null }])),
        (json!(["VIEW_PRODUCTS"]), json!([])),
    ] {
        let input = json!({
            "accountId": bolt, "partnerProfileSlug": "beta", "accessLevel": "PARTIAL", "permissions": permissions,
        });
        let reply = w.ask(&al, SEND, json!({ "input": input })).await;
        assert_eq!(reply["data"]["sendInvitation"]["userErrors"], expected, "{permissions}");
    }
}
