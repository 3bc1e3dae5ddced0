//! A line of an invoice; who earns on it, and how much, is decided when it is issued.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, InvoiceId, InvoiceLineId, PartnershipId, PlanId, ProductId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "invoice_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: InvoiceLineId,
    pub invoice_id: InvoiceId,
    pub position: i32,
    pub description: String,
    pub plan_id: Option<PlanId>,
    pub product_id: Option<ProductId>,
    pub period_start: Option<Date>,
    pub period_end: Option<Date>,
    pub quantity: i32,
    pub public_price_minor: i64,
    pub discount_minor: i64,
    pub net_minor: i64,
    pub tax_category: String,
    pub tax_rate_bps: i32,
    pub tax_minor: i64,
    pub rate_bps: Option<i32>,
    pub partnership_id: Option<PartnershipId>,
    pub partner_id: Option<AccountId>,
    pub cashback_minor: i64,
    pub corrected_line_id: Option<InvoiceLineId>,
    pub credited_net_minor: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
