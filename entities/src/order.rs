//! What was ordered at which price; prices are fixed when it is placed.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, CartId, ClientId, OrderId, PartnershipId, PaymentMethodId, UserId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrderStatus {
    PendingPayment,
    Paid,
    Failed,
    Refunded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CheckoutMethod {
    ClientCard,
    PartnerCard,
    SendToClient,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "order")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderId,
    pub number: String,
    pub status: OrderStatus,
    pub method: Option<CheckoutMethod>,
    pub placed_by_id: UserId,
    pub placed_from_id: AccountId,
    pub billed_to_id: AccountId,
    pub holder_id: AccountId,
    pub client_id: Option<ClientId>,
    pub partnership_id: Option<PartnershipId>,
    pub renewal_billing: super::product::RenewalBilling,
    pub cart_id: Option<CartId>,
    pub payment_method_id: Option<PaymentMethodId>,
    pub currency: String,
    pub subtotal_minor: i64,
    pub discount_minor: i64,
    pub tax_minor: i64,
    pub total_minor: i64,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
