//! An offer to hand a product over to whoever has an address, and what came of it.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, PlanId, ProductId, TransferId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TransferStatus {
    Pending,
    Accepted,
    Declined,
    Cancelled,
    Expired,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "transfer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TransferId,
    pub product_id: ProductId,
    /// As the product was called when it was offered: what its new holder calls it is not the former one's to know.
    pub label: String,
    pub plan_id: PlanId,
    pub from_id: AccountId,
    pub to_email: String,
    pub to_id: Option<AccountId>,
    pub status: TransferStatus,
    pub stay_as_contributor: bool,
    pub offered_by_id: UserId,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub answered_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
