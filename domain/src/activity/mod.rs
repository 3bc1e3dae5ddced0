//! What happened, told once to everyone who may see it: feed, event streams, webhooks.
//!
//! An event belongs to an account and says which permission its reader needs there. It is written by the transaction that
//! made it happen and never changed. Its position orders the feed; there is none without a place, and none is skipped.

pub mod queries;
pub(crate) mod subject;

use entities::id::{AccountId, ProductId, UserId};
use uuid::Uuid;

use crate::permission::Permission;

/// An event to be told.
#[derive(Debug, Clone)]
pub struct Event {
    /// In whose feed it stands.
    pub account_id: AccountId,
    /// What happened.
    pub kind: ActivityKind,
    /// What its reader needs in that account; unless said, what the kind needs.
    pub required: Permission,
    /// The product that it is about, if it is about one: then partnerships that cover only chosen products tell it too.
    pub product_id: Option<ProductId>,
    /// The contract's type name and the id of what it is about.
    pub subject: Option<(&'static str, Uuid)>,
    /// Who did it, where that is not whoever acts now.
    pub actor_id: Option<UserId>,
    /// The account on whose behalf the actor acted, when not their own.
    pub acting_for_id: Option<AccountId>,
    /// The facts from which the sentence is made, in the reader's language.
    pub data: serde_json::Value,
}

impl Event {
    /// An event without particulars.
    pub fn new(account_id: AccountId, kind: ActivityKind) -> Self {
        Self {
            account_id,
            kind,
            required: kind.required(),
            product_id: None,
            subject: None,
            actor_id: None,
            acting_for_id: None,
            data: serde_json::json!({}),
        }
    }

    /// Says what it is about.
    #[must_use]
    pub fn about(mut self, type_name: &'static str, id: impl Into<Uuid>) -> Self {
        self.subject = Some((type_name, id.into()));
        self
    }

    /// Says what its reader needs, where the two sides of one event need different permissions.
    #[must_use]
    pub fn needs(mut self, required: Permission) -> Self {
        self.required = required;
        self
    }

    /// Says who did it, where the product acts on what somebody did before.
    #[must_use]
    pub fn done_by(mut self, user_id: UserId) -> Self {
        self.actor_id = Some(user_id);
        self
    }

    /// Says for whom it was done, where that is not the account in whose feed it stands.
    #[must_use]
    pub fn done_for(mut self, account_id: AccountId) -> Self {
        self.acting_for_id = Some(account_id);
        self
    }

    /// Says which product it is about.
    #[must_use]
    pub fn of_product(mut self, id: ProductId) -> Self {
        self.product_id = Some(id);
        if self.subject.is_none() {
            self.subject = Some(("Product", id.into()));
        }
        self
    }

    /// Adds facts for the sentence.
    #[must_use]
    pub fn with(mut self, data: serde_json::Value) -> Self {
        self.data = data;
        self
    }
}

macro_rules! kinds {
    ($($kind:ident = $name:literal needs $permission:ident),* $(,)?) => {
        /// The kinds of the contract's `ActivityKind`, each with the permission that its reader needs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the names are the documentation")]
        pub enum ActivityKind { $($kind),* }

        impl ActivityKind {
            /// Each of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            /// As in the contract and in the table.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }

            /// What its reader needs in the account.
            pub const fn required(self) -> Permission {
                match self { $(Self::$kind => Permission::$permission),* }
            }

            /// From the table.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$kind),)* _ => None }
            }
        }
    };
}

