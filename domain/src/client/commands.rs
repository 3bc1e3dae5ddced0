//! What is done with client records.

use entities::client;
use entities::id::{AccountId, ClientId};

use super::actions::{Create, Manage};
use super::store;
use crate::activity::{ActivityKind, Event};
use crate::error::{Code, Error, Refusal, StorageFault};
use crate::patch::Patch;
use crate::permission::permit;
use crate::text;
use crate::work::Work;

/// A telephone number as people write it, in characters.
const PHONE: usize = 50;

/// What a partner writes down about a client.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct NewClient {
    pub name: String,
    pub email: Option<String>,
    pub company: Option<String>,
    pub phone: Option<String>,
    pub notes: Option<String>,
}

/// A new record, in this partner's account.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct CreateClient {
    pub partner_id: AccountId,
    pub client: NewClient,
}

/// Makes a record. Source: S3.2, S3.4.
/// # Errors
/// `INVALID_INPUT`, also for an account that is no partner; `ALREADY_EXISTS` for an address that another record has.
pub async fn create(work: &mut Work, command: CreateClient) -> Result<client::Model, Error> {
    let CreateClient { partner_id, client } = command;
    let permit = permit::<Create>(work, partner_id).await?;
    if permit.row.programme_id.is_none() {
        return Err(Refusal::invalid("partnerId", "is not enrolled in a partner programme").into());
    }
    let row = add_new(work, partner_id, client).await.map_err(|error| match error {
        Error::Refused(refusal) => refusal.within(["client"]).into(),
        fault @ (Error::NotFound | Error::Denied | Error::Storage(_) | Error::Fault(_)) => fault,
    })?;
    work.record("createClient", Some(permit.grant), Some(row.id.into()));
    Ok(row)
}

/// Makes a record for a partner in whose account the caller may work with clients.
/// # Errors
/// `INVALID_INPUT`; `ALREADY_EXISTS` for an address that another of the partner's records has.
pub(crate) async fn add_new(work: &mut Work, partner_id: AccountId, client: NewClient) -> Result<client::Model, Error> {
    let NewClient { name, email, company, phone, notes } = client;
    let checked = Checked {
        name: text::line("name", &name, text::NAME),
        email: email.filter(|email| !email.trim().is_empty()).map(|email| text::email("email", &email)).transpose(),
        company: text::optional_line("company", company.as_deref(), text::NAME),
        phone: text::optional_line("phone", phone.as_deref(), PHONE),
        notes: text::optional_lines("notes", notes.as_deref(), text::LONG),
    };
    let row = checked.into_row(work, partner_id)?;
    refuse_taken(work, &row).await?;
    add(work, &row).await?;
    Ok(row)
}

/// One address, one record, as far as they are written by hand. Records that are made by connecting an account may share one: a
/// person may have several accounts.
async fn refuse_taken(work: &Work, row: &client::Model) -> Result<(), Error> {
    match &row.email {
        Some(email) if store::is_taken(work, row.partner_id, email, row.id).await? => Err(taken()),
        _ => Ok(()),
    }
}

fn taken() -> Error {
    Refusal::new(Code::AlreadyExists, "Another of your clients has this address.").at(["email"]).into()
}

/// This partner's record that `clientId` of an input names, locked, for somebody who may work with the partner's clients.
/// # Errors
/// `NOT_FOUND`, also for a record of another partner: somebody may work for two.
pub(crate) async fn permit_record(
    work: &mut Work,
    id: ClientId,
    partner_id: AccountId,
) -> Result<client::Model, Error> {
    match permit::<Manage>(work, id).await {
        Ok(permit) if permit.row.partner_id == partner_id => Ok(permit.row),
        Ok(_) | Err(Error::NotFound) => Err(Refusal::absent(["clientId"]).into()),
        Err(error) => Err(error),
    }
}

/// Fields on their way into a row.
struct Checked {
    name: Result<String, Refusal>,
    email: Result<Option<String>, Refusal>,
    company: Result<Option<String>, Refusal>,
    phone: Result<Option<String>, Refusal>,
    notes: Result<Option<String>, Refusal>,
}

impl Checked {
    fn into_row(self, work: &Work, partner_id: AccountId) -> Result<client::Model, Refusal> {
        let Self { name, email, company, phone, notes } = self;
        let row = client::Model {
            id: work.new_id(),
            partner_id,
            name: name?,
            email: email?,
            company: company?,
            phone: phone?,
            notes: notes?,
            account_id: None,
            search: String::new(),
            created_at: work.now(),
        };
        Ok(client::Model { search: search_of(&row), ..row })
    }
}

fn search_of(row: &client::Model) -> String {
    let parts = [Some(&row.name), row.email.as_ref(), row.company.as_ref()];
    text::searchable(parts.into_iter().flatten().map(String::as_str))
}

/// Somebody else was faster with the same address.
fn when_taken(error: Error) -> Error {
    if error.storage_fault() == Some(StorageFault::Duplicate) { taken() } else { error }
}

async fn add(work: &mut Work, row: &client::Model) -> Result<(), Error> {
    store::add(work, row).await.map_err(when_taken)?;
    let event = Event::new(row.partner_id, ActivityKind::ClientCreated).about("Client", row.id);
    work.tell(event.with(serde_json::json!({ "client": row.name })));
    Ok(())
}

