//! Products of accounts, client records and order lines, and what their renewals will be: one statement a level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::Error;
use domain::page::{ById, Page};
use domain::product::queries::{self, Parent, ProductFilter};
use domain::renewal;
use entities::id::{AccountId, OrderLineId, ProductId};
use entities::product;
use uuid::Uuid;

use crate::context::Loads;

/// A page of one parent's products.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProductsOf {
    pub of: Parent,
    pub parent: Uuid,
    pub filter: ProductFilter,
    pub page: ById,
}

/// How many products one parent has.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProductCountOf {
    pub of: Parent,
    pub parent: Uuid,
    pub filter: ProductFilter,
}

/// What an order line led to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct OfOrderLine(pub OrderLineId);

/// Who the next renewal of a product is billed to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PayerOf(pub ProductId);

/// What the next renewal of a product will cost.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct QuoteOf(pub ProductId);

impl Loader<ProductsOf> for Loads {
    type Value = Page<product::Model>;
    type Error = Arc<Error>;

    /// Those who ask for the same page of the same list share a statement; one query asks all of a level alike.
    async fn load(&self, keys: &[ProductsOf]) -> Result<HashMap<ProductsOf, Self::Value>, Arc<Error>> {
        let mut alike: HashMap<(Parent, &ProductFilter, &ById), Vec<Uuid>> = HashMap::new();
        for ProductsOf { of, parent, filter, page } in keys {
            alike.entry((*of, filter, page)).or_default().push(*parent);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((of, filter, page), parents) in alike {
            let pages = queries::pages(&self.reader(), of, &parents, filter, page).await?;
            found.extend(
                pages.into_iter().map(|(parent, rows)| {
                    (ProductsOf { of, parent, filter: filter.clone(), page: page.clone() }, rows)
                }),
            );
        }
        Ok(found)
    }
}

impl Loader<ProductCountOf> for Loads {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ProductCountOf]) -> Result<HashMap<ProductCountOf, i64>, Arc<Error>> {
        let mut alike: HashMap<(Parent, &ProductFilter), Vec<Uuid>> = HashMap::new();
        for ProductCountOf { of, parent, filter } in keys {
            alike.entry((*of, filter)).or_default().push(*parent);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((of, filter), parents) in alike {
            let counts = queries::counts(&self.reader(), of, &parents, filter).await?;
            found.extend(
                counts.into_iter().map(|(parent, n)| (ProductCountOf { of, parent, filter: filter.clone() }, n)),
            );
        }
        Ok(found)
    }
}

impl Loader<OfOrderLine> for Loads {
    type Value = Vec<product::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[OfOrderLine]) -> Result<HashMap<OfOrderLine, Self::Value>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = queries::of_order_lines(&self.reader(), &ids).await?;
        Ok(found.into_iter().map(|(id, rows)| (OfOrderLine(id), rows)).collect())
    }
}

impl Loader<PayerOf> for Loads {
    type Value = AccountId;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PayerOf]) -> Result<HashMap<PayerOf, AccountId>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = renewal::queries::payers(&self.reader(), &ids).await?;
        Ok(found.into_iter().map(|(id, payer)| (PayerOf(id), payer)).collect())
    }
}

impl Loader<QuoteOf> for Loads {
    type Value = renewal::Quote;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[QuoteOf]) -> Result<HashMap<QuoteOf, renewal::Quote>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let found = renewal::queries::quotes(&self.reader(), &ids, None).await?;
        Ok(found.into_iter().map(|(id, quote)| (QuoteOf(id), quote)).collect())
    }
}
