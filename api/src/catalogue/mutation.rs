//! What the provider's staff do with the catalogue.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::catalogue::commands::{self, SaveOffering, SavePlan};
use domain::catalogue::rules::NewPrice;
use domain::error::Refusal;

use super::object::{Offering, Plan};
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_at, row_of};
use crate::programme::object::ProductKind;
use crate::scalar::{Date, MoneyInput};

#[derive(InputObject)]
struct SaveOfferingInput {
    id: Option<ID>,
    sku: String,
    name: String,
    kind: ProductKind,
}

/// Valid from today unless said; a later one does not touch paid terms.
#[derive(InputObject)]
struct PriceInput {
    term_months: i32,
    price: MoneyInput,
    valid_from: Option<Date>,
}

#[derive(InputObject)]
struct SavePlanInput {
    id: Option<ID>,
    offering_id: ID,
    name: String,
    #[graphql(default_with = "Some(36)")]
    default_term_months: Option<i32>,
    prices: Vec<PriceInput>,
}

payloads! {
    /// A saved offering.
    OfferingPayload { offering: Option<Offering> }
    /// A saved plan.
    PlanPayload { plan: Option<Plan> }
}

impl SaveOfferingInput {
    fn into_command(self) -> Result<SaveOffering, Error> {
        let Self { id, sku, name, kind } = self;
        let id = id.map(|id| row_of(Kind::Offering, &id)).transpose()?;
        Ok(SaveOffering { id, sku, name, kind: kind.into() })
    }
}

impl SavePlanInput {
    fn into_command(self) -> Result<SavePlan, Error> {
        let Self { id, offering_id, name, default_term_months, prices } = self;
        let prices = prices.into_iter().enumerate().map(|(at, new)| {
            let PriceInput { term_months, price, valid_from } = new;
            let path = ["prices".to_owned(), at.to_string()];
            let price = price.into_money().map_err(|e| Refusal::invalid("price", e.to_string()).within(path))?;
            Ok(NewPrice { term_months, price, valid_from: valid_from.map(|day| day.0) })
        });
        Ok(SavePlan {
            id: id.map(|id| row_of(Kind::Plan, &id)).transpose()?,
            offering_id: row_at(Kind::Offering, &offering_id, "offeringId")?,
            name,
            default_term_months: default_term_months.unwrap_or(36),
            prices: prices.collect::<Result<_, Refusal>>()?,
        })
    }
}

/// The catalogue, by the provider's staff.
#[derive(Default)]
pub struct CatalogueMutation;

#[Object]
impl CatalogueMutation {
    /// By the provider's staff.
    async fn save_offering(&self, ctx: &Context<'_>, input: SaveOfferingInput) -> Result<OfferingPayload> {
        ctx.signed_in()?;
        let end = async {
            let save = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::save_offering(work, save.clone()))).await
        };
        answer(end.await, |row| OfferingPayload { offering: Some(Offering(row)), ..OfferingPayload::default() })
    }

    /// By the provider's staff. Prices are added to those that there are; one of the same day is replaced.
    async fn save_plan(&self, ctx: &Context<'_>, input: SavePlanInput) -> Result<PlanPayload> {
        ctx.signed_in()?;
        let end = async {
            let save = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::save_plan(work, save.clone()))).await
        };
        answer(end.await, |row| PlanPayload { plan: Some(Plan(row)), ..PlanPayload::default() })
    }
}
