//! Products of accounts, client records and order lines, and what their renewals will be: one statement a level.

use domain::Reader;
use domain::billing::dunning::queries as dunning;
use domain::error::Refusal;
use domain::page::ById;
use domain::plan_change::queries::{self as plan_change, Preview, Thought};
use domain::product::queries::{self, Parent, ProductFilter};
use domain::renewal;
use entities::id::{AccountId, OrderLineId, ProductId};
use entities::product;
use uuid::Uuid;

use crate::list::{Counts, List, Pages};
use crate::loader::loaders;

loaders! {
    /// What an order line led to.
    OfOrderLine(OrderLineId) -> Vec<product::Model> = queries::of_order_lines;
    /// Who the next renewal of a product is billed to.
    PayerOf(ProductId) -> AccountId = renewal::queries::payers;
    /// What the next renewal of a product will cost.
    QuoteOf(ProductId) -> renewal::Quote = renewal::queries::quotes;
    /// Where its failed renewal stands.
    DunningOf(ProductId) -> dunning::Dunning = dunning::dunnings;
    /// What a change of the plan of a product would cost, or why it cannot be made.
    PreviewOf(Thought) -> Result<Preview, Refusal> = plan_change::previews;
}

/// The products of an account, or of a client record.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Products {
    pub of: Parent,
    pub filter: ProductFilter,
}

impl List for Products {
    type Parent = Uuid;
    type Row = product::Model;
    type Key = Uuid;

    fn key(row: &product::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, parents: &[Uuid], page: &ById) -> Pages<Self> {
        queries::pages(reader, self.of, parents, &self.filter, page).await
    }

    async fn counts(&self, reader: &Reader, parents: &[Uuid]) -> Counts<Self> {
        queries::counts(reader, self.of, parents, &self.filter).await
    }
}
