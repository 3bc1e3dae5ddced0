//! What an error means for a job: come back later, or never.

use std::error::Error as _;
use std::time::Duration;

use domain::Error;

/// How a handler ends other than well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// May go well later: back-off, then again.
    #[error("{0}")]
    Retry(String),
    /// Will never go well: a dead letter.
    #[error("{0}")]
    GiveUp(String),
    /// Left off, because the process stops: given back, to be gone on with, and not held against the job.
    #[error("left off at a stop")]
    LeftOff,
    /// It is not its turn yet: comes back after this time, and it is not held against the job.
    #[error("put off for {} ms", .0.as_millis())]
    NotYet(Duration),
}

/// Faults of storage and of our own may be over, or mended, by the next try. Refusals are answers: the same again would be
/// refused again.
impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match &error {
            Error::NotFound | Error::Denied | Error::Refused(_) => Self::GiveUp(error.to_string()),
            Error::Storage(_) | Error::Fault(_) => Self::Retry(with_sources(&error)),
        }
    }
}

/// An error and what it came from, on one line: for those who look at dead letters.
fn with_sources(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}
