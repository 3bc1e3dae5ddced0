//! Carts with all that their figures depend on, read in sets: five statements, for any number of carts.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, CartId, ClientId};
use entities::order::CheckoutMethod;
use entities::{account, cart, cart_item, client, partnership};
use sea_orm::ConnectionTrait;

use super::rules::{Piece, Priced, needs_registrant, partnership_facts, price};
use crate::billing::rules::{Benefit, BillingFacts, NotOffered, OrderedBy, Party, Terms, billing_terms};
use crate::calendar::local_date;
use crate::catalogue::queries::{Offer, Wanted, offers};
use crate::error::{Error, Refusal};
use crate::money::{Currency, Money};
use crate::seller::Settings;
use crate::sql::Sql;

/// A line of a cart with what the catalogue says of it today.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) item: cart_item::Model,
    pub(super) offer: Offer,
}

/// A cart with the two sides that it is between.
#[derive(Debug, Clone)]
pub(super) struct Basket {
    pub(super) client: client::Model,
    pub(super) partner: account::Model,
    /// The client's, once the record is connected.
    pub(super) account: Option<account::Model>,
    /// The one between the two that is active now.
    pub(super) partnership: Option<partnership::Model>,
    pub(super) currency: Currency,
    pub(super) lines: Vec<Line>,
}

/// The baskets of these carts. `lock` holds records and partnerships until a write is committed, so that a change of the payer
/// comes wholly before or wholly after it.
pub(super) async fn baskets(
    conn: &impl ConnectionTrait,
    settings: &Settings,
    now: DateTime<Utc>,
    carts: &[cart::Model],
    lock: &str,
) -> Result<HashMap<CartId, Basket>, Error> {
    if carts.is_empty() {
        return Ok(HashMap::new());
    }
    let new = || Sql::new(conn.get_database_backend());
    let client_ids: Vec<ClientId> = carts.iter().map(|cart| cart.client_id).collect();
    let mut sql = new();
    sql.push("SELECT s.* FROM client k JOIN partnership s ON s.partner_id = k.partner_id AND s.client_account_id = k.account_id WHERE k.id ");
    sql.any(&client_ids)
        .add(" AND s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?) ORDER BY s.id ", [now.into()]);
    sql.push(lock);
    let partnerships: Vec<partnership::Model> = sql.all(conn).await?;
    let mut sql = new();
    sql.push("SELECT * FROM client WHERE id ").any(&client_ids);
    let clients: Vec<client::Model> = sql.all(conn).await?;
    let account_ids: Vec<AccountId> =
        clients.iter().flat_map(|client| [Some(client.partner_id), client.account_id]).flatten().collect();
    let mut sql = new();
    sql.push("SELECT * FROM account WHERE id ").any(&account_ids);
    let accounts: Vec<account::Model> = sql.all(conn).await?;
    let cart_ids: Vec<CartId> = carts.iter().map(|cart| cart.id).collect();
    let mut sql = new();
    sql.push("SELECT * FROM cart_item WHERE cart_id ").any(&cart_ids).push(" ORDER BY cart_id, id");
    let items: Vec<cart_item::Model> = sql.all(conn).await?;

    let clients: HashMap<ClientId, client::Model> = clients.into_iter().map(|row| (row.id, row)).collect();
    let accounts: HashMap<AccountId, account::Model> = accounts.into_iter().map(|row| (row.id, row)).collect();
    let mut baskets = HashMap::with_capacity(carts.len());
    for cart in carts {
        let client = clients.get(&cart.client_id).ok_or_else(|| Error::fault("a cart without its client"))?.clone();
        let partner = accounts.get(&cart.partner_id).ok_or_else(|| Error::fault("a cart without its partner"))?.clone();
        let account = client.account_id.and_then(|id| accounts.get(&id)).cloned();
        let partnership = partnerships
            .iter()
            .find(|row| row.partner_id == partner.id && Some(row.client_account_id) == client.account_id)
            .cloned();
        let currency = Currency::parse(&account.as_ref().unwrap_or(&partner).currency)?;
        baskets.insert(cart.id, Basket { client, partner, account, partnership, currency, lines: Vec::new() });
    }
    fill(conn, settings, now, items, &mut baskets).await?;
    Ok(baskets)
}

