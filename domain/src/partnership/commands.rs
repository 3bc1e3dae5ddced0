//! What is done with invitations and partnerships.

mod accept;
mod answer;
mod end;
mod link;
mod payer;
mod request;
mod send;
mod tell;

pub use accept::{ConnectClient, Connected, GrantAccess, connect, grant_access};
pub use answer::{RejectInvitation, WithdrawInvitation, reject, withdraw};
pub use end::{EndPartnership, end, lapse};
pub use link::follow;
pub use payer::{ChangePayer, change_payer};
pub use request::{RequestAccess, request};
pub use send::{SendInvitation, send};
