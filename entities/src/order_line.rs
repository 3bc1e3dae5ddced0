//! A line of an order; D is either its discount or its cashback.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, OrderId, OrderLineId, PlanId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLineId,
    pub order_id: OrderId,
    pub position: i32,
    pub plan_id: PlanId,
    pub term_months: i32,
    pub quantity: i32,
    pub domain_name: Option<String>,
    pub public_price_minor: i64,
    pub discount_minor: i64,
    pub net_minor: i64,
    pub rate_bps: Option<i32>,
    pub partner_id: Option<AccountId>,
    pub cashback_minor: i64,
    pub tax_category: String,
    pub tax_rate_bps: i32,
    pub tax_minor: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
