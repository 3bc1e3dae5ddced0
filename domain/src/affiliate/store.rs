//! The statements of this area.

use entities::id::{AccountId, OrderId, ReferralId};
use entities::{affiliate, referral};

use crate::error::Error;
use crate::sql;
use crate::work::Work;

pub(super) async fn affiliate_of(work: &Work, account_id: AccountId) -> Result<Option<affiliate::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM affiliate WHERE account_id = ?", [account_id.into()]);
    Ok(sql.one(work.conn()).await?)
}

pub(super) async fn by_code(work: &Work, code: &str) -> Result<Option<affiliate::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM affiliate WHERE code = ?", [code.into()]);
    Ok(sql.one(work.conn()).await?)
}

pub(super) async fn add(work: &Work, affiliate: &affiliate::Model) -> Result<(), Error> {
    sql::insert::<affiliate::Entity>(work.conn(), std::slice::from_ref(affiliate)).await?;
    Ok(())
}

pub(super) async fn refer(work: &Work, referral: &referral::Model) -> Result<(), Error> {
    sql::insert::<referral::Entity>(work.conn(), std::slice::from_ref(referral)).await?;
    Ok(())
}

/// The referral of an account that has ordered nothing for money yet, or not paid for it; locked, so that of two first orders at once
/// one is the first.
pub(super) async fn before_first_order(work: &Work, account_id: AccountId) -> Result<Option<referral::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM referral WHERE referred_id = ? /for update/", [account_id.into()]);
    let Some(referral) = sql.one::<referral::Model>(work.conn()).await? else { return Ok(None) };
    let mut sql = work.sql();
    sql.add(
        r#"SELECT count(*) AS n FROM "order" WHERE billed_to_id = ? AND status <> 'FAILED' AND total_minor > 0"#,
        [account_id.into()],
    );
    let ordered: Option<crate::work::Number> = sql.one(work.conn()).await?;
    Ok(ordered.is_some_and(|orders| orders.n == 0).then_some(referral))
}

pub(super) async fn earns_on(work: &Work, id: ReferralId, order_id: OrderId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE referral SET order_id = ? WHERE id = ?", [order_id.into(), id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}
