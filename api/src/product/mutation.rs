//! What is changed of a product.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::billing::Collected;
use domain::plan_change::commands::{ChangePlan, Changed, change_plan};
use domain::product::commands::{self, UpdateProduct, cancel_product};
use entities::order;

use super::object::Product;
use crate::answer::{answer, loaded, payloads};
use crate::billing::mutation::{next_action, not_paid};
use crate::context::ContextExt;
use crate::id::{Kind, row_at, row_of};
use crate::loader::Seen;
use crate::order::mutation::OrderPayload;
use crate::order::object::Order;

#[derive(InputObject)]
struct UpdateProductInput {
    product_id: ID,
    label: Option<String>,
    auto_renew: Option<bool>,
    term_months: Option<i32>,
}

impl UpdateProductInput {
    fn into_command(self) -> Result<UpdateProduct, Error> {
        let Self { product_id, label, auto_renew, term_months } = self;
        Ok(UpdateProduct { product_id: row_of(Kind::Product, &product_id)?, label, auto_renew, term_months })
    }
}

#[derive(InputObject)]
struct ChangePlanInput {
    product_id: ID,
    plan_id: ID,
    term_months: Option<i32>,
    #[graphql(default_with = "Some(false)")]
    at_period_end: Option<bool>,
    payment_method_id: Option<ID>,
    idempotency_key: String,
}

impl ChangePlanInput {
    fn into_command(self) -> Result<ChangePlan, Error> {
        let Self { product_id, plan_id, term_months, at_period_end, payment_method_id, idempotency_key } = self;
        let method = |id: ID| row_at(Kind::PaymentMethod, &id, "paymentMethodId");
        Ok(ChangePlan {
            product_id: row_of(Kind::Product, &product_id)?,
            plan_id: row_at(Kind::Plan, &plan_id, "planId")?,
            term_months,
            at_period_end: at_period_end.unwrap_or(false),
            payment_method_id: payment_method_id.map(method).transpose()?,
            idempotency_key,
        })
    }
}

/// The order of a change, however its payment ended; none for a change at the period's end.
async fn changed(ctx: &Context<'_>, end: Result<(Changed, Collected), Error>) -> Result<OrderPayload> {
    let (changed, collected) = match end {
        Ok(done) => done,
        Err(error) => return answer(Err::<OrderPayload, _>(error), |done| done),
    };
    let order = match changed.order_id {
        Some(id) => loaded(ctx.loads().load_one(Seen::<order::Model>::by(id)).await)?.map(Order),
        None => None,
    };
    let user_errors = not_paid(&collected)?.into_iter().collect();
    let next_action_url = next_action(&collected);
    Ok(OrderPayload { order, next_action_url, user_errors, ..OrderPayload::default() })
}

#[derive(InputObject)]
struct CancelProductInput {
    product_id: ID,
    #[graphql(default_with = "Some(true)")]
    at_period_end: Option<bool>,
}

payloads! {
    /// The product, as it is now.
    ProductPayload { product: Option<Product> }
}

/// What is done to products.
#[derive(Default)]
pub struct ProductMutation;

#[Object]
impl ProductMutation {
    /// Another plan or term from today: the unused rest of the paid term is credited, the difference is charged.
    async fn change_plan(&self, ctx: &Context<'_>, input: ChangePlanInput) -> Result<OrderPayload> {
        ctx.signed_in()?;
        let (store, actor, statements) = ctx.to_write();
        let end = match input.into_command() {
            Ok(command) => change_plan(&store, actor, statements, command).await,
            Err(error) => Err(error),
        };
        changed(ctx, end).await
    }

    /// At the period's end it renews no more; at once it ends now, and nothing is refunded.
    async fn cancel_product(&self, ctx: &Context<'_>, input: CancelProductInput) -> Result<ProductPayload> {
        ctx.signed_in()?;
        let at_period_end = input.at_period_end.unwrap_or(true);
        let end = match row_of(Kind::Product, &input.product_id) {
            Ok(id) => ctx.write(move |work| Box::pin(cancel_product(work, id, at_period_end))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| ProductPayload { product: Some(Product(row)), ..ProductPayload::default() })
    }

    /// Its label needs MANAGE_PRODUCTS; whether it renews and for how long, PURCHASE.
    async fn update_product(&self, ctx: &Context<'_>, input: UpdateProductInput) -> Result<ProductPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::update_product(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| ProductPayload { product: Some(Product(row)), ..ProductPayload::default() })
    }
}
