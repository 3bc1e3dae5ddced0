//! Typst, with one template, two fonts and nothing else: it reads no file, no network and no clock.

use std::fmt;

use chrono::{Datelike as _, Timelike as _};
use domain::billing::printed::{PrintError, Printed};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::fault;
use crate::sheet::Sheet;

const FONTS: [&[u8]; 2] =
    [include_bytes!("../fonts/SourceSans3-Regular.ttf"), include_bytes!("../fonts/SourceSans3-SemiBold.ttf")];
const TEMPLATE: &str = include_str!("../templates/invoice.typ");
/// What typst remembers of earlier documents is kept for this many more: the template, above all, is looked at once.
const REMEMBERED: usize = 4;

/// Fonts and template, read once.
pub(crate) struct Press {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
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
            template: Source::new(file("invoice.typ")?, TEMPLATE.to_owned()),
            sheet: file("sheet.json")?,
            xml: file("factur-x.xml")?,
            standards,
        })
    }

    /// Whether all fonts have a character.
    pub(crate) fn has(&self, c: char) -> bool {
        self.fonts.iter().all(|font| font.info().coverage.contains(c.into()))
    }

    /// Sets the sheet, with the electronic invoice inside.
    pub(crate) fn print(&self, sheet: &Sheet, xml: Vec<u8>, printed: &Printed) -> Result<Vec<u8>, PrintError> {
        let sheet = serde_json::to_vec(sheet).map_err(fault)?;
        let desk = Desk { press: self, sheet: Bytes::new(sheet), xml: Bytes::new(xml) };
        let document = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| refused(&errors))?;
        let options = PdfOptions {
            ident: Smart::Custom(printed.number.clone()),
            creator: Smart::Custom(Some("Mandate".to_owned())),
            timestamp: Some(Timestamp::new_utc(issued_at(printed)?)),
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

fn issued_at(printed: &Printed) -> Result<Datetime, PrintError> {
    let at = printed.issued_at;
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
        self.press.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.press.template.id() { Ok(self.press.template.clone()) } else { Err(FileError::AccessDenied) }
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
