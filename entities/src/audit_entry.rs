//! Who did what, for whom, with what result. Append-only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ApiKeyId, AuditEntryId, PartnershipId, UserId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    pub occurred_at: DateTimeUtc,
    pub actor_id: Option<UserId>,
    /// One of the provider's staff, not as a member of anything.
    pub by_staff: bool,
    /// The account on whose behalf the actor acted, when not their own.
    pub acting_for_id: Option<AccountId>,
    /// As whose member they did that.
    pub acted_from_id: Option<AccountId>,
    pub partnership_id: Option<PartnershipId>,
    pub operation: String,
    /// The account that was acted on.
    pub account_id: Option<AccountId>,
    pub subject_type: Option<String>,
    pub subject_id: Option<Uuid>,
    /// The key that the actor used, if it was one.
    pub api_key_id: Option<ApiKeyId>,
    /// `DONE`, or the code of the refusal.
    pub outcome: String,
    pub ip: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
