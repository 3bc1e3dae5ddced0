//! A request for access is answered by the link that was mailed with it, on the plain page behind that.

use entities::id::{AccountId, InvitationId};
use entities::partnership::PayerKind;

use super::super::queries::own_accounts;
use super::accept::{GrantAccess, grant_access};
use super::answer::{RejectInvitation, reject};
use super::link::follow;
use crate::Reader;
use crate::account::commands::{Introduced, Visitor, verify_email};
use crate::account::queries::{MailedLink, mailed_link};
use crate::error::{Code, Error, refuse};
use crate::work::Work;

pub use super::super::queries::Choice;

/// What they answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// What was asked for.
    Grant {
        /// From this account; there may be one alone that it can be.
        account_id: Option<AccountId>,
        /// Who pays, with full access.
        payer: Option<PayerKind>,
    },
    /// Nothing.
    Reject,
}

/// An answer by link, checked.
#[derive(Debug, Clone)]
pub struct AnswerByLink {
    token: String,
    visitor: Visitor,
    reply: Reply,
}

/// What comes of preparing an answer.
#[derive(Debug, Clone)]
pub enum Prepared {
    /// It can be given.
    Ready(AnswerByLink),
    /// It is not said from which of these accounts.
    Choose(Vec<Choice>),
}

impl AnswerByLink {
    /// Finds out who follows the link: the user whose address it was mailed to, by their password, or somebody new.
    /// # Errors
    /// `TOKEN_INVALID`, `TOKEN_EXPIRED`; `INVALID_CREDENTIALS`; `INVALID_INPUT`; `PERMISSION_DENIED` to a user without an account from
    /// which they could grant it.
    pub async fn prepare(reader: &Reader, token: String, who: Introduced, reply: Reply) -> Result<Prepared, Error> {
        let MailedLink { email, subject_id, .. } = mailed_link(reader, &token).await?;
        let Some(id) = subject_id else { return refuse(Code::TokenInvalid, "This link is not valid.") };
        let visitor = who.checked(reader, email).await?;
        let reply = match (&visitor, reply) {
            (Visitor::Known(proof), Reply::Grant { account_id: chosen, payer }) => {
                let accounts = own_accounts(reader, proof, InvitationId(id)).await?;
                let chosen = accounts.iter().find(|one| Some(one.account_id) == chosen);
                match (chosen, accounts.as_slice()) {
                    (_, []) => return Err(Error::Denied),
                    (Some(one), _) | (None, [one]) => Reply::Grant { account_id: Some(one.account_id), payer },
                    (None, _) => return Ok(Prepared::Choose(accounts)),
                }
            }
            (Visitor::Known(_) | Visitor::New(_), reply) => reply,
        };
        Ok(Prepared::Ready(Self { token, visitor, reply }))
    }
}

/// Answers the request that a link is about as the user whose address the link was mailed to, which verifies it: a fresh request where
/// it has lapsed. Somebody new opens an account by it.
/// # Errors
/// As for `verifyEmail`, `signIn` or `signUp`, and then `grantAccess` or `rejectInvitation`.
pub async fn answer_by_link(work: &mut Work, command: AnswerByLink, ip: Option<String>) -> Result<(), Error> {
    let AnswerByLink { token, visitor, reply } = command;
    let link = verify_email(work, &token).await?;
    let opened = visitor.enter(work, ip).await?;
    let request = follow(work, &link).await?.ok_or(Error::NotFound)?;
    let invitation_id = request.id;
    match reply {
        Reply::Reject => reject(work, RejectInvitation { invitation_id, message: None }).await.map(drop),
        Reply::Grant { account_id, payer } => {
            let account_id = opened.or(account_id).ok_or(Error::NotFound)?;
            let grant = GrantAccess {
                invitation_id,
                account_id,
                access_level: None,
                permissions: None,
                product_ids: None,
                payer,
            };
            grant_access(work, grant).await.map(drop)
        }
    }
}
