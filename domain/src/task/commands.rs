//! What is done about tasks.

use chrono::NaiveDate;
use entities::id::{ClientId, TaskId, UserId};
use entities::task;

use super::actions::{Add, Complete};
use super::store;
use crate::error::{Error, Refusal};
use crate::permission::permit;
use crate::text;
use crate::work::Work;

/// Something to do for a client.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub struct CreateTask {
    pub client_id: ClientId,
    pub title: String,
    pub due_on: Option<NaiveDate>,
    pub assignee_id: Option<UserId>,
}

/// Writes down a task; whoever is to do it is a member of the partner's account. Source: S3.3c.
/// # Errors
/// `INVALID_INPUT`; `NOT_FOUND` for somebody who is no member, as for somebody who is nobody.
pub async fn create(work: &mut Work, command: CreateTask) -> Result<task::Model, Error> {
    let CreateTask { client_id, title, due_on, assignee_id } = command;
    let permit = permit::<Add>(work, client_id).await?;
    let partner_id = permit.row.partner_id;
    let title = text::line("title", &title, text::NAME)?;
    if let Some(assignee) = assignee_id
        && !store::is_member(work, partner_id, assignee).await?
    {
        return Err(Refusal::absent(["assigneeId"]).into());
    }
    let row = task::Model {
        id: work.new_id(),
        client_id,
        partner_id,
        title,
        due_on,
        assignee_id,
        created_at: work.now(),
        done_at: None,
    };
    store::add(work, &row).await?;
    work.record("createTask", Some(permit.grant), Some(row.id.into()));
    Ok(row)
}

/// Ticks a task off. To tick off what is done changes nothing.
/// # Errors
/// `NOT_FOUND`.
pub async fn complete(work: &mut Work, id: TaskId) -> Result<task::Model, Error> {
    let permit = permit::<Complete>(work, id).await?;
    store::complete(work, id).await?;
    work.record("completeTask", Some(permit.grant), Some(id.into()));
    let done_at = permit.row.done_at.or(Some(work.now()));
    Ok(task::Model { done_at, ..permit.row })
}
