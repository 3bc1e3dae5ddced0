//! The person behind the access token.

use std::sync::Arc;

use async_graphql::resolver_utils::enum_value;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::account::queries::{self, About};
use domain::actor::Person;
use domain::contributor;
use domain::permission::Step;
use domain::transfer;
use entities::{api_key, contributor as contribution, membership, product};

use super::object::{Account, Membership, MembershipConnection, Permission, User};
use crate::answer::loaded;
use crate::api_key::object::ApiKey;
use crate::connection::{Connection as _, Count, Paging};
use crate::context::ContextExt;
use crate::contributor::object::{Contributor, ContributorRole};
use crate::error::EdgeError;
use crate::id::{Kind, decode};
use crate::loader::{Reached, Seen};
use crate::node::Node;
use crate::scalar::DateTime;
use crate::transfer::object::{Transfer, TransferStatus};

/// The person behind the access token. One sign-in reaches every account they are a member of.
pub struct Viewer(pub Arc<Person>);

#[Object]
impl Viewer {
    /// Who.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        User::by(ctx, self.0.user_id).await
    }

    /// Oldest first.
    async fn memberships(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<MembershipConnection> {
        let page = Paging { first, after, last, before }.request()?;
        let rows = ctx.read(queries::own_memberships(&ctx.reader(), &page).await)?;
        // a key that was made through a partnership stands on a membership of the partner, which is not shown to it
        let is_through = self.0.key().is_some_and(|key| key.granted_through.is_some());
        let count = if is_through { rows.rows.len() } else { self.0.memberships.len() };
        let rows = rows.map(|row| (row.id.0, Membership(row)));
        Ok(MembershipConnection::new(rows, Count::known(count))?)
    }

    /// Products offered to the viewer's verified address, newest first, at most 500.
    async fn received_transfers(&self, ctx: &Context<'_>, status: Option<TransferStatus>) -> Result<Vec<Transfer>> {
        let rows = ctx.read(transfer::queries::received(&ctx.reader(), status.map(Into::into)).await)?;
        Ok(rows.into_iter().map(Transfer).collect())
    }

    /// Oldest first, at most 500; none before the viewer's address is verified.
    async fn contributions(&self, ctx: &Context<'_>) -> Result<Vec<Contributor>> {
        let rows = ctx.read(contributor::queries::of_viewer(&ctx.reader()).await)?;
        Ok(rows.into_iter().map(Contributor::from).collect())
    }

    /// The same question that every field asks before it answers, with the path that grants it. What the viewer does not see is
    /// answered as what does not exist.
    async fn permission(&self, ctx: &Context<'_>, permission: Permission, on: ID) -> Result<PermissionExplanation> {
        let about = match decode(&on) {
            Some((Kind::Account, id)) => Some((About::Account, id)),
            Some((Kind::Product, id)) => Some((About::Product, id)),
            Some((Kind::Partnership, id)) => Some((About::Partnership, id)),
            Some((Kind::Invoice, id)) => Some((About::Invoice, id)),
            Some((Kind::Client, id)) => Some((About::Client, id)),
            _ => None,
        };
        let Some((about, id)) = about else { return Ok(PermissionExplanation::default()) };
        let paths = ctx.read(queries::explain(&ctx.reader(), permission.into(), about, id).await)?;
        let mut shown = Vec::with_capacity(paths.len());
        for path in paths {
            let mut steps = Vec::with_capacity(path.steps.len());
            for step in path.steps {
                steps.push(show(ctx, &self.0, step).await?);
            }
            shown.push(PermissionPath { steps, expires_at: path.expires_at.map(DateTime) });
        }
        Ok(PermissionExplanation { allowed: !shown.is_empty(), paths: shown })
    }
}

/// Whether a permission is held, and how.
#[derive(Default, SimpleObject)]
pub struct PermissionExplanation {
    /// Whether it is held.
    pub allowed: bool,
    /// Each way in which the permission is held; empty when not allowed.
    pub paths: Vec<PermissionPath>,
}

/// One way in which a permission is held.
#[derive(SimpleObject)]
pub struct PermissionPath {
    /// From the person to the object.
    pub steps: Vec<PermissionStep>,
    /// When the way ends by itself.
    pub expires_at: Option<DateTime>,
}

/// One step of a way.
#[derive(SimpleObject)]
pub struct PermissionStep {
    /// Of what kind.
    pub kind: PermissionStepKind,
    /// What carries it.
    pub node: Node,
    /// In words.
    pub description: String,
}

/// What can carry a permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PermissionStepKind {
    Membership,
    Partnership,
    Contributor,
    ApiKey,
    Staff,
}

async fn show(ctx: &Context<'_>, person: &Person, step: Step) -> Result<PermissionStep> {
    Ok(match step {
        Step::ApiKey(id) => {
            let row = loaded(ctx.loads().load_one(Reached::<api_key::Model>::by(id)).await)?;
            let key = ApiKey(row.ok_or_else(EdgeError::internal)?);
            let description = format!("API key {}", key.0.name);
            PermissionStep { kind: PermissionStepKind::ApiKey, node: Node::ApiKey(key), description }
        }
        Step::Membership(id) => {
            let row = loaded(ctx.loads().load_one(Reached::<membership::Model>::by(id)).await)?;
            let row = row.ok_or_else(EdgeError::internal)?;
            let name = Account::by(ctx, row.account_id).await?.0.name;
            let description = format!("{} of {name}", enum_value(super::object::Role::from(row.role)));
            PermissionStep {
                kind: PermissionStepKind::Membership,
                node: Node::Membership(Membership(row)),
                description,
            }
        }
        Step::Partnership(id) => {
            let client = ctx.read(queries::client_of(&ctx.reader(), id).await)?.ok_or_else(EdgeError::internal)?;
            let client = Account::by(ctx, client).await?;
            let description = format!("active partnership with {}", client.0.name);
            PermissionStep { kind: PermissionStepKind::Partnership, node: Node::Account(client), description }
        }
        Step::Contributor(id) => {
            let row = loaded(ctx.loads().load_one(Seen::<contribution::Model>::by(id)).await)?;
            let row = row.ok_or_else(EdgeError::internal)?;
            let product = loaded(ctx.loads().load_one(Seen::<product::Model>::by(row.product_id)).await)?;
            let label = product.ok_or_else(EdgeError::internal)?.label;
            let description = format!("{} of {label}", enum_value(ContributorRole::from(row.role)));
            let node = Node::Contributor(row.into());
            PermissionStep { kind: PermissionStepKind::Contributor, node, description }
        }
        Step::Staff => {
            let node = Node::User(User::by(ctx, person.user_id).await?);
            PermissionStep { kind: PermissionStepKind::Staff, node, description: "the provider's staff".to_owned() }
        }
    })
}
