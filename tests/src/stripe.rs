//! A stand-in for Stripe that holds each request against the published API, and can be slow, die, or lie.
//!
//! It keeps a book of its own. A request that the API would not take is refused as the API refuses it, and noted in `complaints`.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Method, Request, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use chrono::Utc;
use domain::gateway::signature::sign;
use domain::gateway::stripe::{API_VERSION, Stripe, StripeSettings};
use domain::sql::insert;
use entities::test_gateway_charge::{self, ChargeOutcome};
use entities::test_gateway_refund;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

/// What it is called with, and what its events are signed with.
pub const KEY: &str = "sk_test_51";
pub const SECRET: &str = "whsec_51";

/// What becomes of a request for a charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    /// It is done, and the answer is late.
    Slow(Duration),
    /// It is not done, and whoever asks hears nothing for so long.
    Lost(Duration),
    /// It is done, and the answer is an error of the server.
    FailsAfter,
    /// It is not done.
    FailsBefore,
    /// It is done, and the connection is cut.
    CutAfter,
    /// It is not done, and the connection is cut.
    CutBefore,
    /// It is done, and the answer tells of another amount.
    Lies,
}

/// The published parameters of what is called here, of API version 2024-06-20.
const SETUP: [&str; 8] = [
    "confirm",
    "customer",
    "description",
    "expand[]",
    "payment_method",
    "payment_method_types[]",
    "return_url",
    "usage",
];
const PAYMENT: [&str; 12] = [
    "amount",
    "capture_method",
    "confirm",
    "currency",
    "customer",
    "description",
    "expand[]",
    "off_session",
    "payment_method",
    "payment_method_types[]",
    "return_url",
    "statement_descriptor_suffix",
];
const LIST: [&str; 7] =
    ["created[gt]", "created[gte]", "created[lt]", "customer", "ending_before", "limit", "starting_after"];

const REFUND: [&str; 5] = ["amount", "charge", "instructions_email", "payment_intent", "reason"];

type Form = HashMap<String, String>;

#[derive(Default)]
struct Book {
    customers: usize,
    /// Which customer a method belongs to.
    owners: HashMap<String, String>,
    setups: HashMap<String, Value>,
    intents: Vec<Value>,
    refunds: Vec<Value>,
    answers: HashMap<String, (String, StatusCode, Value)>,
    faults: VecDeque<Fault>,
    complaints: Vec<String>,
}

/// The stand-in.
#[derive(Clone)]
pub struct StripeStub {
    book: Arc<Mutex<Book>>,
    pub url: String,
}

impl StripeStub {
    /// Starts it on a port of its own, in this process.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let stub =
            Self { book: Arc::default(), url: format!("http://{}/", listener.local_addr().expect("an address")) };
        let router = Router::new().fallback(answer).with_state(stub.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stub
    }

    /// Ours, to speak to it.
    pub fn gateway(&self) -> Stripe {
        let settings = StripeSettings {
            base: self.url.parse().expect("an address"),
            key: KEY.into(),
            webhook_secret: SECRET.into(),
            return_url: "http://portal.example/".to_owned(),
        };
        Stripe::new(settings).expect("a client")
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("nobody panics with it")
    }

    /// What becomes of the next charges; all later ones are good.
    pub fn faults(&self, faults: impl IntoIterator<Item = Fault>) {
        self.book().faults.extend(faults);
    }

    /// What was asked for that the API does not take.
    pub fn complaints(&self) -> Vec<String> {
        self.book().complaints.clone()
    }

    /// All intents, oldest first.
    pub fn intents(&self) -> Vec<Value> {
        self.book().intents.clone()
    }

    /// Those that came after so many.
    pub fn intents_after(&self, seen: usize) -> Vec<Value> {
        self.book().intents.get(seen..).unwrap_or_default().to_vec()
    }

    /// All refunds, oldest first.
    pub fn refunds(&self) -> Vec<Value> {
        self.book().refunds.clone()
    }

    /// The sum of what was paid, and how often.
    pub fn paid(&self) -> (i64, usize) {
        let intents = self.intents();
        let paid = intents.iter().filter(|intent| intent["status"] == "succeeded");
        (paid.clone().filter_map(|intent| intent["amount"].as_i64()).sum(), paid.count())
    }

