//! Signing up, in and out, links in mails, accounts, programmes and profiles, on both databases.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use domain::account::commands::{
    AddStaff, NewPassword, SignUp, SignedIn, SignedUp, UpdateAccount, UpdateUser, add_staff, mail_password_reset,
    request_password_reset, reset_password, sign_in, sign_out, sign_up, update_account, update_user, verify_email,
};
use domain::account::job::MailPasswordReset;
use domain::account::queries::{authenticate, prove};
use domain::account::rules::{NewAccount, PostalAddress};
use domain::account::token::{NewToken, mint, redeem};
use domain::actor::System;
use domain::calendar::Country;
use domain::error::Code;
use domain::money::{Currency, Money};
use domain::page::PageRequest;
use domain::patch::Patch;
use domain::permission::Permissions;
use domain::programme::commands::{SaveProfile, SaveProgramme, enrol_as_partner, save_profile, save_programme};
use domain::programme::queries;
use domain::seller::Settings;
use domain::signal::Signals;
use domain::store::Statements;
use domain::{Actor, Error, Reader, Store};
use entities::id::{AccountId, ProgrammeId, UserId};
use entities::mailed_token::MailedTokenKind;
use entities::membership::{self, Role};
use entities::offering::ProductKind;
use entities::{offering, plan, product};
use futures::future::join_all;
use rstest::rstest;
use sea_orm::{ConnectionTrait, FromQueryResult, Statement};
use tests::database::{Database, Db};
use uuid::Uuid;

const PASSWORD: &str = "correct horse battery";

/// One write by an actor.
macro_rules! act {
    ($world:expr, $actor:expr, $work:ident => $act:expr) => {
        act!($world, $actor, Statements::default(), $work => $act)
    };
    ($world:expr, $actor:expr, $statements:expr, $work:ident => $act:expr) => {
        $world.store.write($actor.clone(), $statements, move |$work| Box::pin($act)).await
    };
}

struct World {
    store: Store,
    database: Database,
}

impl World {
    async fn start(db: Db) -> Self {
        let database = Database::fresh(db).await;
        let pool = domain::database::connect(&database.url().parse().unwrap(), 8).await.unwrap();
        let settings = Arc::new(Settings::demo(pool.clone()));
        let world = Self { store: Store::new(pool, Signals::local(), settings), database };
        world.run("INSERT INTO clock (id, now_at) VALUES (1, '2026-11-21T09:00:00+00:00')").await;
        world
    }

