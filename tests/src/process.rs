//! The product as a process of its own.

use std::path::PathBuf;

/// The binary that Cargo has built beside the tests.
///
/// # Panics
/// When the tests do not lie where Cargo puts them.
pub fn binary() -> PathBuf {
    let here = std::env::current_exe().expect("this program");
    here.parent().and_then(|deps| deps.parent()).expect("Cargo's folder").join("mandate")
}
