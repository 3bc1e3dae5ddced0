//! Issuing invoices: any number in a constant number of statements, numbered without a gap.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use entities::id::{AccountId, InvoiceId, InvoiceLineId, OrderId, PartnershipId, PlanId, ProductId, RenewalRunId};
use entities::invoice::{InvoiceKind, InvoiceStatus};
use entities::{account, invoice, invoice_line};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::document::{DocumentLine, Totals, totals};
use super::ledger;
use super::post::Posting;
use super::rules::LineAmounts;
use super::settle::receive;
use crate::activity::{ActivityKind, Event};
use crate::calendar::local_date;
use crate::error::Error;
use crate::money::{Currency, Money, Rate};
use crate::seller::Seller;
use crate::tax::rules::TaxTreatment;
use crate::work::Work;

/// An invoice to be: one payer, one currency.
#[derive(Debug, Clone)]
pub struct Draft {
    /// `Order` or `Renewal`.
    pub kind: InvoiceKind,
    /// Who pays and alone sees it.
    pub billed_to_id: AccountId,
    /// Of all its amounts.
    pub currency: Currency,
    /// The order that it bills.
    pub order_id: Option<OrderId>,
    /// The run that made it.
    pub renewal_run_id: Option<RenewalRunId>,
    /// What is paid of it as it is issued, in minor units; none: nothing was tried yet.
    pub paid_minor: Option<i64>,
    /// In the order in which they are printed.
    pub lines: Vec<DraftLine>,
}

/// A line of it.
#[derive(Debug, Clone)]
pub struct DraftLine {
    /// What is printed, e.g. `Hosting L, example.com`; the period stands beside it.
    pub description: String,
    /// What was bought.
    pub plan_id: Option<PlanId>,
    /// The product, where the line is about one.
    pub product_id: Option<ProductId>,
    /// The period that is paid for, half open.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// How many.
    pub quantity: i32,
    /// Public price, discount, net and cashback of the whole quantity.
    pub amounts: LineAmounts,
    /// The rate that discount or cashback comes from.
    pub rate: Option<Rate>,
    /// The partnership that the line was ordered or renewed through.
    pub partnership_id: Option<PartnershipId>,
    /// Who is credited the cashback.
    pub partner_id: Option<AccountId>,
    /// The line that this one credits, with amounts below zero: of a plan change.
    pub corrected_line_id: Option<InvoiceLineId>,
    /// Tax that was fixed when the order was placed; none: by the payer's country and VAT id on the day of issue.
    pub tax: Option<LineTax>,
}

/// The tax of one line, fixed.
#[derive(Debug, Clone, Copy)]
pub struct LineTax {
    /// Category and rate.
    pub treatment: TaxTreatment,
    /// Its part of the document's tax.
    pub amount: Money,
}

/// An issued invoice with its lines, in the order of the draft's.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The invoice.
    pub invoice: invoice::Model,
    /// Its lines.
    pub lines: Vec<invoice_line::Model>,
}

/// The buyer as of issue: column `invoice.buyer`, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Buyer {
    /// The billing name, else the account's.
    pub name: String,
    /// The billing address, as far as one was given.
    pub street: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Of the billing address, else of the account.
    pub country: String,
    /// As it was entered.
    pub vat_id: Option<String>,
}

impl Buyer {
    /// The account as it is now.
    pub(crate) fn of(account: &account::Model) -> Self {
        Self {
            name: account.billing_name.clone().unwrap_or_else(|| account.name.clone()),
            street: account.billing_street.clone(),
            postal_code: account.billing_postal_code.clone(),
            city: account.billing_city.clone(),
            country: account.billing_country.clone().unwrap_or_else(|| account.country.clone()),
            vat_id: account.vat_id.clone(),
        }
    }
}

/// The seller as of issue: column `invoice.seller`, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SellerOnInvoice {
    /// The legal name.
    pub name: String,
    /// Several lines.
    pub address: String,
    /// ISO 3166-1.
    pub country: String,
    /// Its VAT id.
    pub vat_id: String,
    /// Where to pay to.
    pub iban: String,
}

impl SellerOnInvoice {
    /// The seller as it is now.
    pub(crate) fn of(seller: &Seller) -> Self {
        Self {
            name: seller.name.clone(),
            address: seller.address.clone(),
            country: seller.country.code().to_owned(),
            vat_id: seller.vat_id.clone(),
            iban: seller.iban.clone(),
        }
    }
}

/// A series of numbers, as in `document_counter`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Series {
    /// `2026-000001`.
    Invoice,
    /// `CN-2026-000001`.
    CreditNote,
}

impl Series {
    const fn name(self) -> &'static str {
        match self {
            Self::Invoice => "INVOICE",
            Self::CreditNote => "CREDIT_NOTE",
        }
    }

    fn number(self, year: i32, sequence: i32) -> String {
        match self {
            Self::Invoice => format!("{year}-{sequence:06}"),
            Self::CreditNote => format!("CN-{year}-{sequence:06}"),
        }
    }
}

/// The sums of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sums {
    pub(crate) subtotal: Money,
    pub(crate) discount: Money,
    pub(crate) tax: Money,
    pub(crate) total: Money,
}

