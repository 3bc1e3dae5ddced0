//! What is asked leave for about an account.

use crate::permission::{Target, actions};

actions! {
    /// To change its country, VAT id and billing address.
    UpdateTaxData on account "/for update/" needs ManageBilling by Member: |row| Target::account(row.id);
    /// To change its name, language and time zone.
    UpdateAccountData on account "/for update/" needs Admin by Member: |row| Target::account(row.id);
}
