//! Stripe by plain HTTP: PaymentIntents for charges, SetupIntents for what is kept, events as hints.
//!
//! - Card data never touch us: the portal's page gives them to Stripe and hands us a PaymentMethod (`pm_…`), or the SetupIntent
//!   (`seti_…`) that the customer has confirmed.
//! - The idempotency key of a charge is the payment's id, which stands in the intent's metadata, too: keys are forgotten by Stripe
//!   after a day, metadata are not. A look-up lists the customer's intents of that time, because the search is late by its nature.
//! - What an answer says is believed where it is of the amount that was asked for; of any other amount, nothing is known until somebody
//!   has looked.

mod wire;

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::id::PaymentId;
use futures::future::BoxFuture;
use reqwest::{Method, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use self::wire::Form;
use super::{
    BadEvent, Charge, GatewayEvent, LookUp, Outcome, PaymentGateway, Refund, StoreMethodError, StoredMethod, signature,
};

/// The version of the published API that is spoken.
pub const API_VERSION: &str = "2024-06-20";
/// A look-up begins this much before the payment was made, by the clocks of both sides.
const SKEW: i64 = 3_600;
/// Intents of one customer that a look-up reads by one call; there are rarely two.
const PAGE: usize = 100;

/// Stripe, as one of its accounts.
#[derive(Debug, Clone)]
pub struct Stripe {
    http: reqwest::Client,
    base: Url,
    key: SecretString,
    webhook_secret: SecretString,
    /// Where a customer is led back to when they have confirmed.
    return_url: String,
}

/// What is needed to be one.
#[derive(Debug, Clone)]
pub struct StripeSettings {
    /// `https://api.stripe.com/`, or a stub; ends with a slash.
    pub base: Url,
    /// The account's secret or restricted key.
    pub key: SecretString,
    /// Of the endpoint that events are sent to.
    pub webhook_secret: SecretString,
    /// Where customers are led back to.
    pub return_url: String,
}

/// What came back: a status and a JSON object; none where nothing that can be read came.
type Answer = Option<(StatusCode, Value)>;

impl Stripe {
    /// A client that follows no redirects, and trusts the authorities of the web.
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(settings: StripeSettings) -> Result<Self, reqwest::Error> {
        let StripeSettings { base, key, webhook_secret, return_url } = settings;
        let http =
            crate::http::client().connect_timeout(Duration::from_secs(10)).timeout(Duration::from_mins(1)).build()?;
        Ok(Self { http, base, key, webhook_secret, return_url })
    }

    async fn call(&self, method: Method, path: &str, form: Form, idempotency_key: Option<&str>) -> Answer {
        let address = self.base.join(path).ok()?;
        let request = self.http.request(method.clone(), address).bearer_auth(self.key.expose_secret());
        let request = request.header("Stripe-Version", API_VERSION);
        let request = match idempotency_key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        let request = if method == Method::GET { request.query(&form) } else { request.form(&form) };
        let read = async {
            let response = request.send().await?;
            let status = response.status();
            Ok::<_, reqwest::Error>((status, response.json::<Value>().await?))
        };
        match read.await {
            Ok((status, body)) => {
                if !status.is_success() {
                    let error = &body["error"];
                    tracing::warn!(%status, path, code = %error["code"], kind = %error["type"], "Stripe refuses");
                }
                Some((status, body))
            }
            Err(error) => {
                tracing::warn!(error = %error.without_url(), path, "Stripe does not answer");
                None
            }
        }
    }

    /// A customer of Stripe's for one way to pay: what is charged later must belong to one.
    async fn customer(&self, token: &str) -> Result<String, StoreMethodError> {
        let key = format!("customer-{token}");
        let answer = self.call(Method::POST, "v1/customers", wire::customer(), Some(&key)).await;
        match answer {
            Some((status, body)) if status.is_success() => wire::id(&body).ok_or(StoreMethodError::Unavailable),
            _ => Err(StoreMethodError::Unavailable),
        }
    }

    async fn store(&self, token: &str) -> Result<StoredMethod, StoreMethodError> {
        if !wire::is_token(token) {
            return Err(StoreMethodError::UnknownToken);
        }
        let answer = if token.starts_with("seti_") {
            let path = format!("v1/setup_intents/{token}");
            self.call(Method::GET, &path, wire::expanded(), None).await
        } else {
            let customer = self.customer(token).await?;
            let form = wire::setup_intent(token, &customer, &self.return_url);
            self.call(Method::POST, "v1/setup_intents", form, Some(&format!("setup-{token}"))).await
        };
        let (status, body) = answer.ok_or(StoreMethodError::Unavailable)?;
        wire::stored(status, &body)
    }

    async fn ask(&self, charge: &Charge) -> Outcome {
        let Some(method) = charge.method.as_deref().and_then(wire::Reference::read) else {
            return wire::declined("no_payment_method");
        };
        let Some(form) = wire::payment_intent(charge, method, &self.return_url) else {
            return wire::declined("amount_not_chargeable");
        };
        let key = charge.payment_id.to_string();
        match self.call(Method::POST, "v1/payment_intents", form, Some(&key)).await {
            Some((status, body)) => wire::charged(status, &body, charge),
            None => Outcome::Unknown,
        }
    }

    /// The intent of a payment, among its customer's intents since then.
    async fn find(&self, charge: &Charge) -> Result<Option<Value>, ()> {
        let Some(method) = charge.method.as_deref().and_then(wire::Reference::read) else { return Ok(None) };
        let form = wire::intents_of(method.customer, made_at(charge.payment_id) - SKEW, PAGE);
        let is_its = |intent: &Value| wire::payment_of(intent) == Some(charge.payment_id);
        self.among("v1/payment_intents", form, is_its).await
    }

    /// The first of a list that this is so of, page by page.
    async fn among(&self, path: &str, form: Form, is_it: impl Fn(&Value) -> bool) -> Result<Option<Value>, ()> {
        let mut after: Option<String> = None;
        loop {
            let mut form = form.clone();
            form.extend(after.map(|id| ("starting_after", id)));
            let answer = self.call(Method::GET, path, form, None).await;
            let Some((StatusCode::OK, page)) = answer else { return Err(()) };
            let rows = page["data"].as_array().ok_or(())?;
            if let Some(found) = rows.iter().find(|row| is_it(row)) {
                return Ok(Some(found.clone()));
            }
            after = rows.last().and_then(wire::id);
            if page["has_more"] != Value::Bool(true) || after.is_none() {
                return Ok(None);
            }
        }
    }

    /// Looked for before it is asked for: keys are forgotten after a day, and a refund may be asked for again after that.
    async fn pay_back(&self, refund: &Refund) -> Outcome {
        if !wire::is_token(&refund.charge) {
            return wire::declined("no_such_charge");
        }
        let is_its = |row: &Value| row["metadata"]["refund_id"] == refund.refund_id.to_string().as_str();
        match self.among("v1/refunds", wire::refunds_of(&refund.charge, PAGE), is_its).await {
            Ok(Some(found)) => return wire::refunded(StatusCode::OK, &found, refund),
            Ok(None) => {}
            Err(()) => return Outcome::Unknown,
        }
        let Some(form) = wire::refund(refund) else { return wire::declined("amount_not_refundable") };
        let key = format!("refund-{}", refund.refund_id);
        match self.call(Method::POST, "v1/refunds", form, Some(&key)).await {
            Some((status, body)) => wire::refunded(status, &body, refund),
            None => Outcome::Unknown,
        }
    }
}

/// When a payment was made, in seconds since 1970: its id begins with that.
fn made_at(id: PaymentId) -> i64 {
    let (seconds, _) = id.0.get_timestamp().map_or((0, 0), |time| time.to_unix());
    i64::try_from(seconds).unwrap_or_default()
}

impl PaymentGateway for Stripe {
    fn store_method<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<StoredMethod, StoreMethodError>> {
        Box::pin(self.store(token))
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Outcome> {
        Box::pin(self.ask(charge))
    }

    fn refund<'a>(&'a self, refund: &'a Refund) -> BoxFuture<'a, Outcome> {
        Box::pin(self.pay_back(refund))
    }

    fn look_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, LookUp> {
        Box::pin(async move {
            match self.find(charge).await {
                Ok(Some(intent)) => LookUp::Seen(wire::outcome(&intent, charge)),
                Ok(None) => LookUp::NeverArrived,
                Err(()) => LookUp::Unavailable,
            }
        })
    }

    fn give_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, LookUp> {
        Box::pin(async move {
            let Ok(Some(intent)) = self.find(charge).await else { return LookUp::Unavailable };
            let waits = matches!(wire::outcome(&intent, charge), Outcome::NeedsCustomer { .. });
            let Some(id) = wire::id(&intent).filter(|id| waits && wire::is_token(id)) else {
                return LookUp::Seen(wire::outcome(&intent, charge));
            };
            let key = format!("cancel-{}", charge.payment_id);
            let path = format!("v1/payment_intents/{id}/cancel");
            match self.call(Method::POST, &path, wire::abandoned(), Some(&key)).await {
                Some((status, body)) if status.is_success() => LookUp::Seen(wire::outcome(&body, charge)),
                // it was confirmed at that moment, or nothing is known: the next look tells
                _ => LookUp::Unavailable,
            }
        })
    }

    fn signature_header(&self) -> &'static str {
        "stripe-signature"
    }

    fn event(&self, given: &str, body: &[u8], now: DateTime<Utc>) -> Result<GatewayEvent, BadEvent> {
        if !signature::is_right(self.webhook_secret.expose_secret().as_bytes(), given, body, now) {
            return Err(BadEvent::Signature);
        }
        let event: Value = serde_json::from_slice(body).map_err(|_| BadEvent::Content)?;
        let id = wire::id(&event).ok_or(BadEvent::Content)?;
        let object = &event["data"]["object"];
        let is_intent = object["object"] == "payment_intent";
        Ok(GatewayEvent { id, payment_id: is_intent.then(|| wire::payment_of(object)).flatten() })
    }
}
