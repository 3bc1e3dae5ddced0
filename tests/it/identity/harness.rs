//! People and accounts of these scenarios, by the use cases themselves.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::commands::{
    AddStaff, NewPassword, SignUp, SignedIn, SignedUp, UpdateAccount, add_staff, reset_password, sign_in, sign_up,
    verify_email,
};
use domain::account::queries::{authenticate, prove};
use domain::account::rules::NewAccount;
use domain::account::token::{NewToken, mint};
use domain::actor::System;
use domain::calendar::Country;
use domain::error::Code;
use domain::money::{Currency, Money};
use domain::patch::Patch;
use domain::permission::Permissions;
use domain::programme::commands::{SaveProfile, SaveProgramme, enrol_as_partner, save_programme};
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::Statements;
use domain::{Actor, Error, Reader, Store};
use entities::id::{AccountId, ProgrammeId, UserId};
use entities::mailed_token::MailedTokenKind;
use entities::membership::{self, Role};
use entities::offering::ProductKind;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use tests::database::{Database, Db};
use uuid::Uuid;

pub(super) const PASSWORD: &str = "correct horse battery";

/// One write by an actor.
macro_rules! act {
    ($world:expr, $actor:expr, $work:ident => $act:expr) => {
        act!($world, $actor, domain::store::Statements::default(), $work => $act)
    };
    ($world:expr, $actor:expr, $statements:expr, $work:ident => $act:expr) => {
        $world.store.write($actor.clone(), $statements, move |$work| Box::pin($act)).await
    };
}
pub(super) use act;

pub(super) struct World {
    pub(super) store: Store,
    pub(super) database: Database,
}

impl World {
    pub(super) async fn start(db: Db) -> Self {
        let database = Database::fresh(db).await;
        let pool = domain::database::connect(&database.url().parse().unwrap(), 8).await.unwrap();
        let settings = Arc::new(Settings::demo(pool.clone()));
        let world = Self { store: Store::new(pool, Signals::local(), settings), database };
        world.run("INSERT INTO clock (id, now_at) VALUES (1, '2026-11-21T09:00:00+00:00')").await;
        world
    }

