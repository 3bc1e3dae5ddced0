//! What is done with invitations and partnerships.

mod accept;
mod answer;
mod attorney;
mod by_link;
mod end;
mod link;
mod managing;
mod on_behalf;
mod payer;
mod remind;
mod request;
mod send;
mod tell;
mod update;

pub use accept::{ConnectClient, Connected, GrantAccess, connect, grant_access};
pub use answer::{RejectInvitation, WithdrawInvitation, reject, withdraw};
pub use attorney::{AnswerPowerOfAttorney, DecidePowerOfAttorney, answer_power_of_attorney, decide_power_of_attorney};
pub use by_link::{AnswerByLink, Choice, Prepared, Reply, answer_by_link};
pub use end::{EndPartnership, end, lapse, lapse_all};
pub use link::follow;
pub use managing::{SetManagingPartnership, set_managing};
pub(crate) use managing::{hold_all_of, take_in};
pub use on_behalf::{CreateAccountOnBehalf, Mandate, OpenedOnBehalf, create_on_behalf};
pub use payer::{ChangePayer, change_payer};
pub use remind::remind;
pub(crate) use request::{Needed, need_access};
pub use request::{RequestAccess, request};
pub use send::{SendInvitation, send};
pub use update::{UpdateAccess, update_access};
