//! Many payers of whom each has products to renew, written in sets.

use chrono::Months;
use domain::calendar::start_of_day;
use domain::permission::Permissions;
use domain::sql::insert;
use entities::id::{AccountId, PartnershipId, PlanId, UserId};
use entities::invitation::AccessLevel;
use entities::membership::Role;
use entities::partnership::{PartnershipStatus, PayerKind};
use entities::product::{ProductStatus, RenewalBilling};
use entities::{account, membership, partnership, payment_method, product, product_period, test_gateway_method, user};

use crate::renewals::{Renewals, day, instant};

/// In months.
const YEAR: u32 = 12;
const DUE_ON: &str = "2027-02-01";
const BEGAN: &str = "2026-01-01T00:00:00Z";

/// When all of a crowd's products are due.
pub const DUE: &str = "2027-02-01T09:00:00Z";

/// One of them.
#[derive(Clone, Copy)]
struct One {
    number: usize,
    account: AccountId,
    user: UserId,
    partnership: PartnershipId,
    plan: PlanId,
}

impl Renewals {
    /// So many clients of one partner, each with an owner who is written to, a good card, and a product of a year that is due at
    /// [`DUE`], which they pay for and the partner earns from; the partner.
    pub async fn crowd(&self, size: usize) -> AccountId {
        self.crowd_with(size, 1, YEAR).await
    }

    /// The same, each with so many products of a term in months, which are due for the first time at [`DUE`].
    pub async fn crowd_with(&self, size: usize, products: usize, term: u32) -> AccountId {
        let partner = self.partner("Acme").await;
        let plan = self.plan("L", &[(i32::try_from(term).expect("months"), 9900)]).await;
        let each: Vec<One> = (1..=size)
            .map(|number| One { number, account: self.id(), user: self.id(), partnership: self.id(), plan })
            .collect();
        let db = self.store.pool();
        insert::<account::Entity>(db, &rows(&each, |one| self.account_of(one))).await.expect("accounts");
        insert::<user::Entity>(db, &rows(&each, owner)).await.expect("users");
        insert::<membership::Entity>(db, &rows(&each, |one| self.member(one))).await.expect("memberships");
        insert::<partnership::Entity>(db, &rows(&each, |one| led(one, partner))).await.expect("partnerships");
        let stored = rows(&each, |one| test_gateway_method::Model { reference: card(one), token: "tok_visa".into() });
        insert::<test_gateway_method::Entity>(db, &stored).await.expect("cards at the gateway");
        insert::<payment_method::Entity>(db, &rows(&each, |one| self.method(one))).await.expect("cards");
        let products: Vec<_> = each.iter().flat_map(|one| (0..products).map(|_| self.site(*one, term))).collect();
        insert::<product::Entity>(db, &products).await.expect("products");
        let periods: Vec<_> = products.iter().map(|product| self.paid(product)).collect();
        insert::<product_period::Entity>(db, &periods).await.expect("periods");
        partner
    }

    fn account_of(&self, one: One) -> account::Model {
        account::Model {
            id: one.account,
            name: format!("Client {}", one.number),
            country: "DE".into(),
            locale: "en".into(),
            currency: "EUR".into(),
            time_zone: "Europe/Berlin".into(),
            vat_id: None,
            billing_name: None,
            billing_street: None,
            billing_postal_code: None,
            billing_city: None,
            billing_country: None,
            programme_id: None,
            search: format!("client {}", one.number),
            created_at: instant(BEGAN),
        }
    }

    fn member(&self, one: One) -> membership::Model {
        membership::Model {
            id: self.id(),
            user_id: one.user,
            account_id: one.account,
            role: Role::Owner,
            permissions: Permissions::of_role(Role::Owner).bits(),
            granted_through_id: None,
            created_at: instant(BEGAN),
        }
    }

    fn method(&self, one: One) -> payment_method::Model {
        payment_method::Model {
            id: self.id(),
            account_id: one.account,
            brand: "visa".into(),
            last4: "4242".into(),
            expires_on: day("2099-12-31"),
            gateway_reference: card(one),
            is_default: true,
            created_at: instant(BEGAN),
            removed_at: None,
        }
    }

    fn site(&self, one: One, term: u32) -> product::Model {
        let renews_on = day(DUE_ON);
        let started_on = renews_on.checked_sub_months(Months::new(term)).expect("a date");
        let term_months = i32::try_from(term).expect("months");
        product::Model {
            id: self.id(),
            account_id: one.account,
            plan_id: one.plan,
            client_id: None,
            order_line_id: None,
            status: ProductStatus::Active,
            label: format!("site {}", one.number),
            domain_name: None,
            registrant_id: None,
            term_months,
            next_plan_id: None,
            currency: "EUR".into(),
            started_on,
            anchor_on: started_on,
            anchor_months: term_months,
            renews_on,
            renews_at: start_of_day(renews_on, "Europe/Berlin".parse().expect("a zone")),
            auto_renew: true,
            renewal_billing: RenewalBilling::Account,
            managed_by_id: Some(one.partnership),
            search: format!("site {}", one.number),
            created_at: instant(BEGAN),
        }
    }

    fn paid(&self, product: &product::Model) -> product_period::Model {
        product_period::Model {
            id: self.id(),
            product_id: product.id,
            period_start: product.started_on,
            period_end: product.renews_on,
            term_months: product.term_months,
            invoice_line_id: None,
            paid_at: Some(instant(BEGAN)),
            credited_at: None,
            created_at: instant(BEGAN),
        }
    }
}

fn rows<T>(each: &[One], row: impl Fn(One) -> T) -> Vec<T> {
    each.iter().copied().map(row).collect()
}

fn card(one: One) -> String {
    format!("pm_{}", one.number)
}

fn owner(one: One) -> user::Model {
    user::Model {
        id: one.user,
        email: format!("owner{}@client.example", one.number),
        name: format!("Owner {}", one.number),
        locale: "en".into(),
        password_hash: None,
        is_staff: false,
        email_verified_at: Some(instant(BEGAN)),
        created_at: instant(BEGAN),
    }
}

fn led(one: One, partner_id: AccountId) -> partnership::Model {
    partnership::Model {
        id: one.partnership,
        partner_id,
        client_account_id: one.account,
        status: PartnershipStatus::Active,
        access_level: AccessLevel::Full,
        permissions: Permissions::PARTNERSHIP.bits(),
        has_all_products: true,
        payer: PayerKind::Client,
        expires_at: None,
        created_at: instant(BEGAN),
        ended_at: None,
    }
}
