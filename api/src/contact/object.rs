//! What is shown of contacts.

use async_graphql::{Context, ID, Object, Result};
use entities::contact;
use entities::id::ContactId;

use crate::account::object::Account;
use crate::answer::loaded;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Seen;
use crate::scalar::CountryCode;

/// A domain's registrant. Needed only when the domain is to be registered to someone other than the billed account.
#[derive(Clone)]
pub struct Contact(pub contact::Model);

impl Contact {
    /// The registrant that something names, as far as the viewer sees it.
    pub async fn maybe(ctx: &Context<'_>, id: Option<ContactId>) -> Result<Option<Self>> {
        let Some(id) = id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<contact::Model>::by(id)).await)?.map(Self))
    }
}

#[Object]
impl Contact {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Contact, self.0.id.0)
    }

    /// Who keeps it.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// Of the person.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// For whom they stand.
    async fn organization(&self) -> Option<&str> {
        self.0.organization.as_deref()
    }

    /// It need not be a user's.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// As people write it.
    async fn phone(&self) -> &str {
        &self.0.phone
    }

    /// Street and number.
    async fn street(&self) -> &str {
        &self.0.street
    }

    /// As the country writes it.
    async fn postal_code(&self) -> &str {
        &self.0.postal_code
    }

    /// The place.
    async fn city(&self) -> &str {
        &self.0.city
    }

    /// Where it is.
    async fn country(&self) -> Result<CountryCode> {
        Ok(CountryCode::new(&self.0.country).ok_or_else(EdgeError::internal)?)
    }
}

connection!(ContactConnection, ContactEdge, Contact);
