//! What is done with carts, and how orders are placed.

mod cart;
mod checkout;

pub use cart::{AddCartItem, UpdateCartItem, add_cart_item, create_cart, remove_cart_item, update_cart_item};
pub use checkout::{CheckoutCart, OrderItem, PlaceOrder, Placed, checkout_cart, place_order};