    pub(super) async fn run(&self, sql: &str) {
        self.store.pool().execute_unprepared(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    pub(super) async fn now(&self) -> DateTime<Utc> {
        self.store.now().await.unwrap().now
    }

    /// Moves the product's clock, and nothing else.
    pub(super) async fn travel(&self, by: TimeDelta) {
        let now = self.now().await + by;
        self.run(&format!("UPDATE clock SET now_at = '{}'", now.format("%Y-%m-%dT%H:%M:%S+00:00"))).await;
    }

    pub(super) async fn count(&self, what: &str) -> i64 {
        #[derive(FromQueryResult)]
        struct Count {
            n: i64,
        }
        let backend = self.store.pool().get_database_backend();
        let statement = Statement::from_string(backend, format!("SELECT count(*) AS n FROM {what}"));
        Count::find_by_statement(statement).one(self.store.pool()).await.unwrap().unwrap().n
    }

    pub(super) async fn reader(&self, actor: &Actor) -> Reader {
        self.store.reader(actor.clone(), self.now().await, Statements::default())
    }

    pub(super) async fn sign_up(&self, email: &str) -> Result<SignedUp, Error> {
        self.sign_up_as(person(email)).await
    }

    pub(super) async fn sign_up_as(&self, person: SignUp) -> Result<SignedUp, Error> {
        let new = person.prepare(self.now().await.date_naive()).await?;
        act!(self, Actor::Anonymous, work => sign_up(work, new.clone(), Some("192.0.2.7".to_owned())))
    }

    pub(super) async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, Error> {
        let proof = prove(&self.reader(&Actor::Anonymous).await, email, &password.into()).await?;
        act!(self, Actor::Anonymous, work => sign_in(work, proof.clone(), None))
    }

    pub(super) async fn who(&self, token: &str) -> Actor {
        authenticate(&self.store, Some(token), None).await.unwrap().0
    }

    /// A token as the mail would hold it.
    pub(super) async fn mint(&self, kind: MailedTokenKind, email: &str, user_id: Option<UserId>) -> String {
        let new = NewToken { kind, user_id, email: email.to_owned(), subject_id: None };
        act!(self, Actor::System(System::Mail), work => mint(work, new.clone())).unwrap()
    }

    pub(super) async fn verify(
        &self,
        actor: &Actor,
        token: &str,
    ) -> Result<domain::account::commands::Verified, Error> {
        let token = token.to_owned();
        act!(self, actor, work => {
            let token = token.clone();
            async move { verify_email(work, &token).await }
        })
    }

    pub(super) async fn reset(&self, token: &str, password: &str) -> Result<SignedIn, Error> {
        let reader = self.reader(&Actor::Anonymous).await;
        let new = NewPassword::prepare(&reader, token.to_owned(), &password.into()).await?;
        act!(self, Actor::Anonymous, work => reset_password(work, new.clone(), None))
    }

    pub(super) async fn staff(&self) -> Actor {
        let new = AddStaff::prepare("staff@provider.example", &PASSWORD.into()).await.unwrap();
        act!(self, Actor::System(System::Operator), work => add_staff(work, new.clone())).unwrap();
        self.sign_in("staff@provider.example", PASSWORD).await.unwrap().actor
    }

    pub(super) async fn programme(&self, staff: &Actor) -> ProgrammeId {
        act!(self, staff, work => save_programme(work, agency())).unwrap().id
    }

    /// Makes somebody a member, and says who they are then.
    pub(super) async fn join(&self, user: &SignedUp, account_id: AccountId, role: Role) -> Actor {
        let row = membership::Model {
            id: Uuid::from_u128(u128::from(self.count("membership").await.unsigned_abs()) + 1).into(),
            user_id: user.signed_in.user.id,
            account_id,
            role,
            permissions: Permissions::of_role(role).bits(),
            granted_through_id: None,
            created_at: DateTime::UNIX_EPOCH,
        };
        domain::sql::insert::<membership::Entity>(self.store.pool(), &[row]).await.unwrap();
        self.who(&user.signed_in.access_token).await
    }

    /// A partner with an unpublished profile of this name.
    pub(super) async fn partner(&self, email: &str, programme: ProgrammeId) -> (Actor, AccountId) {
        let up = self.sign_up(email).await.unwrap();
        let (actor, account_id) = (up.signed_in.actor, up.account.id);
        act!(self, actor, work => enrol_as_partner(work, account_id, programme)).unwrap();
        (actor, account_id)
    }
}

pub(super) fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

pub(super) fn person(email: &str) -> SignUp {
    SignUp {
        email: email.to_owned(),
        password: PASSWORD.into(),
        name: "Ann Example".to_owned(),
        locale: "de-CH".to_owned(),
        account: NewAccount {
            name: "Example AG".to_owned(),
            country: country("CH"),
            currency: Currency::CHF,
            time_zone: None,
            vat_id: None,
            billing_address: None,
        },
        referral_code: None,
    }
}

pub(super) fn agency() -> SaveProgramme {
    SaveProgramme {
        id: None,
        name: "Agency".to_owned(),
        rate_bps: 2_000,
        kind_rates: Patch::Set(vec![(ProductKind::Domain, 500)]),
        contact_email: "partners@provider.example".to_owned(),
        accepts_access_offers: true,
        hold_days: 30,
        minimum_payout: Money::new(5_000, Currency::EUR),
    }
}

pub(super) fn profile(account_id: AccountId, slug: &str, is_published: bool) -> SaveProfile {
    SaveProfile {
        account_id,
        slug: slug.to_owned(),
        headline: "Läden im Netz".to_owned(),
        description: "We build shops.\nAnd keep them.".to_owned(),
        services: vec!["Shops".to_owned()],
        website: Patch::Set("https://acme.example".to_owned()),
        is_published,
    }
}

pub(super) fn change(account_id: AccountId) -> UpdateAccount {
    UpdateAccount {
        account_id,
        name: Patch::Keep,
        country: Patch::Keep,
        locale: Patch::Keep,
        time_zone: Patch::Keep,
        vat_id: Patch::Keep,
        billing_address: Patch::Keep,
    }
}

/// What a use case was refused with.
pub(super) fn refused<T: std::fmt::Debug>(end: Result<T, Error>) -> (Code, String) {
    match end {
        Err(Error::Refused(refusal)) => (refusal.code, refusal.field.join(".")),
        Err(error) => (error.code().unwrap_or_else(|| panic!("{error:?}")), String::new()),
        Ok(done) => panic!("was done: {done:?}"),
    }
}