async fn fill(
    conn: &impl ConnectionTrait,
    settings: &Settings,
    now: DateTime<Utc>,
    items: Vec<cart_item::Model>,
    baskets: &mut HashMap<CartId, Basket>,
) -> Result<(), Error> {
    let mut wanted = Vec::with_capacity(items.len());
    for item in &items {
        let basket = baskets.get(&item.cart_id).ok_or_else(|| Error::fault("an item without its cart"))?;
        wanted.push(Wanted {
            plan_id: item.plan_id,
            term_months: Some(item.term_months),
            currency: basket.currency.code(),
            partner_id: Some(basket.partner.id),
            account_id: basket.client.account_id,
        });
    }
    let offers = offers(conn, &wanted, local_date(now, settings.seller.time_zone)).await?;
    for (item, offer) in items.into_iter().zip(offers) {
        let offer = offer.ok_or_else(|| Error::fault("an item without its plan"))?;
        if let Some(basket) = baskets.get_mut(&item.cart_id) {
            basket.lines.push(Line { item, offer });
        }
    }
    Ok(())
}

impl Basket {
    /// Whether what is in it may be paid by the partner in its partnership, else the account pays.
    pub(super) fn partner_pays(&self) -> bool {
        self.terms(CheckoutMethod::PartnerCard).is_ok_and(|terms| terms.holder == Party::Account)
    }

    /// The terms of paying for it in this way.
    pub(super) fn terms(&self, method: CheckoutMethod) -> Result<Terms, NotOffered> {
        billing_terms(BillingFacts {
            ordered_by: OrderedBy::PartnerForClient(method),
            partnership: self.partnership.as_ref().map(partnership_facts),
            is_account_partner: self.account.as_ref().is_some_and(|account| account.programme_id.is_some()),
            is_referred_first_order: false,
        })
    }

    /// The terms of its own figures: of the partnership's payer, at the public price where the account pays.
    pub(super) fn own_terms(&self) -> Terms {
        match self.terms(CheckoutMethod::PartnerCard) {
            Ok(terms) if terms.holder == Party::Account => terms,
            _ => Terms { billed_to: Party::Account, benefit: Benefit::None, holder: Party::Account },
        }
    }

    /// The terms of its client's completing it: its own account pays.
    pub(super) fn client_terms(&self) -> Terms {
        let none = Terms { billed_to: Party::Account, benefit: Benefit::None, holder: Party::Account };
        self.terms(CheckoutMethod::SendToClient).unwrap_or(none)
    }

    /// One of its two sides; there is no account before the record is connected.
    pub(super) fn party(&self, party: Party) -> Option<&account::Model> {
        match party {
            Party::Account => self.account.as_ref(),
            Party::Partner => Some(&self.partner),
        }
    }

    /// The first of its lines that is a domain without a registrant that it needs, where this side holds what is ordered.
    pub(super) fn without_registrant(&self, holder: Party) -> Option<usize> {
        self.lines
            .iter()
            .position(|Line { item, offer }| item.registrant_id.is_none() && needs_registrant(offer.kind, holder))
    }

    /// What it costs under these terms, today. The partner's country counts for the tax until there is an account.
    /// # Errors
    /// `CURRENCY_MISMATCH` and `TERM_NOT_OFFERED` for what is sold no longer, with the path of the item.
    pub(super) fn priced(&self, settings: &Settings, now: DateTime<Utc>, terms: Terms) -> Result<Priced, Error> {
        match self.not_sold() {
            Some(refusal) => Err(refusal.into()),
            None => self.shown(settings, now, terms),
        }
    }

    /// The same for whoever looks at it: a line that is sold no longer counts nothing.
    pub(super) fn shown(&self, settings: &Settings, now: DateTime<Utc>, terms: Terms) -> Result<Priced, Error> {
        let payer = self.party(terms.billed_to).unwrap_or(&self.partner);
        let tax = settings.tax_of(payer, local_date(now, settings.seller.time_zone))?;
        Ok(price(terms, self.currency, &self.pieces()?, tax)?)
    }

    /// Why it cannot be had as it stands: the first of its lines whose plan is not sold for its term, or not in its currency.
    pub(super) fn not_sold(&self) -> Option<Refusal> {
        self.lines.iter().enumerate().find_map(|(at, line)| {
            let refusal = line.offer.price(self.currency).err()?;
            Some(refusal.within(["items".to_owned(), at.to_string()]))
        })
    }

    fn pieces(&self) -> Result<Vec<Piece>, Error> {
        let pieces = self.lines.iter().map(|Line { item, offer }| -> Result<Piece, Error> {
            Ok(Piece {
                unit_price: offer.price(self.currency).unwrap_or(Money::zero(self.currency)),
                quantity: item.quantity,
                partner_rate: offer.partner_rate()?,
                account_rate: offer.account_rate()?,
                affiliate_rate: None,
            })
        });
        pieces.collect()
    }
}