    async fn run(&self, sql: &str) {
        self.store.pool().execute_unprepared(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    }

    async fn now(&self) -> DateTime<Utc> {
        self.store.now().await.unwrap().now
    }

    /// Moves the product's clock, and nothing else.
    async fn travel(&self, by: TimeDelta) {
        let now = self.now().await + by;
        self.run(&format!("UPDATE clock SET now_at = '{}'", now.format("%Y-%m-%dT%H:%M:%S+00:00"))).await;
    }

    async fn count(&self, what: &str) -> i64 {
        #[derive(FromQueryResult)]
        struct Count {
            n: i64,
        }
        let backend = self.store.pool().get_database_backend();
        let statement = Statement::from_string(backend, format!("SELECT count(*) AS n FROM {what}"));
        Count::find_by_statement(statement).one(self.store.pool()).await.unwrap().unwrap().n
    }

    async fn reader(&self, actor: &Actor) -> Reader {
        self.store.reader(actor.clone(), self.now().await, Statements::default())
    }

    async fn sign_up(&self, email: &str) -> Result<SignedUp, Error> {
        self.sign_up_as(person(email)).await
    }

    async fn sign_up_as(&self, person: SignUp) -> Result<SignedUp, Error> {
        let new = person.prepare(self.now().await.date_naive()).await?;
        act!(self, Actor::Anonymous, work => sign_up(work, new.clone(), Some("192.0.2.7".to_owned())))
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, Error> {
        let proof = prove(&self.reader(&Actor::Anonymous).await, email, &password.into()).await?;
        act!(self, Actor::Anonymous, work => sign_in(work, proof.clone(), None))
    }

    async fn who(&self, token: &str) -> Actor {
        authenticate(&self.store, Some(token), None).await.unwrap().0
    }

    /// A token as the mail would hold it.
    async fn mint(&self, kind: MailedTokenKind, email: &str, user_id: Option<UserId>) -> String {
        let new = NewToken { kind, user_id, email: email.to_owned(), subject_id: None };
        act!(self, Actor::System(System::Mail), work => mint(work, new.clone())).unwrap()
    }

    async fn verify(&self, actor: &Actor, token: &str) -> Result<domain::account::commands::Verified, Error> {
        let token = token.to_owned();
        act!(self, actor, work => {
            let token = token.clone();
            async move { verify_email(work, &token).await }
        })
    }

    async fn reset(&self, token: &str, password: &str) -> Result<SignedIn, Error> {
        let reader = self.reader(&Actor::Anonymous).await;
        let new = NewPassword::prepare(&reader, token.to_owned(), &password.into()).await?;
        act!(self, Actor::Anonymous, work => reset_password(work, new.clone(), None))
    }

    async fn staff(&self) -> Actor {
        let new = AddStaff::prepare("staff@provider.example", &PASSWORD.into()).await.unwrap();
        act!(self, Actor::System(System::Operator), work => add_staff(work, new.clone())).unwrap();
        self.sign_in("staff@provider.example", PASSWORD).await.unwrap().actor
    }

    async fn programme(&self, staff: &Actor) -> ProgrammeId {
        act!(self, staff, work => save_programme(work, agency())).unwrap().id
    }

    /// Makes somebody a member, and says who they are then.
    async fn join(&self, user: &SignedUp, account_id: AccountId, role: Role) -> Actor {
        let row = membership::Model {
            id: Uuid::from_u128(u128::from(self.count("membership").await.unsigned_abs()) + 1).into(),
            user_id: user.signed_in.user.id,
            account_id,
            role,
            permissions: Permissions::of_role(role).bits(),
            created_at: DateTime::UNIX_EPOCH,
        };
        domain::sql::insert::<membership::Entity>(self.store.pool(), &[row]).await.unwrap();
        self.who(&user.signed_in.access_token).await
    }

    /// A partner with an unpublished profile of this name.
    async fn partner(&self, email: &str, programme: ProgrammeId) -> (Actor, AccountId) {
        let up = self.sign_up(email).await.unwrap();
        let (actor, account_id) = (up.signed_in.actor, up.account.id);
        act!(self, actor, work => enrol_as_partner(work, account_id, programme)).unwrap();
        (actor, account_id)
    }
}

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn person(email: &str) -> SignUp {
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
    }
}

fn agency() -> SaveProgramme {
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

fn profile(account_id: AccountId, slug: &str, is_published: bool) -> SaveProfile {
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

fn change(account_id: AccountId) -> UpdateAccount {
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
fn refused<T: std::fmt::Debug>(end: Result<T, Error>) -> (Code, String) {
    match end {
        Err(Error::Refused(refusal)) => (refusal.code, refusal.field.join(".")),
        Err(error) => (error.code().unwrap_or_else(|| panic!("{error:?}")), String::new()),
        Ok(done) => panic!("was done: {done:?}"),
    }
}

/// S5.3: a person signs up, owns an account, is signed in, and is mailed a link; nothing secret is stored.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_up_is_a_person_an_account_and_a_sign_in(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let up = world.sign_up("  Ann@Example.COM").await.unwrap();
    let (user, account) = (&up.signed_in.user, &up.account);
    assert_eq!((user.email.as_str(), user.email_verified_at), ("ann@example.com", None));
    assert_eq!((account.time_zone.as_str(), account.currency.as_str()), ("Europe/Zurich", "CHF"));

    let actor = world.who(&up.signed_in.access_token).await;
    let person = actor.person().unwrap();
    assert_eq!(person.user_id, user.id);
    let [member] = person.memberships[..] else { panic!("{:?}", person.memberships) };
    assert_eq!((member.account_id, member.role, member.permissions), (account.id, Role::Owner, Permissions::ALL));
    let (_, now) = authenticate(&world.store, None, None).await.unwrap();
    assert_eq!(now.now, world.now().await);
    let lasts = up.signed_in.expires_at - now.real_now;
    assert!(lasts > TimeDelta::days(29) && lasts <= TimeDelta::days(30), "real time: {lasts}");

    assert_eq!(world.count("activity WHERE kind = 'ACCOUNT_CREATED'").await, 1);
    assert_eq!(world.count("audit_entry WHERE operation = 'signUp' AND ip = '192.0.2.7'").await, 1);
    let mail = "notification WHERE kind = 'verify_address' AND recipient = 'ann@example.com' AND locale = 'de-CH'";
    assert_eq!(world.count(mail).await, 1);
    assert_eq!(world.count("job WHERE kind = 'send_mail'").await, 1);
    assert_eq!(world.count(&format!("session WHERE token_hash = '{}'", up.signed_in.access_token)).await, 0);
    assert_eq!(world.count("\"user\" WHERE password_hash LIKE '$argon2id$%'").await, 1);
    assert!(!format!("{up:?}").contains(PASSWORD));
    drop(world.database);
}

/// A session ends with a sign-out, with its time, and only then; another's token is nobody's.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let one = world.sign_up("ann@example.com").await.unwrap().signed_in;
    let other = world.sign_in("ANN@example.com ", PASSWORD).await.unwrap();
    world.travel(TimeDelta::days(400)).await;
    assert!(world.who(&one.access_token).await.person().is_some(), "sessions run on real time");

    act!(world, one.actor, work => sign_out(work)).unwrap();
    assert!(world.who(&one.access_token).await.person().is_none());
    assert!(world.who(&other.access_token).await.person().is_some(), "the other one goes on");

    world.run("UPDATE session SET expires_at = '2020-01-01T00:00:00+00:00'").await;
    for token in [other.access_token.as_str(), "", "x", "\0", &"x".repeat(10_000)] {
        assert!(world.who(token).await.person().is_none());
    }
}

/// A6: an address that nobody has, a wrong password and a user without one are answered alike, by as many statements.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_known_addresses_are_answered_alike(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    world.sign_up("ann@example.com").await.unwrap();
    world.sign_up("bob@example.com").await.unwrap();
    world.run("UPDATE \"user\" SET password_hash = NULL WHERE email = 'bob@example.com'").await;

    let mut answers = Vec::new();
    for email in ["ann@example.com", "bob@example.com", "nobody@example.com", "no address", "x\0@example.com", ""] {
        let reader = world.reader(&Actor::Anonymous).await;
        let refusal = prove(&reader, email, &"wrong horse".into()).await.unwrap_err();
        answers.push((refusal.to_string(), reader.statements().count()));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].1, 1);
    assert_eq!(refused(world.sign_in("ann@example.com", "Correct horse battery").await).0, Code::InvalidCredentials);
    assert_eq!(world.count("session").await, 2, "of the sign-ups");

