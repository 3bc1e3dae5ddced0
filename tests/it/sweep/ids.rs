//! Ids of an input that are not what they should be. Knowing an id is no right, and an answer tells nothing about one.

use api::id::{Kind, decode, encode};
use serde_json::{Value, json};
use uuid::Uuid;

use super::call::End;
use super::trial::{Bad, Trial};
use super::world::Who;

/// Each id of the input in turn becomes one of nothing, of another family's thing, of another type, and no id at all. All that
/// is answered is NOT_FOUND, in the same words; what is not there and what is another's cannot be told apart by a byte.
pub async fn swapped(trial: &mut Trial<'_>, inputs: &[Value]) {
    for input in inputs {
        let places = trial.places(input);
        for place in places.iter().filter(|place| place.of.name() == "ID" && place.of.item().is_none()) {
            let Some(valid) = input.pointer(&place.at).and_then(Value::as_str) else { continue };
            let (kind, _) = decode(valid).unwrap_or_else(|| panic!("{}: {} is no id", trial.row.name(), place.at));
            swap(trial, input, &place.at, kind).await;
        }
    }
}

async fn swap(trial: &mut Trial<'_>, input: &Value, at: &str, kind: Kind) {
    let absent = encode(kind, Uuid::now_v7()).0;
    let other_kind = if kind == Kind::DeadJob { Kind::Account } else { Kind::DeadJob };
    let mut ids = vec![("of nothing", absent)];
    let who = trial.row.caller();
    // to the staff, nothing is another's
    let foreign = (who != Who::Staff).then(|| trial.scene.world().foreign(kind)).flatten();
    if let Some(foreign) = foreign {
        ids.push(("of another's", foreign.to_owned()));
    }
    ids.push(("of another type", encode(other_kind, Uuid::now_v7()).0));
    ids.extend([("garbage", "not/an id".to_owned()), ("empty", String::new()), ("10 kB long", "A".repeat(10_240))]);
    let bad = ids.iter().map(|(what, id)| {
        let mut input = input.clone();
        *input.pointer_mut(at).expect("a place of the input") = json!(id);
        let codes = vec![End::Refused("NOT_FOUND".to_owned())];
        Bad { what: format!("{at} is an id {what}"), who, input, codes }
    });
    let answers = trial.refused(bad.collect()).await;
    let differs = ids.iter().zip(&answers).skip(1).find_map(|((what, _), answer)| {
        let (this, absent) = if *what == "of another's" {
            (answer.whole(), answers[0].whole())
        } else {
            (answer.said(), answers[0].said())
        };
        (this != absent).then(|| format!("{at} is an id {what}: {this}, where one of nothing gives {absent}"))
    });
    if let Some(differs) = differs {
        trial.find(differs);
    }
}
