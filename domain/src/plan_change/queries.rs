//! What a change of the plan would cost, for whoever may see it.

use std::collections::HashMap;

use chrono::NaiveDate;
use entities::id::{AccountId, PartnershipId, PlanId, ProductId};
use entities::product;

use super::quote::{Quote, quote};
use super::store::{Wanted, cases};
use crate::error::{Error, Refusal};
use crate::money::Money;
use crate::permission::rules::{Need, Reach, Way, allows};
use crate::permission::{Permission, Target, held, visible};
use crate::store::Reader;

/// A change that somebody thinks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Thought {
    /// Of which product.
    pub product_id: ProductId,
    /// To this plan.
    pub plan_id: PlanId,
    /// For so many months; none: the product's.
    pub term_months: Option<i32>,
}

/// What it would cost, made by whoever asks, as much of it as they may see.
#[derive(Debug, Clone)]
pub struct Preview {
    /// Taken back of what the payer has paid, without tax.
    pub credit: Option<Money>,
    /// The new plan's part, without tax.
    pub charge: Option<Money>,
    /// Of both.
    pub tax: Option<Money>,
    /// charge − credit + tax.
    pub total: Option<Money>,
    /// The end of the term that begins with it.
    pub renews_on: NaiveDate,
    /// Who pays.
    pub billed_to_id: AccountId,
}

/// What these changes would cost, or why they cannot be made. A constant number of statements.
pub async fn previews(
    reader: &Reader,
    thoughts: &[Thought],
) -> Result<HashMap<Thought, Result<Preview, Refusal>>, Error> {
    let ids: Vec<ProductId> = thoughts.iter().map(|thought| thought.product_id).collect();
    let mut sql = reader.sql();
    sql.push("SELECT p.* FROM product p WHERE p.id ").any(&ids).push(" AND ");
    visible::products(&mut sql, reader.viewer(), "p");
    let products: Vec<product::Model> = sql.all(reader.conn()).await?;
    let targets: HashMap<ProductId, Target> =
        products.iter().map(|row| (row.id, Target::product(row.account_id, row.id))).collect();
    let of: Vec<Target> = targets.values().copied().collect();
    let facts = held(reader.conn(), reader.actor(), reader.now(), &of).await?;
    let seen: Vec<Thought> =
        thoughts.iter().filter(|thought| targets.contains_key(&thought.product_id)).copied().collect();
    let wanted = seen.iter().map(|thought| {
        let ways =
            targets.get(&thought.product_id).and_then(|target| facts.get(target)).map_or(&[][..], |it| it.ways());
        let way = allows(ways, Need::Permission(Permission::Purchase), Reach::Any);
        let Thought { product_id, plan_id, term_months } = *thought;
        Wanted { product_id, plan_id, term_months, through: way.and_then(acting_through) }
    });
    let cases = cases(reader.conn(), reader.settings(), reader.now(), &wanted.collect::<Vec<_>>()).await?;
    let mut previews = HashMap::with_capacity(seen.len());
    for (thought, case) in seen.into_iter().zip(cases) {
        let Some(case) = case else { continue };
        let preview = match quote(reader.settings(), reader.now(), &case) {
            Ok(quote) => Ok(shown(reader, &quote)),
            Err(Error::Refused(refusal)) => Err(refusal),
            Err(error) => return Err(error),
        };
        previews.insert(thought, preview);
    }
    Ok(previews)
}

/// The partnership as whose partner somebody acts, if as one: as [`crate::permission::Grant`] has it for whoever does it.
fn acting_through(way: Way) -> Option<PartnershipId> {
    match way {
        Way::Partnership { partnership, .. } => Some(partnership),
        Way::Membership { .. } | Way::Contributor { .. } | Way::Staff => None,
    }
}

fn shown(reader: &Reader, quote: &Quote) -> Preview {
    let payer = quote.line.billed_to_id;
    let actor = reader.actor();
    let is_theirs = actor.sees_everything() || actor.accounts_with(Permission::ViewInvoices).contains(&payer);
    let credit = quote.own_credit().map_or(Money::zero(quote.currency), |credit| credit.part.net);
    Preview {
        credit: is_theirs.then_some(credit),
        charge: is_theirs.then_some(quote.line.amounts.net),
        tax: is_theirs.then_some(quote.sums.tax),
        total: is_theirs.then_some(quote.sums.total),
        renews_on: quote.new.renews_on,
        billed_to_id: payer,
    }
}
