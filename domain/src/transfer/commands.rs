//! What is done with transfers.

mod accept;
mod answer;
mod by_link;
mod offer;
mod tell;

pub use accept::{AcceptTransfer, accept};
pub(crate) use answer::call_off;
pub use answer::{cancel, decline, lapse};
pub use by_link::{AnswerByLink, Prepared, Reply, answer_by_link};
pub use offer::{OfferTransfer, offer};

use entities::transfer;

use super::rules::Warning;

/// A transfer, and what whoever offers or accepts it should know.
#[derive(Debug, Clone)]
pub struct Warned {
    /// As it is now.
    pub row: transfer::Model,
    /// In the order of the contract.
    pub warnings: Vec<Warning>,
}
