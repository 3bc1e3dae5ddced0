//! Filling a cart.

use entities::cart::CartStatus;
use entities::id::{CartId, CartItemId, ClientId, ContactId, PlanId};
use entities::offering::ProductKind;
use entities::{cart, cart_item};
use sea_orm::FromQueryResult;

use crate::calendar::local_date;
use crate::catalogue::queries::{Offer, Wanted, offers};
use crate::contact::queries::usable;
use crate::error::{Code, Error, Refusal, refuse};
use crate::money::Currency;
use crate::order::actions::{BeginCart, ManageCart};
use crate::order::rules;
use crate::patch::Patch;
use crate::permission::{Permit, permit};
use crate::sql;
use crate::work::{Number, Work};

/// A new, empty cart. Source: S4.4.
pub async fn create_cart(work: &mut Work, client_id: ClientId) -> Result<cart::Model, Error> {
    let permit = permit::<BeginCart>(work, client_id).await?;
    let row = cart::Model {
        id: work.new_id(),
        client_id,
        partner_id: permit.row.partner_id,
        status: CartStatus::Open,
        order_id: None,
        message: None,
        created_by_id: work.user_id()?,
        created_at: work.now(),
        sent_at: None,
        times_sent: 0,
        remind_at: None,
        abandon_at: None,
        completed_at: None,
    };
    sql::insert::<cart::Entity>(work.conn(), std::slice::from_ref(&row)).await?;
    work.record("createCart", Some(permit.grant), Some(row.id.into()));
    Ok(row)
}

/// One more line.
#[derive(Debug, Clone)]
pub struct AddCartItem {
    /// Into which cart.
    pub cart_id: CartId,
    /// What.
    pub plan_id: PlanId,
    /// For how long; none: the plan's default.
    pub term_months: Option<i32>,
    /// How many.
    pub quantity: i32,
    /// Of a domain, or of what belongs to one.
    pub domain_name: Option<String>,
    /// To whom the domain is registered: a contact of the partner's.
    pub registrant_id: Option<ContactId>,
}

/// Adds a line. Source: S4.4, S4.6, S4.7.
/// # Errors
/// `CART_CLOSED`, `TERM_NOT_OFFERED`, `CURRENCY_MISMATCH` where there is no price in the client's currency, `ALREADY_EXISTS` for a domain
/// that is in the cart.
pub async fn add_cart_item(work: &mut Work, command: AddCartItem) -> Result<cart::Model, Error> {
    let AddCartItem { cart_id, plan_id, term_months, quantity, domain_name, registrant_id } = command;
    let Permit { row: cart, grant, .. } = permit::<ManageCart>(work, cart_id).await?;
    refuse_closed(&cart)?;
    let offer = offer(work, &cart, plan_id, term_months).await?;
    let row = cart_item::Model {
        id: work.new_id(),
        cart_id,
        plan_id,
        term_months: offer.term_months,
        quantity: rules::quantity(quantity, offer.kind)?,
        domain_name: rules::domain_name(domain_name.as_deref(), offer.kind)?,
        registrant_id: rules::registrant(registrant_id, offer.kind)?,
    };
    refuse_registrant(work, &cart, row.registrant_id).await?;
    if offer.kind == ProductKind::Domain && is_in_cart(work, &row).await? {
        return Err(rules::twice().into());
    }
    let mut count = work.sql();
    count.add("SELECT count(*) AS n FROM cart_item WHERE cart_id = ?", [cart_id.into()]);
    let lines = count.one::<Number>(work.conn()).await?.map_or(0, |count| count.n);
    if usize::try_from(lines).is_ok_and(|lines| lines >= rules::MAX_LINES) {
        return Err(Refusal::invalid("cartId", "has a hundred lines, the most that a cart holds").into());
    }
    sql::insert::<cart_item::Entity>(work.conn(), &[row]).await?;
    work.record("addCartItem", Some(grant), Some(cart_id.into()));
    Ok(cart)
}

/// What is to be changed of a line; what is absent stays.
#[derive(Debug, Clone)]
pub struct UpdateCartItem {
    /// Of which cart.
    pub cart_id: CartId,
    /// Which line.
    pub item_id: CartItemId,
    /// For how long.
    pub term_months: Option<i32>,
    /// How many.
    pub quantity: Option<i32>,
    /// To whom the domain is registered: a contact of the partner's.
    pub registrant_id: Patch<ContactId>,
}

