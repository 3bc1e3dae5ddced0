//! The provider as it stands on invoices, and the settings that use cases need.

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use chrono_tz::Tz;
use entities::account;

use crate::affiliate::rules::AffiliateTerms;
use crate::billing::dunning::DunningRules;
use crate::billing::printed::{DocumentPrinter, NoPrinter};
use crate::calendar::Country;
use crate::database::Connection;
use crate::error::Error;
use crate::gateway::PaymentGateway;
use crate::gateway::test::TestGateway;
use crate::money::Rate;
use crate::tax::rates::VatRates;
use crate::tax::rules::{TaxFacts, TaxTreatment, tax_treatment};

/// The provider as it stands on invoices.
#[derive(Clone, Debug)]
pub struct Seller {
    /// The legal name.
    pub name: String,
    /// Where it is taxed.
    pub country: Country,
    /// Its VAT id.
    pub vat_id: String,
    /// Several lines.
    pub address: String,
    /// Without spaces.
    pub iban: String,
    /// Decides the year and the day of an invoice.
    pub time_zone: Tz,
}

impl Seller {
    /// The language in which the provider itself is written to: its country's, as far as mails exist in it.
    pub fn language(&self) -> &'static str {
        match self.country.code() {
            "DE" | "AT" | "CH" | "LI" => "de",
            "FR" | "MC" => "fr",
            "IT" | "SM" => "it",
            "ES" => "es",
            _ => "en",
        }
    }
}

/// What use cases need to know of the settings. The same in every process of an installation.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who sells.
    pub seller: Seller,
    /// Rates of value added tax, with their dates.
    pub vat_rates: VatRates,
    /// What follows a declined renewal.
    pub dunning: DunningRules,
    /// Who takes the money.
    pub gateway: Arc<dyn PaymentGateway>,
    /// An answer of the gateway that takes longer is none.
    pub gateway_timeout: Duration,
    /// Who prints invoices.
    pub printer: Arc<dyn DocumentPrinter>,
    /// How many payers a renewal run claims by one transaction, at least 1.
    pub renewal_batch: u32,
    /// What affiliates earn.
    pub affiliate: AffiliateTerms,
    /// Where the product is reached, with a slash at its end.
    pub public_url: String,
    /// Where its portal is, with a slash at its end; the same unless the provider has one of its own.
    pub portal_url: String,
    /// Where requests to the provider's support go; none: they are not taken.
    pub support_email: Option<String>,
    /// Whether webhooks may go to private addresses, and by http: for tests.
    pub may_call_private_webhooks: bool,
}

impl Settings {
    /// The demo's provider, with the test gateway whose book is in this database, and without a printer.
    ///
    /// # Panics
    /// Never: its country exists, and its rate is one.
    pub fn demo(db: Connection) -> Self {
        let seller = Seller {
            name: "Nordlicht Hosting GmbH".to_owned(),
            country: Country::parse("DE").expect("the demo's country is one"),
            vat_id: "DE123456789".to_owned(),
            address: "Hafenstraße 12\n20457 Hamburg".to_owned(),
            iban: "DE89370400440532013000".to_owned(),
            time_zone: Tz::Europe__Berlin,
        };
        Self {
            seller,
            vat_rates: VatRates::standard(),
            dunning: DunningRules::default(),
            gateway: Arc::new(TestGateway::new(db)),
            gateway_timeout: Duration::from_secs(30),
            printer: Arc::new(NoPrinter),
            renewal_batch: 100,
            affiliate: AffiliateTerms {
                commission: Rate::from_bps(1_000).expect("the demo's rate is one"),
                click_days: 30,
            },
            public_url: "http://127.0.0.1:8080/".to_owned(),
            portal_url: "http://127.0.0.1:8080/".to_owned(),
            support_email: Some("support@nordlicht.example".to_owned()),
            may_call_private_webhooks: false,
        }
    }

    /// When the gateway is asked what became of an attempt: whoever made it has had its answer by then, or is gone.
    pub(crate) fn reconcile_after(&self) -> Duration {
        self.gateway_timeout + self.gateway_timeout / 3
    }

    /// Category and rate of what this account pays for on that day, a date of the seller's time zone.
    pub fn tax_of(&self, payer: &account::Model, on: NaiveDate) -> Result<TaxTreatment, Error> {
        let payer_country = Country::parse(&payer.country).map_err(|e| Error::fault(e.to_string()))?;
        self.tax_in(payer_country, payer.vat_id.as_deref(), on)
    }

    /// The same for a payer who has no account yet.
    pub fn tax_in(&self, country: Country, vat_id: Option<&str>, on: NaiveDate) -> Result<TaxTreatment, Error> {
        let facts = TaxFacts { seller_country: self.seller.country, payer_country: country, payer_vat_id: vat_id, on };
        tax_treatment(&facts, &self.vat_rates).map_err(|e| Error::fault(e.to_string()))
    }
}
