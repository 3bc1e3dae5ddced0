//! Mails: a typed [`MailRequest`] becomes text and HTML in the recipient's language and goes out over SMTP or into files.
//!
//! Nothing here reads the database: who is told what, and in which language, is decided before. What holds:
//! - one `Message-ID` per notification, made of its id, so that a copy sent by a retry is recognised as a copy;
//! - what people wrote (names, labels, messages) reaches a header, a sentence or HTML only cleaned and escaped;
//! - a mail can only print what its [`Content`] carries: the holder's confirmations have no field for an amount;
//! - one server is never waited for longer than [`transport::DEADLINE`], and what is slow stands in nobody's way: [`pace`];
//! - to an address that was refused for good nothing is sent, but what its user asks for, until a link that was mailed to it is
//!   followed;
//! - neither a token nor the text of a mail is ever logged.

pub mod content;
pub mod dkim;
mod format;
mod message;
pub mod pace;
pub mod render;
pub mod sample;
mod send;
pub mod transport;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

pub use content::{
    AccessLevel, AccessTerms, Amount, Content, ContributorRole, Direction, Line, Moment, Owner, Payer, PricedLine,
    Role, Side, UpcomingLine,
};
pub use message::Mail;
pub use render::{RenderError, Renderer, Seller};
pub use send::{Post, send_mail};
pub use transport::{Outcome, Transport};

/// Everything that one mail to one person is made of.
pub struct MailRequest {
    /// The notification's id, from which the `Message-ID` is made.
    pub id: Uuid,
    /// When the notification was made, by the clock that the product runs on: the `Date` of every copy.
    pub created_at: DateTime<Utc>,
    /// The recipient's language, a BCP 47 tag. Falls back from region to language to English.
    pub locale: String,
    pub to_name: String,
    pub to_email: String,
    /// Where the mail's one button leads.
    pub link: Link,
    pub content: Content,
    /// Where its reader says that they want no more mails of its kind, if they may: opened by a person, or posted to by their mail
    /// program.
    pub stop_url: Option<SecretString>,
    /// The document that it is about.
    pub attachment: Option<Attachment>,
}

/// A PDF that goes along with a mail.
pub struct Attachment {
    /// Of our own making.
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// A place in the portal.
pub struct Link {
    /// Starts with `/`; a path of `running.md` or of the provider's portal.
    pub path: String,
    /// Becomes `?token=…`.
    pub token: Option<SecretString>,
}

impl Link {
    /// A page that asks who is looking.
    pub fn to(path: impl Into<String>) -> Self {
        Self { path: path.into(), token: None }
    }

    /// A page that `token` opens.
    pub fn with_token(path: impl Into<String>, token: SecretString) -> Self {
        Self { path: path.into(), token: Some(token) }
    }
}
