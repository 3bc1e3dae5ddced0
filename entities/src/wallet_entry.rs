//! A movement in a wallet. Append-only.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ClientId, InvoiceLineId, ProductId, WalletEntryId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WalletEntryKind {
    Cashback,
    CashbackReversal,
    Referral,
    Payout,
    Spent,
    Adjustment,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "wallet_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WalletEntryId,
    pub account_id: AccountId,
    pub currency: String,
    pub kind: WalletEntryKind,
    pub amount_minor: i64,
    pub public_price_minor: Option<i64>,
    pub rate_bps: Option<i32>,
    pub invoice_line_id: Option<InvoiceLineId>,
    pub product_id: Option<ProductId>,
    pub client_id: Option<ClientId>,
    pub created_at: DateTimeUtc,
    pub available_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
