//! What is asked leave for on the way to being an affiliate.

use crate::permission::{Target, actions};

actions! {
    /// To become an affiliate.
    EnrolAffiliate on account "/for update/" needs Admin by Member: |row| Target::account(row.id);
}
