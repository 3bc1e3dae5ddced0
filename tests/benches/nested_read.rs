//! The nested read of one partner beside one hand-written statement that returns the same JSON.
//!
//! `DATABASE_URL` is a PostgreSQL database that `mandate seed` has filled. Both take turns in one run, each over so many
//! connections, and the rounds are compared with each other. Says how many requests each served, how long they took, and what
//! processor time they cost the gateway and the database. `docs/running.md` has the command.

mod gateway;

use std::time::{Duration, Instant};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};

use gateway::{Gateway, Http, backends, cpu, data, sign_in};

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(6);
const EMAIL: &str = "owner@agency-1.example";

const QUERY: &str = "query Nested($id: ID!) { account(id: $id) { clients(first: 20) { nodes { id name
    products(first: 5) { nodes { id label status renewsOn plan { id name }
        invoices(first: 5) { nodes { id number status issuedOn total { amount currencyCode } } } } } } } } }";

/// The same, of the partner $1 for its member $2, as one JSON text.
const BASELINE: &str = "
SELECT jsonb_build_object('account', jsonb_build_object('clients', jsonb_build_object('nodes',
    coalesce(jsonb_agg(c.node ORDER BY c.id), '[]'))))::text AS json FROM (
    SELECT c.id, jsonb_build_object('id', rtrim(translate(encode('\\x08'::bytea || uuid_send(c.id), 'base64'), '+/', '-_'), '='),
        'name', c.name, 'products', jsonb_build_object('nodes', coalesce(p.nodes, '[]'))) AS node
    FROM (SELECT c.* FROM client c WHERE c.partner_id = $1 AND EXISTS (SELECT 1 FROM membership m
        WHERE m.account_id = $1 AND m.user_id = $2 AND m.permissions & 128 <> 0) ORDER BY c.id LIMIT 20) c
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('id', rtrim(translate(encode('\\x13'::bytea || uuid_send(p.id), 'base64'), '+/', '-_'), '='),
            'label', p.label, 'status', p.status, 'renewsOn', p.renews_on,
            'plan', jsonb_build_object('id', rtrim(translate(encode('\\x0e'::bytea || uuid_send(f.id), 'base64'), '+/', '-_'), '='), 'name', f.name),
            'invoices', jsonb_build_object('nodes', coalesce(i.nodes, '[]'))) ORDER BY p.id) AS nodes
        FROM (SELECT p.* FROM product p WHERE p.account_id = c.account_id AND EXISTS (SELECT 1 FROM partnership s
            WHERE s.partner_id = $1 AND s.client_account_id = p.account_id AND s.status = 'ACTIVE' AND s.has_all_products
            AND (s.expires_at IS NULL OR s.expires_at > now()) AND s.permissions & 1 <> 0) ORDER BY p.id LIMIT 5) p
        JOIN plan f ON f.id = p.plan_id
        CROSS JOIN LATERAL (
            SELECT jsonb_agg(jsonb_build_object('id', rtrim(translate(encode('\\x18'::bytea || uuid_send(i.id), 'base64'), '+/', '-_'), '='),
                'number', i.number, 'status', i.status, 'issuedOn', i.issued_on, 'total', jsonb_build_object(
                    'amount', (i.total_minor / 100) || '.' || lpad((i.total_minor % 100)::text, 2, '0'), 'currencyCode', i.currency)) ORDER BY i.id DESC) AS nodes
            FROM (SELECT x.* FROM invoice_line l JOIN invoice x ON x.id = l.invoice_id
                WHERE l.product_id = p.id AND x.billed_to_id = $1 ORDER BY l.invoice_id DESC LIMIT 5) i) i
    ) p
) c";

#[derive(Default)]
struct Side {
    name: &'static str,
    micros: Vec<u64>,
    served_a_second: Vec<u64>,
    client_cpu: u64,
    database_cpu: u64,
    transactions: u64,
}

impl Side {
    fn report(&mut self) {
        self.micros.sort_unstable();
        let requests = self.micros.len().max(1);
        let each = |total: u64| total * 1000 / u64::try_from(requests).unwrap_or(u64::MAX);
        println!(
            "{:<9} {:>6} requests a second, p50 {:>6} us, p99 {:>6} us, CPU a request: {:>5} us here, {:>5} us in the database; {} statements",
            self.name,
            self.middle(),
            self.micros.get(requests / 2).copied().unwrap_or_default(),
            self.micros.get(requests * 99 / 100).copied().unwrap_or_default(),
            each(self.client_cpu),
            each(self.database_cpu),
            self.transactions / u64::try_from(requests).unwrap_or(u64::MAX),
        );
    }

    /// Served a second in the round in the middle.
    fn middle(&self) -> u64 {
        let mut rounds = self.served_a_second.clone();
        rounds.sort_unstable();
        rounds.get(rounds.len() / 2).copied().unwrap_or_default()
    }
}

