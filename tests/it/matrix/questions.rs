//! A thousand questions of a person, a permission and an object, asked at the gateway in generated worlds: the object by its id, the
//! lists in which it would stand, and the explained permission are one answer, which is the one that the rule gives by hand.

use api::id::{Kind, encode};
use domain::access;
use domain::permission::rules::Reach;
use domain::permission::{Permission, Target};
use entities::id::AccountId;
use entities::{api_key, user};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rstest::rstest;
use serde_json::{Value, json};
use tests::app::TestApp;
use tests::database::Db;
use tests::rows::{Rows, key_secret};
use uuid::Uuid;

use super::by_hand::{Eye, Question, View};
use super::places::{Place, kinds, places};
use super::worlds::generate;

/// The worlds, each with its seed; `WORLD_SEED` replays one.
const SEEDS: std::ops::RangeInclusive<u64> = 101..=110;
/// Questions in each.
const QUESTIONS: usize = 100;

/// Who asks, and how they are known to the gateway.
struct Asker<'a> {
    name: String,
    eye: Eye<'a>,
    token: Option<String>,
    is_staff: bool,
}

/// Of a person, a permission and an object.
struct Asked {
    kind: Kind,
    permission: Permission,
    /// What the permission is asked about: the object's account, or its product.
    on: Target,
    view: View,
    places: Vec<Place>,
}

/// How the questions were answered.
#[derive(Debug, Default, PartialEq, Eq)]
struct Answers {
    asked: usize,
    seen: usize,
    listed: usize,
    not_listed: usize,
    allowed: usize,
}

/// Rules §2, A1, S2.20: explanation, list membership and resolver agree, and are what the rule says by hand.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn explanations_lists_and_resolvers_agree(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let asked: Vec<_> = kinds().iter().map(|(_, table)| *table).collect();
    let missing: Vec<_> =
        access::subjects().map(|one| one.table.trim_matches('"')).filter(|one| !asked.contains(one)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "kinds of objects that nothing is asked about");
    let app = TestApp::start(db).await;
    let now = app.store.now().await.unwrap().now;
    let replayed = std::env::var("WORLD_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let mut all = Answers::default();
    for seed in replayed.map_or(SEEDS, |seed| seed..=seed) {
        println!("WORLD_SEED={seed}");
        let rows = generate(seed, now);
        rows.write(app.db()).await;
        let mut dice = StdRng::seed_from_u64(seed);
        let askers = askers(&rows);
        for _ in 0..QUESTIONS {
            let asker = askers.choose(&mut dice).unwrap();
            let asked = question(&rows, asker, &mut dice);
            let answer = ask(&app, asker, &asked).await;
            judge(asker, &asked, &answer, &mut all);
        }
    }
    println!("{db:?}: {all:?}");
    if replayed.is_none() {
        let Answers { asked, seen, listed, not_listed, allowed } = all;
        assert_eq!(asked, 1_000);
        for (what, often) in [("seen", seen), ("hidden", asked - seen), ("listed", listed), ("not listed", not_listed)]
        {
            assert!(often > 200, "{what} {often} times: too few to show anything");
        }
        assert!(allowed > 100 && asked - allowed > 100, "allowed {allowed} times");
    }
}

/// Everybody, and every key that is good.
fn askers(rows: &Rows) -> Vec<Asker<'_>> {
    let nobody = Asker { name: "nobody".to_owned(), eye: eye(rows, None, None), token: None, is_staff: false };
    let people = rows.users.iter().map(|user| Asker {
        name: user.name.clone(),
        eye: eye(rows, Some(user), None),
        token: Some(user.id.to_string()),
        is_staff: user.is_staff,
    });
    let is_good = |key: &&api_key::Model| key.revoked_at.is_none() && key.expires_at.is_none_or(|end| rows.now < end);
    let keys = rows.keys.iter().filter(is_good).map(|key| Asker {
        name: key.name.clone(),
        eye: eye(rows, rows.users.iter().find(|user| user.id == key.created_by_id), Some(key)),
        token: Some(key_secret(key.id)),
        is_staff: false,
    });
    std::iter::once(nobody).chain(people).chain(keys).collect()
}

fn eye<'a>(rows: &'a Rows, user: Option<&user::Model>, key: Option<&'a api_key::Model>) -> Eye<'a> {
    Eye { rows, user: user.map_or(entities::id::UserId(Uuid::nil()), |user| user.id), key }
}

