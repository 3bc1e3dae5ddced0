//! What the public can ask about the catalogue.

use super::loader::Offerings;
use super::object::{Offering, OfferingConnection};
use crate::connection::lists;
use crate::programme::object::ProductKind;

lists! {
    /// The catalogue. Public.
    #[derive(Default)]
    CatalogueQuery of () {
        /// The catalogue. Public.
        offerings(kind: Option<ProductKind>) -> OfferingConnection = Offerings { kind: kind.map(Into::into) } => Offering;
    }
}
