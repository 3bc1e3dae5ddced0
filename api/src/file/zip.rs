//! An archive of electronic invoices, a file each, written while it is sent.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use domain::Error;
use domain::billing::export::Exported;
use domain::billing::printed::DocumentPrinter;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// An archive in the making.
pub(super) struct Archive {
    writer: ZipWriter<StreamWriter<Written>>,
    written: Written,
}

/// What is written and not yet sent.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Default for Archive {
    fn default() -> Self {
        let written = Written::default();
        Self { writer: ZipWriter::new_stream(written.clone()), written }
    }
}

impl Archive {
    /// The part of the archive with these invoices. A number of ours is a name of a file on any machine.
    pub(super) fn write(&mut self, printer: &dyn DocumentPrinter, page: &[Exported]) -> Result<Vec<u8>, Error> {
        for invoice in page {
            let xml = printer.xml(&invoice.printed).map_err(|error| Error::fault(error.to_string()))?;
            let name = format!("{}.xml", invoice.printed.number);
            self.writer.start_file(name, SimpleFileOptions::default()).map_err(|error| fault(&error.into()))?;
            self.writer.write_all(xml.as_bytes()).map_err(|error| fault(&error))?;
        }
        Ok(self.written.take())
    }

    /// The end of it: the list of what is inside.
    pub(super) fn finish(self) -> Result<Vec<u8>, Error> {
        self.writer.finish().map_err(|error| fault(&error.into()))?;
        Ok(self.written.take())
    }
}

fn fault(error: &io::Error) -> Error {
    Error::fault(format!("an archive: {error}"))
}
