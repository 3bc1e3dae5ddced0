//! What links in mails do: an address is verified, a password is new.

use chrono::TimeDelta;
use domain::Actor;
use domain::account::commands::{mail_password_reset, sign_in};
use domain::account::job::MailPasswordReset;
use domain::account::queries::prove;
use domain::account::token::redeem;
use domain::actor::System;
use domain::error::Code;
use entities::mailed_token::MailedTokenKind;
use rstest::rstest;
use tests::database::Db;
use uuid::Uuid;

use super::harness::{PASSWORD, World, act, refused};

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
