//! Products as subjects of permits.

use chrono::{DateTime, Utc};
use entities::id::ProductId;
use entities::product;

use crate::actor::Actor;
use crate::permission::{Subject, rows, visible};
use crate::sql::Sql;

impl Subject for product::Model {
    type Id = ProductId;
    const TABLE: &'static str = "product";

    fn visible(sql: &mut Sql, actor: &Actor, now: DateTime<Utc>, alias: &str) {
        visible::products(sql, actor, now, alias);
    }
}

rows!(product);
