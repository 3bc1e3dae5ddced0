//! Who there is, what they hold, and what is sold to them.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use entities::membership::Role;
use serde::Serialize;

use super::dialect::{Dialect, Table, quoted};
use super::history::{Class, History};
use super::{CURRENCY, Sizes};
use crate::account::password;
use crate::error::Error;
use crate::permission::Permissions;
use crate::sql::Type;
use crate::work::Work;

/// Kind, offering, plan, price of a month in minor units.
pub(super) const PLANS: [(&str, &str, &str, i64); 6] = [
    ("HOSTING", "Hosting", "L", 1_299),
    ("DOMAIN", "Domain", "Standard", 119),
    ("EMAIL", "Mail", "Team", 499),
    ("WEBSITE", "Website", "Business", 1_649),
    ("CLOUD", "Server", "M", 2_995),
    ("HOSTING", "Backup", "Daily", 333),
];

/// Name, rate, rate of domains, holding days.
pub(super) const PROGRAMMES: [(&str, i64, i64, i64); 2] = [("Agency", 2_000, 500, 30), ("Freelancer", 1_250, 400, 30)];

/// Terms that prices exist for.
const TERMS: [u32; 7] = [1, 2, 3, 6, 12, 24, 36];

/// Country, VAT id before the client's number, time zone, language. Clients are of these in turn.
pub(super) const COUNTRIES: [(&str, Option<&str>, &str, &str); 6] = [
    ("DE", None, "Europe/Berlin", "de"),
    ("AT", None, "Europe/Vienna", "de"),
    ("DE", None, "Europe/Berlin", "de"),
    ("NL", Some("NL"), "Europe/Amsterdam", "en"),
    ("CH", None, "Europe/Zurich", "de"),
    ("FR", None, "Europe/Paris", "fr"),
];

/// The clocks of all these zones show the same.
pub(super) const ZONE: Tz = Tz::Europe__Berlin;

/// What everybody signs in with.
pub const PASSWORD: &str = "sample data only";

/// Sizes, ids and words of one filling.
#[derive(Clone, Debug)]
pub(super) struct Parties {
    pub(super) sizes: Sizes,
    pub(super) dialect: Dialect,
    /// When everybody came, in milliseconds: before the first invoice.
    pub(super) began: DateTime<Utc>,
}

#[derive(Serialize)]
struct PlanRow {
    n: i64,
    kind: &'static str,
    offering: &'static str,
    plan: &'static str,
    month_minor: i64,
}

impl Parties {
    /// The id of a row that was there from the beginning.
    pub(super) fn id(&self, table: Table, counter: &str) -> String {
        self.dialect.id(&self.began.timestamp_millis().to_string(), table, counter)
    }

    /// The account of the client with this number.
    pub(super) fn client_account(&self, client_no: &str) -> String {
        self.id(Table::Account, &format!("{} + {client_no}", self.sizes.partners))
    }

    fn began(&self) -> String {
        format!("CAST('{}' AS /instant/)", self.began.format("%Y-%m-%dT%H:%M:%S+00:00"))
    }

    /// Writes all of them.
    pub(super) async fn write(&self, work: &Work, history: &History) -> Result<(), Error> {
        self.catalogue(work).await?;
        let hash = password::hash_with_salt(PASSWORD.into(), b"sample data only").await?;
        for text in [self.partners(), self.clients(), self.people(&hash), self.cards()] {
            run(work, &text).await?;
        }
        self.products(work, history).await
    }

    async fn catalogue(&self, work: &Work) -> Result<(), Error> {
        let began = self.began();
        let rows: Vec<_> = (0..)
            .zip(PLANS)
            .map(|(n, (kind, offering, plan, month_minor))| PlanRow { n, kind, offering, plan, month_minor })
            .collect();
        let columns = [
            ("n", Type::Int),
            ("kind", Type::Text),
            ("offering", Type::Text),
            ("plan", Type::Text),
            ("month_minor", Type::Int),
        ];
        let (offering, plan) = (self.id(Table::Offering, "r.n"), self.id(Table::Plan, "r.n"));
        let price = self.id(Table::Price, "r.n * 128 + t.n");
        let terms = TERMS.map(|months| format!("SELECT {months} AS n")).join(" UNION ALL ");
        let inserts = [
            format!(
                "INSERT INTO offering (id, sku, name, kind, created_at)
                SELECT {offering}, lower(r.offering), r.offering, r.kind, {began} FROM "
            ),
            format!(
                "INSERT INTO plan (id, offering_id, name, default_term_months, created_at)
                SELECT {plan}, {offering}, r.plan, 36, {began} FROM "
            ),
            format!(
                "INSERT INTO price (id, plan_id, currency, term_months, amount_minor, valid_from)
                SELECT {price}, {plan}, '{CURRENCY}', t.n, r.month_minor * t.n, CAST('2020-01-01' AS {}) FROM ({terms}) t CROSS JOIN ",
                if self.dialect.is_postgres { "date" } else { "text" }
            ),
        ];
        for insert in inserts {
            let mut sql = work.sql();
            sql.push(&insert).records("r", &columns, &rows)?;
            sql.execute(work.conn()).await?;
        }
        Ok(())
    }

