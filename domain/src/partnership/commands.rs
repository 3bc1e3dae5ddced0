//! What is done with invitations and partnerships.

mod answer;
mod end;
mod payer;
mod send;
mod tell;

pub use answer::{ConnectClient, Connected, RejectInvitation, WithdrawInvitation, connect, reject, withdraw};
pub use end::{EndPartnership, end, lapse, next_deadline};
pub use payer::{ChangePayer, change_payer};
pub use send::{SendInvitation, send};
