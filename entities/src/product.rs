//! A plan installed in an account for a term that renews.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, ClientId, ContactId, OrderLineId, PartnershipId, PlanId, ProductId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProductStatus {
    PendingPayment,
    Free,
    Active,
    PastDue,
    Suspended,
    Expired,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RenewalBilling {
    Account,
    Partnership,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "product")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProductId,
    pub account_id: AccountId,
    pub plan_id: PlanId,
    pub client_id: Option<ClientId>,
    pub order_line_id: Option<OrderLineId>,
    pub status: ProductStatus,
    pub label: String,
    pub domain_name: Option<String>,
    pub registrant_id: Option<ContactId>,
    pub term_months: i32,
    /// The plan from the next renewal on, where another one is wanted.
    pub next_plan_id: Option<PlanId>,
    pub currency: String,
    pub started_on: Date,
    pub anchor_on: Date,
    pub anchor_months: i32,
    pub renews_on: Date,
    pub renews_at: DateTimeUtc,
    pub auto_renew: bool,
    pub renewal_billing: RenewalBilling,
    pub managed_by_id: Option<PartnershipId>,
    pub search: String,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
