//! How a use case can end other than well.

use std::borrow::Cow;

use sea_orm::{DbErr, RuntimeErr, SqlxError};

/// What a use case answers when it does not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing for this actor: it does not exist, or must not be known to exist.
    #[error("not found")]
    NotFound,
    /// The actor may know of it, but not do this.
    #[error("permission denied")]
    Denied,
    /// An answer: what was asked is against a rule, and the caller can mend it.
    #[error("{}: {}", .0.code.name(), .0.message)]
    Refused(Refusal),
    /// A fault of the database, or on the way to it.
    #[error("storage")]
    Storage(#[source] DbErr),
    /// A fault of our own: what must not be, is.
    #[error("fault: {0}")]
    Fault(Cow<'static, str>),
}

/// What is answered about what does not exist, and about what must not be known to exist.
pub const ABSENT: &str = "There is no such thing, or not for you.";

/// A refusal: a stable code, a sentence for people, and the path of the input that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Stable; programs act on it.
    pub code: Code,
    /// One sentence, in English.
    pub message: Cow<'static, str>,
    /// E.g. `["items", "0", "termMonths"]`.
    pub field: Vec<Cow<'static, str>>,
    /// Where the user mends it, where that is not with us: their bank's page.
    pub action_url: Option<String>,
}

macro_rules! codes {
    ($($code:ident = $name:literal),* $(,)?) => {
        /// The codes of the contract's `UserErrorCode`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are the documentation; the contract has the rest")]
        pub enum Code { $($code),* }

        impl Code {
            /// As in the contract.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$code => $name),* }
            }

            /// Each of them.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];
        }
    };
}

codes! {
    InvalidInput = "INVALID_INPUT", NotFound = "NOT_FOUND", PermissionDenied = "PERMISSION_DENIED",
    AlreadyExists = "ALREADY_EXISTS", Conflict = "CONFLICT",
    EmailAlreadyRegistered = "EMAIL_ALREADY_REGISTERED", EmailNotVerified = "EMAIL_NOT_VERIFIED",
    InvalidCredentials = "INVALID_CREDENTIALS", TokenInvalid = "TOKEN_INVALID", TokenExpired = "TOKEN_EXPIRED",
    InvitationAlreadyAnswered = "INVITATION_ALREADY_ANSWERED", InquiryAlreadyAssigned = "INQUIRY_ALREADY_ASSIGNED",
    PayerRequiresFullAccess = "PAYER_REQUIRES_FULL_ACCESS", PaymentMethodRequired = "PAYMENT_METHOD_REQUIRED",
    PaymentDeclined = "PAYMENT_DECLINED", PaymentPending = "PAYMENT_PENDING",
    CartEmpty = "CART_EMPTY", CartClosed = "CART_CLOSED", TermNotOffered = "TERM_NOT_OFFERED",
    RegistrantRequired = "REGISTRANT_REQUIRED", CurrencyMismatch = "CURRENCY_MISMATCH",
    ProductNotRenewable = "PRODUCT_NOT_RENEWABLE", TransferNotPossible = "TRANSFER_NOT_POSSIBLE",
    InsufficientBalance = "INSUFFICIENT_BALANCE", IdempotencyKeyReused = "IDEMPOTENCY_KEY_REUSED",
}

impl Refusal {
    /// A refusal that is about no field in particular.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), field: Vec::new(), action_url: None }
    }

    /// `INVALID_INPUT` about one field.
    pub fn invalid(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidInput, message).at([field])
    }

    /// `NOT_FOUND` about an id in the input: in the words of every `NOT_FOUND`, so that it does not tell why.
    pub fn absent<S: Into<Cow<'static, str>>>(field: impl IntoIterator<Item = S>) -> Self {
        Self::new(Code::NotFound, ABSENT).at(field)
    }

    /// Says which input it is about.
    #[must_use]
    pub fn at<S: Into<Cow<'static, str>>>(mut self, field: impl IntoIterator<Item = S>) -> Self {
        self.field = field.into_iter().map(Into::into).collect();
        self
    }

    /// Puts the path in front of the path it has: `items`, `0` before `termMonths`.
    #[must_use]
    pub fn within<S: Into<Cow<'static, str>>>(mut self, path: impl IntoIterator<Item = S>) -> Self {
        self.field = path.into_iter().map(Into::into).chain(self.field).collect();
        self
    }
}

/// Ends a use case with a refusal.
pub fn refuse<T>(code: Code, message: impl Into<Cow<'static, str>>) -> Result<T, Error> {
    Err(Refusal::new(code, message).into())
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        Self::Storage(error)
    }
}

/// What to do about a fault of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StorageFault {
    /// The transaction lost against another one: run it again.
    Contended,
    /// The database cannot be reached now.
    Unavailable,
    /// A unique key is taken.
    Duplicate,
    /// Anything else: a defect.
    Broken,
}

impl Error {
    /// A fault of our own.
    pub fn fault(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Fault(what.into())
    }

    /// Of a storage fault, what to do about it.
    pub fn storage_fault(&self) -> Option<StorageFault> {
        match self {
            Self::Storage(error) => Some(storage_fault(error)),
            Self::NotFound | Self::Denied | Self::Refused(_) | Self::Fault(_) => None,
        }
    }

    /// The code of the refusal, if it is one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::NotFound => Some(Code::NotFound),
            Self::Denied => Some(Code::PermissionDenied),
            Self::Refused(refusal) => Some(refusal.code),
            Self::Storage(_) | Self::Fault(_) => None,
        }
    }
}

/// Tells contention and absence of the database from defects, by the database's own codes.
pub fn storage_fault(error: &DbErr) -> StorageFault {
    let (DbErr::Conn(RuntimeErr::SqlxError(inner))
    | DbErr::Exec(RuntimeErr::SqlxError(inner))
    | DbErr::Query(RuntimeErr::SqlxError(inner))) = error
    else {
        return if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) {
            StorageFault::Unavailable
        } else {
            StorageFault::Broken
        };
    };
    if let SqlxError::Database(e) = &**inner {
        return match e.code().as_deref() {
            // PostgreSQL: serialization failure, deadlock, lock not available; SQLite: busy in its variants, locked
            Some("40001" | "40P01" | "55P03" | "5" | "6" | "261" | "517" | "773") => StorageFault::Contended,
            // PostgreSQL: shut down, crashed, starting up, too many connections, idle in transaction; SQLite: full, I/O, read-only
            Some("57P01" | "57P02" | "57P03" | "53300" | "25P03") => StorageFault::Unavailable,
            Some("23505" | "1555" | "2067") => StorageFault::Duplicate,
            _ => StorageFault::Broken,
        };
    }
    let is_gone = matches!(
        &**inner,
        SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::Tls(_) | SqlxError::Protocol(_)
    );
    if is_gone { StorageFault::Unavailable } else { StorageFault::Broken }
}

impl From<crate::money::MoneyError> for Error {
    fn from(error: crate::money::MoneyError) -> Self {
        Self::fault(format!("money: {error}"))
    }
}

impl From<crate::calendar::CalendarError> for Error {
    fn from(error: crate::calendar::CalendarError) -> Self {
        Self::fault(format!("calendar: {error}"))
    }
}

impl From<crate::billing::ledger::LedgerError> for Error {
    fn from(error: crate::billing::ledger::LedgerError) -> Self {
        Self::fault(format!("ledger: {error}"))
    }
}
