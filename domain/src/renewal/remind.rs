//! Reminders of renewals to come: to the payer, some days before, at about six in the holder's morning.
//!
//! A sweep tells what came up since the sweep before it, in batches that say how far they are, so a worker that dies goes on where
//! it was and tells nothing twice. Of several reminders that were missed, the last one is told; of a renewal whose day has come,
//! none. The first sweep of all only begins.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entities::id::{AccountId, ProductId};
use entities::reminder_sweep;
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::{Value, json};

use super::quote::{Quote, quotes};
use crate::activity::{ActivityKind, Event};
use crate::billing::dunning::reminder_days;
use crate::calendar::Term;
use crate::error::Error;
use crate::money::Money;
use crate::notification::recipients::members_with;
use crate::notification::{MailKind, Notice};
use crate::permission::Permission;
use crate::sql::{self, Sql, Type};
use crate::work::Work;

/// How many products one transaction looks at.
const BATCH: i64 = 500;

/// So long before a renewal its payer is reminded, so many days before; for terms of a month or for longer ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lead {
    days: u32,
    is_monthly: bool,
}

impl Lead {
    fn all() -> Result<Vec<Self>, Error> {
        let mut all = Vec::new();
        for (months, is_monthly) in [(1, true), (12, false)] {
            let days = reminder_days(Term::from_months(months)?);
            all.extend(days.iter().map(|&days| Self { days, is_monthly }));
        }
        Ok(all)
    }

    /// From the reminder to the renewal, which begins at midnight.
    fn time(self) -> TimeDelta {
        TimeDelta::days(i64::from(self.days)) - TimeDelta::hours(6)
    }
}

#[derive(FromQueryResult)]
struct Next {
    at: Option<DateTime<Utc>>,
}

/// When the next reminder after this instant is due. For the test clock.
pub(crate) async fn next_reminder(
    conn: &impl ConnectionTrait,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let mut first = None;
    for lead in Lead::all()? {
        let mut sql = Sql::new(conn.get_database_backend());
        sql.add(
            "SELECT min(renews_at) AS at FROM product
            WHERE auto_renew AND status IN ('FREE', 'ACTIVE') AND renews_at > ? AND (term_months = 1) = ?",
            [(after + lead.time()).into(), lead.is_monthly.into()],
        );
        let at = sql.one::<Next>(conn).await?.and_then(|row| row.at).map(|at| at - lead.time());
        first = [first, at].into_iter().flatten().min();
    }
    Ok(first)
}

/// Reminds of what came up by this tick, one batch; whether there is more of it.
pub async fn remind(work: &mut Work, until: DateTime<Utc>) -> Result<bool, Error> {
    let Some(sweep) = begin(work, until).await? else { return Ok(false) };
    let due = due(work, &sweep, sweep.until.unwrap_or(until)).await?;
    let has_more = i64::try_from(due.len()).is_ok_and(|count| count == BATCH);
    let sweep = if has_more {
        reminder_sweep::Model { after_id: due.last().map(|row| row.id), ..sweep }
    } else {
        let swept_until = sweep.until.unwrap_or(until);
        reminder_sweep::Model { swept_until, until: None, after_id: None, ..sweep }
    };
    let mut sql = work.sql();
    sql.add(
        "UPDATE reminder_sweep SET swept_until = ?, until = ?, after_id = ? WHERE id = 1",
        [sweep.swept_until.into(), sweep.until.into(), sweep.after_id.into()],
    );
    sql.execute(work.conn()).await?;
    tell(work, due).await?;
    Ok(has_more)
}

/// The sweep that is under way, or a new one, locked; none where nothing can have come up.
async fn begin(work: &Work, until: DateTime<Utc>) -> Result<Option<reminder_sweep::Model>, Error> {
    let first = reminder_sweep::Model { id: 1, swept_until: until, until: None, after_id: None };
    sql::insert_new::<reminder_sweep::Entity>(work.conn(), &[first]).await?;
    let mut sql = work.sql();
    sql.push("SELECT * FROM reminder_sweep WHERE id = 1 /for update/");
    let sweep: Option<reminder_sweep::Model> = sql.one(work.conn()).await?;
    let sweep = sweep.filter(|sweep| sweep.until.is_some() || sweep.swept_until < until);
    Ok(sweep.map(|sweep| reminder_sweep::Model { until: sweep.until.or(Some(until)), ..sweep }))
}

/// A product that renews so many days from now.
#[derive(Debug, FromQueryResult)]
struct Coming {
    id: ProductId,
    account_id: AccountId,
    label: String,
    plan: String,
    holder: String,
    anchor_months: i32,
    days: i64,
}

