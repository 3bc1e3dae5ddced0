//! A mail to one person about one event.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, NotificationId, UserId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub kind: String,
    pub subject_id: Uuid,
    pub step: i32,
    pub recipient: String,
    pub user_id: Option<UserId>,
    pub account_id: Option<AccountId>,
    pub required: i32,
    pub written_by_id: Option<AccountId>,
    pub locale: String,
    pub data: Json,
    pub created_at: DateTimeUtc,
    pub sent_at: Option<DateTimeUtc>,
    pub failed_at: Option<DateTimeUtc>,
    pub last_error: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
