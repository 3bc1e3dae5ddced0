//! Jobs about people.

use domain::account::{commands, job::MailPasswordReset};
use domain::actor::System;

use crate::handler::{Answer, Context, Run};

/// See [`commands::mail_password_reset`].
pub async fn mail_password_reset(context: Context, run: Run<MailPasswordReset>) -> Answer {
    let write = context.write(System::Mail, move |work| {
        let Run { job, claimed, .. } = run.clone();
        Box::pin(async move {
            commands::mail_password_reset(work, job).await?;
            claimed.done_in(work).await
        })
    });
    write.await
}
