//! What a wallet earned in a month, and what became of it; amounts with the sign that they have in the wallet.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, CashbackStatementId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "cashback_statement")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CashbackStatementId,
    pub account_id: AccountId,
    pub currency: String,
    /// Its first day, in the seller's time zone.
    pub month: Date,
    pub opening_minor: i64,
    pub earned_minor: i64,
    pub reversed_minor: i64,
    pub spent_minor: i64,
    pub paid_out_minor: i64,
    pub closing_minor: i64,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
