//! What is asked leave for about contributors.

use crate::permission::{Target, actions};

actions! {
    /// To say who contributes to a product. Source: rules §2, MANAGE_PRODUCTS.
    ManageContributors on product needs ManageProducts by Any: |row| Target::product(row.account_id, row.id);
}
