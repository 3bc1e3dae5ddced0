//! The job that sends one mail.

use std::sync::Arc;

use domain::Reader;
use domain::actor::{Actor, System};
use domain::billing::printed::{Pdf, pdf};
use domain::cashback::statement;
use domain::notification::commands::{LinkToken, Lost};
use domain::notification::job::SendMail;
use domain::notification::queries::Waiting;
use domain::notification::{MailKind, commands, queries};
use domain::store::Statements;
use secrecy::ExposeSecret as _;
use serde_json::Value;
use uuid::Uuid;

use super::pace::{NotYet, Pace};
use super::{Attachment, Content, Link, MailRequest, Outcome, Renderer, Transport};
use crate::error::JobError;
use crate::handler::{Answer, Context, Run};

/// The way mails get out.
pub struct Post {
    /// Makes them.
    pub renderer: Arc<Renderer>,
    /// Sends them.
    pub transport: Transport,
    /// Says when.
    pub pace: Pace,
}

impl Post {
    /// At the usual pace.
    pub fn new(renderer: impl Into<Arc<Renderer>>, transport: Transport) -> Self {
        Self { renderer: renderer.into(), transport, pace: Pace::default() }
    }
}

/// Renders and sends a mail, unless that is done. It goes out at least once: a process that dies between the server's answer and
/// our commit leaves it to be sent again, with the same `Message-ID`.
pub async fn send_mail(context: Context, run: Run<SendMail>) -> Answer {
    let id = run.job.notification_id;
    let now = context.store.now().await?.now;
    let reader = context.store.reader(Actor::System(System::Mail), now, Statements::default());
    let Some(Waiting { notification, recipient_name, may_know, bounced }) = queries::waiting(&reader, id).await? else {
        return Ok(());
    };
    if !may_know {
        let forgotten =
            context.write(System::Mail, move |work| Box::pin(async move { commands::forget(work, id).await }));
        return forgotten.await;
    }
    if let Some(refused) = bounced.filter(|_| !commands::is_asked_for(&notification.kind)) {
        let reason = format!("not sent: this address was refused for good before ({refused})");
        give_up(&context, run.job, &reason, Lost::Mail).await?;
        return Err(JobError::GiveUp(reason));
    }
    let (_, domain) = notification.recipient.rsplit_once('@').unwrap_or_default();
    context.post.pace.check(&domain.to_ascii_lowercase())?;

    let token = if commands::carries_token(&notification) {
        let row = notification.clone();
        let mint = context.write(System::Mail, move |work| {
            let row = row.clone();
            Box::pin(async move { commands::mint_token(work, &row).await })
        });
        mint.await?
    } else {
        None
    };

    let stop_url = queries::stopping_token(&reader, &notification).await?.map(|token| {
        let public_url = &context.store.settings().public_url;
        format!("{public_url}unsubscribe?token={}", token.expose_secret()).into()
    });
    let attachment = attachment(&context, &reader, &notification.kind, notification.subject_id).await?;
    let outcome = match content(&notification.kind, notification.data.clone(), token.as_ref()) {
        Ok(content) => {
            let request = MailRequest {
                id: id.into(),
                created_at: notification.created_at,
                locale: notification.locale,
                to_name: recipient_name.unwrap_or_default(),
                to_email: notification.recipient,
                link: link(&notification.kind, &notification.data, token),
                content,
                stop_url,
                attachment,
            };
            match context.post.renderer.render(&request) {
                Ok(mail) => {
                    let sending = Box::pin(context.post.transport.send(&mail));
                    context.post.pace.send(&mail.domain(), sending).await?
                }
                Err(error) => Outcome::Permanent(error.to_string()),
            }
        }
        Err(error) => Outcome::Permanent(error),
    };
    match outcome {
        Outcome::Sent => {
            let sent = context.write(System::Mail, move |work| {
                let claimed = run.claimed.clone();
                Box::pin(async move {
                    commands::mark_sent(work, id).await?;
                    claimed.done_in(work).await
                })
            });
            sent.await?;
            metrics::counter!("mandate_mails_total", "outcome" => "sent").increment(1);
            Ok(())
        }
        Outcome::Transient(reason) if !run.claimed.is_last_try() => Err(JobError::Retry(reason)),
        Outcome::Transient(reason) => {
            give_up(&context, run.job, &reason, Lost::Mail).await?;
            Err(JobError::Retry(reason))
        }
        Outcome::Permanent(reason) => {
            give_up(&context, run.job, &reason, Lost::Mail).await?;
            Err(JobError::GiveUp(reason))
        }
        Outcome::Bounced(reason) => {
            give_up(&context, run.job, &reason, Lost::Address).await?;
            Err(JobError::GiveUp(reason))
        }
    }
}

