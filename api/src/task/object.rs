//! What is shown of tasks.

use async_graphql::{Context, ID, Object, Result};
use entities::{client, task, user};

use crate::account::object::User;
use crate::answer::loaded;
use crate::client::object::Client;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Seen;
use crate::scalar::Date;

/// Something to do for a client.
#[derive(Clone)]
pub struct Task(pub task::Model);

#[Object]
impl Task {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Task, self.0.id.0)
    }

    /// For whom.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        let row = loaded(ctx.loads().load_one(Seen::<client::Model>::by(self.0.client_id)).await)?;
        Ok(Client(row.ok_or_else(EdgeError::internal)?))
    }

    /// What.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// By when.
    async fn due_on(&self) -> Option<Date> {
        self.0.due_on.map(Date)
    }

    /// Whether it is ticked off.
    async fn done(&self) -> bool {
        self.0.done_at.is_some()
    }

    /// Who is to do it, as long as they are a member.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        let Some(id) = self.0.assignee_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<user::Model>::by(id)).await)?.map(User))
    }
}

connection!(TaskConnection, TaskEdge, Task);
