//! Products that renew, and renewing by hand.

use domain::actor::{Actor, System};
use domain::billing::Collected;
use domain::renewal::commands::{RenewProduct, Renewed, renew_product};
use domain::store::Statements;
use entities::id::{AccountId, PartnershipId, PlanId, ProductId};
use entities::product::RenewalBilling;
use tests::database::Db;
use tests::renewals::{Given, Renewals, day};

pub(super) const RENEWALS: Actor = Actor::System(System::Renewals);

pub(super) fn yearly(plan: PlanId, started: &str, billing: RenewalBilling, managed_by: Option<PartnershipId>) -> Given {
    Given { plan, term_months: 12, started_on: day(started), billing, managed_by }
}

pub(super) fn monthly(plan: PlanId, started: &str) -> Given {
    Given { plan, term_months: 1, started_on: day(started), billing: RenewalBilling::Account, managed_by: None }
}

pub(super) fn by_hand(product_id: ProductId, key: &str) -> RenewProduct {
    RenewProduct { product_id, term_months: None, period_start: None, idempotency_key: key.to_owned() }
}

pub(super) async fn renew(
    w: &Renewals,
    actor: &Actor,
    command: RenewProduct,
) -> Result<(Renewed, Collected), domain::Error> {
    renew_product(&w.store, actor.clone(), Statements::default(), command).await
}

/// A client and its partner, both with a card, and a plan of 99.00 a year.
pub(super) struct Pair {
    pub(super) w: Renewals,
    pub(super) acme: AccountId,
    pub(super) bolt: AccountId,
    pub(super) plan: PlanId,
}

pub(super) async fn pair(db: Db) -> Pair {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account("Bolt").await);
    w.card(acme, "tok_visa").await;
    w.card(bolt, "tok_visa").await;
    let plan = w.plan("L", &[(12, 9900), (24, 18_000), (1, 1000)]).await;
    Pair { w, acme, bolt, plan }
}
