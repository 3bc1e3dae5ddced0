//! Events as they happen. Nothing is pushed: a stream asks for what follows its last position, through what the viewer may
//! see at that instant, so a right that ends, ends here too, and a slow reader holds a batch in memory, for no longer than a look.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::{Context, ID, Result, Subscription};
use domain::account::queries::read_again;
use domain::activity::queries;
use domain::{Error, Reader, Store};
use entities::activity;
use entities::id::AccountId;
use futures::Stream;
use futures::future::join_all;
use futures::stream;
use tokio::sync::broadcast;

use super::object::ActivityEvent;
use crate::answer::top_level;
use crate::batch::Batches;
use crate::context::{ContextExt, Loads, Session};
use crate::cursor;
use crate::error::{Code, EdgeError};
use crate::id::{Kind, decode_as};

/// How often a stream looks whether it may go on, and, without a hint, whether there is news: so often that it has ended within a
/// second of the right that it hung on.
const LOOK: Duration = Duration::from_millis(800);
/// How soon a stream looks again: a feed in which much happens is read in pages, not event by event.
const PACE: Duration = Duration::from_millis(300);
/// Events read at once.
const BATCH: i64 = 100;

/// The streams.
#[derive(Default)]
pub struct Subscription;

#[Subscription]
impl Subscription {
    /// Every event of an account's feed that the viewer may see, from now on or from `after`, in order, each once.
    async fn activity_added(
        &self,
        ctx: &Context<'_>,
        account_id: ID,
        after: Option<String>,
    ) -> Result<impl Stream<Item = Result<ActivityEvent>>> {
        ctx.signed_in()?;
        let forbidden = || EdgeError::new(Code::Forbidden, "There is no such account, or not for you.");
        let account_id = decode_as(Kind::Account, &account_id).map(AccountId).map_err(|_| forbidden())?;
        let after = after.as_deref().map(cursor::decode::<i64>).transpose()?;
        let (store, session) = (ctx.session().store().clone(), ctx.session().clone());
        // listens before it looks: what is committed in between is hinted at
        let hints = store.signals().feeds_in.subscribe();
        let standing = queries::standing(&session.reader(), account_id).await.map_err(top_level)?;
        if !standing.is_open {
            return Err(forbidden().into());
        }
        let follow = Follow {
            store,
            session,
            account_id,
            position: after.unwrap_or(standing.last),
            read: Batch::none(),
            hints,
            is_due: true,
            looked: Instant::now(),
            last: standing.last,
            loads: ctx.loads().clone(),
            wants_subjects: ctx.look_ahead().field("subject").exists(),
        };
        Ok(stream::unfold(Some(follow), |follow| async move {
            let mut follow = follow?;
            match follow.next().await {
                Ok(Some(event)) => Some((Ok(ActivityEvent(event)), Some(follow))),
                Ok(None) => None,
                Err(error) => Some((Err(top_level(error)), None)),
            }
        }))
    }
}

struct Follow {
    store: Store,
    /// The operation's own: what is nested in an event is read as what its reader may see then.
    session: Session,
    account_id: AccountId,
    /// Of the last event that was passed on, or of what lies behind it and is not for this viewer.
    position: i64,
    read: Batch,
    hints: broadcast::Receiver<Arc<[AccountId]>>,
    /// Whether it looks without waiting for a hint.
    is_due: bool,
    /// When it looked last.
    looked: Instant,
    /// A position that all events had at most when it was asked for.
    last: i64,
    /// The operation's own, which keep what the events of one read have in common.
    loads: Batches<Loads>,
    wants_subjects: bool,
}

/// Events that were read together, and wait for their reader to take them.
struct Batch {
    events: VecDeque<activity::Model>,
    /// How far the feed was read.
    to: i64,
    at: Instant,
}

impl Batch {
    fn none() -> Self {
        Self { events: VecDeque::new(), to: 0, at: Instant::now() }
    }

    fn is_stale(&self) -> bool {
        self.at.elapsed() > LOOK
    }
}

impl Follow {
    /// The next event; none when the viewer's access or sign-in has ended.
    async fn next(&mut self) -> Result<Option<activity::Model>, Error> {
        loop {
            if let Some(event) = self.passed_on() {
                return Ok(Some(event));
            }
            let heard = std::mem::take(&mut self.is_due) || self.hint().await;
            self.looked = Instant::now();
            let reader = Arc::new(read_again(&self.store, &self.session.reader()).await?);
            if reader.actor().person().is_none() {
                return Ok(None);
            }
            // who is told something may go on
            if heard && self.read(&reader).await? {
                continue;
            }
            let standing = queries::standing(&reader, self.account_id).await?;
            if !standing.is_open {
                return Ok(None);
            }
            self.last = standing.last;
            if !heard && self.last > self.position {
                self.read(&reader).await?;
            }
        }
    }

    /// Reads the next events, and what they are about, if that is asked for. Whether there are any.
    async fn read(&mut self, reader: &Arc<Reader>) -> Result<bool, Error> {
        let events = queries::following(reader, self.account_id, self.position, BATCH).await?;
        let full = i64::try_from(events.len()).is_ok_and(|read| read == BATCH);
        // what lies between is not for this viewer, or of other accounts
        let read = events.last().map_or(self.position, |event| event.position);
        // what came since `last` was asked for is read, too, and not told again
        let to = if full { read } else { read.max(self.last) };
        if events.is_empty() {
            self.position = to;
        }
        self.is_due = full;
        self.loads.keep_anew();
        if self.wants_subjects {
            self.session.become_reader(Arc::clone(reader));
            // a fault comes again where the subject is resolved
            let subjects = events.iter().cloned().map(ActivityEvent);
            join_all(subjects.map(async |event| event.load_subject(&self.loads).await.is_ok())).await;
        }
        // what is read for each event alone has no connection while it waits for who listens
        self.session.become_actor(reader.actor().clone(), reader.now());
        self.read = Batch { events: events.into(), to, at: Instant::now() };
        Ok(!self.read.events.is_empty())
    }

    /// The next of what was read. What has waited for its reader longer than a look is asked for again: they may not see it any more.
    fn passed_on(&mut self) -> Option<activity::Model> {
        if self.read.is_stale() && !self.read.events.is_empty() {
            self.read = Batch::none();
            self.is_due = true;
        }
        let event = self.read.events.pop_front()?;
        self.position = if self.read.events.is_empty() { self.read.to } else { event.position };
        Some(event)
    }

    /// Waits for a hint that this feed has grown, and no longer than a look; then until it is time to look again. Whether there was
    /// one.
    async fn hint(&mut self) -> bool {
        let heard = async {
            loop {
                match self.hints.recv().await {
                    Ok(accounts) if !accounts.contains(&self.account_id) => {}
                    // too many to keep up with: then there is certainly something to look for
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        let heard = tokio::time::timeout(LOOK, heard).await.is_ok();
        tokio::time::sleep_until((self.looked + PACE).into()).await;
        self.hints = self.hints.resubscribe(); // all that was hinted at until here is looked for now
        heard
    }
}
