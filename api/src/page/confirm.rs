//! The test gateway's page: where `tok_confirm` sends its customer, as a bank would. No other gateway has a page here.

use std::sync::Arc;

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
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

use super::text::ENGLISH;
use super::{Link, choice, fieldset, form, page, paragraph, sorry};
use crate::auth::SignIn;

const TITLE: &str = "Test gateway";

#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    token: String,
    #[serde(default)]
    answer: String,
}

pub(super) async fn show(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match waiting(&edge.store, &link.token).await {
        Ok((_, _, amount)) => {
            let intro = format!("A payment of {} {} is to be confirmed.", amount.to_decimal(), amount.currency());
            let choices = choice("answer", "confirm", "It is mine") + &choice("answer", "decline", "It is not mine");
            let fields = fieldset("Your answer", &choices);
            page(StatusCode::OK, ENGLISH, TITLE, &form("/gateway/confirm", &link.token, &intro, &fields, "Answer"))
        }
        Err(error) => sorry(ENGLISH, &error),
    }
}

pub(super) async fn answer(State(edge): State<Arc<SignIn>>, Form(answer): Form<Answer>) -> Response {
    match take(&edge.store, answer).await {
        Ok(said) => page(StatusCode::OK, ENGLISH, TITLE, &paragraph(said)),
        Err(error) => sorry(ENGLISH, &error),
    }
}

/// Writes the answer into the gateway's book, and then tells the product by an event, as any gateway does.
async fn take(store: &Store, Answer { token, answer }: Answer) -> Result<&'static str, Error> {
    let (gateway, payment_id, _) = waiting(store, &token).await?;
    let is_confirmed = answer == "confirm";
    gateway.answer(payment_id, is_confirmed).await?;
    let event = GatewayEvent { id: format!("evt_confirm_{payment_id}"), payment_id: Some(payment_id) };
    let told = store.write(Actor::System(System::Renewals), Statements::default(), move |work| {
        let event = event.clone();
        Box::pin(take_event(work, event))
    });
    told.await?;
    Ok(if is_confirmed { "The payment is confirmed." } else { "The payment is declined." })
}

/// A charge that waits at the test gateway, by the payment's id.
async fn waiting<'s>(store: &'s Store, token: &str) -> Result<(&'s TestGateway, PaymentId, Money), Error> {
    let gateway = store.settings().gateway.as_test().ok_or(Error::NotFound)?;
    let id = PaymentId(token.parse().map_err(|_| Error::NotFound)?);
    let amount = gateway.waiting(id).await?.ok_or(Error::NotFound)?;
    Ok((gateway, id, amount))
}