impl From<&Totals> for Sums {
    fn from(totals: &Totals) -> Self {
        let Totals { subtotal, discount, tax, total, .. } = *totals;
        Self { subtotal, discount, tax, total }
    }
}

/// Issues invoices, booked and told; one for each draft, in the order of the drafts, none for a total of zero.
///
/// Tax follows the payer's country and VAT id on the day of issue, a date of the seller's time zone. The counter is drawn
/// with the clock, so that dates never fall as numbers rise. Due at once. Source: `docs/rules.md` §3.
pub async fn issue(work: &mut Work, drafts: Vec<Draft>) -> Result<Vec<Option<Issued>>, Error> {
    let mut due = Vec::with_capacity(drafts.len());
    for draft in &drafts {
        due.push(is_due(draft)?);
    }
    let count = due.iter().filter(|is_due| **is_due).count();
    if count == 0 {
        return Ok(vec![None; drafts.len()]);
    }
    let payers = payers(work, &drafts).await?;
    let mut numbers = draw(work, Series::Invoice, count).await?;
    let mut issued = Vec::with_capacity(drafts.len());
    for (draft, is_due) in drafts.into_iter().zip(due) {
        issued.push(if is_due {
            let payer = payers.get(&draft.billed_to_id).ok_or_else(|| Error::fault("an invoice without a payer"))?;
            Some(write_out(work, draft, payer, &mut numbers)?)
        } else {
            None
        });
    }
    store(work, issued.iter().flatten())?;
    Ok(issued)
}

/// Whether anything is to pay: without tax that is fixed, tax alone never makes a total.
fn is_due(draft: &Draft) -> Result<bool, Error> {
    let nets = draft.lines.iter().map(|line| line.amounts.net);
    let taxes = draft.lines.iter().filter_map(|line| line.tax.map(|tax| tax.amount));
    let total = Money::sum(draft.currency, nets.chain(taxes))?;
    if total.is_negative() {
        return Err(Error::fault("an invoice below zero: that is a credit note"));
    }
    Ok(total.is_positive())
}

async fn payers(work: &Work, drafts: &[Draft]) -> Result<HashMap<AccountId, account::Model>, Error> {
    let ids: Vec<AccountId> = drafts.iter().map(|draft| draft.billed_to_id).collect();
    accounts(work, &ids).await
}

/// The accounts of these ids.
pub(crate) async fn accounts(work: &Work, ids: &[AccountId]) -> Result<HashMap<AccountId, account::Model>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT * FROM account WHERE id ").any(ids);
    let accounts: Vec<account::Model> = sql.all(work.conn()).await?;
    Ok(accounts.into_iter().map(|account| (account.id, account)).collect())
}

/// Numbers that were drawn, and when.
pub(crate) struct Numbers {
    series: Series,
    year: i32,
    next: i32,
    issued_at: DateTime<Utc>,
    issued_on: NaiveDate,
}

#[derive(FromQueryResult)]
struct Drawn {
    last_number: i32,
    last_at: DateTime<Utc>,
}

/// Draws so many numbers of a series. Whoever draws waits for whoever drew before, until that is committed; the counter keeps when
/// that was, so that nobody's instant is before theirs.
pub(crate) async fn draw(work: &Work, series: Series, count: usize) -> Result<Numbers, Error> {
    let count = i32::try_from(count).map_err(|_| Error::fault("too many invoices"))?;
    let zone = work.settings().seller.time_zone;
    let year = local_date(work.now(), zone).year();
    let mut sql = work.sql();
    sql.add(
        "INSERT INTO document_counter (series, year, last_number, last_at)
        VALUES (?, ?, ?, coalesce((SELECT now_at FROM clock WHERE id = 1), /now/))
        ON CONFLICT (series, year) DO UPDATE SET last_number = document_counter.last_number + excluded.last_number,
            last_at = CASE WHEN document_counter.last_at > excluded.last_at THEN document_counter.last_at
                ELSE excluded.last_at END
        RETURNING last_number, last_at",
        [series.name().into(), year.into(), count.into()],
    );
    let drawn: Drawn = sql.one(work.conn()).await?.ok_or_else(|| Error::fault("no number was drawn"))?;
    let Drawn { last_number: last, last_at: issued_at } = drawn;
    // The year may have turned since the act began; the numbers are still of the old one, and so is its last day.
    let last_day = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or(NaiveDate::MAX);
    let issued_on = local_date(issued_at, zone).min(last_day);
    Ok(Numbers { series, year, next: last - count + 1, issued_at, issued_on })
}

fn write_out(work: &Work, draft: Draft, payer: &account::Model, numbers: &mut Numbers) -> Result<Issued, Error> {
    let treatment = work.settings().tax_of(payer, numbers.issued_on)?;
    let totals = sums_of(&draft, treatment)?;
    let mut invoice = invoice::Model {
        order_id: draft.order_id,
        renewal_run_id: draft.renewal_run_id,
        ..head(work, numbers, draft.kind, payer, (&totals).into())
    };
    if let Some(paid_minor) = draft.paid_minor {
        invoice.attempts = 1;
        receive(&mut invoice, paid_minor, work.now())?;
    }
    let lines = draft.lines.into_iter().zip(1..).zip(totals.line_tax);
    let lines =
        lines.map(|((line, position), tax)| line_of(work, invoice.id, position, line, treatment, tax)).collect();
    Ok(Issued { invoice, lines })
}

