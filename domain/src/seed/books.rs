//! What was billed, paid and earned: the days of a part of history, written in sets.
//!
//! A temporary table holds an invoice a row, with its two lines as `a_…` and `b_…`; everything else is selected from it.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;

use super::dialect::{Dialect, Table, quoted};
use super::history::{Day, History};
use super::parties::{COUNTRIES, PLANS, PROGRAMMES, Parties, partner_pays, run};
use super::{CURRENCY, Sizes};
use crate::billing::SellerOnInvoice;
use crate::calendar::Country;
use crate::error::Error;
use crate::money::Rate;
use crate::sql::Type;
use crate::work::Work;

/// A day with what depends on today.
#[derive(Serialize)]
struct DayRow<'d> {
    #[serde(flatten)]
    day: &'d Day,
    available_at: DateTime<Utc>,
    /// Null while the holding days run.
    released_at: Option<DateTime<Utc>>,
}

#[derive(Serialize)]
struct TaxRow {
    on_day: NaiveDate,
    of_country: &'static str,
    category: &'static str,
    bps: i32,
}

#[derive(Serialize)]
struct TermsRow {
    plan_no: i64,
    programme_no: i64,
    text: String,
    price: i64,
    rate: i64,
}

/// Writes the books of some days.
pub(super) struct Books<'p> {
    parties: &'p Parties,
    dialect: Dialect,
    months: u32,
    classes: u32,
}

impl<'p> Books<'p> {
    pub(super) fn new(parties: &'p Parties, history: &History) -> Self {
        let months = history.term.months();
        Self { parties, dialect: parties.dialect, months, classes: history.count() }
    }

    /// All that these days brought.
    pub(super) async fn write(&self, work: &Work, days: &[Day]) -> Result<(), Error> {
        self.stage(work, days).await?;
        let seller = seller(work);
        let texts = [
            self.invoices(&seller),
            self.lines(),
            self.periods(),
            self.payments(),
            self.charges(),
            self.earned(),
            self.ledger(),
            Self::wallets(),
            Self::counters(days),
            "DROP TABLE seed_earned; DROP TABLE seed_invoice; DROP TABLE seed_terms; DROP TABLE seed_tax; DROP TABLE seed_day;".to_owned(),
        ];
        run(work, &texts.join("\n")).await
    }

    async fn stage(&self, work: &Work, days: &[Day]) -> Result<(), Error> {
        let now = work.now();
        let rows: Vec<_> = days
            .iter()
            .map(|day| {
                let available_at = day.issued_at.checked_add_days(Days::new(30)).unwrap_or(day.issued_at);
                DayRow { day, available_at, released_at: (available_at <= now).then_some(available_at) }
            })
            .collect();
        let columns = [
            ("issued_on", Type::Date),
            ("issued_at", Type::Instant),
            ("ms", Type::Int),
            ("year", Type::Int),
            ("period_end", Type::Date),
            ("next_end", Type::Date),
            ("first_client", Type::Int),
            ("clients", Type::Int),
            ("per_client", Type::Int),
            ("first_invoice", Type::Int),
            ("first_sequence", Type::Int),
            ("available_at", Type::Instant),
            ("released_at", Type::Instant),
        ];
        record(work, "seed_day", &columns, &rows).await?;
        let columns =
            [("on_day", Type::Date), ("of_country", Type::Text), ("category", Type::Text), ("bps", Type::Int)];
        record(work, "seed_tax", &columns, &taxes(work, days)?).await?;
        let columns = [
            ("plan_no", Type::Int),
            ("programme_no", Type::Int),
            ("text", Type::Text),
            ("price", Type::Int),
            ("rate", Type::Int),
        ];
        record(work, "seed_terms", &columns, &self.terms()).await?;
        run(work, &self.staged(days)).await
    }

    /// What a plan costs and earns under each programme.
    fn terms(&self) -> Vec<TermsRow> {
        let months = i64::from(self.months);
        let mut rows = Vec::with_capacity(PLANS.len() * PROGRAMMES.len());
        for (programme_no, (_, rate, domain_rate, _)) in (0..).zip(PROGRAMMES) {
            for (plan_no, (kind, offering, plan, month_minor)) in (0..).zip(PLANS) {
                rows.push(TermsRow {
                    plan_no,
                    programme_no,
                    text: format!("{offering} {plan}"),
                    price: month_minor * months,
                    rate: if kind == "DOMAIN" { domain_rate } else { rate },
                });
            }
        }
        rows
    }

