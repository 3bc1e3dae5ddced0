//! What renewals are computed from, read in sets.

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::{AccountId, PartnershipId, PlanId, ProductId};
use entities::invitation::AccessLevel;
use entities::invoice;
use entities::partnership::PayerKind;
use entities::product::{ProductStatus, RenewalBilling};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde_json::json;
use uuid::Uuid;

use super::rules::{RenewalFacts, RenewalLine, RenewalPartnership, renewal_line};
use crate::billing::rules::{OrderedBy, PartnershipFacts};
use crate::calendar::{Term, local_date};
use crate::error::Error;
use crate::money::{Currency, Money, Rate};
use crate::permission::Permission;
use crate::product::rules::{Standing, time_zone};
use crate::seller::Settings;
use crate::sql::{Sql, Type};
use crate::work::{Number, Work};

/// A product with everything that its next renewal depends on.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Renewable {
    pub(crate) id: ProductId,
    pub(crate) account_id: AccountId,
    /// Of the next renewal: the product's, or the one that is to follow it.
    pub(crate) plan_id: PlanId,
    /// The product's.
    pub(crate) current_plan_id: PlanId,
    pub(crate) status: ProductStatus,
    pub(crate) label: String,
    pub(crate) domain_name: Option<String>,
    pub(crate) term_months: i32,
    pub(crate) currency: String,
    pub(crate) anchor_on: NaiveDate,
    pub(crate) anchor_months: i32,
    pub(crate) renews_on: NaiveDate,
    pub(crate) renews_at: DateTime<Utc>,
    pub(crate) auto_renew: bool,
    pub(crate) renewal_billing: RenewalBilling,
    pub(crate) managed_by_id: Option<PartnershipId>,
    pub(crate) holder_zone: String,
    pub(crate) plan_name: String,
    pub(crate) offering_name: String,
    pub(crate) partnership_id: Option<PartnershipId>,
    pub(crate) partner_id: Option<AccountId>,
    pub(crate) access_level: Option<AccessLevel>,
    pub(crate) payer: Option<PayerKind>,
    pub(crate) carried: Option<i32>,
    pub(crate) is_covered: Option<bool>,
    pub(crate) partner_rate: Option<i32>,
    pub(crate) holder_rate: Option<i32>,
    pub(crate) price_minor: Option<i64>,
    /// The period at which it stands has been invoiced and is not paid.
    pub(crate) is_invoiced: bool,
}

/// When it is asked: the instant that decides what is active, and the seller's date that decides the price.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AsOf {
    pub(crate) now: DateTime<Utc>,
    pub(crate) priced_on: NaiveDate,
}

impl AsOf {
    /// This instant, at this seller's place.
    pub(crate) fn of(now: DateTime<Utc>, settings: &Settings) -> Self {
        Self { now, priced_on: local_date(now, settings.seller.time_zone) }
    }
}

/// Which partnership counts.
#[derive(Clone, Debug)]
pub(crate) enum Through {
    /// The managing one of each product.
    Managing,
    /// This one, through which a renewal is asked for.
    This(PartnershipId),
    /// This one for these products, which would come to be managed by it; the managing one for the others.
    Moving(PartnershipId, Vec<ProductId>),
    /// These for these products, through which changes of their plans are asked for; the managing one for the others.
    Each(Vec<(ProductId, PartnershipId)>),
}

/// The partnership of a product that counts now: `p` is the product; one value, the instant.
const PARTNERSHIP: &str =
    "s.client_account_id = p.account_id AND s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?)";

/// A period that is invoiced and not paid, or one at which the product stands though it is paid; or a change of the plan that is
/// being paid.
const INVOICED: &str = "(EXISTS (SELECT 1 FROM plan_change g WHERE g.product_id = p.id AND g.status = 'PENDING') OR EXISTS (SELECT 1 FROM product_period u WHERE u.product_id = p.id AND u.credited_at IS NULL
    AND (u.paid_at IS NULL OR u.period_start >= p.renews_on)))";

