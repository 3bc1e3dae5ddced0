//! Where somebody's program is told what happens. There is no secret in it: that is made of the row's id and `generation`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::{AccountId, WebhookEndpointId};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "webhook_endpoint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookEndpointId,
    /// Whose it is; of one of the provider's, under which account it is filed.
    pub account_id: AccountId,
    /// The provider's own: told what happens in every account, and seen by its staff alone.
    pub is_providers: bool,
    pub url: String,
    /// Names of kinds of events; none is all.
    pub events: Json,
    pub is_enabled: bool,
    /// How often its secret was made anew.
    pub generation: i32,
    /// Until when the secret before signs, too.
    pub former_until: Option<DateTimeUtc>,
    /// It is told what happened after this position of the feed.
    pub after_position: i64,
    /// The last number given to a delivery.
    pub sequence: i64,
    /// Since when nothing has got through.
    pub failing_since: Option<DateTimeUtc>,
    /// Rounds since then.
    pub failures: i32,
    /// Until when nothing is tried.
    pub paused_until: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
