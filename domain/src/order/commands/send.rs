//! A cart goes to the client, which completes it; until then it can be taken back, and time passes over it.

use chrono::TimeDelta;
use entities::cart::{self, CartStatus};
use entities::id::{AccountId, CartId};
use serde_json::{Value, json};

use super::cart::refuse_closed;
use crate::activity::{ActivityKind, Event};
use crate::error::{Code, Error, Refusal, refuse};
use crate::money::Money;
use crate::notification::recipients::{behind, members_with};
use crate::notification::{MailKind, MemberOf, Notice, Recipient};
use crate::order::actions::ManageCart;
use crate::order::basket::{Basket, baskets};
use crate::order::rules::MESSAGE;
use crate::permission::{Permission, Permit, permit};
use crate::text;
use crate::work::Work;

/// How long after it was sent a cart is called to mind, once.
const REMINDED_AFTER: TimeDelta = TimeDelta::days(7);
/// How long a sent cart waits for its completion. Source: `docs/rules.md` §5.
const ABANDONED_AFTER: TimeDelta = TimeDelta::days(30);
/// At most so many carts are looked after by one transaction.
const BATCH: i64 = 200;

/// To send a cart to its client.
#[derive(Debug, Clone)]
pub struct SendCart {
    /// Which.
    pub cart_id: CartId,
    /// From the partner's people to the client's.
    pub message: Option<String>,
}

/// Sends a cart to the client, which needs no access to it: to the members of the connected account who may order, else to the address
/// of the record. Source: S4.13, S4.16.
/// # Errors
/// `CART_CLOSED`, `CART_EMPTY`; `INVALID_INPUT` for a client without an address, or a message that is too long; `TERM_NOT_OFFERED` and
/// `CURRENCY_MISMATCH` for what is sold no longer.
pub async fn send_cart(work: &mut Work, command: SendCart) -> Result<cart::Model, Error> {
    let SendCart { cart_id, message } = command;
    let Permit { row: cart, grant, .. } = permit::<ManageCart>(work, cart_id).await?;
    refuse_closed(&cart)?;
    let message = text::optional_lines("message", message.as_deref(), MESSAGE)?;
    let mut baskets = baskets(work.conn(), work.settings(), work.now(), std::slice::from_ref(&cart), "").await?;
    let basket = baskets.remove(&cart.id).ok_or_else(|| Error::fault("a cart without a basket"))?;
    if basket.lines.is_empty() {
        return refuse(Code::CartEmpty, "There is nothing in the cart.");
    }
    let now = work.now();
    let cart = cart::Model {
        status: CartStatus::Sent,
        message,
        sent_at: Some(now),
        times_sent: cart.times_sent + 1,
        remind_at: Some(now + REMINDED_AFTER),
        abandon_at: Some(now + ABANDONED_AFTER),
        ..cart
    };
    let to = recipients(work, &[&basket]).await?.pop().unwrap_or_default();
    if to.is_empty() {
        return Err(Refusal::invalid("cartId", "is for a client without a mail address").into());
    }
    let data = told(work, &cart, &basket)?;
    let mut sql = work.sql();
    sql.add(
        "UPDATE cart SET status = 'SENT', message = ?, sent_at = ?, times_sent = ?, remind_at = ?, abandon_at = ? WHERE id = ?",
        [
            cart.message.clone().into(),
            now.into(),
            cart.times_sent.into(),
            cart.remind_at.into(),
            cart.abandon_at.into(),
            cart.id.into(),
        ],
    );
    sql.execute(work.conn()).await?;
    mail(work, MailKind::CartSent, &cart, to, &data);
    tell(work, &cart, &basket, ActivityKind::CartSent);
    work.record("sendCart", Some(grant), Some(cart.id.into()));
    Ok(cart)
}

/// Takes a sent cart back: it is open again, and its links open nothing until it is sent anew.
/// # Errors
/// `CART_CLOSED` for one that is not with the client.
pub async fn recall_cart(work: &mut Work, cart_id: CartId) -> Result<cart::Model, Error> {
    let Permit { row: cart, grant, .. } = permit::<ManageCart>(work, cart_id).await?;
    if cart.status == CartStatus::Open {
        return refuse(Code::CartClosed, "The cart is not with the client.");
    }
    if cart.status != CartStatus::Sent {
        refuse_closed(&cart)?;
    }
    let cart = cart::Model { status: CartStatus::Open, sent_at: None, remind_at: None, abandon_at: None, ..cart };
    let mut sql = work.sql();
    sql.add(
        "UPDATE cart SET status = 'OPEN', sent_at = NULL, remind_at = NULL, abandon_at = NULL WHERE id = ?",
        [cart.id.into()],
    );
    sql.execute(work.conn()).await?;
    let mut baskets = baskets(work.conn(), work.settings(), work.now(), std::slice::from_ref(&cart), "").await?;
    let basket = baskets.remove(&cart.id).ok_or_else(|| Error::fault("a cart without a basket"))?;
    tell(work, &cart, &basket, ActivityKind::CartRecalled);
    work.record("recallCart", Some(grant), Some(cart.id.into()));
    Ok(cart)
}

