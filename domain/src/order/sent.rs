//! What follows when a client has completed a cart that was sent to it.

use std::collections::HashMap;

use entities::id::{AccountId, CartId, ClientId, InvitationId, OrderId, UserId};
use entities::order::{self, CheckoutMethod};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::error::Error;
use crate::notification::recipients::members_with;
use crate::notification::{MailKind, Notice};
use crate::partnership::commands::{Needed, need_access};
use crate::permission::Permission;
use crate::work::Work;

/// What a client is told with its order: the sender of the cart cannot look after it without access.
#[derive(Debug, Clone)]
pub(crate) struct AccessNeeded {
    /// The request that its answer goes to.
    pub(crate) invitation_id: InvitationId,
    /// The partner's name.
    pub(crate) partner: String,
}

#[derive(FromQueryResult)]
struct Sent {
    order_id: OrderId,
    cart_id: CartId,
    partner_id: AccountId,
    partner: String,
    client_id: ClientId,
    client: String,
    created_by_id: UserId,
    has_access: bool,
}

/// Of these paid orders, those that came from sent carts: the partner is mailed, and without access to the client's account asks for
/// it. Source: S4.15, S4.19.
pub(crate) async fn completed(
    work: &mut Work,
    orders: &[&order::Model],
) -> Result<HashMap<OrderId, AccessNeeded>, Error> {
    let sent: Vec<&order::Model> =
        orders.iter().copied().filter(|order| order.method == Some(CheckoutMethod::SendToClient)).collect();
    if sent.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<OrderId> = sent.iter().map(|order| order.id).collect();
    let mut sql = work.sql();
    sql.add(
        "SELECT o.id AS order_id, c.id AS cart_id, c.partner_id, p.name AS partner, k.id AS client_id, k.name AS client,
            c.created_by_id, EXISTS (
                SELECT 1 FROM partnership s WHERE s.partner_id = c.partner_id AND s.client_account_id = o.holder_id
                    AND s.status <> 'ENDED' AND (s.expires_at IS NULL OR s.expires_at > ?)) AS has_access
        FROM \"order\" o JOIN cart c ON c.id = o.cart_id JOIN client k ON k.id = c.client_id
        JOIN account p ON p.id = c.partner_id WHERE o.id ",
        [work.now().into()],
    );
    sql.any(&ids).push(" ORDER BY o.id");
    let carts: Vec<Sent> = sql.all(work.conn()).await?;
    let partners: Vec<AccountId> = carts.iter().map(|cart| cart.partner_id).collect();
    let members = members_with(work, &partners, Permission::ManageClients).await?;
    let mut needed = HashMap::new();
    for cart in carts {
        let Some(order) = sent.iter().find(|order| order.id == cart.order_id) else { continue };
        let data = json!({ "client": cart.client, "has_access": cart.has_access });
        for member in members.iter().filter(|member| member.member_of.account_id == cart.partner_id) {
            work.notify(Notice {
                kind: MailKind::CartCompleted,
                subject_id: cart.cart_id.into(),
                step: 0,
                recipient: member.recipient.clone(),
                member_of: Some(member.member_of),
                written_by: None,
                data: data.clone(),
            });
        }
        if cart.has_access {
            continue;
        }
        let asked = Needed {
            partner_id: cart.partner_id,
            client_id: cart.client_id,
            client_account_id: order.holder_id,
            asked_by_id: cart.created_by_id,
            ordered_by_id: order.placed_by_id,
        };
        if let Some(invitation_id) = need_access(work, asked).await? {
            needed.insert(order.id, AccessNeeded { invitation_id, partner: cart.partner });
        }
    }
    Ok(needed)
}