    /// The customer confirms what waits for them.
    pub fn confirm(&self) {
        let mut book = self.book();
        for intent in book.intents.iter_mut().filter(|intent| intent["status"] == "requires_action") {
            intent["status"] = "succeeded".into();
            intent["amount_received"] = intent["amount"].clone();
            intent["next_action"] = Value::Null;
        }
        for setup in book.setups.values_mut().filter(|setup| setup["status"] == "requires_action") {
            setup["status"] = "succeeded".into();
            setup["next_action"] = Value::Null;
        }
    }

    /// Its book, as the built-in gateway keeps one: so that the auditor holds ours against it.
    ///
    /// # Panics
    /// When it cannot be written down.
    pub async fn show_to_auditor(&self, db: &DatabaseConnection) {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let charges = self.intents().into_iter().map(|intent| test_gateway_charge::Model {
            key: text(&intent["metadata"]["payment_id"]),
            method: text(&intent["customer"]),
            amount_minor: intent["amount"].as_i64().expect("an amount"),
            currency: text(&intent["currency"]).to_uppercase(),
            outcome: if intent["status"] == "succeeded" { ChargeOutcome::Succeeded } else { ChargeOutcome::Declined },
            reference: text(&intent["id"]),
            created_at: Utc::now(),
        });
        insert::<test_gateway_charge::Entity>(db, &charges.collect::<Vec<_>>()).await.expect("a book");
        let refunds = self.refunds().into_iter().map(|refund| test_gateway_refund::Model {
            key: text(&refund["metadata"]["refund_id"]),
            charge: text(&refund["payment_intent"]),
            amount_minor: refund["amount"].as_i64().expect("an amount"),
            currency: "EUR".to_owned(),
            reference: text(&refund["id"]),
            created_at: Utc::now(),
        });
        insert::<test_gateway_refund::Entity>(db, &refunds.collect::<Vec<_>>()).await.expect("a book");
    }

    /// The one intent is another payment's: as if that had been made at another time.
    pub fn relabel(&self, payment_id: Uuid) {
        self.book().intents[0]["metadata"]["payment_id"] = json!(payment_id);
    }

    /// An event about an intent, as it is sent: with its signature.
    pub fn event(&self, id: &str, intent: &Value) -> Request<Body> {
        let body =
            json!({ "id": id, "object": "event", "type": "payment_intent.succeeded", "data": { "object": intent } });
        signed_event(&body, SECRET, 0)
    }
}

/// Any event, signed with this secret so many seconds ago.
pub fn signed_event(body: &Value, secret: &str, ago: i64) -> Request<Body> {
    let body = body.to_string();
    let signature = sign(secret.as_bytes(), body.as_bytes(), Utc::now() - chrono::Duration::seconds(ago));
    let request = Request::post("/gateway/events").header("stripe-signature", signature);
    request.header("content-type", "application/json").body(Body::from(body)).expect("a request")
}

