//! Accounts written straight into the tables: rows need many, and signing up takes its time on purpose.

use api::id::{Kind, encode};
use domain::sql::insert;
use entities::account;
use entities::id::AccountId;
use entities::membership::Role;
use tests::app::TestApp;
use tests::world::Signed;
use uuid::Uuid;

use super::world::person;

/// An account in Germany that pays in EUR, with its owner.
pub async fn add(app: &TestApp, name: &str) -> Signed {
    let account_id = AccountId(Uuid::now_v7());
    let row = account::Model {
        id: account_id,
        name: name.to_owned(),
        country: "DE".to_owned(),
        locale: "en".to_owned(),
        currency: "EUR".to_owned(),
        time_zone: "Europe/Berlin".to_owned(),
        vat_id: None,
        billing_name: None,
        billing_street: None,
        billing_postal_code: None,
        billing_city: None,
        billing_country: None,
        programme_id: None,
        search: name.to_owned(),
        created_at: app.store.now().await.expect("the time").now,
    };
    insert::<account::Entity>(app.db(), &[row]).await.expect("an account");
    let (user_id, token) = person(app, name, Some((account_id, Role::Owner))).await;
    Signed {
        email: format!("{name}@people.example"),
        token,
        user_id: encode(Kind::User, user_id.0).0,
        account_id: encode(Kind::Account, account_id.0).0,
    }
}
