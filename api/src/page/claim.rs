//! The page of an account that a partner opened in somebody's name: its owner chooses a password, and says whether they gave the mandate.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::commands::{FirstPassword, claim_account};
use domain::error::Code;
use domain::partnership::commands::{AnswerPowerOfAttorney, answer_power_of_attorney};
use domain::partnership::queries::{Mandate, mandate};
use domain::store::Statements;
use domain::{Actor, Error};
use entities::mailed_token::MailedTokenKind;
use serde::Deserialize;

use super::text::{ENGLISH, Texts};
use super::{Link, caller, escape, form, open, page, paragraph, reader, sorry};
use crate::auth::SignIn;

#[derive(Deserialize)]
pub(super) struct Claim {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    /// `confirm` or `dispute`.
    #[serde(default)]
    answer: String,
}

/// What the link is about, in the words of whoever it was mailed to.
struct About {
    mandate: Mandate,
    texts: &'static Texts,
}

pub(super) async fn show(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match about(&edge, &link.token).await {
        Ok(about) => about.form(StatusCode::OK, &link.token, false),
        Err(error) => sorry(ENGLISH, &error),
    }
}

pub(super) async fn claim(
    State(edge): State<Arc<SignIn>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(Claim { token, password, answer }): Form<Claim>,
) -> Response {
    let about = match about(&edge, &token).await {
        Ok(found) => found,
        Err(error) => return sorry(ENGLISH, &error),
    };
    let (texts, partnership_id) = (about.texts, about.mandate.partnership_id);
    let confirm = match answer.as_str() {
        "confirm" => Some(true),
        "dispute" => Some(false),
        _ => None,
    };
    if about.mandate.is_open && confirm.is_none() {
        return about.form(StatusCode::UNPROCESSABLE_ENTITY, &token, true);
    }
    let confirm = confirm.filter(|_| about.mandate.is_open);
    let ip = caller(&edge, peer.as_ref(), &headers).text();
    let end = async {
        let first = FirstPassword::prepare(&reader(&edge).await?, token.clone(), &password.into()).await?;
        let act = edge.store.write(Actor::Anonymous, Statements::default(), move |work| {
            let (first, ip) = (first.clone(), ip.clone());
            Box::pin(async move {
                claim_account(work, first, ip).await?;
                if let Some(confirm) = confirm {
                    answer_power_of_attorney(work, AnswerPowerOfAttorney { partnership_id, confirm }).await?;
                }
                Ok(())
            })
        });
        act.await
    };
    match end.await {
        Ok(()) => {
            let done = if confirm == Some(false) { texts.claim_disputed } else { texts.claim_done };
            page(StatusCode::OK, texts, texts.claim_title, &paragraph(&about.filled(done)))
        }
        Err(Error::Refused(refusal)) if refusal.code == Code::InvalidInput => {
            about.form(StatusCode::UNPROCESSABLE_ENTITY, &token, true)
        }
        Err(error) => sorry(texts, &error),
    }
}

async fn about(edge: &SignIn, token: &str) -> Result<About, Error> {
    let (link, texts) = open(edge, token).await?;
    let (MailedTokenKind::ClaimAccount, Some(id)) = (link.kind, link.subject_id) else { return Err(Error::NotFound) };
    let mandate = mandate(&reader(edge).await?, id.into()).await?.ok_or(Error::NotFound)?;
    Ok(About { mandate, texts })
}

impl About {
    fn filled(&self, text: &str) -> String {
        let Mandate { partner, account, reference, signed_on, .. } = &self.mandate;
        text.replace("{partner}", &escape(partner))
            .replace("{account}", &escape(account))
            .replace("{reference}", &escape(reference))
            .replace("{signed}", &self.texts.date(*signed_on))
    }

    fn form(&self, status: StatusCode, token: &str, is_refused: bool) -> Response {
        let texts = self.texts;
        let why = if is_refused { format!("<p role=alert>{}</p>", texts.claim_refused) } else { String::new() };
        let answer = if self.mandate.is_open {
            let choice = |value, label| {
                format!(
                    "<label class=choice><input type=radio name=answer value={value} required> {}</label>",
                    self.filled(label)
                )
            };
            let choices = choice("confirm", texts.claim_confirm) + &choice("dispute", texts.claim_dispute);
            format!("<fieldset><legend>{}</legend>{choices}</fieldset>", texts.claim_question)
        } else {
            String::new()
        };
        let fields = format!(
            "{why}<label>{}<input type=password name=password autocomplete=new-password minlength=8 required></label>{answer}",
            texts.claim_field
        );
        page(
            status,
            texts,
            texts.claim_title,
            &form("/claim", token, &self.filled(texts.claim_intro), &fields, texts.claim_button),
        )
    }
}