async fn answer(State(stub): State<StripeStub>, request: Request<Body>) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let text = |name: header::HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let named = |name: &'static str| text(header::HeaderName::from_static(name)).to_owned();
    if text(header::AUTHORIZATION) != format!("Bearer {KEY}") || named("stripe-version") != API_VERSION {
        return refuse(&stub, StatusCode::UNAUTHORIZED, "api_key_expired", "who calls, or by which version")
            .into_response();
    }
    let is_post = head.method == Method::POST;
    if is_post && text(header::CONTENT_TYPE) != "application/x-www-form-urlencoded" {
        return refuse(&stub, StatusCode::BAD_REQUEST, "content_type", "no form").into_response();
    }
    let sent = if is_post { body } else { Bytes::from(head.uri.query().unwrap_or_default().to_owned()) };
    let form: Form = url::form_urlencoded::parse(&sent).into_owned().collect();
    let path = head.uri.path().to_owned();
    let key = named("idempotency-key");
    if is_post && key.is_empty() {
        stub.book().complaints.push(format!("POST {path} without a key"));
    }
    let fault = if is_post && path == "/v1/payment_intents" {
        stub.book().faults.pop_front().unwrap_or(Fault::None)
    } else {
        Fault::None
    };
    match fault {
        Fault::FailsBefore => return error(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "").into_response(),
        Fault::CutBefore => return cut(),
        Fault::Lost(time) => {
            tokio::time::sleep(time).await;
            return cut();
        }
        Fault::None | Fault::Slow(_) | Fault::FailsAfter | Fault::CutAfter | Fault::Lies => {}
    }
    let (status, body) = once(&stub, &head.method, &path, &form, &key, &String::from_utf8_lossy(&sent));
    match fault {
        Fault::Slow(time) => tokio::time::sleep(time).await,
        Fault::FailsAfter => return error(StatusCode::INTERNAL_SERVER_ERROR, "api_error", "").into_response(),
        Fault::CutAfter => return cut(),
        Fault::Lies => {
            let mut lie = body;
            lie["amount_received"] = json!(1);
            return (status, axum::Json(lie)).into_response();
        }
        Fault::None | Fault::FailsBefore | Fault::CutBefore | Fault::Lost(_) => {}
    }
    (status, axum::Json(body)).into_response()
}

/// An answer that breaks off.
fn cut() -> Response {
    let broken = futures::stream::once(async { Err::<Bytes, _>(std::io::Error::other("cut")) });
    Response::new(Body::from_stream(broken))
}

type Answer = (StatusCode, axum::Json<Value>);

fn error(status: StatusCode, kind: &str, code: &str) -> Answer {
    (status, axum::Json(json!({ "error": { "type": kind, "code": code, "message": "…" } })))
}

fn refuse(stub: &StripeStub, status: StatusCode, code: &str, why: &str) -> Answer {
    stub.book().complaints.push(why.to_owned());
    error(status, "invalid_request_error", code)
}

/// The same key: the first answer, and an error for something else.
fn once(stub: &StripeStub, method: &Method, path: &str, form: &Form, key: &str, sent: &str) -> (StatusCode, Value) {
    let asked = format!("{path}?{sent}");
    let before = stub.book().answers.get(key).cloned();
    match before {
        Some((first, status, body)) if first == asked => return (status, body),
        Some(_) => {
            let (status, body) = error(StatusCode::BAD_REQUEST, "idempotency_error", "idempotency_key_reused");
            return (status, body.0);
        }
        None => {}
    }
    let (status, body) = endpoint(stub, method, path, form);
    if !key.is_empty() {
        stub.book().answers.insert(key.to_owned(), (asked, status, body.0.clone()));
    }
    (status, body.0)
}

fn endpoint(stub: &StripeStub, method: &Method, path: &str, form: &Form) -> Answer {
    let parts: Vec<&str> = path.trim_start_matches("/v1/").split('/').collect();
    let allowed: &[&str] = match (method.as_str(), &parts[..]) {
        ("POST", ["customers"]) => &[],
        ("POST", ["setup_intents"]) => &SETUP,
        ("GET", ["setup_intents", _]) => &["expand[]"],
        ("POST", ["payment_intents"]) => &PAYMENT,
        ("GET", ["payment_intents"]) => &LIST,
        ("POST", ["payment_intents", _, "cancel"]) => &["cancellation_reason"],
        ("POST", ["refunds"]) => &REFUND,
        ("GET", ["refunds"]) => &["charge", "ending_before", "limit", "payment_intent", "starting_after"],
        _ => return refuse(stub, StatusCode::NOT_FOUND, "resource_missing", &format!("{method} {path}")),
    };
    if let Some(odd) = form.keys().find(|name| !allowed.contains(&name.as_str()) && !is_metadata(name)) {
        return refuse(stub, StatusCode::BAD_REQUEST, "parameter_unknown", &format!("{path} takes no {odd}"));
    }
    match (method.as_str(), &parts[..]) {
        ("POST", ["customers"]) => {
            let mut book = stub.book();
            book.customers += 1;
            found(json!({ "id": format!("cus_{}", book.customers), "object": "customer" }))
        }
        ("POST", ["setup_intents"]) => set_up(stub, form),
        ("GET", ["setup_intents", id]) => match stub.book().setups.get(*id) {
            Some(setup) => found(setup.clone()),
            None => error(StatusCode::NOT_FOUND, "invalid_request_error", "resource_missing"),
        },
        ("POST", ["payment_intents"]) => charge(stub, form),
        ("GET", ["payment_intents"]) => list(stub, form),
        ("POST", ["refunds"]) => pay_back(stub, form),
        ("GET", ["refunds"]) => refunds(stub, form),
        _ => cancel(stub, parts[1], form),
    }
}