/// The period at which it stands was invoiced before its day, by hand, and declined: its payment is tried when it is due.
const DECLINED_EARLY: &str = "EXISTS (SELECT 1 FROM product_period u JOIN invoice_line n ON n.id = u.invoice_line_id
    JOIN invoice i ON i.id = n.invoice_id WHERE u.product_id = p.id AND u.period_start = p.renews_on AND u.paid_at IS NULL
    AND u.credited_at IS NULL AND i.status = 'OPEN' AND i.first_declined_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM payment y WHERE y.invoice_id = i.id AND y.status IN ('PENDING', 'UNKNOWN')))";

/// Begins a statement for [`Renewable`]: the caller adds the condition on `p`, after `WHERE `.
///
/// The price is the one of `priced_on`, or the last one before: a plan that is no longer offered goes on at that. It is for the
/// product's own term, unless another one is named.
pub(crate) fn renewables(sql: &mut Sql, as_of: AsOf, through: &Through, term_months: Option<i32>) {
    let AsOf { now, priced_on } = as_of;
    sql.add(
        "SELECT p.id, p.account_id, l.id AS plan_id, p.plan_id AS current_plan_id, p.status, p.label, p.domain_name, p.term_months, p.currency, p.anchor_on,
            p.anchor_months, p.renews_on, p.renews_at, p.auto_renew, p.renewal_billing, p.managed_by_id,
            h.time_zone AS holder_zone, l.name AS plan_name, o.name AS offering_name,
            s.id AS partnership_id, s.partner_id, s.access_level, s.payer, s.permissions AS carried,
            (s.has_all_products OR EXISTS (SELECT 1 FROM partnership_product c
                WHERE c.partnership_id = s.id AND c.product_id = p.id)) AS is_covered,
            coalesce(pk.rate_bps, pg.rate_bps) AS partner_rate, coalesce(hk.rate_bps, hg.rate_bps) AS holder_rate,
            (SELECT x.amount_minor FROM price x WHERE x.plan_id = l.id AND x.currency = p.currency
                AND x.term_months = coalesce(CAST(? AS integer), p.term_months) AND x.valid_from <= ?
                ORDER BY x.valid_from DESC LIMIT 1) AS price_minor, ",
        [term_months.into(), priced_on.into()],
    );
    sql.push(INVOICED).push(
        " AS is_invoiced FROM product p
        JOIN account h ON h.id = p.account_id JOIN plan l ON l.id = coalesce(p.next_plan_id, p.plan_id) JOIN offering o ON o.id = l.offering_id
        LEFT JOIN partnership s ON s.id = ",
    );
    match through {
        Through::Managing => sql.push("p.managed_by_id"),
        Through::This(partnership_id) => sql.bind(*partnership_id),
        Through::Moving(partnership_id, ids) => {
            sql.push("CASE WHEN p.id ").any(ids).add(" THEN ? ELSE p.managed_by_id END", [(*partnership_id).into()])
        }
        Through::Each(all) => {
            sql.push("CASE ");
            for (product_id, partnership_id) in all {
                sql.add("WHEN p.id = ? THEN ? ", [(*product_id).into(), (*partnership_id).into()]);
            }
            sql.push("WHEN FALSE THEN NULL ELSE p.managed_by_id END")
        }
    };
    sql.push(" AND ").add(PARTNERSHIP, [now.into()]);
    sql.push(
        " LEFT JOIN account q ON q.id = s.partner_id
        LEFT JOIN programme pg ON pg.id = q.programme_id
        LEFT JOIN programme_kind_rate pk ON pk.programme_id = pg.id AND pk.kind = o.kind
        LEFT JOIN programme hg ON hg.id = h.programme_id
        LEFT JOIN programme_kind_rate hk ON hk.programme_id = hg.id AND hk.kind = o.kind
        WHERE ",
    );
}

