//! What hangs on invoices and accounts, one statement per level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::Error;
use domain::billing::queries::{self, InvoiceFilter, Parent};
use domain::cashback;
use domain::page::{ById, Page};
use entities::{invoice, invoice_line, payment, payment_method, wallet};
use uuid::Uuid;

use crate::context::Loads;

/// A page of one parent's invoices.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InvoicesOf {
    pub of: Parent,
    pub parent: Uuid,
    pub filter: InvoiceFilter,
    pub page: ById,
}

/// How many invoices one parent has.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct InvoiceCountOf {
    pub of: Parent,
    pub parent: Uuid,
    pub filter: InvoiceFilter,
}

impl Loader<InvoicesOf> for Loads {
    type Value = Page<invoice::Model>;
    type Error = Arc<Error>;

    /// Those who ask for the same page of the same list share a statement; one query asks all of a level alike.
    async fn load(&self, keys: &[InvoicesOf]) -> Result<HashMap<InvoicesOf, Self::Value>, Arc<Error>> {
        let mut alike: HashMap<(Parent, InvoiceFilter, ById), Vec<Uuid>> = HashMap::new();
        for InvoicesOf { of, parent, filter, page } in keys {
            alike.entry((*of, filter.clone(), page.clone())).or_default().push(*parent);
        }
        let mut found = HashMap::new();
        for ((of, filter, page), parents) in alike {
            let mut pages = queries::invoices(&self.reader(), of, &parents, &filter, &page).await?;
            found.extend(parents.into_iter().filter_map(|parent| {
                let key = InvoicesOf { of, parent, filter: filter.clone(), page: page.clone() };
                pages.remove(&parent).map(|rows| (key, rows))
            }));
        }
        Ok(found)
    }
}

impl Loader<InvoiceCountOf> for Loads {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[InvoiceCountOf]) -> Result<HashMap<InvoiceCountOf, i64>, Arc<Error>> {
        let mut alike: HashMap<(Parent, InvoiceFilter), Vec<Uuid>> = HashMap::new();
        for InvoiceCountOf { of, parent, filter } in keys {
            alike.entry((*of, filter.clone())).or_default().push(*parent);
        }
        let mut found = HashMap::new();
        for ((of, filter), parents) in alike {
            let counts = queries::invoice_counts(&self.reader(), of, &parents, &filter).await?;
            found.extend(
                counts.into_iter().map(|(parent, n)| (InvoiceCountOf { of, parent, filter: filter.clone() }, n)),
            );
        }
        Ok(found)
    }
}

macro_rules! children {
    ($($(#[$meta:meta])* $key:ident: $row:ty => $query:path;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $key(pub Uuid);

        impl Loader<$key> for Loads {
            type Value = Vec<$row>;
            type Error = Arc<Error>;

            async fn load(&self, keys: &[$key]) -> Result<HashMap<$key, Self::Value>, Arc<Error>> {
                let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
                let rows = $query(&self.reader(), &ids).await?;
                Ok(rows.into_iter().map(|(id, rows)| ($key(id), rows)).collect())
            }
        }
    )*};
}

children! {
    /// The lines of an invoice.
    LinesOf: invoice_line::Model => queries::lines;
    /// The payments for an invoice.
    PaymentsOf: payment::Model => queries::payments;
    /// The ways to pay of an account.
    PaymentMethodsOf: payment_method::Model => queries::payment_methods;
    /// The wallets of an account.
    WalletsOf: wallet::Model => cashback::queries::wallets;
}
