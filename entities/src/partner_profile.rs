//! How a partner shows itself to the public.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, PartnerProfileId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "partner_profile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartnerProfileId,
    pub account_id: AccountId,
    pub slug: String,
    pub headline: String,
    pub description: String,
    pub services: Json,
    pub website: Option<String>,
    pub is_published: bool,
    pub search: String,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
