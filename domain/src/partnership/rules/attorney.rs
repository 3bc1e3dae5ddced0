//! The evidence of a mandate.

use chrono::NaiveDate;

use crate::error::Refusal;
use crate::text;

/// A power of attorney, as it is kept: what its holder says of it, so that it can be found and held against the paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The day that stands on it.
    pub signed_on: NaiveDate,
    /// Where it is filed.
    pub reference: String,
    /// The SHA-256 of the scanned document, in small hexadecimal digits.
    pub document_sha256: Option<String>,
}

/// Whether this is evidence: signed by today, filed somewhere, and with a digest that is one. Source: S5.5.
pub fn evidence(
    signed_on: NaiveDate,
    reference: &str,
    document_sha256: Option<&str>,
    today: NaiveDate,
) -> Result<Evidence, Refusal> {
    if signed_on > today {
        return Err(Refusal::invalid("signedOn", "lies in the future"));
    }
    let reference = text::line("reference", reference, text::NAME)?;
    let document_sha256 = text::optional_line("documentSha256", document_sha256, 64)?
        .map(|digest| digest.to_ascii_lowercase())
        .map(|digest| if is_digest(&digest) { Ok(digest) } else { Err(no_digest()) })
        .transpose()?;
    Ok(Evidence { signed_on, reference, document_sha256 })
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn no_digest() -> Refusal {
    Refusal::invalid("documentSha256", "must be the 64 hexadecimal digits of a SHA-256")
}
