//! One term of a product, as invoiced (or free): at most one that is not wholly credited.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{InvoiceLineId, ProductId, ProductPeriodId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "product_period")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductPeriodId,
    pub product_id: ProductId,
    pub period_start: Date,
    pub period_end: Date,
    pub term_months: i32,
    pub invoice_line_id: Option<InvoiceLineId>,
    pub paid_at: Option<DateTimeUtc>,
    pub credited_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
