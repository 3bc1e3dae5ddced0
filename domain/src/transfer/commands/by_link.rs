//! A transfer is answered by the link that was mailed with it, on the plain page behind that.

use entities::id::{AccountId, TransferId};

use super::super::queries::{Choice, accounts_of};
use super::accept::{AcceptTransfer, accept};
use super::answer::decline;
use crate::Reader;
use crate::account::commands::{Introduced, Visitor, verify_email};
use crate::account::queries::{MailedLink, mailed_link};
use crate::error::{Code, Error, refuse};
use crate::work::Work;

/// What somebody answers who follows the link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// They take it.
    Accept {
        /// Into this account; there may be one alone that it can be.
        account_id: Option<AccountId>,
    },
    /// They do not want it.
    Decline,
}

/// An answer by link, checked.
#[derive(Debug, Clone)]
pub struct AnswerByLink {
    token: String,
    transfer_id: TransferId,
    visitor: Visitor,
    reply: Reply,
}

/// What comes of preparing an answer.
#[derive(Debug, Clone)]
pub enum Prepared {
    /// It can be given.
    Ready(AnswerByLink),
    /// It is not said into which of these accounts.
    Choose(Vec<Choice>),
}

impl AnswerByLink {
    /// Finds out who follows the link: the user whose address it was mailed to, by their password, or somebody new.
    /// # Errors
    /// `TOKEN_INVALID`, `TOKEN_EXPIRED`; `INVALID_CREDENTIALS`; `INVALID_INPUT`; `PERMISSION_DENIED` to a user without an account that could
    /// take it.
    pub async fn prepare(reader: &Reader, token: String, who: Introduced, reply: Reply) -> Result<Prepared, Error> {
        let MailedLink { email, subject_id, .. } = mailed_link(reader, &token).await?;
        let Some(id) = subject_id else { return refuse(Code::TokenInvalid, "This link is not valid.") };
        let transfer_id = TransferId(id);
        let visitor = who.checked(reader, email).await?;
        let reply = match (&visitor, reply) {
            (Visitor::Known(proof), Reply::Accept { account_id: chosen }) => {
                let accounts = accounts_of(reader, proof.user_id(), transfer_id).await?;
                let chosen = accounts.iter().find(|one| Some(one.account_id) == chosen);
                match (chosen, accounts.as_slice()) {
                    (_, []) => return Err(Error::Denied),
                    (Some(one), _) | (None, [one]) => Reply::Accept { account_id: Some(one.account_id) },
                    (None, _) => return Ok(Prepared::Choose(accounts)),
                }
            }
            (Visitor::Known(_) | Visitor::New(_), reply) => reply,
        };
        Ok(Prepared::Ready(Self { token, transfer_id, visitor, reply }))
    }
}

/// Answers the transfer that a link is about as the user whose address the link was mailed to, which verifies it. Somebody new opens an
/// account by it, and takes the product into that.
/// # Errors
/// As for `verifyEmail`, `signIn` or `signUp`, and then `acceptTransfer` or `declineTransfer`.
pub async fn answer_by_link(work: &mut Work, command: AnswerByLink, ip: Option<String>) -> Result<(), Error> {
    let AnswerByLink { token, transfer_id, visitor, reply } = command;
    verify_email(work, &token).await?;
    let opened = visitor.enter(work, ip).await?;
    match reply {
        Reply::Decline => decline(work, transfer_id).await.map(drop),
        Reply::Accept { account_id } => {
            let account_id = opened.or(account_id).ok_or(Error::NotFound)?;
            accept(work, AcceptTransfer { transfer_id, account_id }).await.map(drop)
        }
    }
}
