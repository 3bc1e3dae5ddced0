//! The copy of a document that is kept: made once, given out as it was made ever after.

use std::sync::{Arc, LazyLock};
use std::thread::available_parallelism;

use entities::id::InvoiceId;
use entities::invoice_document::{self, DocumentKind};
use sea_orm::FromQueryResult;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::{PrintError, printed};
use crate::error::Error;
use crate::permission::visible;
use crate::secret::hex;
use crate::store::{Reader, Store};

/// Printing is work for a processor: more at once than there are would only take memory.
static AT_WORK: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(available_parallelism().map_or(2, usize::from)));

/// A document as it is kept.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Pdf {
    /// The invoice's.
    pub number: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The PDF of an invoice that the reader's actor sees; printed now if it never was.
///
/// What it says of payment is how it stood when it was made. Of two that print at once, the first to write is right, and both
/// give out its copy.
/// # Errors
/// `NotFound` for an invoice that is not there, or not seen.
pub async fn pdf(store: &Store, reader: &Reader, id: InvoiceId) -> Result<Pdf, Error> {
    if let Some(kept) = kept(reader, id).await? {
        return Ok(kept);
    }
    let document = printed(reader, &[id]).await?.remove(&id).ok_or(Error::NotFound)?;
    let printer = Arc::clone(&reader.settings().printer);
    let bytes = print(move || printer.pdf(&document)).await?;
    let row = Arc::new(invoice_document::Model {
        invoice_id: id,
        kind: DocumentKind::Pdf,
        sha256: hex(&Sha256::digest(&bytes)),
        bytes,
        created_at: reader.now(),
    });
    let keep = store.write(reader.actor().clone(), reader.statements().clone(), move |work| {
        let row = Arc::clone(&row);
        Box::pin(async move {
            let mut sql = work.sql();
            sql.add(
                "INSERT INTO invoice_document (invoice_id, kind, sha256, bytes, created_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING",
                [
                    row.invoice_id.into(),
                    sea_orm::ActiveEnum::to_value(&row.kind).into(),
                    row.sha256.clone().into(),
                    row.bytes.clone().into(),
                    row.created_at.into(),
                ],
            );
            sql.execute(work.conn()).await?;
            Ok(())
        })
    });
    keep.await?;
    kept(reader, id).await?.ok_or(Error::NotFound)
}

async fn kept(reader: &Reader, id: InvoiceId) -> Result<Option<Pdf>, Error> {
    let mut sql = reader.sql();
    sql.add(
        "SELECT x.number, d.bytes FROM invoice x JOIN invoice_document d ON d.invoice_id = x.id AND d.kind = 'PDF'
        WHERE x.id = ? AND ",
        [id.into()],
    );
    visible::invoices(&mut sql, reader.viewer(), "x");
    Ok(sql.one(reader.conn()).await?)
}

/// Prints off the async threads, no more at once than there are processors.
pub(crate) async fn print(
    print: impl FnOnce() -> Result<Vec<u8>, PrintError> + Send + 'static,
) -> Result<Vec<u8>, Error> {
    let _turn = AT_WORK.acquire().await.map_err(|_| Error::fault("printing has ended"))?;
    let printed = spawn_blocking(print).await.map_err(|error| Error::fault(format!("printing: {error}")))?;
    printed.map_err(|error| Error::fault(format!("printing: {error}")))
}
