//! Event streams: everybody follows every account, and is told exactly what its feed shows them, in its order, each event once.

use std::time::{Duration, Instant};

use api::id::{Kind, encode};
use axum::body::Body;
use axum::http::Request;
use futures::StreamExt as _;
use serde_json::{Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use super::reads::Reading;
use super::world::{Company, Who, row};

/// What there is, comes soon; whatever comes in a moment after that would be too much.
const SOON: Duration = Duration::from_secs(10);
const MOMENT: Duration = Duration::from_millis(200);

const FOLLOW: &str =
    "subscription($of: ID!) { activityAdded(accountId: $of, after: \"MA\") { id cursor message account { id } } }";
const FEED: &str = "query($of: ID!) { account(id: $of) { activity(last: 100) { totalCount nodes { id cursor message account { id } } } } }";

/// The same for whoever reaches the account through a product alone.
const FEED_BY_PRODUCT: &str = "query($of: ID!) { node(id: $of) { ... on Product { account { activity(last: 100) {
    totalCount nodes { id cursor message account { id } } } } } } }";

/// What somebody is told of one account's feed.
enum Followed {
    /// The events.
    Told(Vec<Value>),
    /// The whole answer to who may not follow it.
    Refused(u16, String),
}

impl Reading<'_> {
    /// How many streams there were, and what was wrong with them.
    pub async fn followed(&self, who: Who) -> (usize, Vec<String>) {
        let mut findings = Vec::new();
        let absent = self.follow(who, &encode(Kind::Account, Uuid::now_v7()).0, 1).await;
        let Followed::Refused(status, refusal) = absent else { return (1, vec![format!("{who:?} follows nothing")]) };
        let companies: Vec<Company> = self.world.companies().collect();
        for company in &companies {
            let account = self.world.account(*company);
            let sight = self.views.sight(who);
            let shown = match self.world.contribution(who).filter(|(of, _)| of == company) {
                None => self.answer(who, FEED, json!({ "of": account })).await.body["data"].clone(),
                Some((_, product)) => {
                    let through = self.answer(who, FEED_BY_PRODUCT, json!({ "of": product })).await;
                    through.body["data"]["node"].clone()
                }
            };
            let feed = &shown["account"]["activity"];
            let expected =
                if sight.follows(row(account)) { feed["totalCount"].as_u64().unwrap_or_default() } else { 1 };
            match self.follow(who, account, expected).await {
                Followed::Told(events) if sight.follows(row(account)) => {
                    let mut nodes = feed["nodes"].as_array().cloned().unwrap_or_default();
                    nodes.reverse();
                    if events != nodes || feed["totalCount"] != json!(events.len()) {
                        findings.push(format!("{who:?} is told {events:?} of {company:?}, and its feed shows {feed}"));
                    }
                    let may = self.views.of_whom(who);
                    let not_theirs = events.iter().filter(|event| {
                        let id = event["id"].as_str().unwrap_or_default();
                        !may.get("ActivityEvent").is_some_and(|ids| ids.contains(id))
                    });
                    findings.extend(not_theirs.map(|event| format!("{who:?} is told {event} of {company:?}")));
                }
                Followed::Refused(as_status, as_what) if !sight.follows(row(account)) => {
                    if (as_status, &as_what) != (status, &refusal) {
                        findings
                            .push(format!("{who:?} following {company:?}: {as_what}, where nothing gives {refusal}"));
                    }
                }
                Followed::Told(events) => findings.push(format!("{who:?} follows {company:?}: {events:?}")),
                Followed::Refused(_, refusal) => {
                    findings.push(format!("{who:?} may not follow {company:?}: {refusal}"));
                }
            }
        }
        (companies.len() + 1, findings)
    }

    /// Follows an account until so many events, or a refusal, have come, and for a moment more.
    async fn follow(&self, who: Who, account: &str, expected: u64) -> Followed {
        let mut request = Request::post("/graphql/stream")
            .header("content-type", "application/json")
            .header("accept", "text/event-stream");
        if let Some(token) = self.world.token(who) {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = json!({ "query": FOLLOW, "variables": { "of": account } }).to_string();
        let response = self.app.open(request.body(Body::from(body)).expect("a request")).await;
        let status = response.status().as_u16();
        let mut frames = response.into_body().into_data_stream();
        let (mut events, mut refusal) = (Vec::new(), String::new());
        let began = Instant::now();
        loop {
            let is_enough = !refusal.is_empty() || events.len() as u64 >= expected;
            let wait = if is_enough { MOMENT } else { SOON.saturating_sub(began.elapsed()) };
            let Ok(Some(frame)) = timeout(wait, frames.next()).await else { break };
            let frame = String::from_utf8_lossy(&frame.expect("a body")).into_owned();
            let data = frame.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or_default();
            match serde_json::from_str::<Value>(data) {
                Ok(mut answer) if answer["errors"].is_null() => events.push(answer["data"]["activityAdded"].take()),
                Ok(mut answer) => {
                    answer["extensions"].take();
                    for error in answer["errors"].as_array_mut().into_iter().flatten() {
                        error["extensions"]["requestId"].take();
                    }
                    refusal = answer.to_string();
                }
                Err(_) if data.is_empty() => {}
                Err(_) => refusal = frame,
            }
        }
        if refusal.is_empty() { Followed::Told(events) } else { Followed::Refused(status, refusal) }
    }
}