    for email in ["ann@example.com", "nobody@example.com"] {
        let statements = Statements::default();
        act!(world, Actor::Anonymous, statements.clone(), work => request_password_reset(work, email)).unwrap();
        answers.push((email.to_owned(), statements.count()));
    }
    assert_eq!(answers[6].1, answers[7].1);
    assert_eq!(world.count("job WHERE kind = 'mail_password_reset'").await, 2);
    assert_eq!(world.count("notification WHERE kind = 'reset_password'").await, 0, "a job finds out");
}

/// S5.12: one person, one address: of twenty who sign up with it at once, in several spellings, one is signed up.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_address_is_signed_up_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let spellings =
        ["info@bücher.example", "INFO@BÜCHER.example", " info@xn--bcher-kva.example", "Info@bu\u{308}cher.example"];
    let all = join_all((0..20).map(|at| world.sign_up(spellings[at % 4]))).await;
    let (done, not): (Vec<_>, Vec<_>) = all.into_iter().partition(Result::is_ok);
    assert_eq!(done.len(), 1);
    for end in not {
        assert_eq!(refused(end), (Code::EmailAlreadyRegistered, "email".to_owned()));
    }
    for table in ["\"user\"", "account", "membership", "session", "notification", "activity"] {
        assert_eq!(world.count(table).await, 1, "{table}");
    }
}