async fn due(work: &Work, sweep: &reminder_sweep::Model, until: DateTime<Utc>) -> Result<Vec<Coming>, Error> {
    let leads: Vec<Value> = Lead::all()?
        .into_iter()
        .map(|lead| {
            json!({
                "days": lead.days, "is_monthly": lead.is_monthly,
                "after": sweep.swept_until + lead.time(), "until": until + lead.time(),
            })
        })
        .collect();
    let columns = [("days", Type::Int), ("is_monthly", Type::Bool), ("after", Type::Instant), ("until", Type::Instant)];
    let mut sql = work.sql();
    sql.push(
        "SELECT p.id, p.account_id, p.label, f.name AS plan, a.name AS holder, p.anchor_months, min(w.days) AS days FROM ",
    );
    sql.records("w", &columns, &leads)?.add(
        " JOIN product p ON p.renews_at > w.after AND p.renews_at <= w.until AND (p.term_months = 1) = w.is_monthly
        JOIN plan f ON f.id = coalesce(p.next_plan_id, p.plan_id) JOIN account a ON a.id = p.account_id
        WHERE p.auto_renew AND p.status IN ('FREE', 'ACTIVE') AND p.renews_at > ? AND (CAST(? AS /uuid/) IS NULL OR p.id > ?)
        GROUP BY p.id, p.account_id, p.label, f.name, a.name, p.anchor_months ORDER BY p.id LIMIT ?",
        [work.now().into(), sweep.after_id.into(), sweep.after_id.into(), BATCH.into()],
    );
    Ok(sql.all(work.conn()).await?)
}

/// What one mail lists: what one account pays on one day in one currency.
type Bundles = BTreeMap<(AccountId, NaiveDate, i64, &'static str), Vec<(Coming, Quote)>>;

/// To the feeds of the holders, and one mail to each payer about all that it pays on a day. What costs nothing is not told.
async fn tell(work: &mut Work, due: Vec<Coming>) -> Result<(), Error> {
    let ids: Vec<ProductId> = due.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mut quotes = quotes(work.conn(), work.settings(), work.now(), &ids, None).await?;
    let mut bundles = Bundles::new();
    for row in due {
        let Some(quote) = quotes.remove(&row.id).filter(|quote| quote.total.is_positive()) else { continue };
        let event = Event::new(row.account_id, ActivityKind::RenewalUpcoming).of_product(row.id);
        work.tell(event.with(json!({ "label": row.label, "renewsOn": quote.on, "days": row.days })));
        let key = (quote.billed_to_id, quote.on, row.days, quote.total.currency().code());
        bundles.entry(key).or_default().push((row, quote));
    }
    let payers: Vec<AccountId> = bundles.keys().map(|(payer, ..)| *payer).collect();
    let readers = members_with(work, &payers, Permission::ViewInvoices).await?;
    for ((payer, on, days, _), products) in &bundles {
        let Some((first, quote)) = products.first() else { continue };
        let total = Money::sum(quote.total.currency(), products.iter().map(|(_, quote)| quote.total))?;
        let lines: Vec<Value> = products
            .iter()
            .map(|(row, quote)| {
                json!({ "product": row.label, "plan": row.plan, "holder": row.holder, "total": amount(quote.total) })
            })
            .collect();
        let data = json!({ "renews_on": on, "days": days, "lines": lines, "total": amount(total) });
        // This renewal of the first of them, so many days before.
        let step = first.anchor_months.saturating_mul(100).saturating_add(i32::try_from(*days).unwrap_or_default());
        for reader in readers.iter().filter(|reader| reader.member_of.account_id == *payer) {
            work.notify(Notice {
                kind: MailKind::RenewalUpcoming,
                subject_id: first.id.into(),
                step,
                recipient: reader.recipient.clone(),
                member_of: Some(reader.member_of),
                written_by: None,
                data: data.clone(),
            });
        }
    }
    Ok(())
}

fn amount(money: Money) -> Value {
    json!({ "minor": money.minor(), "currency": money.currency().code(), "exponent": money.currency().exponent() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 30, 7 and 1 days before, and 3 for terms of a month; at six in the morning of that day.
    #[test]
    fn a_reminder_comes_some_days_and_eighteen_hours_early() {
        let hours: Vec<_> =
            Lead::all().unwrap().iter().map(|lead| (lead.is_monthly, lead.time().num_hours())).collect();
        assert_eq!(hours, [(true, 66), (false, 714), (false, 162), (false, 18)]);
    }
}
