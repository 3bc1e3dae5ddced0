//! What the documents say is done as they say it: every command, and every operation of the API's tour.

use std::{fs, path::Path};

mod command;
mod tour;

/// A document of the project.
fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).expect(path)
}

/// What stands between the fences of this language, in order.
fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    document.split(fence.as_str()).skip(1).map(|rest| rest.split("\n```").next().expect("a block")).collect()
}
