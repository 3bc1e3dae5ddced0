//! Signing up and in: who one is, and how long.

use chrono::TimeDelta;
use domain::Actor;
use domain::account::commands::{SignUp, request_password_reset, sign_out};
use domain::account::queries::{authenticate, prove};
use domain::account::rules::PostalAddress;
use domain::error::Code;
use domain::permission::Permissions;
use domain::store::Statements;
use entities::membership::Role;
use futures::future::join_all;
use rstest::rstest;
use tests::database::Db;

use super::harness::{PASSWORD, World, act, country, person, refused};

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
