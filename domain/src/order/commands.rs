//! What is done with carts, and how orders are placed.

mod by_link;
mod cart;
mod checkout;
mod complete;
mod own;
mod send;

pub use by_link::{Bought, BuyByLink, Buyer, BuyerAccount, buy_by_link};
pub use cart::{AddCartItem, UpdateCartItem, add_cart_item, create_cart, remove_cart_item, update_cart_item};
pub use checkout::{CheckoutCart, Placed, checkout_cart};
pub use complete::{CompleteSentCart, complete_sent_cart};
pub use own::{OrderItem, PlaceOrder, place_order};
pub use send::{SendCart, age_carts, recall_cart, send_cart};
