//! The built-in gateway for tests and the demo. It keeps a book of its own, in tables that nothing of ours reads but the
//! auditor, written by statements of their own: what a transaction of ours takes back, it keeps, as a real one would.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::PaymentId;
use entities::test_gateway_charge::ChargeOutcome;
use futures::future::BoxFuture;
use sea_orm::{DbErr, FromQueryResult};
use serde::Deserialize;
use uuid::Uuid;

use super::{
    BadEvent, Charge, GatewayEvent, LookUp, Outcome, PaymentGateway, Refund, StoreMethodError, StoredMethod, signature,
};
use crate::database::Connection;
use crate::money::{Currency, Money};
use crate::sql::Sql;

/// `docs/running.md` says what each does.
const TOKENS: [&str; 8] = [
    "tok_visa",
    "tok_declined",
    "tok_declined_once",
    "tok_timeout",
    "tok_timeout_declined",
    "tok_slow",
    "tok_expired",
    "tok_confirm",
];

/// What its events are signed with: anybody may know it, since no money is in this gateway.
pub const SECRET: &str = "whsec_test";

/// Its page, behind the address that customers reach it at.
pub const CONFIRM: &str = "gateway/confirm";

/// How long `tok_slow` takes.
const SLOW: Duration = Duration::from_secs(2);

/// The test gateway.
#[derive(Debug, Clone)]
pub struct TestGateway {
    db: Connection,
    latency: Duration,
    /// Where customers reach it, with a slash at its end.
    url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    id: String,
    payment_id: Option<Uuid>,
}

#[derive(FromQueryResult)]
struct Booked {
    outcome: ChargeOutcome,
    reference: String,
}

#[derive(FromQueryResult)]
struct Waiting {
    amount_minor: i64,
    currency: String,
}

#[derive(FromQueryResult)]
struct Method {
    token: String,
}

impl TestGateway {
    /// A gateway whose book is in this database.
    pub fn new(db: Connection) -> Self {
        Self { db, latency: Duration::ZERO, url: "http://127.0.0.1:8080/".to_owned() }
    }

    /// The same, reached there: with a slash at its end.
    #[must_use]
    pub fn at(self, url: String) -> Self {
        Self { url, ..self }
    }

    /// The same, but each charge takes so long.
    #[must_use]
    pub fn with_latency(self, latency: Duration) -> Self {
        Self { latency, ..self }
    }

    fn sql(&self) -> Sql {
        Sql::new(self.db.get_database_backend())
    }

    async fn book(&self, charge: &Charge) -> Result<Outcome, DbErr> {
        let Some(method) = &charge.method else { return Ok(declined(ChargeOutcome::Declined)) };
        let mut sql = self.sql();
        sql.add("SELECT token FROM test_gateway_method WHERE reference = ?", [method.as_str().into()]);
        let token = sql.one::<Method>(&self.db).await?.map(|method| method.token).unwrap_or_default();
        tokio::time::sleep(self.latency + if token == "tok_slow" { SLOW } else { Duration::ZERO }).await;
        let outcome = match token.as_str() {
            "tok_visa" | "tok_slow" | "tok_timeout" => "'SUCCEEDED'",
            "tok_expired" => "'EXPIRED'",
            // as with a card of a strict bank: nobody is there to confirm a renewal
            "tok_confirm" if charge.is_attended => "'WAITING'",
            "tok_declined_once" => {
                "CASE WHEN EXISTS (SELECT 1 FROM test_gateway_charge c WHERE c.method = m.reference) THEN 'SUCCEEDED' ELSE 'DECLINED' END"
            }
            _ => "'DECLINED'",
        };
        let key = charge.payment_id.to_string();
        let mut sql = self.sql();
        sql.add(
            "INSERT INTO test_gateway_charge (key, method, amount_minor, currency, outcome, reference, created_at)
            SELECT ?, m.reference, CAST(? AS bigint), ?, ",
            [key.as_str().into(), charge.amount.minor().into(), charge.amount.currency().code().into()],
        );
        sql.push(outcome).add(
            ", ?, /now/ FROM (SELECT CAST(? AS text) AS reference) m WHERE true ON CONFLICT (key) DO NOTHING",
            [format!("ch_{}", charge.payment_id.0.simple()).into(), method.as_str().into()],
        );
        sql.execute(&self.db).await?;
        if token.starts_with("tok_timeout") {
            return Ok(Outcome::Unknown); // it is in the book, but the answer gets lost
        }
        Ok(match self.booked(charge.payment_id).await? {
            Some(booked) => self.outcome(booked, charge.payment_id),
            None => Outcome::Unknown,
        })
    }

    fn outcome(&self, booked: Booked, id: PaymentId) -> Outcome {
        match booked.outcome {
            ChargeOutcome::Succeeded => Outcome::Succeeded { reference: booked.reference },
            ChargeOutcome::Waiting => Outcome::NeedsCustomer { url: format!("{}{CONFIRM}?token={id}", self.url) },
            outcome @ (ChargeOutcome::Declined | ChargeOutcome::Expired) => declined(outcome),
        }
    }

    /// What waits for its customer to confirm it: how much. None: nothing does.
    /// # Errors
    /// The book's.
    pub async fn waiting(&self, id: PaymentId) -> Result<Option<Money>, DbErr> {
        let mut sql = self.sql();
        sql.add(
            "SELECT amount_minor, currency FROM test_gateway_charge WHERE key = ? AND outcome = 'WAITING'",
            [id.to_string().into()],
        );
        let found: Option<Waiting> = sql.one(&self.db).await?;
        Ok(found.and_then(|row| Some(Money::new(row.amount_minor, Currency::parse(&row.currency).ok()?))))
    }

