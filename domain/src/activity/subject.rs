//! Events as things that are looked up by id.

use chrono::{DateTime, Utc};
use entities::activity;
use entities::id::ActivityId;

use crate::actor::Actor;
use crate::permission::{Subject, rows, visible};
use crate::sql::Sql;

rows!(activity);

impl Subject for activity::Model {
    type Id = ActivityId;
    const TABLE: &'static str = "activity";

    fn visible(sql: &mut Sql, actor: &Actor, now: DateTime<Utc>, alias: &str) {
        visible::activity(sql, actor, now, alias);
    }
}
