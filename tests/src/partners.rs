//! A partner and a client with their people, written straight into the tables: where a scenario begins before its own story.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use api::account::tries::Tries;
use api::auth::SignIn;
use api::http::{Gateway, PersistedQueries, Settings as GatewaySettings};
use api::limits::Limiter;
use axum::Router;
use axum::body::{Body, to_bytes};
use chrono::{DateTime, Utc};
use domain::actor::Actor;
use domain::error::Code;
use domain::partnership::commands::{ConnectClient, SendInvitation, connect, send};
use domain::permission::Permissions;
use domain::seller::Settings;
use domain::signal::Signals;
use domain::sql::{self, Sql};
use domain::store::Statements;
use domain::{Error, Reader, Store, Work, account, secret};
use entities::id::{AccountId, OfferingId, PaymentMethodId, PlanId, ProductId, ProgrammeId};
use entities::invitation::AccessLevel;
use entities::membership::Role;
use entities::offering::ProductKind;
use entities::partnership::{self, PayerKind};
use entities::product::{ProductStatus, RenewalBilling};
use entities::{
    account as account_row, clock, membership, offering, partner_profile, payment_method, plan, product, programme,
    session, user,
};
use futures::future::BoxFuture;
use http::Request;
use sea_orm::FromQueryResult;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::database::{Database, Db};

/// Both sides, each with its owner; the partner is enrolled and has a published profile, `acme`.
pub struct Partners {
    database: Database,
    pub store: Store,
    next: AtomicU64,
    pub programme: ProgrammeId,
    plan: PlanId,
    /// The client's account, and its owner's token.
    pub bolt: AccountId,
    pub bolt_owner: String,
    /// The partner's account, and its owner's token.
    pub acme: AccountId,
    pub acme_owner: String,
}

/// A mail that is to go out.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Mail {
    pub kind: String,
    pub recipient: String,
    pub locale: String,
    pub data: serde_json::Value,
}

/// An entry of a feed: what happened, and what its reader needs.
#[derive(Debug, Clone, FromQueryResult, PartialEq, Eq)]
pub struct Told {
    pub kind: String,
    pub required: i32,
}

impl Partners {
    pub async fn start(db: Db) -> Self {
        let database = Database::fresh(db).await;
        let url = database.url().parse().unwrap();
        let pool = domain::database::connect(&url, 8).await.unwrap();
        let settings = Arc::new(Settings::demo(pool.clone()));
        let store = Store::new(pool, Signals::local(), settings);
        let mut world = Self {
            database,
            store,
            next: AtomicU64::new(1),
            programme: ProgrammeId(Uuid::nil()),
            plan: PlanId(Uuid::nil()),
            bolt: AccountId(Uuid::nil()),
            bolt_owner: String::new(),
            acme: AccountId(Uuid::nil()),
            acme_owner: String::new(),
        };
        world.add::<clock::Entity>(clock::Model { id: 1, now_at: instant("2026-11-21T12:00:00Z") }).await;
        world.programme = world.programme("Reseller", true).await;
        world.plan = world.plan().await;
        world.bolt = world.account("Bolt", None).await;
        world.bolt_owner = world.person("jo@bolt.example", "Jo Bolt", &[(world.bolt, Role::Owner)]).await;
        world.acme = world.account("Acme", Some(world.programme)).await;
        world.acme_owner = world.person("ann@acme.example", "Ann Acme", &[(world.acme, Role::Owner)]).await;
        world.profile(world.acme, "acme", true).await;
        world
    }

    fn id<I: From<Uuid>>(&self) -> I {
        I::from(Uuid::from_u128(u128::from(self.next.fetch_add(1, Ordering::Relaxed))))
    }

    async fn add<E>(&self, row: E::Model)
    where
        E: sea_orm::EntityTrait,
        E::Model: serde::Serialize,
    {
        sql::insert::<E>(self.store.pool(), &[row]).await.unwrap();
    }

    pub async fn programme(&self, name: &str, accepts_access_offers: bool) -> ProgrammeId {
        let id = self.id();
        self.add::<programme::Entity>(programme::Model {
            id,
            name: name.to_owned(),
            rate_bps: 2000,
            contact_email: "partners@provider.example".to_owned(),
            accepts_access_offers,
            hold_days: 30,
            minimum_payout_minor: 5000,
            currency: "EUR".to_owned(),
            created_at: began(),
        })
        .await;
        id
    }

