//! Both kinds of streams, over a real listener: WebSocket with tokio-tungstenite, event streams with reqwest.

use std::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

use crate::http::tests::harness::{App, app};

async fn listen(app: &App) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn try_open(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}/graphql/ws").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(other) => panic!("{other}"),
        }
    }

    async fn open(address: SocketAddr) -> Self {
        Self::try_open(address, &[("sec-websocket-protocol", "graphql-transport-ws")]).await.unwrap()
    }

    async fn ready(address: SocketAddr) -> Self {
        let mut socket = Self::open(address).await;
        socket.send(&json!({ "type": "connection_init", "payload": { "authorization": "Bearer ann" } })).await;
        assert_eq!(socket.next().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn send(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(&json!({ "type": "subscribe", "id": id, "payload": { "query": query } })).await;
    }

    /// The next message, or `{"closed": code}`.
    async fn next(&mut self) -> Value {
        loop {
            match tokio::time::timeout(Duration::from_secs(10), self.0.next()).await.expect("an answer in time") {
                Some(Ok(Message::Text(text))) => return serde_json::from_str(&text).unwrap(),
                Some(Ok(Message::Close(frame))) => return json!({ "closed": frame.map(|frame| u16::from(frame.code)) }),
                Some(Ok(_)) => {}
                None | Some(Err(_)) => return json!({ "closed": null }),
            }
        }
    }
}

async fn is_alive(address: SocketAddr) {
    let mut socket = Socket::ready(address).await;
    socket.subscribe("q", "{ viewer }").await;
    assert_eq!(socket.next().await["payload"]["data"]["viewer"], "ann");
}

#[tokio::test]
async fn a_websocket_serves_all_three_kinds_of_operations() {
    let app = app(|_| {});
    let address = listen(&app).await;
    let mut socket = Socket::ready(address).await;
    socket.send(&json!({ "type": "ping" })).await;
    assert_eq!(socket.next().await, json!({ "type": "pong" }));

    socket.subscribe("q", "{ viewer }").await;
    let next = socket.next().await;
    assert_eq!(
        (&next["type"], &next["id"], &next["payload"]["data"]["viewer"]),
        (&json!("next"), &json!("q"), &json!("ann"))
    );
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "q" }));

    socket.subscribe("m", "mutation { add }").await;
    assert_eq!(socket.next().await["payload"]["data"]["add"], 1);
    socket.next().await;

    socket.subscribe("s", "subscription { activityAdded(after: \"c1\") { number } }").await;
    for number in 2..=3 {
        assert_eq!(socket.next().await["payload"]["data"], json!({ "activityAdded": { "number": number } }));
    }
    assert_eq!(socket.next().await, json!({ "type": "complete", "id": "s" }));

    // A completed id may be used again, and nothing of the old operation comes any more.
    socket.subscribe("e", "subscription { endless }").await;
    assert_eq!(socket.next().await["payload"]["data"]["endless"], 1);
    socket.send(&json!({ "type": "complete", "id": "e" })).await;
    socket.subscribe("e", "{ hello }").await;
    assert_eq!(socket.next().await["payload"]["data"]["hello"], "hello you");

    // init, two lookups per operation: who calls is asked for each.
    assert_eq!(app.seen.opened.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn a_websocket_closes_with_the_protocols_codes() {
    let app = app(|_| {});
    let address = listen(&app).await;
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    assert_eq!(Socket::try_open(address, &[]).await.err(), Some(400));
    assert_eq!(Socket::try_open(address, &[("sec-websocket-protocol", "graphql-ws")]).await.err(), Some(400));
    assert_eq!(Socket::try_open(address, &[protocol, ("origin", "https://evil.example")]).await.err(), Some(403));
    assert!(Socket::try_open(address, &[protocol, ("origin", "https://api.example")]).await.is_ok());

    let init = json!({ "type": "connection_init" });
    let endless = json!({ "type": "subscribe", "id": "1", "payload": { "query": "subscription { endless }" } });
    let expired = json!({ "type": "connection_init", "payload": { "authorization": "Bearer expired" } });
    for (messages, code) in [
        (vec![endless.clone()], 4401),
        (vec![expired], 4403),
        (vec![init.clone(), init.clone()], 4429),
        (vec![init.clone(), endless.clone(), endless.clone()], 4409),
        (vec![json!({ "type": "hello" })], 4400),
        (vec![init.clone(), json!({ "type": "subscribe", "id": "1", "payload": [{ "query": "{ hello }" }] })], 4400),
    ] {
        let mut socket = Socket::open(address).await;
        for message in &messages {
            socket.send(message).await;
        }
        let mut last = socket.next().await;
        while last.get("closed").is_none() {
            last = socket.next().await;
        }
        assert_eq!(last["closed"], code, "{messages:?}");
    }

    let mut socket = Socket::ready(address).await;
    app.shutdown.cancel();
    assert_eq!(socket.next().await["closed"], 1001);
}

/// A4: what is hostile in a POST is hostile in a message; the connection or the operation ends, the process does not.
#[tokio::test]
async fn hostile_messages_end_at_most_their_connection() {
    let app = app(|_| {});
    let address = listen(&app).await;
    for text in [
        "[".repeat(5_000),
        format!("{{\"type\":\"connection_init\",\"payload\":{}", "{\"a\":".repeat(3_000)),
        "{".into(),
        String::new(),
    ] {
        let mut socket = Socket::open(address).await;
        socket.0.send(Message::text(text)).await.unwrap();
        assert_eq!(socket.next().await["closed"], 4400);
        is_alive(address).await;
    }
    let mut socket = Socket::ready(address).await;
    drop(socket.0.send(Message::text("x".repeat(400_000))).await);
    assert!(socket.next().await.get("closed").is_some());

    let mut socket = Socket::ready(address).await;
    let doubled: String = (0..30).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect();
    for (query, code) in [
        (format!("{{ size(tree: {}{}) }}", "[".repeat(1_400), "]".repeat(1_400)), "QUERY_TOO_DEEP"),
        (format!("{{ ...F0 }} {doubled} fragment F30 on Query {{ hello }}"), "QUERY_TOO_COMPLEX"),
        ("{ __schema { types { name } } }".into(), "FORBIDDEN"),
        ("{ nothing }".into(), "BAD_USER_INPUT"),
        ("{ boom }".into(), "INTERNAL"),
    ] {
        socket.subscribe("h", &query).await;
        let error = socket.next().await;
        assert_eq!(
            (&error["type"], &error["payload"][0]["extensions"]["code"]),
            (&json!("error"), &json!(code)),
            "{error}"
        );
    }
    socket.subscribe("p", "subscription { breaks }").await;
    assert_eq!(socket.next().await["payload"]["data"]["breaks"], 1);
    let error = socket.next().await;
    assert_eq!((&error["type"], &error["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("INTERNAL")));
    is_alive(address).await;
}

fn client() -> reqwest::Client {
    // a second call finds it there
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// graphql-sse, distinct connections: `next`, then `complete`; an event's id is its cursor, selected or not.
#[tokio::test]
async fn an_event_stream_can_be_resumed() {
    let app = app(|_| {});
    let url = format!("http://{}/graphql/stream", listen(&app).await);
    let subscription = json!({ "query": "subscription { activityAdded { number } }" });
    let all = client().post(&url).header("accept", "text/event-stream").json(&subscription).send().await.unwrap();
    assert_eq!(all.headers()["content-type"], "text/event-stream");
    let text = all.text().await.unwrap();
    let event =
        |n: u32| format!("event: next\nid: c{n}\ndata: {{\"data\":{{\"activityAdded\":{{\"number\":{n}}}}}}}\n\n");
    assert_eq!(text, format!("{}{}{}event: complete\ndata: \n\n", event(1), event(2), event(3)));

    let query = "query=subscription%7BactivityAdded(after:%22c1%22)%7Bnumber%20cursor%7D%7D";
    let resumed = client()
        .get(format!("{url}?{query}"))
        .header("last-event-id", "c2")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        resumed.starts_with("event: next\nid: c3\n") && resumed.ends_with("event: complete\ndata: \n\n"),
        "{resumed}"
    );
    assert!(resumed.contains("\"cursor\":\"c3\""), "{resumed}");
}

#[tokio::test]
async fn an_event_stream_is_guarded_and_ends_with_the_gateway() {
    let app = app(|_| {});
    let url = format!("http://{}/graphql/stream", listen(&app).await);
    for (request, status, code) in [
        (client().get(format!("{url}?query=mutation%7Badd%7D")), 405, "BAD_USER_INPUT"),
        (client().get(format!("{url}?query=%7Bhello%7D")).header("accept", "application/json"), 406, "BAD_USER_INPUT"),
        (client().get(format!("{url}?query=%7Bhello%7D")).header("origin", "https://evil.example"), 403, "FORBIDDEN"),
        (client().post(&url).header("content-type", "text/plain").body("{}"), 415, "BAD_USER_INPUT"),
        (
            client().post(&url).json(&json!({ "query": format!("{{ size(tree: {}", "[".repeat(1_400)) })),
            400,
            "QUERY_TOO_DEEP",
        ),
        (client().get(format!("{url}?query=subscription%7Bendless,breaks%7D")), 400, "BAD_USER_INPUT"),
        (client().get(format!("{url}?query=subscription%7B...%7Bendless%7D%7D")), 400, "BAD_USER_INPUT"),
        (client().get(format!("{url}?query=subscription%7Bendless%7D")).bearer_auth("expired"), 401, "UNAUTHENTICATED"),
    ] {
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status().as_u16(), status);
        let body: Value = serde_json::from_str(&reply.text().await.unwrap()).unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], code);
    }
    let text =
        client().get(format!("{url}?query=subscription%7Bbreaks%7D")).send().await.unwrap().text().await.unwrap();
    assert!(
        text.contains("INTERNAL") && text.ends_with("event: complete\ndata: \n\n") && !text.contains("bug"),
        "{text}"
    );
    let text = client()
        .get(format!("{url}?query=%7Bviewer%7D"))
        .bearer_auth("ann")
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(text.contains("\"viewer\":\"ann\""), "{text}");

    let endless = client().get(format!("{url}?query=subscription%7Bendless%7D")).send().await.unwrap();
    app.shutdown.cancel();
    let rest = tokio::time::timeout(Duration::from_secs(5), endless.text()).await.unwrap().unwrap();
    assert!(rest.ends_with("event: complete\ndata: \n\n"), "{rest}");
}
