//! The page of an offered membership: accepted with one's password, or with a name and a new one.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::queries::MailedLink;
use domain::error::Code;
use domain::membership::commands::{self, AcceptMembership};
use domain::membership::queries::{Offered, offered};
use domain::store::Statements;
use domain::{Actor, Error};
use entities::mailed_token::MailedTokenKind;
use serde::Deserialize;

use super::text::{ENGLISH, Texts};
use super::{Link, caller, escape, form, open, page, paragraph, reader, sorry, too_often};
use crate::account::tries;
use crate::auth::SignIn;

#[derive(Deserialize)]
pub(super) struct Join {
    #[serde(default)]
    token: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

pub(super) async fn show(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match about(&edge, &link.token).await {
        Ok(about) => about.form(StatusCode::OK, &link.token, None),
        Err(error) => sorry(ENGLISH, &error),
    }
}

pub(super) async fn accept(
    State(edge): State<Arc<SignIn>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(Join { token, name, password }): Form<Join>,
) -> Response {
    let about = match about(&edge, &token).await {
        Ok(found) => found,
        Err(error) => return sorry(ENGLISH, &error),
    };
    let texts = about.texts;
    let ip = caller(&edge, peer.as_ref(), &headers);
    let keys = tries::keys("join", ip, &token);
    if let Some(refused) = too_often(&edge, &keys, texts).await {
        return refused;
    }
    let end = async {
        let password = (!password.is_empty()).then(|| password.into());
        let command = AcceptMembership::prepare(&reader(&edge).await?, token.clone(), Some(&name), password).await?;
        let act = edge.store.write(Actor::Anonymous, Statements::default(), move |work| {
            Box::pin(commands::accept(work, command.clone(), ip.text()))
        });
        act.await
    };
    match end.await {
        Ok(_) => {
            edge.tries.give_back(&keys).await;
            let done = texts.join_done.replace("{account}", &escape(&about.offered.account));
            page(StatusCode::OK, texts, texts.join_title, &paragraph(&done))
        }
        Err(error) => match error.code() {
            Some(Code::InvalidInput) => about.form(StatusCode::UNPROCESSABLE_ENTITY, &token, Some(texts.join_refused)),
            Some(Code::InvalidCredentials) => {
                about.form(StatusCode::UNPROCESSABLE_ENTITY, &token, Some(texts.join_wrong_password))
            }
            _ => sorry(texts, &error),
        },
    }
}

/// What a link offers, and to whom.
struct About {
    link: MailedLink,
    offered: Offered,
    texts: &'static Texts,
}

async fn about(edge: &SignIn, token: &str) -> Result<About, Error> {
    let (link, texts) = open(edge, token).await?;
    let id = link.subject_id.filter(|_| link.kind == MailedTokenKind::Join).ok_or(Error::NotFound)?;
    let offered = offered(&reader(edge).await?, id.into()).await?.ok_or(Error::NotFound)?;
    // somebody new has no language yet
    let texts = if link.user.is_some() { texts } else { Texts::of(&offered.locale) };
    Ok(About { link, offered, texts })
}

impl About {
    fn form(&self, status: StatusCode, token: &str, refusal: Option<&str>) -> Response {
        let Self { link, offered, texts } = self;
        let why = refusal.map(|why| format!("<p role=alert>{why}</p>")).unwrap_or_default();
        let fields = match &link.user {
            Some(_) => format!(
                "<label>{}<input type=password name=password autocomplete=current-password required></label>",
                texts.join_password
            ),
            None => format!(
                "<label>{}<input name=name autocomplete=name maxlength=200 required></label>\
                <label>{}<input type=password name=password autocomplete=new-password minlength=8 required></label>",
                texts.join_name, texts.join_new_password
            ),
        };
        let intro = texts
            .join_intro
            .replace("{name}", &escape(&offered.invited_by))
            .replace("{account}", &escape(&offered.account))
            .replace("{email}", &escape(&link.email));
        let body = form("/join", token, &intro, &format!("{why}{fields}"), texts.join_button);
        page(status, texts, texts.join_title, &body)
    }
}
