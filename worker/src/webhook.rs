//! Telling webhook endpoints: a job an endpoint, which takes turns until nothing is due or nothing arrives.

mod call;

use std::time::{Duration, Instant};

use domain::Store;
use domain::actor::System;
use domain::webhook::job::DeliverWebhooks;
use domain::webhook::lane::{Answer as Told, Turn, settle, take};
use domain::webhook::letter::letters;
use domain::webhook::spread::start_due;
use futures::future::join_all;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

pub use call::{Hooks, LookUp};

use crate::handler::{Answer, Context, Run};

/// How often to look without a hint.
const LOOK: Duration = Duration::from_secs(1);
/// Hints that come closer together are one.
const PACE: Duration = Duration::from_millis(20);
/// An endpoint that is due more than can be sent in this time waits its turn behind others.
const FAIR_SHARE: Duration = Duration::from_secs(30);

/// Starts what is due: after each commit that this process hears of, and each second for those that it does not.
pub async fn watch(store: Store, stop: CancellationToken) {
    let mut hints = store.signals().feeds_in.subscribe();
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
            heard = hints.recv() => match heard {
                // what was hinted at meanwhile is found by the same look
                Ok(_) | Err(RecvError::Lagged(_)) => {
                    tokio::time::sleep(PACE).await;
                    hints = hints.resubscribe();
                }
                Err(RecvError::Closed) => return,
            }
        }
        if let Err(error) = start_due(&store).await {
            tracing::warn!(error = ?error, "webhooks cannot be looked after");
        }
    }
}

/// Sends what an endpoint is due. A delivery goes out at least once: a process that dies between the answer and our commit leaves it
/// to be sent again, with the same `webhook-id`. After a turn of which nothing arrived the endpoint waits.
pub async fn deliver(context: Context, run: Run<DeliverWebhooks>) -> Answer {
    let id = run.job.endpoint_id;
    let started = Instant::now();
    while !run.stop.is_cancelled() && started.elapsed() < FAIR_SHARE {
        let taken = context.write(System::Webhooks, move |work| Box::pin(take(work, id)));
        let Some(turn) = taken.await? else { return Ok(()) };
        let answers = send(&context, &turn).await?;
        let settled = context.write(System::Webhooks, move |work| {
            let (turn, answers) = (turn.clone(), answers.clone());
            Box::pin(async move { settle(work, &turn, &answers).await })
        });
        if !settled.await? {
            return Ok(());
        }
    }
    Ok(())
}

/// One turn, side by side.
async fn send(context: &Context, turn: &Turn) -> Result<Vec<Told>, domain::Error> {
    let now = context.store.now().await?.now;
    let letters = letters(&context.store, turn, now).await?;
    let calls = letters.into_iter().map(|letter| async {
        let id = letter.delivery_id;
        let status = context.hooks.call(&turn.endpoint.url, letter).await;
        Told { id, status }
    });
    Ok(join_all(calls).await)
}
