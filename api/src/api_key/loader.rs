//! Keys of accounts, one statement a level.

use domain::api_key::queries;
use entities::api_key;
use entities::id::AccountId;

use crate::loader::loaders;

loaders! {
    /// The keys of an account.
    KeysOf(AccountId) -> Vec<api_key::Model> = queries::of_accounts;
}
