//! What is changed of a product.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::product::commands::{self, UpdateProduct};

use super::object::Product;
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_of};

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

payloads! {
    /// The product, as it is now.
    ProductPayload { product: Option<Product> }
}

/// What is done to products.
#[derive(Default)]
pub struct ProductMutation;

#[Object]
impl ProductMutation {
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
