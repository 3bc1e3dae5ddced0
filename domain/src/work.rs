//! One write: an open transaction, who acts, what time it is, and what is to be told when it is committed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use entities::id::{AccountId, ActivityId, AnyId, AuditEntryId, NotificationId, UserId};
use entities::{activity, audit_entry, feed_position, notification};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, FromQueryResult};
use serde::Serialize;
use uuid::Uuid;

use crate::activity::Event;
use crate::actor::{Actor, Person};
use crate::error::{Code, Error};
use crate::job::{self, NewJob};
use crate::later::Later;
use crate::notification::job::SendMail;
use crate::notification::{Notice, queries};
use crate::permission::visible::Viewer;
use crate::permission::{Grant, Standing};
use crate::seller::Settings;
use crate::signal::Told;
use crate::sql::{self, Sql};
use crate::store::{Counted, Now};

/// An open transaction. What is told, enqueued, recorded and notified through it is written in sets right before the
/// commit, so that it exists exactly when the data does.
#[derive(Debug)]
pub struct Work {
    txn: Later<Counted<DatabaseTransaction>>,
    actor: Actor,
    now: Now,
    settings: Arc<Settings>,
    activities: Vec<activity::Model>,
    audits: Vec<audit_entry::Model>,
    refused: Option<(AccountId, Option<Grant>)>,
    notifications: Vec<notification::Model>,
    jobs: Vec<NewJob>,
    /// Accounts in which a right has ended: their streams look at once.
    ended_in: Vec<AccountId>,
}

impl Work {
    pub(crate) fn new(txn: Counted<DatabaseTransaction>, actor: Actor, now: Now, settings: Arc<Settings>) -> Self {
        Self {
            txn: Later::new(txn),
            actor,
            now,
            settings,
            activities: vec![],
            audits: vec![],
            refused: None,
            notifications: vec![],
            jobs: vec![],
            ended_in: vec![],
        }
    }