/// The products of these ids, in the order of their ids.
pub(crate) async fn by_ids(
    conn: &impl ConnectionTrait,
    as_of: AsOf,
    through: &Through,
    ids: &[ProductId],
) -> Result<Vec<Renewable>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(conn.get_database_backend());
    renewables(&mut sql, as_of, through, None);
    sql.push("p.id ").any(ids).push(" ORDER BY p.id");
    Ok(sql.all(conn).await?)
}

/// What can stand on the invoices of these payers in these runs: products that they hold, or that a partnership of theirs
/// manages. More than are on them: who pays is for the rules to say.
pub(crate) async fn companions(
    conn: &impl ConnectionTrait,
    as_of: AsOf,
    through: &Through,
    payers: &[AccountId],
    windows: &[(DateTime<Utc>, DateTime<Utc>)],
) -> Result<Vec<Renewable>, Error> {
    if payers.is_empty() || windows.is_empty() {
        return Ok(Vec::new());
    }
    let windows: Vec<_> = windows.iter().map(|(after, until)| json!({ "after": after, "until": until })).collect();
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("WITH w AS (SELECT * FROM ");
    sql.records("w", &[("after", Type::Instant), ("until", Type::Instant)], &windows)?;
    sql.push(
        "), k AS (SELECT p.id FROM w JOIN product p ON p.renews_at > w.after AND p.renews_at <= w.until
        LEFT JOIN partnership s ON s.id = p.managed_by_id
        WHERE p.auto_renew AND p.status IN ('FREE', 'ACTIVE') AND (p.account_id ",
    );
    sql.any(payers).push(" OR s.partner_id ").any(payers).push(")) ");
    renewables(&mut sql, as_of, through, None);
    sql.push("p.id IN (SELECT id FROM k) ORDER BY p.id");
    Ok(sql.all(conn).await?)
}

/// What renews by itself of these accounts: what they hold, and what a partnership of theirs manages.
pub(crate) async fn of_accounts(
    conn: &impl ConnectionTrait,
    as_of: AsOf,
    accounts: &[AccountId],
) -> Result<Vec<Renewable>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    renewables(&mut sql, as_of, &Through::Managing, None);
    sql.push("p.auto_renew AND p.status IN ('FREE', 'ACTIVE') AND p.id IN (SELECT id FROM product WHERE account_id ");
    sql.any(accounts);
    sql.push(" UNION SELECT x.id FROM product x JOIN partnership y ON y.id = x.managed_by_id WHERE y.partner_id ");
    sql.any(accounts).push(") ORDER BY p.id");
    Ok(sql.all(conn).await?)
}

impl Renewable {
    /// Whether the run will renew it, once it is due.
    pub(crate) fn renews_by_itself(&self) -> bool {
        self.auto_renew && !self.is_invoiced && matches!(self.status, ProductStatus::Free | ProductStatus::Active)
    }

    /// Where it stands.
    pub(crate) fn standing(&self) -> Result<Standing, Error> {
        let months = u32::try_from(self.anchor_months).map_err(|_| Error::fault("an anchor before its day"))?;
        Ok(Standing::at(self.anchor_on, months, time_zone(&self.holder_zone))?)
    }

    /// Where it stands after one more term.
    pub(crate) fn standing_after(&self, term: Term) -> Result<Standing, Error> {
        Ok(self.standing()?.after(term, time_zone(&self.holder_zone))?)
    }

    /// The term of its next renewal.
    pub(crate) fn term(&self) -> Result<Term, Error> {
        Ok(Term::from_months(self.term_months)?)
    }

    /// Its currency.
    pub(crate) fn currency(&self) -> Result<Currency, Error> {
        Ok(Currency::parse(&self.currency)?)
    }

    /// The partnership that counts.
    pub(crate) fn partnership(&self) -> Result<Option<RenewalPartnership>, Error> {
        let (Some(id), Some(partner_id), Some(access_level), Some(payer)) =
            (self.partnership_id, self.partner_id, self.access_level, self.payer)
        else {
            return Ok(None);
        };
        let can_purchase = self.carried.unwrap_or_default() & Permission::Purchase.bit() != 0;
        let is_product_covered = self.is_covered.unwrap_or_default();
        let facts = PartnershipFacts { access_level, payer, can_purchase, is_product_covered };
        let rate = Rate::from_bps(self.partner_rate.unwrap_or_default())?;
        Ok(Some(RenewalPartnership { id, partner_id, rate, facts }))
    }