    pub async fn account(&self, name: &str, programme_id: Option<ProgrammeId>) -> AccountId {
        let id = self.id();
        self.add::<account_row::Entity>(account_row::Model {
            id,
            name: name.to_owned(),
            country: "DE".to_owned(),
            locale: "de".to_owned(),
            currency: "EUR".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            vat_id: None,
            billing_name: None,
            billing_street: None,
            billing_postal_code: None,
            billing_city: None,
            billing_country: None,
            programme_id,
            search: name.to_lowercase(),
            created_at: began(),
        })
        .await;
        id
    }

    /// A person who is signed in; answers with their token.
    pub async fn person(&self, email: &str, name: &str, memberships: &[(AccountId, Role)]) -> String {
        let user_id = self.id();
        self.add::<user::Entity>(user::Model {
            id: user_id,
            email: email.to_owned(),
            name: name.to_owned(),
            locale: "en".to_owned(),
            password_hash: None,
            is_staff: false,
            email_verified_at: Some(began()),
            created_at: began(),
        })
        .await;
        for (account_id, role) in memberships {
            self.add::<membership::Entity>(membership::Model {
                id: self.id(),
                user_id,
                account_id: *account_id,
                role: *role,
                permissions: Permissions::of_role(*role).bits(),
                granted_through_id: None,
                created_at: began(),
            })
            .await;
        }
        let token = format!("token of {email}");
        self.add::<session::Entity>(session::Model {
            id: self.id(),
            user_id,
            token_hash: secret::hash(&token),
            created_at: began(),
            expires_at: instant("2999-01-01T00:00:00Z"),
            ended_at: None,
        })
        .await;
        token
    }

    pub async fn profile(&self, account_id: AccountId, slug: &str, is_published: bool) {
        self.add::<partner_profile::Entity>(partner_profile::Model {
            id: self.id(),
            account_id,
            slug: slug.to_owned(),
            headline: "We build".to_owned(),
            description: "websites".to_owned(),
            services: serde_json::json!([]),
            website: None,
            is_published,
            search: slug.to_owned(),
        })
        .await;
    }

    async fn plan(&self) -> PlanId {
        let offering_id: OfferingId = self.id();
        self.add::<offering::Entity>(offering::Model {
            id: offering_id,
            sku: "web".to_owned(),
            name: "Web".to_owned(),
            kind: ProductKind::Hosting,
            created_at: began(),
        })
        .await;
        let id = self.id();
        self.add::<plan::Entity>(plan::Model {
            id,
            offering_id,
            name: "Starter".to_owned(),
            default_term_months: 12,
            created_at: began(),
        })
        .await;
        id
    }

    /// A product that the account ordered itself.
    pub async fn product(&self, account_id: AccountId, label: &str) -> ProductId {
        let id = self.id();
        self.add::<product::Entity>(product::Model {
            id,
            account_id,
            plan_id: self.plan,
            client_id: None,
            order_line_id: None,
            status: ProductStatus::Active,
            label: label.to_owned(),
            domain_name: None,
            registrant_id: None,
            term_months: 12,
            next_plan_id: None,
            currency: "EUR".to_owned(),
            started_on: began().date_naive(),
            anchor_on: began().date_naive(),
            anchor_months: 12,
            renews_on: instant("2027-01-01T00:00:00Z").date_naive(),
            renews_at: instant("2027-01-01T00:00:00Z"),
            auto_renew: true,
            renewal_billing: RenewalBilling::Account,
            managed_by_id: None,
            search: label.to_lowercase(),
            created_at: began(),
        })
        .await;
        id
    }

    pub async fn card(&self, account_id: AccountId) {
        self.add::<payment_method::Entity>(payment_method::Model {
            id: self.id::<PaymentMethodId>(),
            account_id,
            brand: "visa".to_owned(),
            last4: "4242".to_owned(),
            expires_on: instant("2030-12-31T00:00:00Z").date_naive(),
            gateway_reference: "tok_visa".to_owned(),
            is_default: true,
            created_at: began(),
            removed_at: None,
        })
        .await;
    }

    /// Full access for Acme, as Bolt offers it from Acme's profile.
    pub fn full_access(&self, payer: PayerKind) -> SendInvitation {
        SendInvitation {
            account_id: self.bolt,
            partner_profile_slug: "acme".to_owned(),
            access_level: AccessLevel::Full,
            permissions: None,
            product_ids: None,
            payer: Some(payer),
            message: None,
            access_expires_at: None,
        }
    }

