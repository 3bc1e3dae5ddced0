//! A payment that a person waits for.

use std::time::Duration;

use entities::id::PaymentId;
use entities::payment::{self, PaymentStatus};
use futures::future::BoxFuture;

use super::payment::charge;
use super::settle::settle;
use crate::actor::{Actor, System};
use crate::error::Error;
use crate::gateway::Charge;
use crate::sql::Sql;
use crate::store::{Statements, Store};
use crate::work::Work;

/// How long a repeated request waits for what the first one is doing.
const PATIENCE: Duration = Duration::from_secs(35);

/// What is to be paid for what was written.
#[derive(Debug)]
pub enum Paying {
    /// Nothing.
    Nothing,
    /// This, which was attempted in the same transaction.
    Charge(Charge),
    /// What an earlier request with the same key attempted.
    Earlier(PaymentId),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Collected {
    /// Paid, or there was nothing to pay.
    Paid,
    /// Refused by the gateway, for this reason.
    Declined {
        /// E.g. `card_declined`.
        code: String,
    },
    /// Not known yet; a reconciliation goes on asking.
    Pending {
        /// Where the customer confirms it, if it waits for that.
        action_url: Option<String>,
    },
}

/// Writes, charges, and settles, in a task of its own: a caller that goes away cancels nothing.
///
/// `act` is a write like any other and says what is to be paid for it. An error of it takes it back; after it has committed
/// there are no errors, for what cannot be booked now, is by the reconciliation.
pub async fn collect<T, F>(store: &Store, actor: Actor, statements: Statements, act: F) -> Result<(T, Collected), Error>
where
    T: Send + 'static,
    F: for<'w> Fn(&'w mut Work) -> BoxFuture<'w, Result<(T, Paying), Error>> + Send + Sync + 'static,
{
    let store = store.clone();
    let task = tokio::spawn(async move {
        let (answer, paying) = store.write(actor, statements.clone(), act).await?;
        let end = match paying {
            Paying::Nothing => Ok(Collected::Paid),
            // whoever waits for it can be sent to confirm it
            Paying::Charge(charge) => {
                charge_and_settle(&store, statements, Charge { is_attended: true, ..charge }).await
            }
            Paying::Earlier(payment_id) => wait(&store, payment_id).await,
        };
        let collected = end.unwrap_or_else(|error| {
            tracing::error!(?error, "a payment waits for the reconciliation");
            Collected::Pending { action_url: None }
        });
        Ok((answer, collected))
    });
    task.await.map_err(|e| Error::fault(format!("payment task: {e}")))?
}

async fn charge_and_settle(store: &Store, statements: Statements, asked: Charge) -> Result<Collected, Error> {
    let payment_id = asked.payment_id;
    let settlements = charge(store.settings(), vec![asked], 1).await;
    let settled = store
        .write(Actor::System(System::Renewals), statements, move |work| Box::pin(settle(work, settlements.clone())))
        .await?;
    match settled.into_iter().next() {
        Some(settled) => Ok(Collected::of(&settled.payment)),
        None => wait(store, payment_id).await, // the reconciliation was faster
    }
}

/// Waits until it is known how a payment ended, or nobody would wait longer.
async fn wait(store: &Store, payment_id: PaymentId) -> Result<Collected, Error> {
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(10);
    loop {
        let mut sql = Sql::new(store.pool().get_database_backend());
        sql.add("SELECT * FROM payment WHERE id = ?", [payment_id.into()]);
        let payment: payment::Model = sql.one(store.pool()).await?.ok_or_else(|| Error::fault("a payment vanished"))?;
        let is_late = tokio::time::Instant::now() + pause > until;
        if payment.status != PaymentStatus::Pending || is_late {
            return Ok(Collected::of(&payment));
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}

impl Collected {
    fn of(payment: &payment::Model) -> Self {
        match payment.status {
            PaymentStatus::Succeeded | PaymentStatus::Refunded => Self::Paid,
            PaymentStatus::Declined => Self::Declined { code: payment.failure_code.clone().unwrap_or_default() },
            PaymentStatus::Pending | PaymentStatus::Unknown => Self::Pending { action_url: payment.action_url.clone() },
        }
    }
}
