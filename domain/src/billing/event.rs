//! What the gateway tells by itself.

use entities::gateway_event;
use entities::id::PaymentId;
use entities::payment::PaymentStatus;
use sea_orm::FromQueryResult;

use super::job::Reconcile;
use crate::error::Error;
use crate::gateway::GatewayEvent;
use crate::sql;
use crate::work::Work;

#[derive(FromQueryResult)]
struct Open {
    id: PaymentId,
}

/// Takes an event of the gateway's, whose signature was right: the payment that it is about is asked about, if it is open. A second
/// event of the same id, one about nothing of ours and one about what is settled do nothing.
pub async fn take_event(work: &mut Work, event: GatewayEvent) -> Result<(), Error> {
    let GatewayEvent { id, payment_id } = event;
    let row = gateway_event::Model { id, received_at: work.real_now() };
    if sql::insert_new::<gateway_event::Entity>(work.conn(), &[row]).await? == 0 {
        return Ok(());
    }
    let Some(payment_id) = payment_id else { return Ok(()) };
    let mut sql = work.sql();
    sql.add(
        "SELECT id FROM payment WHERE id = ? AND status IN (?, ?)",
        [payment_id.into(), PaymentStatus::Pending.into(), PaymentStatus::Unknown.into()],
    );
    if let Some(Open { id }) = sql.one(work.conn()).await? {
        work.enqueue(Reconcile { payment_ids: vec![id] });
    }
    Ok(())
}
