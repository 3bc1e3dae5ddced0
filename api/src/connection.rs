//! Relay connections, as the contract has them: `edges`, `nodes`, `pageInfo`, and a `totalCount` that is counted only when
//! it is asked for; and the lists of an object, each with the contract's quartet.

use async_graphql::{Context, SimpleObject};
use domain::page::{Page, PageRequest};
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::loaded;
use crate::batch::{Key, Loader};
use crate::context::{ContextExt, Loads};
use crate::cursor;
use crate::error::EdgeError;

/// Where a page stands in its list.
#[derive(Debug, Clone, Default, SimpleObject)]
pub struct PageInfo {
    /// Whether more follow.
    pub has_next_page: bool,
    /// Whether some stand before.
    pub has_previous_page: bool,
    /// Of the first row.
    pub start_cursor: Option<String>,
    /// Of the last row.
    pub end_cursor: Option<String>,
}

/// The contract's quartet, as the arguments come.
pub struct Paging {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl Paging {
    /// What it asks of a list with keys of this type.
    pub fn request<K: DeserializeOwned>(&self) -> Result<PageRequest<K>, EdgeError> {
        cursor::page(self.first, self.after.as_deref(), self.last, self.before.as_deref())
    }
}

/// Counts the whole list, by one statement, when somebody asks.
pub struct Count(Box<Counting>);

type Counting = dyn for<'c> Fn(&'c Context<'_>) -> BoxFuture<'c, async_graphql::Result<i64>> + Send + Sync;

impl Count {
    /// Through a loader: one statement for all lists of a level.
    pub fn loaded<K>(key: K) -> Self
    where
        K: Key,
        Loads: Loader<K, Value = i64>,
    {
        Self(Box::new(move |ctx| {
            let key = key.clone();
            Box::pin(async move { Ok(loaded(ctx.loads().load_one(key).await)?.unwrap_or_default()) })
        }))
    }

    /// Known already.
    pub fn known(count: usize) -> Self {
        Self(Box::new(move |_| Box::pin(async move { Ok(i64::try_from(count).unwrap_or(i64::MAX)) })))
    }

    /// The number; more than GraphQL can say is as much as it can say.
    pub async fn tell(&self, ctx: &Context<'_>) -> async_graphql::Result<i32> {
        Ok(i32::try_from((self.0)(ctx).await?).unwrap_or(i32::MAX))
    }
}

/// A page of a list, as it is shown.
pub trait Connection: Sized {
    /// A row, as it is shown.
    type Node;

    /// From a page of rows with their sort keys.
    fn new<K: Serialize>(page: Page<(K, Self::Node)>, count: Count) -> Result<Self, EdgeError>;
}

/// Declares `NameConnection` and `NameEdge` over rows of an object.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty) => {
        /// A page of a list.
        pub struct $connection {
            edges: Vec<$edge>,
            page_info: $crate::connection::PageInfo,
            count: $crate::connection::Count,
        }

        /// A row with its place in the list.
        #[derive(Clone, async_graphql::SimpleObject)]
        pub struct $edge {
            node: $node,
            cursor: String,
        }

        impl $crate::connection::Connection for $connection {
            type Node = $node;

            fn new<K: serde::Serialize>(
                page: domain::page::Page<(K, $node)>,
                count: $crate::connection::Count,
            ) -> Result<Self, $crate::error::EdgeError> {
                let mut edges = Vec::with_capacity(page.rows.len());
                for (key, node) in page.rows {
                    edges.push($edge { node, cursor: $crate::cursor::encode(&key)? });
                }
                let page_info = $crate::connection::PageInfo {
                    has_next_page: page.has_next,
                    has_previous_page: page.has_previous,
                    start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                    end_cursor: edges.last().map(|edge| edge.cursor.clone()),
                };
                Ok(Self { edges, page_info, count })
            }
        }

        #[async_graphql::Object]
        impl $connection {
            /// The rows with their cursors.
            async fn edges(&self) -> &[$edge] {
                &self.edges
            }

            /// The rows.
            async fn nodes(&self) -> Vec<&$node> {
                self.edges.iter().map(|edge| &edge.node).collect()
            }

            /// Where the page stands.
            async fn page_info(&self) -> &$crate::connection::PageInfo {
                &self.page_info
            }

            /// Of the whole list, as far as the viewer sees it.
            async fn total_count(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<i32> {
                self.count.tell(ctx).await
            }
        }
    };
}
pub(crate) use connection;

/// Declares the lists of an object: a type to be flattened into it, with a field for each list. `list => Node` says what is
/// listed and as what it is shown; all take the quartet, and the arguments that are named.
macro_rules! lists {
    ($(#[$meta:meta])* $name:ident of $parent:ty {
        $($(#[$doc:meta])* $field:ident($($arg:ident: $ty:ty),*) -> $connection:ty = $list:expr => $node:expr;)*
    }) => {
        $(#[$meta])*
        pub struct $name(pub $parent);

        #[async_graphql::Object]
        impl $name {$(
            $(#[$doc])*
            async fn $field(
                &self,
                ctx: &async_graphql::Context<'_>,
                first: Option<i32>,
                after: Option<String>,
                last: Option<i32>,
                before: Option<String>,
                $($arg: $ty,)*
            ) -> async_graphql::Result<$connection> {
                let paging = $crate::connection::Paging { first, after, last, before };
                $crate::list::page_of(ctx, $list, self.0.clone(), &paging, $node).await
            }
        )*}
    };
}
pub(crate) use lists;
