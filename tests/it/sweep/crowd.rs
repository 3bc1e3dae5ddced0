//! A3: everybody at once through one gateway. What one is answered is what they are answered alone, whoever else asks in the same
//! moment for the same things.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tests::app::TestApp;
use tokio::sync::Semaphore;

use super::scene::Scene;
use super::views::Views;
use super::world::Who;

/// Requests in all.
const REQUESTS: usize = 510;
/// As many of them are under way together: more than there are connections.
const TOGETHER: usize = 32;

/// Something of every kind, with what hangs on it, so that every loader is at work.
const EVERYTHING: &str = "query($ids: [ID!]!) {
    viewer { user { id email } memberships(first: 5) { nodes { role account { name viewerPermissions
        clients(first: 5) { totalCount nodes { company products(first: 5) { nodes { label } } } }
        products(first: 5) { totalCount nodes { label invoices(first: 5) { totalCount nodes { number } } } } } } } }
    nodes(ids: $ids) { __typename id ... on Product { label nextRenewal { total { amount } cashback { amount } } }
        ... on Client { name notes } ... on Invoice { number total { amount } } ... on Account { vatId owner { email } } } }";

/// What is wrong, and how many different answers there were.
pub async fn at_once(scene: Arc<Scene>, views: &Views) -> (Vec<String>, usize) {
    let ids: Vec<String> = views.all().into_values().flat_map(|ids| ids.into_iter().take(1)).collect();
    let ids = json!({ "ids": ids });
    let everybody: Vec<Who> = scene.world().everybody().collect();
    let mut alone = Vec::new();
    for who in &everybody {
        alone.push(ask(&scene.app, scene.world().token(*who), ids.clone()).await);
    }
    let turns = Arc::new(Semaphore::new(TOGETHER));
    let together = (0..REQUESTS).map(|n| {
        let (scene, ids, who) = (Arc::clone(&scene), ids.clone(), everybody[n % everybody.len()]);
        let turns = Arc::clone(&turns);
        tokio::spawn(async move {
            let _turn = turns.acquire().await;
            ask(&scene.app, scene.world().token(who), ids).await
        })
    });
    let together: Vec<_> = together.collect();
    let mut findings = Vec::new();
    for (n, answer) in together.into_iter().enumerate() {
        let (who, own) = (everybody[n % everybody.len()], &alone[n % everybody.len()]);
        let answer = answer.await.expect("an answer");
        if answer != *own {
            findings.push(format!("{who:?} among others: {answer}, alone: {own}"));
        }
    }
    let different: BTreeSet<String> = alone.iter().map(Value::to_string).collect();
    (findings, different.len())
}

/// Whoever is told that there is no connection for them now asks again, as a client would: on a busy machine that is no fault.
async fn ask(app: &TestApp, token: Option<&str>, ids: Value) -> Value {
    for _ in 0..20 {
        let reply = match token {
            Some(token) => app.ask_as(token, EVERYTHING, ids.clone()).await,
            None => app.ask(EVERYTHING, ids.clone()).await,
        };
        if reply.body["errors"][0]["extensions"]["code"] != "UNAVAILABLE" {
            return reply.ok().clone();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never a connection");
}
