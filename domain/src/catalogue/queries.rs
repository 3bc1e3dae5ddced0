//! What is read of the catalogue: lists for everybody, and offers for carts and orders.

use std::collections::HashMap;

use chrono::NaiveDate;
use entities::id::{AccountId, OfferingId, PlanId};
use entities::offering::{self, ProductKind};
use entities::{plan, price};
use sea_orm::{ActiveEnum, ConnectionTrait, FromQueryResult};
use serde::Serialize;

use super::rules::not_offered;
use crate::calendar::local_date;
use crate::error::{Error, Refusal};
use crate::money::{Currency, Money, Rate};
use crate::nested::grouped;
use crate::page::{ById, Order, Page};
use crate::sql::{Sql, Type};
use crate::store::Reader;
use crate::work::Number;

/// A page of the offerings, of one kind or all, oldest first. Public.
pub async fn offerings(
    reader: &Reader,
    kind: Option<ProductKind>,
    page: &ById,
) -> Result<Page<offering::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* ");
    of_kind(&mut sql, kind);
    page.bounds(&mut sql, "x.id", Order::Ascending);
    page.order(&mut sql, "x.id", Order::Ascending);
    Ok(page.cut(sql.all(reader.conn()).await?))
}

/// How many offerings there are.
pub async fn count_offerings(reader: &Reader, kind: Option<ProductKind>) -> Result<i64, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT count(*) AS n ");
    of_kind(&mut sql, kind);
    Ok(sql.one::<Number>(reader.conn()).await?.map_or(0, |count| count.n))
}

fn of_kind(sql: &mut Sql, kind: Option<ProductKind>) {
    sql.push("FROM offering x WHERE TRUE");
    if let Some(kind) = kind {
        sql.add(" AND x.kind = ?", [kind.to_value().into()]);
    }
}

/// The plans of these offerings, oldest first. Public.
pub async fn plans_of(
    reader: &Reader,
    offerings: &[OfferingId],
) -> Result<HashMap<OfferingId, Vec<plan::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT * FROM plan WHERE offering_id ").any(offerings).push(" ORDER BY offering_id, id");
    let rows: Vec<plan::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|plan| (plan.offering_id, plan))))
}

/// What these plans cost today, a date of the seller's, by currency and term. Public.
pub async fn prices_of(reader: &Reader, plans: &[PlanId]) -> Result<HashMap<PlanId, Vec<price::Model>>, Error> {
    let today = local_date(reader.now(), reader.settings().seller.time_zone);
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM price x WHERE x.plan_id ").any(plans).add(
        " AND x.valid_from <= ? AND NOT EXISTS (SELECT 1 FROM price y WHERE y.plan_id = x.plan_id AND y.currency = x.currency
            AND y.term_months = x.term_months AND y.valid_from > x.valid_from AND y.valid_from <= ?)
        ORDER BY x.plan_id, x.currency, x.term_months",
        [today.into(), today.into()],
    );
    let rows: Vec<price::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|price| (price.plan_id, price))))
}

/// A plan that somebody wants, and the two accounts whose rates may matter.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Wanted {
    /// Which plan.
    pub(crate) plan_id: PlanId,
    /// For how long; none: the plan's default.
    pub(crate) term_months: Option<i32>,
    /// In which currency.
    pub(crate) currency: &'static str,
    /// The partner that may earn or have its discount.
    pub(crate) partner_id: Option<AccountId>,
    /// The account that the product is for, which may be a partner itself.
    pub(crate) account_id: Option<AccountId>,
}

/// What the catalogue says of it.
#[derive(Debug, Clone, FromQueryResult)]
pub(crate) struct Offer {
    pub(crate) ordinal: i64,
    pub(crate) plan_id: PlanId,
    pub(crate) plan_name: String,
    pub(crate) offering_name: String,
    pub(crate) kind: ProductKind,
    pub(crate) term_months: i32,
    price_minor: Option<i64>,
    has_currency: bool,
    has_price: bool,
    partner_rate: Option<i32>,
    account_rate: Option<i32>,
}

impl Offer {
    /// The public price of one piece.
    pub(crate) fn price(&self, currency: Currency) -> Result<Money, Refusal> {
        match self.price_minor {
            Some(minor) => Ok(Money::new(minor, currency)),
            None => Err(not_offered(self.has_currency, self.has_price)),
        }
    }

    /// The partner's rate for this kind, if it is enrolled.
    pub(crate) fn partner_rate(&self) -> Result<Option<Rate>, Error> {
        Ok(self.partner_rate.map(Rate::from_bps).transpose()?)
    }

    /// The rate of the account that it is for, if that is enrolled itself.
    pub(crate) fn account_rate(&self) -> Result<Option<Rate>, Error> {
        Ok(self.account_rate.map(Rate::from_bps).transpose()?)
    }
}

/// The offer for each wish on this day, a date of the seller's, in the order of the wishes; a plan that does not exist has
/// none. One statement, for any number.
pub(crate) async fn offers(
    conn: &impl ConnectionTrait,
    wanted: &[Wanted],
    on: NaiveDate,
) -> Result<Vec<Option<Offer>>, Error> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let rows = wanted.iter().enumerate().map(|(ordinal, wish)| {
        let mut row = serde_json::to_value(wish).unwrap_or_default();
        row["ordinal"] = ordinal.into();
        row
    });
    let columns = [
        ("ordinal", Type::Int),
        ("plan_id", Type::Id),
        ("term_months", Type::Int),
        ("currency", Type::Text),
        ("partner_id", Type::Id),
        ("account_id", Type::Id),
    ];
    let mut sql = Sql::new(conn.get_database_backend());
    sql.add(
        "SELECT k.ordinal, l.id AS plan_id, l.name AS plan_name, o.name AS offering_name, o.kind,
            CAST(coalesce(k.term_months, l.default_term_months) AS integer) AS term_months,
            (SELECT x.amount_minor FROM price x WHERE x.plan_id = l.id AND x.currency = k.currency
                AND x.term_months = coalesce(k.term_months, l.default_term_months) AND x.valid_from <= ?
                ORDER BY x.valid_from DESC LIMIT 1) AS price_minor,
            EXISTS (SELECT 1 FROM price x WHERE x.plan_id = l.id AND x.currency = k.currency AND x.valid_from <= ?) AS has_currency,
            EXISTS (SELECT 1 FROM price x WHERE x.plan_id = l.id AND x.valid_from <= ?) AS has_price,
            coalesce(pk.rate_bps, pg.rate_bps) AS partner_rate, coalesce(hk.rate_bps, hg.rate_bps) AS account_rate
        FROM ",
        [on.into(), on.into(), on.into()],
    );
    sql.records("k", &columns, &rows.collect::<Vec<_>>())?.push(
        " JOIN plan l ON l.id = k.plan_id JOIN offering o ON o.id = l.offering_id
        LEFT JOIN account q ON q.id = k.partner_id
        LEFT JOIN programme pg ON pg.id = q.programme_id
        LEFT JOIN programme_kind_rate pk ON pk.programme_id = pg.id AND pk.kind = o.kind
        LEFT JOIN account h ON h.id = k.account_id
        LEFT JOIN programme hg ON hg.id = h.programme_id
        LEFT JOIN programme_kind_rate hk ON hk.programme_id = hg.id AND hk.kind = o.kind",
    );
    let mut offers = vec![None; wanted.len()];
    for offer in sql.all::<Offer>(conn).await? {
        if let Some(slot) = usize::try_from(offer.ordinal).ok().and_then(|at| offers.get_mut(at)) {
            *slot = Some(offer);
        }
    }
    Ok(offers)
}
