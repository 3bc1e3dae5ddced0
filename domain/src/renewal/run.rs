//! The renewal run: claim → charge → settle, over batches of payers, in lanes.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, RenewalRunId};
use entities::renewal_run;
use futures::StreamExt as _;
use futures::future::try_join_all;
use futures::stream::FuturesUnordered;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::claim::{Claimed, claim};
use super::job::RenewDue;
use super::store::{Candidate, DueBy, LANES, candidates, count_due};
use super::turns::{packs, turns};
use crate::actor::{Actor, System};
use crate::billing;
use crate::error::{Error, Refusal, StorageFault};
use crate::partnership::commands::lapse_all;
use crate::sql::{self, Sql};
use crate::store::{Statements, Store};
use crate::work::Work;

/// How many batches of a lane are under way at once: while one waits for the gateway, the next is claimed.
const BATCHES: usize = 2;
/// How many charges of a batch are in flight at once.
const CHARGES: usize = 16;
/// Every lane is open.
const ALL_OPEN: i32 = (1 << LANES) - 1;

const RENEWALS: Actor = Actor::System(System::Renewals);

/// Begins a run of what is due by this tick, for workers to take its lanes. The schedule's: none when nothing is due.
pub async fn begin_run(work: &mut Work, as_of: DateTime<Utc>) -> Result<Option<renewal_run::Model>, Error> {
    let by = DueBy { as_of, now: work.now() };
    let due = count_due(work.conn(), by).await?;
    if due == 0 {
        return Ok(None);
    }
    begin(work, by.as_of, due).await.map(Some)
}

/// Begins a run of what was due by an instant, whether anything was or not.
/// # Errors
/// `INVALID_INPUT` for an instant to come: what is not due is not billed.
pub(super) async fn begin_as_of(work: &mut Work, as_of: Option<DateTime<Utc>>) -> Result<renewal_run::Model, Error> {
    let as_of = as_of.unwrap_or(work.now());
    if as_of > work.now() {
        return Err(Refusal::invalid("asOf", "lies in the future: only a dry run can look there").into());
    }
    let due = count_due(work.conn(), DueBy { as_of, now: work.now() }).await?;
    begin(work, as_of, due).await
}

async fn begin(work: &mut Work, as_of: DateTime<Utc>, due: i64) -> Result<renewal_run::Model, Error> {
    let run = row(work, as_of, due, false)?;
    sql::insert::<renewal_run::Entity>(work.conn(), std::slice::from_ref(&run)).await?;
    for lane in 0..LANES {
        work.enqueue(RenewDue { run_id: run.id, lane });
    }
    Ok(run)
}

fn row(work: &Work, as_of: DateTime<Utc>, due: i64, is_dry_run: bool) -> Result<renewal_run::Model, Error> {
    Ok(renewal_run::Model {
        id: work.new_id(),
        as_of,
        started_at: work.now(),
        finished_at: is_dry_run.then_some(work.now()),
        is_dry_run,
        due: i32::try_from(due).map_err(|_| Error::fault("too many renewals"))?,
        renewed: 0,
        declined: 0,
        failed: 0,
        open_lanes: if is_dry_run { 0 } else { ALL_OPEN },
    })
}

/// Counts what is due, and renews nothing.
pub async fn dry_run(work: &mut Work, as_of: Option<DateTime<Utc>>) -> Result<renewal_run::Model, Error> {
    let as_of = as_of.unwrap_or(work.now());
    let due = count_due(work.conn(), DueBy { as_of, now: work.now() }).await?;
    let run = row(work, as_of, due, true)?;
    sql::insert::<renewal_run::Entity>(work.conn(), std::slice::from_ref(&run)).await?;
    Ok(run)
}

/// A whole run, here and now; `progress` hears how many periods were claimed after each batch. Workers may take its lanes
/// meanwhile: nothing is done twice.
pub async fn run_now(
    store: &Store,
    statements: &Statements,
    as_of: Option<DateTime<Utc>>,
    progress: impl Fn(usize) + Sync,
) -> Result<renewal_run::Model, Error> {
    lapse_all(store).await?;
    let begun = store.write(RENEWALS, statements.clone(), move |work| Box::pin(begin_as_of(work, as_of)));
    let run = begun.await?;
    let progress = |periods| {
        progress(periods);
        ControlFlow::Continue(())
    };
    let at = Place { store, statements, progress: &progress };
    try_join_all((0..LANES).map(|number| through(&at, run.id, number))).await?;
    finished(store, run.id).await
}