/// What cannot be shown, is too long or is no such thing is refused with its path, and nothing is written.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn hostile_input_is_refused_with_its_path(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let long = "x".repeat(201);
    let address = |city: &str| PostalAddress {
        name: "A".to_owned(),
        street: "B 1".to_owned(),
        postal_code: "8001".to_owned(),
        city: city.to_owned(),
        country: country("CH"),
    };
    let with = |change: &dyn Fn(&mut SignUp)| {
        let mut person = person("ann@example.com");
        change(&mut person);
        person
    };
    for (field, bad) in [
        ("email", with(&|p| p.email = "ann@example.com\0".to_owned())),
        ("email", with(&|p| p.email = "ann@example.com\r\nBcc: x@example.com".to_owned())),
        ("email", with(&|p| p.email = "аnn@example.com".to_owned())),
        ("password", with(&|p| p.password = "short".into())),
        ("password", with(&|p| p.password = "a password\0".into())),
        ("password", with(&|p| p.password = "x1".repeat(500_000).into())),
        ("name", with(&|p| p.name = "\u{202e}nnA".to_owned())),
        ("name", with(&|p| p.name = "\u{1b}[31mAnn".to_owned())),
        ("name", with(&|p| p.name = " \u{2003} ".to_owned())),
        ("name", with(&|p| p.name.clone_from(&long))),
        ("locale", with(&|p| p.locale = "../../etc".to_owned())),
        ("account.name", with(&|p| p.account.name = "a\0b".to_owned())),
        ("account.timeZone", with(&|p| p.account.time_zone = Some("Mars/Olympus".to_owned()))),
        ("account.vatId", with(&|p| p.account.vat_id = Some("'; DROP TABLE account; --".to_owned()))),
        ("account.billingAddress.city", with(&|p| p.account.billing_address = Some(address("a\u{200b}b")))),
    ] {
        assert_eq!(refused(world.sign_up_as(bad).await), (Code::InvalidInput, field.to_owned()));
    }
    assert_eq!(world.count("\"user\"").await, 0);

    let odd = "Robert'); DROP TABLE \"user\";-- <script>alert(1)</script> {{7*7}} 🙂 \\ % _";
    let up = world.sign_up_as(with(&|p| p.name = odd.to_owned())).await.unwrap();
    assert_eq!(up.signed_in.user.name, odd, "what can be shown is kept as it is");
}

/// A verification link verifies its own user's address, once, within a week; any other link verifies, too, and stays good.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn following_a_link_verifies_the_address(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let ann = world.sign_up("ann@example.com").await.unwrap().signed_in;
    let bob = world.sign_up("bob@example.com").await.unwrap().signed_in;
    let verified = "\"user\" WHERE email_verified_at IS NOT NULL";

    let late = world.mint(MailedTokenKind::VerifyEmail, "ann@example.com", Some(ann.user.id)).await;
    world.travel(TimeDelta::days(7)).await;
    assert_eq!(refused(world.verify(&Actor::Anonymous, &late).await).0, Code::TokenExpired);
    assert_eq!(refused(world.verify(&Actor::Anonymous, "made-up").await).0, Code::TokenInvalid);
    assert_eq!(world.count(verified).await, 0);

    let token = world.mint(MailedTokenKind::VerifyEmail, "ann@example.com", Some(ann.user.id)).await;
    assert_eq!(world.count(&format!("mailed_token WHERE token_hash = '{token}'")).await, 0, "only its hash is stored");
    world.travel(TimeDelta::days(7) - TimeDelta::seconds(1)).await;
    let done = world.verify(&bob.actor, &token).await.unwrap();
    assert_eq!(done.user.unwrap().id, ann.user.id, "the address is Ann's, whoever follows the link");
    assert_eq!(world.count(&format!("{verified} AND email = 'bob@example.com'")).await, 0);
    assert_eq!(refused(world.verify(&ann.actor, &token).await).0, Code::TokenInvalid, "a second time");

    let reset = world.mint(MailedTokenKind::ResetPassword, "bob@example.com", Some(bob.user.id)).await;
    for _ in 0..2 {
        let done = world.verify(&Actor::Anonymous, &reset).await.unwrap();
        assert_eq!((done.kind, done.user.unwrap().id), (MailedTokenKind::ResetPassword, bob.user.id));
    }
    assert_eq!(world.count(verified).await, 2);
    let wrong_kind = act!(world, Actor::Anonymous, work => {
        let reset = reset.clone();
        async move { redeem(work, MailedTokenKind::VerifyEmail, &reset).await }
    });
    assert_eq!(refused(wrong_kind).0, Code::TokenInvalid);
    let contributor = world.mint(MailedTokenKind::Contribute, "new@example.com", None).await;
    assert!(world.verify(&Actor::Anonymous, &contributor).await.unwrap().user.is_none(), "nobody has the address yet");
}

