//! Invoices and credit notes on paper: a PDF/A-3 with the electronic invoice of EN 16931 inside, which is what Factur-X and
//! ZUGFeRD are.
//!
//! The one crate that knows typst. Pure: a [`Printed`] in, bytes out, the same each time. [`xml`] writes the electronic invoice,
//! [`sheet`] says what stands where in the language of whoever it is billed to, [`press`] sets it by `templates/invoice.typ`,
//! and [`facturx`] adds what tells programs that there is an electronic invoice inside.

mod facturx;
mod press;
mod sheet;
mod xml;

use std::sync::Arc;

use domain::billing::printed::{InvoicePrinter, PrintError, Printed};
use language::Language;

use self::press::Press;

/// The texts of documents, by language. A further language is a further file and a line here.
const LOCALES: &[language::File] = &[
    ("de", include_str!("../locale/de.ftl")),
    ("en", include_str!("../locale/en.ftl")),
    ("es", include_str!("../locale/es.ftl")),
    ("fr", include_str!("../locale/fr.ftl")),
    ("it", include_str!("../locale/it.ftl")),
];

/// Prints. Made once per process; cheap to clone.
#[derive(Debug, Clone)]
pub struct Printer {
    press: Arc<Press>,
}

impl Printer {
    /// Reads fonts and template.
    /// # Errors
    /// When one of them is broken, which a test finds.
    pub fn new() -> Result<Self, PrintError> {
        Ok(Self { press: Arc::new(Press::new()?) })
    }
}

impl InvoicePrinter for Printer {
    fn pdf(&self, printed: &Printed) -> Result<Vec<u8>, PrintError> {
        let tag = language::language_for(LOCALES, &printed.locale);
        let language = Language::new(tag, LOCALES).map_err(fault)?;
        let sheet = sheet::of(printed, tag, &language, |c| self.press.has(c)).map_err(fault)?;
        let xml = self.xml(printed)?;
        let pdf = self.press.print(&sheet, xml.into_bytes(), printed)?;
        facturx::mark(pdf)
    }

    fn xml(&self, printed: &Printed) -> Result<String, PrintError> {
        xml::write(printed).map_err(fault)
    }
}

#[doc(hidden)]
pub mod samples;

fn fault(error: impl std::fmt::Display) -> PrintError {
    PrintError(error.to_string())
}
