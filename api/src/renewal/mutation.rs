//! Renewing by hand, and beginning a run.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::renewal::commands::{self, RenewProduct};
use entities::id::ProductId;
use entities::{invoice, product};

use super::object::RenewalRun;
use crate::answer::{answer, loaded, payloads};
use crate::billing::mutation::{next_action, not_paid};
use crate::billing::object::Invoice;
use crate::context::ContextExt;
use crate::id::{Kind, row_of};
use crate::loader::Seen;
use crate::product::object::Product;
use crate::scalar::{Date, DateTime, Url};

/// `periodStart`: the period that is meant; CONFLICT when it is already renewed.
#[derive(InputObject)]
struct RenewProductInput {
    product_id: ID,
    term_months: Option<i32>,
    period_start: Option<Date>,
    idempotency_key: String,
}

#[derive(InputObject)]
struct RunRenewalsInput {
    as_of: Option<DateTime>,
    #[graphql(default_with = "Some(false)")]
    dry_run: Option<bool>,
}

impl RenewProductInput {
    fn into_command(self) -> Result<RenewProduct, Error> {
        let Self { product_id, term_months, period_start, idempotency_key } = self;
        Ok(RenewProduct {
            product_id: row_of(Kind::Product, &product_id)?,
            term_months,
            period_start: period_start.map(|day| day.0),
            idempotency_key,
        })
    }
}

payloads! {
    /// The product as it is now, and the invoice as far as the viewer sees it.
    RenewProductPayload { product: Option<Product>, invoice: Option<Invoice>, next_action_url: Option<Url> }
    /// A run that has begun, or has counted.
    RenewalRunPayload { renewal_run: Option<RenewalRun> }
}

/// What this area adds to the mutations.
#[derive(Default)]
pub struct RenewalMutation;

#[Object]
impl RenewalMutation {
    /// One more period, now. A payment that was declined, or is not known yet, is a user error beside product and invoice.
    async fn renew_product(&self, ctx: &Context<'_>, input: RenewProductInput) -> Result<RenewProductPayload> {
        ctx.signed_in()?;
        let command = match input.into_command() {
            Ok(command) => command,
            Err(error) => return answer(Err::<RenewProductPayload, _>(error), |done| done),
        };
        let product_id: ProductId = command.product_id;
        let (store, actor, statements) = ctx.to_write();
        let (renewed, collected) = match commands::renew_product(&store, actor, statements, command).await {
            Ok(done) => done,
            Err(error) => return answer(Err::<RenewProductPayload, _>(error), |done| done),
        };
        let product = loaded(ctx.loads().load_one(Seen::<product::Model>::by(product_id)).await)?.map(Product);
        let invoice = match renewed.invoice_id {
            Some(id) => loaded(ctx.loads().load_one(Seen::<invoice::Model>::by(id)).await)?.map(Invoice),
            None => None,
        };
        let user_errors = not_paid(&collected)?.into_iter().collect();
        Ok(RenewProductPayload { product, invoice, user_errors, next_action_url: next_action(&collected) })
    }

    /// By staff: a run of what is due by now, or by an earlier instant. It goes on in the worker.
    async fn run_renewals(&self, ctx: &Context<'_>, input: RunRenewalsInput) -> Result<RenewalRunPayload> {
        ctx.signed_in()?;
        let RunRenewalsInput { as_of, dry_run } = input;
        let (as_of, is_dry_run) = (as_of.map(|at| at.0), dry_run.unwrap_or(false));
        let end = ctx.write(move |work| Box::pin(commands::run_renewals(work, as_of, is_dry_run))).await;
        answer(end, |row| RenewalRunPayload { renewal_run: Some(RenewalRun(row)), ..RenewalRunPayload::default() })
    }
}