/// A new password needs a link that is at most an hour old, ends all other sessions, and makes the other links useless.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_what_was(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let old = world.sign_up("ann@example.com").await.unwrap().signed_in;
    let user = Some(old.user.id);
    let kind = MailedTokenKind::ResetPassword;

    for email in ["ann@example.com", "nobody@example.com"] {
        for _ in 0..2 {
            let job = MailPasswordReset { email: email.to_owned(), request_id: Uuid::from_u128(7) };
            act!(world, Actor::System(System::Mail), work => mail_password_reset(work, job.clone())).unwrap();
        }
    }
    assert_eq!(world.count("notification WHERE kind = 'reset_password'").await, 1, "run twice, mailed once");

    let late = world.mint(kind, "ann@example.com", user).await;
    world.travel(TimeDelta::hours(1)).await;
    assert_eq!(refused(world.reset(&late, "another horse").await).0, Code::TokenExpired);
    let verify = world.mint(MailedTokenKind::VerifyEmail, "ann@example.com", user).await;
    assert_eq!(refused(world.reset(&verify, "another horse").await).0, Code::TokenInvalid);

    let (token, spare) =
        (world.mint(kind, "ann@example.com", user).await, world.mint(kind, "ann@example.com", user).await);
    world.travel(TimeDelta::minutes(59)).await;
    assert_eq!(refused(world.reset(&token, "short").await), (Code::InvalidInput, "password".to_owned()));
    let stale = prove(&world.reader(&Actor::Anonymous).await, "ann@example.com", &PASSWORD.into()).await.unwrap();
    let new = world.reset(&token, "another horse").await.unwrap();
    assert!(new.user.email_verified_at.is_some());
    assert!(world.who(&old.access_token).await.person().is_none());
    assert!(world.who(&new.access_token).await.person().is_some());
    for used in [&token, &spare] {
        assert_eq!(refused(world.reset(used, "a third horse").await).0, Code::TokenInvalid);
    }
    let slow = act!(world, Actor::Anonymous, work => sign_in(work, stale.clone(), None));
    assert_eq!(refused(slow).0, Code::InvalidCredentials, "the old password was proven before it was replaced");
    assert_eq!(refused(world.sign_in("ann@example.com", PASSWORD).await).0, Code::InvalidCredentials);
    world.sign_in("ann@example.com", "another horse").await.unwrap();
}

