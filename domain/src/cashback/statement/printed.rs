//! A statement as a document: what the seller states that it owes a partner for its sales, issued in the partner's stead.
//!
//! Nothing of the invoices that were paid is on it but what their cashback was computed from: they stay the payers'. It is made anew
//! for each copy, from rows that never change.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::{AccountId, CashbackStatementId};
use entities::wallet_entry::WalletEntryKind;
use entities::{account, cashback_statement};
use sea_orm::FromQueryResult;

use crate::billing::printed::print;
use crate::billing::{Buyer, SellerOnInvoice};
use crate::calendar::{boundary, local_date, start_of_day};
use crate::error::Error;
use crate::money::{Currency, Money, Rate};
use crate::permission::visible;
use crate::store::Reader;

/// How many entries a statement lists one by one; those beyond stand on it as one sum.
pub const LINES: i64 = 1_000;

/// All that stands on a statement of one month and currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedStatement {
    /// The month, the currency, and whose it is.
    pub number: String,
    /// The language of the partner's account, a BCP 47 tag.
    pub locale: String,
    /// Of all amounts.
    pub currency: Currency,
    /// When it was written.
    pub issued_at: DateTime<Utc>,
    /// Its date, in the seller's time zone.
    pub issued_on: NaiveDate,
    /// The month, its first and its last day.
    pub days: (NaiveDate, NaiveDate),
    /// Who owes what is earned.
    pub seller: SellerOnInvoice,
    /// Who earned it.
    pub partner: Buyer,
    /// The first [`LINES`] of the month, oldest first.
    pub entries: Vec<PrintedEntry>,
    /// What the others come to; zero where all are listed.
    pub further: Money,
    /// What the wallet held before the month.
    pub opening: Money,
    /// Credited in it.
    pub earned: Money,
    /// Taken back in it, zero or less.
    pub reversed: Money,
    /// Spent on invoices of the partner's own, with corrections; usually zero or less.
    pub spent: Money,
    /// Paid out in it, zero or less.
    pub paid_out: Money,
    /// What the wallet held after it: the sum of all of these.
    pub closing: Money,
}

/// An entry of the wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedEntry {
    /// Its day, in the seller's time zone.
    pub on: NaiveDate,
    /// What it is.
    pub kind: WalletEntryKind,
    /// What was sold, by its name in the catalogue; none of a payout and the like.
    pub sold: Option<String>,
    /// The price and the rate that it was computed from.
    pub basis: Option<(Money, Rate)>,
    /// With the sign that it has in the wallet.
    pub amount: Money,
}

#[derive(FromQueryResult)]
struct Entry {
    kind: WalletEntryKind,
    amount_minor: i64,
    public_price_minor: Option<i64>,
    rate_bps: Option<i32>,
    created_at: DateTime<Utc>,
    offering: Option<String>,
    plan: Option<String>,
}

/// The PDF of a statement, with the number that names it.
/// # Errors
/// `NotFound` for a statement that is not there, or of a wallet that is not seen.
pub async fn pdf(reader: &Reader, id: CashbackStatementId) -> Result<(String, Vec<u8>), Error> {
    let document = printed(reader, id).await?;
    let number = document.number.clone();
    let printer = Arc::clone(&reader.settings().printer);
    Ok((number, print(move || printer.statement(&document)).await?))
}

async fn printed(reader: &Reader, id: CashbackStatementId) -> Result<PrintedStatement, Error> {
    let (statement, account) = head(reader, id).await?;
    let zone = reader.settings().seller.time_zone;
    let next_month = boundary(statement.month, 1)?;
    let month = (start_of_day(statement.month, zone), start_of_day(next_month, zone));
    let currency = Currency::parse(&statement.currency)?;
    let money = |minor| Money::new(minor, currency);
    let entries = entries(reader, &statement, month).await?;
    let listed: i64 = entries.iter().map(|entry| entry.amount_minor).sum();
    let all = statement.closing_minor - statement.opening_minor;
    let line = |entry: Entry| {
        let basis = entry.public_price_minor.zip(entry.rate_bps);
        let basis = basis.map(|(price, bps)| Ok::<_, Error>((money(price), Rate::from_bps(bps)?))).transpose()?;
        Ok(PrintedEntry {
            on: local_date(entry.created_at, zone),
            kind: entry.kind,
            sold: entry.offering.zip(entry.plan).map(|(offering, plan)| format!("{offering} {plan}")),
            basis,
            amount: money(entry.amount_minor),
        })
    };
    Ok(PrintedStatement {
        number: number(&statement),
        locale: account.locale.clone(),
        currency,
        issued_at: statement.created_at,
        issued_on: local_date(statement.created_at, zone),
        days: (statement.month, next_month.pred_opt().unwrap_or(next_month)),
        seller: SellerOnInvoice::of(&reader.settings().seller),
        partner: Buyer::of(&account),
        entries: entries.into_iter().map(line).collect::<Result<_, Error>>()?,
        further: money(all - listed),
        opening: money(statement.opening_minor),
        earned: money(statement.earned_minor),
        reversed: money(statement.reversed_minor),
        spent: money(statement.spent_minor),
        paid_out: money(statement.paid_out_minor),
        closing: money(statement.closing_minor),
    })
}

/// Month, currency, and the end of the account's id: no partner has two of a month and currency.
fn number(statement: &cashback_statement::Model) -> String {
    let AccountId(account) = statement.account_id;
    let account = account.simple().to_string();
    let (month, currency) = (statement.month.format("%Y-%m"), &statement.currency);
    format!("CB-{month}-{currency}-{}", account.get(24..).unwrap_or(&account).to_uppercase())
}

async fn head(reader: &Reader, id: CashbackStatementId) -> Result<(cashback_statement::Model, account::Model), Error> {
    let mut sql = reader.sql();
    sql.add("SELECT s.* FROM cashback_statement s WHERE s.id = ? AND ", [id.into()]);
    visible::wallet_entries(&mut sql, reader.viewer(), "s");
    let statement: cashback_statement::Model = sql.one(reader.conn()).await?.ok_or(Error::NotFound)?;
    let mut sql = reader.sql();
    sql.add("SELECT a.* FROM account a WHERE a.id = ? AND ", [statement.account_id.into()]);
    visible::accounts(&mut sql, reader.viewer(), "a");
    let account = sql.one(reader.conn()).await?.ok_or(Error::NotFound)?;
    Ok((statement, account))
}

async fn entries(
    reader: &Reader,
    statement: &cashback_statement::Model,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Vec<Entry>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT x.kind, x.amount_minor, x.public_price_minor, x.rate_bps, x.created_at, o.name AS offering, f.name AS plan
        FROM wallet_entry x LEFT JOIN invoice_line l ON l.id = x.invoice_line_id LEFT JOIN plan f ON f.id = l.plan_id
        LEFT JOIN offering o ON o.id = f.offering_id
        WHERE x.account_id = ? AND x.currency = ? AND x.created_at >= ? AND x.created_at < ? AND ",
        [statement.account_id.into(), statement.currency.clone().into(), from.into(), to.into()],
    );
    visible::wallet_entries(&mut sql, reader.viewer(), "x");
    sql.add(" ORDER BY x.created_at, x.id LIMIT ?", [LINES.into()]);
    Ok(sql.all(reader.conn()).await?)
}
