//! One harness for everything that is wrong with a call.
//!
//! It reads the schema that the gateway serves. For each mutation there is a row in [`rows`] that says who may make it, how a
//! valid input with a fresh subject is made, what a second call comes to, and how the subject gets into a wrong state. From
//! that the harness makes the bad calls: by nobody, by strangers, by members without the permission, by whoever lost it a
//! second ago; with each id of the input another one's, of nothing, of another type or none; with hostile text, numbers
//! beyond their ends, nothing where something is due; in a wrong state; twice, by the same key, another key, another user;
//! ten times at once. Every answer must be a clear one by a code of the contract that tells nothing of the inside, what is
//! another's must answer like what is not there, to the byte, and no table may differ after a refusal.
//!
//! A mutation without a row fails the sweep by its name, and so does a field of an input that no valid input gives. To add a
//! row, put `row("renewProduct", &[Way::Member(Company::Bolt, &[Purchase])], |s| …)` into the file of its area under `rows/`;
//! the closure makes the input, with a subject of its own where the call uses it up. Name the subject's field by `about`, and
//! the states in which it is refused by `wrong`. `SWEEP=renewProduct cargo test --workspace --test it -- sweep` tries only that.
//!
//! The other half reads. [`views`] says a second time who may see what, [`told`] what an account and a renewal's quote tell to
//! whom, and from that everybody looks up every id, opens every field of all that they see, pages through every list, and
//! puts what is not theirs beside what is not there, at every door that takes an id ([`alike`]); follows every feed ([`feeds`]),
//! filters every list ([`filters`]), and asks while all the others do ([`crowd`]). Whatever `Query` leads to and no
//! row names fails by its name: give a type its rule in [`views`], or a line in [`roots`], and an argument its door.

mod again;
mod alike;
mod asking;
mod call;
mod crowd;
mod digest;
mod family;
mod feeds;
mod filters;
mod former;
mod ids;
mod mailed;
mod newcomer;
mod people;
mod reads;
mod roots;
mod row;
mod rows;
mod scene;
mod schema;
mod sight;
mod told;
mod trial;
mod values;
mod views;
mod world;
mod wrong;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use futures::future::join_all;
use rstest::rstest;
use tests::database::Db;
use tokio::sync::Semaphore;

use filters::Filters;
use reads::Reading;
use scene::{Beginning, Scene};
use trial::Trial;
use views::Views;
use world::Who;

/// Rows that are tried at the same time.
const SIDE_BY_SIDE: usize = 2;
/// People who read at the same time.
const AT_ONCE: usize = 4;

/// R9, A1: every mutation there is refuses every bad call that its row gives rise to, and nothing is half done.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_bad_call_does_anything(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let began = Instant::now();
    let beginning = Beginning::on(db).await;
    let only = std::env::var("SWEEP").ok();
    let turns = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut trials = Vec::new();
    for row in rows::all() {
        if only.as_ref().is_some_and(|only| !row.name().starts_with(only.as_str())) {
            continue;
        }
        let (beginning, turns) = (Arc::clone(&beginning), Arc::clone(&turns));
        let (mutation, name) = (row.mutation, row.name());
        let trial = tokio::spawn(async move {
            let _turn = turns.acquire().await;
            let began = Instant::now();
            let scene = Scene::open(&beginning).await;
            (Trial::of(&row, scene).await.run().await, began.elapsed())
        });
        trials.push((mutation, name, trial));
    }
    let (mut findings, mut calls) = (Vec::new(), 0);
    let mut untried: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (mutation, name, trial) in trials {
        match trial.await {
            Ok((report, took)) => {
                println!("{name}: {} calls, {} ms", report.calls, took.as_millis());
                findings.extend(report.findings);
                calls += report.calls;
                let by_all = untried.entry(mutation).or_insert_with(|| report.untried.clone());
                by_all.retain(|field| report.untried.contains(field));
            }
            Err(panic) => findings.push(format!("{name}: {panic}")),
        }
    }
    let untried = untried.into_iter().filter(|(_, fields)| !fields.is_empty());
    findings.extend(untried.map(|(mutation, fields)| format!("{mutation}: no valid input gives {fields:?}")));
    println!("{db:?}: {calls} calls in {:.1} s", began.elapsed().as_secs_f32());
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// Every mutation that the gateway serves has a row, or stands in the list of those whose row is to be written; no row is of
/// a mutation that there is not.
#[tokio::test(flavor = "multi_thread")]
async fn every_mutation_has_a_row() {
    let app = tests::app::TestApp::start(Db::Sqlite).await;
    let schema = schema::Schema::of(&app).await;
    let served: BTreeSet<_> = schema.fields("Mutation").iter().map(|field| field.name.clone()).collect();
    let swept: BTreeSet<_> = rows::all().iter().map(|row| row.mutation.to_owned()).collect();
    let to_do: BTreeSet<_> = rows::TO_DO.iter().map(|name| (*name).to_owned()).collect();
    let missing: BTreeSet<_> = served.difference(&swept).cloned().collect();
    assert_eq!(missing, to_do, "mutations without a row");
    assert_eq!(swept.difference(&served).collect::<Vec<_>>(), Vec::<&String>::new(), "rows without a mutation");
}