    /// The invoices of the days, priced and taxed as `docs/rules.md` §3 has it.
    fn staged(&self, days: &[Day]) -> String {
        let Sizes { partners, clients, products, .. } = self.parties.sizes;
        let most = |of: fn(&Day) -> i64| days.iter().map(of).max().unwrap_or_default();
        let each = self.dialect.series("c", most(|day| day.clients));
        let groups = self.dialect.series("v", most(|day| day.per_client));
        let stride = self.classes;
        let id = |table, counter: &str| self.parties.id(table, counter);
        let (plans, programmes) = (PLANS.len(), PROGRAMMES.len());
        let pays = partner_pays("t.client_no");
        format!(
            "CREATE TEMP TABLE seed_invoice AS WITH s AS (
                SELECT y.*, y.first_invoice + c.n * y.per_client + v.n AS n, y.first_sequence + c.n * y.per_client + v.n AS sequence,
                    y.first_client + {stride} * c.n AS client_no, v.n AS pair, CASE WHEN 2 * v.n + 1 < {products} THEN 1 ELSE 0 END AS two
                FROM seed_day y JOIN {each} ON c.n < y.clients JOIN {groups} ON v.n < y.per_client
            ), t AS (
                SELECT s.*, s.client_no / {clients} AS partner_no, s.client_no * {products} + 2 * s.pair AS a_no,
                    s.client_no * {products} + 2 * s.pair + s.two AS b_no
                FROM s
            ), u AS (
                SELECT t.*, CASE WHEN {pays} THEN 1 ELSE 0 END AS pays,
                    CASE WHEN {pays} THEN t.partner_no ELSE {partners} + t.client_no END AS payer_no
                FROM t
            ), w AS (
                SELECT u.*, p.id AS payer_id, p.billing_name, p.name, p.billing_street, p.billing_postal_code, p.billing_city,
                    coalesce(p.billing_country, p.country) AS buyer_country, p.vat_id, x.category, x.bps,
                    a.text AS a_text, a.price AS a_price, a.rate AS a_rate, (a.price * a.rate + 5000) / 10000 AS a_benefit,
                    b.text AS b_text, b.price AS b_price, b.rate AS b_rate, (b.price * b.rate + 5000) / 10000 AS b_benefit
                FROM u JOIN account p ON p.id = {payer}
                JOIN seed_tax x ON x.on_day = u.issued_on AND x.of_country = p.country
                JOIN seed_terms a ON a.plan_no = (u.a_no % {products}) % {plans} AND a.programme_no = u.partner_no % {programmes}
                JOIN seed_terms b ON b.plan_no = (u.b_no % {products}) % {plans} AND b.programme_no = u.partner_no % {programmes}
            ), d AS (
                SELECT w.*, w.pays * w.a_benefit AS a_discount, (1 - w.pays) * w.a_benefit AS a_cashback, w.a_price - w.pays * w.a_benefit AS a_net,
                    w.pays * w.b_benefit AS b_discount, (1 - w.pays) * w.b_benefit AS b_cashback, w.b_price - w.pays * w.b_benefit AS b_net
                FROM w
            ), x AS (
                SELECT d.*, ((d.a_net + d.b_net) * d.bps + 5000) / 10000 AS tax, d.a_net * d.bps / 10000 AS a_whole, d.b_net * d.bps / 10000 AS b_whole,
                    CASE WHEN d.a_net * d.bps % 10000 >= d.b_net * d.bps % 10000 THEN 1 ELSE 0 END AS a_first
                FROM d
            )
            SELECT x.*, x.a_whole + CASE WHEN x.tax - x.a_whole - x.b_whole > 1 - x.a_first THEN 1 ELSE 0 END AS a_tax,
                x.a_price + x.b_price AS subtotal, x.a_discount + x.b_discount AS discount,
                x.a_net + x.b_net + x.tax AS total, {invoice} AS id, {partner} AS partner_id, {partnership} AS partnership_id,
                {method} AS method_id, {payment} AS payment_id, {a_product} AS a_product_id, {b_product} AS b_product_id,
                {a_plan} AS a_plan_id, {b_plan} AS b_plan_id, {a_line} AS a_line_id, {b_line} AS b_line_id
            FROM x",
            payer = id(Table::Account, "u.payer_no"),
            invoice = self.dialect.id("x.ms", Table::Invoice, "x.n"),
            partner = id(Table::Account, "x.partner_no"),
            partnership = id(Table::Partnership, "x.client_no"),
            method = id(Table::Method, "x.payer_no"),
            payment = self.dialect.id("x.ms", Table::Payment, "x.n"),
            a_product = id(Table::Product, "x.a_no"),
            b_product = id(Table::Product, "x.b_no"),
            a_plan = id(Table::Plan, &format!("(x.a_no % {products}) % {plans}")),
            b_plan = id(Table::Plan, &format!("(x.b_no % {products}) % {plans}")),
            a_line = self.dialect.id("x.ms", Table::Line, "2 * x.n"),
            b_line = self.dialect.id("x.ms", Table::Line, "2 * x.n + 1"),
        )
    }

    fn invoices(&self, seller: &str) -> String {
        let buyer = self.dialect.object(
            "'name', coalesce(i.billing_name, i.name), 'street', i.billing_street, 'postalCode', i.billing_postal_code,
            'city', i.billing_city, 'country', i.buyer_country, 'vatId', i.vat_id",
        );
        format!(
            "INSERT INTO invoice (id, series, year, sequence, number, kind, status, billed_to_id, buyer, seller, currency, issued_at,
                issued_on, due_on, paid_at, subtotal_minor, discount_minor, tax_minor, total_minor, paid_minor, credited_minor, attempts)
            SELECT i.id, 'INVOICE', i.year, i.sequence,
                i.year || '-' || CASE WHEN i.sequence < 1000000 THEN substr(CAST(1000000 + i.sequence AS text), 2) ELSE CAST(i.sequence AS text) END,
                'RENEWAL', 'PAID', i.payer_id, CAST({buyer} AS text), {seller}, '{CURRENCY}', i.issued_at, i.issued_on, i.issued_on, i.issued_at,
                i.subtotal, i.discount, i.tax, i.total, i.total, 0, 1 FROM seed_invoice i ORDER BY i.n;"
        )
    }

    /// The two lines of each invoice.
    fn lines(&self) -> String {
        let line = |position: u8, s: &str, period: &str, tax: &str| {
            format!(
                "SELECT i.n, i.{s}_line_id AS id, i.id AS invoice_id, {position} AS position,
                    i.{s}_text || ', site' || (i.{s}_no % {products} + 1) || '.client-' || (i.partner_no + 1) || '-' || (i.client_no % {clients} + 1) || '.example' AS text,
                    i.{s}_plan_id AS plan_id, i.{s}_product_id AS product_id, {period},
                    i.{s}_price AS price, i.{s}_discount AS discount, i.{s}_net AS net, i.category, i.bps, {tax} AS tax, i.{s}_rate AS rate,
                    i.partnership_id, i.partner_id, i.{s}_cashback AS cashback FROM seed_invoice i",
                products = self.parties.sizes.products,
                clients = self.parties.sizes.clients,
            )
        };
        let first = line(1, "a", "i.issued_on AS starts, i.period_end AS ends", "i.a_tax");
        let second = line(
            2,
            "b",
            "CASE i.two WHEN 1 THEN i.issued_on ELSE i.period_end END AS starts, CASE i.two WHEN 1 THEN i.period_end ELSE i.next_end END AS ends",
            "i.tax - i.a_tax",
        );
        format!(
            "INSERT INTO invoice_line (id, invoice_id, position, description, plan_id, product_id, period_start, period_end, quantity,
                public_price_minor, discount_minor, net_minor, tax_category, tax_rate_bps, tax_minor, rate_bps, partnership_id, partner_id,
                cashback_minor, credited_net_minor)
            SELECT l.id, l.invoice_id, l.position, l.text, l.plan_id, l.product_id, l.starts, l.ends, 1,
                l.price, l.discount, l.net, l.category, l.bps, l.tax, l.rate, l.partnership_id, l.partner_id,
                l.cashback, 0 FROM ({first} UNION ALL {second}) l ORDER BY l.n, l.position;"
        )
    }

    fn periods(&self) -> String {
        let period = |s: &str, at: u8, starts: &str, ends: &str| {
            format!(
                "SELECT {id}, i.{s}_product_id, {starts}, {ends}, {months}, i.{s}_line_id, i.issued_at, i.issued_at FROM seed_invoice i",
                id = self.dialect.id("i.ms", Table::Period, &format!("2 * i.n + {at}")),
                months = self.months,
            )
        };
        let first = period("a", 0, "i.issued_on", "i.period_end");
        let second = period(
            "b",
            1,
            "CASE i.two WHEN 1 THEN i.issued_on ELSE i.period_end END",
            "CASE i.two WHEN 1 THEN i.period_end ELSE i.next_end END",
        );
        format!(
            "INSERT INTO product_period (id, product_id, period_start, period_end, term_months, invoice_line_id, paid_at, created_at)
            {first} UNION ALL {second};"
        )
    }

    fn payments(&self) -> String {
        format!(
            "INSERT INTO payment (id, account_id, invoice_id, payment_method_id, amount_minor, currency, status, gateway_reference,
                attempted_at, settled_at)
            SELECT i.payment_id, i.payer_id, i.id, i.method_id, i.total, '{CURRENCY}', 'SUCCEEDED', 'ch_' || {}, i.issued_at, i.issued_at
            FROM seed_invoice i ORDER BY i.n;",
            self.dialect.simple("i.payment_id")
        )
    }

    /// The same in the gateway's own book.
    fn charges(&self) -> String {
        format!(
            "INSERT INTO test_gateway_charge (key, method, amount_minor, currency, outcome, reference, created_at)
            SELECT {}, 'pm_sample_' || i.payer_no, i.total, '{CURRENCY}', 'SUCCEEDED', 'ch_' || {}, i.issued_at
            FROM seed_invoice i ORDER BY i.n;",
            self.dialect.hyphenated("i.payment_id"),
            self.dialect.simple("i.payment_id")
        )
    }

    /// Cashback, and the wallets' entries.
    fn earned(&self) -> String {
        let line = |s: &str, at: u8| {
            format!(
                "SELECT 2 * i.n + {at} AS n, i.ms, i.{s}_line_id AS line_id, i.partner_id, i.payer_id, i.{s}_product_id AS product_id, i.client_no,
                    i.{s}_price AS price, i.{s}_rate AS rate, i.{s}_cashback AS amount, i.issued_at, i.available_at, i.released_at
                FROM seed_invoice i WHERE i.{s}_cashback > 0"
            )
        };
        format!(
            "CREATE TEMP TABLE seed_earned AS {} UNION ALL {};
            INSERT INTO cashback (id, invoice_line_id, partner_id, product_id, client_account_id, currency, amount_minor, reversed_minor,
                credited_at, available_at, released_at)
            SELECT {cashback}, e.line_id, e.partner_id, e.product_id, e.payer_id, '{CURRENCY}', e.amount, 0, e.issued_at, e.available_at, e.released_at
            FROM seed_earned e ORDER BY e.n;
            INSERT INTO wallet_entry (id, account_id, currency, kind, amount_minor, public_price_minor, rate_bps, invoice_line_id,
                product_id, client_id, created_at, available_at)
            SELECT {entry}, e.partner_id, '{CURRENCY}', 'CASHBACK', e.amount, e.price, e.rate, e.line_id, e.product_id, {client}, e.issued_at, e.available_at
            FROM seed_earned e ORDER BY e.n;",
            line("a", 0),
            line("b", 1),
            cashback = self.dialect.id("e.ms", Table::Cashback, "e.n"),
            entry = self.dialect.id("e.ms", Table::WalletEntry, "e.n"),
            client = self.parties.id(Table::Client, "e.client_no"),
        )
    }

    /// The double-entry book: all lines first, then their heads.
    fn ledger(&self) -> String {
        let entry =
            |of: &str, slot: u8| self.dialect.id(&format!("{of}.ms"), Table::Entry, &format!("{of}.n * 4 + {slot}"));
        let line = |of: &str, slot: u8, at: u8, account: &str, owner: &str, debit: &str, credit: &str| {
            let id = self.dialect.id(&format!("{of}.ms"), Table::LedgerLine, &format!("{of}.n * 16 + {at}"));
            format!(
                "SELECT {id}, {}, '{account}', {owner}, '{CURRENCY}', {debit}, {credit} FROM seed_{of} {of}",
                entry(of, slot)
            )
        };
        // Invoices have the even entries of their number, lines that earn the odd ones of theirs.
        let nobody = if self.dialect.is_postgres { "CAST(NULL AS uuid)" } else { "NULL" };
        let (payer, partner) = ("invoice.payer_id", "earned.partner_id");
        let lines = [
            line("invoice", 0, 0, "receivable", payer, "invoice.total", "0"),
            line("invoice", 0, 1, "revenue", nobody, "0", "invoice.total - invoice.tax"),
            line("invoice", 0, 2, "tax", nobody, "0", "invoice.tax") + " WHERE invoice.tax > 0",
            line("invoice", 1, 3, "gateway", nobody, "invoice.total", "0"),
            line("invoice", 1, 4, "receivable", payer, "0", "invoice.total"),
            line("earned", 2, 8, "partner_expense", nobody, "earned.amount", "0"),
            line("earned", 2, 9, "wallet_pending", partner, "0", "earned.amount"),
            line("earned", 3, 10, "wallet_pending", partner, "earned.amount", "0") + RELEASED,
            line("earned", 3, 11, "wallet_available", partner, "0", "earned.amount") + RELEASED,
        ];
        let cashback = self.dialect.id("earned.ms", Table::Cashback, "earned.n");
        let head = |of: &str, slot: u8, kind: &str, about: &str, at: &str| {
            format!("SELECT {}, '{kind}', {about}, {at} FROM seed_{of} {of}", entry(of, slot))
        };
        let heads = [
            head("invoice", 0, "INVOICE_ISSUED", "invoice.id", "invoice.issued_at"),
            head("invoice", 1, "PAYMENT_RECEIVED", "invoice.payment_id", "invoice.issued_at"),
            head("earned", 2, "CASHBACK_CREDITED", &cashback, "earned.issued_at"),
            head("earned", 3, "CASHBACK_RELEASED", &cashback, "earned.released_at") + RELEASED,
        ];
        format!(
            "INSERT INTO ledger_line (id, entry_id, ledger_account, owner_id, currency, debit_minor, credit_minor) {};
            INSERT INTO journal_entry (id, kind, reference_id, occurred_at) {};",
            lines.join(" UNION ALL "),
            heads.join(" UNION ALL ")
        )
    }

    /// What the entries add up to. Others write other days at the same time: so this comes late, and in the order of the partners.
    fn wallets() -> String {
        format!(
            "INSERT INTO wallet (account_id, currency, pending_minor, available_minor)
            SELECT e.partner_id, '{CURRENCY}', sum(CASE WHEN e.released_at IS NULL THEN e.amount ELSE 0 END),
                sum(CASE WHEN e.released_at IS NULL THEN 0 ELSE e.amount END)
            FROM seed_earned e WHERE TRUE GROUP BY e.partner_id ORDER BY e.partner_id
            ON CONFLICT (account_id, currency) DO UPDATE SET pending_minor = wallet.pending_minor + excluded.pending_minor,
                available_minor = wallet.available_minor + excluded.available_minor;"
        )
    }

    /// The last number of each year so far.
    fn counters(days: &[Day]) -> String {
        let last: BTreeMap<i32, i64> =
            days.iter().map(|day| (day.year, day.first_sequence + day.invoices() - 1)).collect();
        let rows: Vec<_> = last.into_iter().map(|(year, last)| format!("('INVOICE', {year}, {last})")).collect();
        format!(
            "INSERT INTO document_counter (series, year, last_number) VALUES {}
            ON CONFLICT (series, year) DO UPDATE SET last_number = excluded.last_number
            WHERE excluded.last_number > document_counter.last_number;",
            rows.join(", ")
        )
    }
}