struct Bench {
    db: DatabaseConnection,
    gateway: Gateway,
    token: String,
    body: String,
    baseline: Statement,
}

impl Bench {
    /// All server processes of the database, and the transactions that it has ended.
    async fn database(&self) -> (Vec<u32>, u64) {
        let pids = backends(&self.db).await;
        let sql = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";
        // what the servers counted is told once a second
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let row = self.db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("counts");
        let ended: i64 = row.and_then(|row| row.try_get_by_index(0).ok()).unwrap_or_default();
        (pids, u64::try_from(ended).unwrap_or_default())
    }

    async fn round(&self, side: &mut Side, is_gateway: bool) {
        let (pids, ended) = self.database().await;
        let database = |pids: &[u32]| pids.iter().map(|pid| cpu(*pid)).sum::<u64>();
        let process = if is_gateway { self.gateway.pid() } else { std::process::id() };
        let before = (database(&pids), cpu(process));
        let until = Instant::now() + ROUND;
        let mut clients = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (db, statement, body) = (self.db.clone(), self.baseline.clone(), self.body.clone());
            let (address, token) = (self.gateway.address, Some(self.token.clone()));
            clients.spawn(async move {
                let mut http = Http::open(address, token).await.expect("a connection");
                let mut micros = Vec::new();
                while Instant::now() < until {
                    let began = Instant::now();
                    let length =
                        if is_gateway { http.ask(&body).await.len() } else { baseline(&db, &statement).await.len() };
                    assert!(length > 1_000);
                    micros.push(u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX));
                }
                micros
            });
        }
        let micros: Vec<u64> = clients.join_all().await.into_iter().flatten().collect();
        let after = (database(&pids), cpu(process));
        side.database_cpu += after.0.saturating_sub(before.0);
        side.client_cpu += after.1.saturating_sub(before.1);
        side.transactions += self.database().await.1.saturating_sub(ended);
        side.served_a_second.push(u64::try_from(micros.len()).unwrap_or_default() / ROUND.as_secs());
        side.micros.extend(micros);
    }
}

async fn baseline(db: &DatabaseConnection, statement: &Statement) -> String {
    let row = db.query_one_raw(statement.clone()).await.expect("the database answers");
    row.expect("one row").try_get("", "json").expect("a text")
}

#[tokio::main]
async fn main() {
    let url =
        std::env::var("DATABASE_URL").expect("DATABASE_URL of a PostgreSQL database that `mandate seed` has filled");
    let mut options = ConnectOptions::new(&url);
    let connections = u32::try_from(CONNECTIONS).expect("a small number");
    options.max_connections(connections).min_connections(connections).sqlx_logging(false).test_before_acquire(false);
    let db = Database::connect(options).await.expect("the database");

    let gateway = Gateway::start(&url).await;
    let mut http = Http::open(gateway.address, None).await.expect("a connection");
    tokio::time::sleep(Duration::from_secs(1)).await;
    println!("idle: {} resident", gateway.resident());
    let (token, id) = sign_in(&mut http, EMAIL).await;
    drop((http, gateway));

    // from nothing to the first nested answer, of a person who has signed in before
    let gateway = Gateway::start(&url).await;
    let mut http = Http::open(gateway.address, Some(token.clone())).await.expect("a connection");
    let answer = data(&mut http, QUERY, json!({ "id": id })).await;
    println!("start to first nested answer: {} ms", gateway.started.elapsed().as_millis());

    let sql = "SELECT m.account_id, m.user_id FROM membership m JOIN \"user\" u ON u.id = m.user_id WHERE u.email = $1";
    let who = Statement::from_sql_and_values(DbBackend::Postgres, sql, [EMAIL.into()]);
    let who = db.query_one_raw(who).await.expect("the database").expect("a seeded database");
    let values: [uuid::Uuid; 2] = [who.try_get_by_index(0).expect("an id"), who.try_get_by_index(1).expect("an id")];
    let statement = Statement::from_sql_and_values(DbBackend::Postgres, BASELINE, values.map(Into::into));
    let by_hand = baseline(&db, &statement).await;
    let by_hand: Value = serde_json::from_str(&by_hand).expect("JSON");
    assert_eq!(answer, by_hand, "both must say the same");
    println!("both say the same, in {} bytes", answer.to_string().len());

    let body = json!({ "query": QUERY, "variables": { "id": id } }).to_string();
    let bench = Bench { db, gateway, token, body, baseline: statement };
    let mut gateway = Side { name: "gateway", ..Side::default() };
    let mut statement = Side { name: "statement", ..Side::default() };
    for _ in 0..ROUNDS {
        bench.round(&mut gateway, true).await;
        bench.round(&mut statement, false).await;
    }
    gateway.report();
    statement.report();
    println!("ratio: {} per mille (350 are wanted)", gateway.middle() * 1000 / statement.middle().max(1));
    println!("after the load: {} resident", bench.gateway.resident());
}
