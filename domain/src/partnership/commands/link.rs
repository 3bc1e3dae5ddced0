//! The link that is mailed with a request for access.

use entities::id::InvitationId;
use entities::invitation::{self, InvitationStatus};
use entities::mailed_token::MailedTokenKind;

use super::super::rules;
use super::super::store::{self, Overdue, Pair};
use super::end::tell_lapsed;
use super::tell::{Parties, Side, invitation_subject};
use crate::account::commands::Verified;
use crate::account::token;
use crate::activity::ActivityKind;
use crate::error::Error;
use crate::work::Work;

/// The request that a link is about, if it is about one: as it stands, or a fresh one on the same terms where it has lapsed, for the
/// link outlives a request that was under way before it. Source: rules §5, "Cart".
pub async fn follow(work: &mut Work, link: &Verified) -> Result<Option<invitation::Model>, Error> {
    let (MailedTokenKind::Access, Some(id)) = (link.kind, link.subject_id) else { return Ok(None) };
    let row = store::invitation(work, InvitationId(id), "/for update/").await?.ok_or(Error::NotFound)?;
    if rules::status_at(row.status, row.expires_at, work.now()) != InvitationStatus::Expired {
        return Ok(Some(row));
    }
    let overdue = match row.client_account_id {
        Some(client_account_id) => {
            let pair = Pair { partner_id: row.partner_id, client_account_id };
            if store::are_partners(work, pair).await? {
                return Ok(Some(row));
            }
            Overdue::Between(pair)
        }
        None => Overdue::ToAddress(row.partner_id, &row.client_email),
    };
    let lapsed = store::lapse(work, overdue).await?;
    tell_lapsed(work, &lapsed).await?;
    let fresh = again(work, row.clone());
    if !store::add_invitation(work, &fresh, &[]).await? {
        return Ok(Some(row)); // the partner has asked again itself
    }
    token::point_to(work, link.token_id, fresh.id.into()).await?;
    let parties = Parties::of_invitation(work, &fresh).await?;
    parties.tell(work, Side::Client, ActivityKind::InvitationReceived, invitation_subject(&fresh));
    work.record("requestAccess", None, Some(fresh.id.into()));
    Ok(Some(fresh))
}

/// The same request, from now on.
fn again(work: &Work, row: invitation::Model) -> invitation::Model {
    invitation::Model {
        id: work.new_id(),
        status: InvitationStatus::Pending,
        rejection_message: None,
        answered_by_id: None,
        created_at: work.now(),
        expires_at: work.now() + rules::LAPSE,
        answered_at: None,
        ..row
    }
}
