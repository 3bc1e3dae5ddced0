//! Values of an input that nobody means: text that attacks whoever shows it, numbers beyond their ends, what is missing.

use sea_orm::DbBackend;
use serde_json::{Value, json};

use super::again::KEY;
use super::call::End;
use super::trial::{Bad, Trial};

/// Text that no field takes: it hides, reorders or ends what stands around it, or is longer than the longest text.
const REFUSED: [(&str, &str); 7] = [
    ("a NUL", "with\0nul"),
    ("an escape sequence", "with\u{1b}[31mcolour"),
    ("a bidirectional override", "with\u{202e}gpj.exe"),
    ("an invisible space", "with\u{200b}space"),
    ("what Unicode never assigns", "with\u{ffff}none"),
    ("a carriage return alone", "with\rreturn"),
    ("a tag character", "with\u{e0041}tag"),
];

/// Text that is taken and given back as it is, or refused; where it is shown, it is escaped.
const EITHER: [(&str, &str); 12] = [
    ("markup", "<script>alert('x')</script>"),
    ("a template", "{{7*7}} ${7*7} {% raw %}"),
    ("SQL", "x'); DROP TABLE account; --"),
    ("a pattern", "100%_\\"),
    ("a header", "x\r\nBcc: eve@evil.example"),
    ("a lone dot", "x\r\n.\r\nQUIT"),
    ("Arabic", "شركة بولت للاستضافة"),
    ("what is joined", "👩\u{200d}💻 Müller & Söhne"),
    ("a path", "../../etc/passwd"),
    ("a number of a card", "4111 1111 1111 1111"),
    ("nothing", ""),
    ("a blank", "   "),
];

/// Longer than any name, and longer than any text.
const LENGTHS: [usize; 2] = [1_001, 20_000];

enum Due {
    Refused,
    /// Done or refused, but never half, and never a fault of ours.
    Either,
}

struct Odd {
    what: String,
    value: Value,
    due: Due,
}

fn odd(what: impl Into<String>, value: Value, due: Due) -> Odd {
    Odd { what: what.into(), value, due }
}

/// Each value of each valid input in turn becomes one of those above.
pub async fn hostile(trial: &mut Trial<'_>, inputs: Vec<Value>) {
    if trial.input_type().is_none() {
        return;
    }
    let who = trial.row.caller();
    for (at, input) in inputs.into_iter().enumerate() {
        let (mut bad, mut either, mut met) = (Vec::new(), Vec::new(), 0);
        for place in trial.places(&input) {
            for Odd { what, value, due } in
                oddities(trial, &place.at, &input, place.of.name(), place.of.item().is_some())
            {
                let what = format!("{} is {what}", place.at);
                match due {
                    // each place meets some of the texts, and each text some of the places
                    Due::Either if !is_turn(trial, met) => {}
                    Due::Refused => {
                        let mut input = input.clone();
                        *input.pointer_mut(&place.at).expect("a place") = value;
                        bad.push(Bad { what, who, input, codes: Vec::new() });
                    }
                    Due::Either => either.push((what, place.at.clone(), value)),
                }
                met += 1;
            }
            bad.extend(missing(who, &input, &place.at, place.of.is_required()));
        }
        bad.push(unknown_field(who, &input));
        trial.refused(bad).await;
        one_by_one(trial, at, input, either).await;
    }
}

/// Whether what may be taken is tried here: of two in turn the one on SQLite and the other on PostgreSQL, of a costly call one in seven.
fn is_turn(trial: &Trial<'_>, met: usize) -> bool {
    let is_postgres = trial.scene.app.db().get_database_backend() == DbBackend::Postgres;
    if trial.row.is_costly { met.is_multiple_of(7) } else { met % 2 == usize::from(is_postgres) }
}

/// A required value that is null, or not there at all.
fn missing(who: super::world::Who, input: &Value, at: &str, is_required: bool) -> Vec<Bad> {
    let (parent, name) = at.rsplit_once('/').expect("a pointer");
    if !is_required || name.parse::<usize>().is_ok() {
        return Vec::new();
    }
    let (mut null, mut absent) = (input.clone(), input.clone());
    null.pointer_mut(parent).expect("a place")[name] = Value::Null;
    absent.pointer_mut(parent).and_then(Value::as_object_mut).expect("an object").remove(name);
    let codes = vec![End::Error("BAD_USER_INPUT".to_owned())];
    [("null", null), ("not there", absent)]
        .map(|(what, input)| Bad { what: format!("{at} is {what}"), who, input, codes: codes.clone() })
        .into()
}

fn unknown_field(who: super::world::Who, input: &Value) -> Bad {
    let mut input = input.clone();
    input["isAdmin"] = json!(true);
    let codes = vec![End::Error("BAD_USER_INPUT".to_owned())];
    Bad { what: "a field that there is not".to_owned(), who, input, codes }
}

