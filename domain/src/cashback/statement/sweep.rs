//! Monthly statements: what a wallet earned in a month that is over, what became of it, and what it held before and after.
//!
//! A month is the seller's. A wallet without entries in it gets none. A statement is written once, with the mail about it, and never
//! changed: what comes later stands on a later one. The first sweep of all only begins.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use entities::id::AccountId;
use entities::{cashback_statement, statement_sweep};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::{Value, json};

use crate::calendar::{boundary, local_date, start_of_day};
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::notification::recipients::members_with;
use crate::notification::{MailKind, Notice};
use crate::permission::Permission;
use crate::seller::Settings;
use crate::sql::{self, Sql};
use crate::work::{Number, Work};

/// How many wallets one transaction states.
const BATCH: i64 = 200;

fn month_of(at: DateTime<Utc>, settings: &Settings) -> NaiveDate {
    let on = local_date(at, settings.seller.time_zone);
    on.with_day(1).unwrap_or(on)
}

/// When the next month ends that has something to state. For the test clock.
pub(crate) async fn next_statement(
    conn: &impl ConnectionTrait,
    settings: &Settings,
) -> Result<Option<DateTime<Utc>>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT * FROM statement_sweep WHERE id = 1");
    let Some(sweep) = sql.one::<statement_sweep::Model>(conn).await? else { return Ok(None) };
    let zone = settings.seller.time_zone;
    let mut sql = Sql::new(conn.get_database_backend());
    let from = start_of_day(sweep.stated_until, zone);
    sql.add(
        "SELECT count(*) AS n FROM (SELECT 1 AS one FROM wallet_entry WHERE created_at >= ? LIMIT 1) e",
        [from.into()],
    );
    let has_entries = sql.one::<Number>(conn).await?.is_some_and(|row| row.n > 0);
    let end = start_of_day(boundary(sweep.stated_until, 1)?, zone);
    Ok(has_entries.then_some(end))
}

/// What the entries of a month come to, in minor units, each with the sign that it has in the wallet.
#[derive(FromQueryResult)]
struct Stated {
    account_id: AccountId,
    currency: String,
    opening_minor: i64,
    earned_minor: i64,
    reversed_minor: i64,
    spent_minor: i64,
    paid_out_minor: i64,
}

/// States the next month that is over by this tick, one batch of wallets; whether there may be more to state.
pub async fn state(work: &mut Work, until: DateTime<Utc>) -> Result<bool, Error> {
    let this_month = month_of(until, work.settings());
    let first = statement_sweep::Model { id: 1, stated_until: this_month };
    sql::insert_new::<statement_sweep::Entity>(work.conn(), &[first]).await?;
    let mut sql = work.sql();
    sql.push("SELECT * FROM statement_sweep WHERE id = 1 /for update/");
    let month = sql.one::<statement_sweep::Model>(work.conn()).await?.map_or(this_month, |sweep| sweep.stated_until);
    if month >= this_month {
        return Ok(false);
    }
    let next_month = boundary(month, 1)?;
    let stated = stated(work, month, next_month).await?;
    if stated.is_empty() {
        let mut sql = work.sql();
        sql.add("UPDATE statement_sweep SET stated_until = ? WHERE id = 1", [next_month.into()]);
        sql.execute(work.conn()).await?;
    } else {
        write(work, month, next_month, stated).await?;
    }
    Ok(true)
}

/// The wallets with entries in this month that are not stated yet. What a wallet held before is what it holds, less what came since.
async fn stated(work: &Work, month: NaiveDate, next_month: NaiveDate) -> Result<Vec<Stated>, Error> {
    let zone = work.settings().seller.time_zone;
    let (from, to) = (start_of_day(month, zone), start_of_day(next_month, zone));
    let mut sql = work.sql();
    sql.add(
        "SELECT m.account_id, m.currency, m.earned_minor, m.reversed_minor, m.spent_minor, m.paid_out_minor,
            CAST(w.pending_minor + w.available_minor - (SELECT coalesce(sum(n.amount_minor), 0) FROM wallet_entry n
                WHERE n.account_id = m.account_id AND n.currency = m.currency AND n.created_at >= ?) AS bigint) AS opening_minor
        FROM (SELECT account_id, currency,
                CAST(sum(CASE WHEN kind IN ('CASHBACK', 'REFERRAL') THEN amount_minor ELSE 0 END) AS bigint) AS earned_minor,
                CAST(sum(CASE WHEN kind = 'CASHBACK_REVERSAL' THEN amount_minor ELSE 0 END) AS bigint) AS reversed_minor,
                CAST(sum(CASE WHEN kind IN ('SPENT', 'ADJUSTMENT') THEN amount_minor ELSE 0 END) AS bigint) AS spent_minor,
                CAST(sum(CASE WHEN kind = 'PAYOUT' THEN amount_minor ELSE 0 END) AS bigint) AS paid_out_minor
            FROM wallet_entry WHERE created_at >= ? AND created_at < ? GROUP BY account_id, currency) m
        JOIN wallet w ON w.account_id = m.account_id AND w.currency = m.currency
        WHERE NOT EXISTS (SELECT 1 FROM cashback_statement s
            WHERE s.account_id = m.account_id AND s.currency = m.currency AND s.month = ?)
        ORDER BY m.account_id, m.currency LIMIT ?",
        [from.into(), from.into(), to.into(), month.into(), BATCH.into()],
    );
    Ok(sql.all(work.conn()).await?)
}

async fn write(work: &mut Work, month: NaiveDate, next_month: NaiveDate, stated: Vec<Stated>) -> Result<(), Error> {
    let rows: Vec<cashback_statement::Model> = stated
        .into_iter()
        .map(|row| cashback_statement::Model {
            id: work.new_id(),
            account_id: row.account_id,
            currency: row.currency,
            month,
            opening_minor: row.opening_minor,
            earned_minor: row.earned_minor,
            reversed_minor: row.reversed_minor,
            spent_minor: row.spent_minor,
            paid_out_minor: row.paid_out_minor,
            closing_minor: row.opening_minor
                + row.earned_minor
                + row.reversed_minor
                + row.spent_minor
                + row.paid_out_minor,
            created_at: work.now(),
        })
        .collect();
    sql::insert::<cashback_statement::Entity>(work.conn(), &rows).await?;
    let accounts: Vec<AccountId> = rows.iter().map(|row| row.account_id).collect();
    let readers = members_with(work, &accounts, Permission::ViewInvoices).await?;
    for row in &rows {
        let data = told(row, next_month)?;
        for reader in readers.iter().filter(|reader| reader.member_of.account_id == row.account_id) {
            work.notify(Notice {
                kind: MailKind::CashbackStatement,
                subject_id: row.id.into(),
                step: 0,
                recipient: reader.recipient.clone(),
                member_of: Some(reader.member_of),
                written_by: None,
                data: data.clone(),
            });
        }
    }
    Ok(())
}

/// What was taken out is told as an amount above zero.
fn told(row: &cashback_statement::Model, next_month: NaiveDate) -> Result<Value, Error> {
    let currency = Currency::parse(&row.currency)?;
    let amount = |minor: i64| {
        let money = Money::new(minor, currency);
        json!({ "minor": money.minor(), "currency": currency.code(), "exponent": currency.exponent() })
    };
    Ok(json!({
        "from": row.month, "to": next_month.pred_opt(), "opening": amount(row.opening_minor), "earned": amount(row.earned_minor),
        "reversed": amount(-row.reversed_minor), "spent": amount(-row.spent_minor), "paid_out": amount(-row.paid_out_minor),
        "closing": amount(row.closing_minor),
    }))
}
