//! Renewals at their full size: one night of many, the years behind them, and years on the test clock.
//!
//! `due` bills `DUE` products (100,000) of a fifth as many payers by one command, with a gateway that takes `GATEWAY_MS` (20) for each
//! charge, and prints its time and peak memory; beside it a gateway serves the nested read, whose p99 is compared with that at rest.
//! `growth` renews the same products eleven years in a row. `clock` advances a SQLite file by three years of 1,000 monthly products.
//! Without a word, all three. `TEST_DATABASE_URL` is a PostgreSQL server that may create databases. `docs/running.md` has the command.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use domain::clock::advance;
use domain::notification::job::SendMail;
use domain::permission::Permissions;
use domain::store::Statements;
use entities::id::AccountId;
use entities::membership::{self, Role};
use entities::{account, product, user};
use futures::future::join_all;
use reqwest::Client;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use serde_json::{Value, json};
use tests::crowd::DUE;
use tests::database::Db;
use tests::installation::Installation;
use tests::renewals::{Renewals, instant};
use worker::notification::{Post, Renderer, Seller, Transport};
use worker::webhook::Hooks;
use worker::{Answer, Context, Handlers, Run, Settings, Worker};

const NESTED: &str = "query Nested($id: ID!) { account(id: $id) { clients(first: 20) { nodes { id name
    products(first: 5) { nodes { id label status renewsOn plan { id name }
        invoices(first: 5) { nodes { id number status issuedOn total { amount currencyCode } } } } } } } } }";
const READERS: usize = 2;
/// How often each reader asks, at rest and beside the run: as people do, not as fast as it goes.
const PACE: Duration = Duration::from_millis(50);

#[tokio::main]
async fn main() {
    let word = std::env::args().skip(1).find(|word| !word.starts_with("--"));
    let is_asked = |part: &str| word.as_deref().is_none_or(|word| word == part);
    if is_asked("due") {
        due().await;
    }
    if is_asked("growth") {
        growth().await;
    }
    if is_asked("clock") {
        clock().await;
    }
}

fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

