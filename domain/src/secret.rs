//! Secrets: where they come from, and the only form in which they are stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// A new opaque URL-safe token of 256 bits.
pub fn new_token() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

/// Random bytes, for what is no secret but must not be drawn twice.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0_u8; N];
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

/// How every API key begins: so that one is known from a sign-in, and found by those who look for leaked ones.
const API_KEY: &str = "mandate_key_";

/// A new API key: its beginning, and 256 bits.
pub fn new_api_key() -> String {
    format!("{API_KEY}{}", new_token())
}

/// Whether a bearer token is an API key.
pub fn is_api_key(token: &str) -> bool {
    token.starts_with(API_KEY)
}

/// What is stored of a token: it has enough entropy for a plain hash. The look-up is by this value, so its time tells
/// nothing about the token.
pub fn hash(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// The hash by which a repeated input is recognised.
pub fn fingerprint(input: &serde_json::Value) -> String {
    hash(&input.to_string())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
