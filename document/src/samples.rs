//! Documents to print in tests and benches.

use chrono::{DateTime, Datelike as _, Months, NaiveDate};
use domain::billing::document::{DocumentLine, totals};
use domain::billing::printed::{Corrected, Printed, PrintedLine, PrintedTax};
use domain::billing::{Buyer, SellerOnInvoice};
use domain::cashback::statement::{PrintedEntry, PrintedStatement};
use domain::money::{Currency, Money, MoneyError, Rate};
use domain::tax::rules::{TaxCategory, TaxTreatment};
use entities::wallet_entry::WalletEntryKind::{Cashback, CashbackReversal, Payout};

/// A line to be: description, quantity, public price and discount in minor units, category, rate in basis points.
pub type SampleLine<'a> = (&'a str, i32, i64, i64, TaxCategory, i32);

/// An invoice of these lines, open, to a German company.
pub fn invoice(locale: &str, currency: Currency, lines: &[SampleLine<'_>]) -> Result<Printed, MoneyError> {
    let start = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap_or_default();
    let money = |minor| Money::new(minor, currency);
    let mut facts = Vec::new();
    let mut printed = Vec::new();
    for &(description, quantity, public_price, discount, category, rate) in lines {
        let treatment = TaxTreatment { category, rate: Rate::from_bps(rate)? };
        let (public_price, discount) = (money(public_price), money(discount));
        facts.push(DocumentLine { public_price, discount, treatment });
        printed.push(PrintedLine {
            description: description.to_owned(),
            period: Some((start, start.checked_add_months(Months::new(12)).unwrap_or(start))),
            quantity,
            public_price,
            discount,
            net: public_price.checked_sub(discount)?,
            treatment,
        });
    }
    let sums = totals(currency, &facts)?;
    let taxes = sums.groups.iter();
    let taxes = taxes.map(|group| PrintedTax { treatment: group.treatment, net: group.net, tax: group.tax }).collect();
    let issued_at = DateTime::from_timestamp(1_795_338_000, 0).unwrap_or_default();
    Ok(Printed {
        number: format!("{}-000042", issued_at.year()),
        corrects: None,
        locale: locale.to_owned(),
        currency,
        issued_at,
        issued_on: issued_at.date_naive(),
        due_on: issued_at.date_naive(),
        paid_on: None,
        order_number: Some("B-7K3M-92QX".to_owned()),
        seller: seller(),
        buyer: buyer("Werkstatt für Formgebung Böttcher & Söhne GmbH", "DE"),
        lines: printed,
        taxes,
        subtotal: sums.subtotal,
        discount: sums.discount,
        tax: sums.tax,
        total: sums.total,
        due: sums.total,
    })
}

/// Who sells.
#[must_use]
pub fn seller() -> SellerOnInvoice {
    SellerOnInvoice {
        name: "Nordlicht Hosting GmbH".to_owned(),
        address: "Hafenstraße 12\n20457 Hamburg".to_owned(),
        country: "DE".to_owned(),
        vat_id: "DE123456789".to_owned(),
        iban: "DE89370400440532013000".to_owned(),
    }
}

/// A statement of November with these many sales at 99.00 and 20 %, one of which was taken back, and a payout of 50.00.
pub fn statement(locale: &str, sales: u32) -> Result<PrintedStatement, MoneyError> {
    let money = |minor| Money::new(minor, Currency::EUR);
    let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap_or_default();
    let rate = Rate::from_bps(2_000)?;
    let entry = |on, kind, sold: Option<&str>, amount| PrintedEntry {
        on: day(on),
        kind,
        sold: sold.map(str::to_owned),
        basis: sold.map(|_| (money(9_900), rate)),
        amount: money(amount),
    };
    let sold = Some("Hosting Business");
    let mut entries: Vec<_> = (0..sales).map(|n| entry(1 + n % 28, Cashback, sold, 1_980)).collect();
    entries.push(entry(29, CashbackReversal, sold, -1_980));
    entries.push(entry(30, Payout, None, -5_000));
    let earned = i64::from(sales) * 1_980;
    let issued_at = DateTime::from_timestamp(1_796_079_600, 0).unwrap_or_default();
    Ok(PrintedStatement {
        number: "CB-2026-11-EUR-7F3A91C2".to_owned(),
        locale: locale.to_owned(),
        currency: Currency::EUR,
        issued_at,
        issued_on: NaiveDate::from_ymd_opt(2026, 12, 1).unwrap_or_default(),
        days: (day(1), day(30)),
        seller: seller(),
        partner: buyer("Werkstatt für Formgebung Böttcher & Söhne GmbH", "DE"),
        entries,
        further: Money::zero(Currency::EUR),
        opening: money(7_500),
        earned: money(earned),
        reversed: money(-1_980),
        spent: money(0),
        paid_out: money(-5_000),
        closing: money(7_500 + earned - 1_980 - 5_000),
    })
}

/// A buyer in this country.
pub fn buyer(name: &str, country: &str) -> Buyer {
    Buyer {
        name: name.to_owned(),
        street: Some("Alte Allee 1".to_owned()),
        postal_code: Some("10115".to_owned()),
        city: Some("Berlin".to_owned()),
        country: country.to_owned(),
        vat_id: Some("DE987654321".to_owned()),
    }
}

/// The same as a credit note about another invoice.
#[must_use]
pub fn credited(printed: Printed) -> Printed {
    let issued_on = NaiveDate::from_ymd_opt(2026, 3, 6).unwrap_or_default();
    let corrects = Some(Corrected { number: "2026-000017".to_owned(), issued_on });
    Printed { number: "CN-2026-000003".to_owned(), corrects, ..printed }
}

/// The same, paid.
#[must_use]
pub fn paid(printed: Printed) -> Printed {
    Printed { paid_on: Some(printed.issued_on), due: Money::zero(printed.currency), ..printed }
}