/// A kind, then a row of it: every other time one that the asker sees, where there is one. A permission, every other time one that
/// shows it.
fn question(rows: &Rows, asker: &Asker<'_>, dice: &mut StdRng) -> Asked {
    let (kind, table) = *kinds().choose(dice).unwrap();
    let mut views = asker.eye.views(table);
    if dice.random() && views.iter().any(|view| is_seen(view, asker)) {
        views.retain(|view| is_seen(view, asker));
    }
    let at = dice.random_range(0..views.len());
    let view = views.swap_remove(at);
    let places = places(rows, &asker.eye, table, view.id);
    let asked: Option<&Question> = view.questions.as_deref().and_then(|all| all.first());
    let account = places.iter().find_map(|place| place.account);
    let any: AccountId = account.unwrap_or_else(|| rows.accounts.choose(dice).unwrap().id);
    let on = asked.map_or(Target::account(any), |question| question.target);
    let told = asked.filter(|_| dice.random()).map(|question| question.permission);
    let permission = told.unwrap_or_else(|| *Permission::ALL.choose(dice).unwrap());
    Asked { kind, permission, on, view, places }
}

fn is_seen(view: &View, asker: &Asker<'_>) -> bool {
    !view.is_gone && (view.is_seen || asker.is_staff)
}

fn id_of(target: Target) -> String {
    target
        .product_id
        .map_or_else(|| encode(Kind::Account, target.account_id.0).0, |product| encode(Kind::Product, product.0).0)
}

/// The answers to one question: the object, the places, and why.
async fn ask(app: &TestApp, asker: &Asker<'_>, asked: &Asked) -> Value {
    let id = encode(asked.kind, asked.view.id).0;
    let mut query = format!("node(id: \"{id}\") {{ id }}");
    for (n, place) in asked.places.iter().enumerate() {
        query.push_str(&format!(" place{n}: {}", place.asked));
    }
    let shows = asked.view.questions.iter().flatten().map(|question| (question.permission, question.target));
    let explained =
        std::iter::once((asked.permission, asked.on)).chain(shows).enumerate().map(|(n, (permission, on))| {
            let (name, on) = (permission.name(), id_of(on));
            format!("why{n}: permission(permission: {name}, on: \"{on}\") {{ allowed paths {{ steps {{ kind }} }} }}")
        });
    let query = format!("{{ {query} viewer {{ {} }} }}", explained.collect::<Vec<_>>().join(" "));
    let reply = match &asker.token {
        Some(token) => app.ask_as(token, &query, json!({})).await,
        None => app.ask(&query, json!({})).await,
    };
    reply.ok().clone()
}

/// Holds the answers to one question against each other, and against what it is by hand.
fn judge(asker: &Asker<'_>, asked: &Asked, answer: &Value, all: &mut Answers) {
    let Asked { kind, permission, on, view, places } = asked;
    let what = format!("{} {} to {}", kind.type_name(), view.id, asker.name);
    let id = encode(*kind, view.id).0;
    let by_hand = is_seen(view, asker);
    assert_eq!(!answer["node"].is_null(), by_hand, "by its id: {what}");
    for (n, place) in places.iter().enumerate() {
        let is_listed = answer[format!("place{n}")].to_string().contains(&id);
        let is_reached = place.account.is_none_or(|account| sees(asker, Target::account(account)));
        let should = by_hand && place.is_its && is_reached;
        assert_eq!(is_listed, should, "in {}: {what}", place.asked);
        all.listed += usize::from(should);
        all.not_listed += usize::from(!should);
    }
    let why = |n: usize| &answer["viewer"][format!("why{n}")];
    let allowed = (asker.is_staff || asker.eye.may(*on, *permission)) && sees(asker, *on);
    assert_eq!(why(0)["allowed"] == json!(true), allowed, "{} on {on:?}, for {what}", permission.name());
    // nothing is explained about a product that is not seen, though events about it may be
    let is_told = |question: &Question| question.target.product_id.is_none() || sees(asker, question.target);
    if let Some(questions) = view.questions.as_ref().filter(|all| all.iter().all(is_told)) {
        let reaches = |path: &Value, reach| reach != Reach::Member || !path.to_string().contains("PARTNERSHIP");
        let shows = questions.iter().enumerate().any(|(n, question)| {
            let mut paths = why(n + 1)["paths"].as_array().into_iter().flatten();
            paths.any(|path| reaches(path, question.reach))
        });
        assert_eq!(shows, by_hand, "explained: {what}");
    }
    all.asked += 1;
    all.seen += usize::from(by_hand);
    all.allowed += usize::from(allowed);
}

/// Whether what a permission is asked about is there for the asker.
fn sees(asker: &Asker<'_>, target: Target) -> bool {
    let (table, id) = target.product_id.map_or(("account", target.account_id.0), |product| ("product", product.0));
    asker.eye.views(table).iter().any(|view| view.id == id && is_seen(view, asker))
}
