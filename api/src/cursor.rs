//! Pages: opaque cursors that hold the sort key of a row, and the quartet `first`, `after`, `last`, `before`.
//!
//! A cursor says where a page begins, never what may be seen on it; one that is made up moves the beginning, no more.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::page::PageRequest;
use serde::{Serialize, de::DeserializeOwned};

use crate::error::EdgeError;

/// Size of a page that was not asked for.
pub const DEFAULT_PAGE: u32 = 20;
/// Largest page.
pub const MAX_PAGE: u32 = 100;
/// Longest cursor. A sort key holds a name at most.
const MAX_CURSOR: usize = 2_048;

/// The text of a sort key, for instance `(name, id)` or a position. Floats have no place in one.
pub fn encode<K: Serialize>(key: &K) -> Result<String, EdgeError> {
    serde_json::to_vec(key).map(|json| URL_SAFE_NO_PAD.encode(json)).map_err(|_| EdgeError::internal())
}

/// The sort key of a cursor that this kind of list gave out.
pub fn decode<K: DeserializeOwned>(cursor: &str) -> Result<K, EdgeError> {
    let key = (cursor.len() <= MAX_CURSOR)
        .then(|| URL_SAFE_NO_PAD.decode(cursor).ok())
        .flatten()
        .and_then(|json| serde_json::from_slice(&json).ok());
    key.ok_or_else(|| EdgeError::bad_input("This is not a cursor of this list."))
}

/// Reads the quartet. Sizes outside 1 to 100, both at once, and cursors of other lists are `BAD_USER_INPUT`.
pub fn page<K: DeserializeOwned>(
    first: Option<i32>,
    after: Option<&str>,
    last: Option<i32>,
    before: Option<&str>,
) -> Result<PageRequest<K>, EdgeError> {
    let size = |name: &str, size: i32| {
        let size = u32::try_from(size).ok().filter(|size| (1..=MAX_PAGE).contains(size));
        size.ok_or_else(|| EdgeError::bad_input(format!("`{name}` must be from 1 to 100.")))
    };
    let (limit, from_back) = match (first, last) {
        (Some(_), Some(_)) => return Err(EdgeError::bad_input("`first` and `last` cannot be combined.")),
        (None, Some(last)) => (size("last", last)?, true),
        (Some(first), None) => (size("first", first)?, false),
        // `before` alone asks for what comes right before it.
        (None, None) => (DEFAULT_PAGE, before.is_some() && after.is_none()),
    };
    Ok(PageRequest { limit, from_back, after: after.map(decode).transpose()?, before: before.map(decode).transpose()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Key = (String, u64);

    #[test]
    fn the_quartet_is_read() {
        let key: Key = ("Älpli, \"Zürich\"".into(), 7);
        let cursor = encode(&key).unwrap();
        let forward = page::<Key>(Some(5), Some(&cursor), None, None).unwrap();
        assert_eq!(forward, PageRequest { limit: 5, from_back: false, after: Some(key.clone()), before: None });
        let backward = page::<Key>(None, None, Some(100), Some(&cursor)).unwrap();
        assert_eq!(backward, PageRequest { limit: 100, from_back: true, after: None, before: Some(key) });
        assert_eq!(page::<Key>(None, None, None, None).unwrap().limit, DEFAULT_PAGE);
    }

    #[test]
    fn what_is_no_page_is_refused() {
        for (first, last) in
            [(Some(101), None), (Some(100_000), None), (None, Some(0)), (Some(-1), None), (Some(1), Some(1))]
        {
            assert!(page::<Key>(first, None, last, None).is_err(), "{first:?} {last:?}");
        }
        let of_another_list = encode(&42_u64).unwrap();
        let long = encode(&("x".repeat(5_000), 1_u64)).unwrap();
        for cursor in ["", "!", "AAAA", &of_another_list, &long, &URL_SAFE_NO_PAD.encode("[".repeat(1_500))] {
            assert!(page::<Key>(None, Some(cursor), None, None).is_err(), "{cursor}");
        }
    }
}
