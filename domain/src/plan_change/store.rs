//! What a change of the plan depends on, read in sets.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entities::account;
use entities::id::{AccountId, InvoiceId, InvoiceLineId, PartnershipId, PlanId, ProductId, ProductPeriodId};
use sea_orm::{ConnectionTrait, FromQueryResult};

use crate::billing::rules::OrderedBy;
use crate::calendar::local_date;
use crate::catalogue::queries::{Offer, Wanted as WantedOffer, offers};
use crate::credit::{self, Creditable};
use crate::error::Error;
use crate::money::Currency;
use crate::product::rules::time_zone;
use crate::renewal::{AsOf, Renewable, Through, renewables_by_ids};
use crate::seller::Settings;
use crate::sql::Sql;

/// Another plan or term that somebody wants for a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Wanted {
    pub(super) product_id: ProductId,
    pub(super) plan_id: PlanId,
    /// None: the product's.
    pub(super) term_months: Option<i32>,
    /// The partnership through which it is wanted; none: by the holder.
    pub(super) through: Option<PartnershipId>,
}

/// It, with everything that it depends on.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) row: Renewable,
    pub(super) ordered_by: OrderedBy,
    /// A day of the holder's.
    pub(super) today: NaiveDate,
    /// What the catalogue says of the plan that is wanted; none: there is no such plan.
    pub(super) offer: Option<Offer>,
    /// What it says of the plan that the product has.
    pub(super) current: Option<Offer>,
    /// The term that runs.
    pub(super) running: Option<Running>,
    /// Whether a further one is paid already.
    pub(super) is_paid_ahead: bool,
    /// What has paid for the term that runs, and at which of its lines.
    pub(super) paid_by: Option<(Creditable, usize)>,
    /// Those who may come to pay.
    pub(super) accounts: Vec<account::Model>,
    pub(super) is_pending: bool,
}

/// A paid term.
#[derive(Debug, Clone, Copy, FromQueryResult)]
pub(super) struct Running {
    pub(super) id: ProductPeriodId,
    pub(super) product_id: ProductId,
    pub(super) period_start: NaiveDate,
    pub(super) period_end: NaiveDate,
    pub(super) term_months: i32,
    pub(super) invoice_line_id: Option<InvoiceLineId>,
    pub(super) invoice_id: Option<InvoiceId>,
    pub(super) is_credited: bool,
}

#[derive(FromQueryResult)]
struct Pending {
    product_id: ProductId,
}

/// The cases of these wishes, in their order; none for a product that there is not. A constant number of statements.
pub(super) async fn cases(
    conn: &impl ConnectionTrait,
    settings: &Settings,
    now: DateTime<Utc>,
    wanted: &[Wanted],
) -> Result<Vec<Option<Case>>, Error> {
    let ids: Vec<ProductId> = wanted.iter().map(|wish| wish.product_id).collect();
    let through = wanted.iter().filter_map(|wish| Some((wish.product_id, wish.through?))).collect();
    let rows = renewables_by_ids(conn, AsOf::of(now, settings), &Through::Each(through), &ids).await?;
    let rows: HashMap<ProductId, Renewable> = rows.into_iter().map(|row| (row.id, row)).collect();
    let offers = offers_for(conn, settings, now, wanted, &rows).await?;
    let running = running(conn, now, &ids).await?;
    let invoices: Vec<InvoiceId> = running.iter().filter_map(|term| term.invoice_id).collect();
    let invoices = credit::load(conn, &invoices).await?;
    let payers = rows.values().flat_map(|row| [Some(row.account_id), row.partner_id]).flatten().collect::<Vec<_>>();
    let accounts = accounts(conn, &payers).await?;
    let pending = pending(conn, &ids).await?;
    let cases = wanted.iter().zip(offers).map(|(wish, [offer, current])| {
        let row = rows.get(&wish.product_id)?.clone();
        let today = local_date(now, time_zone(&row.holder_zone));
        let of_product = || running.iter().filter(|term| term.product_id == row.id && term.period_end > today);
        // what staff has credited wholly runs on, but another one that began on its first day comes before it
        let current_term = of_product().filter(|term| term.period_start <= today).min_by_key(|term| term.is_credited);
        let paid_by = current_term.and_then(|term| {
            let creditable = invoices.get(&term.invoice_id?)?;
            let at = creditable.lines.iter().position(|line| Some(line.id) == term.invoice_line_id)?;
            Some((creditable.clone(), at))
        });
        Some(Case {
            ordered_by: wish.through.map_or(OrderedBy::Account, |_| OrderedBy::PartnerRenewsForClient),
            today,
            offer,
            current,
            running: current_term.copied(),
            is_paid_ahead: of_product().any(|term| term.period_start > today && !term.is_credited),
            paid_by,
            accounts: accounts
                .iter()
                .filter(|it| [Some(row.account_id), row.partner_id].contains(&Some(it.id)))
                .cloned()
                .collect(),
            is_pending: pending.contains(&row.id),
            row,
        })
    });
    Ok(cases.collect())
}

/// Of the plan that is wanted, and of the plan that the product has.
async fn offers_for(
    conn: &impl ConnectionTrait,
    settings: &Settings,
    now: DateTime<Utc>,
    wanted: &[Wanted],
    rows: &HashMap<ProductId, Renewable>,
) -> Result<Vec<[Option<Offer>; 2]>, Error> {
    let mut wishes = Vec::with_capacity(wanted.len() * 2);
    for wish in wanted {
        let row = rows.get(&wish.product_id);
        let currency = row.map(|row| Currency::parse(&row.currency)).transpose()?.map_or("", Currency::code);
        let term_months = wish.term_months.or(row.map(|row| row.term_months));
        let of = |plan_id| WantedOffer {
            plan_id,
            term_months,
            currency,
            partner_id: row.and_then(|row| row.partner_id),
            account_id: row.map(|row| row.account_id),
        };
        wishes.push(of(wish.plan_id));
        wishes.push(of(row.map_or(wish.plan_id, |row| row.current_plan_id)));
    }
    let mut found = offers(conn, &wishes, local_date(now, settings.seller.time_zone)).await?.into_iter();
    Ok(wanted.iter().map(|_| [found.next().flatten(), found.next().flatten()]).collect())
}

/// The paid terms that have not ended, those that staff has credited among them.
async fn running(conn: &impl ConnectionTrait, now: DateTime<Utc>, ids: &[ProductId]) -> Result<Vec<Running>, Error> {
    let since = (now - TimeDelta::days(2)).date_naive();
    let mut sql = Sql::new(conn.get_database_backend());
    sql.add(
        "SELECT d.id, d.product_id, d.period_start, d.period_end, d.term_months, d.invoice_line_id, l.invoice_id,
            d.credited_at IS NOT NULL AS is_credited
        FROM product_period d LEFT JOIN invoice_line l ON l.id = d.invoice_line_id
        WHERE d.paid_at IS NOT NULL AND d.period_end > ? AND d.product_id ",
        [since.into()],
    );
    sql.any(ids).push(" ORDER BY d.id");
    Ok(sql.all(conn).await?)
}

async fn accounts(conn: &impl ConnectionTrait, ids: &[AccountId]) -> Result<Vec<account::Model>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT * FROM account WHERE id ").any(ids);
    Ok(sql.all(conn).await?)
}

async fn pending(conn: &impl ConnectionTrait, ids: &[ProductId]) -> Result<Vec<ProductId>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT product_id FROM plan_change WHERE status = 'PENDING' AND product_id ").any(ids);
    Ok(sql.all::<Pending>(conn).await?.into_iter().map(|row| row.product_id).collect())
}
