//! The roots: each area brings its own part, and they are merged here.

use async_graphql::{Context, ID, MergedObject, Object, Result, SDLExportOptions, Schema};
use domain::job::schedule::Entry;
use futures::future::try_join_all;

use crate::account::mutation::AccountMutation;
use crate::account::preference::PreferenceMutation;
use crate::account::query::AccountQuery;
use crate::activity::subscription::Subscription;
use crate::affiliate::mutation::AffiliateMutation;
use crate::api_key::mutation::ApiKeyMutation;
use crate::billing::mutation::BillingMutation;
use crate::catalogue::mutation::CatalogueMutation;
use crate::catalogue::query::CatalogueQuery;
use crate::client::mutation::ClientMutation;
use crate::clock::mutation::{ClockMutation, Schedule};
use crate::contact::mutation::ContactMutation;
use crate::context::ContextExt;
use crate::contributor::mutation::ContributorMutation;
use crate::error::EdgeError;
use crate::inquiry::mutation::InquiryMutation;
use crate::membership::mutation::MembershipMutation;
use crate::node::{Node, node};
use crate::order::mutation::OrderMutation;
use crate::order::query::OrderQuery;
use crate::partnership::attorney::AttorneyMutation;
use crate::partnership::invitation::InvitationMutation;
use crate::partnership::mutation::PartnershipMutation;
use crate::payout::mutation::PayoutMutation;
use crate::product::mutation::ProductMutation;
use crate::programme::mutation::ProgrammeMutation;
use crate::programme::query::ProgrammeQuery;
use crate::provider::mutation::ProviderMutation;
use crate::provider::query::ProviderQuery;
use crate::renewal::mutation::RenewalMutation;
use crate::scalar::DateTime;
use crate::support::mutation::SupportMutation;
use crate::task::mutation::TaskMutation;
use crate::transfer::mutation::TransferMutation;
use crate::webhook::mutation::WebhookMutation;

/// The product's schema.
pub type AppSchema = Schema<Query, Mutation, Subscription>;
/// The same, with a clock to move.
pub type AppSchemaWithClock = Schema<Query, MutationWithClock, Subscription>;

/// All that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(NodeQuery, AccountQuery, ProgrammeQuery, CatalogueQuery, OrderQuery, ProviderQuery);

/// All that can be done, whatever the clock.
#[derive(MergedObject, Default)]
pub struct Mutations(
    AccountMutation,
    PreferenceMutation,
    MembershipMutation,
    ApiKeyMutation,
    ProgrammeMutation,
    AffiliateMutation,
    ClientMutation,
    AttorneyMutation,
    InvitationMutation,
    TaskMutation,
    InquiryMutation,
    PartnershipMutation,
    BillingMutation,
    PayoutMutation,
    CatalogueMutation,
    OrderMutation,
    ProductMutation,
    ContactMutation,
    ContributorMutation,
    TransferMutation,
    RenewalMutation,
    SupportMutation,
    WebhookMutation,
    ProviderMutation,
);

/// All that can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(Mutations);

/// All that can be done where there is a test clock.
#[derive(MergedObject, Default)]
#[graphql(name = "Mutation")]
pub struct MutationWithClock(Mutations, ClockMutation);

/// The schema, without any data: all of that comes with the request.
pub fn build() -> AppSchema {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .disable_suggestions()
        .limit_directives(5)
        .finish()
}

/// The schema of a server with a test clock; the lines of the schedule are what falls due when it is moved.
pub fn build_with_test_clock(schedule: Vec<Entry>) -> AppSchemaWithClock {
    Schema::build(Query::default(), MutationWithClock::default(), Subscription)
        .disable_suggestions()
        .limit_directives(5)
        .data(Schedule(schedule))
        .finish()
}

/// The SDL, as clients generate their code from it.
pub fn sdl(has_test_clock: bool) -> String {
    let options = SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items();
    if has_test_clock {
        build_with_test_clock(Vec::new()).sdl_with_options(options)
    } else {
        build().sdl_with_options(options)
    }
}

/// Any object by id, and the time.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Null where there is no such object, or not for the viewer.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        node(ctx, &id).await
    }

    /// At most 100, in the order of the ids.
    async fn nodes(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if ids.len() > 100 {
            return Err(EdgeError::bad_input("At most 100 ids.").into());
        }
        try_join_all(ids.iter().map(|id| node(ctx, id))).await
    }

    /// The server's clock: real time, or the test clock's.
    async fn now(&self, ctx: &Context<'_>) -> DateTime {
        DateTime(ctx.reader().now())
    }
}
