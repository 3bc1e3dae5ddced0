//! What is asked leave for between a client and a partner. Each side acts by membership: none of these permissions is ever
//! carried by a partnership.

use entities::id::AccountId;
use uuid::Uuid;

use crate::permission::{Target, actions};

actions! {
    /// To offer a partner access to an account.
    OfferAccess on account needs ManagePartners by Member: |row| Target::account(row.id);
    /// To ask the client of a record for access.
    AskForAccess on client needs ManageClients by Member: |row| Target::account(row.partner_id);
    /// To answer or withdraw an invitation as the partner.
    DecideAsPartner on invitation needs ManageClients by Member: |row| Target::account(row.partner_id);
    /// To answer or withdraw an invitation as the client; a request to an address without an account is nobody's yet.
    DecideAsClient on invitation needs ManagePartners by Member:
        |row| Target::account(row.client_account_id.unwrap_or(AccountId(Uuid::nil())));
    /// To change who pays: the client alone. Source: S2.19.
    ChangePayer on partnership needs ManageBilling by Member: |row| Target::account(row.client_account_id);
    /// To change or end a partnership as the client.
    ManageAsClient on partnership needs ManagePartners by Member: |row| Target::account(row.client_account_id);
    /// To end a partnership as the partner, or to give up access.
    ManageAsPartner on partnership needs ManageClients by Member: |row| Target::account(row.partner_id);
    /// To say which partnership looks after a product: the client alone.
    SetManager on product needs ManagePartners by Member: |row| Target::product(row.account_id, row.id);
    /// To open an account in a client's name: the partner's own people.
    OpenOnBehalf on account needs ManageClients by Member: |row| Target::account(row.id);
    /// To say whether one gave a power of attorney: the owner of the account that was opened under it, in person.
    AnswerMandate on partnership needs Owner by Member: |row| Target::account(row.client_account_id);
    /// To decide over a disputed power of attorney.
    JudgeMandate on partnership needs Staff by Member: |row| Target::account(row.client_account_id);
}
