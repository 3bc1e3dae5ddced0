//! Limits that hold on raw bytes, before anything is parsed.

use axum::http::StatusCode;

use crate::error::{Code, EdgeError};

/// Largest body, in bytes; also the largest WebSocket message.
pub const MAX_BODY: usize = 256 * 1024;
/// Longest query text, in bytes.
pub const MAX_QUERY: usize = 32 * 1024;
/// Deepest nesting of `{`, `[` and `(` together. The parser's stack holds about 1,250; our own queries need under 30.
pub const MAX_BRACKETS: usize = 64;

/// How a string writes U+0000, after its backslash. PostgreSQL keeps no such character, so no text has one; unwritten, neither
/// JSON nor a line of GraphQL takes it.
const NUL: &[u8] = b"u0000";

/// Size and bracket depth of JSON text.
pub fn check_json(json: &[u8]) -> Result<(), EdgeError> {
    if json.len() > MAX_BODY {
        return Err(too_large());
    }
    let mut depth = Depth::default();
    let mut bytes = json.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => loop {
                match bytes.next() {
                    Some(b'\\') if bytes.as_slice().starts_with(NUL) => return Err(nul()),
                    Some(b'\\') => drop(bytes.next()),
                    Some(b'"') => break,
                    Some(_) => {}
                    None => return Err(EdgeError::bad_input("The request is not JSON: a string does not end.")),
                }
            },
            other => depth.see(*other)?,
        }
    }
    Ok(())
}

/// The refusal of a body above [`MAX_BODY`].
pub fn too_large() -> EdgeError {
    EdgeError::new(Code::QueryTooLarge, "The request is larger than 256 kB.").with_status(StatusCode::PAYLOAD_TOO_LARGE)
}

/// Size and bracket depth of query text.
///
/// It sees strings, block strings and comments as the parser's grammar does. What the two could read differently, a string
/// that does not end, is refused here, so that no bracket the parser sees can hide from the count.
pub fn check_query(query: &str) -> Result<(), EdgeError> {
    if query.len() > MAX_QUERY {
        return Err(EdgeError::new(Code::QueryTooLarge, "The query is longer than 32 kB."));
    }
    if query.contains('\0') {
        return Err(nul());
    }
    let mut depth = Depth::default();
    let mut rest = query.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match byte {
            b'#' => &tail[tail.iter().position(|b| matches!(b, b'\n' | b'\r')).unwrap_or(tail.len())..],
            b'"' if tail.starts_with(b"\"\"") => after_block_string(&tail[2..])?,
            b'"' => after_string(tail)?,
            other => {
                depth.see(other)?;
                tail
            }
        };
    }
    Ok(())
}

fn after_block_string(mut text: &[u8]) -> Result<&[u8], EdgeError> {
    loop {
        if let Some(rest) = text.strip_prefix(b"\\\"\"\"") {
            text = rest;
        } else if let Some(rest) = text.strip_prefix(b"\"\"\"") {
            return Ok(rest);
        } else {
            text = text.get(1..).ok_or_else(open_string)?;
        }
    }
}

fn after_string(mut text: &[u8]) -> Result<&[u8], EdgeError> {
    loop {
        text = match text {
            [b'"', rest @ ..] => return Ok(rest),
            [b'\\', rest @ ..] if rest.starts_with(NUL) => return Err(nul()),
            [b'\\', _, rest @ ..] => rest,
            [b'\n' | b'\r', ..] | [] => return Err(open_string()),
            [_, rest @ ..] => rest,
        };
    }
}

fn nul() -> EdgeError {
    EdgeError::bad_input("No text may hold the character U+0000.")
}

fn open_string() -> EdgeError {
    EdgeError::bad_input("Syntax error: a string does not end.")
}

#[derive(Default)]
struct Depth(usize);

impl Depth {
    fn see(&mut self, byte: u8) -> Result<(), EdgeError> {
        match byte {
            b'{' | b'[' | b'(' => self.0 += 1,
            b'}' | b']' | b')' => self.0 = self.0.saturating_sub(1),
            _ => {}
        }
        if self.0 > MAX_BRACKETS {
            return Err(EdgeError::new(Code::QueryTooDeep, "Brackets are nested more than 64 deep."));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<(), EdgeError>) -> Option<Code> {
        result.err().map(|error| error.code)
    }

    #[test]
    fn brackets_count_where_the_parser_sees_them() {
        let deep = "[".repeat(65);
        for (query, refusal) in [
            (format!("{{ a(b: {}1) }}", "[".repeat(62)), None),
            (format!("{{ a(b: {}1) }}", "[".repeat(63)), Some(Code::QueryTooDeep)),
            (format!("# {deep}\n{{ a }}"), None),
            (format!("# x\r{deep}"), Some(Code::QueryTooDeep)),
            (format!("{{ a(b: \"{deep}\") }}"), None),
            (format!("{{ a(b: \"\\\"{deep}\") }}"), None),
            (format!("{{ a(b: \"\\\\\" c: {deep}"), Some(Code::QueryTooDeep)),
            (format!("{{ a(b: \"\"\" \" \\\"\"\" {deep} \"\"\") }}"), None),
            (format!("{{ a(b: \"\"\"\"\"\" c: {deep}"), Some(Code::QueryTooDeep)),
            (format!("{{ a(b: \"\"\" \" {deep}"), Some(Code::BadUserInput)),
            (format!("{{ a(b: \"x\n{deep}"), Some(Code::BadUserInput)),
            ("]".repeat(500) + &deep, Some(Code::QueryTooDeep)),
            (" ".repeat(MAX_QUERY + 1), Some(Code::QueryTooLarge)),
            ("{ a(b: \"x\\u0000\") }".to_owned(), Some(Code::BadUserInput)),
            ("{ a(b: \"\"\"x\0\"\"\") }".to_owned(), Some(Code::BadUserInput)),
            ("{ a(b: \"x\\\\u0000\") }".to_owned(), None), // a backslash, and what follows it
        ] {
            assert_eq!(code(check_query(&query)), refusal, "{query}");
        }
    }

    #[test]
    fn json_is_bounded_in_size_and_depth() {
        let nested = |n: usize| format!("{{\"variables\":{}{}}}", "[".repeat(n), "]".repeat(n));
        assert_eq!(code(check_json(nested(63).as_bytes())), None);
        assert_eq!(code(check_json(nested(64).as_bytes())), Some(Code::QueryTooDeep));
        assert_eq!(code(check_json(format!("{{\"query\":\"{}\"}}", "[".repeat(500)).as_bytes())), None);
        assert_eq!(code(check_json(format!("[\"\\\\\",{}", "[".repeat(500)).as_bytes())), Some(Code::QueryTooDeep));
        assert_eq!(code(check_json(&vec![b' '; MAX_BODY + 1])), Some(Code::QueryTooLarge));
        assert_eq!(code(check_json(b"{\"query")), Some(Code::BadUserInput));
        assert_eq!(code(check_json(br#"{"variables":{"name":"x\u0000"}}"#)), Some(Code::BadUserInput));
        assert_eq!(code(check_json(br#"{"variables":{"name":"x\\u0000"}}"#)), None);
    }
}
