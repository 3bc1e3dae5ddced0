//! Client records as rows that permits are given for.

use chrono::{DateTime, Utc};
use entities::client::Model;
use entities::id::ClientId;

use crate::actor::Actor;
use crate::permission::{Subject, rows, visible};
use crate::sql::Sql;

rows!(client);

impl Subject for Model {
    type Id = ClientId;
    const TABLE: &'static str = "client";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::clients(sql, actor, alias);
    }
}
