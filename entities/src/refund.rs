//! Money that goes back to a payer for a credit note: by the payment that it came with, or into the wallet that it came from.
//! Its id is the idempotency key at the gateway.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, InvoiceId, PaymentId, RefundId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefundStatus {
    Pending,
    Succeeded,
    Declined,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RefundId,
    pub account_id: AccountId,
    /// The credit note that it is for.
    pub credit_note_id: InvoiceId,
    /// The invoice that was paid.
    pub invoice_id: InvoiceId,
    /// By what; none: out of the wallet.
    pub payment_id: Option<PaymentId>,
    pub amount_minor: i64,
    pub currency: String,
    pub status: RefundStatus,
    pub failure_code: Option<String>,
    pub gateway_reference: Option<String>,
    pub asked_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
