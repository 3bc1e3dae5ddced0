//! What the public can ask about partners.

use async_graphql::{Context, Object, Result};
use domain::programme::queries;

use super::object::{PartnerProfile, PartnerProfileConnection, PartnerProgramme};
use crate::context::ContextExt;
use crate::cursor;

/// Programmes and profiles. Public.
#[derive(Default)]
pub struct ProgrammeQuery;

#[Object]
impl ProgrammeQuery {
    /// Published profiles, in the order of their names. Public.
    async fn partner_profiles(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        search: Option<String>,
    ) -> Result<PartnerProfileConnection> {
        let page = cursor::page(first, after.as_deref(), last, before.as_deref())?;
        let rows = ctx.read(queries::profiles(&ctx.reader(), search.as_deref(), &page).await)?;
        Ok(PartnerProfileConnection::new(
            rows.map(|row| (row.slug.clone(), PartnerProfile(row))),
            Box::new(move |ctx| {
                let search = search.clone();
                Box::pin(async move {
                    let count = ctx.read(queries::count_profiles(&ctx.reader(), search.as_deref()).await)?;
                    Ok(i32::try_from(count).unwrap_or(i32::MAX))
                })
            }),
        )?)
    }

    /// A published profile, or one's own.
    async fn partner_profile(&self, ctx: &Context<'_>, slug: String) -> Result<Option<PartnerProfile>> {
        Ok(ctx.read(queries::profile(&ctx.reader(), &slug).await)?.map(PartnerProfile))
    }

    /// The partner programmes one can enrol in. Public.
    async fn programmes(&self, ctx: &Context<'_>) -> Result<Vec<PartnerProgramme>> {
        let rows = ctx.read(queries::programmes(&ctx.reader()).await)?;
        Ok(rows.into_iter().map(PartnerProgramme).collect())
    }
}