/// S5.10: one sign-in reaches each account. Absent stays, null clears; name and time zone are for owner and admins, tax data for
/// whoever manages billing, and an account that is not seen is one that does not exist.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn accounts_change_by_role_and_permission(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let up = world.sign_up("ann@example.com").await.unwrap();
    let (owner, id) = (up.signed_in.actor.clone(), up.account.id);
    let mut members = Vec::new();
    for (email, role) in
        [("ad@example.com", Role::Admin), ("bi@example.com", Role::Billing), ("te@example.com", Role::Technical)]
    {
        let user = world.sign_up(email).await.unwrap();
        members.push(world.join(&user, id, role).await);
    }
    let stranger = world.sign_up("eve@example.com").await.unwrap().signed_in.actor;

    let rename = move || UpdateAccount { name: Patch::Set("Größe AG".to_owned()), ..change(id) };
    let tax = move || UpdateAccount { vat_id: Patch::Set("CHE-123.456.789".to_owned()), ..change(id) };
    for (actor, name, vat) in [
        (&owner, None, None),
        (&members[0], None, None),
        (&members[1], Some(Code::PermissionDenied), None),
        (&members[2], Some(Code::PermissionDenied), Some(Code::PermissionDenied)),
        (&stranger, Some(Code::NotFound), Some(Code::NotFound)),
        (&Actor::Anonymous, Some(Code::NotFound), Some(Code::NotFound)),
    ] {
        let code = |end: Result<_, Error>| end.err().map(|e: Error| e.code().unwrap());
        assert_eq!(code(act!(world, actor, work => update_account(work, rename())).map(drop)), name);
        assert_eq!(code(act!(world, actor, work => update_account(work, tax())).map(drop)), vat);
    }
    let unknown = UpdateAccount { account_id: Uuid::from_u128(9).into(), ..rename() };
    assert_eq!(refused(act!(world, stranger, work => update_account(work, unknown.clone()))).0, Code::NotFound);

    let renamed = act!(world, owner, work => update_account(work, change(id))).unwrap();
    assert_eq!((renamed.name.as_str(), renamed.search.as_str()), ("Größe AG", "große ag"));
    assert_eq!(renamed.vat_id.as_deref(), Some("CHE123456789"), "absent stays");
    let to_eu = UpdateAccount { country: Patch::Set(country("DE")), ..change(id) };
    assert_eq!(
        refused(act!(world, owner, work => update_account(work, to_eu.clone()))).1,
        "vatId",
        "it is no id of the EU"
    );
    let to_eu = UpdateAccount { country: Patch::Set(country("DE")), vat_id: Patch::Clear, ..change(id) };
    let moved = act!(world, owner, work => update_account(work, to_eu.clone())).unwrap();
    assert_eq!((moved.vat_id, moved.time_zone.as_str()), (None, "Europe/Berlin"), "the default goes with the country");
    let no_name = UpdateAccount { name: Patch::Clear, ..change(id) };
    assert_eq!(refused(act!(world, owner, work => update_account(work, no_name.clone()))).1, "name");

    let up = UpdateUser { name: Patch::Keep, locale: Patch::Set("fr".to_owned()) };
    let me = act!(world, owner, work => update_user(work, up.clone())).unwrap();
    assert_eq!((me.name.as_str(), me.locale.as_str()), ("Ann Example", "fr"));
    assert_eq!(
        refused(act!(world, Actor::Anonymous, work => update_user(work, UpdateUser::default()))).0,
        Code::PermissionDenied
    );
}

/// Products renew at the beginning of the same day in the new time zone, however many there are, by as many statements.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_time_zone_moves_renewals(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let up = world.sign_up("ann@example.com").await.unwrap();
    let (owner, id) = (up.signed_in.actor.clone(), up.account.id);
    let other = world.sign_up("bob@example.com").await.unwrap().account.id;
    products(&world, id, 1).await;
    products(&world, other, 100).await;
    let to = |zone: &str| UpdateAccount { time_zone: Patch::Set(zone.to_owned()), ..change(id) };

    let mut counts = Vec::new();
    for (more, zone) in [(0, "Asia/Tokyo"), (40, "America/New_York")] {
        for at in 0..more {
            products(&world, id, 2 + at).await;
        }
        let statements = Statements::default();
        let update = to(zone);
        act!(world, owner, statements.clone(), work => update_account(work, update.clone())).unwrap();
        counts.push(statements.count());
    }
    assert_eq!(counts[0], counts[1]);
    let instant = |text: &str| match db {
        Db::Sqlite => format!("renews_at = '{text}+00:00'"),
        Db::Postgres => format!("renews_at = timestamptz '{text}+00:00'"),
    };
    // midnight in New York, in winter and in summer
    let winter = format!("product WHERE renews_on = '2027-01-31' AND {}", instant("2027-01-31T05:00:00"));
    let summer = format!("product WHERE renews_on = '2027-07-31' AND {}", instant("2027-07-31T04:00:00"));
    assert_eq!((world.count(&winter).await, world.count(&summer).await), (41, 41));
    let others = format!("product WHERE {}", instant("2020-01-01T00:00:00"));
    assert_eq!(world.count(&others).await, 2, "another account's stay");
}

