//! Which function does which job.

use std::collections::HashMap;
use std::sync::Arc;

use domain::Error;
use domain::actor::{Actor, System};
use domain::job::Job;
use domain::job::lease::Claimed;
use domain::store::{Statements, Store};
use domain::work::Work;
use futures::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::error::JobError;
use crate::notification::{self, Post};
use crate::webhook::Hooks;
use crate::{account, billing, order, partnership, product, renewal, transfer, upkeep, webhook};

/// How a handler ends. `Ok` is also right after [`Claimed::done_in`]: the job is done once.
pub type Answer = Result<(), JobError>;

/// What handlers work with; a clone shares it.
#[derive(Clone)]
pub struct Context {
    /// The database.
    pub store: Store,
    /// The way mails get out.
    pub post: Arc<Post>,
    /// The way webhooks get out.
    pub hooks: Hooks,
}

impl Context {
    /// Runs a write as one transaction, as this part of the product.
    pub async fn write<T, F>(&self, system: System, act: F) -> Result<T, JobError>
    where
        T: Send + 'static,
        F: for<'w> Fn(&'w mut Work) -> BoxFuture<'w, Result<T, Error>> + Send + Sync + 'static,
    {
        Ok(self.store.write(Actor::System(system), Statements::default(), act).await?)
    }
}

/// One delivery of a job: what it asks for, and the lease under which it is done.
#[derive(Debug, Clone)]
pub struct Run<J> {
    /// Ids and dates.
    pub job: J,
    /// For `done_in`, and to know which try this is.
    pub claimed: Claimed,
    /// Cancelled when the process stops: what goes on for long leaves off then, with [`JobError::LeftOff`].
    pub stop: CancellationToken,
}

type Handler = Arc<dyn Fn(Context, Claimed, CancellationToken) -> BoxFuture<'static, Answer> + Send + Sync>;

/// The handlers by the kinds of their jobs.
#[derive(Clone, Default)]
pub struct Handlers(HashMap<&'static str, Handler>);

impl Handlers {
    /// Adds one: `.on(renewal::renew_due)` for `async fn renew_due(ctx: Context, run: Run<RenewDue>) -> Answer`.
    #[must_use]
    pub fn on<J, F, Done>(mut self, handler: F) -> Self
    where
        J: Job,
        F: Fn(Context, Run<J>) -> Done + Send + Sync + 'static,
        Done: Future<Output = Answer> + Send + 'static,
    {
        let handler = Arc::new(handler);
        let dispatch = move |context, claimed: Claimed, stop| -> BoxFuture<'static, Answer> {
            let handler = handler.clone();
            Box::pin(async move {
                let job = serde_json::from_value(claimed.payload.clone())
                    .map_err(|error| JobError::GiveUp(format!("payload: {error}")))?;
                handler(context, Run { job, claimed, stop }).await
            })
        };
        self.0.insert(J::KIND, Arc::new(dispatch));
        self
    }

    /// Does a job. One of an unknown kind may be for a newer version, so it waits rather than dies.
    pub(crate) async fn run(&self, context: Context, claimed: Claimed, stop: CancellationToken) -> Answer {
        match self.0.get(claimed.kind.as_str()) {
            Some(handler) => handler(context, claimed, stop).await,
            None => Err(JobError::Retry(format!("no handler for {}", claimed.kind))),
        }
    }
}

/// Every handler of the product, a line each.
pub fn all() -> Handlers {
    Handlers::default()
        .on(account::mail_password_reset)
        .on(billing::pay_back)
        .on(billing::reconcile)
        .on(billing::reconcile_open)
        .on(billing::release_cashback)
        .on(billing::run_dunning)
        .on(billing::state_cashback)
        .on(notification::send_mail)
        .on(order::age)
        .on(partnership::announce_ends)
        .on(partnership::lapse_access)
        .on(product::expire)
        .on(renewal::remind_of_renewals)
        .on(renewal::run_renewals)
        .on(renewal::renew_due)
        .on(transfer::lapse_transfers)
        .on(upkeep::clean_up)
        .on(webhook::deliver)
}
