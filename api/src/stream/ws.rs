//! graphql-transport-ws, by hand.
//!
//! async-graphql has an implementation, but it parses a message before anything of ours sees it, closes with other codes
//! than the protocol's, answers refused operations with `next` instead of `error`, sets no limit on operations, and polls
//! a mutation within the connection, where a client that hangs up cancels it.

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Executor, Response as GraphqlResponse, parser::types::OperationType};
use axum::{
    extract::{
        State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, rejection::WebSocketUpgradeRejection},
    },
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use futures::{StreamExt, pin_mut};
use serde::{Deserialize, Serialize};
use tokio::{
    sync::mpsc,
    task::{AbortHandle, JoinSet},
    time::{Instant, interval, sleep_until, timeout},
};

use crate::{
    error::{EdgeError, RequestId, refused},
    guard::{
        Payload,
        bytes::{MAX_BODY, check_json},
    },
    http::{
        Edge, Gateway, Incoming, MediaType, Peer, answer_refusal, gateway::was_not_executed, ip, negotiate,
        with_request_id,
    },
};

const PROTOCOL: &str = "graphql-transport-ws";
/// How long a client may take to introduce itself.
const INIT_PATIENCE: Duration = Duration::from_secs(10);
const PING_EVERY: Duration = Duration::from_secs(25);
/// Nothing heard for this long, pongs included: nobody is there.
const SILENCE: Duration = Duration::from_secs(75);
/// A client that takes nothing for this long is cut off.
const SEND_PATIENCE: Duration = Duration::from_secs(30);
/// Operations at once on one connection.
const MAX_OPERATIONS: usize = 50;
const MAX_ID: usize = 128;
/// Responses waiting for the client; beyond, its subscriptions wait.
const QUEUE: usize = 64;

/// The handshake. Refused without the subprotocol, and from foreign pages.
pub(crate) async fn upgrade<X: Executor, E: Edge>(
    State(gateway): State<Arc<Gateway<X, E>>>,
    peer: Peer,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let id = RequestId::generate();
    let refuse = |error| answer_refusal(error, id, MediaType::GraphqlResponse);
    if let Err(error) = negotiate::same_site(&headers, &gateway.settings.origins) {
        return refuse(error);
    }
    let Ok(upgrade) = upgrade else {
        return refuse(EdgeError::bad_input("This is a WebSocket.").with_status(StatusCode::UPGRADE_REQUIRED));
    };
    let mut offered = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    if !offered.any(|offered| offered.split(',').any(|name| name.trim() == PROTOCOL)) {
        let error = EdgeError::bad_input("Offer the subprotocol graphql-transport-ws.");
        return refuse(error.with_status(StatusCode::BAD_REQUEST));
    }
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MAX_BODY).max_frame_size(MAX_BODY);
    let peer = ip(&peer);
    let response = upgrade.on_upgrade(move |socket| async move {
        let caller = Arc::new(Caller { gateway, headers, peer });
        Connection::new(caller).serve(socket).await;
    });
    with_request_id(response, id)
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ClientMessage {
    ConnectionInit {
        payload: Option<serde_json::Value>,
    },
    Ping {
        #[serde(default)]
        payload: Option<serde_json::Value>,
    },
    Pong {},
    Subscribe {
        id: String,
        payload: Payload,
    },
    Complete {
        id: String,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<serde_json::Value>,
    },
    Next {
        id: &'a str,
        payload: &'a GraphqlResponse,
    },
    Error {
        id: &'a str,
        payload: &'a [async_graphql::ServerError],
    },
    Complete {
        id: &'a str,
    },
}

/// Who is at the other end, and what they asked at the handshake.
struct Caller<X, E> {
    gateway: Arc<Gateway<X, E>>,
    headers: HeaderMap,
    peer: Option<IpAddr>,
}

