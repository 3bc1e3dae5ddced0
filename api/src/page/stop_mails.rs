//! The link in mails that can be switched off: opened by a person it asks, posted to by their mail program (RFC 8058) it does it. Either
//! way the token stands in the address, and what is in the body does not matter.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::activity::ActivityKind;
use domain::notification::commands::stop_mails;
use domain::notification::queries::stopped_by;
use domain::store::Statements;
use domain::{Actor, Error};
use entities::user;

use super::text::{ENGLISH, Texts};
use super::{Link, escape, form, page, paragraph, reader, sorry};
use crate::activity::sentence::sentence;
use crate::auth::SignIn;

pub(super) async fn show(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match open(&edge, &link.token).await {
        Ok((user, kind, texts)) => {
            let event = escape(&sentence(kind, texts.language));
            let intro = texts.stop_intro.replace("{event}", &event).replace("{email}", &escape(&user.email));
            let action = format!("/unsubscribe?token={}", escape(&link.token));
            page(StatusCode::OK, texts, texts.stop_title, &form(&action, &link.token, &intro, "", texts.stop_button))
        }
        Err(error) => sorry(ENGLISH, &error),
    }
}

pub(super) async fn stop(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    let (user, _, texts) = match open(&edge, &link.token).await {
        Ok(found) => found,
        Err(error) => return sorry(ENGLISH, &error),
    };
    let token: Arc<str> = link.token.into();
    let done = edge.store.write(Actor::Anonymous, Statements::default(), move |work| {
        let token = Arc::clone(&token);
        Box::pin(async move { stop_mails(work, &token).await })
    });
    match done.await {
        Ok(()) => {
            let said = texts.stop_done.replace("{email}", &escape(&user.email));
            page(StatusCode::OK, texts, texts.stop_title, &paragraph(&said))
        }
        Err(error) => sorry(texts, &error),
    }
}

async fn open(edge: &SignIn, token: &str) -> Result<(user::Model, ActivityKind, &'static Texts), Error> {
    let (user, kind) = stopped_by(&reader(edge).await?, token).await?;
    let texts = Texts::of(&user.locale);
    Ok((user, kind, texts))
}