/// A document with the next of the numbers, billed to this account, with its address as of now.
pub(crate) fn head(
    work: &Work,
    numbers: &mut Numbers,
    kind: InvoiceKind,
    payer: &account::Model,
    sums: Sums,
) -> invoice::Model {
    let Numbers { series, year, next: sequence, issued_at, issued_on } = *numbers;
    numbers.next += 1;
    invoice::Model {
        id: work.new_id::<InvoiceId>(),
        series: series.name().to_owned(),
        year,
        sequence,
        number: series.number(year, sequence),
        kind,
        status: InvoiceStatus::Open,
        billed_to_id: payer.id,
        buyer: json!(Buyer::of(payer)).to_string(),
        seller: json!(SellerOnInvoice::of(&work.settings().seller)).to_string(),
        currency: sums.total.currency().code().to_owned(),
        issued_at,
        issued_on,
        due_on: issued_on,
        paid_at: None,
        order_id: None,
        renewal_run_id: None,
        corrects_id: None,
        reason: None,
        subtotal_minor: sums.subtotal.minor(),
        discount_minor: sums.discount.minor(),
        tax_minor: sums.tax.minor(),
        total_minor: sums.total.minor(),
        paid_minor: 0,
        credited_minor: 0,
        first_declined_at: None,
        attempts: 0,
    }
}

/// The sums of the document: with the tax of today, or as they were fixed.
fn sums_of(draft: &Draft, treatment: TaxTreatment) -> Result<Totals, Error> {
    let lines: Vec<DocumentLine> = draft
        .lines
        .iter()
        .map(|line| DocumentLine {
            public_price: line.amounts.public_price,
            discount: line.amounts.discount,
            treatment: line.tax.map_or(treatment, |tax| tax.treatment),
        })
        .collect();
    let mut sums = totals(draft.currency, &lines)?;
    if draft.lines.iter().any(|line| line.tax.is_some()) {
        for (slot, line) in sums.line_tax.iter_mut().zip(&draft.lines) {
            *slot = line.tax.map_or(*slot, |tax| tax.amount);
        }
        sums.tax = Money::sum(draft.currency, sums.line_tax.iter().copied())?;
        sums.total = sums.subtotal.checked_sub(sums.discount)?.checked_add(sums.tax)?;
    }
    Ok(sums)
}

fn line_of(
    work: &Work,
    invoice_id: InvoiceId,
    position: i32,
    line: DraftLine,
    treatment: TaxTreatment,
    tax: Money,
) -> invoice_line::Model {
    let DraftLine {
        description,
        plan_id,
        product_id,
        period,
        quantity,
        amounts,
        rate,
        partnership_id,
        partner_id,
        corrected_line_id,
        tax: fixed,
    } = line;
    let treatment = fixed.map_or(treatment, |fixed| fixed.treatment);
    invoice_line::Model {
        id: work.new_id::<InvoiceLineId>(),
        invoice_id,
        position,
        description,
        plan_id,
        product_id,
        period_start: period.map(|(start, _)| start),
        period_end: period.map(|(_, end)| end),
        quantity,
        public_price_minor: amounts.public_price.minor(),
        discount_minor: amounts.discount.minor(),
        net_minor: amounts.net.minor(),
        tax_category: treatment.category.code().to_owned(),
        tax_rate_bps: treatment.rate.bps(),
        tax_minor: tax.minor(),
        rate_bps: rate.map(Rate::bps),
        partnership_id,
        partner_id,
        cashback_minor: amounts.cashback.minor(),
        corrected_line_id,
        credited_net_minor: 0,
    }
}

fn store<'i>(work: &mut Work, issued: impl Iterator<Item = &'i Issued> + Clone) -> Result<(), Error> {
    let invoices: Vec<_> = issued.clone().map(|it| it.invoice.clone()).collect();
    let lines: Vec<_> = issued.flat_map(|it| it.lines.iter().cloned()).collect();
    work.add::<invoice::Entity>(&invoices)?;
    work.add::<invoice_line::Entity>(&lines)?;
    let mut posting = Posting::default();
    for invoice in &invoices {
        let currency = Currency::parse(&invoice.currency)?;
        let net = Money::new(invoice.total_minor - invoice.tax_minor, currency);
        let tax = Money::new(invoice.tax_minor, currency);
        posting.add(ledger::invoice_issued(invoice.billed_to_id, net, tax)?, invoice.id);
        let data = BTreeMap::from([
            ("number", invoice.number.clone()),
            ("amount", Money::new(invoice.total_minor, currency).to_decimal()),
            ("currencyCode", invoice.currency.clone()),
        ]);
        work.tell(
            Event::new(invoice.billed_to_id, ActivityKind::InvoiceIssued)
                .about("Invoice", invoice.id)
                .with(json!(data)),
        );
    }
    posting.write(work)
}
