//! Finding out how payments ended whose answer was lost, or whose process died.

use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::id::PaymentId;
use futures::{StreamExt as _, stream};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::payment::{Settlement, charge, open_charges};
use super::settle::settle;
use crate::actor::{Actor, System};
use crate::error::Error;
use crate::gateway::{Charge, LookUp, Outcome};
use crate::sql::Sql;
use crate::store::{Statements, Store};

/// How many look-ups and charges are in flight at once.
const AT_ONCE: usize = 32;
/// How long a payment waits for its customer to confirm it, in real time.
const PATIENCE: Duration = Duration::from_hours(1);
/// How many payments one sweep takes up; the next one goes on.
const SWEEP: i64 = 5_000;

/// Asks the gateway about those of the payments that are open, and settles what it knows. One that never arrived is charged
/// now, by the same key; one whose customer has not confirmed it for an hour is given up. Tells how many are still open; then it is
/// to be called again later.
pub async fn reconcile(store: &Store, payment_ids: &[PaymentId]) -> Result<usize, Error> {
    let open = open_charges(store, payment_ids).await?;
    let asked = open.len();
    let gateway = &store.settings().gateway;
    let too_old = first_id_at(store.now().await?.real_now - PATIENCE);
    let looked_up = open.into_iter().map(|charge| {
        let gateway = gateway.clone();
        async move {
            let mut answer = gateway.look_up(&charge).await;
            if matches!(answer, LookUp::Seen(Outcome::NeedsCustomer { .. })) && charge.payment_id.0 < too_old {
                answer = gateway.give_up(&charge).await;
            }
            (answer, charge)
        }
    });
    let answers: Vec<(LookUp, Charge)> = stream::iter(looked_up).buffer_unordered(AT_ONCE).collect().await;
    let mut settlements = Vec::with_capacity(asked);
    let mut never_arrived = Vec::new();
    for (answer, charge) in answers {
        match answer {
            LookUp::Seen(outcome) => settlements.push(Settlement { payment_id: charge.payment_id, outcome }),
            LookUp::NeverArrived => never_arrived.push(charge),
            LookUp::Unavailable => {}
        }
    }
    settlements.extend(charge(store.settings(), never_arrived, AT_ONCE).await);
    let is_known = |outcome: &Outcome| matches!(outcome, Outcome::Succeeded { .. } | Outcome::Declined { .. });
    let known = settlements.iter().filter(|it| is_known(&it.outcome)).count();
    if !settlements.is_empty() {
        store
            .write(Actor::System(System::Renewals), Statements::default(), move |work| {
                Box::pin(settle(work, settlements.clone()))
            })
            .await?;
    }
    Ok(asked.saturating_sub(known))
}

#[derive(FromQueryResult)]
struct Id {
    id: PaymentId,
}

/// The same for every payment whose answer is overdue in real time. Tells how many of them are still open.
pub async fn reconcile_open(store: &Store) -> Result<usize, Error> {
    let before = store.now().await?.real_now - store.settings().reconcile_after();
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.add(
        "SELECT id FROM payment WHERE status IN ('PENDING', 'UNKNOWN') AND id < ? ORDER BY id LIMIT ?",
        [first_id_at(before).into(), SWEEP.into()],
    );
    let overdue: Vec<PaymentId> = sql.all::<Id>(store.pool()).await?.into_iter().map(|row| row.id).collect();
    if overdue.is_empty() { Ok(0) } else { reconcile(store, &overdue).await }
}

/// No id that was made before this instant, in real time, is above it: ids begin with the time of their making. The columns
/// of a payment tell the product's time, which may stand still.
pub(crate) fn first_id_at(instant: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(instant.timestamp_millis()).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}
