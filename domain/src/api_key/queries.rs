//! Reads of keys.

use std::collections::HashMap;

use entities::api_key;
use entities::id::AccountId;

use crate::error::Error;
use crate::permission::visible;
use crate::store::Reader;

/// The keys of each account that the reader's actor sees, oldest first, in one statement; those that have expired, too, until they
/// are revoked.
pub async fn of_accounts(
    reader: &Reader,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Vec<api_key::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM api_key x WHERE x.account_id ").any(accounts).push(" AND ");
    visible::api_keys(&mut sql, reader.viewer(), "x");
    sql.push(" ORDER BY x.account_id, x.id");
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for key in sql.all::<api_key::Model>(reader.conn()).await? {
        found.entry(key.account_id).or_default().push(key);
    }
    Ok(found)
}
