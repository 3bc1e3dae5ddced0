//! Transfers of products, and what they offer: one statement a level.

use domain::transfer::queries::{Offered, of_products, offered};
use entities::id::{ProductId, TransferId};
use entities::transfer;

use crate::loader::loaders;

loaders! {
    /// The last transfer of a product that the viewer sees.
    TransferOf(ProductId) -> transfer::Model = of_products;
    /// What a transfer offers.
    OfferedBy(TransferId) -> Offered = offered;
}