/// Renews what is due of one lane until nothing of it is, and closes it; the last one to close finishes the run. `goes_on` is
/// asked after each batch; told to break, the lane stays open. Called again, it goes on where it was left.
pub async fn lane(
    store: &Store,
    run_id: RenewalRunId,
    lane: i32,
    goes_on: &(dyn Fn() -> ControlFlow<()> + Sync),
) -> Result<ControlFlow<()>, Error> {
    through(&Place { store, statements: &Statements::default(), progress: &|_| goes_on() }, run_id, lane).await
}

/// Where a run works, and who hears how far it is and may break it off.
struct Place<'p> {
    store: &'p Store,
    statements: &'p Statements,
    progress: &'p (dyn Fn(usize) -> ControlFlow<()> + Sync),
}

async fn through(at: &Place<'_>, run_id: RenewalRunId, lane: i32) -> Result<ControlFlow<()>, Error> {
    let store = at.store;
    let run = load(store, run_id).await?;
    if run.finished_at.is_some() {
        return Ok(ControlFlow::Continue(()));
    }
    let mut open = run.open_lanes;
    if open & (1 << lane) != 0 {
        if sweep(at, &run, Some(lane)).await?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        open = close(store, run_id, lane).await?;
    }
    if open == 0 {
        // What came to be another payer's meanwhile may belong to a lane that was through with it.
        if sweep(at, &run, None).await?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        finish(store, &run).await?;
    }
    Ok(ControlFlow::Continue(()))
}

