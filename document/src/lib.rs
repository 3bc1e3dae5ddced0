//! Invoices and credit notes on paper: a PDF/A-3 with the electronic invoice of EN 16931 inside, which is what Factur-X and
//! ZUGFeRD are; without one in a currency that the standard does not know. And a partner's statements of cashback, which have no electronic twin.
//!
//! The one crate that knows typst. Pure: a [`Printed`] in, bytes out, the same each time. [`xml`] writes the electronic invoice,
//! [`invoice`] and [`statement`] say what stands where, [`words`] how it is said in the language of whoever reads it, [`press`]
//! sets it by `templates/`, and [`facturx`] adds what tells programs that there is an electronic invoice inside.

mod facturx;
mod invoice;
mod press;
mod statement;
mod words;
mod xml;

use std::sync::Arc;

use domain::billing::printed::{DocumentPrinter, PrintError, Printed};
use domain::cashback::statement::PrintedStatement;
use language::Language;

use self::press::{Form, Identity, Press};

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
    /// Reads fonts and templates.
    /// # Errors
    /// When one of them is broken, which a test finds.
    pub fn new() -> Result<Self, PrintError> {
        Ok(Self { press: Arc::new(Press::new()?) })
    }
}

impl DocumentPrinter for Printer {
    fn pdf(&self, printed: &Printed) -> Result<Vec<u8>, PrintError> {
        let (tag, language) = speaking(&printed.locale)?;
        let sheet = invoice::of(printed, tag, &language, &|c| self.press.has(c)).map_err(fault)?;
        let identity = Identity { number: &printed.number, issued_at: printed.issued_at };
        if !xml::knows(printed.currency) {
            return self.press.print(Form::Invoice, &sheet, Vec::new(), &identity);
        }
        let xml = self.xml(printed)?;
        facturx::mark(self.press.print(Form::Invoice, &sheet, xml.into_bytes(), &identity)?)
    }

    fn xml(&self, printed: &Printed) -> Result<String, PrintError> {
        xml::write(printed).map_err(fault)
    }

    fn statement(&self, printed: &PrintedStatement) -> Result<Vec<u8>, PrintError> {
        let (tag, language) = speaking(&printed.locale)?;
        let sheet = statement::of(printed, tag, &language, &|c| self.press.has(c)).map_err(fault)?;
        let identity = Identity { number: &printed.number, issued_at: printed.issued_at };
        self.press.print(Form::Statement, &sheet, Vec::new(), &identity)
    }
}

#[doc(hidden)]
pub mod samples;

fn speaking(locale: &str) -> Result<(&'static str, Language), PrintError> {
    let tag = language::language_for(LOCALES, locale);
    Ok((tag, Language::new(tag, LOCALES).map_err(fault)?))
}

fn fault(error: impl std::fmt::Display) -> PrintError {
    PrintError(error.to_string())
}