    /// The line of the renewal by this; none without a price.
    pub(crate) fn line(&self, ordered_by: OrderedBy) -> Result<Option<RenewalLine>, Error> {
        let Some(price) = self.price_minor else { return Ok(None) };
        self.line_at(ordered_by, Money::new(price, self.currency()?)).map(Some)
    }

    /// The line of the renewal by the run; none without a price.
    pub(crate) fn automatic_line(&self) -> Result<Option<RenewalLine>, Error> {
        self.line(OrderedBy::Automatic(self.renewal_billing))
    }

    /// Who the next renewal by the run is billed to, whether there is a price or not.
    pub(crate) fn payer(&self) -> Result<AccountId, Error> {
        let nothing = Money::zero(self.currency()?);
        Ok(self.line_at(OrderedBy::Automatic(self.renewal_billing), nothing)?.billed_to_id)
    }

    /// The line of a term at this public price.
    pub(crate) fn line_at(&self, ordered_by: OrderedBy, price: Money) -> Result<RenewalLine, Error> {
        let facts = RenewalFacts {
            ordered_by,
            holder_id: self.account_id,
            holder_rate: self.holder_rate.map(Rate::from_bps).transpose()?,
            partnership: self.partnership()?,
            price,
        };
        renewal_line(&facts).map_err(|e| Error::fault(e.to_string()))
    }

    /// What is printed on the line: plan, and what it is for. The term is told by the period, in every language.
    pub(crate) fn description(&self) -> String {
        let what = self.domain_name.as_deref().unwrap_or(&self.label);
        format!("{} {}, {what}", self.offering_name, self.plan_name)
    }
}

/// Who pays for the renewal of `p` under the partnership `s`: only to choose whom to look at together. The rules decide.
const PAYER: &str = "CASE WHEN s.access_level = 'FULL' AND s.payer = 'PARTNER' AND p.renewal_billing = 'PARTNERSHIP'
    THEN s.partner_id ELSE p.account_id END";

/// What a run renews: due by `as_of`, under the partnerships that are active `now`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DueBy {
    pub(crate) as_of: DateTime<Utc>,
    pub(crate) now: DateTime<Utc>,
}

fn push_due(sql: &mut Sql, by: DueBy) {
    sql.add("p.auto_renew AND p.status IN ('FREE', 'ACTIVE') AND p.renews_at <= ? AND (NOT ", [by.as_of.into()]);
    sql.push(INVOICED).push(" OR ").push(DECLINED_EARLY).push(")");
}

/// The open invoices of these products that were declined before their day, locked.
pub(crate) async fn declined_early(work: &Work, products: &[ProductId]) -> Result<Vec<invoice::Model>, Error> {
    let mut sql = work.sql();
    sql.push(
        "SELECT * FROM invoice WHERE status = 'OPEN' AND first_declined_at IS NULL AND id IN (
            SELECT n.invoice_id FROM product_period u JOIN invoice_line n ON n.id = u.invoice_line_id
            WHERE u.paid_at IS NULL AND u.credited_at IS NULL AND u.product_id ",
    );
    sql.any(products).push(") ORDER BY id /for update/");
    Ok(sql.all(work.conn()).await?)
}

/// A lane is a part of all payers, by the last digit of their ids.
pub(crate) const LANES: i32 = 4;

/// How much of what is due is looked at together: what a run remembers does not grow with the night. A multiple of what an invoice
/// holds.
const WINDOW: u64 = 20_000;

/// Something due, as far as it must be locked, and whose it is to pay.
#[derive(Clone, Debug, FromQueryResult)]
pub(crate) struct Candidate {
    pub(crate) id: ProductId,
    pub(crate) managed_by_id: Option<PartnershipId>,
    pub(crate) payer_id: AccountId,
    pub(crate) currency: String,
}

