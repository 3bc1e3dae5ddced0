//! The servers that tests talk to: those that `tests/run` started for everybody.

/// The address of the Redis server that all tests share; each test keeps to keys and channels of its own.
///
/// # Panics
/// When there is none: a test is never skipped.
pub fn redis_url() -> String {
    setting("TEST_REDIS_URL")
}

/// The PostgreSQL server of `TEST_DATABASE_URL`, with another database on it.
///
/// # Panics
/// When there is none, or its address names no database.
pub fn database_url_for(name: &str) -> String {
    let url = setting("TEST_DATABASE_URL");
    let (address, query) = url.split_once('?').map_or((url.as_str(), ""), |(address, query)| (address, query));
    let (server, _) = address.rsplit_once('/').expect("TEST_DATABASE_URL ends with /<database>");
    if query.is_empty() { format!("{server}/{name}") } else { format!("{server}/{name}?{query}") }
}

#[expect(clippy::disallowed_methods, reason = "the servers' addresses are not settings of the product")]
fn setting(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run `tests/run`, which starts the servers"))
}
