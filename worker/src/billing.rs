//! Jobs about payments and cashback.

use domain::actor::System;
use domain::billing::dunning::take_steps;
use domain::billing::job::{PayBack, Reconcile, ReconcileOpen, RunDunning};
use domain::cashback::job::{ReleaseCashback, StateCashback};
use domain::cashback::{self, state};

use crate::handler::{Answer, Context, Run};

/// See [`domain::billing::reconcile`]. What is still open is asked about again by the schedule.
pub async fn reconcile(context: Context, run: Run<Reconcile>) -> Answer {
    domain::billing::reconcile(&context.store, &run.job.payment_ids).await?;
    Ok(())
}

/// See [`domain::billing::pay_back`]. What is still open is asked about again by the schedule.
pub async fn pay_back(context: Context, run: Run<PayBack>) -> Answer {
    domain::billing::pay_back(&context.store, &run.job.refund_ids).await?;
    Ok(())
}

/// See [`domain::billing::reconcile_open`] and [`domain::billing::pay_back_open`].
pub async fn reconcile_open(context: Context, _: Run<ReconcileOpen>) -> Answer {
    domain::billing::reconcile_open(&context.store).await?;
    domain::billing::pay_back_open(&context.store).await?;
    Ok(())
}

/// See [`take_steps`].
pub async fn run_dunning(context: Context, _: Run<RunDunning>) -> Answer {
    take_steps(&context.store).await?;
    Ok(())
}

/// See [`cashback::release`]: in batches, until nothing is due.
pub async fn release_cashback(context: Context, _: Run<ReleaseCashback>) -> Answer {
    while context.write(System::Cashback, |work| Box::pin(cashback::release(work))).await? > 0 {}
    Ok(())
}

/// See [`state`]: month by month and in batches, until all is stated.
pub async fn state_cashback(context: Context, run: Run<StateCashback>) -> Answer {
    let until = run.job.until;
    while context.write(System::Cashback, move |work| Box::pin(state(work, until))).await? {}
    Ok(())
}