fn is_metadata(name: &str) -> bool {
    name.strip_prefix("metadata[")
        .and_then(|key| key.strip_suffix(']'))
        .is_some_and(|key| (1..=40).contains(&key.len()))
}

fn found(body: Value) -> Answer {
    (StatusCode::OK, axum::Json(body))
}

fn set_up(stub: &StripeStub, form: &Form) -> Answer {
    let (method, customer) = (&form["payment_method"], &form["customer"]);
    if form["usage"] != "off_session" || form["confirm"] != "true" || form["payment_method_types[]"] != "card" {
        return refuse(stub, StatusCode::BAD_REQUEST, "parameter_invalid", "a setup that keeps nothing");
    }
    if !method.starts_with("pm_card_") {
        return error(StatusCode::BAD_REQUEST, "invalid_request_error", "resource_missing");
    }
    let mut book = stub.book();
    book.owners.insert(method.clone(), customer.clone());
    let id = format!("seti_{}", book.setups.len() + 1);
    let asks = method == "pm_card_authenticationRequiredOnSetup";
    let card = json!({ "brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2034 });
    let setup = json!({
        "id": id, "object": "setup_intent", "customer": customer,
        "status": if asks { "requires_action" } else { "succeeded" }, "next_action": if asks { redirect(&id) } else { Value::Null },
        "payment_method": { "id": method, "object": "payment_method", "card": card },
    });
    book.setups.insert(id, setup.clone());
    found(setup)
}

fn redirect(id: &str) -> Value {
    let url = format!("https://hooks.stripe.com/redirect/{id}");
    json!({ "type": "redirect_to_url", "redirect_to_url": { "url": url, "return_url": "http://portal.example/" } })
}

fn charge(stub: &StripeStub, form: &Form) -> Answer {
    let amount = form["amount"].parse::<i64>().ok().filter(|amount| (1..=99_999_999).contains(amount));
    let currency = &form["currency"];
    let is_good = amount.is_some()
        && currency.len() == 3
        && currency.bytes().all(|byte| byte.is_ascii_lowercase())
        && form["confirm"] == "true"
        && form["payment_method_types[]"] == "card"
        && form.get("off_session").is_none_or(|given| given == "true")
        && form.get("off_session").is_some() != form.get("return_url").is_some();
    if !is_good {
        return refuse(stub, StatusCode::BAD_REQUEST, "parameter_invalid", &format!("a charge of {form:?}"));
    }
    let (method, customer) = (&form["payment_method"], &form["customer"]);
    if stub.book().owners.get(method) != Some(customer) {
        return refuse(stub, StatusCode::BAD_REQUEST, "payment_method_unexpected_state", "another customer's method");
    }
    let mut book = stub.book();
    let id = format!("pi_{}", book.intents.len() + 1);
    let asks = method == "pm_card_authenticationRequired";
    let (status, refusal) = match (method.as_str(), asks, form.contains_key("off_session")) {
        ("pm_card_visa_chargeDeclined", ..) => {
            ("requires_payment_method", Some(("card_declined", Some("generic_decline"))))
        }
        (_, true, true) => ("requires_payment_method", Some(("authentication_required", None))),
        (_, true, false) => ("requires_action", None),
        _ => ("succeeded", None),
    };
    let error = refusal.map(|(code, decline)| json!({ "type": "card_error", "code": code, "decline_code": decline }));
    let intent = json!({
        "id": id, "object": "payment_intent", "amount": amount, "currency": currency, "customer": customer, "status": status,
        "amount_received": if status == "succeeded" { amount } else { Some(0) }, "metadata": metadata(form),
        "created": Utc::now().timestamp(), "last_payment_error": error,
        "next_action": if status == "requires_action" { redirect(&id) } else { Value::Null },
    });
    book.intents.push(intent.clone());
    match error {
        None => found(intent),
        Some(mut error) => {
            error["payment_intent"] = intent;
            (StatusCode::PAYMENT_REQUIRED, axum::Json(json!({ "error": error })))
        }
    }
}

/// Newest first, as the API has it; a few a page, so that nobody gets by with one, and more where that would be hundreds of pages.
fn list(stub: &StripeStub, form: &Form) -> Answer {
    let Some(limit) = form["limit"].parse::<usize>().ok().filter(|limit| (1..=100).contains(limit)) else {
        return refuse(stub, StatusCode::BAD_REQUEST, "parameter_invalid", "a limit of no page");
    };
    let since: i64 = form["created[gte]"].parse().expect("seconds");
    let book = stub.book();
    let is_its = |intent: &&Value| intent["customer"] == form["customer"] && intent["created"].as_i64() >= Some(since);
    let all: Vec<&Value> = book.intents.iter().rev().filter(is_its).collect();
    let from = form
        .get("starting_after")
        .map_or(0, |after| all.iter().position(|intent| intent["id"] == *after).map_or(all.len(), |at| at + 1));
    let size = (all.len() / 8).max(2).min(limit);
    let page: Vec<&Value> = all[from..].iter().take(size).copied().collect();
    found(json!({ "object": "list", "data": page, "has_more": from + page.len() < all.len() }))
}

fn metadata(form: &Form) -> HashMap<&str, &String> {
    let keys =
        form.iter().map(|(name, value)| (name.strip_prefix("metadata[").and_then(|key| key.strip_suffix(']')), value));
    keys.filter_map(|(key, value)| Some((key?, value))).collect()
}

/// Never more than was paid.
fn pay_back(stub: &StripeStub, form: &Form) -> Answer {
    let amount = form["amount"].parse::<i64>().ok().filter(|amount| *amount >= 1);
    let mut book = stub.book();
    let intent = book.intents.iter().find(|intent| intent["id"] == form["payment_intent"]);
    let paid = intent.filter(|intent| intent["status"] == "succeeded").and_then(|intent| intent["amount"].as_i64());
    let back = book.refunds.iter().filter(|row| row["payment_intent"] == form["payment_intent"]);
    let back: i64 = back.filter_map(|row| row["amount"].as_i64()).sum();
    match (amount, paid) {
        (Some(amount), Some(paid)) if back + amount <= paid => {
            let refund = json!({
                "id": format!("re_{}", book.refunds.len() + 1), "object": "refund", "amount": amount, "status": "succeeded",
                "payment_intent": form["payment_intent"], "metadata": metadata(form),
            });
            book.refunds.push(refund.clone());
            found(refund)
        }
        _ => error(StatusCode::BAD_REQUEST, "invalid_request_error", "charge_already_refunded"),
    }
}

fn refunds(stub: &StripeStub, form: &Form) -> Answer {
    let book = stub.book();
    let rows: Vec<&Value> =
        book.refunds.iter().rev().filter(|row| row["payment_intent"] == form["payment_intent"]).collect();
    found(json!({ "object": "list", "data": rows, "has_more": false }))
}

fn cancel(stub: &StripeStub, id: &str, form: &Form) -> Answer {
    if form.get("cancellation_reason").is_some_and(|reason| reason != "abandoned") {
        return refuse(stub, StatusCode::BAD_REQUEST, "parameter_invalid", "a reason that is none");
    }
    let mut book = stub.book();
    match book.intents.iter_mut().find(|intent| intent["id"] == id) {
        Some(intent) if intent["status"] == "requires_action" => {
            intent["status"] = "canceled".into();
            found(intent.clone())
        }
        Some(_) => error(StatusCode::BAD_REQUEST, "invalid_request_error", "payment_intent_unexpected_state"),
        None => error(StatusCode::NOT_FOUND, "invalid_request_error", "resource_missing"),
    }
}
