//! A plan in a cart.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{CartId, CartItemId, ContactId, PlanId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "cart_item")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CartItemId,
    pub cart_id: CartId,
    pub plan_id: PlanId,
    pub term_months: i32,
    pub quantity: i32,
    pub domain_name: Option<String>,
    pub registrant_id: Option<ContactId>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
