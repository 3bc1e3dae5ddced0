//! The plain pages behind the links in mails, for providers without a portal of their own: server-rendered, without a script.
//!
//! A page says what its link is about and holds one form, which is done through the same use case as the mutation. Opening a page
//! changes nothing: programs that look into mails open every link. The token in the form is what lets it be sent, so no foreign page
//! can send it; no page looks at a cookie.

mod access;
mod cart;
mod claim;
mod confirm;
mod contribute;
mod join;
mod stop_mails;
mod text;
mod transfer;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, Query, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use domain::account::commands::{NewPassword, reset_password, verify_email};
use domain::account::queries::{MailedLink, mailed_link};
use domain::error::{Code, Refusal};
use domain::store::Statements;
use domain::{Actor, Error, Reader};
use serde::Deserialize;

use self::text::{ENGLISH, Texts};
use crate::auth::{CallerIp, SignIn};

/// More than any of the forms holds.
const MAX_FORM: usize = 16 * 1024;

/// `/verify`, `/reset`, `/join`, `/claim`, `/access`, `/cart`, `/contribute`, `/transfer` and `/unsubscribe`; and the test gateway's `/gateway/confirm`.
pub fn router(sign_in: Arc<SignIn>) -> Router {
    Router::new()
        .route("/verify", get(show_verify).post(do_verify))
        .route("/reset", get(show_reset).post(do_reset))
        .route("/join", get(join::show).post(join::accept))
        .route("/claim", get(claim::show).post(claim::claim))
        .route("/access", get(access::show).post(access::answer))
        .route("/cart", get(cart::show).post(cart::buy))
        .route("/contribute", get(contribute::show).post(contribute::follow))
        .route("/transfer", get(transfer::show).post(transfer::answer))
        .route("/unsubscribe", get(stop_mails::show).post(stop_mails::stop))
        .route("/gateway/confirm", get(confirm::show).post(confirm::answer))
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .with_state(sign_in)
}

#[derive(Deserialize)]
struct Link {
    #[serde(default)]
    token: String,
}

#[derive(Deserialize)]
struct Reset {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
}

async fn show_verify(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match open(&edge, &link.token).await {
        Ok((link_is, texts)) => {
            let intro = texts.verify_intro.replace("{email}", &escape(&link_is.email));
            page(
                StatusCode::OK,
                texts,
                texts.verify_title,
                &form("/verify", &link.token, &intro, "", texts.verify_button),
            )
        }
        Err(error) => sorry(ENGLISH, &error),
    }
}

async fn do_verify(State(edge): State<Arc<SignIn>>, Form(link): Form<Link>) -> Response {
    let (_, texts) = match open(&edge, &link.token).await {
        Ok(found) => found,
        Err(error) => return sorry(ENGLISH, &error),
    };
    let token: Arc<str> = link.token.into();
    let done = edge.store.write(Actor::Anonymous, Statements::default(), move |work| {
        let token = Arc::clone(&token);
        Box::pin(async move { verify_email(work, &token).await })
    });
    match done.await {
        Ok(_) => page(StatusCode::OK, texts, texts.verify_title, &paragraph(texts.verify_done)),
        Err(error) => sorry(texts, &error),
    }
}

async fn show_reset(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match open(&edge, &link.token).await {
        Ok((about, texts)) => reset_form(StatusCode::OK, texts, &about.email, &link.token, None),
        Err(error) => sorry(ENGLISH, &error),
    }
}

async fn do_reset(
    State(edge): State<Arc<SignIn>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(reset): Form<Reset>,
) -> Response {
    let (about, texts) = match open(&edge, &reset.token).await {
        Ok(found) => found,
        Err(error) => return sorry(ENGLISH, &error),
    };
    let ip = caller(&edge, peer.as_ref(), &headers).text();
    let end = async {
        let new = NewPassword::prepare(&reader(&edge).await?, reset.token.clone(), &reset.password.into()).await?;
        let act = edge.store.write(Actor::Anonymous, Statements::default(), move |work| {
            Box::pin(reset_password(work, new.clone(), ip.clone()))
        });
        act.await
    };
    match end.await {
        Ok(_) => page(StatusCode::OK, texts, texts.reset_title, &paragraph(texts.reset_done)),
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidInput => {
            reset_form(StatusCode::UNPROCESSABLE_ENTITY, texts, &about.email, &reset.token, Some(&refusal))
        }
        Err(error) => sorry(texts, &error),
    }
}

