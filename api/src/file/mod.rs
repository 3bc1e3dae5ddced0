//! Files behind signed links: invoices as PDF, and an account's invoices for its accountants.
//!
//! A link names whom it was made for, and shows what they see now. Whatever is wrong with one, the answer is the same: there is
//! no such file.

mod csv;
mod export;
mod zip;

pub(crate) use self::export::file_name;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use domain::billing::printed::pdf;
use domain::link::{self, Target};
use domain::{Error, Reader};
use entities::id::InvoiceId;
use serde::Deserialize;

use crate::auth::SignIn;
use crate::error::EdgeError;
use crate::id::{Kind, decode_as};
use crate::limits::Limiter;

/// What a PDF costs of its reader's bucket, in nodes: as much as a page of a list.
const COST: u64 = 100;

/// What files are given out by.
pub(crate) struct Files {
    /// Where they are.
    pub(crate) sign_in: Arc<SignIn>,
    /// How much one reader may ask for.
    pub(crate) limiter: Limiter,
}

/// `/invoices/{id}.pdf` and `/exports/{name}`.
pub(crate) fn router(files: Files) -> Router {
    Router::new()
        .route("/invoices/{name}", get(invoice))
        .route("/exports/{name}", get(export::export))
        .with_state(Arc::new(files))
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

type Peer = Option<Extension<ConnectInfo<SocketAddr>>>;

impl Files {
    /// Where a link leads, for whom; their bucket pays.
    async fn open(&self, link: &Link, peer: &Peer, headers: &HeaderMap) -> Result<(Target, Reader), Box<Response>> {
        let ip = self.sign_in.ip(peer.as_ref().map(|peer| peer.0.0.ip()), headers).text();
        let opened = link::open(&self.sign_in.store, &link.token, ip).await;
        let (target, reader) = opened.map_err(|error| Box::new(sorry(&error)))?;
        let bucket = reader.actor().person().map(|person| match person.key() {
            Some(key) => format!("key:{}", key.id),
            None => format!("user:{}", person.user_id),
        });
        self.limiter.take(&bucket.unwrap_or_default(), COST).await.map_err(|error| Box::new(too_much(&error)))?;
        Ok((target, reader))
    }
}

async fn invoice(
    State(files): State<Arc<Files>>,
    Path(name): Path<String>,
    Query(link): Query<Link>,
    peer: Peer,
    headers: HeaderMap,
) -> Response {
    let asked = name.strip_suffix(".pdf").and_then(|id| decode_as(Kind::Invoice, id).ok()).map(InvoiceId::from);
    let (target, reader) = match files.open(&link, &peer, &headers).await {
        Ok(opened) => opened,
        Err(response) => return *response,
    };
    let (Target::Invoice(id), Some(asked)) = (target, asked) else { return sorry(&Error::NotFound) };
    if id != asked {
        return sorry(&Error::NotFound);
    }
    match pdf(&files.sign_in.store, &reader, id).await {
        Ok(pdf) => answer("application/pdf", "inline", &format!("{}.pdf", pdf.number), Body::from(pdf.bytes)),
        Err(error) => sorry(&error),
    }
}

/// A file, for its reader alone: nobody in between keeps it, and the link is told to nobody.
fn answer(kind: &'static str, disposition: &str, name: &str, body: Body) -> Response {
    // names are of our own making: numbers of documents, dates
    let disposition = HeaderValue::try_from(format!("{disposition}; filename=\"{name}\""));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    let headers: [(HeaderName, HeaderValue); 6] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    ];
    (headers, body).into_response()
}

/// No file. One that does not exist, one that is not for this reader, and a link that is wrong or over are not told apart.
fn sorry(error: &Error) -> Response {
    let (status, why) = match error {
        Error::NotFound | Error::Denied | Error::Refused(_) => (StatusCode::NOT_FOUND, "There is no such file."),
        Error::Storage(_) | Error::Fault(_) => {
            tracing::error!(?error, "a file failed");
            (StatusCode::SERVICE_UNAVAILABLE, "This does not work now; try again.")
        }
    };
    plain(status, why)
}

fn too_much(error: &EdgeError) -> Response {
    plain(StatusCode::TOO_MANY_REQUESTS, &error.message)
}

fn plain(status: StatusCode, text: &str) -> Response {
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, text.to_owned()).into_response()
}
