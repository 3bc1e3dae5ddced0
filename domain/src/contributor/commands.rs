//! Letting others contribute to a product, and no longer.

use entities::contributor::{self, ContributorRole};
use entities::id::{AccountId, ContributorId, PartnershipId, ProductId};
use entities::{product, transfer};
use sea_orm::ActiveEnum as _;
use serde_json::json;

use super::actions::ManageContributors;
use super::store::{self, Lapsed, Removed};
use crate::account::queries::user_by_email;
use crate::activity::{ActivityKind, Event};
use crate::error::{Code, Error, Refusal};
use crate::notification::{MailKind, Notice, Recipient};
use crate::permission::{Permissions, permit};
use crate::text;
use crate::work::Work;

/// The most contributors that a product has: they are listed without pages.
const MOST: i64 = 100;

/// Somebody who shall contribute.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct InviteContributor {
    pub product_id: ProductId,
    pub email: String,
    pub role: ContributorRole,
}

/// Lets whoever has this address contribute to a product, and mails them. Source: S1.3 to S1.5.
/// # Errors
/// `INVALID_INPUT`; `ALREADY_EXISTS` for an address that contributes; `CONFLICT` when the product has all the contributors that it
/// can have.
pub async fn invite(work: &mut Work, command: InviteContributor) -> Result<contributor::Model, Error> {
    let InviteContributor { product_id, email, role } = command;
    let permit = permit::<ManageContributors>(work, product_id).await?;
    if !permit.carried.covers(Permissions::CONTRIBUTORS) {
        return Err(Error::Denied); // nobody lets others see what they do not
    }
    let email = text::email("email", &email)?;
    let lapsed = store::lapsed(work, Lapsed::Of(&email, product_id)).await?;
    remove_all(work, &lapsed).await?;
    if store::count(work, product_id).await? >= MOST {
        return Err(Refusal::new(Code::Conflict, "This product has all the contributors that it can have.").into());
    }
    let row = contributor::Model {
        id: work.new_id(),
        product_id,
        email,
        account_id: None,
        role,
        partnership_id: permit.grant.within(),
        created_at: work.now(),
    };
    if !store::add(work, &row).await? {
        let refusal = Refusal::new(Code::AlreadyExists, "This address contributes to the product already.");
        return Err(refusal.at(["email"]).into());
    }
    let event = Event::new(permit.row.account_id, ActivityKind::ContributorAdded).about("Contributor", row.id);
    work.tell(event.of_product(product_id));
    mail(work, &permit.row, &row).await?;
    work.record("inviteContributor", Some(permit.grant), Some(row.id.into()));
    Ok(row)
}

async fn mail(work: &mut Work, product: &product::Model, row: &contributor::Model) -> Result<(), Error> {
    let user = user_by_email(work.conn(), &row.email).await?;
    let has_access = user.as_ref().is_some_and(|user| user.email_verified_at.is_some());
    let holder = store::holder(work.conn(), product.account_id).await?;
    let locale = user.as_ref().map_or(&holder.locale, |user| &user.locale).to_owned();
    work.notify(Notice {
        kind: MailKind::ContributorInvited,
        subject_id: row.id.into(),
        step: 0,
        recipient: Recipient { email: row.email.clone(), locale, user_id: user.map(|user| user.id) },
        member_of: None,
        written_by: Some(product.account_id),
        data: json!({
            "account": holder.name, "product": product.label, "role": row.role.to_value(), "has_access": has_access,
        }),
    });
    Ok(())
}

/// Ends a contribution with this instant, on open event streams too.
/// # Errors
/// `NOT_FOUND`.
pub async fn remove(work: &mut Work, id: ContributorId) -> Result<product::Model, Error> {
    let row = store::seen(work, id).await?.ok_or(Error::NotFound)?;
    let permit = permit::<ManageContributors>(work, row.product_id).await?;
    if store::remove(work, &[id]).await? == 0 {
        return Err(Error::NotFound); // somebody else was faster
    }
    let product = permit.row;
    tell_removed(work, product.account_id, product.id);
    work.record("removeContributor", Some(permit.grant), Some(id.into()));
    Ok(product)
}

/// A contribution that ended with the partnership that it was granted through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// Through which it was granted.
    pub partnership_id: PartnershipId,
    /// The address that contributed.
    pub email: String,
    /// The product's label.
    pub product: String,
}

/// Takes away what was granted through partnerships that have ended, or that carry less than they did: their rows are locked and
/// say so. Answers with what that was, for the mail to the client. Source: rules §2, "Nobody grants what they do not hold".
pub(crate) async fn end_through(work: &mut Work, partnerships: &[PartnershipId]) -> Result<Vec<Ended>, Error> {
    let lapsed = store::lapsed(work, Lapsed::Through(partnerships)).await?;
    remove_all(work, &lapsed).await?;
    let ended = lapsed.into_iter().filter_map(|Removed { partnership_id, email, label, .. }| {
        Some(Ended { partnership_id: partnership_id?, email, product: label })
    });
    Ok(ended.collect())
}

/// Ends all contributions to a product that is about to change hands, and whose row is locked: its new holder lets in whom it likes.
pub(crate) async fn end_all(work: &mut Work, product: &product::Model) -> Result<(), Error> {
    let all = store::lapsed(work, Lapsed::Whole(product.id)).await?;
    remove_all(work, &all).await
}

/// The people of the account that has handed a product over go on working on its content, as far as their membership goes, until its new
/// holder ends that. They are named by the address of whoever has offered it. Source: S1.18.
pub(crate) async fn keep_former_holder(work: &mut Work, of: &transfer::Model) -> Result<(), Error> {
    let holder = of.to_id.ok_or_else(|| Error::fault("a product that was not handed over"))?;
    let row = contributor::Model {
        id: work.new_id(),
        product_id: of.product_id,
        email: store::address_of(work, of.offered_by_id).await?,
        account_id: Some(of.from_id),
        role: ContributorRole::Editor,
        partnership_id: None,
        created_at: work.now(),
    };
    store::add(work, &row).await?;
    let event = Event::new(holder, ActivityKind::ContributorAdded).about("Contributor", row.id);
    work.tell(event.of_product(of.product_id));
    Ok(())
}

async fn remove_all(work: &mut Work, lapsed: &[Removed]) -> Result<(), Error> {
    if lapsed.is_empty() {
        return Ok(());
    }
    let ids: Vec<_> = lapsed.iter().map(|row| row.id).collect();
    store::remove(work, &ids).await?;
    for row in lapsed {
        tell_removed(work, row.account_id, row.product_id);
    }
    Ok(())
}

/// Tells that somebody contributes no more, and ends the streams that hung on it.
fn tell_removed(work: &mut Work, account_id: AccountId, product_id: ProductId) {
    work.tell(Event::new(account_id, ActivityKind::ContributorRemoved).of_product(product_id));
    work.end_streams(account_id);
}
