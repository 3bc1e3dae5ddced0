//! What the provider's staff do with the catalogue.

use chrono::NaiveDate;
use entities::id::{OfferingId, PlanId, PriceId};
use entities::offering::ProductKind;
use entities::{offering, plan};
use sea_orm::ActiveEnum;
use serde_json::json;

use super::rules::{self, NewPrice};
use crate::calendar::local_date;
use crate::error::{Code, Error, Refusal, StorageFault, refuse};
use crate::permission::permit_staff;
use crate::sql::{self, Type};
use crate::text;
use crate::work::{Number, Work};

/// The longest article number, in characters.
const SKU: usize = 64;

/// An offering as the staff want it.
#[derive(Debug, Clone)]
pub struct SaveOffering {
    /// The one to change; none for a new one.
    pub id: Option<OfferingId>,
    /// The article number, unique.
    pub sku: String,
    /// For people.
    pub name: String,
    /// What it is.
    pub kind: ProductKind,
}

/// Makes or changes an offering.
/// # Errors
/// `ALREADY_EXISTS` for an article number that is taken, `CONFLICT` for another kind once there are plans: rates hang on it.
pub async fn save_offering(work: &mut Work, save: SaveOffering) -> Result<offering::Model, Error> {
    permit_staff(work).await?;
    let SaveOffering { id, sku, name, kind } = save;
    let old = match id {
        Some(id) => Some(offering_for_update(work, id).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    let row = offering::Model {
        id: old.as_ref().map_or_else(|| work.new_id(), |old| old.id),
        sku: text::line("sku", &sku, SKU)?,
        name: text::line("name", &name, text::NAME)?,
        kind,
        created_at: old.as_ref().map_or_else(|| work.now(), |old| old.created_at),
    };
    if old.as_ref().is_some_and(|old| old.kind != kind) && has_plans(work, row.id).await? {
        return refuse(Code::Conflict, "This offering has plans: it stays of its kind.");
    }
    let written = if old.is_some() {
        update_offering(work, &row).await
    } else {
        sql::insert::<offering::Entity>(work.conn(), std::slice::from_ref(&row)).await.map(drop).map_err(Error::from)
    };
    match written {
        Err(error) if error.storage_fault() == Some(StorageFault::Duplicate) => {
            Err(Refusal::new(Code::AlreadyExists, "Another offering has this article number.").at(["sku"]).into())
        }
        written => {
            written?;
            work.record("saveOffering", None, Some(row.id.into()));
            Ok(row)
        }
    }
}

/// A plan as the staff want it.
#[derive(Debug, Clone)]
pub struct SavePlan {
    /// The one to change; none for a new one.
    pub id: Option<PlanId>,
    /// What it is a variant of.
    pub offering_id: OfferingId,
    /// For people.
    pub name: String,
    /// The term of what is ordered without one.
    pub default_term_months: i32,
    /// Prices to add, or to replace those of the same day by.
    pub prices: Vec<NewPrice>,
}

/// Makes or changes a plan, and adds prices to it.
/// # Errors
/// `CONFLICT` for a plan of another offering.
pub async fn save_plan(work: &mut Work, save: SavePlan) -> Result<plan::Model, Error> {
    permit_staff(work).await?;
    let SavePlan { id, offering_id, name, default_term_months, prices } = save;
    let today = local_date(work.now(), work.settings().seller.time_zone);
    rules::prices(&prices, today)?;
    if offering_for_update(work, offering_id).await?.is_none() {
        return Err(Refusal::absent(["offeringId"]).into());
    }
    let old = match id {
        Some(id) => Some(plan_for_update(work, id).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    if old.as_ref().is_some_and(|old| old.offering_id != offering_id) {
        return refuse(Code::Conflict, "This plan is one of another offering.");
    }
    let row = plan::Model {
        id: old.as_ref().map_or_else(|| work.new_id(), |old| old.id),
        offering_id,
        name: text::line("name", &name, text::NAME)?,
        default_term_months: rules::default_term(default_term_months)?,
        created_at: old.as_ref().map_or_else(|| work.now(), |old| old.created_at),
    };
    if old.is_some() {
        update_plan(work, &row).await?;
    } else {
        sql::insert::<plan::Entity>(work.conn(), std::slice::from_ref(&row)).await?;
    }
    write_prices(work, row.id, &prices, today).await?;
    work.record("savePlan", None, Some(row.id.into()));
    Ok(row)
}

async fn offering_for_update(work: &Work, id: OfferingId) -> Result<Option<offering::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM offering WHERE id = ? /for update/", [id.into()]);
    Ok(sql.one(work.conn()).await?)
}

async fn plan_for_update(work: &Work, id: PlanId) -> Result<Option<plan::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM plan WHERE id = ? /for update/", [id.into()]);
    Ok(sql.one(work.conn()).await?)
}

async fn has_plans(work: &Work, id: OfferingId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add("SELECT count(*) AS n FROM plan WHERE offering_id = ?", [id.into()]);
    Ok(sql.one::<Number>(work.conn()).await?.is_some_and(|count| count.n > 0))
}

async fn update_offering(work: &Work, row: &offering::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE offering SET sku = ?, name = ?, kind = ? WHERE id = ?",
        [row.sku.clone().into(), row.name.clone().into(), row.kind.to_value().into(), row.id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

async fn update_plan(work: &Work, row: &plan::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE plan SET name = ?, default_term_months = ? WHERE id = ?",
        [row.name.clone().into(), row.default_term_months.into(), row.id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// A price of the same day is corrected; all others stay.
async fn write_prices(work: &Work, plan_id: PlanId, prices: &[NewPrice], today: NaiveDate) -> Result<(), Error> {
    if prices.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = prices
        .iter()
        .map(|new| {
            json!({
                "id": work.new_id::<PriceId>(), "plan_id": plan_id, "currency": new.price.currency().code(),
                "term_months": new.term_months, "amount_minor": new.price.minor(),
                "valid_from": new.valid_from.unwrap_or(today),
            })
        })
        .collect();
    let columns = [
        ("id", Type::Id),
        ("plan_id", Type::Id),
        ("currency", Type::Text),
        ("term_months", Type::Int),
        ("amount_minor", Type::Int),
        ("valid_from", Type::Date),
    ];
    let mut sql = work.sql();
    sql.push(
        "INSERT INTO price (id, plan_id, currency, term_months, amount_minor, valid_from)
        SELECT r.id, r.plan_id, r.currency, r.term_months, r.amount_minor, r.valid_from FROM ",
    );
    sql.records("r", &columns, &rows)?.push(
        " WHERE true ON CONFLICT (plan_id, currency, term_months, valid_from) DO UPDATE SET amount_minor = excluded.amount_minor",
    );
    sql.execute(work.conn()).await?;
    Ok(())
}
