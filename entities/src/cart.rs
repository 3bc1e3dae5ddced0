//! A partner's cart for one of its client records.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, CartId, ClientId, OrderId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CartStatus {
    Open,
    Sent,
    PendingPayment,
    Completed,
    Abandoned,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "cart")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CartId,
    pub client_id: ClientId,
    pub partner_id: AccountId,
    pub status: CartStatus,
    pub order_id: Option<OrderId>,
    pub message: Option<String>,
    pub created_by_id: UserId,
    pub created_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
    pub times_sent: i32,
    /// Of one that is sent and was not called to mind yet: when it is.
    pub remind_at: Option<DateTimeUtc>,
    /// Of one that is sent: when it is given up.
    pub abandon_at: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
