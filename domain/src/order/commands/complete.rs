//! The client completes a cart that was sent to it.

use entities::cart::{self, CartStatus};
use entities::id::{AccountId, CartId, PaymentMethodId};
use entities::mailed_token::MailedTokenKind;
use entities::order::CheckoutMethod;
use entities::{cart_item, client};
use sea_orm::FromQueryResult;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::cart::refuse_closed;
use super::checkout::Placed;
use super::own::{OrderItem, Ordering, active_partnerships, place_ordering};
use crate::account::commands::verify_email;
use crate::actor::Actor;
use crate::billing::rules::OrderedBy;
use crate::billing::{Collected, Paying, collect};
use crate::error::{Code, Error, Refusal, refuse};
use crate::idempotency::{self, Seen};
use crate::order::actions::CompleteCart;
use crate::order::rules::managing;
use crate::permission::{Permit, permit};
use crate::secret;
use crate::store::{Statements, Store};
use crate::work::Work;

/// To complete a cart by the link that was mailed with it.
#[derive(Debug, Clone, Serialize)]
pub struct CompleteSentCart {
    /// The link's.
    #[serde(skip)]
    pub token: SecretString,
    /// Whose products they will be: the connected account, else one of the caller's.
    pub account_id: AccountId,
    /// Of that account.
    pub payment_method_id: PaymentMethodId,
    /// The caller's.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Orders what is in a sent cart for the client's account and has it paid by it. Whoever holds the link may do it where they are a member
/// who may order. Source: S4.14, S4.17, `docs/rules.md` §3 and §5.
/// # Errors
/// `TOKEN_INVALID`, `TOKEN_EXPIRED`; `CART_CLOSED` for one that was recalled, completed or given up; `INVALID_INPUT` where the client's
/// record is connected to another account; `CURRENCY_MISMATCH`; as for ordering. How the payment ended is no error.
pub async fn complete_sent_cart(
    store: &Store,
    actor: Actor,
    statements: Statements,
    command: CompleteSentCart,
) -> Result<(Placed, Collected), Error> {
    collect(store, actor, statements, move |work| Box::pin(write(work, command.clone()))).await
}

async fn write(work: &mut Work, command: CompleteSentCart) -> Result<(Placed, Paying), Error> {
    let Permit { row: account, grant, .. } = permit::<CompleteCart>(work, command.account_id).await?;
    let asked = (&command, secret::hash(command.token.expose_secret()));
    let seen = idempotency::seen(work, account.id, "completeSentCart", &command.idempotency_key, &asked).await?;
    let key = match seen {
        Seen::Before(placed) => return Ok(Placed::again(placed)),
        Seen::New(key) => key,
    };
    let link = verify_email(work, command.token.expose_secret()).await?;
    let (MailedTokenKind::Cart, Some(id)) = (link.kind, link.subject_id) else {
        return refuse(Code::TokenInvalid, "This link is for something else.");
    };
    let partnerships = active_partnerships(work, account.id).await?;
    let (cart, client) = with_client(work, id.into()).await?;
    match cart.status {
        CartStatus::Sent => {}
        CartStatus::Open => return refuse(Code::CartClosed, "The cart was taken back by its sender."),
        CartStatus::PendingPayment | CartStatus::Completed | CartStatus::Abandoned => refuse_closed(&cart)?,
    }
    if client.account_id.is_some_and(|connected| connected != account.id) {
        return Err(Refusal::invalid("accountId", "is not the account that this cart is for").into());
    }
    if client.account_id.is_none() && currency_of(work, cart.partner_id).await? != account.currency {
        return refuse(Code::CurrencyMismatch, "The cart is not in the account's currency.");
    }
    let senders = partnerships.iter().find(|row| row.partner_id == cart.partner_id);
    let items = items(work, cart.id).await?;
    let ordering = Ordering {
        ordered_by: OrderedBy::PartnerForClient(CheckoutMethod::SendToClient),
        account: &account,
        partnership: senders.or_else(|| managing(&partnerships)),
        placed_from_id: account.id,
        cart: Some(&cart),
        items: &items,
        payment_method_id: Some(command.payment_method_id),
    };
    let (placed, paying) = place_ordering(work, ordering).await?;
    work.record("completeSentCart", Some(grant), Some(cart.id.into()));
    idempotency::remember(work, key, &placed)?;
    Ok((placed, paying))
}

/// The cart with its client's record, both held: a record that is being connected is so before or after.
async fn with_client(work: &Work, id: CartId) -> Result<(cart::Model, client::Model), Error> {
    let mut sql = work.sql();
    sql.add("SELECT k.* FROM client k WHERE k.id = (SELECT client_id FROM cart WHERE id = ?) /for share/", [id.into()]);
    let client: client::Model = sql.one(work.conn()).await?.ok_or(Error::NotFound)?;
    let mut sql = work.sql();
    sql.add("SELECT * FROM cart WHERE id = ? /for update/", [id.into()]);
    let cart: cart::Model = sql.one(work.conn()).await?.ok_or(Error::NotFound)?;
    Ok((cart, client))
}

#[derive(FromQueryResult)]
struct InCurrency {
    currency: String,
}

/// The currency of a cart whose client is not connected: the partner's.
async fn currency_of(work: &Work, partner_id: AccountId) -> Result<String, Error> {
    let mut sql = work.sql();
    sql.add("SELECT currency FROM account WHERE id = ?", [partner_id.into()]);
    let found: Option<InCurrency> = sql.one(work.conn()).await?;
    found.map(|row| row.currency).ok_or_else(|| Error::fault("a cart without its partner"))
}

async fn items(work: &Work, cart_id: CartId) -> Result<Vec<OrderItem>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM cart_item WHERE cart_id = ? ORDER BY id", [cart_id.into()]);
    let rows: Vec<cart_item::Model> = sql.all(work.conn()).await?;
    let items = rows.into_iter().map(|row| OrderItem {
        plan_id: row.plan_id,
        term_months: Some(row.term_months),
        quantity: row.quantity,
        domain_name: row.domain_name,
        registrant_id: row.registrant_id,
    });
    Ok(items.collect())
}
