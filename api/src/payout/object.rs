//! What is shown of payouts.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::payout::rules::last4;
use entities::{payout, payout_method};

use crate::account::object::Account;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::id::{Kind, encode};
use crate::scalar::{DateTime, Money, amount};

/// REQUESTED, then APPROVED, then PAID; or REJECTED, which gives it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::payout::PayoutStatus")]
pub enum PayoutStatus {
    Requested,
    Approved,
    Paid,
    Rejected,
}

/// The bank account that payouts go to.
#[derive(Clone)]
pub struct PayoutMethod(pub payout_method::Model);

#[Object]
impl PayoutMethod {
    /// Of the bank account.
    async fn holder(&self) -> &str {
        &self.0.holder
    }

    /// The end of its number.
    async fn iban_last4(&self) -> &str {
        last4(&self.0.iban)
    }
}

/// Money that was asked for out of a wallet.
#[derive(Clone)]
pub struct Payout(pub payout::Model);

#[Object]
impl Payout {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Payout, self.0.id.0)
    }

    /// Whose wallet it leaves.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// How much.
    async fn amount(&self) -> Result<Money> {
        amount(self.0.amount_minor, &self.0.currency)
    }

    /// Where it is on its way.
    async fn status(&self) -> PayoutStatus {
        self.0.status.into()
    }

    /// Of the bank account that it goes to, as it was when it was asked for.
    async fn holder(&self) -> &str {
        &self.0.holder
    }

    /// The end of that account's number.
    async fn iban_last4(&self) -> &str {
        last4(&self.0.iban)
    }

    /// That account's number, for the transfer; null to all but the provider's staff.
    async fn iban(&self, ctx: &Context<'_>) -> Option<&str> {
        ctx.reader().actor().sees_everything().then_some(self.0.iban.as_str())
    }

    /// When it left the wallet.
    async fn requested_at(&self) -> DateTime {
        DateTime(self.0.requested_at)
    }

    /// When it was transferred.
    async fn paid_at(&self) -> Option<DateTime> {
        self.0.paid_at.map(DateTime)
    }
}

connection!(PayoutConnection, PayoutEdge, Payout);
