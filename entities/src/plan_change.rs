//! Another plan or term of a product from a day on: decided with its order, done when that is paid.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{InvoiceLineId, OrderId, PlanChangeId, PlanId, ProductId, ProductPeriodId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlanChangeStatus {
    Pending,
    Done,
    Failed,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "plan_change")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PlanChangeId,
    pub order_id: OrderId,
    pub product_id: ProductId,
    pub status: PlanChangeStatus,
    pub plan_id: PlanId,
    pub term_months: i32,
    /// The term that ends with it.
    pub period_id: Option<ProductPeriodId>,
    /// The line that has paid for that term, as far as something of it is credited.
    pub corrected_line_id: Option<InvoiceLineId>,
    /// What is credited of it, positive; the tax is what the corrected invoice gives back.
    pub credited_public_price_minor: i64,
    pub credited_discount_minor: i64,
    pub credited_net_minor: i64,
    pub credited_tax_minor: i64,
    pub credited_cashback_minor: i64,
    /// Whether the credit stands on one document with the charge: both are the same payer's.
    pub is_one_document: bool,
    pub period_start: Date,
    pub period_end: Date,
    pub anchor_on: Date,
    pub anchor_months: i32,
    pub created_at: DateTimeUtc,
    pub settled_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
