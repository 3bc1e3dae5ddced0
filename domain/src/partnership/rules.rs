//! What may be offered, and what counts at an instant.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

mod attorney;
mod change;
mod managing;
mod reminder;

pub use attorney::{Evidence, evidence};
pub use change::{Change, changed, is_within};
pub use managing::{Candidate, Managers, managers, managing};
pub use reminder::{days_left, next_reminder};

use chrono::{DateTime, TimeDelta, Utc};
use entities::invitation::{AccessLevel, InvitationStatus};
use entities::partnership::{PartnershipStatus, PayerKind};

use crate::error::{Code, Refusal};
use crate::permission::Permissions;

/// An invitation lapses after so many days. Source: rules §4.
pub const LAPSE: TimeDelta = TimeDelta::days(30);
/// The longest message beside an invitation or its rejection, in characters.
pub const MESSAGE: usize = 2_000;
/// The most products that one invitation names.
pub const PRODUCTS: usize = 500;

/// Access as it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// All, or a part.
    pub access_level: AccessLevel,
    /// Which, with PARTIAL.
    pub permissions: Option<Permissions>,
    /// How many products are named; none where all are meant.
    pub products: Option<usize>,
    /// Who pays.
    pub payer: Option<PayerKind>,
    /// When access ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Access that can be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// All, or a part.
    pub access_level: AccessLevel,
    /// What it comes to.
    pub permissions: Permissions,
    /// Whether future products are covered, too.
    pub has_all_products: bool,
    /// Who pays; decided with full access only.
    pub payer: Option<PayerKind>,
    /// When access ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Whether access of this kind can be granted: what can be asked for, with a decision on who pays where it is FULL.
/// Source: rules §2, S2.2, S2.3, S3.12.
pub fn terms(asked: Asked, now: DateTime<Utc>) -> Result<Terms, Refusal> {
    let terms = request(asked, now)?;
    if terms.access_level == AccessLevel::Full && terms.payer.is_none() {
        return Err(Refusal::invalid("payer", "must be decided with FULL access"));
    }
    Ok(terms)
}

/// Whether access of this kind can be asked for. FULL is everything that a partnership carries, on every product, and may leave it
/// to the client who pays; PARTIAL is a chosen part, paid by the client. Source: rules §2, S2.2, S3.12.
pub fn request(asked: Asked, now: DateTime<Utc>) -> Result<Terms, Refusal> {
    let Asked { access_level, permissions, products, payer, expires_at } = asked;
    if expires_at.is_some_and(|at| at <= now) {
        return Err(Refusal::invalid("accessExpiresAt", "must be in the future"));
    }
    if products == Some(0) {
        return Err(Refusal::invalid("productIds", "must name a product; leave it out for all"));
    }
    if products.is_some_and(|named| named > PRODUCTS) {
        return Err(Refusal::invalid("productIds", format!("must name at most {PRODUCTS} products")));
    }
    let permissions = match access_level {
        AccessLevel::Full => full(permissions, products)?,
        AccessLevel::Partial => partial(permissions, products, payer)?,
    };
    Ok(Terms { access_level, permissions, has_all_products: products.is_none(), payer, expires_at })
}

fn full(permissions: Option<Permissions>, products: Option<usize>) -> Result<Permissions, Refusal> {
    if permissions.is_some() {
        return Err(Refusal::invalid("permissions", "go with PARTIAL access; FULL is all of them"));
    }
    if products.is_some() {
        return Err(Refusal::invalid("productIds", "go with PARTIAL access; FULL is on all products"));
    }
    Ok(Permissions::PARTNERSHIP)
}

fn partial(
    permissions: Option<Permissions>,
    products: Option<usize>,
    payer: Option<PayerKind>,
) -> Result<Permissions, Refusal> {
    if payer == Some(PayerKind::Partner) {
        let message = "The partner can pay only where it has full access.";
        return Err(Refusal::new(Code::PayerRequiresFullAccess, message).at(["payer"]));
    }
    let permissions = permissions.unwrap_or_default();
    if permissions.is_empty() {
        return Err(Refusal::invalid("permissions", "must be chosen with PARTIAL access"));
    }
    let (can_be_carried, what) = match products {
        None => (Permissions::PARTNERSHIP, "contain one that a partnership cannot carry"),
        Some(_) => (Permissions::ABOUT_PRODUCTS, "contain one that cannot be given on chosen products"),
    };
    if can_be_carried.covers(permissions) { Ok(permissions) } else { Err(Refusal::invalid("permissions", what)) }
}

/// What the client makes of a request: what it leaves out is as it was asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Answer {
    /// All, or a part.
    pub access_level: Option<AccessLevel>,
    /// Which, with PARTIAL.
    pub permissions: Option<Permissions>,
    /// How many products are named; none where all are meant.
    pub products: Option<usize>,
    /// Who pays.
    pub payer: Option<PayerKind>,
}

/// Whether a request can be answered with this access: as much as was asked for or less, never more. Who pays is the client's
/// decision, whatever was proposed. Source: rules §5, S2.3.
pub fn granted(asked: &Terms, answer: Answer, now: DateTime<Utc>) -> Result<Terms, Refusal> {
    let Answer { access_level, permissions, products, payer } = answer;
    let access_level = access_level.unwrap_or(asked.access_level);
    if access_level == AccessLevel::Full && asked.access_level == AccessLevel::Partial {
        return Err(Refusal::invalid("accessLevel", "is more than was asked for"));
    }
    let as_asked = match (asked.access_level, products) {
        (AccessLevel::Full, _) => None,
        (AccessLevel::Partial, None) => Some(asked.permissions),
        (AccessLevel::Partial, Some(_)) => Some(asked.permissions.and(Permissions::ABOUT_PRODUCTS)),
    };
    let proposed = asked.payer.filter(|_| access_level == AccessLevel::Full);
    let permissions = permissions.or(as_asked);
    let payer = payer.or(proposed);
    let terms = terms(Asked { access_level, permissions, products, payer, expires_at: asked.expires_at }, now)?;
    if asked.permissions.covers(terms.permissions) {
        Ok(terms)
    } else {
        Err(Refusal::invalid("permissions", "contain one that was not asked for"))
    }
}

/// What an invitation is at an instant: an overdue one has expired, whether or not anybody wrote that down.
pub fn status_at(status: InvitationStatus, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> InvitationStatus {
    if status == InvitationStatus::Pending && expires_at <= now { InvitationStatus::Expired } else { status }
}

/// Whether a partnership gives anything at an instant.
pub fn is_in_force(status: PartnershipStatus, expires_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    status == PartnershipStatus::Active && expires_at.is_none_or(|at| at > now)
}

#[cfg(test)]
mod tests;
