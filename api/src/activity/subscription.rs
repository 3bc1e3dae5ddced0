//! Events as they happen. Nothing is pushed: a stream asks for what follows its last position, through what the viewer may
//! see at that instant, so a right that ends, ends here too, and a slow reader holds nothing in memory.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Context, ID, Result, Subscription};
use domain::account::queries::authenticate_again;
use domain::activity::queries;
use domain::{Error, Store};
use entities::activity;
use entities::id::AccountId;
use futures::Stream;
use futures::stream::{self, StreamExt as _};
use tokio::sync::broadcast;

use super::object::ActivityEvent;
use crate::answer::top_level;
use crate::context::{ContextExt, Session};
use crate::cursor;
use crate::error::{Code, EdgeError};
use crate::id::{Kind, decode_as};

/// How often a stream looks whether it may go on, and, without a hint, whether there is news: so often that it has ended within a
/// second of the right that it hung on.
const LOOK: Duration = Duration::from_millis(800);
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
        let follow =
            Follow { store, session, account_id, position: after.unwrap_or(standing.last), hints, first: true };
        Ok(stream::unfold(Some(follow), |follow| async move {
            let mut follow = follow?;
            match follow.next().await {
                Ok(Some(events)) => Some((events.into_iter().map(Ok).collect::<Vec<_>>(), Some(follow))),
                Ok(None) => None,
                Err(error) => Some((vec![Err(top_level(error))], None)),
            }
        })
        .flat_map(|events| stream::iter(events).map(|event| event.map(ActivityEvent))))
    }
}

struct Follow {
    store: Store,
    /// The operation's own: what is nested in an event is read as what its reader may see then.
    session: Session,
    account_id: AccountId,
    position: i64,
    hints: broadcast::Receiver<Arc<[AccountId]>>,
    first: bool,
}

impl Follow {
    /// The next events; none when the viewer's access or sign-in has ended.
    async fn next(&mut self) -> Result<Option<Vec<activity::Model>>, Error> {
        loop {
            if !std::mem::take(&mut self.first) {
                self.hint().await;
            }
            let (actor, now) = authenticate_again(&self.store, self.session.reader().actor()).await?;
            if actor.person().is_none() {
                return Ok(None);
            }
            self.session.become_actor(actor, now.now);
            let reader = self.session.reader();
            let standing = queries::standing(&reader, self.account_id).await?;
            if !standing.is_open {
                return Ok(None);
            }
            if standing.last <= self.position {
                continue;
            }
            let events = queries::following(&reader, self.account_id, self.position, BATCH).await?;
            let full = i64::try_from(events.len()).is_ok_and(|read| read == BATCH);
            // what lies between is not for this viewer, or of other accounts
            self.position =
                if full { events.last().map_or(standing.last, |event| event.position) } else { standing.last };
            self.first = full;
            if !events.is_empty() {
                return Ok(Some(events));
            }
        }
    }

    /// Waits for a hint that this feed has grown, and no longer than a look.
    async fn hint(&mut self) {
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
        let _ = tokio::time::timeout(LOOK, heard).await;
    }
}
