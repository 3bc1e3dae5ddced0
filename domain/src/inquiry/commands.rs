//! What strangers write, and what a partner does with it.

use entities::id::{ClientId, InquiryId};
use entities::{account, client, inquiry};
use serde_json::json;

use super::actions::Answer;
use super::store;
use crate::activity::{ActivityKind, Event};
use crate::calendar::local_date;
use crate::client::commands::{NewClient, add_new, permit_record};
use crate::error::{Code, Error, Refusal, refuse};
use crate::notification::recipients::members_with;
use crate::notification::{MailKind, Notice};
use crate::permission::{Permission, permit};
use crate::product::rules::time_zone;
use crate::programme::queries::published_account;
use crate::text;
use crate::work::Work;

/// A message to the partner behind a public profile.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct SubmitInquiry {
    pub profile_slug: String,
    pub name: String,
    pub email: String,
    pub company: Option<String>,
    pub message: String,
}

/// Takes a message from anybody to a partner with a published profile, and mails those of its members who may work with clients.
/// Source: S3.5, S3.6.
/// # Errors
/// `INVALID_INPUT`; `NOT_FOUND` for a profile that is not there, or not published.
pub async fn submit(work: &mut Work, command: SubmitInquiry) -> Result<inquiry::Model, Error> {
    let SubmitInquiry { profile_slug, name, email, company, message } = command;
    let name = text::line("name", &name, text::NAME)?;
    let email = text::email("email", &email)?;
    let company = text::optional_line("company", company.as_deref(), text::NAME)?;
    let message = text::some_lines("message", &message, text::LONG)?;
    let Some(partner) = published_account(work, &profile_slug).await? else {
        return Err(Refusal::absent(["profileSlug"]).into());
    };
    let row = inquiry::Model {
        id: work.new_id(),
        partner_id: partner.id,
        name,
        email,
        company,
        message,
        client_id: None,
        created_at: work.now(),
        read_at: None,
    };
    store::add(work, &row).await?;
    work.tell(Event::new(partner.id, ActivityKind::InquiryReceived).about("Inquiry", row.id));
    mail(work, &partner, &row).await?;
    work.record("submitInquiry", None, Some(row.id.into()));
    Ok(row)
}

async fn mail(work: &mut Work, partner: &account::Model, row: &inquiry::Model) -> Result<(), Error> {
    let received_on = local_date(row.created_at, time_zone(&partner.time_zone));
    let data = json!({
        "name": row.name, "email": row.email, "company": row.company, "message": row.message, "received_on": received_on,
    });
    for addressee in members_with(work, &[row.partner_id], Permission::ManageClients).await? {
        work.notify(Notice {
            kind: MailKind::InquiryReceived,
            subject_id: row.id.into(),
            step: 0,
            recipient: addressee.recipient,
            member_of: Some(addressee.member_of),
            written_by: None,
            data: data.clone(),
        });
    }
    Ok(())
}

/// Marks an inquiry as read; the first time counts.
/// # Errors
/// `NOT_FOUND`.
pub async fn mark_read(work: &mut Work, id: InquiryId) -> Result<inquiry::Model, Error> {
    let permit = permit::<Answer>(work, id).await?;
    store::mark_read(work, id).await?;
    work.record("markInquiryRead", Some(permit.grant), Some(id.into()));
    let read_at = permit.row.read_at.or(Some(work.now()));
    Ok(inquiry::Model { read_at, ..permit.row })
}

/// An inquiry that is to be a client's.
#[derive(Debug, Clone, Copy)]
pub struct AssignInquiry {
    /// Which.
    pub inquiry_id: InquiryId,
    /// The record; none for a new one, of the inquiry's own data.
    pub client_id: Option<ClientId>,
}

/// Assigns an inquiry to a client, for good. Source: S3.9, S3.10.
/// # Errors
/// `INQUIRY_ALREADY_ASSIGNED`; `NOT_FOUND` for a record of another partner; `ALREADY_EXISTS` when a new record would have the
/// address of one that there is.
pub async fn assign(work: &mut Work, command: AssignInquiry) -> Result<(inquiry::Model, client::Model), Error> {
    let AssignInquiry { inquiry_id, client_id } = command;
    let permit = permit::<Answer>(work, inquiry_id).await?;
    let row = permit.row;
    if row.client_id.is_some() {
        return refuse(Code::InquiryAlreadyAssigned, "This inquiry is a client's already, for good.");
    }
    let client = if let Some(id) = client_id {
        permit_record(work, id, row.partner_id).await?
    } else {
        let inquiry::Model { name, email, company, .. } = row.clone();
        let new = NewClient { name, email: Some(email), company, ..NewClient::default() };
        add_new(work, row.partner_id, new).await.map_err(known)?
    };
    if !store::assign(work, inquiry_id, client.id).await? {
        return refuse(Code::InquiryAlreadyAssigned, "This inquiry is a client's already, for good.");
    }
    work.tell(Event::new(row.partner_id, ActivityKind::InquiryAssigned).about("Inquiry", inquiry_id));
    work.record("assignInquiry", Some(permit.grant), Some(inquiry_id.into()));
    let read_at = row.read_at.or(Some(work.now()));
    Ok((inquiry::Model { client_id: Some(client.id), read_at, ..row }, client))
}

/// Who asks is a client already: then it is for a person to say which.
fn known(error: Error) -> Error {
    if error.code() != Some(Code::AlreadyExists) {
        return error;
    }
    Refusal::new(Code::AlreadyExists, "A client has this address: assign the inquiry to it.").at(["clientId"]).into()
}
