//! An offer of membership to an address, until it is accepted, taken back, or too old.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ApiKeyId, MemberInvitationId, PartnershipId, UserId};
use crate::membership::Role;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MemberInvitationStatus {
    Pending,
    Accepted,
    Withdrawn,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "member_invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberInvitationId,
    pub account_id: AccountId,
    pub email: String,
    pub role: Role,
    pub permissions: i32,
    pub status: MemberInvitationStatus,
    pub invited_by_id: UserId,
    /// The key that its sender used, if it was one.
    pub api_key_id: Option<ApiKeyId>,
    /// The partnership through which its sender acted: what it leads to ends with that.
    pub granted_through_id: Option<PartnershipId>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub answered_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
