//! Documents that would end the process, or keep it busy.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::harness::app;

/// A5: refused before anybody was asked who it is, and so before the first statement.
#[tokio::test]
async fn hostile_requests_are_refused_before_sign_in() {
    let app = app(|_| {});
    let doubled: String = (0..30).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect();
    for (body, status, code) in [
        (json!([{ "query": "{ hello }" }]), 400, "BAD_USER_INPUT"),
        (json!("{ hello }"), 400, "BAD_USER_INPUT"),
        (json!({ "query": 5 }), 400, "BAD_USER_INPUT"),
        (json!({}), 400, "BAD_USER_INPUT"),
        (json!({ "query": "x".repeat(300_000) }), 413, "QUERY_TOO_LARGE"),
        (json!({ "query": format!("{{ hello }}{}", " ".repeat(33_000)) }), 413, "QUERY_TOO_LARGE"),
        (json!({ "query": "{ hello }", "variables": nested(70) }), 400, "QUERY_TOO_DEEP"),
        (
            json!({ "query": format!("{{ ...F0 }} {doubled} fragment F30 on Query {{ hello }}") }),
            400,
            "QUERY_TOO_COMPLEX",
        ),
        (json!({ "query": format!("{}hello{}", "{ me ".repeat(16), "}".repeat(16)) }), 400, "QUERY_TOO_DEEP"),
        (json!({ "query": "{ clients(first: 100000) { nodes } }" }), 400, "BAD_USER_INPUT"),
        (json!({ "query": "query A { hello } query B { hello }" }), 400, "BAD_USER_INPUT"),
        (json!({ "query": "{ __schema { types { name } } }" }), 403, "FORBIDDEN"),
        (json!({ "query": "subscription { endless }" }), 405, "BAD_USER_INPUT"),
    ] {
        let reply = app.post(&body).await;
        assert_eq!(
            (reply.status.as_u16(), reply.code()),
            (status, code),
            "{}",
            &body.to_string()[..body.to_string().len().min(90)]
        );
    }
    assert_eq!(app.seen.opened.load(Ordering::SeqCst), 0);
    app.is_alive().await;
}

fn nested(depth: usize) -> Value {
    (0..depth).fold(json!({}), |inner, _| json!({ "a": inner }))
}

/// F1: every depth of brackets that used to end the process, in every place where the parser recurses; each is answered
/// within half a second, and so is the next request.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_depth_of_brackets_ends_the_process() {
    let app = app(|_| {});
    let depths = (50..=7_000).step_by(7).chain([61, 62, 63, 64, 65, 1_250, 1_351, 4_646, 6_970, 6_971, 7_000]);
    let mut slowest = Duration::ZERO;
    for depth in depths {
        let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let objects = format!("{}1{}", "{a:".repeat(depth), "}".repeat(depth));
        for query in [
            format!("{{ size(tree: {lists}) }}"),
            format!("{{ size(tree: {objects}) }}"),
            format!("query ($v: [Tree!] = {lists}) {{ size(tree: $v) }}"),
            format!("{{ hello @skip(if: {lists}) }}"),
            format!("query ($v: {}Int{}) {{ hello }}", "[".repeat(depth), "]".repeat(depth)),
            format!("{}hello{}", "{me".repeat(depth), "}".repeat(depth)),
        ] {
            let started = Instant::now();
            let reply = app.query(&query).await;
            slowest = slowest.max(started.elapsed());
            let expected = if query.len() > 32 * 1024 { "QUERY_TOO_LARGE" } else { "QUERY_TOO_DEEP" };
            let is_refused = reply.code() == expected || (depth <= 64 && reply.code() != "none");
            assert!(is_refused, "{depth}: {} {}", &query[..40], reply.body);
        }
    }
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
    app.is_alive().await;
}

/// F2: fragments that double, up to 30 levels.
#[tokio::test]
async fn doubling_fragments_are_answered_at_once() {
    let app = app(|_| {});
    for levels in 1..=30 {
        let fragments: String =
            (0..levels).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect();
        let started = Instant::now();
        let reply = app.query(&format!("{{ ...F0 }} {fragments} fragment F{levels} on Query {{ hello }}")).await;
        assert!(started.elapsed() < Duration::from_millis(500), "{levels}: {:?}", started.elapsed());
        assert_eq!(reply.code(), if levels <= 10 { "none" } else { "QUERY_TOO_COMPLEX" }, "{levels} {}", reply.body);
    }
    app.is_alive().await;
}

/// The fuzz target over the stored corpus, and over thousands of mutations of it that are the same on every run.
#[test]
fn the_guard_survives_the_corpus_and_its_mutations() {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus");
    let mut files: Vec<_> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 40, "the corpus is there");
    let corpus: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(below.max(1)).unwrap()).unwrap()
    };
    for (input, file) in corpus.iter().zip(&files) {
        let started = Instant::now();
        crate::guard::fuzz(input);
        assert!(started.elapsed() < Duration::from_millis(500), "{}", file.display());
    }
    for round in 0..5_000 {
        let mut input = corpus[random(corpus.len())].clone();
        for _ in 0..=random(8) {
            let at = random(input.len() + 1);
            match random(4) {
                0 => input.insert(at, b"{}[]()\"\\#\n.$@:!1a"[random(17)]),
                1 => input.truncate(at.max(1)),
                2 => {
                    let other = &corpus[random(corpus.len())];
                    let from = random(other.len());
                    let part = other[from..(from + random(200)).min(other.len())].to_vec();
                    input.splice(at..at, part);
                }
                _ if at < input.len() => input[at] = u8::try_from(random(256)).unwrap(),
                _ => {}
            }
        }
        let started = Instant::now();
        crate::guard::fuzz(&input);
        assert!(started.elapsed() < Duration::from_millis(500), "round {round}: {:?}", String::from_utf8_lossy(&input));
    }
}
