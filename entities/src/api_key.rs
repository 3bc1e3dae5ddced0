//! What a program signs in with, by its hash: acts for one account. `permissions` are bits of `Permission`; what the key carries is
//! never more than what its creator still holds there.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ApiKeyId, PartnershipId, UserId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    pub account_id: AccountId,
    pub created_by_id: UserId,
    pub name: String,
    pub permissions: i32,
    pub secret_hash: String,
    /// The partnership through which its creator made it: it ends with that.
    pub granted_through_id: Option<PartnershipId>,
    pub created_at: DateTimeUtc,
    pub expires_at: Option<DateTimeUtc>,
    pub last_used_at: Option<DateTimeUtc>,
    pub revoked_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
