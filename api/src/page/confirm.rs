//! The test gateway's page: where `tok_confirm` sends its customer, as a bank would. No other gateway has a page here.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use domain::actor::{Actor, System};
use domain::billing::take_event;
use domain::gateway::GatewayEvent;
use domain::gateway::test::TestGateway;
use domain::money::Money;
use domain::store::Statements;
use domain::{Error, Store};
use entities::id::PaymentId;
use serde::Deserialize;

use super::text::{ENGLISH, Texts};
use super::{Link, choice, fieldset, form, page, paragraph, sorry};
use crate::auth::SignIn;

const PATH: &str = "/gateway/confirm";

#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    answer: String,
}

pub(super) async fn show(State(edge): State<Arc<SignIn>>, headers: HeaderMap, Query(link): Query<Link>) -> Response {
    let texts = spoken(&headers);
    match waiting(&edge.store, &link.token).await {
        Ok((_, _, amount)) => {
            let intro = texts.confirm_intro.replace("{amount}", &texts.money(amount));
            let choices =
                choice("answer", "confirm", texts.confirm_yes) + &choice("answer", "decline", texts.confirm_no);
            let form =
                form(PATH, &link.token, &intro, &fieldset(texts.confirm_question, &choices), texts.confirm_button);
            page(StatusCode::OK, texts, texts.confirm_title, &form)
        }
        Err(error) => sorry(texts, &error),
    }
}

pub(super) async fn answer(
    State(edge): State<Arc<SignIn>>,
    headers: HeaderMap,
    Form(answer): Form<Answer>,
) -> Response {
    let texts = spoken(&headers);
    match take(&edge.store, answer).await {
        Ok(is_confirmed) => {
            let said = if is_confirmed { texts.confirm_done } else { texts.confirm_declined };
            page(StatusCode::OK, texts, texts.confirm_title, &paragraph(said))
        }
        Err(error) => sorry(texts, &error),
    }
}

/// A bank does not know who reads its page: the browser says in which language.
fn spoken(headers: &HeaderMap) -> &'static Texts {
    let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|languages| languages.to_str().ok()).unwrap_or_default();
    let mut tags = asked.split(',').filter_map(|tag| tag.split(';').next()).map(str::trim);
    tags.find_map(Texts::spoken).unwrap_or(ENGLISH)
}

/// Writes the answer into the gateway's book, and then tells the product by an event, as any gateway does.
async fn take(store: &Store, Answer { token, answer }: Answer) -> Result<bool, Error> {
    let (gateway, payment_id, _) = waiting(store, &token).await?;
    let is_confirmed = answer == "confirm";
    gateway.answer(payment_id, is_confirmed).await?;
    let event = GatewayEvent { id: format!("evt_confirm_{payment_id}"), payment_id: Some(payment_id) };
    let told = store.write(Actor::System(System::Renewals), Statements::default(), move |work| {
        let event = event.clone();
        Box::pin(take_event(work, event))
    });
    told.await?;
    Ok(is_confirmed)
}

/// A charge that waits at the test gateway, by the payment's id.
async fn waiting<'s>(store: &'s Store, token: &str) -> Result<(&'s TestGateway, PaymentId, Money), Error> {
    let gateway = store.settings().gateway.as_test().ok_or(Error::NotFound)?;
    let id = PaymentId(token.parse().map_err(|_| Error::NotFound)?);
    let amount = gateway.waiting(id).await?.ok_or(Error::NotFound)?;
    Ok((gateway, id, amount))
}
