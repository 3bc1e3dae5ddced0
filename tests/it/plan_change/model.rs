//! Random orders, renewals, plan changes, credits, transfers, changes of the payer, ends, and days that go by, on one database:
//! whatever comes after what, the independent auditor finds the books right.
//!
//! Each step is a call of the API, which may refuse it, but not fail. After each, debits equal credits per currency and every product is
//! where the model says; after some, every invoice is computed once more, the law discount + cashback = D holds on each covered line,
//! numbers are 1 to n, and what is credited, paid back and taken back adds up. What fails is made smaller, and printed with its seed.

mod steps;
mod walk;

use std::cell::Cell;

use proptest::collection::vec;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use rstest::rstest;
use tests::database::Db;
use tokio::runtime::Runtime;

use self::steps::step;
use self::walk::Walk;

/// Takes so many random steps in all, in walks of at most `longest` of which each has the next seed, and audits after each `every`th.
fn walk(db: Db, first_seed: u64, steps: usize, longest: usize, every: usize) {
    let runtime = Runtime::new().expect("a runtime");
    let (taken, refused) = (Cell::new(0), Cell::new(0));
    let mut seed = first_seed;
    while taken.get() + refused.get() < steps {
        let config = Config {
            rng_seed: RngSeed::Fixed(seed),
            cases: 1,
            max_shrink_iters: 200,
            max_shrink_time: 600_000,
            failure_persistence: None,
            ..Config::default()
        };
        let end = TestRunner::new(config).run(&vec(step(), 1..=longest), |steps| {
            println!("MODEL_SEED={seed} begins the same again: {} steps", steps.len());
            let walk = runtime.block_on(Walk::take_all(db, &steps, every));
            taken.set(taken.get() + walk.taken);
            refused.set(refused.get() + walk.refused);
            Ok(())
        });
        if let Err(TestError::Fail(reason, steps)) = end {
            panic!("MODEL_SEED={seed}: {reason}\n{} steps are enough for it: {steps:#?}", steps.len());
        }
        seed = seed.wrapping_add(1);
    }
    println!(
        "{} steps were taken and {} refused, in {} walks",
        taken.get(),
        refused.get(),
        seed.wrapping_sub(first_seed)
    );
    assert!(taken.get() * 2 > refused.get(), "hardly anything was done");
}

/// R13, S5.9b, S1.13: sixty steps on each database, the same in each run; the full size draws another seed each time.
#[rstest]
fn whatever_comes_after_what_the_books_are_right(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    walk(db, 4, 60, 60, 1);
}

/// The full size: 10,000 steps on each database. `docs/promises.md` says how to run it.
#[rstest]
#[ignore = "takes long: the small one runs with every test"]
fn ten_thousand_steps(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    walk(db, seed(), 10_000, 500, 25);
}

/// Another one each time, unless one is given.
fn seed() -> u64 {
    std::env::var("MODEL_SEED")
        .map_or_else(|_| uuid::Uuid::now_v7().as_u64_pair().1, |seed| seed.parse().expect("a number"))
}
