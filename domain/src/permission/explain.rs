//! The same decision, told: each way in which a permission is held.

use chrono::{DateTime, Utc};
use entities::id::{ApiKeyId, ContributorId, MembershipId, PartnershipId};

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
    /// A contribution to the product.
    Contributor(ContributorId),
    /// The provider's staff.
    Staff,
}

/// Every path that gives this permission; none when it is not held. Computed by the rule that decides.
pub fn explain(facts: &Facts, permission: Permission) -> Vec<Path> {
    let carrying = facts.with_expiry().filter(|(way, _)| carried_by(*way).contains(permission));
    carrying
        .map(|(way, expires_at)| {
            let key = facts.key().map(Step::ApiKey);
            let own = match way {
                Way::Membership { membership, .. } | Way::Partnership { membership, .. } => {
                    [Some(Step::Membership(membership)), way.partnership().map(Step::Partnership)]
                }
                // the partnership through which it was granted is between others, and not the contributor's to see
                Way::Contributor { contributor, of_account, .. } => [
                    of_account.map(|(_, membership, _)| Step::Membership(membership)),
                    Some(Step::Contributor(contributor)),
                ],
                Way::Staff => [Some(Step::Staff), None],
            };
            Path { steps: key.into_iter().chain(own.into_iter().flatten()).collect(), expires_at }
        })
        .collect()
}
