//! Mails: one per (kind, subject, step, recipient), whoever asks for it and however often.
//!
//! The row commits with the event; the worker renders it, mints the tokens in its links and sends it. There is no text and no
//! token in the row. What somebody is told as a member by a permission is told to whoever holds it when the mail is sent: who
//! has lost it meanwhile gets nothing.
//!
//! What need not be told can be switched off, by user and kind of event, on the settings page or by the link in each such mail; it
//! holds for mails that are asked for from then on.

pub mod commands;
pub mod job;
pub mod queries;
pub mod recipients;
pub mod rules;
pub(crate) mod subject;

use entities::id::{AccountId, UserId};
use uuid::Uuid;

use crate::permission::Permissions;

/// A mail to be.
#[derive(Debug, Clone)]
pub struct Notice {
    /// What it says.
    pub kind: MailKind,
    /// The event that it is about: this payer change, this invoice; not the thing that it happened to.
    pub subject_id: Uuid,
    /// Of several about the same subject, e.g. the number of the attempt.
    pub step: i32,
    /// To whom.
    pub recipient: Recipient,
    /// As whose member they get it, if as anybody's: whoever is none any more when it is sent does not.
    pub member_of: Option<MemberOf>,
    /// The account that has it written: it is told where the mail cannot be delivered. None for what the provider writes.
    pub written_by: Option<AccountId>,
    /// The facts that the mail states.
    pub data: serde_json::Value,
}

/// As whose member somebody is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberOf {
    /// The account.
    pub account_id: AccountId,
    /// The permissions of which they hold at least one, also when it is sent; none, where it tells them about themselves.
    pub any_of: Permissions,
}

/// Who gets a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The address.
    pub email: String,
    /// BCP 47: the language it is written in.
    pub locale: String,
    /// The user, if it is one.
    pub user_id: Option<UserId>,
}

macro_rules! mails {
    ($($kind:ident = $name:literal),* $(,)?) => {
        /// What a mail says; each has a folder of templates of this name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are the documentation; rules §6 has the table")]
        pub enum MailKind { $($kind),* }

        impl MailKind {
            /// Each of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// As in the table, and the name of its folder.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            /// From the table.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

mails! {
    VerifyAddress = "verify_address",
    ResetPassword = "reset_password",
    MemberInvited = "member_invited",
    MembershipChanged = "membership_changed",
    MembershipEnded = "membership_ended",
    GrantsEnded = "grants_ended",
    OwnershipTransferred = "ownership_transferred",
    InvitationReceived = "invitation_received",
    InvitationAccepted = "invitation_accepted",
    InvitationRejected = "invitation_rejected",
    InvitationWithdrawn = "invitation_withdrawn",
    InvitationExpired = "invitation_expired",
    AccessRequested = "access_requested",
    AccessChanged = "access_changed",
    AccessExpiring = "access_expiring",
    AccessEnded = "access_ended",
    ClaimAccount = "claim_account",
    PowerOfAttorneyAnswered = "power_of_attorney_answered",
    PowerOfAttorneyDecided = "power_of_attorney_decided",
    InquiryReceived = "inquiry_received",
    ContributorInvited = "contributor_invited",
    TransferOffered = "transfer_offered",
    TransferAccepted = "transfer_accepted",
    TransferDeclined = "transfer_declined",
    TransferCancelled = "transfer_cancelled",
    TransferExpired = "transfer_expired",
    PayerChanged = "payer_changed",
    CartSent = "cart_sent",
    CartReminder = "cart_reminder",
    CartCompleted = "cart_completed",
    AccessNeeded = "access_needed",
    OrderConfirmation = "order_confirmation",
    OrderConfirmationHolder = "order_confirmation_holder",
    InvoiceIssued = "invoice_issued",
    CreditNote = "credit_note",
    CashbackReversed = "cashback_reversed",
    ProductCancelled = "product_cancelled",
    ProductRenewed = "product_renewed",
    ProductRenewedHolder = "product_renewed_holder",
    PaymentFailed = "payment_failed",
    Payout = "payout",
    CashbackStatement = "cashback_statement",
    RenewalUpcoming = "renewal_upcoming",
    PayerFailed = "payer_failed",
    ProductSuspended = "product_suspended",
    ProductRestored = "product_restored",
    SupportRequest = "support_request",
    WebhookDisabled = "webhook_disabled",
}