/// Two products of an account, due in winter and in summer.
async fn products(world: &World, account_id: AccountId, number: u128) {
    let id = |at: u128| Uuid::from_u128(number * 10 + at);
    let at = DateTime::UNIX_EPOCH;
    let pool = world.store.pool();
    let offering = offering::Model {
        id: id(1).into(),
        sku: format!("sku-{number}"),
        name: "Host".into(),
        kind: ProductKind::Hosting,
        created_at: at,
    };
    let plan = plan::Model {
        id: id(2).into(),
        offering_id: offering.id,
        name: "S".into(),
        default_term_months: 12,
        created_at: at,
    };
    let made = |at_: u128, month: u32| product::Model {
        id: id(at_).into(),
        account_id,
        plan_id: plan.id,
        client_id: None,
        order_line_id: None,
        status: product::ProductStatus::Active,
        label: "Site".into(),
        domain_name: None,
        term_months: 12,
        currency: "CHF".into(),
        started_on: NaiveDate::from_ymd_opt(2026, month, 31).unwrap(),
        anchor_on: NaiveDate::from_ymd_opt(2026, month, 31).unwrap(),
        anchor_months: 12,
        renews_on: NaiveDate::from_ymd_opt(2027, month, 31).unwrap(),
        renews_at: "2020-01-01T00:00:00Z".parse().unwrap(),
        auto_renew: true,
        renewal_billing: product::RenewalBilling::Account,
        managed_by_id: None,
        search: "site".into(),
        created_at: at,
    };
    domain::sql::insert::<offering::Entity>(pool, &[offering]).await.unwrap();
    let rows = [made(3, 1), made(4, 7)];
    domain::sql::insert::<plan::Entity>(pool, &[plan]).await.unwrap();
    domain::sql::insert::<product::Entity>(pool, &rows).await.unwrap();
}

/// Only the provider's staff save programmes; owner and admins enrol their account, once.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn programmes_are_the_providers(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let staff = world.staff().await;
    let ann = world.sign_up("ann@example.com").await.unwrap();
    let (owner, id) = (ann.signed_in.actor.clone(), ann.account.id);
    for actor in [&owner, &Actor::Anonymous, &Actor::System(System::Mail)] {
        assert_eq!(refused(act!(world, actor, work => save_programme(work, agency()))).0, Code::PermissionDenied);
    }
    let again = AddStaff::prepare("ann@example.com", &PASSWORD.into()).await.unwrap();
    let promoted = act!(world, Actor::System(System::Operator), work => add_staff(work, again.clone()));
    assert_eq!(refused(promoted).0, Code::EmailAlreadyRegistered);

    let programme = world.programme(&staff).await;
    let changed = SaveProgramme { id: Some(programme), rate_bps: 1_500, kind_rates: Patch::Keep, ..agency() };
    let again = changed.clone();
    assert_eq!(act!(world, staff, work => save_programme(work, again.clone())).unwrap().rate_bps, 1_500);
    let reader = world.reader(&Actor::Anonymous).await;
    assert_eq!(queries::kind_rates(&reader, &[programme]).await.unwrap()[&programme].len(), 1, "absent stays");
    let cleared = SaveProgramme { kind_rates: Patch::Clear, ..changed };
    act!(world, staff, work => save_programme(work, cleared.clone())).unwrap();
    assert!(queries::kind_rates(&reader, &[programme]).await.unwrap().is_empty());
    assert_eq!(queries::programmes(&reader).await.unwrap().len(), 1);
    for (field, bad) in [
        ("rateBps", SaveProgramme { rate_bps: 10_001, ..agency() }),
        ("kindRates.0.rateBps", SaveProgramme { kind_rates: Patch::Set(vec![(ProductKind::Cloud, -1)]), ..agency() }),
        ("contactEmail", SaveProgramme { contact_email: "x".to_owned(), ..agency() }),
        ("minimumPayout", SaveProgramme { minimum_payout: Money::new(-1, Currency::EUR), ..agency() }),
    ] {
        let refusal = refused(act!(world, staff, work => save_programme(work, bad.clone())));
        assert_eq!(refusal, (Code::InvalidInput, field.to_owned()));
    }

    let technical = world.sign_up("te@example.com").await.unwrap();
    let technical = world.join(&technical, id, Role::Technical).await;
    let stranger = world.sign_up("eve@example.com").await.unwrap().signed_in.actor;
    assert_eq!(
        refused(act!(world, technical, work => enrol_as_partner(work, id, programme))).0,
        Code::PermissionDenied
    );
    assert_eq!(refused(act!(world, stranger, work => enrol_as_partner(work, id, programme))).0, Code::NotFound);
    let unknown = ProgrammeId(Uuid::from_u128(5));
    assert_eq!(
        refused(act!(world, owner, work => enrol_as_partner(work, id, unknown))),
        (Code::NotFound, "programmeId".to_owned())
    );
    assert_eq!(
        act!(world, owner, work => enrol_as_partner(work, id, programme)).unwrap().programme_id,
        Some(programme)
    );
    assert_eq!(refused(act!(world, owner, work => enrol_as_partner(work, id, programme))).0, Code::AlreadyExists);
}