/// The sweep: gives up what has waited for thirty days, and calls to mind what has waited for a week, at most a batch of them. Run it
/// again until it says 0. A cart whose payment is under way is left alone.
/// # Errors
/// `Storage`.
pub async fn age_carts(work: &mut Work) -> Result<u64, Error> {
    let now = work.now();
    let mut sql = work.sql();
    sql.add("UPDATE cart SET status = 'ABANDONED' WHERE status = 'SENT' AND abandon_at <= ?", [now.into()]);
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.add(
        "UPDATE cart SET remind_at = NULL WHERE id IN (
            SELECT id FROM cart WHERE status = 'SENT' AND remind_at <= ? ORDER BY remind_at, id LIMIT ?) RETURNING *",
        [now.into(), BATCH.into()],
    );
    let waiting: Vec<cart::Model> = sql.all(work.conn()).await?;
    let baskets = baskets(work.conn(), work.settings(), now, &waiting, "").await?;
    let each: Vec<(&cart::Model, &Basket)> =
        waiting.iter().filter_map(|cart| Some((cart, baskets.get(&cart.id)?))).collect();
    let baskets: Vec<&Basket> = each.iter().map(|(_, basket)| *basket).collect();
    for ((cart, basket), to) in each.iter().zip(recipients(work, &baskets).await?) {
        // what is sold no longer cannot be bought: then there is nothing to remind of
        if let Ok(data) = told(work, cart, basket) {
            mail(work, MailKind::CartReminder, cart, to, &data);
        }
    }
    Ok(u64::try_from(waiting.len()).unwrap_or(u64::MAX))
}

/// Somebody who is mailed, and as whose member, if as anybody's.
type Reader = (Option<MemberOf>, Recipient);

/// Who may complete each: the members of the connected account who may order, else whoever has the record's address. Two statements.
async fn recipients(work: &Work, baskets: &[&Basket]) -> Result<Vec<Vec<Reader>>, Error> {
    let accounts: Vec<AccountId> = baskets.iter().filter_map(|basket| basket.client.account_id).collect();
    let members =
        if accounts.is_empty() { Vec::new() } else { members_with(work, &accounts, Permission::Purchase).await? };
    let address = |basket: &&Basket| basket.client.email.clone().filter(|_| basket.client.account_id.is_none());
    let addresses: Vec<_> = baskets.iter().map(address).collect();
    let asked: Vec<_> = addresses
        .iter()
        .zip(baskets)
        .filter_map(|(email, basket)| Some((email.as_deref()?, basket.partner.locale.as_str())))
        .collect();
    let mut strangers = behind(work, &asked).await?.into_iter();
    let each = addresses.iter().zip(baskets).map(|(email, basket)| match basket.client.account_id {
        Some(id) => {
            let of_account = members.iter().filter(|member| member.member_of.account_id == id);
            of_account.map(|member| (Some(member.member_of), member.recipient.clone())).collect()
        }
        None => email.as_ref().and_then(|_| strangers.next()).map(|stranger| (None, stranger)).into_iter().collect(),
    });
    Ok(each.collect())
}

/// What its mails state: prices as of now, before tax.
fn told(work: &Work, cart: &cart::Model, basket: &Basket) -> Result<Value, Error> {
    let priced = basket.priced(work.settings(), work.now(), basket.client_terms())?;
    let amount = |money: Money| json!({ "minor": money.minor(), "currency": basket.currency.code(), "exponent": basket.currency.exponent() });
    let lines = basket.lines.iter().zip(&priced.lines).map(|(line, priced)| {
        json!({
            "plan": format!("{} {}", line.offer.offering_name, line.offer.plan_name),
            "quantity": line.item.quantity, "term_months": line.item.term_months,
            "price": amount(priced.amounts.public_price),
        })
    });
    Ok(json!({
        "from": basket.partner.name, "lines": lines.collect::<Vec<Value>>(), "subtotal": amount(priced.totals.subtotal),
        "message": cart.message,
    }))
}

fn mail(work: &mut Work, kind: MailKind, cart: &cart::Model, to: Vec<Reader>, data: &Value) {
    for (member_of, recipient) in to {
        work.notify(Notice {
            kind,
            subject_id: cart.id.into(),
            step: cart.times_sent,
            recipient,
            member_of,
            written_by: Some(cart.partner_id),
            data: data.clone(),
        });
    }
}

/// Both sides find it in their feed, the client once its record is connected.
fn tell(work: &mut Work, cart: &cart::Model, basket: &Basket, kind: ActivityKind) {
    let facts = json!({ "client": basket.client.name, "partner": basket.partner.name });
    work.tell(Event::new(cart.partner_id, kind).about("Cart", cart.id).with(facts.clone()));
    if let Some(account_id) = basket.client.account_id {
        let facts = json!({ "partner": basket.partner.name });
        work.tell(Event::new(account_id, kind).needs(Permission::Purchase).about("Cart", cart.id).with(facts));
    }
}
