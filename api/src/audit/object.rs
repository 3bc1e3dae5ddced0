//! What is shown of an entry.

use async_graphql::{Context, ID, Object, Result};
use domain::audit::rules;
use entities::{audit_entry, partnership};

use crate::account::object::{Account, User};
use crate::answer::loaded;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::id::{Kind, encode, from_type_name};
use crate::loader::Seen;
use crate::partnership::object::Partnership;
use crate::scalar::DateTime;

/// Append-only: who did what, for whom, with what result.
#[derive(Clone)]
pub struct AuditEntry(pub audit_entry::Model);

#[Object]
impl AuditEntry {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::AuditEntry, self.0.id.0)
    }

    /// When.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    /// Who; null for what happened by itself, and for the provider's staff to all but themselves.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = rules::actor_id(&self.0, ctx.reader().actor()) else { return Ok(None) };
        User::by(ctx, id).await.map(Some)
    }

    /// The account on whose behalf the actor acted, when not their own.
    async fn acting_for(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        Account::maybe(ctx, self.0.acting_for_id).await
    }

    /// Through which it was allowed, as far as the viewer sees it; null for one's own account.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.0.partnership_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<partnership::Model>::by(id)).await)?.map(Partnership))
    }

    /// The mutation.
    async fn operation(&self) -> &str {
        &self.0.operation
    }

    /// On which account.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        Account::maybe(ctx, self.0.account_id).await
    }

    /// What it was done to; `node` has it for those who see it.
    async fn subject_id(&self) -> Option<ID> {
        let kind = match self.0.subject_type.as_deref()? {
            "Programme" => Kind::PartnerProgramme,
            "Job" => Kind::DeadJob,
            name => from_type_name(name)?,
        };
        Some(encode(kind, self.0.subject_id?))
    }

    /// `DONE`, or the code of the refusal.
    async fn outcome(&self) -> &str {
        &self.0.outcome
    }

    /// The network address that it came from: to staff, and of one's own people.
    async fn ip(&self, ctx: &Context<'_>) -> Option<String> {
        rules::ip(&self.0, ctx.reader().actor()).map(str::to_owned)
    }
}

connection!(AuditEntryConnection, AuditEntryEdge, AuditEntry);
