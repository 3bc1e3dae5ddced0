//! Carts, orders and their parts as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    cart(CartId) by visible::clients;
    cart_item(CartItemId) by visible::cart_items;
    order(OrderId) by visible::orders;
    order_line(OrderLineId) by visible::order_lines;
}
