//! Every setting: from the environment, which wins, over a file. What is wrong is collected and told all at once.

mod names;
mod parse;
mod source;
mod tax;

use std::ffi::OsString;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use domain::affiliate::rules::AffiliateTerms;
use domain::calendar::Country;
use domain::database::DatabaseUrl;
use domain::money::Rate;
use domain::seller::Seller;
use domain::tax::rates::VatRates;
use ipnet::IpNet;
use secrecy::SecretString;
use url::Url;

pub use names::{environment_names, file_keys};
use source::Given;

/// What the settings are read for; it decides which are required and what the others default to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The demo: everything has a value.
    Demo,
    /// The gateway, the worker, a renewal run: they write invoices, so the seller must be known.
    Service,
    /// Commands about the database alone.
    Tool,
}

/// All settings, checked.
#[derive(Debug)]
pub struct Config {
    pub database: DatabaseUrl,
    /// None: wake-ups and live events in process, and by a look at the database each second.
    pub redis: Option<SecretString>,
    /// None: mails are written as `.eml` files under `var/mail`.
    pub smtp: Option<SecretString>,
    pub listen: SocketAddr,
    public_url: Option<Url>,
    portal_url: Option<Url>,
    mail_from: Option<String>,
    pub support_email: Option<String>,
    /// None: mails are not signed.
    pub dkim: Option<Dkim>,
    /// Where the test clock starts if there is none yet; none: real time.
    pub test_clock: Option<DateTime<Utc>>,
    pub has_explorer: bool,
    pub gateway: Gateway,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    pub metrics_listen: SocketAddr,
    pub seller: Seller,
    pub has_rate_limits: bool,
    pub may_call_private_webhooks: bool,
    pub dunning: Dunning,
    pub affiliate: AffiliateTerms,
    pub limits: Limits,
    pub worker: Worker,
    pub vat_rates: VatRates,
}

/// With what mails are signed.
#[derive(Debug)]
pub struct Dkim {
    /// A private key, PEM.
    pub key: SecretString,
    /// Under which name its public half stands in the DNS.
    pub selector: String,
    /// None: the one that mails are from.
    pub domain: Option<String>,
}

/// Who takes the money.
#[derive(Debug)]
pub enum Gateway {
    Test {
        /// How long each charge takes.
        latency: Duration,
    },
    Stripe {
        key: SecretString,
        webhook_secret: SecretString,
        /// Where its API is; ends in `/`.
        url: Url,
    },
}

/// What follows a declined renewal, in days after the first decline.
#[derive(Clone, Debug)]
pub struct Dunning {
    pub retry_days: Vec<u32>,
    /// When the partner pays: the day on which the client is warned.
    pub warn_client_day: u32,
    pub suspend_day: u32,
    pub cancel_day: u32,
}

/// How much one request, one caller and one process may take.
#[derive(Clone, Debug)]
pub struct Limits {
    pub body_bytes: usize,
    pub query_bytes: usize,
    /// Brackets open at once, counted on the bytes of a query.
    pub brackets: usize,
    /// Fields of a query with its fragments written out.
    pub selections: usize,
    pub fragments: usize,
    /// Aliases of one field.
    pub aliases: usize,
    /// Nodes that a query may ask for: the product of its page sizes.
    pub nodes: u64,
    pub cost_per_minute: u64,
    /// Per network address and per account.
    pub sign_ins_per_minute: u32,
    /// Connections to the database, of each process.
    pub database_connections: u32,
    /// How long running requests and jobs may take to end after a signal.
    pub drain: Duration,
    pub gateway_timeout: Duration,
}

/// How a worker works.
#[derive(Clone, Debug)]
pub struct Worker {
    /// How long a job belongs to a worker that is not heard of.
    pub lease: Duration,
    /// Payers of a renewal run that are claimed and charged together.
    pub renewal_batch: u32,
    /// Mails on their way at once while all of them are quick.
    pub mail_connections: usize,
}

/// Everything that is wrong with the settings, a line each.
#[derive(Debug)]
pub struct ConfigErrors(Vec<String>);

impl std::error::Error for ConfigErrors {}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Config {
    /// Reads the environment of this process and `mandate.toml` of the working folder, if there is one.
    pub fn load(purpose: Purpose) -> Result<Self, ConfigErrors> {
        Self::read(purpose, std::env::vars_os(), Path::new(""))
    }

    fn read(
        purpose: Purpose,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        folder: &Path,
    ) -> Result<Self, ConfigErrors> {
        let mut given = Given::read(environment, folder);
        let config = Self::build(purpose, &mut given);
        if given.errors.is_empty() { Ok(config) } else { Err(ConfigErrors(given.errors)) }
    }

