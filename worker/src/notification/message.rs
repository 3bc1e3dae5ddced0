//! A rendered mail as RFC 5322 wants it: headers, `multipart/alternative`, the bytes to send.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MessageBuilder, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};
use uuid::Uuid;

use super::{Attachment, dkim::Signer, render::RenderError};

/// A mail, ready to be sent any number of times: rendering the same request again gives the same bytes.
pub struct Mail {
    pub id: Uuid,
    pub created_at: DateTime<Utc>,
    /// With its angle brackets.
    pub message_id: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub(super) envelope: Envelope,
    pub(super) raw: Vec<u8>,
}

impl Mail {
    /// The whole message with `CRLF` line ends.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// What the recipient's address has after its `@`, in small letters.
    pub(super) fn domain(&self) -> String {
        self.envelope.to().first().map(|to| to.domain().to_ascii_lowercase()).unwrap_or_default()
    }
}

/// What [`build`] puts together.
pub(super) struct Parts<'a> {
    pub(super) id: Uuid,
    pub(super) created_at: DateTime<Utc>,
    pub(super) from: Mailbox,
    pub(super) to: Mailbox,
    /// Whoever answers go to, where that is not the sender.
    pub(super) reply_to: Option<Mailbox>,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
    pub(super) stop_url: Option<&'a str>,
    pub(super) attachment: Option<&'a Attachment>,
    pub(super) signer: Option<&'a Signer>,
}

pub(super) fn build(parts: Parts<'_>) -> Result<Mail, RenderError> {
    let Parts { id, created_at, from, to, reply_to, subject, text, html, stop_url, attachment, signer } = parts;
    let message_id = format!("<{id}@{}>", from.email.domain());
    let sent = u64::try_from(created_at.timestamp()).unwrap_or_default();
    // A fixed boundary keeps copies equal; "=_" cannot occur in quoted-printable, so no text can close a part.
    let body = MultiPart::alternative()
        .boundary(format!("=_{}", id.simple()))
        .singlepart(part(ContentType::TEXT_PLAIN, text.clone()))
        .singlepart(part(ContentType::TEXT_HTML, html.clone()));
    let body = match attachment {
        None => body,
        Some(Attachment { file_name, bytes }) => {
            let kind = ContentType::parse("application/pdf")?;
            let file = lettre::message::Attachment::new(file_name.clone()).body(bytes.clone(), kind);
            MultiPart::mixed().boundary(format!("=_mixed_{}", id.simple())).multipart(body).singlepart(file)
        }
    };
    let builder = Message::builder().from(from).to(to);
    let message = stopping(reply_to.into_iter().fold(builder, MessageBuilder::reply_to), stop_url)
        .subject(subject.clone())
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(sent))
        .message_id(Some(message_id.clone()))
        // RFC 3834: no out-of-office note answers it.
        .raw_header(field("Auto-Submitted", "auto-generated".to_owned()))
        .multipart(body)?;
    let (envelope, raw) = (message.envelope().clone(), message.formatted());
    let raw = match signer {
        Some(signer) => signer.sign(&raw)?,
        None => raw,
    };
    Ok(Mail { id, created_at, message_id, subject, text, html, envelope, raw })
}

/// RFC 2369; and RFC 8058, by which the reader's mail program may post there itself: over HTTPS alone.
fn stopping(builder: MessageBuilder, url: Option<&str>) -> MessageBuilder {
    let Some(url) = url else { return builder };
    let builder = builder.raw_header(field("List-Unsubscribe", format!("<{url}>")));
    if !url.starts_with("https:") {
        return builder;
    }
    builder.raw_header(field("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()))
}

fn field(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// Quoted-printable whatever the content: no bare line end, no long line, no byte above 127 is left to a server's taste.
fn part(kind: ContentType, content: String) -> SinglePart {
    SinglePart::builder().header(kind).header(ContentTransferEncoding::QuotedPrintable).body(content)
}

/// `name` must be clean already. An internationalised domain goes out in its ASCII form, which every server knows.
pub(super) fn mailbox(name: String, email: &str) -> Result<Mailbox, RenderError> {
    let broken = || RenderError::Address { address: email.escape_debug().take(80).collect() };
    if email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(broken());
    }
    let (local, domain) = email.rsplit_once('@').ok_or_else(broken)?;
    let ascii =
        if domain.is_ascii() { domain.to_owned() } else { idna::domain_to_ascii(domain).map_err(|_| broken())? };
    let address = Address::new(local, ascii).map_err(|_| broken())?;
    Ok(Mailbox::new((!name.is_empty()).then_some(name), address))
}
