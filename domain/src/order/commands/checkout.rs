//! Placing the order of a cart, by the partner.

use entities::cart;
use entities::id::{CartId, OrderId, PaymentId, PaymentMethodId};
use entities::order::CheckoutMethod;
use serde::{Deserialize, Serialize};

use super::cart::refuse_closed;
use crate::actor::Actor;
use crate::billing::rules::{OrderedBy, Party};
use crate::billing::{Collected, Paying, collect};
use crate::calendar::local_date;
use crate::error::{Code, Error, Refusal, refuse};
use crate::idempotency::{self, Seen};
use crate::order::actions::ManageCart;
use crate::order::basket::{Basket, Line, baskets};
use crate::order::place::{Article, Placing, place};
use crate::order::rules::refusal_of;
use crate::permission::{Permission, Permit, Target, held, permit};
use crate::store::{Statements, Store};
use crate::work::Work;

/// An order that was placed, however its payment ends.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Placed {
    /// The order.
    pub order_id: OrderId,
    /// Its payment; none for what costs nothing.
    pub(in crate::order) payment_id: Option<PaymentId>,
}

impl Placed {
    pub(super) fn again(self) -> (Self, Paying) {
        let paying = self.payment_id.map_or(Paying::Nothing, Paying::Earlier);
        (self, paying)
    }
}

/// To check a cart out.
#[derive(Debug, Clone, Serialize)]
pub struct CheckoutCart {
    /// Which.
    pub cart_id: CartId,
    /// Who pays.
    pub method: CheckoutMethod,
    /// Of the partner's; none: its default. The client's card is the client's default.
    pub payment_method_id: Option<PaymentMethodId>,
    /// The caller's.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Orders what is in a cart and has it paid, by the partner or by the client. Source: S4.8 to S4.12, `docs/rules.md` §3.
/// # Errors
/// `CART_CLOSED`, `CART_EMPTY`, `PERMISSION_DENIED` for the client's card without its permission, `PAYMENT_METHOD_REQUIRED`,
/// `CURRENCY_MISMATCH`, `REGISTRANT_REQUIRED`. How the payment ended is no error.
pub async fn checkout_cart(
    store: &Store,
    actor: Actor,
    statements: Statements,
    command: CheckoutCart,
) -> Result<(Placed, Collected), Error> {
    collect(store, actor, statements, move |work| Box::pin(write_checkout(work, command.clone()))).await
}

async fn write_checkout(work: &mut Work, command: CheckoutCart) -> Result<(Placed, Paying), Error> {
    let Permit { row: cart, grant, .. } = permit::<ManageCart>(work, command.cart_id).await?;
    let key = match idempotency::seen(work, cart.partner_id, "checkoutCart", &command.idempotency_key, &command).await?
    {
        Seen::Before(placed) => return Ok(Placed::again(placed)),
        Seen::New(key) => key,
    };
    refuse_closed(&cart)?;
    let now = work.now();
    let basket = baskets(work.conn(), work.settings(), now, std::slice::from_ref(&cart), "/for share/").await?;
    let basket = basket.into_values().next().ok_or_else(|| Error::fault("a cart without a basket"))?;
    if basket.lines.is_empty() {
        return refuse(Code::CartEmpty, "There is nothing in the cart.");
    }
    refuse_way(work, &cart, &basket, &command).await?;
    let ordered_by = OrderedBy::PartnerForClient(command.method);
    let terms = basket.terms(command.method).map_err(refusal_of)?;
    let (Some(payer), Some(holder)) = (basket.party(terms.billed_to), basket.party(terms.holder)) else {
        return Err(Error::fault("an order without its parties"));
    };
    if payer.currency != basket.currency.code() {
        return refuse(Code::CurrencyMismatch, "The cart is not in the partner's currency.");
    }
    if let Some(at) = basket.without_registrant(terms.holder) {
        let path = ["items".to_owned(), at.to_string(), "registrantId".to_owned()];
        return Err(Refusal::new(Code::RegistrantRequired, "It is not said to whom this domain is registered.")
            .at(path)
            .into());
    }
    let placing = Placing {
        ordered_by,
        terms,
        placed_from_id: cart.partner_id,
        payer,
        holder,
        partnership: basket.partnership.as_ref().filter(|_| terms.holder == Party::Account),
        method: Some(command.method),
        referral: None,
        client_id: Some(cart.client_id),
        cart_id: Some(cart.id),
        payment_method_id: command.payment_method_id,
        currency: basket.currency,
        tax: work.settings().tax_of(payer, local_date(now, work.settings().seller.time_zone))?,
        articles: basket.lines.iter().map(article).collect(),
        priced: basket.priced(work.settings(), now, terms)?,
    };
    let (placed, paying) = place(work, placing).await?;
    work.record("checkoutCart", Some(grant), Some(cart.id.into()));
    idempotency::remember(work, key, &placed)?;
    Ok((placed, paying))
}

fn article(Line { item, offer }: &Line) -> Article {
    Article {
        plan_id: item.plan_id,
        term_months: item.term_months,
        quantity: item.quantity,
        domain_name: item.domain_name.clone(),
        registrant_id: item.registrant_id,
        name: format!("{} {}", offer.offering_name, offer.plan_name),
    }
}

/// PURCHASE is needed where the money is: in the partner's account, or in the client's through the partnership. What carries it
/// is held already, by the permit for the cart and with the basket.
async fn refuse_way(work: &Work, cart: &cart::Model, basket: &Basket, command: &CheckoutCart) -> Result<(), Error> {
    let partner = Target::account(cart.partner_id);
    let client = basket.client.account_id.map(Target::account);
    let targets: Vec<Target> = [Some(partner), client].into_iter().flatten().collect();
    let facts = held(work.conn(), work.actor(), work.now(), &targets).await?;
    let may = |target: Target| facts.get(&target).is_some_and(|facts| facts.holds(Permission::Purchase));
    match command.method {
        CheckoutMethod::SendToClient => Err(Refusal::invalid("method", "is not a checkout: send the cart").into()),
        CheckoutMethod::PartnerCard if !may(partner) => Err(Error::Denied),
        CheckoutMethod::PartnerCard if basket.partner_pays() && !client.is_some_and(may) => Err(Error::Denied),
        CheckoutMethod::PartnerCard => Ok(()),
        CheckoutMethod::ClientCard => {
            basket.terms(command.method).map_err(refusal_of)?;
            if !client.is_some_and(may) {
                return Err(Error::Denied);
            }
            if command.payment_method_id.is_some() {
                let message = "is the client's own affair: its default is charged";
                return Err(Refusal::invalid("paymentMethodId", message).into());
            }
            Ok(())
        }
    }
}