    fn partners(&self) -> String {
        use std::fmt::Write as _;
        let began = self.began();
        let partners = self.dialect.series("p", i64::from(self.sizes.partners));
        let mut text = String::new();
        for (n, (name, rate, domain_rate, hold_days)) in (0..).zip(PROGRAMMES) {
            let id = self.id(Table::Programme, &format!("{n}"));
            let _ = write!(
                text,
                "INSERT INTO programme (id, name, rate_bps, contact_email, accepts_access_offers, hold_days,
                    minimum_payout_minor, currency, created_at)
                VALUES ({id}, '{name}', {rate}, 'partners@provider.example', TRUE, {hold_days}, 5000, '{CURRENCY}', {began});
                INSERT INTO programme_kind_rate (programme_id, kind, rate_bps) VALUES ({id}, 'DOMAIN', {domain_rate});"
            );
        }
        let (account, profile) = (self.id(Table::Account, "p.n"), self.id(Table::Profile, "p.n"));
        let programme = self.id(Table::Programme, &format!("p.n % {}", PROGRAMMES.len()));
        let _ = write!(
            text,
            "INSERT INTO account (id, name, country, locale, currency, time_zone, billing_name, billing_street, billing_postal_code,
                billing_city, billing_country, programme_id, search, created_at)
            SELECT {account}, 'Agency ' || (p.n + 1), 'DE', 'de', '{CURRENCY}', '{ZONE}', 'Agency ' || (p.n + 1) || ' GmbH',
                'Hafenstraße ' || (p.n + 1), '20457', 'Hamburg', 'DE', {programme}, 'agency ' || (p.n + 1), {began} FROM {partners};
            INSERT INTO partner_profile (id, account_id, slug, headline, description, services, is_published, search)
            SELECT {profile}, {account}, 'agency-' || (p.n + 1), 'Websites that sell', 'Design, hosting and care from one hand.',
                '[\"Design\", \"Hosting\"]', TRUE, 'agency ' || (p.n + 1) || ' websites that sell' FROM {partners};"
        );
        text
    }

    /// The name of the client numbered `c.n`, as it stands in addresses.
    fn client_name(&self) -> String {
        let clients = self.sizes.clients;
        format!("(c.n / {clients} + 1) || '-' || (c.n % {clients} + 1)")
    }

    fn clients(&self) -> String {
        let (began, name) = (self.began(), self.client_name());
        let of_country = |at: &dyn Fn(usize) -> String| {
            let arms: Vec<_> =
                (0..COUNTRIES.len()).map(|n| format!("WHEN c.n % {} = {n} THEN {}", COUNTRIES.len(), at(n))).collect();
            format!("CASE {} END", arms.join(" "))
        };
        let country = of_country(&|n| quoted(COUNTRIES[n].0));
        let zone = of_country(&|n| quoted(COUNTRIES[n].2));
        let locale = of_country(&|n| quoted(COUNTRIES[n].3));
        let vat_id = of_country(&|n| match COUNTRIES[n].1 {
            None => "NULL".to_owned(),
            Some("NL") => "'NL' || substr(CAST(1000000000 + c.n AS text), 2) || 'B01'".to_owned(),
            Some(prefix) => format!("'{prefix}' || substr(CAST(1000000000 + c.n AS text), 2)"),
        });
        let account = self.client_account("c.n");
        let partner = self.id(Table::Account, &format!("c.n / {}", self.sizes.clients));
        let (client, partnership) = (self.id(Table::Client, "c.n"), self.id(Table::Partnership, "c.n"));
        let clients = self.dialect.series("c", self.sizes.all_clients());
        let carried = Permissions::PARTNERSHIP.bits();
        format!(
            "INSERT INTO account (id, name, country, locale, currency, time_zone, vat_id, search, created_at)
            SELECT {account}, 'Client ' || {name}, {country}, {locale}, '{CURRENCY}', {zone}, {vat_id}, 'client ' || {name}, {began} FROM {clients};
            INSERT INTO client (id, partner_id, name, email, company, account_id, search, created_at)
            SELECT {client}, {partner}, 'Client ' || {name}, 'owner@client-' || {name} || '.example', 'Client ' || {name}, {account},
                'client ' || {name} || ' owner@client-' || {name} || '.example client ' || {name}, {began} FROM {clients};
            INSERT INTO partnership (id, partner_id, client_account_id, status, access_level, permissions, has_all_products, payer, created_at)
            SELECT {partnership}, {partner}, {account}, 'ACTIVE', 'FULL', {carried}, TRUE,
                CASE WHEN {} THEN 'PARTNER' ELSE 'CLIENT' END, {began} FROM {clients};",
            partner_pays("c.n")
        )
    }

    /// An owner for each account.
    fn people(&self, hash: &str) -> String {
        let (began, hash, all) = (self.began(), quoted(hash), Permissions::of_role(Role::Owner).bits());
        let partners = self.dialect.series("c", i64::from(self.sizes.partners));
        let clients = self.dialect.series("c", self.sizes.all_clients());
        let of = |n: &str, account: &str, name: &str, from: &str| {
            let (user, membership) = (self.id(Table::User, n), self.id(Table::Membership, n));
            format!(
                "INSERT INTO \"user\" (id, email, name, locale, password_hash, is_staff, email_verified_at, created_at)
                SELECT {user}, 'owner@' || {name} || '.example', 'Owner of ' || {name}, 'en', {hash}, FALSE, {began}, {began} FROM {from};
                INSERT INTO membership (id, user_id, account_id, role, permissions, created_at)
                SELECT {membership}, {user}, {account}, 'OWNER', {all}, {began} FROM {from};"
            )
        };
        let client_name = format!("'client-' || {}", self.client_name());
        of("c.n", &self.id(Table::Account, "c.n"), "'agency-' || (c.n + 1)", &partners)
            + &of(&format!("{} + c.n", self.sizes.partners), &self.client_account("c.n"), &client_name, &clients)
    }

    /// A card for each account, known to the test gateway.
    fn cards(&self) -> String {
        let began = self.began();
        let accounts = self.dialect.series("a", i64::from(self.sizes.partners) + self.sizes.all_clients());
        let (method, account) = (self.id(Table::Method, "a.n"), self.id(Table::Account, "a.n"));
        let date = if self.dialect.is_postgres { "date" } else { "text" };
        format!(
            "INSERT INTO test_gateway_method (reference, token) SELECT 'pm_sample_' || a.n, 'tok_visa' FROM {accounts};
            INSERT INTO payment_method (id, account_id, brand, last4, expires_on, gateway_reference, is_default, created_at)
            SELECT {method}, {account}, 'visa', '4242', CAST('2099-12-31' AS {date}), 'pm_sample_' || a.n, TRUE, {began} FROM {accounts};"
        )
    }

    async fn products(&self, work: &Work, history: &History) -> Result<(), Error> {
        let Sizes { products, .. } = self.sizes;
        let classes: Vec<Class> = history.classes(ZONE)?;
        let (began, name, months) = (self.began(), self.client_name(), history.term.months());
        let arms: Vec<_> =
            (0..).zip(PLANS).map(|(n, plan): (usize, _)| format!("WHEN {n} THEN {}", quoted(plan.1))).collect();
        let offering = format!("CASE q.n % {} {} END", PLANS.len(), arms.join(" "));
        let number = format!("c.n * {products} + q.n");
        let (id, account) = (self.id(Table::Product, &number), self.client_account("c.n"));
        let (plan, partnership) =
            (self.id(Table::Plan, &format!("q.n % {}", PLANS.len())), self.id(Table::Partnership, "c.n"));
        let domain = format!("'site' || (q.n + 1) || '.client-' || {name} || '.example'");
        let clients = self.dialect.series("c", self.sizes.all_clients());
        let series = self.dialect.series("q", i64::from(products));
        let mut sql = work.sql();
        sql.push(&format!(
            "INSERT INTO product (id, account_id, plan_id, status, label, domain_name, term_months, currency, started_on, anchor_on,
                anchor_months, renews_on, renews_at, auto_renew, renewal_billing, managed_by_id, search, created_at)
            SELECT {id}, {account}, {plan}, 'ACTIVE', {offering} || ' ' || (q.n + 1), {domain}, {months}, '{CURRENCY}', r.anchor_on, r.anchor_on,
                {}, r.renews_on, r.renews_at, TRUE, 'PARTNERSHIP', {partnership}, lower({offering}) || ' ' || (q.n + 1) || ' ' || {domain}, {began}
            FROM {clients} CROSS JOIN {series} JOIN ",
            history.periods.max(1) * months
        ));
        let columns =
            [("class", Type::Int), ("anchor_on", Type::Date), ("renews_on", Type::Date), ("renews_at", Type::Instant)];
        sql.records("r", &columns, &classes)?.push(&format!(" ON r.class = c.n % {}", history.count()));
        sql.execute(work.conn()).await?;
        Ok(())
    }
}

/// Whether the partner pays for the client with this number: for two of three.
pub(super) fn partner_pays(client_no: &str) -> String {
    format!("{client_no} % 3 <> 0")
}

/// Runs statements that bind nothing.
pub(super) async fn run(work: &Work, text: &str) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.push(text);
    Ok(sql.run(work.conn()).await?)
}

/// A day before the first of history.
pub(super) fn began(first_day: NaiveDate) -> DateTime<Utc> {
    first_day.pred_opt().unwrap_or(first_day).and_time(chrono::NaiveTime::MIN).and_utc()
}
