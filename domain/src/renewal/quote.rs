//! What renewals will cost, computed as the run will bundle them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entities::account;
use entities::id::{AccountId, PartnershipId, ProductId};
use entities::partnership::PayerKind;
use entities::product::RenewalBilling;
use sea_orm::ConnectionTrait;

use super::rules::{BundleKey, RenewalLine, bundles, run_of};
use super::store::{AsOf, Renewable, Through, by_ids, companions};
use crate::actor::Actor;
use crate::billing::document::{DocumentLine, totals};
use crate::calendar::{hour_tick_at_or_after, local_date};
use crate::error::Error;
use crate::money::Money;
use crate::permission::Permission;
use crate::product::rules::time_zone;
use crate::seller::Settings;
use crate::sql::Sql;

/// What the next renewal of a product will cost, as things stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// When: a date of the holder's time zone.
    pub on: NaiveDate,
    /// Who pays.
    pub billed_to_id: AccountId,
    /// The public net price of the term.
    pub public_price: Money,
    /// What is taken off for a partner that pays.
    pub discount: Money,
    /// The line's part of its invoice's tax.
    pub tax: Money,
    /// What the payer pays: public price − discount + tax.
    pub total: Money,
    /// What the partner will be credited.
    pub cashback: Money,
    /// The partner that earns, if there is one.
    pub partner_id: Option<AccountId>,
}

/// As much of a quote as a viewer sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownQuote {
    /// When.
    pub on: NaiveDate,
    /// Who pays.
    pub billed_to_id: AccountId,
    /// Public.
    pub public_price: Money,
    /// Of those who may see the payer's invoices.
    pub discount: Option<Money>,
    /// Of those who may see the payer's invoices.
    pub tax: Option<Money>,
    /// Of those who may see the payer's invoices.
    pub total: Option<Money>,
    /// Of the partner alone.
    pub cashback: Option<Money>,
}

impl Quote {
    /// As much of it as this actor may see: what the payer pays is for those who see its invoices, cashback for those who see
    /// the partner's wallet. Source: `docs/rules.md` §3, "Who sees which figure".
    pub fn shown_to(&self, actor: &Actor) -> ShownQuote {
        let is_open = |account_id: AccountId| {
            actor.sees_everything() || actor.accounts_with(Permission::ViewInvoices).contains(&account_id)
        };
        let of_payer = is_open(self.billed_to_id);
        ShownQuote {
            on: self.on,
            billed_to_id: self.billed_to_id,
            public_price: self.public_price,
            discount: of_payer.then_some(self.discount),
            tax: of_payer.then_some(self.tax),
            total: of_payer.then_some(self.total),
            cashback: self.partner_id.filter(|id| is_open(*id)).map(|_| self.cashback),
        }
    }
}

/// A change of the payer that is thought through and not made.
#[derive(Clone, Debug)]
pub struct AssumedPayer {
    /// Of this partnership.
    pub partnership_id: PartnershipId,
    /// To this one.
    pub payer: PayerKind,
    /// Products that would follow it from then on.
    pub product_ids: Vec<ProductId>,
}

impl AssumedPayer {
    fn apply(&self, row: &mut Renewable) {
        if row.partnership_id == Some(self.partnership_id) {
            row.payer = Some(self.payer);
        }
        if self.product_ids.contains(&row.id) {
            row.renewal_billing = RenewalBilling::Partnership;
        }
    }
}

