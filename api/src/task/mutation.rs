//! What is done about tasks.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::task::commands::{self, CreateTask};

use super::object::Task;
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_at, row_of};
use crate::scalar::Date;

#[derive(InputObject)]
struct CreateTaskInput {
    client_id: ID,
    title: String,
    due_on: Option<Date>,
    assignee_id: Option<ID>,
}

#[derive(InputObject)]
struct CompleteTaskInput {
    task_id: ID,
}

impl CreateTaskInput {
    fn into_command(self) -> Result<CreateTask, Error> {
        let Self { client_id, title, due_on, assignee_id } = self;
        Ok(CreateTask {
            client_id: row_of(Kind::Client, &client_id)?,
            title,
            due_on: due_on.map(|day| day.0),
            assignee_id: assignee_id.map(|id| row_at(Kind::User, &id, "assigneeId")).transpose()?,
        })
    }
}

payloads! {
    /// The task, as it is now.
    TaskPayload { task: Option<Task> }
}

/// What is to be done for clients.
#[derive(Default)]
pub struct TaskMutation;

#[Object]
impl TaskMutation {
    /// Writes down something to do for a client, by a member of the partner's account or by nobody in particular.
    async fn create_task(&self, ctx: &Context<'_>, input: CreateTaskInput) -> Result<TaskPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::create(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| TaskPayload { task: Some(Task(row)), ..TaskPayload::default() })
    }

    /// Ticks it off, for good.
    async fn complete_task(&self, ctx: &Context<'_>, input: CompleteTaskInput) -> Result<TaskPayload> {
        ctx.signed_in()?;
        let end = match row_of(Kind::Task, &input.task_id) {
            Ok(id) => ctx.write(move |work| Box::pin(commands::complete(work, id))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| TaskPayload { task: Some(Task(row)), ..TaskPayload::default() })
    }
}
