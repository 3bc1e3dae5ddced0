//! What a partner has coming from one paid invoice line.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, CashbackId, InvoiceLineId, ProductId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "cashback")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CashbackId,
    pub invoice_line_id: InvoiceLineId,
    pub partner_id: AccountId,
    pub product_id: Option<ProductId>,
    pub client_account_id: AccountId,
    pub currency: String,
    pub amount_minor: i64,
    pub reversed_minor: i64,
    pub credited_at: DateTimeUtc,
    pub available_at: DateTimeUtc,
    pub released_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
