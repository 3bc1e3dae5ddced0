//! Keeping contacts, and having them come along.

use std::collections::HashMap;

use entities::contact;
use entities::id::{AccountId, ContactId};

use super::actions::AddContact;
use super::store;
use crate::account::rules::PostalAddress;
use crate::calendar::Country;
use crate::error::Error;
use crate::permission::permit;
use crate::text;
use crate::work::Work;

/// A telephone number as people write it, in characters.
const PHONE: usize = 50;

/// Somebody to whom domains may be registered.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct CreateContact {
    pub account_id: AccountId,
    pub name: String,
    pub organization: Option<String>,
    pub email: String,
    pub phone: String,
    pub street: String,
    pub postal_code: String,
    pub city: String,
    pub country: Country,
}

/// Keeps a contact: nobody is told, and nobody may do anything by it. Source: S5.14, S5.15.
/// # Errors
/// `INVALID_INPUT`.
pub async fn create(work: &mut Work, command: CreateContact) -> Result<contact::Model, Error> {
    let CreateContact { account_id, name, organization, email, phone, street, postal_code, city, country } = command;
    let permit = permit::<AddContact>(work, account_id).await?;
    let PostalAddress { name, street, postal_code, city, country } =
        PostalAddress { name, street, postal_code, city, country }.checked()?;
    let row = contact::Model {
        id: work.new_id(),
        account_id,
        name,
        organization: text::optional_line("organization", organization.as_deref(), text::NAME)?,
        email: text::email("email", &email)?,
        phone: text::line("phone", &phone, PHONE)?,
        street,
        postal_code,
        city,
        country: country.code().to_owned(),
        created_at: work.now(),
    };
    store::add(work, std::slice::from_ref(&row)).await?;
    work.record("createContact", Some(permit.grant), Some(row.id.into()));
    Ok(row)
}

/// The contacts of `holder` that say what each of these does, by these: its own, and for another's one of the same data, which is made
/// where there is none. Three statements, whatever their number.
pub(crate) async fn held_by(
    work: &Work,
    holder: AccountId,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, ContactId>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let named = store::by_ids(work, ids).await?;
    let kept = store::like(work, holder, ids).await?;
    let mut made: Vec<contact::Model> = Vec::new();
    let mut found = HashMap::with_capacity(named.len());
    for contact in named {
        let own = (contact.account_id == holder).then_some(contact.id);
        let same = own.or_else(|| kept.iter().chain(&made).find(|it| says_same(&contact, it)).map(|it| it.id));
        let id = same.unwrap_or_else(|| {
            let id = work.new_id();
            let created_at = work.now();
            made.push(contact::Model { id, account_id: holder, created_at, ..contact.clone() });
            id
        });
        found.insert(contact.id, id);
    }
    store::add(work, &made).await?;
    Ok(found)
}

/// Whether two contacts are the same, but for whose they are.
fn says_same(one: &contact::Model, other: &contact::Model) -> bool {
    let contact::Model { id, account_id, created_at, .. } = *other;
    contact::Model { id, account_id, created_at, ..one.clone() } == *other
}
