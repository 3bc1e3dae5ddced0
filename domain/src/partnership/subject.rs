//! Invitations and partnerships as rows that permits are given for.

use chrono::{DateTime, Utc};
use entities::id::{InvitationId, PartnershipId};
use entities::{invitation, partnership};

use crate::actor::Actor;
use crate::permission::{Subject, rows, visible};
use crate::sql::Sql;

rows!(invitation, partnership);

impl Subject for invitation::Model {
    type Id = InvitationId;
    const TABLE: &'static str = "invitation";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::invitations(sql, actor, alias);
    }
}

impl Subject for partnership::Model {
    type Id = PartnershipId;
    const TABLE: &'static str = "partnership";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::partnerships(sql, actor, alias);
    }
}
