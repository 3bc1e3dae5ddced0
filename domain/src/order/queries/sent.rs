//! What is read of carts that were sent to their clients.

use entities::cart;
use entities::id::{InvitationId, OrderId};
use entities::mailed_token::MailedTokenKind;
use sea_orm::FromQueryResult;

use super::super::basket::baskets;
use crate::account::queries::mailed_link;
use crate::error::Error;
use crate::money::Money;
use crate::permission::visible;
use crate::store::Reader;

/// The cart that a mailed link leads to, as long as it is with the client or was completed by it; none for any other link.
/// # Errors
/// `Storage`.
pub async fn sent_cart(reader: &Reader, token: &str) -> Result<Option<cart::Model>, Error> {
    let link = match mailed_link(reader, token).await {
        Ok(link) => link,
        Err(Error::Refused(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(id) = link.subject_id.filter(|_| link.kind == MailedTokenKind::Cart) else { return Ok(None) };
    let mut sql = reader.sql();
    sql.add(
        "SELECT * FROM cart WHERE id = ? AND sent_at IS NOT NULL AND status IN ('SENT', 'PENDING_PAYMENT', 'COMPLETED')",
        [id.into()],
    );
    Ok(sql.one(reader.conn()).await?)
}

/// What a client is asked after it has paid a cart whose sender has no access to its account.
#[derive(Debug, FromQueryResult)]
pub struct AccessAsked {
    /// The request that waits for its answer; none where the client has offered access itself.
    pub invitation_id: Option<InvitationId>,
}

/// Whether this paid order leaves its sender without access. Source: S4.19.
/// # Errors
/// `Storage`.
pub async fn access_asked(reader: &Reader, order_id: OrderId) -> Result<Option<AccessAsked>, Error> {
    let now = reader.now();
    let mut sql = reader.sql();
    sql.add(
        "SELECT (SELECT i.id FROM invitation i WHERE i.partner_id = c.partner_id AND i.client_account_id = o.holder_id
            AND i.direction = 'PARTNER_TO_CLIENT' AND i.status = 'PENDING' AND i.expires_at > ?) AS invitation_id
        FROM \"order\" o JOIN cart c ON c.id = o.cart_id
        WHERE o.id = ? AND o.method = 'SEND_TO_CLIENT' AND o.status = 'PAID' AND NOT EXISTS (
            SELECT 1 FROM partnership s WHERE s.partner_id = c.partner_id AND s.client_account_id = o.holder_id
                AND s.status <> 'ENDED' AND (s.expires_at IS NULL OR s.expires_at > ?)) AND ",
        [now.into(), order_id.into(), now.into()],
    );
    visible::orders(&mut sql, reader.viewer(), "o");
    Ok(sql.one(reader.conn()).await?)
}

/// What the page behind the link of a cart shows.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The cart.
    pub cart: cart::Model,
    /// Who has filled it.
    pub partner: String,
    /// BCP 47: the language of somebody who has none yet.
    pub locale: String,
    /// What is in it.
    pub lines: Vec<OpenedLine>,
    /// To the client, as of now.
    pub tax: Money,
    /// With tax.
    pub total: Money,
}

/// One line of it.
#[derive(Debug, Clone)]
pub struct OpenedLine {
    /// Offering and plan.
    pub name: String,
    /// So many.
    pub quantity: i32,
    /// For how long.
    pub term_months: i32,
    /// The public net price of all of them.
    pub price: Money,
}

/// The cart behind a link as its page shows it; none where the link opens nothing.
/// # Errors
/// `TERM_NOT_OFFERED` and `CURRENCY_MISMATCH` for what is sold no longer.
pub async fn opened(reader: &Reader, token: &str) -> Result<Option<Opened>, Error> {
    let Some(cart) = sent_cart(reader, token).await? else { return Ok(None) };
    let mut found = baskets(reader.conn(), reader.settings(), reader.now(), std::slice::from_ref(&cart), "").await?;
    let Some(basket) = found.remove(&cart.id) else { return Ok(None) };
    let priced = basket.shown(reader.settings(), reader.now(), basket.client_terms())?;
    let lines = basket.lines.iter().zip(&priced.lines).map(|(line, priced)| OpenedLine {
        name: format!("{} {}", line.offer.offering_name, line.offer.plan_name),
        quantity: line.item.quantity,
        term_months: line.item.term_months,
        price: priced.amounts.public_price,
    });
    Ok(Some(Opened {
        lines: lines.collect(),
        cart,
        partner: basket.partner.name,
        locale: basket.partner.locale,
        tax: priced.totals.tax,
        total: priced.totals.total,
    }))
}