/// Who the next renewal of each product is billed to, as things stand. One statement.
pub(super) async fn payers(
    conn: &impl ConnectionTrait,
    as_of: AsOf,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, AccountId>, Error> {
    let rows = by_ids(conn, as_of, &Through::Managing, ids).await?;
    rows.iter().map(|row| Ok((row.id, row.payer()?))).collect()
}

/// The quote of each product that will renew by itself. Three statements, for any number of products.
pub(super) async fn quotes(
    conn: &impl ConnectionTrait,
    settings: &Settings,
    now: DateTime<Utc>,
    ids: &[ProductId],
    assumed: Option<&AssumedPayer>,
) -> Result<HashMap<ProductId, Quote>, Error> {
    let as_of = AsOf::of(now, settings);
    let through = assumed.map_or(Through::Managing, |it| Through::Moving(it.partnership_id, it.product_ids.clone()));
    let asked = prepared(by_ids(conn, as_of, &through, ids).await?, assumed, now)?;
    let payers: Vec<AccountId> = unique(asked.values().map(|due| due.line.billed_to_id));
    let windows: Vec<_> =
        unique(asked.values().map(|due| due.run_at)).into_iter().map(|run| window(run, now)).collect();
    let beside = prepared(companions(conn, as_of, &through, &payers, &windows).await?, assumed, now)?;
    let accounts = accounts(conn, &payers).await?;
    let all: BTreeMap<ProductId, Due> = beside.into_iter().chain(asked).collect();
    let mut quotes = taxed(&all, settings, &accounts)?;
    quotes.retain(|id, _| ids.contains(id));
    Ok(quotes)
}

/// A renewal to come.
#[derive(Clone, Debug)]
pub(super) struct Due {
    pub(super) on: NaiveDate,
    pub(super) run_at: DateTime<Utc>,
    pub(super) line: RenewalLine,
}

/// The lines of the products that renew by themselves and have a price.
pub(super) fn prepared(
    rows: Vec<Renewable>,
    assumed: Option<&AssumedPayer>,
    now: DateTime<Utc>,
) -> Result<BTreeMap<ProductId, Due>, Error> {
    let mut due = BTreeMap::new();
    for mut row in rows.into_iter().filter(Renewable::renews_by_itself) {
        if let Some(assumed) = assumed {
            assumed.apply(&mut row);
        }
        if let Some(line) = row.automatic_line()? {
            due.insert(row.id, Due { on: row.renews_on, run_at: run_of(row.renews_at, now), line });
        }
    }
    Ok(due)
}

/// What a run by this instant claims round by round: of each product the next period that is due by then.
pub(super) fn rounds(
    rows: &[Renewable],
    as_of: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<Vec<BTreeMap<ProductId, Due>>, Error> {
    let mut rounds: Vec<BTreeMap<ProductId, Due>> = Vec::new();
    for row in rows.iter().filter(|row| row.renews_by_itself()) {
        let Some(line) = row.automatic_line()? else { continue };
        let mut standing = row.standing()?;
        let mut round = 0;
        while standing.renews_at <= as_of {
            if rounds.len() == round {
                rounds.push(BTreeMap::new());
            }
            let run_at = run_of(standing.renews_at, as_of.max(now));
            if let Some(due) = rounds.get_mut(round) {
                due.insert(row.id, Due { on: standing.renews_on, run_at, line });
            }
            standing = standing.after(row.term()?, time_zone(&row.holder_zone))?;
            round += 1;
        }
    }
    Ok(rounds)
}

/// What is due in this run: within the hour before it, or at any time before it for the next one.
fn window(run: DateTime<Utc>, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let is_next = run == hour_tick_at_or_after(now);
    let after = if is_next { DateTime::UNIX_EPOCH } else { run - TimeDelta::hours(1) };
    (after, run)
}

fn unique<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    values.collect::<BTreeSet<_>>().into_iter().collect()
}

pub(super) async fn accounts(
    conn: &impl ConnectionTrait,
    ids: &[AccountId],
) -> Result<HashMap<AccountId, account::Model>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT * FROM account WHERE id ").any(ids);
    let accounts: Vec<account::Model> = sql.all(conn).await?;
    Ok(accounts.into_iter().map(|account| (account.id, account)).collect())
}

/// The quotes of those whose payer is among the accounts: bundled, and each bundle taxed as one document.
pub(super) fn taxed(
    due: &BTreeMap<ProductId, Due>,
    settings: &Settings,
    accounts: &HashMap<AccountId, account::Model>,
) -> Result<HashMap<ProductId, Quote>, Error> {
    let mut quotes = HashMap::with_capacity(due.len());
    for (id, due) in due {
        quotes.insert(*id, untaxed(due));
    }
    let lines = due.iter().map(|(id, due)| {
        let line = &due.line;
        let currency = line.amounts.net.currency();
        (BundleKey { billed_to_id: line.billed_to_id, currency, run_at: due.run_at }, *id, line.amounts.net, due)
    });
    for (key, lines) in bundles(lines) {
        let Some(payer) = accounts.get(&key.billed_to_id) else { continue };
        let treatment = settings.tax_of(payer, local_date(key.run_at, settings.seller.time_zone))?;
        let document: Vec<_> = lines
            .iter()
            .map(|(_, due)| DocumentLine {
                public_price: due.line.amounts.public_price,
                discount: due.line.amounts.discount,
                treatment,
            })
            .collect();
        let sums = totals(key.currency, &document)?;
        for ((id, due), tax) in lines.iter().zip(sums.line_tax) {
            if let Some(quote) = quotes.get_mut(id) {
                quote.tax = tax;
                quote.total = due.line.amounts.net.checked_add(tax)?;
            }
        }
    }
    Ok(quotes)
}

fn untaxed(due: &Due) -> Quote {
    let amounts = &due.line.amounts;
    Quote {
        on: due.on,
        billed_to_id: due.line.billed_to_id,
        public_price: amounts.public_price,
        discount: amounts.discount,
        tax: Money::zero(amounts.net.currency()),
        total: amounts.net,
        cashback: amounts.cashback,
        partner_id: due.line.partner_id,
    }
}
