//! Carts and orders as rows that permits are given for, and their parts as rows that are loaded by id.

use chrono::{DateTime, Utc};
use entities::id::{CartId, CartItemId, OrderId, OrderLineId};
use entities::{cart, cart_item, order, order_line};

use crate::actor::Actor;
use crate::permission::{Subject, rows, visible};
use crate::sql::Sql;

rows!(cart, cart_item, order, order_line);

impl Subject for cart::Model {
    type Id = CartId;
    const TABLE: &'static str = "cart";

    /// A cart is its partner's, as the client record is.
    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::clients(sql, actor, alias);
    }
}

impl Subject for cart_item::Model {
    type Id = CartItemId;
    const TABLE: &'static str = "cart_item";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        sql.push(&format!("EXISTS (SELECT 1 FROM cart w WHERE w.id = {alias}.cart_id AND "));
        visible::clients(sql, actor, "w");
        sql.push(")");
    }
}

impl Subject for order::Model {
    type Id = OrderId;
    const TABLE: &'static str = "\"order\"";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::orders(sql, actor, alias);
    }
}

impl Subject for order_line::Model {
    type Id = OrderLineId;
    const TABLE: &'static str = "order_line";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        sql.push(&format!("EXISTS (SELECT 1 FROM \"order\" w WHERE w.id = {alias}.order_id AND "));
        visible::orders(sql, actor, "w");
        sql.push(")");
    }
}