/// Changes a line. Source: S4.5.
/// # Errors
/// As for adding one.
pub async fn update_cart_item(work: &mut Work, command: UpdateCartItem) -> Result<cart::Model, Error> {
    let UpdateCartItem { cart_id, item_id, term_months, quantity, registrant_id } = command;
    let Permit { row: cart, grant, .. } = permit::<ManageCart>(work, cart_id).await?;
    refuse_closed(&cart)?;
    let mut sql = work.sql();
    sql.add("SELECT * FROM cart_item WHERE id = ? AND cart_id = ?", [item_id.into(), cart_id.into()]);
    let item: cart_item::Model = sql.one(work.conn()).await?.ok_or_else(no_such_item)?;
    let offer = offer(work, &cart, item.plan_id, Some(term_months.unwrap_or(item.term_months))).await?;
    let quantity = rules::quantity(quantity.unwrap_or(item.quantity), offer.kind)?;
    let registrant_id = rules::registrant(registrant_id.or(item.registrant_id), offer.kind)?;
    refuse_registrant(work, &cart, registrant_id.filter(|id| Some(*id) != item.registrant_id)).await?;
    let mut sql = work.sql();
    sql.add(
        "UPDATE cart_item SET term_months = ?, quantity = ?, registrant_id = ? WHERE id = ?",
        [offer.term_months.into(), quantity.into(), registrant_id.into(), item_id.into()],
    );
    sql.execute(work.conn()).await?;
    work.record("updateCartItem", Some(grant), Some(cart_id.into()));
    Ok(cart)
}

/// Takes a line out.
pub async fn remove_cart_item(work: &mut Work, cart_id: CartId, item_id: CartItemId) -> Result<cart::Model, Error> {
    let Permit { row: cart, grant, .. } = permit::<ManageCart>(work, cart_id).await?;
    refuse_closed(&cart)?;
    let mut sql = work.sql();
    sql.add("DELETE FROM cart_item WHERE id = ? AND cart_id = ?", [item_id.into(), cart_id.into()]);
    if sql.execute(work.conn()).await? == 0 {
        return Err(no_such_item().into());
    }
    work.record("removeCartItem", Some(grant), Some(cart_id.into()));
    Ok(cart)
}

/// A registrant is a contact that the partner keeps and the actor sees.
async fn refuse_registrant(work: &Work, cart: &cart::Model, id: Option<ContactId>) -> Result<(), Error> {
    let ids: Vec<ContactId> = id.into_iter().collect();
    if usable(work, &[cart.partner_id], &ids).await?.len() < ids.len() {
        return Err(Refusal::absent(["registrantId"]).into());
    }
    Ok(())
}

/// Whether the domain of a line is in its cart.
async fn is_in_cart(work: &Work, row: &cart_item::Model) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT count(*) AS n FROM cart_item i JOIN plan l ON l.id = i.plan_id JOIN offering o ON o.id = l.offering_id
        WHERE i.cart_id = ? AND i.domain_name = ? AND o.kind = 'DOMAIN'",
        [row.cart_id.into(), row.domain_name.clone().into()],
    );
    Ok(sql.one::<Number>(work.conn()).await?.is_some_and(|count| count.n > 0))
}

fn no_such_item() -> Refusal {
    Refusal::absent(["itemId"])
}

/// A cart is open, or nothing of it changes.
pub(super) fn refuse_closed(cart: &cart::Model) -> Result<(), Error> {
    match cart.status {
        CartStatus::Open => Ok(()),
        CartStatus::Sent => refuse(Code::CartClosed, "The cart is with the client: recall it first."),
        CartStatus::PendingPayment => {
            refuse(Code::CartClosed, "The cart is checked out, and its payment is not known yet.")
        }
        CartStatus::Completed => refuse(Code::CartClosed, "The cart is completed."),
        CartStatus::Abandoned => refuse(Code::CartClosed, "The cart was abandoned."),
    }
}

#[derive(FromQueryResult)]
struct InCurrency {
    currency: String,
}

/// What the catalogue says of a line in the cart's currency: the client's, the partner's until the record is connected.
async fn offer(work: &Work, cart: &cart::Model, plan_id: PlanId, term_months: Option<i32>) -> Result<Offer, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT coalesce(h.currency, p.currency) AS currency FROM client k JOIN account p ON p.id = k.partner_id
        LEFT JOIN account h ON h.id = k.account_id WHERE k.id = ?",
        [cart.client_id.into()],
    );
    let found: Option<InCurrency> = sql.one(work.conn()).await?;
    let currency = Currency::parse(&found.ok_or_else(|| Error::fault("a cart without its client"))?.currency)?;
    let wanted = Wanted { plan_id, term_months, currency: currency.code(), partner_id: None, account_id: None };
    let on = local_date(work.now(), work.settings().seller.time_zone);
    let offer = offers(work.conn(), &[wanted], on).await?.into_iter().next().flatten();
    let offer = offer.ok_or_else(|| Refusal::absent(["planId"]))?;
    offer.price(currency)?;
    Ok(offer)
}
