//! How far the dunning of an invoice has come; a row for each that was declined on its day.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, InvoiceId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "dunning")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub invoice_id: InvoiceId,
    /// Who owes it.
    pub account_id: AccountId,
    /// How many steps of the schedule.
    pub steps_taken: i32,
    /// The run in which the next step is taken; none once it is over.
    pub next_at: Option<DateTimeUtc>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
