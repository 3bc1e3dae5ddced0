//! What people do about their sign-in and their accounts.

mod account;
mod claim;
mod person;
mod reset;
mod session;
mod sign_up;
mod visit;

pub use account::{UpdateAccount, update_account};
pub(crate) use claim::open_in_name_of;
pub use claim::{FirstPassword, NewOwner, claim_account};
pub use person::{AddStaff, UpdateUser, Verified, add_staff, update_user, verify_email};
pub use reset::{NewPassword, mail_password_reset, request_password_reset, reset_password};
pub(crate) use session::open_session;
pub use session::{SignedIn, sign_in, sign_out};
pub use sign_up::{PreparedSignUp, SignUp, SignedUp, sign_up};
pub(crate) use sign_up::{insert_user, sign_up_verified};
pub use visit::Introduced;
pub(crate) use visit::Visitor;
