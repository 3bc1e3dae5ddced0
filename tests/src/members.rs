//! Members of accounts, invited and joined as anybody would be; and event streams, read as a browser reads them.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Request;
use futures::StreamExt as _;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};

use crate::app::TestApp;
use crate::client::Reply;
use crate::world::{PASSWORD, Signed};

/// Somebody who has joined.
#[derive(Debug, Clone)]
pub struct Member {
    pub email: String,
    pub token: String,
    pub membership_id: String,
}

impl TestApp {
    /// What somebody may do in an account, as the account itself tells them.
    pub async fn held(&self, token: &str, account_id: &str) -> Value {
        let query = "query($id: ID!) { account(id: $id) { viewerPermissions } }";
        self.ask_as(token, query, json!({ "id": account_id })).await.ok()["account"]["viewerPermissions"].clone()
    }

    /// Invites an address to an account, as whoever has this token; the token of the mail.
    pub async fn invite(&self, token: &str, account_id: &str, email: &str, role: &str, permissions: Value) -> String {
        let input = json!({ "accountId": account_id, "email": email, "role": role, "permissions": permissions });
        let invited = self.done(token, "inviteMember", input, "email").await;
        self.run_jobs().await;
        self.mails_to(invited["email"].as_str().expect("an address")).last().expect("a mail").token().to_owned()
    }

    /// Follows the link, as somebody new.
    pub async fn join(&self, link: &str, name: &str) -> Reply {
        let input = json!({ "token": link, "name": name, "password": PASSWORD });
        self.ask(ACCEPT, json!({ "input": input })).await
    }

    /// Follows the link, signed in.
    pub async fn join_as(&self, token: &str, link: &str) -> Reply {
        self.ask_as(token, ACCEPT, json!({ "input": { "token": link } })).await
    }

    /// Somebody new with these permissions in an account; null for the role's own.
    pub async fn member(&self, owner: &Signed, email: &str, role: &str, permissions: Value) -> Member {
        let link = self.invite(&owner.token, &owner.account_id, email, role, permissions).await;
        let reply = self.join(&link, email.split('@').next().unwrap_or_default()).await;
        let done = &reply.ok()["acceptMembership"];
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text: {done}")).to_owned();
        Member {
            email: email.to_owned(),
            token: text(&done["accessToken"]),
            membership_id: text(&done["membership"]["id"]),
        }
    }

    /// The column `t` of a query on the tables themselves.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.db().get_database_backend(), sql);
        let rows = self.db().query_all_raw(statement).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
        rows.iter().map(|row| row.try_get("", "t").expect("a text")).collect()
    }

    /// Opens the event stream of an account's feed, with these fields of each event: behind all that was told so far.
    ///
    /// # Panics
    /// When the viewer sees nothing there that a stream could begin with.
    pub async fn stream(&self, token: &str, account_id: &str) -> Events {
        let told = "query($id: ID!) { account(id: $id) { activity { totalCount } } }";
        let told = self.ask_as(token, told, json!({ "id": account_id })).await;
        let told = told.ok()["account"]["activity"]["totalCount"].as_u64().expect("a feed");
        assert!(told > 0, "a stream that says nothing may not have begun");
        let mut events = self.follow(token, account_id).await;
        for _ in 0..told {
            events.next().await;
        }
        events
    }

    /// Opens the event stream of an account's feed from its first event on; nothing of it is read yet.
    pub async fn follow(&self, token: &str, account_id: &str) -> Events {
        let query = "subscription($id: ID!) { activityAdded(accountId: $id, after: \"MA\") { kind } }"; // after position 0
        self.subscribe(token, query, account_id).await
    }

    /// Opens the event stream of a subscription to an account, `$id`.
    pub async fn subscribe(&self, token: &str, query: &str, account_id: &str) -> Events {
        let body = json!({ "query": query, "variables": { "id": account_id } }).to_string();
        let request = Request::post("/graphql/stream")
            .header("content-type", "application/json")
            .header("accept", "text/event-stream")
            .header("authorization", format!("Bearer {token}"));
        let response = self.open(request.body(Body::from(body)).expect("a request")).await;
        Events { body: response.into_body().into_data_stream() }
    }
}

pub const ACCEPT: &str = "mutation($input: AcceptMembershipInput!) { acceptMembership(input: $input) {
    accessToken membership { id role permissions account { id name } user { email emailVerified name locale } }
    userErrors { code message field } } }";

/// An open event stream.
pub struct Events {
    body: BodyDataStream,
}

impl Events {
    /// The data of the next event.
    ///
    /// # Panics
    /// When none comes within five seconds.
    pub async fn next(&mut self) -> Value {
        let frame = tokio::time::timeout(Duration::from_secs(5), self.body.next()).await.expect("an event in time");
        let frame = frame.expect("an event before the end").expect("a body");
        let text = String::from_utf8_lossy(&frame).into_owned();
        let data = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or_default();
        serde_json::from_str(data).unwrap_or_else(|_| panic!("no event: {text}"))
    }

    /// Reads to the end: what came before it. Streams look so often that they end within a second of what ends them
    /// (`activity::subscription::LOOK`); on a machine with other work it takes longer.
    ///
    /// # Panics
    /// When it does not end within five seconds.
    pub async fn end(&mut self) -> String {
        let mut rest = String::new();
        let whole = async {
            while let Some(frame) = self.body.next().await {
                rest.push_str(&String::from_utf8_lossy(&frame.expect("a body")));
            }
        };
        tokio::time::timeout(Duration::from_secs(5), whole).await.expect("an end in time");
        rest
    }
}
