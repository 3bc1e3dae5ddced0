//! DKIM: a signature by which the readers' servers know that the provider's domain stands behind a mail, and that nobody changed it.
//!
//! RFC 6376, relaxed/relaxed, over the whole body; `rsa-sha256`, or `ed25519-sha256` (RFC 8463) where that is the key. Signed with
//! ring: lettre's own signing brings a crate along whose timing tells the key. There is no time in a signature, so that copies of a
//! mail stay equal.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA256, digest};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject as _;
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

/// The fields that are signed where a mail has them. Each stands once more in `h=` than in the mail, so that nobody can add one.
const FIELDS: [&str; 11] = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
];
/// Characters of the signature on a line.
const WIDTH: usize = 72;

/// Why a key cannot sign. Never shows the key.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum DkimError {
    #[error("MANDATE_DKIM_KEY is no private key in PEM form (-----BEGIN PRIVATE KEY-----)")]
    NoKey,
    #[error("MANDATE_DKIM_KEY is neither an RSA key of 2048 bits or more nor an Ed25519 key: {0}")]
    Refused(String),
    #[error("MANDATE_DKIM_SELECTOR is {0:?}, but must be the name of a DNS label such as mandate2026")]
    Selector(String),
    #[error(
        "MANDATE_DKIM_DOMAIN is {domain:?}, but mails are from {from:?}: it must be that domain, or one that it is under"
    )]
    Domain { domain: String, from: String },
    #[error("a mail could not be signed")]
    Signing,
}

/// Signs mails for one domain.
pub struct Signer {
    domain: String,
    selector: String,
    key: Key,
}

enum Key {
    Ed25519(Box<Ed25519KeyPair>),
    Rsa(Box<RsaKeyPair>),
}

impl Signer {
    /// With the private key whose public half stands in the DNS at `<selector>._domainkey.<domain>`.
    pub fn new(domain: &str, selector: &str, pem: &SecretString) -> Result<Self, DkimError> {
        if !is_name(selector) {
            return Err(DkimError::Selector(selector.to_owned()));
        }
        let der = PrivateKeyDer::from_pem_slice(pem.expose_secret().as_bytes()).map_err(|_| DkimError::NoKey)?;
        let refused = |rejected: ring::error::KeyRejected| DkimError::Refused(rejected.to_string());
        let key = match &der {
            PrivateKeyDer::Pkcs1(der) => {
                Key::Rsa(Box::new(RsaKeyPair::from_der(der.secret_pkcs1_der()).map_err(refused)?))
            }
            PrivateKeyDer::Pkcs8(der) => match Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der()) {
                Ok(key) => Key::Ed25519(Box::new(key)),
                Err(_) => Key::Rsa(Box::new(RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).map_err(refused)?)),
            },
            PrivateKeyDer::Sec1(_) | _ => return Err(DkimError::Refused("it is of another kind".to_owned())),
        };
        Ok(Self { domain: domain.to_ascii_lowercase(), selector: selector.to_owned(), key })
    }

    /// Whether a signature of this domain stands for mails from that one, by the relaxed rule of DMARC.
    /// # Errors
    /// `Domain` if not: a signature that does not count is a mistake in the settings.
    pub(super) fn vouches_for(&self, from: &str) -> Result<(), DkimError> {
        let from = from.to_ascii_lowercase();
        let is_under = from.strip_suffix(&self.domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        let is_domain = self.domain.contains('.') && self.domain.split('.').all(is_name);
        if is_under && is_domain { Ok(()) } else { Err(DkimError::Domain { domain: self.domain.clone(), from }) }
    }

    /// The mail with its signature in front. `raw` has `CRLF` line ends.
    pub(super) fn sign(&self, raw: &[u8]) -> Result<Vec<u8>, DkimError> {
        let text = std::str::from_utf8(raw).map_err(|_| DkimError::Signing)?;
        let (head, body) = text.split_once("\r\n\r\n").ok_or(DkimError::Signing)?;
        let head = format!("{head}\r\n");
        let fields = fields(&head);
        let (mut names, mut signed) = (Vec::new(), String::new());
        for name in FIELDS {
            let found = fields.iter().rev().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            for (_, value) in found {
                names.push(name);
                signed.push_str(&relaxed(name, value));
                signed.push_str("\r\n");
            }
            names.push(name);
        }
        let mut field = format!(
            " v=1; a={}; c=relaxed/relaxed; d={};\r\n\ts={};\r\n\th={};\r\n\tbh={};\r\n\tb=",
            self.algorithm(),
            self.domain,
            self.selector,
            names.join(":\r\n\t "),
            BASE64_STANDARD.encode(digest(&SHA256, relaxed_body(body).as_bytes())),
        );
        signed.push_str(&relaxed("DKIM-Signature", &field));
        let signature = BASE64_STANDARD.encode(self.signature(signed.as_bytes())?);
        for line in signature.as_bytes().chunks(WIDTH) {
            let _ = write!(field, "\r\n\t{}", String::from_utf8_lossy(line));
        }
        Ok([b"DKIM-Signature:", field.as_bytes(), b"\r\n", raw].concat())
    }

    const fn algorithm(&self) -> &'static str {
        match self.key {
            Key::Ed25519(_) => "ed25519-sha256",
            Key::Rsa(_) => "rsa-sha256",
        }
    }

    fn signature(&self, signed: &[u8]) -> Result<Vec<u8>, DkimError> {
        match &self.key {
            Key::Ed25519(key) => Ok(key.sign(digest(&SHA256, signed).as_ref()).as_ref().to_vec()),
            Key::Rsa(key) => {
                let mut signature = vec![0; key.public().modulus_len()];
                let made = key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed, &mut signature);
                made.map(|()| signature).map_err(|_| DkimError::Signing)
            }
        }
    }
}

