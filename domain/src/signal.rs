//! What goes out after a commit: a wake-up for workers, a hint for live streams. Both only hint; what they lose, a look at
//! the database finds. Between processes a bridge (Redis) carries them; without one they stay in this process.

pub mod look;
pub mod redis;

use std::sync::Arc;

use entities::id::AccountId;
use tokio::sync::{Notify, broadcast};

/// What a commit has to tell.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Accounts whose feed has grown, or in which a right has ended.
    pub accounts: Vec<AccountId>,
    /// Whether there are new jobs.
    pub jobs: bool,
}

/// The signals of one process.
#[derive(Debug, Clone)]
pub struct Signals {
    /// Notified when this process has committed jobs; a bridge passes it on.
    pub jobs_out: Arc<Notify>,
    /// Notified when somebody has; workers of this process wait for it.
    pub jobs_in: Arc<Notify>,
    /// Feeds that this process has added to; a bridge passes them on.
    pub feeds_out: broadcast::Sender<Arc<[AccountId]>>,
    /// Feeds that somebody has added to; streams of this process listen.
    pub feeds_in: broadcast::Sender<Arc<[AccountId]>>,
}

impl Signals {
    /// Signals that stay in this process.
    pub fn local() -> Self {
        let jobs = Arc::new(Notify::new());
        let (feeds, _) = broadcast::channel(1024);
        Self { jobs_out: jobs.clone(), jobs_in: jobs, feeds_out: feeds.clone(), feeds_in: feeds }
    }

    /// Signals whose outside is carried by a bridge.
    pub fn bridged() -> Self {
        let (feeds_out, _) = broadcast::channel(1024);
        let (feeds_in, _) = broadcast::channel(1024);
        Self { jobs_out: Arc::new(Notify::new()), jobs_in: Arc::new(Notify::new()), feeds_out, feeds_in }
    }

    /// After a commit. Never fails, never waits.
    pub(crate) fn committed(&self, told: &Told) {
        if told.jobs {
            self.jobs_out.notify_one();
        }
        if !told.accounts.is_empty() {
            let _ = self.feeds_out.send(told.accounts.clone().into()); // nobody listens: nothing to tell
        }
    }
}
