//! Typst, with our templates, two fonts and nothing else: it reads no file, no network and no clock.

use std::fmt;

use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use domain::billing::printed::PrintError;
use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::fault;

const FONTS: [&[u8]; 2] =
    [include_bytes!("../fonts/SourceSans3-Regular.ttf"), include_bytes!("../fonts/SourceSans3-SemiBold.ttf")];
const LETTER: &str = include_str!("../templates/letter.typ");
const INVOICE: &str = include_str!("../templates/invoice.typ");
const STATEMENT: &str = include_str!("../templates/statement.typ");
/// What typst remembers of earlier documents is kept for this many more: the templates, above all, are looked at once.
const REMEMBERED: usize = 4;

/// What is set.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// `invoice.typ`, for a credit note, too.
    Invoice,
    /// `statement.typ`.
    Statement,
}

/// What a file says of itself.
pub(crate) struct Identity<'a> {
    pub(crate) number: &'a str,
    pub(crate) issued_at: DateTime<Utc>,
}

/// Fonts and templates, read once.
pub(crate) struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    letter: Source,
    invoice: Source,
    statement: Source,
    sheet: FileId,
    xml: FileId,
    standards: PdfStandards,
}

impl Press {
    pub(crate) fn new() -> Result<Self, PrintError> {
        let fonts: Vec<Font> = FONTS.iter().filter_map(|font| Font::new(Bytes::new(*font), 0)).collect();
        if fonts.len() != FONTS.len() {
            return Err(fault("a font cannot be read"));
        }
        let standards = PdfStandards::new(&[PdfStandard::A_3a]).map_err(|error| fault(error.message()))?;
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            letter: Source::new(file("letter.typ")?, LETTER.to_owned()),
            invoice: Source::new(file("invoice.typ")?, INVOICE.to_owned()),
            statement: Source::new(file("statement.typ")?, STATEMENT.to_owned()),
            sheet: file("sheet.json")?,
            xml: file("factur-x.xml")?,
            standards,
        })
    }

    /// Whether all fonts have a character.
    pub(crate) fn has(&self, c: char) -> bool {
        self.fonts.iter().all(|font| font.info().coverage.contains(c.into()))
    }

    /// Sets a sheet, with the electronic invoice inside where there is one.
    pub(crate) fn print(
        &self,
        form: Form,
        sheet: &impl Serialize,
        xml: Vec<u8>,
        identity: &Identity<'_>,
    ) -> Result<Vec<u8>, PrintError> {
        let sheet = serde_json::to_vec(sheet).map_err(fault)?;
        let desk = Desk { press: self, form, sheet: Bytes::new(sheet), xml: Bytes::new(xml) };
        let document = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| refused(&errors))?;
        let options = PdfOptions {
            ident: Smart::Custom(identity.number.to_owned()),
            creator: Smart::Custom(Some("Mandate".to_owned())),
            timestamp: Some(Timestamp::new_utc(moment(identity.issued_at)?)),
            standards: self.standards.clone(),
            ..PdfOptions::default()
        };
        let pdf = typst_pdf::pdf(&document, &options).map_err(|errors| refused(&errors));
        comemo::evict(REMEMBERED);
        pdf
    }
}

impl fmt::Debug for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Press(…)")
    }
}

fn file(name: &str) -> Result<FileId, PrintError> {
    let path = VirtualPath::new(name).map_err(|_| fault("a path of the template"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn moment(at: DateTime<Utc>) -> Result<Datetime, PrintError> {
    let small = |part: u32| u8::try_from(part).map_err(fault);
    let (month, day) = (small(at.month())?, small(at.day())?);
    let (hour, minute, second) = (small(at.hour())?, small(at.minute())?, small(at.second())?);
    Datetime::from_ymd_hms(at.year(), month, day, hour, minute, second).ok_or_else(|| fault("an instant of no day"))
}

fn refused(errors: &[SourceDiagnostic]) -> PrintError {
    let said: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    fault(said.join("; "))
}

/// What one document is made from.
struct Desk<'p> {
    press: &'p Press,
    form: Form,
    sheet: Bytes,
    xml: Bytes,
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.press.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.press.book
    }

    fn main(&self) -> FileId {
        match self.form {
            Form::Invoice => self.press.invoice.id(),
            Form::Statement => self.press.statement.id(),
        }
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let Press { letter, invoice, statement, .. } = self.press;
        let source = [letter, invoice, statement].into_iter().find(|source| source.id() == id);
        source.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.press.sheet {
            Ok(self.sheet.clone())
        } else if id == self.press.xml {
            Ok(self.xml.clone())
        } else {
            Err(FileError::AccessDenied)
        }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.press.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
