//! What renewals will cost an account and earn it, month by month, under today's payers, prices and rates.
//!
//! Computed by the functions that bill, as the run will bundle them, so that it is what will be billed if nothing changes.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entities::id::{AccountId, ProductId};

use super::quote::{Due, accounts, taxed};
use super::rules::run_of;
use super::store::{AsOf, Renewable, of_accounts};
use crate::calendar::{boundary, local_date, start_of_day};
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::permission::Permission;
use crate::product::rules::time_zone;
use crate::store::Reader;

/// Whose forecast, of how many months: the rest of this one counts as the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ForecastOf {
    /// Whose.
    pub account_id: AccountId,
    /// At least one.
    pub months: u32,
}

/// What is billed in one month in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForecastMonth {
    /// Its first day; an invoice belongs to the month of its issue.
    pub month: NaiveDate,
    /// How many renewals the account pays, or earns on.
    pub renewals: i32,
    /// What it pays, with tax.
    pub total: Money,
    /// What its wallet is credited.
    pub cashback: Money,
}

/// The months in which something renews, the first one first; none for an account whose invoices the reader's actor may not see.
/// Two statements, for any number of accounts.
pub async fn forecasts(
    reader: &Reader,
    asked: &[ForecastOf],
) -> Result<HashMap<ForecastOf, Vec<ForecastMonth>>, Error> {
    let actor = reader.actor();
    let mut asked = asked.to_vec();
    asked
        .retain(|it| actor.sees_everything() || actor.accounts_with(Permission::ViewInvoices).contains(&it.account_id));
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<AccountId> = asked.iter().map(|it| it.account_id).collect();
    let rows = of_accounts(reader.conn(), AsOf::of(reader.now(), reader.settings()), &ids).await?;
    let payers = accounts(reader.conn(), &ids).await?;
    let mut by_account: HashMap<AccountId, Vec<&Renewable>> = HashMap::new();
    for row in &rows {
        by_account.entry(row.account_id).or_default().push(row);
        if let Some(partner) = row.partner_id.filter(|partner| *partner != row.account_id) {
            by_account.entry(partner).or_default().push(row);
        }
    }
    let mut forecasts = HashMap::with_capacity(asked.len());
    for of in asked {
        let own = payers.get(&of.account_id).map(|payer| (of.account_id, payer.clone())).into_iter().collect();
        let mut months: BTreeMap<(NaiveDate, Currency), ForecastMonth> = BTreeMap::new();
        for (run_at, due) in runs(reader, by_account.get(&of.account_id).map_or(&[][..], Vec::as_slice), of)? {
            let month = first_of_month(local_date(run_at, reader.settings().seller.time_zone));
            for quote in taxed(&due, reader.settings(), &own)?.into_values() {
                let nothing = Money::zero(quote.total.currency());
                let total = if quote.billed_to_id == of.account_id { quote.total } else { nothing };
                let cashback = if quote.partner_id == Some(of.account_id) { quote.cashback } else { nothing };
                if total.is_zero() && cashback.is_zero() {
                    continue;
                }
                let key = (month, nothing.currency());
                let new = || ForecastMonth { month, renewals: 0, total: nothing, cashback: nothing };
                let row = months.entry(key).or_insert_with(new);
                row.renewals += 1;
                row.total = row.total.checked_add(total)?;
                row.cashback = row.cashback.checked_add(cashback)?;
            }
        }
        forecasts.insert(of, months.into_values().collect());
    }
    Ok(forecasts)
}

/// What is due in each run until the end of the last month, in the seller's time zone.
fn runs(
    reader: &Reader,
    rows: &[&Renewable],
    of: ForecastOf,
) -> Result<BTreeMap<DateTime<Utc>, BTreeMap<ProductId, Due>>, Error> {
    let (now, zone) = (reader.now(), reader.settings().seller.time_zone);
    let end = start_of_day(boundary(first_of_month(local_date(now, zone)), of.months)?, zone);
    let mut runs: BTreeMap<DateTime<Utc>, BTreeMap<ProductId, Due>> = BTreeMap::new();
    for row in rows {
        let Some(line) = row.automatic_line()? else { continue };
        let (term, zone) = (row.term()?, time_zone(&row.holder_zone));
        let mut standing = row.standing()?;
        // What is invoiced already is not billed again; what follows it is.
        if row.is_invoiced {
            standing = standing.after(term, zone)?;
        }
        loop {
            let run_at = run_of(standing.renews_at, now);
            if run_at >= end {
                break;
            }
            runs.entry(run_at).or_default().insert(row.id, Due { on: standing.renews_on, run_at, line });
            standing = standing.after(term, zone)?;
        }
    }
    Ok(runs)
}

fn first_of_month(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
}
