//! What is asked leave for on the way to the provider's support.

use crate::permission::{Target, actions};

actions! {
    /// To ask about an account. With chosen products a partnership carries questions about those, and none about the account.
    AskAboutAccount on account needs ContactSupport by Any: |row| Target::account(row.id);
    /// To ask about a product.
    AskAboutProduct on product needs ContactSupport by Any: |row| Target::product(row.account_id, row.id);
}
