//! What hangs on accounts, one statement a level.

use domain::Reader;
use domain::account::queries;
use domain::page::ById;
use domain::permission::Permissions;
use entities::id::AccountId;
use entities::membership;
use uuid::Uuid;

use crate::list::{Counts, List, Pages};
use crate::loader::loaders;

loaders! {
    /// What the viewer may do in an account, all ways together.
    Held(AccountId) -> Permissions = queries::held;
    /// Who owns an account.
    OwnerOf(AccountId) -> membership::Model = queries::owners;
}

/// The memberships of an account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Members;

impl List for Members {
    type Parent = AccountId;
    type Row = membership::Model;
    type Key = Uuid;

    fn key(row: &membership::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, accounts: &[AccountId], page: &ById) -> Pages<Self> {
        queries::members(reader, accounts, page).await
    }

    async fn counts(&self, reader: &Reader, accounts: &[AccountId]) -> Counts<Self> {
        queries::count_members(reader, accounts).await
    }
}
