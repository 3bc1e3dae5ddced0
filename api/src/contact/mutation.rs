//! Keeping contacts.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::contact::commands::{self, CreateContact};

use super::object::Contact;
use crate::account::mutation::country_of;
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_of};
use crate::scalar::CountryCode;

#[derive(InputObject)]
struct CreateContactInput {
    account_id: ID,
    name: String,
    organization: Option<String>,
    email: String,
    phone: String,
    street: String,
    postal_code: String,
    city: String,
    country: CountryCode,
}

impl CreateContactInput {
    fn into_command(self) -> Result<CreateContact, Error> {
        let Self { account_id, name, organization, email, phone, street, postal_code, city, country } = self;
        Ok(CreateContact {
            account_id: row_of(Kind::Account, &account_id)?,
            name,
            organization,
            email,
            phone,
            street,
            postal_code,
            city,
            country: country_of(country)?,
        })
    }
}

payloads! {
    /// The contact, as it is now.
    ContactPayload { contact: Option<Contact> }
}

/// Whom domains are registered to.
#[derive(Default)]
pub struct ContactMutation;

#[Object]
impl ContactMutation {
    /// Only for a domain that is registered to somebody else than who holds it. Needs MANAGE_PRODUCTS; the contact itself has no sign-in
    /// and no rights.
    async fn create_contact(&self, ctx: &Context<'_>, input: CreateContactInput) -> Result<ContactPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::create(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| ContactPayload { contact: Some(Contact(row)), ..ContactPayload::default() })
    }
}
