//! A token that was mailed, by its hash; single use, by the product's clock.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{MailedTokenId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailedTokenKind {
    VerifyEmail,
    ResetPassword,
    ClaimAccount,
    Join,
    Contribute,
    Cart,
    Access,
    Transfer,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "mailed_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MailedTokenId,
    pub kind: MailedTokenKind,
    pub token_hash: String,
    pub user_id: Option<UserId>,
    pub email: String,
    pub subject_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
    pub used_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
