//! What is shown of the catalogue. All of it is public.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entities::{offering, plan, price};

use super::loader::{PlansOf, PricesOf};
use crate::answer::loaded;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Reached;
use crate::programme::object::ProductKind;
use crate::scalar::{Money, amount};

/// What the provider sells.
#[derive(Clone)]
pub struct Offering(pub offering::Model);

#[Object]
impl Offering {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Offering, self.0.id.0)
    }

    /// The article number.
    async fn sku(&self) -> &str {
        &self.0.sku
    }

    /// For people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// What it is.
    async fn kind(&self) -> ProductKind {
        self.0.kind.into()
    }

    /// Its variants.
    async fn plans(&self, ctx: &Context<'_>) -> Result<Vec<Plan>> {
        let rows = loaded(ctx.loads().load_one(PlansOf(self.0.id)).await)?.unwrap_or_default();
        Ok(rows.into_iter().map(Plan).collect())
    }
}

connection!(OfferingConnection, OfferingEdge, Offering);

/// A variant of an offering.
#[derive(Clone)]
pub struct Plan(pub plan::Model);

#[Object]
impl Plan {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Plan, self.0.id.0)
    }

    /// What it is a variant of.
    async fn offering(&self, ctx: &Context<'_>) -> Result<Offering> {
        let row = loaded(ctx.loads().load_one(Reached::<offering::Model>::by(self.0.offering_id)).await)?;
        Ok(Offering(row.ok_or_else(EdgeError::internal)?))
    }

    /// For people.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// 36 for most plans.
    async fn default_term_months(&self) -> i32 {
        self.0.default_term_months
    }

    /// As of today, by currency and term.
    async fn prices(&self, ctx: &Context<'_>) -> Result<Vec<Price>> {
        let rows = loaded(ctx.loads().load_one(PricesOf(self.0.id)).await)?.unwrap_or_default();
        rows.iter().map(Price::of).collect()
    }
}

/// The public net price of a whole term.
#[derive(Clone, SimpleObject)]
pub struct Price {
    /// The length of the term.
    pub term_months: i32,
    /// Net, of one piece.
    pub price: Money,
}

impl Price {
    fn of(row: &price::Model) -> Result<Self> {
        Ok(Self { term_months: row.term_months, price: amount(row.amount_minor, &row.currency)? })
    }
}

/// A plan that something seen is about.
pub async fn plan_by(ctx: &Context<'_>, id: entities::id::PlanId) -> Result<Plan> {
    let row = loaded(ctx.loads().load_one(Reached::<plan::Model>::by(id)).await)?;
    Ok(Plan(row.ok_or_else(EdgeError::internal)?))
}