/// What a place of this type is made to hold.
fn oddities(trial: &Trial<'_>, at: &str, input: &Value, of: &str, is_list: bool) -> Vec<Odd> {
    if is_list {
        let item = input.pointer(at).and_then(|list| list.get(0)).cloned().unwrap_or_default();
        return vec![
            odd("a list of 2,000", Value::Array(vec![item; 2_000]), Due::Either),
            odd("an empty list", json!([]), Due::Either),
            odd("a list of null", json!([null]), Due::Refused),
        ];
    }
    if trial.scene.schema().is_enum(of) {
        return ["NONE_OF_THEM", "", "null"].map(|text| odd(format!("{text:?}"), json!(text), Due::Refused)).into();
    }
    let name = field(at);
    match of {
        "ID" => vec![odd("a number", json!(7), Due::Refused), odd("an object", json!({ "a": 1 }), Due::Refused)],
        "Boolean" => vec![odd("text", json!("yes"), Due::Refused), odd("a number", json!(2), Due::Refused)],
        "Int" => [0_i64, -1, i32::MAX.into(), i32::MIN.into()]
            .map(|number| odd(format!("{number}"), json!(number), Due::Either))
            .into_iter()
            .chain(
                [json!(i64::from(i32::MAX) + 1), json!(1.5), json!("1")].map(|v| odd(format!("{v}"), v, Due::Refused)),
            )
            .collect(),
        "String" if name == KEY => keys(),
        "String" => texts(trial.row.is_unshown(at)),
        "Date" => formatted(&["2026-13-01", "2026-02-30", "tomorrow", "2026-1-1"], &["0001-01-01", "9999-12-31"]),
        "DateTime" => {
            formatted(&["2026-11-21", "2026-11-21T25:00:00Z", "now"], &["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
        }
        "Decimal" => formatted(
            &["1e3", "NaN", "0x10", "1,00", "--1", "99999999999999999999999999"],
            &["-1.00", "0.001", "0", "92233720368547758.07"],
        ),
        "CurrencyCode" => formatted(&["eur", "EURO", "€"], &["XXX", "JPY"]),
        "CountryCode" => formatted(&["de", "DEU", "D"], &["ZZ", "EU"]),
        "Locale" => formatted(&["de_DE_utf8", "../en"], &["tlh", "zh-Hant-TW"]),
        "URL" => formatted(&["javascript:alert(1)", "file:///etc/passwd", "no address"], &["http://127.0.0.1/"]),
        _ => Vec::new(), // an input object: its own fields are places
    }
}

/// The last name in a pointer.
fn field(at: &str) -> &str {
    at.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default()
}

/// Idempotency keys: 8 to 64 characters. Source: the contract.
fn keys() -> Vec<Odd> {
    vec![
        odd("7 characters long", json!("ä".repeat(7)), Due::Refused),
        odd("65 characters long", json!("ä".repeat(65)), Due::Refused),
        odd("a key with a NUL", json!("with\0nul-in-it"), Due::Refused),
        odd("64 characters long", json!("ä".repeat(64)), Due::Either),
    ]
}

/// Text that nobody is shown may hide what it likes.
fn texts(is_unshown: bool) -> Vec<Odd> {
    let due = || if is_unshown { Due::Either } else { Due::Refused };
    let refused = REFUSED.iter().map(move |(what, text)| odd(*what, json!(text), due()));
    let either = EITHER.iter().map(|(what, text)| odd(*what, json!(text), Due::Either));
    let long = LENGTHS.map(|length| {
        let due = if length > 10_000 { due() } else { Due::Either };
        odd(format!("{length} characters long"), json!("ä".repeat(length)), due)
    });
    let other = [odd("a number", json!(7), Due::Refused)];
    refused.chain(either).chain(long).chain(other).collect()
}

/// Text that a scalar reads: what it does not take, and what it takes at its ends.
fn formatted(refused: &[&str], either: &[&str]) -> Vec<Odd> {
    let always = ["", " ", "a\0b", "<script>"];
    let refused = always.iter().chain(refused).map(|text| odd(format!("{text:?}"), json!(text), Due::Refused));
    let either = either.iter().map(|text| odd(format!("{text:?}"), json!(text), Due::Either));
    let long = [odd("10 kB long", json!("1".repeat(10_240)), Due::Refused)];
    refused.chain(either).chain(long).collect()
}

/// What may be done or refused is tried one at a time; whatever is done uses its subject up. What was refused is then made
/// once more, all together, to see that it leaves nothing behind.
async fn one_by_one(trial: &mut Trial<'_>, at: usize, mut input: Value, either: Vec<(String, String, Value)>) {
    let who = trial.row.caller();
    let mut refused = Vec::new();
    for (what, place, value) in either {
        let mut odd = input.clone();
        *odd.pointer_mut(&place).expect("a place of the input") = value.clone();
        let answer = trial.call(who, &odd).await;
        match trial.end(&what, &answer) {
            None => {}
            Some(End::Done) => {
                comes_back(trial, &what, &place, &value, answer.payload());
                input = make(trial, at).await;
            }
            Some(_) => refused.push((what, place, value)),
        }
    }
    let bad = refused.into_iter().map(|(what, place, value)| {
        let mut odd = input.clone();
        *odd.pointer_mut(&place).expect("a place of the input") = value;
        Bad { what, who, input: odd, codes: Vec::new() }
    });
    trial.refused(bad.collect()).await;
}

async fn make(trial: &Trial<'_>, at: usize) -> Value {
    let maker = if at == 0 { trial.row.make } else { trial.row.others[at - 1] };
    maker(&trial.scene).await
}

/// Text that was taken is given back as it was: trimmed, with the line breaks of all systems.
fn comes_back(trial: &mut Trial<'_>, what: &str, place: &str, value: &Value, payload: &Value) {
    let Some(text) = value.as_str().filter(|text| EITHER.iter().any(|(_, one)| one == text)) else { return };
    let kept = text.trim().replace("\r\n", "\n");
    if trial.row.is_unshown(place) || kept.is_empty() || holds(payload, &kept) {
        return;
    }
    trial.find(format!("{what}: it was taken, and comes back as something else: {payload}"));
}

fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(held) => held == text,
        Value::Array(all) => all.iter().any(|one| holds(one, text)),
        Value::Object(all) => all.values().any(|one| holds(one, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
