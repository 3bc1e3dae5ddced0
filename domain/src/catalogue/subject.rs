//! Offerings and plans as rows that are loaded by id: everybody sees them.

use chrono::{DateTime, Utc};
use entities::id::{OfferingId, PlanId};
use entities::{offering, plan};

use crate::actor::Actor;
use crate::permission::{Subject, rows};
use crate::sql::Sql;

rows!(offering, plan);

impl Subject for offering::Model {
    type Id = OfferingId;
    const TABLE: &'static str = "offering";

    fn visible(sql: &mut Sql, _: &Actor, _: DateTime<Utc>, _: &str) {
        sql.push("TRUE");
    }
}

impl Subject for plan::Model {
    type Id = PlanId;
    const TABLE: &'static str = "plan";

    fn visible(sql: &mut Sql, _: &Actor, _: DateTime<Utc>, _: &str) {
        sql.push("TRUE");
    }
}
