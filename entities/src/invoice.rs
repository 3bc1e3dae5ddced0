//! An invoice, or a credit note. Immutable once issued, but for what is paid and credited.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, InvoiceId, OrderId, RenewalRunId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceKind {
    Order,
    Renewal,
    CreditNote,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceStatus {
    Open,
    Paid,
    Uncollectible,
    Credited,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "invoice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvoiceId,
    pub series: String,
    pub year: i32,
    pub sequence: i32,
    pub number: String,
    pub kind: InvoiceKind,
    pub status: InvoiceStatus,
    pub billed_to_id: AccountId,
    /// As of issue, in JSON; here and in the database plain text, since a list of invoices reads it and hardly ever looks into it.
    pub buyer: String,
    /// The same.
    pub seller: String,
    pub currency: String,
    pub issued_at: DateTimeUtc,
    pub issued_on: Date,
    pub due_on: Date,
    pub paid_at: Option<DateTimeUtc>,
    pub order_id: Option<OrderId>,
    pub renewal_run_id: Option<RenewalRunId>,
    pub corrects_id: Option<InvoiceId>,
    /// Why a credit note was issued, as staff wrote it.
    pub reason: Option<String>,
    pub subtotal_minor: i64,
    pub discount_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
    pub paid_minor: i64,
    pub credited_minor: i64,
    pub first_declined_at: Option<DateTimeUtc>,
    pub attempts: i32,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