    /// The customer confirms a charge that waits, or does not; whether it has waited.
    /// # Errors
    /// The book's.
    pub async fn answer(&self, id: PaymentId, is_confirmed: bool) -> Result<bool, DbErr> {
        let outcome = if is_confirmed { "SUCCEEDED" } else { "DECLINED" };
        let mut sql = self.sql();
        sql.add(
            "UPDATE test_gateway_charge SET outcome = ? WHERE key = ? AND outcome = 'WAITING'",
            [outcome.into(), id.to_string().into()],
        );
        Ok(sql.execute(&self.db).await? > 0)
    }

    /// Never more than was taken; of a method whose answers get lost, the first one does.
    async fn pay_back(&self, refund: &Refund) -> Result<Outcome, DbErr> {
        let Refund { refund_id, charge, amount } = refund;
        let key = refund_id.to_string();
        let reference = format!("re_{}", refund_id.0.simple());
        tokio::time::sleep(self.latency).await;
        let mut sql = self.sql();
        sql.add(
            "INSERT INTO test_gateway_refund (key, charge, amount_minor, currency, reference, created_at)
            SELECT ?, c.reference, CAST(? AS bigint), c.currency, CAST(? AS text), /now/ FROM test_gateway_charge c
            WHERE c.reference = ? AND c.outcome = 'SUCCEEDED' AND c.currency = ? AND c.amount_minor >= ? + coalesce(
                (SELECT sum(r.amount_minor) FROM test_gateway_refund r WHERE r.charge = c.reference), 0)
            ON CONFLICT (key) DO NOTHING",
            [
                key.as_str().into(),
                amount.minor().into(),
                reference.as_str().into(),
                charge.as_str().into(),
                amount.currency().code().into(),
                amount.minor().into(),
            ],
        );
        let is_new = sql.execute(&self.db).await? > 0;
        let mut sql = self.sql();
        sql.add(
            "SELECT m.token FROM test_gateway_refund r JOIN test_gateway_charge c ON c.reference = r.charge
            JOIN test_gateway_method m ON m.reference = c.method WHERE r.key = ?",
            [key.into()],
        );
        Ok(match sql.one::<Method>(&self.db).await? {
            None => Outcome::Declined { code: "charge_already_refunded".to_owned() },
            Some(method) if is_new && method.token.starts_with("tok_timeout") => Outcome::Unknown,
            Some(_) => Outcome::Succeeded { reference },
        })
    }

    async fn booked(&self, payment_id: PaymentId) -> Result<Option<Booked>, DbErr> {
        let mut sql = self.sql();
        sql.add("SELECT outcome, reference FROM test_gateway_charge WHERE key = ?", [payment_id.to_string().into()]);
        sql.one(&self.db).await
    }
}

fn declined(outcome: ChargeOutcome) -> Outcome {
    let code = if outcome == ChargeOutcome::Expired { "expired_card" } else { "card_declined" };
    Outcome::Declined { code: code.to_owned() }
}

impl PaymentGateway for TestGateway {
    fn store_method<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<StoredMethod, StoreMethodError>> {
        Box::pin(async move {
            if !TOKENS.contains(&token) {
                return Err(StoreMethodError::UnknownToken);
            }
            #[expect(clippy::disallowed_methods, reason = "a reference of somebody else's making, no id of ours")]
            let reference = format!("pm_{}", Uuid::new_v4().simple());
            let mut sql = self.sql();
            sql.add(
                "INSERT INTO test_gateway_method (reference, token) VALUES (?, ?)",
                [reference.as_str().into(), token.into()],
            );
            sql.execute(&self.db).await.map_err(|error| {
                tracing::warn!(%error, "the test gateway cannot write its book");
                StoreMethodError::Unavailable
            })?;
            let expires_on = NaiveDate::from_ymd_opt(2099, 12, 31).unwrap_or(NaiveDate::MAX);
            Ok(StoredMethod { reference, brand: "visa".to_owned(), last4: "4242".to_owned(), expires_on })
        })
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            self.book(charge).await.unwrap_or_else(|error| {
                tracing::warn!(%error, payment.id = %charge.payment_id, "the test gateway does not answer");
                Outcome::Unknown
            })
        })
    }

    fn refund<'a>(&'a self, refund: &'a Refund) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            self.pay_back(refund).await.unwrap_or_else(|error| {
                tracing::warn!(%error, refund.id = %refund.refund_id, "the test gateway does not answer");
                Outcome::Unknown
            })
        })
    }

    fn look_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, LookUp> {
        Box::pin(async move {
            match self.booked(charge.payment_id).await {
                Ok(Some(booked)) => LookUp::Seen(self.outcome(booked, charge.payment_id)),
                Ok(None) => LookUp::NeverArrived,
                Err(_) => LookUp::Unavailable,
            }
        })
    }

    fn give_up<'a>(&'a self, charge: &'a Charge) -> BoxFuture<'a, LookUp> {
        Box::pin(async move {
            match self.answer(charge.payment_id, false).await {
                Ok(_) => self.look_up(charge).await,
                Err(_) => LookUp::Unavailable,
            }
        })
    }

    fn as_test(&self) -> Option<&TestGateway> {
        Some(self)
    }

    fn signature_header(&self) -> &'static str {
        "gateway-signature"
    }

    /// `{"id": "evt_…", "paymentId": "…"}`.
    fn event(&self, given: &str, body: &[u8], now: DateTime<Utc>) -> Result<GatewayEvent, BadEvent> {
        if !signature::is_right(SECRET.as_bytes(), given, body, now) {
            return Err(BadEvent::Signature);
        }
        let Told { id, payment_id } = serde_json::from_slice(body).map_err(|_| BadEvent::Content)?;
        Ok(GatewayEvent { id, payment_id: payment_id.map(PaymentId) })
    }
}
