//! Who follows a mailed link to a plain page, and becomes who acts by it: the link says which address, they say who they are.

use entities::id::AccountId;
use secrecy::SecretString;

use super::session::sign_in;
use super::sign_up::{PreparedSignUp, SignUp, sign_up_verified};
use crate::Reader;
use crate::account::queries::{Proof, prove};
use crate::account::rules::NewAccount;
use crate::error::Error;
use crate::work::Work;

/// Who follows the link, as they introduce themselves.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum Introduced {
    /// The user with the address.
    Known { password: SecretString },
    /// Somebody who opens an account.
    New { name: String, password: SecretString, locale: String, account: Box<NewAccount> },
}

/// The same, checked.
#[derive(Debug, Clone)]
pub(crate) enum Visitor {
    /// By their password.
    Known(Proof),
    /// As somebody signs up.
    New(Box<PreparedSignUp>),
}

impl Introduced {
    /// Finds out who that is; `email` is the address that the link was mailed to.
    /// # Errors
    /// `INVALID_CREDENTIALS`; `INVALID_INPUT`.
    pub(crate) async fn checked(self, reader: &Reader, email: String) -> Result<Visitor, Error> {
        match self {
            Self::Known { password } => Ok(Visitor::Known(prove(reader, &email, &password).await?)),
            Self::New { name, password, locale, account } => {
                let new = SignUp { email, password, name, locale, account: *account, referral_code: None };
                Ok(Visitor::New(Box::new(new.prepare(reader.now().date_naive()).await?)))
            }
        }
    }
}

impl Visitor {
    /// Signs them in or up: the rest of the act is theirs. Answers with the account that they have opened, if they did.
    /// # Errors
    /// As for `signIn` or `signUp`.
    pub(crate) async fn enter(self, work: &mut Work, ip: Option<String>) -> Result<Option<AccountId>, Error> {
        match self {
            Self::Known(proof) => sign_in(work, proof, ip).await.map(|_| None),
            Self::New(new) => Ok(Some(sign_up_verified(work, *new, ip).await?.account.id)),
        }
    }
}