/// A1: everybody finds by id exactly what they may see, every field of all of it gives nothing else, be it an id, a count, a
/// figure or a text, and what is not theirs is answered like what is not there.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_shown_what_is_anothers(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let beginning = Beginning::on(db).await;
    let began = Instant::now();
    let scene = Scene::open(&beginning).await;
    let views = Views::of(&scene.app, scene.world()).await;
    let reading = Reading::new(&scene, &views);
    let everybody: Vec<Who> = scene.world().everybody().collect();
    let mut findings = reads::too_few(&views);
    for some in everybody.chunks(AT_ONCE) {
        findings.extend(join_all(some.iter().map(|who| reading.by(*who))).await.into_iter().flatten());
    }
    let took = began.elapsed().as_secs_f32();
    println!("{db:?}: {} people, {} in {took:.1} s", everybody.len(), reading.tried.told());
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// A1: a filter, or a search, finds and counts what fits among what its reader sees; what is hidden changes no count and no page.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_filter_tells_what_is_hidden(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let beginning = Beginning::on(db).await;
    let began = Instant::now();
    let scene = Scene::open(&beginning).await;
    let views = Views::of(&scene.app, scene.world()).await;
    let reading = Reading::new(&scene, &views);
    let filters = Filters::of(&scene.app).await;
    assert_eq!(filters.untried(scene.schema()), Vec::<String>::new(), "arguments of lists that are not tried");
    let everybody: Vec<Who> = scene.world().everybody().collect();
    let mut findings = Vec::new();
    for some in everybody.chunks(AT_ONCE) {
        findings.extend(join_all(some.iter().map(|who| reading.filtered(*who, &filters))).await.into_iter().flatten());
    }
    println!("{db:?}: {} in {:.1} s", reading.tried.told(), began.elapsed().as_secs_f32());
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// A1, R20: a stream tells exactly what the feed shows, to everybody who may follow it; to all others it is as if there were no such
/// account.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn streams_tell_what_feeds_show(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let beginning = Beginning::on(db).await;
    let began = Instant::now();
    let scene = Scene::open(&beginning).await;
    let views = Views::of(&scene.app, scene.world()).await;
    let reading = Reading::new(&scene, &views);
    let everybody: Vec<Who> = scene.world().everybody().collect();
    let (mut streams, mut findings) = (0, Vec::new());
    for (tried, found) in join_all(everybody.iter().map(|who| reading.followed(*who))).await {
        streams += tried;
        findings.extend(found);
    }
    println!("{db:?}: {streams} streams in {:.1} s", began.elapsed().as_secs_f32());
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// A1, rules §6: of everybody at two companies, a mail reaches exactly those who may see what it is about.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn mails_reach_those_who_may_know(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let beginning = Beginning::on(db).await;
    let scene = Scene::open(&beginning).await;
    let (findings, mails) = mailed::told(&scene).await;
    println!("{db:?}: {mails} mails");
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
}

/// A3: five hundred requests at once by everybody, through one gateway: each is answered as alone.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn loaders_do_not_mix_people(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let beginning = Beginning::on(db).await;
    let began = Instant::now();
    let scene = Arc::new(Scene::open(&beginning).await);
    let views = Views::of(&scene.app, scene.world()).await;
    let (findings, different) = crowd::at_once(Arc::clone(&scene), &views).await;
    println!("{db:?}: {different} different answers, in {:.1} s", began.elapsed().as_secs_f32());
    assert!(findings.is_empty(), "{} findings:\n{}", findings.len(), findings.join("\n"));
    assert!(different > 15, "{different} different answers: too few to show anything");
}

/// A1: each field of `Query`, each type that it leads to, and each argument that takes an id has a row: new ones fail by their
/// name until they have.
#[tokio::test(flavor = "multi_thread")]
async fn every_type_and_field_is_read() {
    let app = tests::app::TestApp::start(Db::Sqlite).await;
    assert_eq!(roots::without_row(&schema::Schema::of(&app).await), BTreeMap::new(), "what the sweep does not read");
}