    fn build(purpose: Purpose, given: &mut Given) -> Self {
        let is_demo = purpose == Purpose::Demo;
        let config = Self {
            database: given.take("database_url", parse::database).unwrap_or_default(),
            redis: given.take("redis_url", parse::redis),
            smtp: given.take("smtp_url", parse::smtp),
            listen: given.take("listen", parse::address).unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))),
            public_url: given.take("public_url", parse::web_url),
            portal_url: given.take("portal_url", parse::web_url),
            mail_from: given.take("mail_from", parse::email),
            support_email: given.take("support_email", parse::email),
            dkim: dkim(given),
            test_clock: given.take("test_clock", parse::instant),
            has_explorer: given.take("explorer", parse::switch).unwrap_or(is_demo),
            gateway: gateway(given),
            trusted_proxies: given.take("trusted_proxies", parse::networks).unwrap_or_default(),
            metrics_listen: given
                .take("metrics_listen", parse::address)
                .unwrap_or(SocketAddr::from(([127, 0, 0, 1], 9464))),
            seller: seller(purpose, given),
            has_rate_limits: given.take("rate_limits", parse::switch).unwrap_or(true),
            may_call_private_webhooks: given.take("webhooks.allow_private", parse::switch).unwrap_or(false),
            dunning: dunning(given),
            affiliate: affiliate(given),
            limits: limits(given),
            worker: worker(given),
            vat_rates: tax::rates(given),
        };
        let Seller { country, .. } = &config.seller;
        if config.vat_rates.on(*country, NaiveDate::MAX).is_none() {
            given
                .errors
                .push(format!("no rate of value added tax is known for {country}, the seller's country: add [[vat]]"));
        }
        if matches!(config.gateway, Gateway::Stripe { .. }) {
            if config.test_clock.is_some() {
                given.errors.push(
                    "MANDATE_TEST_CLOCK and MANDATE_GATEWAY=stripe exclude each other: real money moves in real time"
                        .to_owned(),
                );
            }
            if is_demo {
                given.errors.push(
                    "the demo has a test clock, so it runs with MANDATE_GATEWAY=test only; `mandate up` is the real thing"
                        .to_owned(),
                );
            }
        }
        config
    }

    /// Where the gateway is reached: `MANDATE_PUBLIC_URL`, else the address that it was bound to. Ends in `/`.
    pub fn public_url(&self, bound: SocketAddr) -> Url {
        let by_address = || Url::parse(&format!("http://{bound}/")).expect("an address and a port make a URL");
        self.public_url.clone().unwrap_or_else(by_address)
    }

    /// Where links in mails lead; ends in `/`.
    pub fn portal_url(&self, bound: SocketAddr) -> Url {
        self.portal_url.clone().unwrap_or_else(|| self.public_url(bound))
    }

    /// The sender of mails.
    pub fn mail_from(&self, bound: SocketAddr) -> String {
        self.mail_from.clone().unwrap_or_else(|| match self.portal_url(bound).host() {
            Some(url::Host::Domain(name)) => format!("billing@{name}"),
            // An address of the network is no domain, and no mail gets far from there.
            Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)) | None => "billing@localhost".to_owned(),
        })
    }
}

fn dkim(given: &mut Given) -> Option<Dkim> {
    let (has_key, has_selector) = (given.has("dkim.key"), given.has("dkim.selector"));
    let key = given.take("dkim.key", parse::secret);
    let selector = given.take("dkim.selector", parse::text);
    let domain = given.take("dkim.domain", parse::text);
    if has_key != has_selector || domain.is_some() && !has_key {
        given
            .errors
            .push("MANDATE_DKIM_KEY and MANDATE_DKIM_SELECTOR go together: mails are signed with both".to_owned());
    }
    Some(Dkim { key: key?, selector: selector?, domain })
}

fn gateway(given: &mut Given) -> Gateway {
    let is_live = given.take("gateway", |name| match name {
        "test" => Ok(false),
        "stripe" => Ok(true),
        _ => Err("must be test or stripe".to_owned()),
    });
    let key = given.take("stripe.key", parse::secret);
    let webhook_secret = given.take("stripe.webhook_secret", parse::secret);
    let url = given.take("stripe.url", parse::web_url);
    let url = url.unwrap_or_else(|| Url::parse("https://api.stripe.com/").expect("an address"));
    let test = Gateway::Test { latency: given.take("test_gateway.latency", parse::duration).unwrap_or_default() };
    if is_live != Some(true) {
        return test;
    }
    match (key, webhook_secret) {
        (Some(key), Some(webhook_secret)) => Gateway::Stripe { key, webhook_secret, url },
        (key, webhook_secret) => {
            let missing =
                [("MANDATE_STRIPE_KEY", key.is_none()), ("MANDATE_STRIPE_WEBHOOK_SECRET", webhook_secret.is_none())];
            for (name, _) in missing.into_iter().filter(|(_, is_missing)| *is_missing) {
                given.errors.push(format!("MANDATE_GATEWAY=stripe needs {name}"));
            }
            test
        }
    }
}

