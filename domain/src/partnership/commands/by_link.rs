//! A request for access is answered by the link that was mailed with it, on the plain page behind that.

use entities::id::{AccountId, InvitationId};
use entities::partnership::PayerKind;
use secrecy::SecretString;

use super::super::queries::own_accounts;
use super::accept::{GrantAccess, grant_access};
use super::answer::{RejectInvitation, reject};
use super::link::follow;
use crate::Reader;
use crate::account::commands::{PreparedSignUp, SignUp, sign_in, sign_up_verified, verify_email};
use crate::account::queries::{MailedLink, Proof, mailed_link, prove};
use crate::account::rules::NewAccount;
use crate::error::{Code, Error, refuse};
use crate::work::Work;

pub use super::super::queries::Choice;

/// Who follows the link, as they introduce themselves.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum Introduced {
    /// The user with the address.
    Known { password: SecretString },
    /// Somebody who opens an account.
    New { name: String, password: SecretString, locale: String, account: Box<NewAccount> },
}

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

#[derive(Debug, Clone)]
enum Visitor {
    Known(Proof),
    New(Box<PreparedSignUp>),
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
        let (visitor, reply) = match who {
            Introduced::New { name, password, locale, account } => {
                let new = SignUp { email, password, name, locale, account: *account, referral_code: None };
                (Visitor::New(Box::new(new.prepare(reader.now().date_naive()).await?)), reply)
            }
            Introduced::Known { password } => {
                let proof = prove(reader, &email, &password).await?;
                let reply = match reply {
                    Reply::Reject => reply,
                    Reply::Grant { account_id: chosen, payer } => {
                        let accounts = own_accounts(reader, &proof, InvitationId(id)).await?;
                        let chosen = accounts.iter().find(|one| Some(one.account_id) == chosen);
                        match (chosen, accounts.as_slice()) {
                            (_, []) => return Err(Error::Denied),
                            (Some(one), _) | (None, [one]) => Reply::Grant { account_id: Some(one.account_id), payer },
                            (None, _) => return Ok(Prepared::Choose(accounts)),
                        }
                    }
                };
                (Visitor::Known(proof), reply)
            }
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
    let opened = match visitor {
        Visitor::Known(proof) => {
            sign_in(work, proof, ip).await?;
            None
        }
        Visitor::New(new) => Some(sign_up_verified(work, *new, ip).await?.account.id),
    };
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
