//! Relay connections, as the contract has them: `edges`, `nodes`, `pageInfo`, and a `totalCount` that is counted only when
//! it is asked for.

use async_graphql::{Context, SimpleObject};
use futures::future::BoxFuture;

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

/// Counts the whole list, by one statement, when somebody asks. Nested lists count through a loader: one per level.
pub type Count = Box<dyn for<'c> Fn(&'c Context<'_>) -> BoxFuture<'c, async_graphql::Result<i32>> + Send + Sync>;

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

        impl $connection {
            /// From a page of rows with their sort keys.
            pub fn new<K: serde::Serialize>(
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

            /// A list that has nothing for this viewer.
            pub fn empty() -> Self {
                Self {
                    edges: Vec::new(),
                    page_info: $crate::connection::PageInfo::default(),
                    count: Box::new(|_| Box::pin(async { Ok(0) })),
                }
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
                (self.count)(ctx).await
            }
        }
    };
}
pub(crate) use connection;