/// What is due of the payers after one, by payer, currency and product, of one lane or of all; and the last payer, if there may be more
/// after it. Only one that is the first has less than all of theirs in it.
pub(crate) async fn candidates(
    conn: &impl ConnectionTrait,
    by: DueBy,
    lane: Option<i32>,
    after: AccountId,
) -> Result<(Vec<Candidate>, Option<AccountId>), Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT d.* FROM (SELECT p.id, p.managed_by_id, p.currency, ").push(PAYER);
    sql.push(" AS payer_id FROM product p LEFT JOIN partnership s ON s.id = p.managed_by_id AND ");
    sql.add(PARTNERSHIP, [by.now.into()]).push(" WHERE ");
    push_due(&mut sql, by);
    sql.add(") d WHERE d.payer_id > ?", [after.into()]);
    if let Some(lane) = lane {
        let digit = if sql.is_postgres() {
            "strpos('0123456789abcdef', right(CAST(d.payer_id AS text), 1))"
        } else {
            "instr('0123456789ABCDEF', substr(hex(d.payer_id), 32, 1))"
        };
        sql.push(" AND ((").push(digit).add(&format!(" - 1) % {LANES}) = ?"), [lane.into()]);
    }
    sql.add(" ORDER BY d.payer_id, d.currency, d.id LIMIT ?", [WINDOW.into()]);
    let mut found: Vec<Candidate> = sql.all(conn).await?;
    if (found.len() as u64) < WINDOW {
        return Ok((found, None));
    }
    let last = found.last().map(|it| it.payer_id);
    if found.first().map(|it| it.payer_id) != last {
        found.retain(|it| Some(it.payer_id) != last);
    }
    let reached = found.last().map(|it| it.payer_id);
    Ok((found, reached))
}

/// Those of the products that are due, with what their renewals depend on; of any payer.
pub(crate) async fn due(
    conn: &impl ConnectionTrait,
    as_of: AsOf,
    by: DueBy,
    ids: &[ProductId],
) -> Result<Vec<Renewable>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    renewables(&mut sql, as_of, &Through::Managing, None);
    sql.push("p.id ").any(ids).push(" AND ");
    push_due(&mut sql, by);
    sql.push(" ORDER BY p.id");
    Ok(sql.all(conn).await?)
}

/// Everything that is due.
pub(crate) async fn all_due(conn: &impl ConnectionTrait, as_of: AsOf, by: DueBy) -> Result<Vec<Renewable>, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    renewables(&mut sql, as_of, &Through::Managing, None);
    push_due(&mut sql, by);
    sql.push(" ORDER BY p.id");
    Ok(sql.all(conn).await?)
}

/// How many products are due.
pub(crate) async fn count_due(conn: &impl ConnectionTrait, by: DueBy) -> Result<i64, Error> {
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT count(*) AS n FROM product p WHERE ");
    push_due(&mut sql, by);
    Ok(sql.one::<Number>(conn).await?.map_or(0, |row| row.n))
}

/// Locks partnerships against a change of the payer, then products, each by id.
pub(crate) async fn lock(work: &Work, candidates: &[Candidate]) -> Result<(), Error> {
    let partnerships: Vec<PartnershipId> = candidates.iter().filter_map(|it| it.managed_by_id).collect();
    if !partnerships.is_empty() {
        let mut sql = work.sql();
        sql.push("SELECT id FROM partnership WHERE id ").any(&partnerships).push(" ORDER BY id /for share/");
        sql.all::<Locked>(work.conn()).await?;
    }
    let products: Vec<ProductId> = candidates.iter().map(|it| it.id).collect();
    let mut sql = work.sql();
    sql.push("SELECT id FROM product WHERE id ").any(&products).push(" ORDER BY id /for update/");
    sql.all::<Locked>(work.conn()).await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct Locked {
    #[expect(dead_code, reason = "the lock is what counts")]
    id: Uuid,
}
