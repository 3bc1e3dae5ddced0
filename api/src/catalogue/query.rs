//! What the public can ask about the catalogue.

use async_graphql::{Context, Object, Result};
use domain::catalogue::queries;

use super::object::{Offering, OfferingConnection};
use crate::context::ContextExt;
use crate::cursor;
use crate::programme::object::ProductKind;

/// The catalogue. Public.
#[derive(Default)]
pub struct CatalogueQuery;

#[Object]
impl CatalogueQuery {
    /// The catalogue. Public.
    async fn offerings(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        kind: Option<ProductKind>,
    ) -> Result<OfferingConnection> {
        let page = cursor::page(first, after.as_deref(), last, before.as_deref())?;
        let kind = kind.map(Into::into);
        let rows = ctx.read(queries::offerings(&ctx.reader(), kind, &page).await)?;
        Ok(OfferingConnection::new(
            rows.map(|row| (row.id.0, Offering(row))),
            Box::new(move |ctx| {
                Box::pin(async move {
                    let count = ctx.read(queries::count_offerings(&ctx.reader(), kind).await)?;
                    Ok(i32::try_from(count).unwrap_or(i32::MAX))
                })
            }),
        )?)
    }
}
