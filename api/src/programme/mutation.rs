//! What the provider does about programmes, and partners about their profiles.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use domain::Error;
use domain::error::Refusal;
use domain::programme::commands::{self, SaveProfile, SaveProgramme};
use entities::id::ProgrammeId;

use super::object::{PartnerProfile, PartnerProgramme, ProductKind};
use crate::account::mutation::{AccountPayload, account_id, patch};
use crate::account::object::Account;
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, decode, row_at};
use crate::scalar::{MoneyInput, Url};

#[derive(InputObject)]
struct KindRateInput {
    kind: ProductKind,
    rate_bps: i32,
}

#[derive(InputObject)]
struct SaveProgrammeInput {
    id: Option<ID>,
    name: String,
    rate_bps: i32,
    kind_rates: MaybeUndefined<Vec<KindRateInput>>,
    contact_email: String,
    #[graphql(default_with = "Some(true)")]
    accepts_access_offers: Option<bool>,
    #[graphql(default_with = "Some(30)")]
    cashback_hold_days: Option<i32>,
    minimum_payout: MoneyInput,
}

#[derive(InputObject)]
struct EnrolAsPartnerInput {
    account_id: ID,
    programme_id: ID,
}

#[derive(InputObject)]
struct SavePartnerProfileInput {
    account_id: ID,
    slug: String,
    headline: String,
    description: String,
    services: Vec<String>,
    website: MaybeUndefined<Url>,
    published: bool,
}

#[derive(InputObject)]
struct SetProgrammeInput {
    account_id: ID,
    programme_id: Option<ID>,
}

payloads! {
    /// A saved programme.
    ProgrammePayload { programme: Option<PartnerProgramme> }
    /// A saved profile.
    SavePartnerProfilePayload { partner_profile: Option<PartnerProfile> }
}

/// Programmes, enrolment and profiles.
#[derive(Default)]
pub struct ProgrammeMutation;

#[Object]
impl ProgrammeMutation {
    /// By the provider's staff.
    async fn save_programme(&self, ctx: &Context<'_>, input: SaveProgrammeInput) -> Result<ProgrammePayload> {
        ctx.signed_in()?;
        let end = async {
            let save = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::save_programme(work, save.clone()))).await
        };
        answer(end.await, |row| ProgrammePayload { programme: Some(PartnerProgramme(row)), user_errors: Vec::new() })
    }

    /// By owner and admins.
    async fn enrol_as_partner(&self, ctx: &Context<'_>, input: EnrolAsPartnerInput) -> Result<AccountPayload> {
        ctx.signed_in()?;
        let end = async {
            let (account, programme) = (account_id(&input.account_id)?, programme_id(&input.programme_id)?);
            ctx.write(move |work| Box::pin(commands::enrol_as_partner(work, account, programme))).await
        };
        answer(end.await, |row| AccountPayload { account: Some(Account(row)), user_errors: Vec::new() })
    }

    /// By the provider's staff: moves a partner to another programme; null ends its being a partner, when it has no active partnership.
    async fn set_programme(&self, ctx: &Context<'_>, input: SetProgrammeInput) -> Result<AccountPayload> {
        ctx.signed_in()?;
        let end = async {
            let account = account_id(&input.account_id)?;
            let programme = input.programme_id.map(|id| programme_id(&id)).transpose()?;
            ctx.write(move |work| Box::pin(commands::set_programme(work, account, programme))).await
        };
        answer(end.await, |row| AccountPayload { account: Some(Account(row)), user_errors: Vec::new() })
    }

    /// By owner and admins.
    async fn save_partner_profile(
        &self,
        ctx: &Context<'_>,
        input: SavePartnerProfileInput,
    ) -> Result<SavePartnerProfilePayload> {
        ctx.signed_in()?;
        let end = async {
            let save = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::save_profile(work, save.clone()))).await
        };
        answer(end.await, |row| SavePartnerProfilePayload {
            partner_profile: Some(PartnerProfile(row)),
            user_errors: Vec::new(),
        })
    }
}

fn programme_id(id: &ID) -> Result<ProgrammeId, Error> {
    row_at(Kind::PartnerProgramme, id, "programmeId")
}

impl SaveProgrammeInput {
    fn into_command(self) -> Result<SaveProgramme, Error> {
        let Self {
            id,
            name,
            rate_bps,
            kind_rates,
            contact_email,
            accepts_access_offers,
            cashback_hold_days,
            minimum_payout,
        } = self;
        let id = match id.as_ref().map(|id| decode(id)) {
            None => None,
            Some(Some((Kind::PartnerProgramme, row))) => Some(row.into()),
            Some(_) => return Err(Error::NotFound),
        };
        let rates = kind_rates.map_value(|rates| rates.into_iter().map(|r| (r.kind.into(), r.rate_bps)).collect());
        let payout = minimum_payout.into_money();
        Ok(SaveProgramme {
            id,
            name,
            rate_bps,
            kind_rates: patch(rates),
            contact_email,
            accepts_access_offers: accepts_access_offers.unwrap_or(true),
            hold_days: cashback_hold_days.unwrap_or(30),
            minimum_payout: payout
                .map_err(|_| Refusal::invalid("minimumPayout", "is not an amount of this currency"))?,
        })
    }
}

impl SavePartnerProfileInput {
    fn into_command(self) -> Result<SaveProfile, Error> {
        let Self { account_id: id, slug, headline, description, services, website, published } = self;
        Ok(SaveProfile {
            account_id: account_id(&id)?,
            slug,
            headline,
            description,
            services,
            website: patch(website.map_value(|address| address.0)),
            is_published: published,
        })
    }
}
