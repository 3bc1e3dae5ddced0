//! Carts of twenty lines checked out by a partner: how many a second, how long one takes, and what processor time it costs the
//! gateway and the database.
//!
//! `DATABASE_URL` is a PostgreSQL database that `mandate seed` has filled, which grows by what is ordered here. Carts are filled
//! before the clock runs. `docs/running.md` has the command.

mod gateway;

use std::time::Instant;

use sea_orm::Database;
use serde_json::{Value, json};

use gateway::{Gateway, Http, backends, cpu, data, sign_in};

const EMAIL: &str = "owner@agency-1.example";
const LINES: usize = 20;
const CARTS: usize = 160;
const CHECKOUT: &str = "mutation($input: CheckoutCartInput!) { checkoutCart(input: $input) {
    order { number status total { amount } } userErrors { code message } } }";

#[tokio::main]
async fn main() {
    let url =
        std::env::var("DATABASE_URL").expect("DATABASE_URL of a PostgreSQL database that `mandate seed` has filled");
    let db = Database::connect(&url).await.expect("the database");
    let gateway = Gateway::start(&url).await;
    let mut http = Http::open(gateway.address, None).await.expect("a connection");
    let (token, partner) = sign_in(&mut http, EMAIL).await;
    let catalogue = "query($id: ID!) { account(id: $id) { clients(first: 50) { nodes { id } } }
        offerings(first: 50) { nodes { kind plans { id } } } }";
    let sold = data(&mut http, catalogue, json!({ "id": partner })).await;
    let clients = sold["account"]["clients"]["nodes"].as_array().expect("clients").clone();
    let plans: Vec<Value> = sold["offerings"]["nodes"]
        .as_array()
        .expect("offerings")
        .iter()
        .filter(|offering| offering["kind"] != "DOMAIN")
        .flat_map(|offering| offering["plans"].as_array().cloned().unwrap_or_default())
        .map(|plan| plan["id"].clone())
        .collect();
    assert!(!plans.is_empty() && !clients.is_empty(), "sample data");
    for at_once in [1, 16] {
        let mut carts = Vec::new();
        for at in 0..CARTS {
            carts.push(filled(&mut http, &clients[at % clients.len()]["id"], &plans).await);
        }
        measure(&gateway, &db, &token, carts, at_once).await;
    }
    println!("after it: {} resident", gateway.resident());
}

async fn filled(http: &mut Http, client: &Value, plans: &[Value]) -> Value {
    let create =
        "mutation($input: CreateCartInput!) { createCart(input: $input) { cart { id } userErrors { message } } }";
    let cart = data(http, create, json!({ "input": { "clientId": client } })).await;
    let cart = cart["createCart"]["cart"]["id"].clone();
    let names: Vec<String> = (0..LINES).map(|line| format!("$i{line}: AddCartItemInput!")).collect();
    let adds: Vec<String> = (0..LINES)
        .map(|line| format!("a{line}: addCartItem(input: $i{line}) {{ userErrors {{ message }} }}"))
        .collect();
    let mut variables = json!({});
    for line in 0..LINES {
        variables[format!("i{line}")] = json!({ "cartId": cart, "planId": plans[line % plans.len()] });
    }
    data(http, &format!("mutation({}) {{ {} }}", names.join(", "), adds.join(" ")), variables).await;
    cart
}

async fn measure(gateway: &Gateway, db: &sea_orm::DatabaseConnection, token: &str, carts: Vec<Value>, at_once: usize) {
    let pids = backends(db).await;
    let database = |pids: &[u32]| pids.iter().map(|pid| cpu(*pid)).sum::<u64>();
    let before = (cpu(gateway.pid()), database(&pids));
    let began = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    let share = carts.len().div_ceil(at_once);
    for carts in carts.chunks(share).map(<[Value]>::to_vec) {
        let (address, token) = (gateway.address, Some(token.to_owned()));
        clients.spawn(async move {
            let mut http = Http::open(address, token).await.expect("a connection");
            let mut ends = Vec::new();
            for cart in carts {
                let key = cart.as_str().expect("an id");
                let input = json!({ "cartId": cart, "method": "PARTNER_CARD", "idempotencyKey": key });
                let body = json!({ "query": CHECKOUT, "variables": { "input": input } }).to_string();
                let began = Instant::now();
                let answer: Value = serde_json::from_str(&http.ask(&body).await).expect("JSON");
                assert_eq!(answer["data"]["checkoutCart"]["order"]["status"], "PAID", "{answer:#}");
                ends.push((began.elapsed().as_micros(), answer["extensions"]["cost"]["statements"].clone()));
            }
            ends
        });
    }
    let mut ends: Vec<(u128, Value)> = clients.join_all().await.into_iter().flatten().collect();
    let (took, count) = (began.elapsed(), ends.len());
    let after = (cpu(gateway.pid()), database(&pids));
    ends.sort_by_key(|(micros, _)| *micros);
    let each = |total: u64| total as f64 / count as f64;
    println!(
        "{at_once:>2} at once: {:.0} checkouts of {LINES} lines a second, p50 {} us, p99 {} us, CPU of one: {:.1} ms gateway, {:.1} ms \
         database; statements of a request: {}",
        count as f64 / took.as_secs_f64(),
        ends[count / 2].0,
        ends[count * 99 / 100].0,
        each(after.0 - before.0),
        each(after.1 - before.1),
        ends[0].1,
    );
}