async fn due() {
    let (products, latency) = (setting("DUE", 100_000), setting("GATEWAY_MS", 20));
    let payers = products / 5;
    let w = Renewals::start(Db::Postgres, DUE).await;
    let partner = w.crowd_with(payers, 5, 12).await;
    w.analyze().await;
    // The second year is measured: plans made for empty tables are of one night in a provider's life.
    domain::renewal::run_now(&w.store, &Statements::default(), None, |_| ()).await.expect("a run");
    w.travel("2028-02-01T09:00:00Z").await;
    w.analyze().await;
    let file = format!("[test_gateway]\nlatency = '{latency}ms'");
    let installation = Installation::new(w.database_url(), &file);
    let gateway = installation.serve("serve").await;
    let reader = reader(&w, &installation, partner).await;

    let is_over = AtomicBool::new(false);
    let at_rest = reader.read_until(&is_over, Some(Duration::from_secs(15))).await;
    let began = Instant::now();
    let mut run = installation.start("renewals run");
    let mut peak = 0;
    let running = async {
        while run.is_alive() {
            peak = peak.max(peak_kb(run.pid()));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        is_over.store(true, Ordering::Relaxed);
        began.elapsed()
    };
    let (took, beside) = futures::future::join(running, reader.read_until(&is_over, None)).await;
    let renewed = w.count("product_period WHERE period_start = '2028-02-01' AND paid_at IS NOT NULL").await;
    println!(
        "due: {renewed} of {products} products of {payers} payers in {took:.1?}, {:.0} a second, a charge takes {latency} ms; \
         peak memory of the command {} MB (150 are wanted)",
        renewed as f64 / took.as_secs_f64(),
        peak / 1024
    );
    let (rest, night) = (p99(at_rest), p99(beside));
    println!(
        "the nested read beside it: p99 {night:.1?}, at rest {rest:.1?}: {:.1} times (3 are wanted)",
        night / rest
    );
    gateway.kill().await;
    w.audit().await;
}

/// Somebody of the partner who looks at twenty clients.
struct Reader {
    http: Client,
    endpoint: String,
    token: String,
    partner: String,
}

async fn reader(w: &Renewals, installation: &Installation, partner: AccountId) -> Reader {
    let http = tests::client::http();
    let sign_up =
        "mutation($input: SignUpInput!) { signUp(input: $input) { accessToken user { id } userErrors { message } } }";
    let input = json!({
        "email": "reader@acme.example", "password": "correct horse battery", "name": "Reader", "locale": "en",
        "account": { "name": "Reader", "country": "DE", "currencyCode": "EUR" },
    });
    let body = json!({ "query": sign_up, "variables": { "input": input } });
    let reply = http.post(installation.endpoint()).json(&body).send().await.expect("an answer");
    let reply: Value = reply.json().await.expect("JSON");
    let token = reply["data"]["signUp"]["accessToken"].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned();
    let user = user::Entity::find().filter(user::Column::Email.eq("reader@acme.example")).one(w.store.pool()).await;
    let user = user.expect("users").expect("the reader");
    w.add::<membership::Entity>(membership::Model {
        id: w.id(),
        user_id: user.id,
        account_id: partner,
        role: Role::Owner,
        permissions: Permissions::of_role(Role::Owner).bits(),
        granted_through_id: None,
        created_at: instant(DUE),
    })
    .await;
    let led = account::Entity::find().limit(21).all(w.store.pool()).await.expect("accounts");
    for client in led.into_iter().filter(|client| client.id != partner).take(20) {
        let record = w.id();
        w.client(partner, record, client.id).await;
        let held = product::Entity::find().filter(product::Column::AccountId.eq(client.id));
        for product in held.all(w.store.pool()).await.expect("products") {
            w.assign(product.id, record).await;
        }
    }
    let mine = "{ viewer { memberships { nodes { account { id name } } } } }";
    let reply = http.post(installation.endpoint()).bearer_auth(&token).json(&json!({ "query": mine })).send().await;
    let reply: Value = reply.expect("an answer").json().await.expect("JSON");
    let accounts = reply["data"]["viewer"]["memberships"]["nodes"].as_array().expect("accounts");
    let acme = accounts.iter().find(|node| node["account"]["name"] == "Acme").expect("the partner's account");
    let partner = acme["account"]["id"].as_str().expect("an id").to_owned();
    Reader { http, endpoint: installation.endpoint(), token, partner }
}

impl Reader {
    /// Reads until it is over or so long has passed; how long each answer took.
    async fn read_until(&self, is_over: &AtomicBool, limit: Option<Duration>) -> Vec<Duration> {
        let began = Instant::now();
        let readers = (0..READERS).map(async |_| {
            let mut took = Vec::new();
            while !is_over.load(Ordering::Relaxed) && limit.is_none_or(|limit| began.elapsed() < limit) {
                let asked = Instant::now();
                let body = json!({ "query": NESTED, "variables": { "id": self.partner } });
                let request = self.http.post(&self.endpoint).bearer_auth(&self.token).json(&body);
                let reply = request.send().await.expect("an answer").text().await.expect("an answer");
                assert!(reply.contains("renewsOn") && !reply.contains("\"errors\""), "{reply}");
                took.push(asked.elapsed());
                tokio::time::sleep(PACE.saturating_sub(asked.elapsed())).await;
            }
            took
        });
        join_all(readers).await.concat()
    }
}

/// In milliseconds.
fn p99(mut took: Vec<Duration>) -> f64 {
    took.sort_unstable();
    took[took.len() * 99 / 100].as_secs_f64() * 1000.0
}

/// Peak resident memory of a process; zero when it has ended.
fn peak_kb(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

async fn growth() {
    let products = setting("GROWTH", 4_000);
    let w = Renewals::start(Db::Postgres, DUE).await;
    w.crowd(products).await;
    let mut seconds = Vec::new();
    for year in 2027..2038 {
        w.travel(&format!("{year}-02-01T09:00:00Z")).await;
        w.analyze().await;
        let began = Instant::now();
        let run = domain::renewal::run_now(&w.store, &Statements::default(), None, |_| ()).await.expect("a run");
        assert_eq!(usize::try_from(run.renewed).expect("a number"), products, "{run:?}");
        seconds.push(began.elapsed().as_secs_f64());
    }
    let (first, last) = (seconds[1], seconds[seconds.len() - 1]);
    println!(
        "growth: {products} renewals with one invoice behind each in {first:.2} s, with ten in {last:.2} s: {:.2} times (1.2 are wanted)",
        last / first
    );
    println!(
        "        years one by one: {}",
        seconds.iter().map(|took| format!("{took:.2}")).collect::<Vec<_>>().join(" ")
    );
    w.audit().await;
}

async fn clock() {
    let w = Renewals::start(Db::Sqlite, DUE).await;
    w.crowd_with(50, 20, 1).await;
    let folder = tempfile::tempdir().expect("a folder");
    let worker = worker(&w, folder.path(), worker::handler::all().on(hold_back)).await;
    let entries = worker::schedule::all();
    let began = Instant::now();
    advance(&w.store, &entries, instant("2030-01-01T09:00:00Z")).await.expect("an advance");
    let took = began.elapsed();
    assert!(worker.stop().await);
    let renewed = w.count("product_period WHERE invoice_line_id IS NOT NULL AND paid_at IS NOT NULL").await;
    println!("clock: {renewed} renewals of 1,000 monthly products of 50 payers in {took:.1?} (60 s are wanted)");
    let worker = self::worker(&w, folder.path(), worker::handler::all()).await;
    let began = Instant::now();
    w.sql("UPDATE job SET state = 'due', attempts = 0 WHERE kind = 'send_mail' AND state = 'done'").await;
    while w.count("notification WHERE sent_at IS NULL").await > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let drained = began.elapsed();
    assert!(worker.stop().await);
    let mails = w.count("notification WHERE sent_at IS NOT NULL").await;
    println!("clock: its {mails} mails were written to files in {drained:.1?} after it");
    w.audit().await;
}

/// Mails are timed apart.
async fn hold_back(_: Context, _: Run<SendMail>) -> Answer {
    Ok(())
}

async fn worker(w: &Renewals, folder: &Path, handlers: Handlers) -> Worker {
    let seller = Seller {
        name: "Nordlicht".into(),
        address: "Hamburg".into(),
        mail_from: "billing@example.com".into(),
        portal_url: "https://example.com/".into(),
    };
    let transport = Transport::files(folder).expect("a folder");
    let post = Post::new(Renderer::new(seller).expect("templates"), transport);
    let context = Context { store: w.store.clone(), post: Arc::new(post), hooks: Hooks::new(false).expect("a client") };
    Worker::start(context, handlers, worker::schedule::all(), &Settings::default()).await.expect("a worker")
}
