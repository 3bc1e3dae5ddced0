//! Products as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    product(ProductId) by visible::products;
}