kinds! {
    AccountCreated = "ACCOUNT_CREATED" needs ViewProducts,
    MemberAdded = "MEMBER_ADDED" needs ManageMembers,
    MemberChanged = "MEMBER_CHANGED" needs ManageMembers,
    MemberRemoved = "MEMBER_REMOVED" needs ManageMembers,
    ClientCreated = "CLIENT_CREATED" needs ManageClients,
    InquiryReceived = "INQUIRY_RECEIVED" needs ManageClients,
    InquiryAssigned = "INQUIRY_ASSIGNED" needs ManageClients,
    OwnershipTransferred = "OWNERSHIP_TRANSFERRED" needs ManageMembers,
    PowerOfAttorneyUsed = "POWER_OF_ATTORNEY_USED" needs ManagePartners,
    PowerOfAttorneyAnswered = "POWER_OF_ATTORNEY_ANSWERED" needs ManagePartners,
    PowerOfAttorneyDecided = "POWER_OF_ATTORNEY_DECIDED" needs ManagePartners,
    InvitationReceived = "INVITATION_RECEIVED" needs ManageClients,
    InvitationAccepted = "INVITATION_ACCEPTED" needs ManagePartners,
    InvitationRejected = "INVITATION_REJECTED" needs ManagePartners,
    InvitationWithdrawn = "INVITATION_WITHDRAWN" needs ManagePartners,
    InvitationExpired = "INVITATION_EXPIRED" needs ManagePartners,
    PartnershipChanged = "PARTNERSHIP_CHANGED" needs ManagePartners,
    PartnershipEnded = "PARTNERSHIP_ENDED" needs ManagePartners,
    PayerChanged = "PAYER_CHANGED" needs ManagePartners,
    CartSent = "CART_SENT" needs ManageClients,
    CartRecalled = "CART_RECALLED" needs ManageClients,
    CartCompleted = "CART_COMPLETED" needs ManageClients,
    AccessNeeded = "ACCESS_NEEDED" needs ManagePartners,
    OrderPlaced = "ORDER_PLACED" needs ViewInvoices,
    InvoiceIssued = "INVOICE_ISSUED" needs ViewInvoices,
    CreditNoteIssued = "CREDIT_NOTE_ISSUED" needs ViewInvoices,
    PaymentSucceeded = "PAYMENT_SUCCEEDED" needs ViewInvoices,
    PaymentFailed = "PAYMENT_FAILED" needs ViewInvoices,
    RenewalUpcoming = "RENEWAL_UPCOMING" needs ViewProducts,
    ProductActivated = "PRODUCT_ACTIVATED" needs ViewProducts,
    PlanChanged = "PLAN_CHANGED" needs ViewProducts,
    ProductRenewed = "PRODUCT_RENEWED" needs ViewProducts,
    ProductPastDue = "PRODUCT_PAST_DUE" needs ViewProducts,
    ProductSuspended = "PRODUCT_SUSPENDED" needs ViewProducts,
    ProductRestored = "PRODUCT_RESTORED" needs ViewProducts,
    ProductExpired = "PRODUCT_EXPIRED" needs ViewProducts,
    ProductCancelled = "PRODUCT_CANCELLED" needs ViewProducts,
    ContributorAdded = "CONTRIBUTOR_ADDED" needs ManageProducts,
    ContributorRemoved = "CONTRIBUTOR_REMOVED" needs ManageProducts,
    TransferOffered = "TRANSFER_OFFERED" needs ManageProducts,
    TransferAccepted = "TRANSFER_ACCEPTED" needs ManageProducts,
    TransferDeclined = "TRANSFER_DECLINED" needs ManageProducts,
    TransferCancelled = "TRANSFER_CANCELLED" needs ManageProducts,
    TransferExpired = "TRANSFER_EXPIRED" needs ManageProducts,
    CashbackCredited = "CASHBACK_CREDITED" needs ViewInvoices,
    CashbackReleased = "CASHBACK_RELEASED" needs ViewInvoices,
    CashbackReversed = "CASHBACK_REVERSED" needs ViewInvoices,
    PayoutRequested = "PAYOUT_REQUESTED" needs ViewInvoices,
    PayoutPaid = "PAYOUT_PAID" needs ViewInvoices,
    PayoutRejected = "PAYOUT_REJECTED" needs ViewInvoices,
    SupportRequested = "SUPPORT_REQUESTED" needs ContactSupport,
}