const RELEASED: &str = " WHERE earned.released_at IS NOT NULL";

/// A temporary table of these rows.
async fn record(work: &Work, name: &str, columns: &[(&str, Type)], rows: &impl Serialize) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.push("CREATE TEMP TABLE ").push(name).push(" AS SELECT r.* FROM ").records("r", columns, rows)?;
    sql.execute(work.conn()).await?;
    Ok(())
}

/// What the countries' accounts are taxed with on these days.
fn taxes(work: &Work, days: &[Day]) -> Result<Vec<TaxRow>, Error> {
    let mut rows: BTreeMap<(NaiveDate, &'static str), TaxRow> = BTreeMap::new();
    for day in days {
        for (of_country, vat_id, _, _) in COUNTRIES {
            // In each country all have an id, or none.
            let vat_id = vat_id.map(|prefix| format!("{prefix}123456789{}", if prefix == "NL" { "B01" } else { "" }));
            let country = Country::parse(of_country).map_err(|e| Error::fault(e.to_string()))?;
            let treatment = work.settings().tax_in(country, vat_id.as_deref(), day.issued_on)?;
            let (category, bps) = (treatment.category.code(), Rate::bps(treatment.rate));
            rows.insert((day.issued_on, of_country), TaxRow { on_day: day.issued_on, of_country, category, bps });
        }
    }
    Ok(rows.into_values().collect())
}

/// The seller as on every invoice, as a literal.
fn seller(work: &Work) -> String {
    quoted(&json!(SellerOnInvoice::of(&work.settings().seller)).to_string())
}
