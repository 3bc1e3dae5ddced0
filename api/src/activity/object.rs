//! What is shown of an event.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::activity;
use entities::user;

use super::loader::WithPeople;
use super::sentence::{sentence, undelivered};
use crate::account::object::{Account, User};
use crate::answer::loaded;
use crate::batch::Batches;
use crate::connection::connection;
use crate::context::{ContextExt, Loads};
use crate::cursor;
use crate::id::{Kind, encode, from_type_name};
use crate::loader::Reached;
use crate::node::{self, Node};
use crate::scalar::{DateTime, Url};

/// What can happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::activity::ActivityKind")]
pub enum ActivityKind {
    AccountCreated,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    ClientCreated,
    InquiryReceived,
    InquiryAssigned,
    OwnershipTransferred,
    PowerOfAttorneyUsed,
    PowerOfAttorneyAnswered,
    PowerOfAttorneyDecided,
    InvitationReceived,
    InvitationAccepted,
    InvitationRejected,
    InvitationWithdrawn,
    InvitationExpired,
    PartnershipChanged,
    PartnershipEnded,
    PayerChanged,
    CartSent,
    CartRecalled,
    CartCompleted,
    AccessNeeded,
    OrderPlaced,
    InvoiceIssued,
    CreditNoteIssued,
    PaymentSucceeded,
    PaymentFailed,
    RenewalUpcoming,
    ProductActivated,
    PlanChanged,
    ProductRenewed,
    ProductPastDue,
    ProductSuspended,
    ProductRestored,
    ProductExpired,
    ProductCancelled,
    ContributorAdded,
    ContributorRemoved,
    TransferOffered,
    TransferAccepted,
    TransferDeclined,
    TransferCancelled,
    TransferExpired,
    CashbackCredited,
    CashbackReleased,
    CashbackReversed,
    PayoutRequested,
    PayoutPaid,
    PayoutRejected,
    SupportRequested,
}

/// Something that happened in an account, as far as the viewer may know of it.
#[derive(Clone)]
pub struct ActivityEvent(pub entities::activity::Model);

connection!(ActivityEventConnection, ActivityEventEdge, ActivityEvent);

#[Object]
impl ActivityEvent {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::ActivityEvent, self.0.id.0)
    }

    /// Its place in the feed; a stream goes on from it.
    async fn cursor(&self) -> Result<String> {
        Ok(cursor::encode(&self.0.position)?)
    }

    /// What happened.
    async fn kind(&self) -> Result<ActivityKind> {
        Ok(self.known()?.into())
    }

    /// In whose feed it stands.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// When.
    async fn occurred_at(&self) -> DateTime {
        DateTime(self.0.occurred_at)
    }

    /// In the viewer's language.
    async fn message(&self, ctx: &Context<'_>) -> Result<String> {
        let reader = ctx.reader();
        let locale = reader.actor().locale();
        if self.0.data.get("undelivered").is_some() {
            return Ok(undelivered(locale));
        }
        Ok(sentence(self.known()?, locale))
    }

    /// Who did it; null for what happened by itself, and to whoever only contributes to the product that it is about.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.actor_id else { return Ok(None) };
        if !self.shows_people(ctx).await? {
            return Ok(None);
        }
        Ok(loaded(ctx.loads().load_one(Reached::<user::Model>::by(id)).await)?.map(User))
    }

    /// The account on whose behalf the actor acted, when not their own; null to contributors, too.
    async fn acting_for(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        if self.0.acting_for_id.is_none() || !self.shows_people(ctx).await? {
            return Ok(None);
        }
        Account::maybe(ctx, self.0.acting_for_id).await
    }

    /// What it is about, as far as the viewer sees that.
    async fn subject(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        self.load_subject(ctx.loads()).await
    }

    /// Where the next step is done, if there is one.
    async fn action_url(&self) -> Option<Url> {
        self.0.data.get("actionUrl").and_then(|url| url.as_str()).map(|url| Url(url.to_owned()))
    }
}

impl ActivityEvent {
    /// What it is about, as far as the viewer sees that.
    pub(super) async fn load_subject(&self, loads: &Batches<Loads>) -> Result<Option<Node>> {
        let kind = self.0.subject_type.as_deref().and_then(from_type_name);
        let (Some(kind), Some(id)) = (kind, self.0.subject_id) else { return Ok(None) };
        node::load(loads, kind, id).await
    }

    /// Whether the viewer is told it as more than a contributor: those are told what happens to their product, not who works there.
    async fn shows_people(&self, ctx: &Context<'_>) -> Result<bool> {
        let reader = ctx.reader();
        if reader.actor().sees_everything() || reader.actor().accounts().contains(&self.0.account_id) {
            return Ok(true);
        }
        Ok(loaded(ctx.loads().load_one(WithPeople(self.0.id)).await)?.unwrap_or_default())
    }

    fn known(&self) -> Result<activity::ActivityKind> {
        activity::ActivityKind::from_name(&self.0.kind).ok_or_else(|| crate::error::EdgeError::internal().into())
    }
}
