//! Reads of endpoints and deliveries.

use std::collections::HashMap;

use entities::id::{AccountId, WebhookEndpointId};
use entities::{webhook_delivery, webhook_endpoint};

use crate::error::Error;
use crate::nested::{self, List};
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::store::Reader;

/// Endpoints that staff is shown at once.
const SHOWN: i64 = 1_000;

/// Newest first.
const DELIVERIES: List = List::by_id("webhook_delivery", "x.endpoint_id = k.id", Order::Descending);

/// The endpoints of each account that the reader's actor sees, oldest first, in one statement.
pub async fn of_accounts(
    reader: &Reader,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Vec<webhook_endpoint::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM webhook_endpoint x WHERE NOT x.is_providers AND x.account_id ")
        .any(accounts)
        .push(" AND ");
    visible::webhook_endpoints(&mut sql, reader.viewer(), "x");
    sql.push(" ORDER BY x.account_id, x.id");
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in sql.all::<webhook_endpoint::Model>(reader.conn()).await? {
        found.entry(row.account_id).or_default().push(row);
    }
    Ok(found)
}

/// All endpoints, the provider's own first, then the youngest; the first thousand of them. For staff.
pub async fn all(reader: &Reader) -> Result<Vec<webhook_endpoint::Model>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT x.* FROM webhook_endpoint x WHERE ");
    visible::staff(&mut sql, reader.viewer(), "x");
    sql.add(" ORDER BY x.is_providers DESC, x.id DESC LIMIT ?", [SHOWN.into()]);
    Ok(sql.all(reader.conn()).await?)
}

/// The same page of each endpoint's deliveries.
pub async fn deliveries(
    reader: &Reader,
    endpoints: &[WebhookEndpointId],
    page: &ById,
) -> Result<HashMap<WebhookEndpointId, Page<webhook_delivery::Model>>, Error> {
    nested::pages(reader, DELIVERIES, endpoints, page, |sql| {
        visible::webhook_deliveries(sql, reader.viewer(), "x");
    })
    .await
}

/// How many deliveries of each endpoint the reader's actor sees.
pub async fn count_deliveries(
    reader: &Reader,
    endpoints: &[WebhookEndpointId],
) -> Result<HashMap<WebhookEndpointId, i64>, Error> {
    nested::counts(reader, DELIVERIES, endpoints, |sql| {
        visible::webhook_deliveries(sql, reader.viewer(), "x");
    })
    .await
}
