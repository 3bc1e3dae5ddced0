//! Placing orders: from a cart, and of an account.

use entities::id::{AccountId, CartId, OrderId, PaymentId, PaymentMethodId, PlanId};
use entities::order::CheckoutMethod;
use entities::{account, cart, partnership};
use serde::{Deserialize, Serialize};

use super::cart::refuse_closed;
use crate::actor::Actor;
use crate::billing::rules::{BillingFacts, OrderedBy, Party, billing_terms};
use crate::billing::{Collected, Paying, collect};
use crate::calendar::local_date;
use crate::catalogue::queries::{Offer, Wanted, offers};
use crate::error::{Code, Error, Refusal, refuse};
use crate::idempotency::{self, Seen};
use crate::money::Currency;
use crate::order::actions::{ManageCart, OrderFor};
use crate::order::basket::{Basket, Line, baskets};
use crate::order::place::{Article, Placing, place};
use crate::order::rules::{self, MAX_LINES, Piece, managing, method_of, partnership_facts, price, refusal_of};
use crate::permission::{Grant, Permission, Permit, Target, held, permit};
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
    fn again(self) -> (Self, Paying) {
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
/// `CURRENCY_MISMATCH`. How the payment ended is no error.
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
    let placing = Placing {
        ordered_by,
        terms,
        placed_from_id: cart.partner_id,
        payer,
        holder,
        partnership: basket.partnership.as_ref().filter(|_| terms.holder == Party::Account),
        method: Some(command.method),
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
    idempotency::remember(work, key, &placed).await?;
    Ok((placed, paying))
}

fn article(Line { item, offer }: &Line) -> Article {
    Article {
        plan_id: item.plan_id,
        term_months: item.term_months,
        quantity: item.quantity,
        domain_name: item.domain_name.clone(),
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

/// A line that is ordered.
#[derive(Debug, Clone, Serialize)]
pub struct OrderItem {
    /// What.
    pub plan_id: PlanId,
    /// For how long; none: the plan's default.
    pub term_months: Option<i32>,
    /// How many.
    pub quantity: i32,
    /// Of a domain, or of what belongs to one.
    pub domain_name: Option<String>,
}

/// To order without a cart.
#[derive(Debug, Clone, Serialize)]
pub struct PlaceOrder {
    /// For which account.
    pub account_id: AccountId,
    /// What.
    pub items: Vec<OrderItem>,
    /// Of the payer's; none: its default.
    pub payment_method_id: Option<PaymentMethodId>,
    /// The caller's.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Orders for an account and has it paid: the account for itself, or a partner through its partnership, which then says who
/// pays. Source: S2.8, S2.15, S5.9, S5.13, `docs/rules.md` §3.
/// # Errors
/// As for checking a cart out, with the path of the item.
pub async fn place_order(
    store: &Store,
    actor: Actor,
    statements: Statements,
    command: PlaceOrder,
) -> Result<(Placed, Collected), Error> {
    collect(store, actor, statements, move |work| Box::pin(write_order(work, command.clone()))).await
}

async fn write_order(work: &mut Work, command: PlaceOrder) -> Result<(Placed, Paying), Error> {
    let Permit { row: account, grant, .. } = permit::<OrderFor>(work, command.account_id).await?;
    let key = match idempotency::seen(work, account.id, "placeOrder", &command.idempotency_key, &command).await? {
        Seen::Before(placed) => return Ok(Placed::again(placed)),
        Seen::New(key) => key,
    };
    if command.items.is_empty() {
        return refuse(Code::CartEmpty, "There is nothing to order.");
    }
    if command.items.len() > MAX_LINES {
        return Err(Refusal::invalid("items", "must be at most 100").into());
    }
    let partnerships = active_partnerships(work, account.id).await?;
    let (placed, paying) = write_items(work, &account, grant, &partnerships, &command).await?;
    work.record("placeOrder", Some(grant), Some(placed.order_id.into()));
    idempotency::remember(work, key, &placed).await?;
    Ok((placed, paying))
}

/// Those with partners of this account, held against a change of the payer.
async fn active_partnerships(work: &Work, account_id: AccountId) -> Result<Vec<partnership::Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM partnership WHERE client_account_id = ? AND status = 'ACTIVE' AND (expires_at IS NULL OR expires_at > ?)
        ORDER BY id /for share/",
        [account_id.into(), work.now().into()],
    );
    Ok(sql.all(work.conn()).await?)
}

async fn write_items(
    work: &mut Work,
    account: &account::Model,
    grant: Grant,
    partnerships: &[partnership::Model],
    command: &PlaceOrder,
) -> Result<(Placed, Paying), Error> {
    let through = grant.partnership_id.and_then(|id| partnerships.iter().find(|row| row.id == id));
    let (partnership, ordered_by) = match through {
        Some(row) => (Some(row), OrderedBy::PartnerForClient(method_of(row))),
        None => (managing(partnerships), OrderedBy::Account),
    };
    let facts = BillingFacts {
        ordered_by,
        partnership: partnership.map(partnership_facts),
        is_account_partner: account.programme_id.is_some(),
        is_referred_first_order: false,
    };
    let terms = billing_terms(facts).map_err(refusal_of)?;
    let partner = match (terms.billed_to, partnership) {
        (Party::Partner, Some(row)) => Some(account_of(work, row.partner_id).await?),
        (Party::Partner | Party::Account, _) => None,
    };
    let payer = partner.as_ref().unwrap_or(account);
    if through.is_some() && payer.id == account.id && command.payment_method_id.is_some() {
        let message = "is the client's own affair: its default is charged";
        return Err(Refusal::invalid("paymentMethodId", message).into());
    }
    let currency = Currency::parse(&account.currency)?;
    if payer.currency != account.currency {
        return refuse(Code::CurrencyMismatch, "The partner pays in another currency.");
    }
    let on = local_date(work.now(), work.settings().seller.time_zone);
    let wanted: Vec<Wanted> = command
        .items
        .iter()
        .map(|item| Wanted {
            plan_id: item.plan_id,
            term_months: item.term_months,
            currency: currency.code(),
            partner_id: partnership.map(|row| row.partner_id),
            account_id: Some(account.id),
        })
        .collect();
    let offers = offers(work.conn(), &wanted, on).await?;
    let (articles, pieces) = lines(&command.items, offers, currency)?;
    let tax = work.settings().tax_of(payer, on)?;
    let placing = Placing {
        ordered_by,
        terms,
        placed_from_id: through.map_or(account.id, |row| row.partner_id),
        payer,
        holder: account,
        partnership,
        method: None,
        client_id: None,
        cart_id: None,
        payment_method_id: command.payment_method_id,
        currency,
        tax,
        articles,
        priced: price(terms, currency, &pieces, tax)?,
    };
    place(work, placing).await
}

async fn account_of(work: &Work, id: AccountId) -> Result<account::Model, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM account WHERE id = ?", [id.into()]);
    sql.one(work.conn()).await?.ok_or_else(|| Error::fault("a partnership without its partner"))
}

/// Checks each line against what the catalogue says of it.
fn lines(
    items: &[OrderItem],
    offers: Vec<Option<Offer>>,
    currency: Currency,
) -> Result<(Vec<Article>, Vec<Piece>), Error> {
    let mut articles = Vec::with_capacity(items.len());
    let mut pieces = Vec::with_capacity(items.len());
    for (at, (item, offer)) in items.iter().zip(offers).enumerate() {
        let path = |refusal: Refusal| refusal.within(["items".to_owned(), at.to_string()]);
        let offer = offer.ok_or_else(|| Refusal::absent(["planId"])).map_err(path)?;
        let quantity = rules::quantity(item.quantity, offer.kind).map_err(path)?;
        pieces.push(Piece {
            unit_price: offer.price(currency).map_err(path)?,
            quantity,
            partner_rate: offer.partner_rate()?,
            account_rate: offer.account_rate()?,
        });
        articles.push(Article {
            plan_id: offer.plan_id,
            term_months: offer.term_months,
            quantity,
            domain_name: rules::domain_name(item.domain_name.as_deref(), offer.kind).map_err(path)?,
            name: format!("{} {}", offer.offering_name, offer.plan_name),
        });
    }
    Ok((articles, pieces))
}
