//! The same decision, told: each way in which a permission is held.

use chrono::{DateTime, Utc};
use entities::id::{ApiKeyId, MembershipId, PartnershipId};

use super::rules::{Way, carried_by};
use super::{Facts, Permission};

/// One way in which a permission is held, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// From the person to the object.
    pub steps: Vec<Step>,
    /// When the way ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// One step of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// An API key, which narrows all that follows.
    ApiKey(ApiKeyId),
    /// A membership.
    Membership(MembershipId),
    /// A partnership.
    Partnership(PartnershipId),
    /// The provider's staff.
    Staff,
}

/// Every path that gives this permission; none when it is not held. Computed by the rule that decides.
pub fn explain(facts: &Facts, permission: Permission) -> Vec<Path> {
    let carrying = facts.with_expiry().filter(|(way, _)| carried_by(*way).contains(permission));
    carrying
        .map(|(way, expires_at)| {
            let key = facts.key().map(Step::ApiKey);
            let first = match way {
                Way::Membership { membership, .. } | Way::Partnership { membership, .. } => {
                    Step::Membership(membership)
                }
                Way::Staff => Step::Staff,
            };
            let through = way.partnership().map(Step::Partnership);
            Path { steps: key.into_iter().chain([first]).chain(through).collect(), expires_at }
        })
        .collect()
}
