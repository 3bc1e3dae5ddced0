//! What is changed of a product.

mod cancel;

pub use cancel::cancel_product;
use entities::id::ProductId;
use entities::product::{self, ProductStatus};
use sea_orm::FromQueryResult;

use super::actions::{LabelProduct, SetRenewal};
use crate::calendar::Term;
use crate::contributor::queries::is_waiting;
use crate::error::{Code, Error, Refusal, refuse};
use crate::permission::permit;
use crate::text;
use crate::work::Work;

/// What is to be changed of a product; what is absent stays.
#[derive(Debug, Clone)]
pub struct UpdateProduct {
    /// Which.
    pub product_id: ProductId,
    /// Its name.
    pub label: Option<String>,
    /// Whether it renews by itself.
    pub auto_renew: Option<bool>,
    /// The term of the next renewals, in months.
    pub term_months: Option<i32>,
}

/// Changes a product: its label needs MANAGE_PRODUCTS, what is paid for PURCHASE.
/// # Errors
/// `TERM_NOT_OFFERED` for a term without a price, `CONFLICT` for a product that has ended, `EMAIL_NOT_VERIFIED` to somebody whose
/// address it is shared with before that is shown to be theirs.
pub async fn update_product(work: &mut Work, command: UpdateProduct) -> Result<product::Model, Error> {
    let id = command.product_id;
    match change(work, command).await {
        // whoever only has to verify their address is told so: rules §5, "Addresses"
        Err(Error::NotFound) if is_waiting(work, id).await? => {
            refuse(Code::EmailNotVerified, "This product is shared with your address: verify it first.")
        }
        end => end,
    }
}

async fn change(work: &mut Work, command: UpdateProduct) -> Result<product::Model, Error> {
    let UpdateProduct { product_id, label, auto_renew, term_months } = command;
    let label = label.map(|label| text::line("label", &label, text::NAME)).transpose()?;
    let (mut row, grant) = if auto_renew.is_some() || term_months.is_some() {
        if label.is_some() {
            permit::<LabelProduct>(work, product_id).await?;
        }
        let permit = permit::<SetRenewal>(work, product_id).await?;
        (permit.row, permit.grant)
    } else {
        let permit = permit::<LabelProduct>(work, product_id).await?;
        (permit.row, permit.grant)
    };
    if let Some(label) = label {
        row.search = text::searchable([label.as_str(), row.domain_name.as_deref().unwrap_or_default()]);
        row.label = label;
    }
    if auto_renew.is_some() || term_months.is_some() {
        refuse_ended(row.status)?;
    }
    row.auto_renew = auto_renew.unwrap_or(row.auto_renew);
    if let Some(months) = term_months {
        row.term_months = offered_term(work, &row, months).await?.months_i32();
    }
    store(work, &row).await?;
    work.record("updateProduct", Some(grant), Some(row.id.into()));
    Ok(row)
}

fn refuse_ended(status: ProductStatus) -> Result<(), Refusal> {
    match status {
        ProductStatus::Cancelled | ProductStatus::Expired => {
            Err(Refusal::new(Code::Conflict, "The product has ended: there is nothing to renew."))
        }
        ProductStatus::PendingPayment
        | ProductStatus::Free
        | ProductStatus::Active
        | ProductStatus::PastDue
        | ProductStatus::Suspended => Ok(()),
    }
}

/// The term, when the product's plan is offered for it in the product's currency.
/// # Errors
/// `TERM_NOT_OFFERED`.
pub(crate) async fn offered_term(work: &Work, product: &product::Model, months: i32) -> Result<Term, Error> {
    let not_offered =
        || Refusal::new(Code::TermNotOffered, "The plan is not offered for this term.").at(["termMonths"]);
    let term = Term::from_months(months).map_err(|_| not_offered())?;
    let today = work.now().date_naive();
    let mut sql = work.sql();
    sql.add(
        "SELECT 1 AS n FROM price WHERE plan_id = ? AND currency = ? AND term_months = ? AND valid_from <= ? LIMIT 1",
        [
            product.next_plan_id.unwrap_or(product.plan_id).into(),
            product.currency.clone().into(),
            months.into(),
            today.into(),
        ],
    );
    if sql.one::<One>(work.conn()).await?.is_none() {
        return Err(not_offered().into());
    }
    Ok(term)
}

#[derive(FromQueryResult)]
struct One {
    #[expect(dead_code, reason = "only whether there is a row counts")]
    n: i32,
}

async fn store(work: &Work, row: &product::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE product SET label = ?, search = ?, auto_renew = ?, term_months = ? WHERE id = ?",
        [
            row.label.clone().into(),
            row.search.clone().into(),
            row.auto_renew.into(),
            row.term_months.into(),
            row.id.into(),
        ],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}
