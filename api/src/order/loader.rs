//! Carts and orders, one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use domain::client::queries::KeptBy;
use domain::order::queries::{self, Contents};
use domain::page::ById;
use domain::{Error, Reader};
use entities::cart::{self, CartStatus};
use entities::id::{AccountId, CartId, InvoiceId, OrderId};
use entities::{order, order_line};
use uuid::Uuid;

use crate::batch::Loader;
use crate::context::Loads;
use crate::list::{Counts, List, Pages};
use crate::loader::loaders;

loaders! {
    /// The lines of an order.
    LinesOf(OrderId) -> Vec<order_line::Model> = queries::order_lines;
    /// The invoice of an order, for those who see the payer's invoices.
    InvoiceOf(OrderId) -> InvoiceId = queries::invoices_of;
}

/// The carts of a partner, or of a client record.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Carts {
    pub of: KeptBy,
    pub status: Option<CartStatus>,
}

impl List for Carts {
    type Parent = Uuid;
    type Row = cart::Model;
    type Key = Uuid;

    fn key(row: &cart::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, parents: &[Uuid], page: &ById) -> Pages<Self> {
        queries::carts(reader, self.of, parents, self.status, page).await
    }

    async fn counts(&self, reader: &Reader, parents: &[Uuid]) -> Counts<Self> {
        queries::count_carts(reader, self.of, parents, self.status).await
    }
}

/// The orders of an account.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Orders;

impl List for Orders {
    type Parent = AccountId;
    type Row = order::Model;
    type Key = Uuid;

    fn key(row: &order::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, accounts: &[AccountId], page: &ById) -> Pages<Self> {
        queries::orders(reader, accounts, page).await
    }

    async fn counts(&self, reader: &Reader, accounts: &[AccountId]) -> Counts<Self> {
        queries::count_orders(reader, accounts).await
    }
}

/// What a cart that the viewer sees costs and holds.
#[derive(Clone)]
pub struct ContentsOf(pub cart::Model);

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

impl Loader<ContentsOf> for Loads {
    type Value = Contents;

    async fn load(&self, keys: &[ContentsOf]) -> Result<HashMap<ContentsOf, Contents>, Arc<Error>> {
        let carts: Vec<_> = keys.iter().map(|key| key.0.clone()).collect();
        let mut contents: HashMap<CartId, Contents> = queries::contents(&self.reader(), &carts).await?;
        Ok(keys.iter().filter_map(|key| Some((key.clone(), contents.remove(&key.0.id)?))).collect())
    }
}
