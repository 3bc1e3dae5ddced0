//! A table of invoices: a row for each rate of tax of each, so that every column of amounts can be added up.

use domain::Error;
use domain::billing::export::Exported;
use domain::billing::printed::PrintedTax;
use entities::invoice::InvoiceStatus;

/// The columns, in their order: docs/api.md says what is in them.
const COLUMNS: [&str; 17] = [
    "number",
    "kind",
    "status",
    "issued_on",
    "due_on",
    "paid_on",
    "corrects",
    "order",
    "buyer",
    "buyer_country",
    "buyer_vat_id",
    "currency",
    "tax_category",
    "tax_rate",
    "net",
    "tax",
    "gross",
];
/// Spreadsheets take a file for UTF-8 by it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A table in the making.
#[derive(Default)]
pub(super) struct Table {
    has_head: bool,
}

impl Table {
    /// The rows of these invoices, behind the head where there was none yet.
    pub(super) fn write(&mut self, page: &[Exported]) -> Result<Vec<u8>, Error> {
        let mut text = String::new();
        if !self.has_head {
            self.has_head = true;
            text.push_str(BYTE_ORDER_MARK);
            row(&mut text, &COLUMNS.map(str::to_owned));
        }
        for invoice in page {
            for tax in &invoice.printed.taxes {
                row(&mut text, &cells(invoice, tax)?);
            }
        }
        Ok(text.into_bytes())
    }
}

fn cells(invoice: &Exported, tax: &PrintedTax) -> Result<[String; COLUMNS.len()], Error> {
    let Exported { printed, status, .. } = invoice;
    let bps = tax.treatment.rate.bps();
    Ok([
        printed.number.clone(),
        if printed.corrects.is_some() { "CREDIT_NOTE" } else { "INVOICE" }.to_owned(),
        status_name(*status).to_owned(),
        printed.issued_on.to_string(),
        printed.due_on.to_string(),
        printed.paid_on.map(|on| on.to_string()).unwrap_or_default(),
        printed.corrects.as_ref().map(|corrected| corrected.number.clone()).unwrap_or_default(),
        printed.order_number.clone().unwrap_or_default(),
        printed.buyer.name.clone(),
        printed.buyer.country.clone(),
        printed.buyer.vat_id.clone().unwrap_or_default(),
        printed.currency.code().to_owned(),
        tax.treatment.category.code().to_owned(),
        format!("{}.{:02}", bps / 100, bps % 100),
        tax.net.to_decimal(),
        tax.tax.to_decimal(),
        tax.net.checked_add(tax.tax)?.to_decimal(),
    ])
}

const fn status_name(status: InvoiceStatus) -> &'static str {
    match status {
        InvoiceStatus::Open => "OPEN",
        InvoiceStatus::Paid => "PAID",
        InvoiceStatus::Uncollectible => "UNCOLLECTIBLE",
        InvoiceStatus::Credited => "CREDITED",
    }
}

/// A row as RFC 4180 has it.
fn row(text: &mut String, cells: &[String]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        push_cell(text, cell);
    }
    text.push_str("\r\n");
}

/// A cell. A spreadsheet takes what begins like a formula for one, and runs it: an apostrophe in front makes it text. An amount
/// below zero is none.
fn push_cell(text: &mut String, cell: &str) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) && !is_amount(cell);
    let is_quoted = is_formula || cell.contains(['"', ',', ';', '\r', '\n', '\t']);
    if !is_quoted {
        return text.push_str(cell);
    }
    text.push('"');
    if is_formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

fn is_amount(cell: &str) -> bool {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut written = String::new();
        push_cell(&mut written, text);
        written
    }

    #[test]
    fn no_cell_is_a_formula() {
        for (name, written) in [
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+49 40 1", "\"'+49 40 1\""),
            ("-2+3", "\"'-2+3\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
        ] {
            assert_eq!(cell(name), written);
        }
    }

    #[test]
    fn text_is_quoted_where_it_must_be() {
        assert_eq!(cell("Solo GmbH"), "Solo GmbH");
        assert_eq!(cell("Solo, \"Söhne\" & Co"), "\"Solo, \"\"Söhne\"\" & Co\"");
        assert_eq!(cell("two\nlines"), "\"two\nlines\"");
        assert_eq!(cell("-12.50"), "-12.50");
        assert_eq!(cell(""), "");
    }
}
