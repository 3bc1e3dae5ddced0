//! R20: many who follow, many events, and everybody reconnects again and again.

use std::collections::HashMap;
use std::fs;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use futures::future::{join, join_all};
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::installation::Installation;
use tests::server::redis_url;
use tests::world::Signed;

use super::{Gateway, events};

/// Accounts, whose streams must hear nothing of each other.
const TENANTS: usize = 10;

struct Drill {
    streams: usize,
    events: usize,
    reconnects: usize,
    /// How late all but one in a hundred may be told, where the machine has nothing else to do.
    patience: Option<Duration>,
}

/// When each event was acknowledged.
type Acknowledged = Mutex<HashMap<String, Instant>>;

impl Drill {
    async fn run(&self) {
        let app = TestApp::start(Db::Postgres).await;
        let provider = app.provider().await;
        let mut tenants = Vec::new();
        for number in 0..TENANTS {
            tenants.push(app.partner(&provider, &format!("tenant-{number}")).await);
        }
        let installation = || Installation::new(app.database_url(), "").with("REDIS_URL", &redis_url());
        let (heard, written) = (Gateway::start(installation()).await, Gateway::start(installation()).await);
        let acknowledged = Acknowledged::default();
        let each = self.events / TENANTS;
        let before = resident_kb(&heard);
        let began = Instant::now();
        let writers = tenants.iter().enumerate().map(async |(tenant, who)| {
            // everybody is there before the first
            tokio::time::sleep(Duration::from_secs(2)).await;
            for number in 0..each {
                let name = name(tenant, number);
                written.create_client(&who.token, &who.account_id, &name).await;
                acknowledged.lock().unwrap().insert(name, Instant::now());
            }
        });
        let listeners = (0..self.streams).map(|number| {
            let (heard, acknowledged) = (&heard, &acknowledged);
            let tenant = number % TENANTS;
            let who = &tenants[tenant];
            async move { self.listen(heard, who, tenant, each, acknowledged).await }
        });
        let (_, heard_after) = join(join_all(writers), join_all(listeners)).await;
        let mut late: Vec<Duration> = heard_after.concat();
        late.sort_unstable();
        let (p50, p99, last) = (late[late.len() / 2], late[late.len() * 99 / 100], late[late.len() - 1]);
        let grown = resident_kb(&heard).saturating_sub(before) / 1024;
        println!(
            "{} streams, {} events, {} reconnects each, in {:.1?}: {} told, p50 {p50:.0?} and p99 {p99:.0?} after the acknowledgement, \
             the last {last:.0?}; {grown} MB more",
            self.streams,
            each * TENANTS,
            self.reconnects,
            began.elapsed(),
            late.len()
        );
        assert_eq!(late.len(), each * self.streams);
        assert!(grown <= 64, "{grown} MB more");
        if let Some(patience) = self.patience {
            assert!(p99 < patience, "told too late: {p99:?}");
        }
    }

    /// Hears each of its events once and in order, whenever it comes back; how late each was.
    async fn listen(
        &self,
        gateway: &Gateway,
        who: &Signed,
        tenant: usize,
        all: usize,
        acknowledged: &Acknowledged,
    ) -> Vec<Duration> {
        let (mut after, mut next, mut late) = (Value::Null, 0, Vec::new());
        let stay = all.div_ceil(self.reconnects + 1);
        while next < all {
            let variables = json!({ "of": who.account_id, "after": after });
            let mut stream = events(gateway, &who.token, &variables).await;
            let until = (next + stay).min(all);
            while next < until {
                let told = stream.until("\n\n").await;
                let Some(data) = told.lines().find_map(|line| line.strip_prefix("data: ")) else { continue };
                let data: Value = serde_json::from_str(data).expect("JSON");
                let event = &data["data"]["activityAdded"];
                let expected = name(tenant, next);
                assert_eq!(
                    event["subject"]["name"],
                    expected.as_str(),
                    "of tenant {tenant}, in order and once: {told}"
                );
                let now = Instant::now();
                // it may be told before whoever wrote it has its answer
                let said = acknowledged.lock().unwrap().get(&expected).copied();
                late.push(said.map_or(Duration::ZERO, |said| now.saturating_duration_since(said)));
                after = event["cursor"].clone();
                next += 1;
            }
        }
        late
    }
}

fn name(tenant: usize, number: usize) -> String {
    format!("tenant {tenant} event {number}")
}

fn resident_kb(gateway: &Gateway) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", gateway.process.pid())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}

/// R20 at the size of a check.
#[tokio::test(flavor = "multi_thread")]
async fn everybody_hears_each_event_once() {
    Drill { streams: 20, events: 200, reconnects: 4, patience: None }.run().await;
}

/// R20 in full. `docs/promises.md` has the command.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "full size"]
async fn two_hundred_hear_ten_thousand_events() {
    Drill { streams: 200, events: 10_000, reconnects: 20, patience: Some(Duration::from_secs(1)) }.run().await;
}
