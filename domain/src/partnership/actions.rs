//! What is asked leave for. Each side acts by membership: none of these permissions is ever carried by a partnership.

use entities::id::AccountId;
use entities::{account, client, invitation, partnership};
use uuid::Uuid;

use crate::permission::rules::Reach;
use crate::permission::{Action, Permission, Target};

/// To offer a partner access to an account.
pub(super) struct OfferAccess;

impl Action for OfferAccess {
    type Row = account::Model;
    const PERMISSION: Permission = Permission::ManagePartners;
    const REACH: Reach = Reach::Member;

    fn target(row: &Self::Row) -> Target {
        Target::account(row.id)
    }
}

/// To ask the client of a record for access.
pub(super) struct AskForAccess;

impl Action for AskForAccess {
    type Row = client::Model;
    const PERMISSION: Permission = Permission::ManageClients;
    const REACH: Reach = Reach::Member;

    fn target(row: &Self::Row) -> Target {
        Target::account(row.partner_id)
    }
}

/// To answer or withdraw an invitation as the partner.
pub(super) struct DecideAsPartner;

impl Action for DecideAsPartner {
    type Row = invitation::Model;
    const PERMISSION: Permission = Permission::ManageClients;
    const REACH: Reach = Reach::Member;

    fn target(row: &Self::Row) -> Target {
        Target::account(row.partner_id)
    }
}

/// To answer or withdraw an invitation as the client.
pub(super) struct DecideAsClient;

impl Action for DecideAsClient {
    type Row = invitation::Model;
    const PERMISSION: Permission = Permission::ManagePartners;
    const REACH: Reach = Reach::Member;

    fn target(row: &Self::Row) -> Target {
        // a request to an address without an account is nobody's yet
        Target::account(row.client_account_id.unwrap_or(AccountId(Uuid::nil())))
    }
}

/// To change who pays: the client alone. Source: S2.19.
pub(super) struct ChangePayer;

impl Action for ChangePayer {
    type Row = partnership::Model;
    const PERMISSION: Permission = Permission::ManageBilling;
    const REACH: Reach = Reach::Member;

    fn target(row: &Self::Row) -> Target {
        Target::account(row.client_account_id)
    }
}

/// To end a partnership as the client.
pub(super) struct EndAsClient;

impl Action for EndAsClient {
    type Row = partnership::Model;
    const PERMISSION: Permission = Permission::ManagePartners;
    const REACH: Reach = Reach::Member;

    fn target(row: &Self::Row) -> Target {
        Target::account(row.client_account_id)
    }
}

/// To end a partnership as the partner.
pub(super) struct EndAsPartner;

impl Action for EndAsPartner {
    type Row = partnership::Model;
    const PERMISSION: Permission = Permission::ManageClients;
    const REACH: Reach = Reach::Member;

    fn target(row: &Self::Row) -> Target {
        Target::account(row.partner_id)
    }
}
