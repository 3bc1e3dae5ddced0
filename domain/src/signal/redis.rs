//! The bridge between processes: Redis pub/sub. It only hints, so nothing waits for it, nothing is kept in it, and it may be away,
//! emptied, paused or started again at any time: then a look at the database each second does the same, later.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use ::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use ::redis::{Client, Cmd, Msg, RedisResult};
use entities::id::AccountId;
use futures::StreamExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Signals;

/// A burst of commits is one message.
const FOLD: Duration = Duration::from_millis(2);
/// Accounts in one message.
const ACCOUNTS: usize = 1_000;
/// Longer than this without a message, and the other side is asked whether it still lives: a dead peer closes nothing.
const SILENCE: Duration = Duration::from_secs(5);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(1);
/// Between attempts to subscribe.
const AGAIN: Duration = Duration::from_millis(500);

/// Carries signals between the processes that use the same Redis and the same name.
#[derive(Clone)]
struct Bridge {
    client: Client,
    signals: Signals,
    jobs: String,
    feeds: String,
    /// Tells our own messages from those of others.
    sender: Uuid,
}

/// Starts to carry `signals`, which must be [`Signals::bridged`], until `stop`. Redis may be down.
/// # Errors
/// When the address is none.
pub fn bridge(url: &SecretString, name: &str, signals: Signals, stop: &CancellationToken) -> RedisResult<()> {
    let client = Client::open(url.expose_secret())?;
    let (jobs, feeds) = (format!("{name}:jobs"), format!("{name}:feeds"));
    #[expect(clippy::disallowed_methods, reason = "a process starts outside of any work")]
    let bridge = Bridge { client, signals, jobs, feeds, sender: Uuid::now_v7() };
    // Lazy, and without tries of its own: each message is one, and the next may get through.
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(0)
        .set_connection_timeout(Some(ANSWER))
        .set_response_timeout(Some(ANSWER));
    let connection = ConnectionManager::new_lazy_with_config(bridge.client.clone(), config)?;
    tokio::spawn(stop.clone().run_until_cancelled_owned(bridge.clone().publish_jobs(connection.clone())));
    tokio::spawn(stop.clone().run_until_cancelled_owned(bridge.clone().publish_feeds(connection)));
    tokio::spawn(stop.clone().run_until_cancelled_owned(bridge.listen()));
    Ok(())
}

impl Bridge {
    async fn publish_jobs(self, mut connection: ConnectionManager) {
        loop {
            self.signals.jobs_out.notified().await;
            self.signals.jobs_in.notify_one(); // ourselves at once, whether Redis is there or not
            self.publish(&mut connection, &self.jobs, self.sender.to_string()).await;
            tokio::time::sleep(FOLD).await;
        }
    }

    async fn publish_feeds(self, mut connection: ConnectionManager) {
        let mut grown = self.signals.feeds_out.subscribe();
        loop {
            let mut accounts = BTreeSet::new();
            match grown.recv().await {
                Ok(more) => accounts.extend(more.iter().copied()),
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return,
            }
            loop {
                match grown.try_recv() {
                    Ok(more) => accounts.extend(more.iter().copied()),
                    Err(TryRecvError::Lagged(_)) => {}
                    Err(TryRecvError::Empty | TryRecvError::Closed) => break,
                }
            }
            let accounts: Vec<AccountId> = accounts.into_iter().collect();
            let _ = self.signals.feeds_in.send(accounts.as_slice().into());
            for some in accounts.chunks(ACCOUNTS) {
                let words = some.iter().map(ToString::to_string);
                let message: Vec<_> = std::iter::once(self.sender.to_string()).chain(words).collect();
                self.publish(&mut connection, &self.feeds, message.join(",")).await;
            }
            tokio::time::sleep(FOLD).await;
        }
    }

    async fn publish(&self, connection: &mut ConnectionManager, channel: &str, message: String) {
        let sent = Cmd::new().arg("PUBLISH").arg(channel).arg(message).exec_async(connection).await;
        if let Err(error) = sent {
            tracing::debug!(%error, "Redis: not published");
        }
    }

    /// The subscription does not come back by itself, so it is made again and again.
    async fn listen(self) {
        let mut was_told = false;
        loop {
            let end = self.subscribe().await;
            if let (Err(error), false) = (&end, was_told) {
                tracing::warn!(%error, "no wake-ups through Redis: looking at the database each second");
            }
            was_told = end.is_err();
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Ends well if there was a subscription and it ended.
    async fn subscribe(&self) -> RedisResult<()> {
        let subscribed = timeout(ANSWER, async {
            let mut subscription = self.client.get_async_pubsub().await?;
            subscription.subscribe(&[&self.jobs, &self.feeds]).await?;
            RedisResult::Ok(subscription)
        });
        let subscription = subscribed.await.map_err(|_| std::io::Error::from(std::io::ErrorKind::TimedOut))??;
        self.signals.jobs_in.notify_one(); // for what was published while nobody listened
        let (mut sink, mut messages) = subscription.split();
        loop {
            match timeout(SILENCE, messages.next()).await {
                Ok(Some(message)) => self.receive(&message),
                Ok(None) => return Ok(()),
                Err(_) => match timeout(ANSWER, sink.ping::<::redis::Value>()).await {
                    Ok(Ok(_)) => {}
                    Ok(Err(_)) | Err(_) => return Ok(()),
                },
            }
        }
    }

    fn receive(&self, message: &Msg) {
        let Ok(text) = message.get_payload::<String>() else { return };
        let mut words = text.split(',').filter_map(|word| word.parse::<Uuid>().ok());
        if words.next() == Some(self.sender) {
            return;
        }
        if message.get_channel_name() == self.jobs {
            self.signals.jobs_in.notify_one();
        } else {
            let accounts: Arc<[AccountId]> = words.map(AccountId::from).collect();
            let _ = self.signals.feeds_in.send(accounts); // nobody listens: nothing to tell
        }
    }
}