/// Rounds over the payers, each once a round and by turns, until a round finds nothing: so one with much due does not stand before the
/// others, and a payer's missed periods follow one another.
async fn sweep(at: &Place<'_>, run: &renewal_run::Model, lane: Option<i32>) -> Result<ControlFlow<()>, Error> {
    let store = at.store;
    let most = usize::try_from(store.settings().renewal_batch).map_err(|_| Error::fault("too large a batch"))?;
    loop {
        let mut claimed = 0;
        let mut after = Some(AccountId(Uuid::nil()));
        while let Some(payer) = after {
            let by = DueBy { as_of: run.as_of, now: store.now().await?.now };
            let (found, reached) = candidates(store.pool(), by, lane, payer).await?;
            after = reached;
            for turn in turns(found).into_values() {
                let (periods, end) = batches(at, run, packs(&turn, most)).await;
                claimed += periods;
                if end?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        if claimed == 0 {
            return Ok(ControlFlow::Continue(()));
        }
    }
}

/// Some at a time; how many periods were claimed. What has begun is ended, also where one fails or it is to break off: otherwise its
/// charges would wait for the reconciliation.
async fn batches(
    at: &Place<'_>,
    run: &renewal_run::Model,
    packs: Vec<Vec<Candidate>>,
) -> (usize, Result<ControlFlow<()>, Error>) {
    let (mut claimed, mut end) = (0, Ok(ControlFlow::Continue(())));
    let mut waiting = packs.into_iter();
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < BATCHES && matches!(end, Ok(ControlFlow::Continue(()))) {
            let Some(pack) = waiting.next() else { break };
            under_way.push(batch(at, run, pack));
        }
        match under_way.next().await {
            None => return (claimed, end),
            Some(Ok(periods)) => {
                claimed += periods;
                if (at.progress)(periods).is_break() && end.is_ok() {
                    end = Ok(ControlFlow::Break(()));
                }
            }
            Some(Err(error)) => end = Err(error),
        }
    }
}

/// Claims, charges and settles. Where the batch cannot be claimed, each payer is tried alone, so that one that fails stops
/// none; what fails alone stays due and is counted as failed.
async fn batch(at: &Place<'_>, run: &renewal_run::Model, found: Vec<Candidate>) -> Result<usize, Error> {
    let store = at.store;
    let found = Arc::new(found);
    let claimed = match claim_of(at, run, Arc::clone(&found)).await {
        Err(error) if !may_pass(&error) => {
            let mut all = Claimed::default();
            for of_one in found.chunk_by(|one, next| one.payer_id == next.payer_id) {
                match claim_of(at, run, Arc::new(of_one.to_vec())).await {
                    Ok(one) => {
                        all.charges.extend(one.charges);
                        all.periods += one.periods;
                    }
                    Err(error) if may_pass(&error) => return Err(error),
                    Err(error) => {
                        let payer = of_one.first().map(|it| it.payer_id);
                        tracing::error!(run.id = %run.id, payer.id = ?payer, ?error, "a payer's renewals fail");
                    }
                }
            }
            all
        }
        end => end?,
    };
    let Claimed { charges, periods } = claimed;
    if !charges.is_empty() {
        let settlements = billing::charge(store.settings(), charges, CHARGES).await;
        let settled = store
            .write(RENEWALS, Statements::default(), move |work| Box::pin(billing::settle(work, settlements.clone())));
        if let Err(error) = settled.await {
            // The attempts are open, so nothing is charged twice, and the reconciliation books them.
            tracing::error!(run.id = %run.id, ?error, "charges wait for the reconciliation");
            if may_pass(&error) {
                return Err(error);
            }
        }
    }
    Ok(periods)
}

async fn claim_of(at: &Place<'_>, run: &renewal_run::Model, found: Arc<Vec<Candidate>>) -> Result<Claimed, Error> {
    let run = run.clone();
    at.store
        .write(RENEWALS, at.statements.clone(), move |work| {
            let (run, found) = (run.clone(), Arc::clone(&found));
            Box::pin(async move { claim(work, &run, &found).await })
        })
        .await
}

/// Whether it may go well a little later: then the job is tried again.
fn may_pass(error: &Error) -> bool {
    matches!(error.storage_fault(), Some(StorageFault::Unavailable | StorageFault::Contended))
}

async fn load(store: &Store, run_id: RenewalRunId) -> Result<renewal_run::Model, Error> {
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.add("SELECT * FROM renewal_run WHERE id = ?", [run_id.into()]);
    sql.one(store.pool()).await?.ok_or(Error::NotFound)
}

#[derive(FromQueryResult)]
struct Lanes {
    open_lanes: i32,
}

/// Closes a lane, however often, and tells which are open.
async fn close(store: &Store, run_id: RenewalRunId, lane: i32) -> Result<i32, Error> {
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.add(
        "UPDATE renewal_run SET open_lanes = open_lanes & ? WHERE id = ? RETURNING open_lanes",
        [(!(1_i32 << lane)).into(), run_id.into()],
    );
    Ok(sql.one::<Lanes>(store.pool()).await?.ok_or(Error::NotFound)?.open_lanes)
}

/// Counts, from what is there: lines paid and declined, and what is still due, which failed.
async fn finish(store: &Store, run: &renewal_run::Model) -> Result<(), Error> {
    let now = store.now().await?.now;
    let failed = count_due(store.pool(), DueBy { as_of: run.as_of, now }).await?;
    let failed = i32::try_from(failed).map_err(|_| Error::fault("too many renewals"))?;
    let lines = "(SELECT count(*) FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id WHERE i.renewal_run_id = renewal_run.id";
    let mut sql = Sql::new(store.pool().get_database_backend());
    sql.add(
        &format!(
            "UPDATE renewal_run SET finished_at = ?, failed = ?, due = renewed + ? + {lines}),
                renewed = renewed + {lines} AND i.status IN ('PAID', 'CREDITED')),
                declined = {lines} AND i.status NOT IN ('PAID', 'CREDITED') AND i.first_declined_at IS NOT NULL)
            WHERE id = ? AND finished_at IS NULL"
        ),
        [now.into(), failed.into(), failed.into(), run.id.into()],
    );
    sql.execute(store.pool()).await?;
    Ok(())
}

/// How long a person waits for a run to finish before they see how far it is.
const PATIENCE: Duration = Duration::from_secs(10);

/// The run, when it is finished or after some seconds.
pub async fn finished(store: &Store, run_id: RenewalRunId) -> Result<renewal_run::Model, Error> {
    let until = tokio::time::Instant::now() + PATIENCE;
    let mut pause = Duration::from_millis(10);
    loop {
        let run = load(store, run_id).await?;
        if run.finished_at.is_some() || tokio::time::Instant::now() + pause > until {
            return Ok(run);
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}
