//! Placing an order of an account, without a cart of its own.

use std::collections::HashSet;

use entities::id::{AccountId, ContactId, PaymentMethodId, PlanId};
use entities::offering::ProductKind;
use entities::order::CheckoutMethod;
use entities::{account, cart, partnership};
use serde::Serialize;

use super::checkout::Placed;
use crate::actor::Actor;
use crate::affiliate::commands::first_order_of;
use crate::billing::rules::{Benefit, BillingFacts, OrderedBy, Party, billing_terms};
use crate::billing::{Collected, Paying, collect};
use crate::calendar::local_date;
use crate::catalogue::queries::{Offer, Wanted, offers};
use crate::contact::queries::usable;
use crate::error::{Code, Error, Refusal, refuse};
use crate::idempotency::{self, Seen};
use crate::money::Currency;
use crate::order::actions::OrderFor;
use crate::order::place::{Article, Placing, place};
use crate::order::rules::{self, MAX_LINES, Piece, managing, method_of, partnership_facts, price, refusal_of};
use crate::permission::{Permit, permit};
use crate::store::{Statements, Store};
use crate::work::Work;

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
    /// To whom the domain is registered, where that is not its holder: a contact of the account's, or of who orders for it.
    pub registrant_id: Option<ContactId>,
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
    let through = grant.partnership_id.and_then(|id| partnerships.iter().find(|row| row.id == id));
    let (partnership, ordered_by) = match through {
        Some(row) => (Some(row), OrderedBy::PartnerForClient(method_of(row))),
        None => (managing(&partnerships), OrderedBy::Account),
    };
    let placed_from_id = through.map_or(account.id, |row| row.partner_id);
    refuse_registrants(work, &[account.id, placed_from_id], &command.items).await?;
    let ordering = Ordering {
        ordered_by,
        account: &account,
        partnership,
        placed_from_id,
        cart: None,
        items: &command.items,
        payment_method_id: command.payment_method_id,
    };
    let (placed, paying) = place_ordering(work, ordering).await?;
    work.record("placeOrder", Some(grant), Some(placed.order_id.into()));
    idempotency::remember(work, key, &placed)?;
    Ok((placed, paying))
}

/// Registrants are contacts that one of these accounts keeps and the actor sees.
async fn refuse_registrants(work: &Work, accounts: &[AccountId], items: &[OrderItem]) -> Result<(), Error> {
    let ids: Vec<ContactId> = items.iter().filter_map(|item| item.registrant_id).collect();
    let usable = usable(work, accounts, &ids).await?;
    let strange = items.iter().position(|item| item.registrant_id.is_some_and(|id| !usable.contains(&id)));
    match strange {
        Some(at) => Err(Refusal::absent(["items".to_owned(), at.to_string(), "registrantId".to_owned()]).into()),
        None => Ok(()),
    }
}

/// Those with partners of this account, held against a change of the payer.
pub(super) async fn active_partnerships(work: &Work, account_id: AccountId) -> Result<Vec<partnership::Model>, Error> {
    let mut sql = work.sql();
    sql.add(
        "SELECT * FROM partnership WHERE client_account_id = ? AND status = 'ACTIVE' AND (expires_at IS NULL OR expires_at > ?)
        ORDER BY id /for share/",
        [account_id.into(), work.now().into()],
    );
    Ok(sql.all(work.conn()).await?)
}

/// An order of an account: its own, of a partner for it, or what a partner has sent it.
pub(super) struct Ordering<'a> {
    pub(super) ordered_by: OrderedBy,
    pub(super) account: &'a account::Model,
    /// The one that looks after what is ordered, or through which it is.
    pub(super) partnership: Option<&'a partnership::Model>,
    pub(super) placed_from_id: AccountId,
    /// What was sent.
    pub(super) cart: Option<&'a cart::Model>,
    pub(super) items: &'a [OrderItem],
    pub(super) payment_method_id: Option<PaymentMethodId>,
}

/// Prices it, at today's prices in the account's currency, and places it.
pub(super) async fn place_ordering(work: &mut Work, ordering: Ordering<'_>) -> Result<(Placed, Paying), Error> {
    let Ordering { ordered_by, account, partnership, items, .. } = ordering;
    let referral = match ordered_by {
        OrderedBy::Account => first_order_of(work, account.id).await?,
        OrderedBy::PartnerForClient(_) | OrderedBy::PartnerRenewsForClient | OrderedBy::Automatic(_) => None,
    };
    let facts = BillingFacts {
        ordered_by,
        partnership: partnership.map(partnership_facts),
        is_account_partner: account.programme_id.is_some(),
        is_referred_first_order: referral.is_some(),
    };
    let terms = billing_terms(facts).map_err(refusal_of)?;
    let partner = match (terms.billed_to, partnership) {
        (Party::Partner, Some(row)) => Some(account_of(work, row.partner_id).await?),
        (Party::Partner | Party::Account, _) => None,
    };
    let payer = partner.as_ref().unwrap_or(account);
    if ordering.placed_from_id != account.id && payer.id == account.id && ordering.payment_method_id.is_some() {
        let message = "is the client's own affair: its default is charged";
        return Err(Refusal::invalid("paymentMethodId", message).into());
    }
    let currency = Currency::parse(&account.currency)?;
    if payer.currency != account.currency {
        return refuse(Code::CurrencyMismatch, "The partner pays in another currency.");
    }
    let on = local_date(work.now(), work.settings().seller.time_zone);
    let wanted: Vec<Wanted> = items
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
    let (articles, mut pieces) = lines(items, offers, currency)?;
    for piece in &mut pieces {
        piece.affiliate_rate = Some(work.settings().affiliate.commission);
    }
    let tax = work.settings().tax_of(payer, on)?;
    let placing = Placing {
        ordered_by,
        terms,
        placed_from_id: ordering.placed_from_id,
        payer,
        holder: account,
        partnership,
        method: ordering.cart.map(|_| CheckoutMethod::SendToClient),
        client_id: ordering.cart.map(|cart| cart.client_id),
        referral: referral.filter(|_| terms.benefit == Benefit::Commission),
        cart_id: ordering.cart.map(|cart| cart.id),
        payment_method_id: ordering.payment_method_id,
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
    let mut domains = HashSet::new();
    for (at, (item, offer)) in items.iter().zip(offers).enumerate() {
        let path = |refusal: Refusal| refusal.within(["items".to_owned(), at.to_string()]);
        let offer = offer.ok_or_else(|| Refusal::absent(["planId"])).map_err(path)?;
        let quantity = rules::quantity(item.quantity, offer.kind).map_err(path)?;
        pieces.push(Piece {
            unit_price: offer.price(currency).map_err(path)?,
            quantity,
            partner_rate: offer.partner_rate()?,
            account_rate: offer.account_rate()?,
            affiliate_rate: None,
        });
        let domain_name = rules::domain_name(item.domain_name.as_deref(), offer.kind).map_err(path)?;
        if offer.kind == ProductKind::Domain && !domains.insert(domain_name.clone()) {
            return Err(path(rules::twice()).into());
        }
        articles.push(Article {
            plan_id: offer.plan_id,
            term_months: offer.term_months,
            quantity,
            domain_name,
            registrant_id: rules::registrant(item.registrant_id, offer.kind).map_err(path)?,
            name: format!("{} {}", offer.offering_name, offer.plan_name),
        });
    }
    Ok((articles, pieces))
}