/// S3.5: a profile is public when its partner says so, and not before; no two names read alike.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_public_when_it_says_so(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let staff = world.staff().await;
    let programme = world.programme(&staff).await;
    let (ann, acme) = world.partner("ann@example.com", programme).await;
    let (eve, evil) = world.partner("eve@example.com", programme).await;
    let outsider = world.sign_up("bob@example.com").await.unwrap();
    let (bob, plain) = (outsider.signed_in.actor, outsider.account.id);

    let no_partner = act!(world, bob, work => save_profile(work, profile(plain, "bobs-web", true)));
    assert_eq!(refused(no_partner).0, Code::Conflict);
    let first = act!(world, ann, work => save_profile(work, profile(acme, "acme-10", false))).unwrap();
    let (public, own) = (world.reader(&bob).await, world.reader(&ann).await);
    assert!(queries::profile(&public, "acme-10").await.unwrap().is_none());
    assert!(queries::profile(&own, "acme-10").await.unwrap().is_some(), "its own members see it before");
    assert_eq!(refused(act!(world, eve, work => save_profile(work, profile(acme, "mine", true)))).0, Code::NotFound);
    for alike in ["acme-10", "acme10", "acme-l0", "acme-1o", "a-c-m-e-lo"] {
        let taken = act!(world, eve, work => save_profile(work, profile(evil, alike, true)));
        assert_eq!(refused(taken), (Code::AlreadyExists, "slug".to_owned()), "{alike}");
    }

    let second = act!(world, ann, work => save_profile(work, profile(acme, "acme-web", true))).unwrap();
    assert_eq!(second.id, first.id, "one profile an account");
    act!(world, eve, work => save_profile(work, profile(evil, "acme-10", true))).unwrap();
    let all = PageRequest::first(20);
    let slugs = |page: domain::page::Page<entities::partner_profile::Model>| {
        page.rows.into_iter().map(|row| row.slug).collect::<Vec<_>>()
    };
    let anonymous = world.reader(&Actor::Anonymous).await;
    assert_eq!(slugs(queries::profiles(&anonymous, None, &all).await.unwrap()), ["acme-10", "acme-web"]);
    assert_eq!(
        slugs(queries::profiles(&anonymous, Some("LADEN im"), &all).await.unwrap()).len(),
        2,
        "accents do not matter"
    );
    assert_eq!(slugs(queries::profiles(&anonymous, Some("100%"), &all).await.unwrap()), Vec::<String>::new());
    let rest = PageRequest { after: Some("acme-10".to_owned()), ..PageRequest::first(1) };
    let page = queries::profiles(&anonymous, None, &rest).await.unwrap();
    assert_eq!((page.has_previous, page.has_next, slugs(page)), (true, false, vec!["acme-web".to_owned()]));
    assert_eq!(queries::count_profiles(&anonymous, None).await.unwrap(), 2);
}

/// Of many who want the same name at once, one gets it.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_name_goes_to_one_partner(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let world = World::start(db).await;
    let staff = world.staff().await;
    let programme = world.programme(&staff).await;
    let mut partners = Vec::new();
    for at in 0..6 {
        partners.push(world.partner(&format!("p{at}@example.com"), programme).await);
    }
    let world = &world;
    let ends = join_all(partners.iter().map(|(actor, id)| async move {
        let id = *id;
        act!(world, actor, work => save_profile(work, profile(id, "first-come", true)))
    }))
    .await;
    let (got, not): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
    assert_eq!((got.len(), not.len()), (1, 5));
    for end in not {
        assert_eq!(refused(end), (Code::AlreadyExists, "slug".to_owned()));
    }
}