fn seller(purpose: Purpose, given: &mut Given) -> Seller {
    if purpose == Purpose::Service {
        for key in ["name", "country", "vat_id", "address", "iban", "time_zone"] {
            if !given.has(&format!("seller.{key}")) {
                let name = format!("MANDATE_SELLER_{}", key.to_ascii_uppercase());
                given.errors.push(format!("{name} is missing: invoices name the seller"));
            }
        }
    }
    let or = |value: Option<String>, demo: &str| value.unwrap_or_else(|| demo.to_owned());
    Seller {
        name: or(given.take("seller.name", parse::text), "Nordlicht Hosting GmbH"),
        country: given
            .take("seller.country", parse::country)
            .unwrap_or_else(|| Country::parse("DE").expect("the demo's country is one")),
        vat_id: or(given.take("seller.vat_id", parse::vat_id), "DE123456789"),
        address: or(given.take("seller.address", parse::lines), "Hafenstraße 12\n20457 Hamburg"),
        iban: or(given.take("seller.iban", parse::iban), "DE89370400440532013000"),
        time_zone: given.take("seller.time_zone", parse::time_zone).unwrap_or(Tz::Europe__Berlin),
    }
}

fn dunning(given: &mut Given) -> Dunning {
    let dunning = Dunning {
        retry_days: given.take("dunning.retry_days", parse::days).unwrap_or_else(|| vec![1, 3, 5, 7]),
        warn_client_day: given.take("dunning.warn_client_day", parse::count).unwrap_or(3),
        suspend_day: given.take("dunning.suspend_day", parse::count).unwrap_or(14),
        cancel_day: given.take("dunning.cancel_day", parse::count).unwrap_or(44),
    };
    let last_retry = dunning.retry_days.last().copied().unwrap_or_default();
    if last_retry >= dunning.suspend_day || dunning.suspend_day >= dunning.cancel_day {
        given.errors.push("dunning: retry_days come before suspend_day, and that before cancel_day".to_owned());
    }
    dunning
}

fn affiliate(given: &mut Given) -> AffiliateTerms {
    AffiliateTerms {
        commission: given
            .take("affiliate.commission_bps", parse::rate)
            .unwrap_or_else(|| Rate::from_bps(1_000).expect("a tenth is a rate")),
        click_days: given.take("affiliate.click_days", parse::count).unwrap_or(30),
    }
}

fn limits(given: &mut Given) -> Limits {
    Limits {
        body_bytes: given.take("limits.body_bytes", parse::count).unwrap_or(256 * 1024),
        query_bytes: given.take("limits.query_bytes", parse::count).unwrap_or(32 * 1024),
        brackets: given.take("limits.brackets", parse::count).unwrap_or(64),
        selections: given.take("limits.selections", parse::count).unwrap_or(5_000),
        fragments: given.take("limits.fragments", parse::count).unwrap_or(50),
        aliases: given.take("limits.aliases", parse::count).unwrap_or(30),
        nodes: given.take("limits.nodes", parse::count).unwrap_or(10_000),
        cost_per_minute: given.take("limits.cost_per_minute", parse::count).unwrap_or(100_000),
        sign_ins_per_minute: given.take("limits.sign_ins_per_minute", parse::count).unwrap_or(10),
        database_connections: given.take("limits.database_connections", parse::count).unwrap_or(16),
        drain: given.take("limits.drain", parse::duration).unwrap_or(Duration::from_secs(30)),
        gateway_timeout: given.take("limits.gateway_timeout", parse::duration).unwrap_or(Duration::from_secs(30)),
    }
}

fn worker(given: &mut Given) -> Worker {
    let lease = given.take("worker.lease", parse::duration).unwrap_or(Duration::from_secs(30));
    if lease < Duration::from_secs(1) {
        given.errors.push("worker.lease: must be 1s or more".to_owned());
    }
    Worker {
        lease,
        renewal_batch: given.take("worker.renewal_batch", parse::count).unwrap_or(100),
        mail_connections: given.take("worker.mail_connections", parse::connections).unwrap_or(16),
    }
}

#[cfg(test)]
mod tests;
