//! What stands on the documents of some invoices, read for those who see them.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use entities::id::InvoiceId;
use entities::invoice::InvoiceStatus;
use entities::{invoice, invoice_line};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::{Corrected, Printed, PrintedLine, PrintedTax};
use crate::billing::queries::lines;
use crate::calendar::local_date;
use crate::error::Error;
use crate::money::{Currency, Money, Rate};
use crate::permission::visible;
use crate::store::Reader;
use crate::tax::rules::{TaxCategory, TaxTreatment};

#[derive(FromQueryResult)]
struct Row {
    #[sea_orm(nested)]
    invoice: invoice::Model,
    locale: String,
    order_number: Option<String>,
    corrected_number: Option<String>,
    corrected_on: Option<NaiveDate>,
}

/// All that is printed of each of these invoices that the reader's actor sees. Two statements, however many.
pub async fn printed(reader: &Reader, ids: &[InvoiceId]) -> Result<HashMap<InvoiceId, Printed>, Error> {
    let mut sql = reader.sql();
    sql.push(
        "SELECT x.*, a.locale, o.number AS order_number, c.number AS corrected_number, c.issued_on AS corrected_on
        FROM invoice x JOIN account a ON a.id = x.billed_to_id LEFT JOIN \"order\" o ON o.id = x.order_id
        LEFT JOIN invoice c ON c.id = x.corrects_id WHERE x.id ",
    );
    sql.any(ids).push(" AND ");
    visible::invoices(&mut sql, reader.viewer(), "x");
    let rows: Vec<Row> = sql.all(reader.conn()).await?;
    let mut lines = lines(reader, ids).await?;
    let zone = reader.settings().seller.time_zone;
    rows.into_iter()
        .map(|row| {
            let id = row.invoice.id;
            let paid_on = row.invoice.paid_at.map(|at| local_date(at, zone));
            Ok((id, document(row, &lines.remove(&id).unwrap_or_default(), paid_on)?))
        })
        .collect()
}

fn document(row: Row, lines: &[invoice_line::Model], paid_on: Option<NaiveDate>) -> Result<Printed, Error> {
    let Row { invoice, locale, order_number, corrected_number, corrected_on } = row;
    let currency = Currency::parse(&invoice.currency)?;
    let money = |minor: i64| Money::new(minor, currency);
    let broken = |_| unreadable(invoice.id.into());
    let lines = lines.iter().map(|line| line_of(line, currency)).collect::<Result<Vec<_>, _>>()?;
    let (total, settled) =
        (money(invoice.total_minor), money(invoice.paid_minor).checked_add(money(invoice.credited_minor))?);
    let is_open = matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible);
    let left = total.checked_sub(settled)?;
    Ok(Printed {
        corrects: corrected_number.zip(corrected_on).map(|(number, issued_on)| Corrected { number, issued_on }),
        locale,
        currency,
        issued_at: invoice.issued_at,
        issued_on: invoice.issued_on,
        due_on: invoice.due_on,
        paid_on,
        order_number,
        seller: serde_json::from_str(&invoice.seller).map_err(broken)?,
        buyer: serde_json::from_str(&invoice.buyer).map_err(broken)?,
        taxes: taxes(currency, &lines)?,
        lines: lines.into_iter().map(|(line, _)| line).collect(),
        subtotal: money(invoice.subtotal_minor),
        discount: money(invoice.discount_minor),
        tax: money(invoice.tax_minor),
        total,
        due: if is_open && left.is_positive() { left } else { Money::zero(currency) },
        number: invoice.number,
    })
}

/// A line, and its part of the tax.
fn line_of(row: &invoice_line::Model, currency: Currency) -> Result<(PrintedLine, Money), Error> {
    let category = TaxCategory::from_code(&row.tax_category).ok_or_else(|| unreadable(row.invoice_id.into()))?;
    let line = PrintedLine {
        description: row.description.clone(),
        period: row.period_start.zip(row.period_end),
        quantity: row.quantity,
        public_price: Money::new(row.public_price_minor, currency),
        discount: Money::new(row.discount_minor, currency),
        net: Money::new(row.net_minor, currency),
        treatment: TaxTreatment { category, rate: Rate::from_bps(row.tax_rate_bps)? },
    };
    Ok((line, Money::new(row.tax_minor, currency)))
}

/// The tax of the lines is the document's, spread: it adds up to what was rounded once.
fn taxes(currency: Currency, lines: &[(PrintedLine, Money)]) -> Result<Vec<PrintedTax>, Error> {
    let mut groups: BTreeMap<TaxTreatment, PrintedTax> = BTreeMap::new();
    for (line, tax) in lines {
        let none = PrintedTax { treatment: line.treatment, net: Money::zero(currency), tax: Money::zero(currency) };
        let group = groups.entry(line.treatment).or_insert(none);
        group.net = group.net.checked_add(line.net)?;
        group.tax = group.tax.checked_add(*tax)?;
    }
    Ok(groups.into_values().collect())
}

fn unreadable(invoice: Uuid) -> Error {
    Error::fault(format!("invoice {invoice} cannot be printed: a column is not what it was written as"))
}
