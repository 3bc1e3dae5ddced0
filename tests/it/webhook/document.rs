//! `docs/webhooks.md` says how to verify: its own words are run.

use std::io::Write as _;
use std::process::{Command, Stdio};

use rstest::rstest;
use serde_json::json;
use tests::app::TestApp;
use tests::database::Db;
use tests::hooks::Receiver;

use super::delivery::order;

const HANDBOOK: &str = include_str!("../../../docs/webhooks.md");

/// Reads what it is to verify as JSON, and says what it found.
const DRIVER: &str = r#"
import json, sys
for case in json.load(sys.stdin):
    try:
        print(json.dumps(verify(case["secret"], case["headers"], case["body"].encode())["type"]))
    except ValueError as error:
        print(json.dumps(None))
"#;

fn example() -> &'static str {
    let (_, rest) = HANDBOOK.split_once("```python\n").expect("an example");
    rest.split_once("```").expect("its end").0
}

/// What the example says of each case; none where Python is not installed.
fn by_the_handbook(cases: &serde_json::Value) -> Option<Vec<serde_json::Value>> {
    let script = format!("{}{DRIVER}", example());
    let started = Command::new("python3").args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut python = started.ok()?;
    python.stdin.take()?.write_all(cases.to_string().as_bytes()).ok()?;
    let told = python.wait_with_output().ok().filter(|told| told.status.success())?;
    Some(String::from_utf8(told.stdout).ok()?.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// What an integrator copies from the handbook takes what we send, also during a rotation, and nothing that was changed or is old.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_handbook_verifies_what_we_send(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start_calling(db).await;
    let provider = app.provider().await;
    let ann = app.sign_up("ann@bolt.example", "bolt").await;
    app.add_card(&ann, "tok_visa").await;
    let receiver = Receiver::start().await;
    let endpoint = app.endpoint(&ann, &receiver.url(), &["PRODUCT_ACTIVATED"]).await;
    let input = json!({ "webhookEndpointId": endpoint.id });
    let rotated = app.done(&ann.token, "rotateWebhookSecret", input, "secret").await;
    order(&app, &ann, &provider.hosting_id, "the-first-order").await;
    app.run_jobs().await;
    let [one] = &receiver.take()[..] else { panic!("one delivery") };

    let body = String::from_utf8(one.bytes.clone()).unwrap();
    let headers = json!({
        "webhook-id": one.id, "webhook-timestamp": one.timestamp.to_string(),
        "webhook-signature": one.signatures.join(" "),
    });
    let case = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut case = json!({ "secret": endpoint.secret, "headers": headers, "body": body });
        change(&mut case);
        case
    };
    let other = one.timestamp - 3_600;
    let cases = json!([
        case(&|_| {}),
        case(&|case| case["secret"] = rotated["secret"].clone()),
        case(&|case| case["secret"] = json!("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")),
        case(&|case| case["body"] = json!(body.replace("PRODUCT_ACTIVATED", "PRODUCT_CANCELLED"))),
        case(&|case| case["headers"]["webhook-id"] = json!("another")),
        case(&|case| case["headers"]["webhook-timestamp"] = json!(other.to_string())),
        case(&|case| case["headers"]["webhook-signature"] = json!("v1,")),
    ]);
    let right = json!("PRODUCT_ACTIVATED");
    let expected = [right.clone(), right, json!(null), json!(null), json!(null), json!(null), json!(null)];
    if let Some(told) = by_the_handbook(&cases) {
        assert_eq!(told, expected);
    } else {
        println!("python3 is not installed: the example was not run");
    }
    assert!(one.is_signed_by(&endpoint.secret) && one.is_signed_by(rotated["secret"].as_str().unwrap()));
}
