//! A newtype per id, so that none can be taken for another.

use std::fmt;

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The id of a row of any kind, with which kind it is: for tables that point anywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyId {
    /// The kind, as the newtype of its ids has it: `Client`.
    pub of: &'static str,
    pub id: Uuid,
}

macro_rules! ids {
    ($($name:ident),* $(,)?) => {$(
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, DeriveValueType)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<$name> for AnyId {
            fn from(id: $name) -> Self {
                let name = stringify!($name);
                Self { of: name.strip_suffix("Id").unwrap_or(name), id: id.0 }
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    AccountId,
    ActivityId,
    ApiKeyId,
    AuditEntryId,
    CartId,
    CartItemId,
    CashbackId,
    CashbackStatementId,
    ClientId,
    ContactId,
    ContributorId,
    InquiryId,
    InvitationId,
    InvoiceId,
    InvoiceLineId,
    JobId,
    JournalEntryId,
    LedgerLineId,
    MailedTokenId,
    MemberInvitationId,
    MembershipId,
    NotificationId,
    OfferingId,
    OrderId,
    OrderLineId,
    PartnerProfileId,
    PartnershipId,
    PayoutId,
    PayerChangeId,
    PaymentId,
    PaymentMethodId,
    PlanChangeId,
    PlanId,
    PriceId,
    ProductId,
    ProductPeriodId,
    ProgrammeId,
    ReferralId,
    RefundId,
    RenewalRunId,
    SessionId,
    TaskId,
    TransferId,
    UserId,
    WalletEntryId,
    WebhookDeliveryId,
    WebhookEndpointId,
}
