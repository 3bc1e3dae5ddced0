//! The demo's mailbox: the mails sent so far, newest first, each to look at as HTML, text and source. Never in production.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as Part, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::{Message, MessageParser};

/// Mails shown on one page.
const SHOWN: usize = 500;

/// `/dev/mailbox` over a folder of `.eml` files.
pub(crate) fn router(folder: PathBuf) -> Router {
    Router::new()
        .route("/dev/mailbox", get(list))
        .route("/dev/mailbox/{name}/{part}", get(show))
        .with_state(Arc::new(folder))
}

async fn list(State(folder): State<Arc<PathBuf>>) -> Response {
    let read = tokio::task::spawn_blocking(move || rows(&folder)).await;
    let rows = read.unwrap_or_default();
    let none = if rows.is_empty() { "<p>No mail yet.</p>" } else { "" };
    Html(format!(
        "<!doctype html><html lang=en><meta charset=utf-8><title>Mailbox</title><meta http-equiv=refresh content=5>
<style>body{{font:16px system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}}td{{padding:.3rem .8rem .3rem 0;border-top:1px solid #ddd}}</style>
<h1>Mailbox</h1>{none}<table>{}</table></html>",
        rows.concat()
    ))
    .into_response()
}

/// A row of the table for each mail, newest first: the names of the files sort by time.
fn rows(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_mail(name))
        .collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    names.truncate(SHOWN);
    names.iter().filter_map(|name| row(folder, name)).collect()
}

fn is_mail(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension == "eml")
}

fn row(folder: &Path, name: &str) -> Option<String> {
    let raw = std::fs::read(folder.join(name)).ok()?;
    let mail = MessageParser::default().parse(&raw)?;
    let to = mail.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default();
    let date = mail.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default();
    let links: Vec<_> =
        ["html", "text", "source"].map(|part| format!("<a href=\"/dev/mailbox/{name}/{part}\">{part}</a>")).into();
    Some(format!(
        "<tr><td>{}<td>{}<td>{}<td>{}</tr>",
        escaped(&date),
        escaped(to),
        escaped(mail.subject().unwrap_or_default()),
        links.join(" ")
    ))
}

async fn show(State(folder): State<Arc<PathBuf>>, Part((name, part)): Part<(String, String)>) -> Response {
    // a name of a file of this folder, and nothing that leads elsewhere
    let is_name = is_mail(&name) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:".contains(c));
    if !is_name || name.contains("..") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let Ok(raw) = tokio::fs::read(folder.join(&name)).await else { return StatusCode::NOT_FOUND.into_response() };
    let Some(mail) = MessageParser::default().parse(&raw) else { return StatusCode::NOT_FOUND.into_response() };
    match part.as_str() {
        "html" => html(&mail),
        "text" => plain(mail.body_text(0).unwrap_or_default().into_owned().into_bytes()),
        "source" => plain(raw.clone()),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The HTML as it is, in a page that may run nothing.
fn html(mail: &Message<'_>) -> Response {
    let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-top-navigation-by-user-activation allow-popups";
    let body = mail.body_html(0).unwrap_or_default().into_owned();
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(body)).into_response()
}

fn plain(body: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (headers, body).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
