//! Background work; also what it came to. Times are milliseconds since 1970 by the database's own clock.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::JobId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    Due,
    Running,
    Done,
    Dead,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    pub kind: String,
    pub class: String,
    pub payload: Json,
    pub priority: i32,
    pub unique_key: Option<String>,
    pub run_at: i64,
    pub state: JobState,
    pub attempts: i32,
    pub max_attempts: i32,
    pub lease: Option<Uuid>,
    pub lease_until: Option<i64>,
    pub last_error: Option<String>,
    pub changed_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
