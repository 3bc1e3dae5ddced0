//! What is asked leave for about plans.

use crate::permission::{Target, actions};

actions! {
    /// To change the plan or the term of a product.
    ChangePlan on product needs Purchase by Any: |row| Target::product(row.account_id, row.id);
}