    /// Bolt lets Acme in, on these terms.
    pub async fn connected(&self, command: SendInvitation) -> partnership::Model {
        let offer = self.write(&self.bolt_owner, move |work| Box::pin(send(work, command.clone()))).await.unwrap();
        let command = ConnectClient { invitation_id: offer.id, client_id: None };
        let connected = self.write(&self.acme_owner, move |work| Box::pin(connect(work, command.clone())));
        connected.await.unwrap().partnership
    }

    /// Moves the clock, and nothing else.
    pub async fn travel(&self, to: &str) {
        let mut sql = self.sql();
        sql.add("UPDATE clock SET now_at = ?", [instant(to).into()]);
        sql.execute(self.store.pool()).await.unwrap();
    }

    pub fn sql(&self) -> Sql {
        Sql::new(self.store.pool().get_database_backend())
    }

    /// Who a request with this token is.
    pub async fn actor(&self, token: &str) -> Actor {
        let token = (!token.is_empty()).then_some(token);
        account::queries::authenticate(&self.store, token, None).await.unwrap().0
    }

    pub async fn reader(&self, token: &str) -> Reader {
        let now = self.store.now().await.unwrap().now;
        self.store.reader(self.actor(token).await, now, Statements::default())
    }

    /// One write by the person with this token.
    pub async fn write<T, F>(&self, token: &str, act: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'w> Fn(&'w mut Work) -> BoxFuture<'w, Result<T, Error>> + Send + Sync + 'static,
    {
        self.store.write(self.actor(token).await, Statements::default(), act).await
    }

    /// One request by the person with this token; by nobody when it is empty.
    pub async fn ask(&self, token: &str, query: &str, variables: serde_json::Value) -> serde_json::Value {
        let body = serde_json::json!({ "query": query, "variables": variables }).to_string();
        let mut request = Request::post("/graphql").header("content-type", "application/json");
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let reply = self.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        serde_json::from_slice(&to_bytes(reply.into_body(), 1 << 20).await.unwrap()).unwrap()
    }

    /// The gateway on this database.
    fn router(&self) -> Router {
        let tries = Arc::new(Tries::Off);
        let sign_in = SignIn { store: self.store.clone(), trusted_proxies: vec![], tries };
        let settings = GatewaySettings {
            origins: vec![],
            introspection: false,
            limiter: Limiter::Off,
            persisted: PersistedQueries::new(1 << 20, None),
            max_at_work: 64,
            resume: None,
            shutdown: CancellationToken::new(),
        };
        api::http::router(Arc::new(Gateway::new(api::schema::build(), sign_in, settings)))
    }

    /// The mails of this kind, by address.
    pub async fn mails(&self, kind: &str) -> Vec<Mail> {
        let mut sql = self.sql();
        sql.add(
            "SELECT kind, recipient, locale, data FROM notification WHERE kind = ? ORDER BY recipient, step, id",
            [kind.into()],
        );
        sql.all(self.store.pool()).await.unwrap()
    }

    /// The feed of an account, oldest first.
    pub async fn feed(&self, account_id: AccountId) -> Vec<Told> {
        let mut sql = self.sql();
        sql.add("SELECT kind, required FROM activity WHERE account_id = ? ORDER BY position", [account_id.into()]);
        sql.all(self.store.pool()).await.unwrap()
    }

    /// How many rows a condition on a table finds.
    pub async fn count(&self, table_and_condition: &str) -> i64 {
        let mut sql = self.sql();
        sql.push("SELECT count(*) AS n FROM ").push(table_and_condition);
        sql.one::<Count>(self.store.pool()).await.unwrap().unwrap().n
    }

    pub fn database(&self) -> &Database {
        &self.database
    }
}

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

/// An instant of a test.
pub fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn began() -> DateTime<Utc> {
    instant("2026-01-01T00:00:00Z")
}

/// The code of an error, and the field that it names, its path joined by dots.
///
/// # Panics
/// When there is none.
pub fn code<T: std::fmt::Debug>(end: Result<T, Error>) -> (Option<Code>, String) {
    let error = end.unwrap_err();
    let field = match &error {
        Error::Refused(refusal) => refusal.field.join("."),
        Error::NotFound | Error::Denied | Error::Storage(_) | Error::Fault(_) => String::new(),
    };
    (error.code(), field)
}