    /// Who acts.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// Who acts, and when, for the filters of `visible`.
    pub fn viewer(&self) -> Viewer<'_> {
        Viewer { actor: &self.actor, now: self.now() }
    }

    /// The user who acts, where the use case is for people only.
    /// # Errors
    /// `Denied` for nobody and for the product itself.
    pub fn user_id(&self) -> Result<UserId, Error> {
        self.actor.user_id().ok_or(Error::Denied)
    }

    /// The person who acts, where no key of theirs will do.
    /// # Errors
    /// `Denied` for everybody else.
    pub fn in_person(&self) -> Result<&Person, Error> {
        self.actor.in_person().ok_or(Error::Denied)
    }

    /// From here on, the same act is done by this person: who has just proven who they are.
    pub fn become_person(&mut self, actor: Actor) {
        self.actor = actor;
    }

    /// The product's time.
    pub fn now(&self) -> DateTime<Utc> {
        self.now.now
    }

    /// The database's own time: for sign-ins and idempotency keys.
    pub fn real_now(&self) -> DateTime<Utc> {
        self.now.real_now
    }

    /// The seller, the rates of tax, the gateway.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// A new id, later than those before it.
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn new_id<I: From<Uuid>>(&self) -> I {
        I::from(Uuid::now_v7())
    }

    /// An empty statement for this database.
    pub(crate) fn sql(&self) -> Sql {
        Sql::new(self.txn.get_database_backend())
    }

    /// To read through, and to write what is answered.
    pub(crate) fn conn(&self) -> &impl ConnectionTrait {
        &self.txn
    }

    /// Adds rows, along with what else waits to be written: before anything is read, at the latest with the commit.
    pub(crate) fn add<E>(&self, rows: &[E::Model]) -> Result<(), DbErr>
    where
        E: EntityTrait,
        E::Model: Serialize,
    {
        if !rows.is_empty() {
            self.txn
                .add(E::default().table_name().to_owned(), sql::insertion::<E>(self.txn.get_database_backend(), rows)?);
        }
        Ok(())
    }

    /// Adds what else than an entity's rows a statement adds to a table, reading no other; along with what else waits.
    pub(crate) fn add_by(&self, table: &'static str, sql: Sql) {
        self.txn.add(table, sql);
    }

    /// Changes rows that are found by their keys, reading no other table; along with what else waits.
    pub(crate) fn change(&self, table: &'static str, sql: Sql) {
        self.txn.change(table, sql);
    }

    /// Tells an event to everyone who may see it: feed, streams, webhooks.
    pub fn tell(&mut self, event: Event) {
        let Event { account_id, kind, required, product_id, subject, actor_id, acting_for_id, data } = event;
        let (subject_type, subject_id) = subject.map_or((None, None), |(ty, id)| (Some(ty.to_owned()), Some(id)));
        self.activities.push(activity::Model {
            id: self.new_id::<ActivityId>(),
            position: 0, // given right before the commit
            account_id,
            kind: kind.name().to_owned(),
            required: required.bit(),
            product_id,
            subject_type,
            subject_id,
            actor_id: actor_id.or(self.actor.user_id()),
            acting_for_id,
            data,
            occurred_at: self.now(),
        });
    }

    /// Mails one person about one event, once, unless they want no such mails.
    pub fn notify(&mut self, notice: Notice) {
        let Notice { kind, subject_id, step, recipient, member_of, written_by, data } = notice;
        let id = self.new_id::<NotificationId>();
        self.notifications.push(notification::Model {
            id,
            kind: kind.name().to_owned(),
            subject_id,
            step,
            recipient: recipient.email,
            user_id: recipient.user_id,
            account_id: member_of.map(|of| of.account_id),
            required: member_of.map_or(0, |of| of.any_of.bits()),
            written_by_id: written_by,
            locale: recipient.locale,
            data,
            created_at: self.now(),
            sent_at: None,
            failed_at: None,
            last_error: None,
        });
    }

    /// Starts background work when this is committed: the one way to start any.
    #[expect(clippy::needless_pass_by_value, reason = "a job is made to be handed over")]
    pub fn enqueue<J: job::Job>(&mut self, job: J) {
        self.jobs.push(NewJob::of(self.new_id(), &job));
    }

    /// The same, not before some real time has passed.
    #[expect(clippy::needless_pass_by_value, reason = "a job is made to be handed over")]
    pub fn enqueue_in<J: job::Job>(&mut self, delay: std::time::Duration, job: J) {
        self.jobs.push(NewJob::of(self.new_id(), &job).after(delay));
    }

    pub(crate) fn enqueue_row(&mut self, job: NewJob) {
        self.jobs.push(job);
    }

    /// A right in this account has ended: streams that hung on it end with the commit, not at their next look.
    pub fn end_streams(&mut self, account_id: AccountId) {
        self.ended_in.push(account_id);
    }

    /// Records who did what to what, and through what it was allowed.
    pub fn record(&mut self, operation: &str, grant: Option<Grant>, subject: Option<AnyId>) {
        let account_id = grant.map(|grant| grant.account_id);
        let entry = self.entry(operation, account_id, grant);
        let (subject_type, subject_id) = subject.map_or((None, None), |any| (Some(any.of.to_owned()), Some(any.id)));
        self.audits.push(audit_entry::Model { subject_type, subject_id, ..entry });
    }

    /// Keeps in mind on which account the act is refused for want of a right, and by which way the actor came to it.
    pub(crate) fn refuse(&mut self, account_id: AccountId, through: Option<Grant>) {
        self.refused = Some((account_id, through));
    }

    fn entry(&self, operation: &str, account_id: Option<AccountId>, grant: Option<Grant>) -> audit_entry::Model {
        let standing = grant.map(|grant| grant.standing);
        let acted_from_id = if let Some(Standing::LetIn(from)) = standing { from } else { None };
        let is_let_in = matches!(standing, Some(Standing::LetIn(_) | Standing::Staff));
        audit_entry::Model {
            id: self.new_id::<AuditEntryId>(),
            occurred_at: self.now(),
            actor_id: self.actor.user_id(),
            by_staff: standing == Some(Standing::Staff),
            acting_for_id: account_id.filter(|_| is_let_in),
            acted_from_id,
            partnership_id: grant.and_then(|grant| grant.within()),
            operation: operation.to_owned(),
            account_id,
            subject_type: None,
            subject_id: None,
            api_key_id: self.actor.key().map(|key| key.id),
            outcome: "DONE".to_owned(),
            ip: self.actor.person().and_then(|person| person.ip.clone()),
        }
    }

    /// Writes what is to be told, and commits.
    pub(crate) async fn finish(mut self) -> Result<Told, Error> {
        let backend = self.txn.get_database_backend();
        self.add::<audit_entry::Entity>(&self.audits)?;
        let mails = std::mem::take(&mut self.notifications);
        let mails = queries::wanted(&self, mails).await?;
        for mail in &mails {
            self.enqueue(SendMail { notification_id: mail.id });
        }
        if !mails.is_empty() {
            let mut sql = sql::insertion::<notification::Entity>(backend, &mails)?;
            sql.push(sql::OR_NOTHING);
            self.txn.add("notification", sql);
        }
        if !self.jobs.is_empty() {
            self.txn.add("job", job::insertion(backend, &self.jobs)?);
        }
        self.place_activities().await?;
        let Self { txn, activities, jobs, ended_in, .. } = self;
        txn.into_inner().await?.inner.commit().await?;
        // only now: nothing that was taken back is counted
        for event in &activities {
            metrics::counter!("mandate_activity_total", "kind" => event.kind.clone()).increment(1);
        }
        let mut accounts: Vec<_> = activities.iter().map(|event| event.account_id).chain(ended_in).collect();
        accounts.sort_unstable();
        accounts.dedup();
        Ok(Told { accounts, jobs: !jobs.is_empty() })
    }

    /// Gives each event its position. The counter is the last lock of every transaction and is held only for the commit, so
    /// positions become visible in their order and a reader that goes on from one misses none.
    async fn place_activities(&mut self) -> Result<(), Error> {
        if self.activities.is_empty() {
            return Ok(());
        }
        let count = i64::try_from(self.activities.len()).map_err(|_| Error::fault("too many events"))?;
        let mut sql = self.sql();
        sql.add("UPDATE feed_position SET last = last + ? WHERE id = 1 RETURNING id, last", [count.into()]);
        let counter: feed_position::Model =
            sql.one(&self.txn).await?.ok_or_else(|| Error::fault("the feed has no counter"))?;
        for (position, event) in (counter.last - count + 1..).zip(&mut self.activities) {
            event.position = position;
        }
        self.add::<activity::Entity>(&self.activities)?;
        Ok(())
    }

    /// Takes everything back.
    pub(crate) async fn abandon(self) {
        if let Err(error) = self.txn.without_sending().inner.rollback().await {
            tracing::warn!(%error, "roll back");
        }
    }

    /// What is to be written down when this person's act is refused for want of a right; nothing about the product itself.
    pub(crate) fn refusal(&self, operation: &str) -> Option<audit_entry::Model> {
        self.actor.person()?;
        let (account_id, through) = self.refused.map_or((None, None), |(account, through)| (Some(account), through));
        let entry = self.entry(operation, account_id, through);
        Some(audit_entry::Model { outcome: Code::PermissionDenied.name().to_owned(), ..entry })
    }
}

/// A row of one number, for counts and probes.
#[derive(Debug, FromQueryResult)]
pub(crate) struct Number {
    /// The number.
    pub(crate) n: i64,
}