/// A change of a record: what is kept stays, what is cleared goes.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct UpdateClient {
    pub client_id: ClientId,
    pub name: Patch<String>,
    pub email: Patch<String>,
    pub company: Patch<String>,
    pub phone: Patch<String>,
    pub notes: Patch<String>,
}

/// Changes a record. The address of a connected account is not touched by it.
/// # Errors
/// `INVALID_INPUT`; `ALREADY_EXISTS` for an address that another record has.
pub async fn update(work: &mut Work, command: UpdateClient) -> Result<client::Model, Error> {
    let UpdateClient { client_id, name, email, company, phone, notes } = command;
    let permit = permit::<Manage>(work, client_id).await?;
    let old = permit.row;
    let name = name.required("name")?.map(|name| text::line("name", &name, text::NAME)).transpose()?;
    let row = client::Model {
        name: name.unwrap_or(old.name.clone()),
        email: email.try_map(|email| text::email("email", &email))?.or(old.email.clone()),
        company: optional(company, |text| text::optional_line("company", Some(text), text::NAME))?
            .or(old.company.clone()),
        phone: optional(phone, |text| text::optional_line("phone", Some(text), PHONE))?.or(old.phone.clone()),
        notes: optional(notes, |text| text::optional_lines("notes", Some(text), text::LONG))?.or(old.notes.clone()),
        ..old.clone()
    };
    let row = client::Model { search: search_of(&row), ..row };
    if row.email != old.email {
        refuse_taken(work, &row).await?;
    }
    store::save(work, &row).await.map_err(when_taken)?;
    work.record("updateClient", Some(permit.grant), Some(client_id.into()));
    Ok(row)
}

/// A new text that turns out to be blank clears.
fn optional(
    patch: Patch<String>,
    check: impl FnOnce(&str) -> Result<Option<String>, Refusal>,
) -> Result<Patch<String>, Refusal> {
    Ok(match patch {
        Patch::Set(text) => check(&text)?.map_or(Patch::Clear, Patch::Set),
        unchanged @ (Patch::Keep | Patch::Clear) => unchanged,
    })
}

/// The account that a record is to be connected to, and what the record says where it must be made first.
pub(crate) struct Connection {
    pub(crate) partner_id: AccountId,
    pub(crate) account_id: AccountId,
    pub(crate) name: String,
    pub(crate) email: String,
}

/// The partner's record for an account: the one chosen, the one that is connected to it already, or a new one.
///
/// The caller holds the lock of the pair's partnership. Source: S3.15, S3.16.
/// # Errors
/// `NOT_FOUND` for a record of another partner, `CONFLICT` for one that stands for another account, or where another record
/// stands for this one.
pub(crate) async fn connect(
    work: &mut Work,
    connection: Connection,
    chosen: Option<ClientId>,
) -> Result<client::Model, Error> {
    let Connection { partner_id, account_id, .. } = connection;
    let known = store::of_account(work, partner_id, account_id).await?;
    let Some(chosen) = chosen else {
        return match known {
            Some(known) => Ok(known),
            None => add_connected(work, connection).await,
        };
    };
    let record = permit::<Manage>(work, chosen).await?.row;
    if record.partner_id != partner_id {
        return Err(Error::NotFound);
    }
    match (record.account_id, known) {
        (Some(connected), _) if connected == account_id => Ok(record),
        (Some(_), _) => Err(conflict("This record stands for another account.")),
        (None, Some(_)) => Err(conflict("Another record stands for this account already.")),
        (None, None) => tie(work, record, connection).await,
    }
}

/// The partner's record for an account that grants what it was asked for with a record of the partner's: the one that stands for the
/// account already, else the one that it was asked with, if that is still free, else a new one. It is the client who acts here, so
/// nothing in the partner's records can stand in its way.
///
/// The caller holds the lock of the pair's partnership.
pub(crate) async fn attach(
    work: &mut Work,
    connection: Connection,
    asked_with: Option<ClientId>,
) -> Result<client::Model, Error> {
    let Connection { partner_id, account_id, .. } = connection;
    if let Some(known) = store::of_account(work, partner_id, account_id).await? {
        return Ok(known);
    }
    let free = match asked_with {
        Some(id) => store::free(work, partner_id, id).await?,
        None => None,
    };
    match free {
        Some(record) => tie(work, record, connection).await,
        None => add_connected(work, connection).await,
    }
}

/// Connects a free record; what it does not know of the client's address, it takes over.
async fn tie(work: &Work, record: client::Model, connection: Connection) -> Result<client::Model, Error> {
    let email = record.email.or(Some(connection.email));
    let row = client::Model { account_id: Some(connection.account_id), email, ..record };
    let row = client::Model { search: search_of(&row), ..row };
    store::connect(work, &row).await?;
    Ok(row)
}

/// A new record made from what is known of the client.
pub(crate) async fn add_connected(work: &mut Work, connection: Connection) -> Result<client::Model, Error> {
    let Connection { partner_id, account_id, name, email } = connection;
    let row = client::Model {
        id: work.new_id(),
        partner_id,
        name,
        email: Some(email),
        company: None,
        phone: None,
        notes: None,
        account_id: Some(account_id),
        search: String::new(),
        created_at: work.now(),
    };
    let row = client::Model { search: search_of(&row), ..row };
    add(work, &row).await?;
    Ok(row)
}

fn conflict(message: &'static str) -> Error {
    Refusal::new(Code::Conflict, message).at(["clientId"]).into()
}
