//! One attempt to take money. Its id is the idempotency key at the gateway.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, InvoiceId, OrderId, PaymentId, PaymentMethodId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentStatus {
    Pending,
    Succeeded,
    Declined,
    Unknown,
    Refunded,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    pub account_id: AccountId,
    pub invoice_id: Option<InvoiceId>,
    pub order_id: Option<OrderId>,
    pub payment_method_id: Option<PaymentMethodId>,
    pub amount_minor: i64,
    pub currency: String,
    pub status: PaymentStatus,
    pub failure_code: Option<String>,
    pub gateway_reference: Option<String>,
    /// Where the customer confirms it, while it waits for that.
    pub action_url: Option<String>,
    pub attempted_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
