//! An account's invoices as one file, written while it is sent: a page is read, written and sent before the next is read.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use domain::account::queries::authenticate_again;
use domain::billing::export::{Exported, Format, page};
use domain::billing::queries::InvoiceFilter;
use domain::link::Target;
use domain::store::Statements;
use domain::{Error, Reader, Store};
use entities::id::{AccountId, InvoiceId};
use futures::{StreamExt as _, stream};
use tokio::task::spawn_blocking;

use super::csv::Table;
use super::zip::Archive;
use super::{Files, Link, Peer, answer, sorry};

/// The name and the type of each kind of file.
pub(crate) const fn file_name(format: Format) -> &'static str {
    match format {
        Format::Csv => "invoices.csv",
        Format::Xml => "invoices.zip",
    }
}

pub(super) async fn export(
    State(files): State<Arc<Files>>,
    Path(name): Path<String>,
    Query(link): Query<Link>,
    peer: Peer,
    headers: HeaderMap,
) -> Response {
    let (target, reader) = match files.open(&link, &peer, &headers).await {
        Ok(opened) => opened,
        Err(response) => return *response,
    };
    let Target::Export { account_id, filter, format } = target else { return sorry(&Error::NotFound) };
    if name != file_name(format) {
        return sorry(&Error::NotFound);
    }
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Xml => "application/zip",
    };
    let export = Export {
        store: files.sign_in.store.clone(),
        reader,
        account_id,
        filter,
        after: None,
        writer: match format {
            Format::Csv => Writer::Csv(Table::default()),
            Format::Xml => Writer::Xml(Box::default()),
        },
    };
    // The first page is read before anything is said: whoever may not is told so.
    match export.next().await {
        Ok((first, rest)) => answer(kind, "attachment", file_name(format), body(first, rest)),
        Err(error) => sorry(&error),
    }
}

fn body(first: Vec<u8>, rest: Option<Export>) -> Body {
    let rest = stream::try_unfold(rest, async |rest| {
        let Some(export) = rest else { return Ok(None) };
        export.next().await.map(Some).map_err(|error| {
            tracing::warn!(?error, "an export was broken off");
            io::Error::other("broken off")
        })
    });
    let first = stream::once(async { Ok::<_, io::Error>(first) });
    Body::from_stream(first.chain(rest).map(|part| part.map(Bytes::from)))
}

/// What is left to be written.
struct Export {
    store: Store,
    reader: Reader,
    account_id: AccountId,
    filter: InvoiceFilter,
    after: Option<InvoiceId>,
    writer: Writer,
}

enum Writer {
    Csv(Table),
    Xml(Box<Archive>),
}

impl Export {
    /// The next part of the file, and what is left. The right is asked for again with each page: a download can take long.
    async fn next(mut self) -> Result<(Vec<u8>, Option<Self>), Error> {
        let (actor, now) = authenticate_again(&self.store, self.reader.actor()).await?;
        self.reader = self.store.reader(actor, now.now, Statements::default());
        let page = page(&self.reader, self.account_id, &self.filter, self.after).await?;
        let Some(last) = page.last() else {
            return Ok((self.writer.finish()?, None));
        };
        self.after = Some(last.id);
        // text and compression are work for a processor
        let written = spawn_blocking(move || {
            let part = self.writer.write(&self.reader, &page)?;
            Ok((part, Some(self)))
        });
        written.await.map_err(|error| Error::fault(format!("an export: {error}")))?
    }
}

impl Writer {
    fn write(&mut self, reader: &Reader, page: &[Exported]) -> Result<Vec<u8>, Error> {
        match self {
            Self::Csv(table) => table.write(page),
            Self::Xml(archive) => archive.write(&*reader.settings().printer, page),
        }
    }

    fn finish(self) -> Result<Vec<u8>, Error> {
        match self {
            Self::Csv(mut table) => table.write(&[]),
            Self::Xml(archive) => archive.finish(),
        }
    }
}