impl From<NotYet> for JobError {
    fn from(NotYet(delay): NotYet) -> Self {
        Self::NotYet(delay)
    }
}

/// The PDF of what a mail is about. An invoice's or credit note's is printed once, and kept; a statement's anew for each copy.
async fn attachment(
    context: &Context,
    reader: &Reader,
    kind: &str,
    subject: Uuid,
) -> Result<Option<Attachment>, JobError> {
    let (number, bytes) = match MailKind::from_name(kind) {
        Some(MailKind::InvoiceIssued | MailKind::CreditNote) => {
            let Pdf { number, bytes } = pdf(&context.store, reader, subject.into()).await?;
            (number, bytes)
        }
        Some(MailKind::CashbackStatement) => statement::pdf(reader, subject.into()).await?,
        _ => return Ok(None),
    };
    Ok(Some(Attachment { file_name: format!("{number}.pdf"), bytes }))
}

/// Writes down why the mail was not sent, and will not be unless staff sees to it.
async fn give_up(context: &Context, job: SendMail, reason: &str, lost: Lost) -> Answer {
    let reason = reason.to_owned();
    let failed = context.write(System::Mail, move |work| {
        let (id, reason) = (job.notification_id, reason.clone());
        Box::pin(async move { commands::mark_failed(work, id, &reason, lost).await })
    });
    failed.await?;
    metrics::counter!("mandate_mails_total", "outcome" => "failed").increment(1);
    Ok(())
}

/// The facts of the row as what its kind of mail says. The data may name a variant of the kind: the holder's confirmation.
fn content(kind: &str, mut data: Value, token: Option<&LinkToken>) -> Result<Content, String> {
    let Some(facts) = data.as_object_mut() else { return Err("the mail's data are no object".to_owned()) };
    facts.entry("kind").or_insert_with(|| Value::from(kind.replace('_', "-")));
    if let Some(token) = token {
        facts.insert("valid_for_hours".to_owned(), Value::from(token.valid_for.num_hours()));
    }
    serde_json::from_value(data).map_err(|error| format!("the mail's data: {error}"))
}

/// Where the mail leads: the page that its token opens, the place that its data name as `link`, or the portal's front door.
fn link(kind: &str, data: &Value, token: Option<LinkToken>) -> Link {
    let path = match MailKind::from_name(kind) {
        Some(MailKind::VerifyAddress) => "/verify",
        Some(MailKind::ResetPassword) => "/reset",
        Some(MailKind::MemberInvited) => "/join",
        Some(MailKind::AccessRequested | MailKind::AccessNeeded) => "/access",
        Some(MailKind::OrderConfirmation) if token.is_some() => "/access",
        Some(MailKind::CartSent | MailKind::CartReminder) => "/cart",
        Some(MailKind::ClaimAccount) => "/claim",
        Some(MailKind::ContributorInvited) => "/contribute",
        Some(MailKind::TransferOffered) => "/transfer",
        _ => data.get("link").and_then(Value::as_str).unwrap_or("/"),
    };
    match token {
        Some(LinkToken { token, .. }) => Link::with_token(path, token),
        None => Link::to(path),
    }
}
