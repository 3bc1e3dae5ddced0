//! A7, and bad input through the whole process: refused with a code, by a process that answers the next request.

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use tests::database::{Database, Db};
use tests::installation::Installation;
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use super::rows::count;

const SIGN_UP: &str = "mutation { signUp(input: { email: \"evil@drill.example\", password: \"correct horse battery\",
    name: \"Evil\", locale: \"en\", account: { name: \"Evil\", country: \"DE\", currencyCode: \"EUR\" } }) { accessToken } }";

struct Target {
    installation: Installation,
    http: Client,
}

impl Target {
    async fn refused(&self, request: RequestBuilder, status: u16, code: &str) {
        let reply = request.send().await.unwrap();
        let given = reply.status().as_u16();
        let body: Value = reply.json().await.unwrap();
        assert_eq!((given, body["errors"][0]["extensions"]["code"].as_str()), (status, Some(code)), "{body:#}");
        self.is_alive().await;
    }

    fn post(&self) -> RequestBuilder {
        self.http.post(self.installation.endpoint())
    }

    async fn is_alive(&self) {
        let reply = self.post().json(&json!({ "query": "{ __typename }" })).send().await.unwrap();
        assert_eq!(reply.text().await.unwrap().matches("\"Query\"").count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_requests_are_refused_by_a_process_that_lives_on() {
    let database = Database::fresh(Db::Sqlite).await;
    let installation = Installation::new(database.url(), "");
    let mut gateway = installation.serve("serve").await;
    let pid = gateway.pid();
    let target = Target { installation, http: tests::client::http() };
    let body = json!({ "query": SIGN_UP }).to_string();
    for kind in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"] {
        target.refused(target.post().header("content-type", kind).body(body.clone()), 415, "BAD_USER_INPUT").await;
    }
    let mut by_get = reqwest::Url::parse(&target.installation.endpoint()).unwrap();
    by_get.set_query(Some(&format!("query={}", SIGN_UP.replace([' ', '\n'], "%20").replace('"', "%22"))));
    target.refused(target.http.get(by_get), 405, "BAD_USER_INPUT").await;
    let foreign = target.post().header("origin", "https://evil.example").json(&json!({ "query": SIGN_UP }));
    target.refused(foreign, 403, "FORBIDDEN").await;

    let mut handshake = format!("ws://{}/graphql/ws", target.installation.address()).into_client_request().unwrap();
    handshake.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    handshake.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    match tokio_tungstenite::connect_async(handshake).await {
        Err(WsError::Http(reply)) => assert_eq!(reply.status().as_u16(), 403),
        other => panic!("{other:?}"),
    }

    let large = json!({ "query": "{ now }", "variables": { "a": "x".repeat(1_000_000) } });
    target.refused(target.post().json(&large), 413, "QUERY_TOO_LARGE").await;
    let deep = format!("{{ node(id: {}{}) {{ id }} }}", "[".repeat(10_000), "]".repeat(10_000));
    target.refused(target.post().json(&json!({ "query": deep })), 400, "QUERY_TOO_DEEP").await;
    let variables =
        format!(r#"{{"query":"{{ now }}","variables":{{"a":{}{}}}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let request = target.post().header("content-type", "application/json").body(variables);
    target.refused(request, 400, "QUERY_TOO_DEEP").await;

    assert!(gateway.is_alive() && gateway.pid() == pid);
    assert_eq!(count(&database.connect().await, "account").await, 0, "none of the mutations ran");
}
