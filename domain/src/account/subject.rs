//! Accounts, and the people in them, as rows that are seen.

use crate::permission::{subjects, visible};

subjects! {
    user(UserId) by visible::users;
    // many things are made in an account at the same time: only a change of its own row waits
    account(AccountId) "/for share/" by visible::accounts;
    membership(MembershipId) by visible::memberships;
}