fn is_name(label: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_' || c == '.';
    !label.is_empty() && label.len() <= 63 && label.chars().all(is_plain) && !label.starts_with(['.', '-'])
}

/// Names and values, the lines of a folded value with their ends.
fn fields(head: &str) -> Vec<(&str, String)> {
    let mut fields: Vec<(&str, String)> = Vec::new();
    for line in head.split_inclusive("\r\n") {
        match (line.starts_with([' ', '\t']), fields.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => value.push_str(line),
            (_, _, Some((name, value))) => fields.push((name, value.to_owned())),
            _ => {}
        }
    }
    fields
}

/// RFC 6376 §3.4.2: the name in small letters, the value unfolded, each run of white space one space, none around it.
fn relaxed(name: &str, value: &str) -> String {
    let words: Vec<_> = value.split(|c: char| c.is_ascii_whitespace()).filter(|word| !word.is_empty()).collect();
    format!("{}:{}", name.to_ascii_lowercase(), words.join(" "))
}

/// RFC 6376 §3.4.4: no white space at the ends of lines, each run of it one space, no empty lines at the end.
fn relaxed_body(body: &str) -> String {
    let mut relaxed = String::with_capacity(body.len());
    for line in body.split("\r\n") {
        let starts_blank = line.starts_with([' ', '\t']);
        let words: Vec<_> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        if starts_blank && !words.is_empty() {
            relaxed.push(' ');
        }
        relaxed.push_str(&words.join(" "));
        relaxed.push_str("\r\n");
    }
    let kept = relaxed.trim_end_matches("\r\n").len();
    relaxed.truncate(kept);
    if !relaxed.is_empty() {
        relaxed.push_str("\r\n");
    }
    relaxed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6376 §3.4.5, its example.
    #[test]
    fn the_example_of_the_standard() {
        let fields = fields("A: X\r\nB : Y\t\r\n\tZ  \r\n");
        let all: Vec<_> = fields.iter().map(|(name, value)| relaxed(name.trim_end(), value)).collect();
        assert_eq!(all, ["a:X", "b:Y Z"]);
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
    }
}
