//! The running application as tests see it.

use crate::database::{Database, Db};

/// One application on a database of its own.
pub struct TestApp {
    pub database: Database,
}

impl TestApp {
    pub async fn start(db: Db) -> Self {
        Self { database: Database::fresh(db).await }
    }
}
