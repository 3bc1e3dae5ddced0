//! What the public can ask about partners.

use async_graphql::{Context, Object, Result};
use domain::programme::queries;

use super::loader::Profiles;
use super::object::{PartnerProfile, PartnerProfileConnection, PartnerProgramme};
use crate::connection::lists;
use crate::context::ContextExt;

/// Programmes and profiles. Public.
#[derive(Default)]
pub struct ProgrammeQuery;

#[Object]
impl ProgrammeQuery {
    /// A published profile, or one's own.
    async fn partner_profile(&self, ctx: &Context<'_>, slug: String) -> Result<Option<PartnerProfile>> {
        Ok(ctx.read(queries::profile(&ctx.reader(), &slug).await)?.map(PartnerProfile))
    }

    /// The partner programmes one can enrol in. Public.
    async fn programmes(&self, ctx: &Context<'_>) -> Result<Vec<PartnerProgramme>> {
        let rows = ctx.read(queries::programmes(&ctx.reader()).await)?;
        Ok(rows.into_iter().map(PartnerProgramme).collect())
    }
    /// What everybody finds listed.
    #[graphql(flatten)]
    async fn lists(&self) -> ProgrammeLists {
        ProgrammeLists(())
    }
}

lists! {
    /// What everybody finds listed.
    ProgrammeLists of () {
        /// Published profiles, in the order of their names. Public.
        partner_profiles(search: Option<String>) -> PartnerProfileConnection = Profiles { search } => PartnerProfile;
    }
}
