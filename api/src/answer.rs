//! Both error channels: what a user can mend goes into `userErrors`, all else to the top, with a code.

use std::time::Duration;

use async_graphql::{Enum, SimpleObject};
use domain::Error;
use domain::error::{ABSENT, Code, StorageFault};

use crate::error::EdgeError;

/// What a user can mend.
#[derive(Debug, Clone, SimpleObject)]
pub struct UserError {
    /// Stable; programs act on it.
    pub code: UserErrorCode,
    /// One sentence, in English.
    pub message: String,
    /// The path in the input.
    pub field: Option<Vec<String>>,
}

/// The contract's codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::error::Code")]
pub enum UserErrorCode {
    InvalidInput,
    NotFound,
    PermissionDenied,
    AlreadyExists,
    Conflict,
    EmailAlreadyRegistered,
    EmailNotVerified,
    InvalidCredentials,
    TokenInvalid,
    TokenExpired,
    InvitationAlreadyAnswered,
    InquiryAlreadyAssigned,
    PayerRequiresFullAccess,
    PaymentMethodRequired,
    PaymentDeclined,
    PaymentPending,
    CartEmpty,
    CartClosed,
    TermNotOffered,
    RegistrantRequired,
    CurrencyMismatch,
    ProductNotRenewable,
    TransferNotPossible,
    InsufficientBalance,
    IdempotencyKeyReused,
}

/// A mutation's answer.
pub trait Payload {
    /// The answer when nothing was done.
    fn refused(error: UserError) -> Self;
}

/// Declares payloads as the contract has them: nullable things, and `userErrors`.
macro_rules! payloads {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $ty:ty),* $(,)? })*) => {$(
        $(#[$meta])*
        #[derive(Default, async_graphql::SimpleObject)]
        pub struct $name {
            $(pub $field: $ty,)*
            /// What the user can mend; empty when it was done.
            pub user_errors: Vec<$crate::answer::UserError>,
        }

        impl $crate::answer::Payload for $name {
            fn refused(error: $crate::answer::UserError) -> Self {
                let mut payload = Self::default();
                payload.user_errors.push(error);
                payload
            }
        }
    )*};
}
pub(crate) use payloads;

/// The payload of what a use case ended with.
/// # Errors
/// Faults go to the top.
pub fn answer<T, P: Payload>(end: Result<T, Error>, done: impl FnOnce(T) -> P) -> async_graphql::Result<P> {
    match end {
        Ok(answer) => Ok(done(answer)),
        Err(error) => user_error(error).map(P::refused),
    }
}

/// The refusal, as the contract shows it.
/// # Errors
/// Faults go to the top.
pub fn user_error(error: Error) -> async_graphql::Result<UserError> {
    match error {
        Error::Refused(refusal) => {
            let field: Vec<_> = refusal.field.iter().map(ToString::to_string).collect();
            let field = (!field.is_empty()).then_some(field);
            Ok(UserError { code: refusal.code.into(), message: refusal.message.into_owned(), field })
        }
        // The same text for each kind of thing: it must not tell whether there is one.
        Error::NotFound => Ok(plain(Code::NotFound, ABSENT)),
        Error::Denied => Ok(plain(Code::PermissionDenied, "You may not do this.")),
        fault @ (Error::Storage(_) | Error::Fault(_)) => Err(top_level(fault)),
    }
}

fn plain(code: Code, message: &str) -> UserError {
    UserError { code: code.into(), message: message.to_owned(), field: None }
}

/// A fault, as the contract shows it; it is logged here, once.
pub fn top_level(error: Error) -> async_graphql::Error {
    fault(error).into()
}

/// The same for the edge.
pub fn fault(error: Error) -> EdgeError {
    match error.storage_fault() {
        Some(StorageFault::Unavailable | StorageFault::Contended) => {
            tracing::warn!(error = ?error, "the database is not available");
            EdgeError::unavailable(Duration::from_secs(1))
        }
        Some(StorageFault::Duplicate | StorageFault::Broken) | None => match error {
            Error::NotFound | Error::Denied => EdgeError::new(crate::error::Code::Forbidden, "Not for you."),
            Error::Refused(refusal) => EdgeError::bad_input(refusal.message),
            Error::Storage(_) | Error::Fault(_) => {
                tracing::error!(error = ?error, "fault");
                EdgeError::internal()
            }
        },
    }
}

/// A loader's error: loaders share one among all who wait.
pub fn loaded<T>(end: Result<T, std::sync::Arc<Error>>) -> async_graphql::Result<T> {
    end.map_err(|error| match std::sync::Arc::try_unwrap(error) {
        Ok(error) => top_level(error),
        Err(shared) => {
            tracing::error!(error = ?shared, "loader");
            match shared.storage_fault() {
                Some(StorageFault::Unavailable) => EdgeError::unavailable(Duration::from_secs(1)).into(),
                _ => EdgeError::internal().into(),
            }
        }
    })
}
