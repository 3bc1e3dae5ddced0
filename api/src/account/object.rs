//! What is shown of people and accounts.

use async_graphql::{ID, Object};
use entities::user;

use crate::id::{Kind, encode};
use crate::scalar::Locale;

/// A natural person with one address and one sign-in.
#[derive(Clone)]
pub struct User(pub user::Model);

#[Object]
impl User {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::User, self.0.id.0)
    }

    /// Lower-cased.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Whether a link mailed to the address was followed.
    async fn email_verified(&self) -> bool {
        self.0.email_verified_at.is_some()
    }

    /// As they call themselves.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The language of their mails.
    async fn locale(&self) -> Locale {
        Locale(self.0.locale.clone())
    }
}
