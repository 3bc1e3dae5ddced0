//! Signatures of events: `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "t.body">`, as Stripe has them.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Seconds by which a signature may be older, or newer, than now: what was recorded cannot be sent again for long.
const TOLERANCE: i64 = 300;

/// Whether the body was signed with this secret at about this time. One of several signatures is enough: a secret that is being
/// replaced signs beside the new one.
pub fn is_right(secret: &[u8], signature: &str, body: &[u8], now: DateTime<Utc>) -> bool {
    let parts = || signature.split(',').filter_map(|part| part.trim().split_once('='));
    let Some(at) = parts().find_map(|(name, value)| (name == "t").then(|| value.parse::<i64>().ok())).flatten() else {
        return false;
    };
    if now.timestamp().abs_diff(at) > TOLERANCE.unsigned_abs() {
        return false;
    }
    let given = parts().filter(|(name, _)| *name == "v1").filter_map(|(_, value)| from_hex(value));
    given.take(8).any(|given| keyed(secret, at, body).verify_slice(&given).is_ok())
}

/// Signs a body.
pub fn sign(secret: &[u8], body: &[u8], now: DateTime<Utc>) -> String {
    let at = now.timestamp();
    let sum = keyed(secret, at, body).finalize().into_bytes();
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={at},v1={hex}")
}

fn keyed(secret: &[u8], at: i64, body: &[u8]) -> Hmac<Sha256> {
    let mut keyed = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length");
    keyed.update(at.to_string().as_bytes());
    keyed.update(b".");
    keyed.update(body);
    keyed
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// Against `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_abc`.
    #[test]
    fn a_signature_is_what_others_compute() {
        let known = "t=1700000000,v1=bad9ac117e973d721c232d46744158d75e3f1b44e36771e13d01b9e6a580bc72";
        assert_eq!(sign(b"whsec_abc", b"{}", at(1_700_000_000)), known);
        assert!(is_right(b"whsec_abc", known, b"{}", at(1_700_000_000)));
    }

    #[test]
    fn whatever_differs_is_refused() {
        let right = sign(b"secret", b"body", at(1_000_000));
        let sum = right.split_once("v1=").unwrap().1;
        let accepts = |signature: &str, body: &[u8], now| is_right(b"secret", signature, body, at(now));
        assert!(accepts(&right, b"body", 1_000_300) && accepts(&right, b"body", 999_700));
        assert!(accepts(&format!("t=1000000,v1={},v1={sum}", "0".repeat(64)), b"body", 1_000_000));
        assert!(!accepts(&right, b"body", 1_000_301) && !accepts(&right, b"body", 999_699));
        assert!(!accepts(&right, b"bodY", 1_000_000));
        assert!(!is_right(b"secreT", &right, b"body", at(1_000_000)));
        assert!(!accepts(&format!("t=1000001,v1={sum}"), b"body", 1_000_000));
        for wrong in ["", "t=", "v1=", "t=1000000", "t=1000000,v1=", "t=1000000,v1=zz", "t=-9223372036854775808,v1=00"]
        {
            assert!(!accepts(wrong, b"body", 1_000_000), "{wrong}");
        }
        assert!(!accepts(&format!("t=1000000,v1={}", "\u{e9}".repeat(32)), b"body", 1_000_000));
        assert!(!accepts(&format!("t=1000000,v0={sum}"), b"body", 1_000_000));
    }
}
