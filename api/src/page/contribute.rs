//! The page behind an invitation to contribute: whoever follows it shows that the address is theirs.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use domain::account::commands::verify_email;
use domain::contributor::queries::{Invited, invited};
use domain::error::{Code, refuse};
use domain::store::Statements;
use domain::{Actor, Error};
use entities::mailed_token::MailedTokenKind;

use super::text::{ENGLISH, Texts};
use super::{Link, escape, form, open, page, paragraph, reader, sorry};
use crate::auth::SignIn;

/// What an invitation says, ready for HTML.
struct About {
    title: String,
    email: String,
    texts: &'static Texts,
}

pub(super) async fn show(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match invitation(&edge, &link.token).await {
        Ok(About { title, email, texts }) => {
            let intro = texts.contribute_intro.replace("{email}", &email);
            let body = form("/contribute", &link.token, &intro, "", texts.contribute_button);
            page(StatusCode::OK, texts, &title, &body)
        }
        Err(error) => sorry(ENGLISH, &error),
    }
}

pub(super) async fn follow(State(edge): State<Arc<SignIn>>, Form(link): Form<Link>) -> Response {
    let About { title, email, texts } = match invitation(&edge, &link.token).await {
        Ok(found) => found,
        Err(error) => return sorry(ENGLISH, &error),
    };
    let token: Arc<str> = link.token.into();
    let done = edge.store.write(Actor::Anonymous, Statements::default(), move |work| {
        let token = Arc::clone(&token);
        Box::pin(async move { verify_email(work, &token).await })
    });
    match done.await {
        Ok(done) if done.user.is_some() => page(StatusCode::OK, texts, &title, &paragraph(texts.contribute_done)),
        Ok(_) => {
            let next = texts.contribute_sign_up.replace("{email}", &email);
            page(StatusCode::OK, texts, &title, &paragraph(&next))
        }
        Err(error) => sorry(texts, &error),
    }
}

/// The invitation that a link opens, unless it has ended.
async fn invitation(edge: &SignIn, token: &str) -> Result<About, Error> {
    let (link, texts) = open(edge, token).await?;
    let found = match link.subject_id.filter(|_| link.kind == MailedTokenKind::Contribute) {
        Some(id) => invited(&reader(edge).await?, id.into()).await?,
        None => None,
    };
    let Some(Invited { label, locale }) = found else {
        return refuse(Code::TokenInvalid, "This link is for nothing any more.");
    };
    let texts = if link.user.is_some() { texts } else { Texts::of(&locale) };
    let title = texts.contribute_title.replace("{product}", &escape(&label));
    Ok(About { title, email: escape(&link.email), texts })
}
