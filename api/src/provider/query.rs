//! The provider's own view.

use async_graphql::{Context, ID, Object, Result};
use domain::programme::queries;

use super::loader::{Accounts, DeadJobs, FailedMails};
use super::object::{DeadJob, DeadJobConnection, FailedMail, FailedMailConnection};
use crate::account::object::{Account, AccountConnection};
use crate::audit::loader::WholeLog;
use crate::audit::object::{AuditEntry, AuditEntryConnection};
use crate::billing::query::{TrialBalanceRow, trial_balance};
use crate::connection::lists;
use crate::context::ContextExt;
use crate::payout::loader::Payouts;
use crate::payout::object::{Payout, PayoutConnection, PayoutStatus};
use crate::programme::object::PartnerProgramme;
use crate::renewal::loader::RenewalRuns;
use crate::renewal::object::{RenewalRun, RenewalRunConnection};
use crate::scalar::DateTime;
use crate::webhook::object::{WebhookEndpoint, all_endpoints};

/// What staff can ask.
#[derive(Default)]
pub struct ProviderQuery;

#[Object]
impl ProviderQuery {
    /// Null to all but the provider's staff.
    async fn provider(&self, ctx: &Context<'_>) -> Option<Provider> {
        ctx.reader().actor().sees_everything().then_some(Provider)
    }
}

/// What only the provider's staff sees.
pub struct Provider;

#[Object]
impl Provider {
    /// By name.
    async fn programmes(&self, ctx: &Context<'_>) -> Result<Vec<PartnerProgramme>> {
        let rows = ctx.read(queries::programmes(&ctx.reader()).await)?;
        Ok(rows.into_iter().map(PartnerProgramme).collect())
    }

    /// Every ledger account with its debits and credits; they balance per currency, always.
    async fn trial_balance(&self, ctx: &Context<'_>, as_of: Option<DateTime>) -> Result<Vec<TrialBalanceRow>> {
        trial_balance(ctx, as_of).await
    }

    /// Every account's; the provider's own first, then the youngest, a thousand at most.
    async fn webhook_endpoints(&self, ctx: &Context<'_>) -> Result<Vec<WebhookEndpoint>> {
        all_endpoints(ctx).await
    }

    /// What the provider has lists of.
    #[graphql(flatten)]
    async fn lists(&self) -> ProviderLists {
        ProviderLists(())
    }
}

lists! {
    /// What the provider has lists of.
    ProviderLists of () {
        /// Newest first.
        renewal_runs() -> RenewalRunConnection = RenewalRuns => RenewalRun;

        /// Newest first; `search` looks into names, and a whole mail address finds the accounts of its user.
        accounts(search: Option<String>) -> AccountConnection = Accounts { search } => Account;

        /// Newest first.
        payouts(status: Option<PayoutStatus>) -> PayoutConnection = Payouts { status: status.map(Into::into) } => Payout;

        /// Mails given up after their last try, or refused for good, the youngest first.
        failed_mails() -> FailedMailConnection = FailedMails => FailedMail;

        /// Work that gave up after its last retry, the youngest first.
        dead_jobs() -> DeadJobConnection = DeadJobs => DeadJob;

        /// Newest first: what was done to this account and what its members did for others, or what this person did.
        audit_log(account_id: Option<ID>, actor_id: Option<ID>) -> AuditEntryConnection =
            WholeLog::of(account_id.as_ref(), actor_id.as_ref()) => AuditEntry;
    }
}
