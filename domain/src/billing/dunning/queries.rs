//! Where failed renewals stand.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::ProductId;
use entities::product::ProductStatus;
use sea_orm::FromQueryResult;

use super::DunningStep;
use crate::calendar::local_date;
use crate::error::Error;
use crate::permission::{Permission, visible};
use crate::product::rules::time_zone;
use crate::store::Reader;

/// Where a failed renewal stands; days are dates of its payer's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dunning {
    /// How often its payment was tried.
    pub attempts: i32,
    /// When it is tried again; none after the last time.
    pub next_attempt_on: Option<NaiveDate>,
    /// When it is suspended; none once it is.
    pub suspends_on: Option<NaiveDate>,
    /// When it is cancelled.
    pub cancels_on: NaiveDate,
}

#[derive(FromQueryResult)]
struct Row {
    product_id: ProductId,
    status: ProductStatus,
    attempts: i32,
    first_declined_at: DateTime<Utc>,
    time_zone: String,
    steps_taken: i32,
}

/// Of each of these products that is behind; none to contributors, as of what it costs. One statement, for any number of them.
pub async fn dunnings(reader: &Reader, ids: &[ProductId]) -> Result<HashMap<ProductId, Dunning>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT p.id AS product_id, p.status, i.attempts, i.first_declined_at, a.time_zone, g.steps_taken
        FROM product p JOIN product_period d ON d.product_id = p.id AND d.paid_at IS NULL AND d.credited_at IS NULL
        JOIN invoice_line l ON l.id = d.invoice_line_id JOIN invoice i ON i.id = l.invoice_id JOIN dunning g ON g.invoice_id = i.id
        JOIN account a ON a.id = i.billed_to_id
        WHERE p.status IN ('PAST_DUE', 'SUSPENDED') AND i.status = 'OPEN' AND i.first_declined_at IS NOT NULL AND p.id ",
    );
    sql.any(ids).push(" AND ");
    visible::products_held(&mut sql, reader.viewer(), Permission::ViewProducts, "p");
    let rows: Vec<Row> = sql.all(reader.conn()).await?;
    let mut dunnings = HashMap::with_capacity(rows.len());
    for row in rows {
        let schedule =
            reader.settings().dunning.schedule(local_date(row.first_declined_at, time_zone(&row.time_zone)))?;
        let steps_taken = usize::try_from(row.steps_taken).unwrap_or_default();
        let on = |step: DunningStep| schedule.iter().find(|(_, of)| *of == step).map(|(on, _)| *on);
        let mut left = schedule.iter().skip(steps_taken);
        let next_attempt_on = left.find(|(_, step)| matches!(step, DunningStep::Charge(_))).map(|(on, _)| *on);
        let suspends_on = on(DunningStep::Suspend).filter(|_| row.status == ProductStatus::PastDue);
        let Some(cancels_on) = on(DunningStep::Cancel) else { continue };
        dunnings.insert(row.product_id, Dunning { attempts: row.attempts, next_attempt_on, suspends_on, cancels_on });
    }
    Ok(dunnings)
}
