//! Reads about affiliates and those whom they brought.

use std::collections::HashMap;

use entities::id::{AccountId, ReferralId};
use entities::{affiliate, referral};
use sea_orm::FromQueryResult;

use super::rules;
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::nested::{self, List};
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::store::Reader;

/// Newest first.
const REFERRALS: List = List::by_id("referral", "x.affiliate_id = k.id", Order::Descending);

/// The affiliates among these accounts. Asked for accounts in which the viewer holds something: the contract says who is shown it.
pub async fn of_accounts(
    reader: &Reader,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, affiliate::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM affiliate x WHERE x.account_id ").any(accounts);
    let rows: Vec<affiliate::Model> = sql.all(reader.conn()).await?;
    Ok(rows.into_iter().map(|row| (row.account_id, row)).collect())
}

/// Whether an affiliate has this code, in the form in which it is written.
pub async fn known_code(reader: &Reader, code: &str) -> Result<Option<String>, Error> {
    let Some(code) = rules::written(code) else { return Ok(None) };
    let mut sql = reader.sql();
    sql.add("SELECT * FROM affiliate WHERE code = ?", [code.into()]);
    let found: Option<affiliate::Model> = sql.one(reader.conn()).await?;
    Ok(found.map(|affiliate| affiliate.code))
}

/// A page of each affiliate's referrals, newest first.
pub async fn pages(
    reader: &Reader,
    affiliates: &[AccountId],
    page: &ById,
) -> Result<HashMap<AccountId, Page<referral::Model>>, Error> {
    nested::pages(reader, REFERRALS, affiliates, page, |sql| visible::referrals(sql, reader.viewer(), "x")).await
}

/// How many referrals each affiliate has.
pub async fn counts(reader: &Reader, affiliates: &[AccountId]) -> Result<HashMap<AccountId, i64>, Error> {
    nested::counts(reader, REFERRALS, affiliates, |sql| visible::referrals(sql, reader.viewer(), "x")).await
}

#[derive(FromQueryResult)]
struct Earned {
    id: ReferralId,
    currency: String,
    earned_minor: i64,
}

/// What each of these referrals has earned, less what was taken back, in the currency of what was ordered; zero, in the currency of
/// whoever was referred, before it has. One statement.
pub async fn commissions(reader: &Reader, referrals: &[ReferralId]) -> Result<HashMap<ReferralId, Money>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT x.id, a.currency, CAST(coalesce((SELECT sum(c.amount_minor - c.reversed_minor)
            FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id JOIN cashback c ON c.invoice_line_id = l.id
            WHERE i.order_id = x.order_id AND c.partner_id = x.affiliate_id), 0) AS bigint) AS earned_minor
        FROM referral x JOIN account a ON a.id = x.referred_id WHERE x.id ",
    );
    sql.any(referrals).push(" AND ");
    visible::referrals(&mut sql, reader.viewer(), "x");
    let rows: Vec<Earned> = sql.all(reader.conn()).await?;
    rows.into_iter().map(|row| Ok((row.id, Money::new(row.earned_minor, Currency::parse(&row.currency)?)))).collect()
}
