//! What is asked leave for about the members of an account.

use crate::permission::{Target, actions};

actions! {
    /// To offer memberships of an account: one after the other, so that a second offer to an address finds the first.
    InviteMembers on account "/for update/" needs ManageMembers by Any: |row| Target::account(row.id);
    /// To change or end a membership; through a partnership, one that was granted through it.
    ManageMember on membership needs ManageMembers by Any: |row| Target::account(row.account_id);
    /// To make somebody an ADMIN, and to change or end the membership of one: it goes with acts that no permission stands for.
    ManageAdmins on account needs Admin by Member: |row| Target::account(row.id);
    /// To hand over ownership.
    HandOver on account "/for update/" needs Owner by Member: |row| Target::account(row.id);
}
