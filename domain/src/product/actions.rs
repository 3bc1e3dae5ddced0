//! What is asked leave for about a product.

use crate::permission::{Target, actions};

actions! {
    /// To rename a product: its content, which editors may change, too. Source: S1.5.
    LabelProduct on product needs ManageProducts by Content: |row| Target::product(row.account_id, row.id);
    /// To let a product end with its period.
    StopAtPeriodEnd on product needs ManageProducts by Any: |row| Target::product(row.account_id, row.id);
    /// To end it at once.
    CancelAtOnce on product needs ManageProducts by Member: |row| Target::product(row.account_id, row.id);
    /// To say whether a product renews, and for how long: what its holder will pay for.
    SetRenewal on product needs Purchase by Any: |row| Target::product(row.account_id, row.id);
}
