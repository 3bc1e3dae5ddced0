//! A5 and A8: the database goes away in flight. What is refused is still refused, so it never asked the database; what needs
//! it is told to come back, and nothing more.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::installation::Installation;
use tests::server::Postgres;

const SIGN_UP: &str =
    "mutation($input: SignUpInput!) { signUp(input: $input) { accessToken userErrors { code message } } }";

fn input(name: &str) -> Value {
    json!({ "input": {
        "email": format!("{name}@drill.example"), "password": "correct horse battery", "name": name, "locale": "en",
        "account": { "name": name, "country": "DE", "currencyCode": "EUR" },
    } })
}

/// What no error may show: SQL, files, types and hosts of ours.
fn tells_nothing(text: &str) {
    for word in [
        "SELECT",
        "INSERT",
        "sqlx",
        "sea_orm",
        "Sqlx",
        "DbErr",
        ".rs",
        "127.0.0.1",
        "postgres",
        "panicked",
        "/work",
        "refused",
        "pool",
    ] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_database_the_gateway_says_so_and_stays() {
    let mut postgres = Postgres::start().await;
    let installation = Installation::new(&postgres.url("postgres"), "");
    installation.run("migrate").await;
    let mut gateway = installation.serve("serve").await;
    let pid = gateway.pid();
    let http = tests::client::http_builder().timeout(Duration::from_secs(30)).build().unwrap();
    let at = installation.endpoint();
    let ask = async |token: &str, query: &str, variables: &Value| {
        let request = http.post(&at).json(&json!({ "query": query, "variables": variables }));
        let request = if token.is_empty() { request } else { request.bearer_auth(token) };
        let reply = request.send().await.unwrap();
        let retry_after = reply.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        (reply.status().as_u16(), retry_after, reply.text().await.unwrap())
    };
    let (status, _, reply) = ask("", SIGN_UP, &input("before")).await;
    let reply: Value = serde_json::from_str(&reply).unwrap();
    let token =
        reply["data"]["signUp"]["accessToken"].as_str().unwrap_or_else(|| panic!("{status} {reply:#}")).to_owned();
    let viewer = "{ viewer { user { email } } }";
    assert!(ask(&token, viewer, &json!({})).await.2.contains("before@drill.example"));

    postgres.stop("KILL").await;
    let mut slowest = Duration::ZERO;
    for (number, (token, query, variables)) in [
        (token.as_str(), viewer, json!({})),
        ("", SIGN_UP, input("during")),
        (token.as_str(), viewer, json!({})),
        ("", "{ now }", json!({})),
    ]
    .into_iter()
    .enumerate()
    {
        let began = Instant::now();
        let (status, retry_after, reply) = ask(token, query, &variables).await;
        slowest = slowest.max(began.elapsed());
        assert_eq!(status, 503, "{number}: {reply}");
        assert!(retry_after.is_some_and(|seconds| seconds.parse::<u32>().is_ok_and(|s| s > 0)), "{reply}");
        assert!(reply.contains("\"UNAVAILABLE\""), "{reply}");
        tells_nothing(&reply);
    }
    println!("the slowest 503 took {slowest:?}");
    assert!(slowest < Duration::from_secs(8), "it hangs: {slowest:?}");

    // A5: refused as ever, and at once, so without a statement.
    let many: String = (0..11)
        .map(|n| format!("a{n}: clients(first: 100) {{ nodes {{ products(first: 100) {{ nodes {{ id }} }} }} }} "))
        .collect();
    for (query, code) in [
        ("{ account(id: \"x\") { clients(first: 101) { nodes { id } } } }".to_owned(), "BAD_USER_INPUT"),
        ("{ account(id: \"x\") { clients(first: 100000) { nodes { id } } } }".to_owned(), "BAD_USER_INPUT"),
        (format!("{{ account(id: \"x\") {{ {many} }} }}"), "QUERY_TOO_COMPLEX"),
    ] {
        let began = Instant::now();
        let (status, _, reply) = ask(&token, &query, &json!({})).await;
        assert!(reply.contains(&format!("\"{code}\"")), "{status} {reply}");
        assert!(began.elapsed() < Duration::from_secs(2), "{:?} for {query}", began.elapsed());
        tells_nothing(&reply);
    }

    postgres.start_again().await;
    let began = Instant::now();
    loop {
        let (status, _, reply) = ask(&token, viewer, &json!({})).await;
        if status == 200 && reply.contains("before@drill.example") {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{status} {reply}");
        tells_nothing(&reply);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("normal {:?} after the database", began.elapsed());
    for name in ["after", "during"] {
        let (status, _, reply) = ask("", SIGN_UP, &input(name)).await;
        assert!(
            status == 200 && reply.contains("accessToken\":\""),
            "nothing of the refused one is there: {status} {reply}"
        );
    }
    assert!(gateway.is_alive() && gateway.pid() == pid);
    assert!(!installation.log().contains("panicked"), "{}", installation.log());
}
