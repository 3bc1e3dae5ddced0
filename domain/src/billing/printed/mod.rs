//! Invoices and credit notes as documents: what is printed, who prints it, and the copy that is kept.
//!
//! Printing is another's: [`DocumentPrinter`] turns a [`Printed`], which holds all that stands on the document, into bytes. So
//! nothing here knows how a PDF is made, and whoever makes one knows no database. A PDF is made once, off the async threads,
//! when it is first asked for, and kept: the copy in a mail and the one behind a link are the same.

mod facts;
mod kept;

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};

pub use self::facts::printed;
pub(crate) use self::kept::print;
pub use self::kept::{Pdf, pdf};
use super::issue::{Buyer, SellerOnInvoice};
use crate::cashback::statement::PrintedStatement;
use crate::money::{Currency, Money};
use crate::tax::rules::TaxTreatment;

/// All that stands on an invoice or a credit note. Of a credit note, too, amounts are above zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    /// In its series.
    pub number: String,
    /// What a credit note corrects; none of an invoice.
    pub corrects: Option<Corrected>,
    /// The language of the account that it is billed to, a BCP 47 tag.
    pub locale: String,
    /// Of all amounts.
    pub currency: Currency,
    /// The instant of issue.
    pub issued_at: DateTime<Utc>,
    /// Its date, in the seller's time zone.
    pub issued_on: NaiveDate,
    /// The last day to pay it.
    pub due_on: NaiveDate,
    /// When the last of it was paid, in the seller's time zone.
    pub paid_on: Option<NaiveDate>,
    /// The number of the order that it bills.
    pub order_number: Option<String>,
    /// As of issue.
    pub seller: SellerOnInvoice,
    /// As of issue.
    pub buyer: Buyer,
    /// In their order.
    pub lines: Vec<PrintedLine>,
    /// Tax by treatment, in a fixed order.
    pub taxes: Vec<PrintedTax>,
    /// The sum of the lines' public prices.
    pub subtotal: Money,
    /// The sum of their discounts.
    pub discount: Money,
    /// Of all treatments.
    pub tax: Money,
    /// subtotal − discount + tax.
    pub total: Money,
    /// What is left to pay.
    pub due: Money,
}

/// The invoice that a credit note is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrected {
    /// Its number.
    pub number: String,
    /// Its date.
    pub issued_on: NaiveDate,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedLine {
    /// What was bought.
    pub description: String,
    /// The period that is paid for, half open.
    pub period: Option<(NaiveDate, NaiveDate)>,
    /// How many.
    pub quantity: i32,
    /// Of the whole quantity; below zero on the credited line of a plan change.
    pub public_price: Money,
    /// What is taken off it; of its sign.
    pub discount: Money,
    /// public price − discount.
    pub net: Money,
    /// Category and rate.
    pub treatment: TaxTreatment,
}

/// Tax of one category and rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedTax {
    /// Category and rate.
    pub treatment: TaxTreatment,
    /// What it is taken of.
    pub net: Money,
    /// How much it is.
    pub tax: Money,
}

/// Why nothing was printed: a fault of ours, whatever stands on the document.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct PrintError(pub String);

/// Who prints. Takes its time on a processor and waits for nothing: never to be called on an async thread.
pub trait DocumentPrinter: fmt::Debug + Send + Sync {
    /// The document to read: a PDF/A-3 with the electronic invoice inside.
    fn pdf(&self, printed: &Printed) -> Result<Vec<u8>, PrintError>;

    /// The electronic invoice of EN 16931 alone.
    fn xml(&self, printed: &Printed) -> Result<String, PrintError>;

    /// A partner's statement of a month, to read.
    fn statement(&self, printed: &PrintedStatement) -> Result<Vec<u8>, PrintError>;
}

/// Prints nothing, for commands and tests that never do.
#[derive(Debug, Clone, Copy)]
pub struct NoPrinter;

impl DocumentPrinter for NoPrinter {
    fn pdf(&self, _: &Printed) -> Result<Vec<u8>, PrintError> {
        Err(PrintError("nothing is printed here".to_owned()))
    }

    fn xml(&self, _: &Printed) -> Result<String, PrintError> {
        Err(PrintError("nothing is printed here".to_owned()))
    }

    fn statement(&self, _: &PrintedStatement) -> Result<Vec<u8>, PrintError> {
        Err(PrintError("nothing is printed here".to_owned()))
    }
}
