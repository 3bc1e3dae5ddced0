//! Carts and orders, one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::Error;
use domain::order::queries::{self, CartsOf as Of, Contents};
use domain::page::{ById, Page};
use entities::cart::{self, CartStatus};
use entities::id::{AccountId, CartId, InvoiceId, OrderId};
use entities::{order, order_line};
use uuid::Uuid;

use crate::context::Loads;

/// A page of the carts of a partner or of a client record.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CartsOf {
    pub of: Of,
    pub parent: Uuid,
    pub status: Option<CartStatus>,
    pub page: ById,
}

/// How many such carts there are.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CountCartsOf {
    pub of: Of,
    pub parent: Uuid,
    pub status: Option<CartStatus>,
}

/// What a cart that the viewer sees costs and holds.
#[derive(Clone)]
pub struct ContentsOf(pub cart::Model);

/// A page of an account's orders.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OrdersOf(pub AccountId, pub ById);

/// How many orders an account has.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CountOrdersOf(pub AccountId);

/// The lines of an order.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct LinesOf(pub OrderId);

/// The invoice of an order, for those who see the payer's invoices.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InvoiceOf(pub OrderId);

/// The row counts, too: a mutation that changes a cart loads what it holds afresh.
impl PartialEq for ContentsOf {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id && self.0.status == other.0.status
    }
}

impl Eq for ContentsOf {}

impl std::hash::Hash for ContentsOf {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl Loader<CartsOf> for Loads {
    type Value = Page<cart::Model>;
    type Error = Arc<Error>;

    /// One statement for each page that is asked for: aliases may ask for several.
    async fn load(&self, keys: &[CartsOf]) -> Result<HashMap<CartsOf, Self::Value>, Arc<Error>> {
        let mut pages: HashMap<(Of, Option<CartStatus>, &ById), Vec<Uuid>> = HashMap::new();
        for CartsOf { of, parent, status, page } in keys {
            pages.entry((*of, *status, page)).or_default().push(*parent);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((of, status, page), parents) in pages {
            let rows = queries::carts(&self.reader(), of, &parents, status, page).await?;
            found.extend(
                rows.into_iter().map(|(parent, rows)| (CartsOf { of, parent, status, page: page.clone() }, rows)),
            );
        }
        Ok(found)
    }
}

impl Loader<CountCartsOf> for Loads {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CountCartsOf]) -> Result<HashMap<CountCartsOf, i64>, Arc<Error>> {
        let mut lists: HashMap<(Of, Option<CartStatus>), Vec<Uuid>> = HashMap::new();
        for CountCartsOf { of, parent, status } in keys {
            lists.entry((*of, *status)).or_default().push(*parent);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((of, status), parents) in lists {
            let counts = queries::count_carts(&self.reader(), of, &parents, status).await?;
            found.extend(counts.into_iter().map(|(parent, n)| (CountCartsOf { of, parent, status }, n)));
        }
        Ok(found)
    }
}

impl Loader<ContentsOf> for Loads {
    type Value = Contents;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ContentsOf]) -> Result<HashMap<ContentsOf, Contents>, Arc<Error>> {
        let carts: Vec<_> = keys.iter().map(|key| key.0.clone()).collect();
        let mut contents: HashMap<CartId, Contents> = queries::contents(&self.reader(), &carts).await?;
        Ok(keys.iter().filter_map(|key| Some((key.clone(), contents.remove(&key.0.id)?))).collect())
    }
}

impl Loader<OrdersOf> for Loads {
    type Value = Page<order::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OrdersOf]) -> Result<HashMap<OrdersOf, Self::Value>, Arc<Error>> {
        let mut pages: HashMap<&ById, Vec<AccountId>> = HashMap::new();
        for OrdersOf(id, page) in keys {
            pages.entry(page).or_default().push(*id);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (page, ids) in pages {
            let rows = queries::orders(&self.reader(), &ids, page).await?;
            found.extend(rows.into_iter().map(|(id, rows)| (OrdersOf(id.into(), page.clone()), rows)));
        }
        Ok(found)
    }
}

impl Loader<CountOrdersOf> for Loads {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CountOrdersOf]) -> Result<HashMap<CountOrdersOf, i64>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let counts = queries::count_orders(&self.reader(), &ids).await?;
        Ok(counts.into_iter().map(|(id, n)| (CountOrdersOf(id.into()), n)).collect())
    }
}

impl Loader<LinesOf> for Loads {
    type Value = Vec<order_line::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[LinesOf]) -> Result<HashMap<LinesOf, Self::Value>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let lines = queries::order_lines(&self.reader(), &ids).await?;
        Ok(lines.into_iter().map(|(id, rows)| (LinesOf(id), rows)).collect())
    }
}

impl Loader<InvoiceOf> for Loads {
    type Value = InvoiceId;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[InvoiceOf]) -> Result<HashMap<InvoiceOf, InvoiceId>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let invoices = queries::invoices_of(&self.reader(), &ids).await?;
        Ok(invoices.into_iter().map(|(id, invoice)| (InvoiceOf(id), invoice)).collect())
    }
}