fn reset_form(status: StatusCode, texts: &Texts, email: &str, token: &str, refusal: Option<&Refusal>) -> Response {
    let intro = texts.reset_intro.replace("{email}", &escape(email));
    let why = refusal.map(|_| format!("<p role=alert>{}</p>", texts.reset_refused)).unwrap_or_default();
    let field = format!(
        "{why}<label>{}<input type=password name=password autocomplete=new-password minlength=8 required></label>",
        texts.reset_field
    );
    page(status, texts, texts.reset_title, &form("/reset", token, &intro, &field, texts.reset_button))
}

async fn reader(edge: &SignIn) -> Result<Reader, Error> {
    let now = edge.store.now().await?;
    Ok(edge.store.reader(Actor::Anonymous, now.now, Statements::default()))
}

/// What the link is about, and the texts in the language of whoever it was mailed to.
async fn open(edge: &SignIn, token: &str) -> Result<(MailedLink, &'static Texts), Error> {
    let link = mailed_link(&reader(edge).await?, token).await?;
    let texts = Texts::of(link.user.as_ref().map_or("en", |user| &user.locale));
    Ok((link, texts))
}

/// A page that says why nothing was done.
fn sorry(texts: &Texts, error: &Error) -> Response {
    let (status, why) = match error.code() {
        Some(Code::TokenExpired) => (StatusCode::GONE, texts.link_expired),
        Some(_) => (StatusCode::NOT_FOUND, texts.link_invalid),
        None => {
            tracing::error!(error = ?error, "a page failed");
            (StatusCode::SERVICE_UNAVAILABLE, texts.failed)
        }
    };
    page(status, texts, texts.sorry, &paragraph(why))
}

fn paragraph(text: &str) -> String {
    format!("<p>{text}</p>")
}

fn link(address: &str, text: &str) -> String {
    format!("<p><a href=\"{}\" rel=noreferrer>{text}</a></p>", escape(address))
}

fn form(action: &str, token: &str, intro: &str, fields: &str, button: &str) -> String {
    let token = escape(token);
    format!(
        "<p>{intro}</p><form method=post action=\"{action}\"><input type=hidden name=token value=\"{token}\">{fields}<button>{button}</button></form>"
    )
}

const STYLE: &str = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem;color:#222}\
    input,button{font:inherit;padding:.5rem;display:block;margin:.5rem 0}label input{width:100%;box-sizing:border-box}\
    .choice input{width:auto;display:inline}fieldset{border:0;padding:0}\
    button{background:#14532d;color:#fff;border:0;border-radius:.25rem;padding:.5rem 1.5rem}[role=alert]{color:#991b1b}";

fn page(status: StatusCode, texts: &Texts, title: &str, body: &str) -> Response {
    let html = format!(
        "<!doctype html><html lang={}><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\
        <title>{title}</title><style>{STYLE}</style><h1>{title}</h1>{body}</html>",
        texts.language
    );
    let policy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy)),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")), // the address holds the token
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, Html(html)).into_response()
}

/// Counts a try: what to show where there were too many.
async fn too_often(edge: &SignIn, keys: &[String], texts: &Texts) -> Option<Response> {
    let refused = edge.tries.count(keys).await.is_err();
    refused.then(|| page(StatusCode::TOO_MANY_REQUESTS, texts, texts.sorry, &paragraph(texts.too_often)))
}

/// The caller, for the audit log and for limits.
fn caller(edge: &SignIn, peer: Option<&Extension<ConnectInfo<SocketAddr>>>, headers: &HeaderMap) -> CallerIp {
    edge.ip(peer.map(|peer| peer.0.0.ip()), headers)
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

fn fieldset(legend: &str, choices: &str) -> String {
    format!("<fieldset><legend>{legend}</legend>{choices}</fieldset>")
}

fn choice(name: &str, value: &str, label: &str) -> String {
    format!("<label class=choice><input type=radio name={name} value=\"{value}\" required> {label}</label>")
}
