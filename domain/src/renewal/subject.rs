//! Runs as rows that are loaded by id: staff see them.

use chrono::{DateTime, Utc};
use entities::id::RenewalRunId;
use entities::renewal_run;

use crate::actor::Actor;
use crate::permission::{Subject, rows};
use crate::sql::Sql;

rows!(renewal_run);

impl Subject for renewal_run::Model {
    type Id = RenewalRunId;
    const TABLE: &'static str = "renewal_run";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, _: &str) {
        sql.push(if actor.sees_everything() { "TRUE" } else { "FALSE" });
    }
}
