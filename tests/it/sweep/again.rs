//! The call made twice, and ten times at once: by a double click, by a client that repeats itself, by two at the same time.

use std::collections::BTreeMap;

use futures::future::join_all;
use serde_json::{Value, json};

use super::call::{Answer, End};
use super::row::Again;
use super::trial::{Bad, Trial};
use super::world::Who;

/// The field that makes a repeated call the same call.
pub const KEY: &str = "idempotencyKey";
/// What a call leaves behind even when it changes nothing: who did it, and by which key.
const TRAIL: [&str; 2] = ["audit_entry", "idempotency_key"];
const AT_ONCE: usize = 10;

/// A second time: by the same key the first answer, to no further effect; by another key, or where there is none, what the row
/// says. A key for something else is refused, and says nothing to anybody but its user.
///
/// Tells what the first one left behind.
pub async fn repeated(trial: &mut Trial<'_>) -> BTreeMap<String, i64> {
    let who = trial.row.caller();
    let input = trial.input().await;
    let before = trial.digest().await;
    let first = trial.call(who, &input).await;
    let one = trial.grown_since(&before).await;
    if trial.end("the first of two calls", &first) != Some(End::Done) {
        trial.find(format!("the first of two calls: {}", first.said()));
        return one;
    }
    let mut next = input.clone();
    if !input[KEY].is_null() {
        same_key(trial, who, &input, &first).await;
        other_body(trial, who, &input).await;
        other_user(trial, &input, &first).await;
        next[KEY] = json!(trial.scene.key());
    }
    let before = trial.digest().await;
    let second = trial.call(who, &next).await;
    let Some(end) = trial.end("the second of two calls", &second) else { return one };
    let grown = trial.grown_since(&before).await;
    match (trial.row.again, end) {
        (Again::Another, End::Done) => {}
        (Again::Same, End::Done) => {
            if grown.keys().any(|table| !TRAIL.contains(&table.as_str())) {
                trial.find(format!("the second of two calls has an effect: {grown:?}"));
            }
        }
        (Again::Refused(codes), End::Refused(code)) if codes[0] == code => {
            if !grown.is_empty() {
                trial.find(format!("the second of two calls was refused and has an effect: {grown:?}"));
            }
        }
        (expected, end) => {
            trial.find(format!("the second of two calls: {end}, where {expected:?} is due: {}", second.said()));
        }
    }
    one
}

async fn same_key(trial: &mut Trial<'_>, who: Who, input: &Value, first: &Answer) {
    let before = trial.digest().await;
    let again = trial.call(who, input).await;
    if again.said() != first.said() {
        trial.find(format!("the same key answers {}, where the first answer was {}", again.said(), first.said()));
    }
    let changed = trial.changed_since(&before).await;
    if !changed.is_empty() {
        trial.find(format!("the same key once more changes {changed:?}"));
    }
}

/// The same key for something else, by whatever the input can be made to differ in.
async fn other_body(trial: &mut Trial<'_>, who: Who, input: &Value) {
    let mut other = trial.input().await;
    other[KEY] = input[KEY].clone();
    if other == *input {
        return; // the row has no other subject to name
    }
    // keys are kept per account: what is about another account is another key's affair
    let codes = vec![End::Refused("IDEMPOTENCY_KEY_REUSED".to_owned())];
    trial.refused(vec![Bad { what: "the same key for something else".to_owned(), who, input: other, codes }]).await;
}

/// The same key by another user who may: their own call, not the first one's answer.
async fn other_user(trial: &mut Trial<'_>, input: &Value, first: &Answer) {
    let caller = trial.row.caller();
    let others = trial
        .scene
        .world()
        .everybody()
        .filter(|who| *who != caller && *who != Who::Staff && trial.row.ways[0].lets(*who));
    let Some(other) = others.last() else { return };
    let answer = trial.call(other, input).await;
    let Some(end) = trial.end("another user's key", &answer) else { return };
    let is_replayed = end.is_done() && answer.said() == first.said() && trial.row.again != Again::Same;
    if is_replayed {
        trial.find(format!("another user's key answers what it answered to the first: {}", answer.said()));
    }
}

/// Ten at once: by one key ten equal answers and one effect; by ten keys, or without any, what the row says.
pub async fn at_once(trial: &mut Trial<'_>, one: BTreeMap<String, i64>) {
    let who = trial.row.caller();
    let input = trial.input().await;
    let has_key = !input[KEY].is_null();
    if has_key {
        let (ten, answers) = effect(trial, who, &input, false).await;
        if ten != one {
            trial.find(format!("ten at once by one key do {ten:?}, where one does {one:?}"));
        }
        if let Some(other) = answers.iter().find(|answer| answer.said() != answers[0].said()) {
            trial.find(format!("ten at once by one key answer {} and {}", answers[0].said(), other.said()));
        }
    }
    let input = if has_key { trial.input().await } else { input };
    let (ten, answers) = effect(trial, who, &input, has_key).await;
    let mut ends = Vec::new();
    for answer in &answers {
        ends.extend(trial.end("ten at once", answer));
    }
    let done = ends.iter().filter(|end| end.is_done()).count();
    let is_right = match trial.row.again {
        Again::Another | Again::Same => done == AT_ONCE,
        Again::Refused(codes) => {
            let refused = |end: &End| matches!(end, End::Refused(code) if codes.contains(&code.as_str()));
            done == 1 && ends.iter().filter(|end| refused(end)).count() == AT_ONCE - 1
        }
    };
    if !is_right {
        let ends: Vec<_> = ends.iter().map(ToString::to_string).collect();
        trial.find(format!("ten at once end {ends:?}, where {:?} is due", trial.row.again));
    }
    let trailless = |grown: &BTreeMap<String, i64>| -> BTreeMap<String, i64> {
        grown
            .iter()
            .filter(|(table, _)| !TRAIL.contains(&table.as_str()))
            .map(|(table, n)| (table.clone(), *n))
            .collect()
    };
    let expected = match trial.row.again {
        Again::Another => return,
        Again::Same => (trailless(&ten), trailless(&one)),
        Again::Refused(_) => (ten, one),
    };
    if expected.0 != expected.1 {
        trial.find(format!("ten at once do {:?}, where one does {:?}", expected.0, expected.1));
    }
}

/// What ten equal calls at once leave behind, and their answers. They differ in their keys where that is asked for.
async fn effect(
    trial: &mut Trial<'_>,
    who: Who,
    input: &Value,
    by_own_keys: bool,
) -> (BTreeMap<String, i64>, Vec<Answer>) {
    let mut inputs = vec![input.clone(); AT_ONCE];
    for input in inputs.iter_mut().filter(|_| by_own_keys) {
        input[KEY] = json!(trial.scene.key());
    }
    let before = trial.digest().await;
    trial.calls += AT_ONCE as u64;
    let answers = join_all(inputs.iter().map(|input| trial.send(who, input))).await;
    (trial.grown_since(&before).await, answers)
}