/// Why a connection ends: the protocol's close code and a word for it.
struct Close(u16, &'static str);

const BAD_REQUEST: Close = Close(4400, "Bad request");

/// What an operation has to tell: a response, or its end.
struct News {
    operation: String,
    /// Tells an operation from an earlier one of the same id.
    number: u64,
    response: Option<GraphqlResponse>,
}

struct Connection<X, E> {
    caller: Arc<Caller<X, E>>,
    /// The payload of `connection_init`, once it was accepted.
    init: Option<Arc<serde_json::Value>>,
    operations: HashMap<String, (u64, AbortHandle)>,
    tasks: JoinSet<()>,
    started: u64,
    news: mpsc::Sender<News>,
    incoming_news: mpsc::Receiver<News>,
}

impl<X: Executor, E: Edge> Connection<X, E> {
    fn new(caller: Arc<Caller<X, E>>) -> Self {
        let (news, incoming_news) = mpsc::channel(QUEUE);
        let (operations, tasks) = (HashMap::new(), JoinSet::new());
        Self { caller, init: None, operations, tasks, started: 0, news, incoming_news }
    }

    /// Until either side ends it. Whatever still runs is dropped with the connection, mutations excepted: those have tasks
    /// of their own.
    async fn serve(mut self, mut socket: WebSocket) {
        if let Err(Close(code, reason)) = self.talk(&mut socket).await {
            let frame = CloseFrame { code, reason: reason.into() };
            drop(timeout(SEND_PATIENCE, socket.send(Message::Close(Some(frame)))).await);
        }
    }

    async fn talk(&mut self, socket: &mut WebSocket) -> Result<(), Close> {
        let shutdown = self.caller.gateway.settings.shutdown.clone();
        let init_by = Instant::now() + INIT_PATIENCE;
        let mut heard = Instant::now();
        let mut ping = interval(PING_EVERY);
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return Err(Close(1001, "Going away")),
                () = sleep_until(init_by), if self.init.is_none() => return Err(Close(4408, "Connection initialisation timeout")),
                _ = ping.tick() => {
                    if heard.elapsed() > SILENCE {
                        return Ok(());
                    }
                    send(socket, Message::Ping(Vec::new().into())).await?;
                }
                Some(news) = self.incoming_news.recv() => self.tell(socket, news).await?,
                message = socket.recv() => {
                    heard = Instant::now();
                    match message {
                        None | Some(Ok(Message::Close(_))) => return Ok(()),
                        Some(Err(_)) => return Err(Close(1009, "Message too big or malformed")),
                        Some(Ok(Message::Text(text))) => self.hear(socket, text.as_bytes()).await?,
                        Some(Ok(Message::Binary(_))) => return Err(BAD_REQUEST),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    }
                }
            }
        }
    }

    async fn hear(&mut self, socket: &mut WebSocket, text: &[u8]) -> Result<(), Close> {
        check_json(text).map_err(|_| BAD_REQUEST)?;
        match serde_json::from_slice(text).map_err(|_| BAD_REQUEST)? {
            ClientMessage::ConnectionInit { payload } => {
                if self.init.is_some() {
                    return Err(Close(4429, "Too many initialisation requests"));
                }
                let payload = Arc::new(payload.unwrap_or_default());
                let request_id = RequestId::generate();
                let opened = self.caller.gateway.open(&self.caller.incoming(&payload, request_id)).await;
                if let Err(error) = opened {
                    return Err(Close(4403, error.code.as_str()));
                }
                self.init = Some(payload);
                send_json(socket, &ServerMessage::ConnectionAck).await
            }
            ClientMessage::Ping { payload } => send_json(socket, &ServerMessage::Pong { payload }).await,
            ClientMessage::Pong {} => Ok(()),
            ClientMessage::Complete { id } => {
                if let Some((_, task)) = self.operations.remove(&id) {
                    task.abort();
                }
                Ok(())
            }
            ClientMessage::Subscribe { id, payload } => self.start(socket, id, payload).await,
        }
    }

    async fn start(&mut self, socket: &mut WebSocket, id: String, payload: Payload) -> Result<(), Close> {
        let Some(init) = self.init.clone() else { return Err(Close(4401, "Unauthorized")) };
        if id.is_empty() || id.len() > MAX_ID {
            return Err(BAD_REQUEST);
        }
        if self.operations.contains_key(&id) {
            return Err(Close(4409, "Subscriber already exists"));
        }
        if self.operations.len() >= MAX_OPERATIONS {
            let refusal = refused(EdgeError::rate_limited(Duration::from_secs(1)), RequestId::generate());
            return send_json(socket, &ServerMessage::Error { id: &id, payload: &refusal.errors }).await;
        }
        while self.tasks.try_join_next().is_some() {} // those that have ended
        self.started += 1;
        let teller = Teller { operation: id.clone(), number: self.started, news: self.news.clone() };
        let task = self.tasks.spawn(Arc::clone(&self.caller).run(init, payload, teller));
        self.operations.insert(id, (self.started, task));
        Ok(())
    }

    /// Passes on what an operation tells, unless the client has completed it meanwhile.
    async fn tell(&mut self, socket: &mut WebSocket, news: News) -> Result<(), Close> {
        let id = news.operation.as_str();
        if self.operations.get(id).is_none_or(|(number, _)| *number != news.number) {
            return Ok(());
        }
        match &news.response {
            Some(response) if was_not_executed(response) => {
                self.operations.remove(id);
                send_json(socket, &ServerMessage::Error { id, payload: &response.errors }).await
            }
            Some(response) => send_json(socket, &ServerMessage::Next { id, payload: response }).await,
            None => {
                self.operations.remove(id);
                send_json(socket, &ServerMessage::Complete { id }).await
            }
        }
    }
}

impl<X: Executor, E: Edge> Caller<X, E> {
    fn incoming<'a>(&'a self, init: &'a serde_json::Value, request_id: RequestId) -> Incoming<'a> {
        Incoming { headers: &self.headers, peer: self.peer, connection_init: Some(init), request_id }
    }

    /// One operation, from guard to end. The caller is asked for anew: the token may have been taken back since.
    async fn run(self: Arc<Self>, init: Arc<serde_json::Value>, payload: Payload, teller: Teller) {
        let id = RequestId::generate();
        let allowed = [OperationType::Query, OperationType::Mutation, OperationType::Subscription];
        match self.gateway.prepare(payload, &self.incoming(&init, id), &allowed).await {
            Ok(ready) if ready.is_subscription() => {
                let events = self.gateway.subscribe(ready, id);
                pin_mut!(events);
                while let Some((event, _)) = events.next().await {
                    teller.tell(Some(event)).await;
                }
            }
            Ok(ready) => teller.tell(Some(self.gateway.execute(ready, id).await)).await,
            Err(error) => teller.tell(Some(refused(error, id))).await,
        }
        teller.tell(None).await;
    }
}

struct Teller {
    operation: String,
    number: u64,
    news: mpsc::Sender<News>,
}

impl Teller {
    async fn tell(&self, response: Option<GraphqlResponse>) {
        let news = News { operation: self.operation.clone(), number: self.number, response };
        // Fails when the connection has ended, which ends this task, too.
        drop(self.news.send(news).await);
    }
}

async fn send_json(socket: &mut WebSocket, message: &ServerMessage<'_>) -> Result<(), Close> {
    let text = serde_json::to_string(message).map_err(|_| Close(4500, "Internal error"))?;
    send(socket, Message::Text(text.into())).await
}

async fn send(socket: &mut WebSocket, message: Message) -> Result<(), Close> {
    match timeout(SEND_PATIENCE, socket.send(message)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(Close(1011, "The client takes nothing")),
    }
}
