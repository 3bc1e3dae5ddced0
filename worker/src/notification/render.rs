//! From a [`MailRequest`] to a [`Mail`]: templates of `worker/mails`, sentences of its `.ftl` files.
//!
//! HTML is laid out once, when the process starts: MJML becomes an HTML template, and only that template is filled
//! in, escaped. So nothing that people wrote passes through the MJML parser.

use std::collections::HashMap;

use fluent_bundle::{FluentArgs, FluentValue};
use language::{File, Language, SentenceError, language_for};
use lettre::message::{Mailbox, header::ContentTypeErr};
use minijinja::{
    AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value,
    syntax::SyntaxConfig,
    value::{Kwargs, Serde, ValueKind},
};
use mrml::prelude::render::RenderOptions;
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error as ThisError;

use super::{
    MailRequest,
    content::{Amount, Moment, ReplyTo},
    dkim::{DkimError, Signer},
    format,
    message::{self, Mail},
};

/// What all mails have around their body.
const LAYOUT_HTML: &str = include_str!("../../mails/layout.html");
/// What the templates of several kinds share.
const SHARED: &[(&str, &str)] = &[
    ("layout.txt", include_str!("../../mails/layout.txt")),
    ("macros.html", include_str!("../../mails/macros.html")),
    ("macros.txt", include_str!("../../mails/macros.txt")),
    ("message.html", include_str!("../../mails/message.html")),
    ("message.txt", include_str!("../../mails/message.txt")),
    ("permissions.html", include_str!("../../mails/permissions.html")),
    ("permissions.txt", include_str!("../../mails/permissions.txt")),
    ("terms.html", include_str!("../../mails/terms.html")),
    ("terms.txt", include_str!("../../mails/terms.txt")),
];
/// Where the layout takes the body of a kind.
const BODY: &str = "<!-- body -->";
/// Subjects end here: a longer one is folded, but nobody reads it.
const SUBJECT_LENGTH: usize = 200;

struct Kind {
    name: &'static str,
    subject: &'static str,
    text: &'static str,
    html: &'static str,
}

macro_rules! kinds {
    ($($name:literal),+ $(,)?) => {
        &[$(Kind {
            name: $name,
            subject: include_str!(concat!("../../mails/", $name, "/subject.txt")),
            text: include_str!(concat!("../../mails/", $name, "/body.txt")),
            html: include_str!(concat!("../../mails/", $name, "/body.html")),
        }),+]
    };
}

/// The folders of `worker/mails`: a further kind is a folder, a line here and a variant of `Content`.
const KINDS: &[Kind] = kinds![
    "verify-address",
    "reset-password",
    "member-invited",
    "membership-changed",
    "membership-ended",
    "grants-ended",
    "ownership-transferred",
    "invitation-received",
    "invitation-accepted",
    "invitation-rejected",
    "invitation-withdrawn",
    "invitation-expired",
    "access-requested",
    "access-changed",
    "access-expiring",
    "access-ended",
    "claim-account",
    "power-of-attorney-answered",
    "power-of-attorney-decided",
    "inquiry-received",
    "contributor-invited",
    "transfer-offered",
    "transfer-accepted",
    "transfer-declined",
    "transfer-cancelled",
    "transfer-expired",
    "payer-changed",
    "cart-sent",
    "cart-reminder",
    "cart-completed",
    "access-needed",
    "order-confirmation",
    "order-confirmation-holder",
    "invoice-issued",
    "credit-note",
    "cashback-reversed",
    "product-cancelled",
    "product-renewed",
    "product-renewed-holder",
    "payment-failed",
    "payout",
    "cashback-statement",
    "renewal-upcoming",
    "payer-failed",
    "product-suspended",
    "product-restored",
    "support-request",
    "webhook-disabled",
];

/// Why a mail could not be made. None of these goes away by trying again, and none tells what the mail said.
#[derive(Debug, ThisError)]
pub enum RenderError {
    #[error("mail template: {0}")]
    Template(#[from] minijinja::Error),
    #[error("mail layout {kind}: {reason}")]
    Layout { kind: &'static str, reason: String },
    #[error(transparent)]
    Sentence(#[from] SentenceError),
    #[error("not a mail address: {address}")]
    Address { address: String },
    #[error("mail content: {0}")]
    Content(#[from] serde_json::Error),
    #[error("mail attachment: {0}")]
    Attachment(#[from] ContentTypeErr),
    #[error("mail message: {0}")]
    Message(#[from] lettre::error::Error),
    #[error(transparent)]
    Dkim(#[from] DkimError),
}

/// The provider, as its mails show it.
pub struct Seller {
    pub name: String,
    /// Postal address; may have several lines.
    pub address: String,
    /// `billing@host`, or `Name <billing@host>`. Without a name the seller's is used.
    pub mail_from: String,
    /// Where links lead; without a slash at its end.
    pub portal_url: String,
}

/// Turns requests into mails. Made once per process; has no state.
pub struct Renderer {
    files: &'static [File],
    languages: HashMap<&'static str, Environment<'static>>,
    from: Mailbox,
    seller: minijinja::Value,
    portal_url: String,
    signer: Option<Signer>,
}

impl Renderer {
    /// Compiles every template; fails on one that is broken, and on a sender that is no address.
    pub fn new(seller: Seller) -> Result<Self, RenderError> {
        Self::speaking(format::LOCALES, seller)
    }

    /// Signs every mail.
    /// # Errors
    /// Where the signature would not count for the sender's address.
    pub fn signed_by(self, signer: Signer) -> Result<Self, RenderError> {
        signer.vouches_for(self.from.email.domain())?;
        Ok(Self { signer: Some(signer), ..self })
    }

    /// The domain that mails are from.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    fn speaking(files: &'static [File], seller: Seller) -> Result<Self, RenderError> {
        let Seller { name, address, mail_from, portal_url } = seller;
        let from = sender(&name, &mail_from)?;
        let pages = KINDS.iter().map(|kind| Ok((kind, lay_out(kind)?))).collect::<Result<Vec<_>, RenderError>>()?;
        let mut languages = HashMap::new();
        for (tag, _) in files {
            languages.insert(*tag, environment(Language::new(tag, files)?, &pages)?);
        }
        let mut seller = json!({ "name": name, "address": address });
        format::clean_all(&mut seller);
        let portal_url = portal_url.trim_end_matches('/').to_owned();
        Ok(Self { files, languages, from, seller: Value::from(Serde(seller)), portal_url, signer: None })
    }

    /// The same request always gives the same mail.
    pub fn render(&self, request: &MailRequest) -> Result<Mail, RenderError> {
        let MailRequest { id, created_at, locale, to_name, to_email, link, content, stop_url, attachment } = request;
        let kind = content.kind();
        let lang = language_for(self.files, locale);
        let Some(environment) = self.languages.get(lang) else {
            return Err(SentenceError { key: locale.clone(), reason: "no such language".to_owned() }.into());
        };

        let to_name = format::clean(to_name);
        let mut facts = serde_json::to_value(content)?;
        format::clean_all(&mut facts);
        let url = match &link.token {
            None => format!("{}{}", self.portal_url, link.path),
            Some(token) => format!("{}{}?token={}", self.portal_url, link.path, token.expose_secret()),
        };
        let around = minijinja::context! {
            recipient => to_name.clone(), url => url, lang => lang, seller => self.seller.clone(), action => content.action(),
            stop_url => stop_url.as_ref().map(ExposeSecret::expose_secret),
        };
        let context = minijinja::context! { ..around, ..Value::from(Serde(facts)) };

        let fill = |name: &str, context: &Value| environment.get_template(name)?.render(context.clone());
        let subject = for_header(&fill(&format!("{kind}/subject.txt"), &context)?);
        let body = fill(&format!("{kind}/body.txt"), &context)?;
        // What a mail program shows beside the subject: the first sentence says what it is about.
        let preheader = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
        let text = fill("layout.txt", &minijinja::context! { body => body.trim(), ..context.clone() })?;
        let html = fill(&format!("{kind}/body.html"), &minijinja::context! { preheader => preheader, ..context })?;

        let to = message::mailbox(for_header(&to_name), to_email)?;
        let reply_to = content.reply_to().map(|whom| self.reply_to(whom)).transpose()?.flatten();
        message::build(message::Parts {
            id: *id,
            created_at: *created_at,
            from: self.from.clone(),
            to,
            reply_to,
            subject,
            text,
            html,
            stop_url: stop_url.as_ref().map(ExposeSecret::expose_secret),
            attachment: attachment.as_ref(),
            signer: self.signer.as_ref(),
        })
    }

    /// Of a stranger the address alone, since a name could pretend to be anybody's; and none at the provider's own host, where an
    /// answer would come back to it.
    fn reply_to(&self, whom: ReplyTo) -> Result<Option<Mailbox>, RenderError> {
        match whom {
            ReplyTo::User { name, email } => message::mailbox(for_header(&format::clean(name)), email).map(Some),
            ReplyTo::Stranger { email } => {
                let mailbox = message::mailbox(String::new(), email).ok();
                Ok(mailbox.filter(|to| !to.email.domain().eq_ignore_ascii_case(self.from.email.domain())))
            }
        }
    }
}

fn sender(seller: &str, mail_from: &str) -> Result<Mailbox, RenderError> {
    let (name, email) = match mail_from.trim().strip_suffix('>').and_then(|from| from.rsplit_once('<')) {
        Some((name, email)) => (name.trim().trim_matches('"'), email),
        None => (seller, mail_from.trim()),
    };
    message::mailbox(format::clean(name), email)
}

/// One line, in which nothing looks like an encoded word: a mail program would decode what a name only pretends.
fn for_header(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().collect();
    let text: String = words.join(" ").replace("=?", "= ?").chars().take(SUBJECT_LENGTH).collect();
    text.trim_end().to_owned()
}

/// MJML to an HTML template. No web fonts: opening a mail tells nobody.
fn lay_out(kind: &Kind) -> Result<String, RenderError> {
    let broken = |reason: String| RenderError::Layout { kind: kind.name, reason };
    let parsed = mrml::parse(LAYOUT_HTML.replace(BODY, kind.html)).map_err(|error| broken(error.to_string()))?;
    if let Some(warning) = parsed.warnings.first() {
        return Err(broken(format!("{warning:?}")));
    }
    let options = RenderOptions { fonts: HashMap::new(), ..RenderOptions::default() };
    let html = parsed.element.render(&options).map_err(|error| broken(error.to_string()))?;
    Ok(format!("{{% from \"macros.html\" import fact, figure, listed %}}{html}"))
}

fn environment(language: Language, pages: &[(&Kind, String)]) -> Result<Environment<'static>, RenderError> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // Its errors would show the variables: tokens among them.
    environment.set_debug(false);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_auto_escape_callback(|name| {
        let is_html = Path::new(name).extension().is_some_and(|extension| extension == "html");
        if is_html { AutoEscape::Html } else { AutoEscape::None }
    });
    for (name, template) in SHARED {
        environment.add_template(name, template)?;
    }
    for (kind, html) in pages {
        environment.add_template_owned(format!("{}/subject.txt", kind.name), kind.subject)?;
        environment.add_template_owned(format!("{}/body.txt", kind.name), kind.text)?;
        environment.add_template_owned(format!("{}/body.html", kind.name), html.clone())?;
    }
    speak(&mut environment, language);
    Ok(environment)
}

/// Gives the templates `t("key", name=value)` and the filters `money`, `date` and `moment`.
fn speak(environment: &mut Environment<'static>, language: Language) {
    let language = Arc::new(language);
    let own = language.clone();
    environment.add_function("t", move |key: String, given: Kwargs| -> Result<String, Error> {
        let mut args = FluentArgs::new();
        for name in given.args() {
            let value: Value = given.get(name)?;
            args.set(name.to_owned(), argument(&key, &value)?);
        }
        own.sentence(&key, &args).map_err(|error| refused(&error))
    });
    let own = language.clone();
    environment.add_filter("money", move |value: Value| -> Result<String, Error> {
        let Amount { minor, currency, exponent } = Amount::deserialize(value)?;
        own.money(minor, exponent, &currency).map_err(|error| refused(&error))
    });
    let own = language.clone();
    environment.add_filter("date", move |value: Value| -> Result<String, Error> {
        own.date(Deserialize::deserialize(value)?).map_err(|error| refused(&error))
    });
    environment.add_filter("moment", move |value: Value| -> Result<String, Error> {
        let Moment { local, zone } = Moment::deserialize(value)?;
        language.moment(local, &zone).map_err(|error| refused(&error))
    });
}

fn argument(key: &str, value: &Value) -> Result<FluentValue<'static>, Error> {
    match (value.kind(), i64::try_from(value.clone())) {
        (ValueKind::Number, Ok(number)) => Ok(FluentValue::from(number)),
        (ValueKind::String, _) => Ok(FluentValue::from(value.to_string())),
        (kind, _) => Err(Error::new(ErrorKind::InvalidOperation, format!("{key}: a sentence cannot hold a {kind}"))),
    }
}

fn refused(error: &SentenceError) -> Error {
    Error::new(ErrorKind::InvalidOperation, error.to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::sample::{request, samples};
    use super::*;

    fn nimbus() -> Seller {
        Seller {
            name: "Nimbus".to_owned(),
            address: "Hamburg".to_owned(),
            mail_from: "billing@nimbus.example".to_owned(),
            portal_url: "https://nimbus.example".to_owned(),
        }
    }

    /// Every mail in a language in which each sentence is its own name, and what is filled into it. A sentence that no sample
    /// says is needed by nobody, or is mailed without ever having been looked at.
    #[test]
    fn the_samples_say_every_sentence() {
        let (_, english) = format::LOCALES.iter().find(|(tag, _)| *tag == "en").unwrap();
        let english = language::shape(english);
        let sentence = |(key, variables): &(String, Vec<String>)| {
            let variables: String = variables.iter().map(|name| format!("{{ ${name} }}")).collect();
            format!("{key} = ⟦{key}⟧{variables}\n")
        };
        let sentences: &'static str = String::leak(english.iter().map(sentence).collect());
        let keys: BTreeSet<_> = english.into_iter().map(|(key, _)| key).collect();
        let renderer = Renderer::speaking(Vec::leak(vec![("en", sentences)]), nimbus()).unwrap();

        let mut said = BTreeSet::new();
        for (_, content) in samples("Bolt") {
            for name in ["Ann", ""] {
                let mut request = request(1, "en", content.clone());
                request.to_name = name.to_owned();
                let Mail { subject, text, html, .. } = renderer.render(&request).unwrap();
                for part in [subject, text, html] {
                    let names = part.split('⟦').skip(1).filter_map(|rest| rest.split_once('⟧'));
                    said.extend(names.map(|(name, _)| name.to_owned()));
                }
            }
        }
        assert_eq!(said, keys);
    }

    #[test]
    fn every_folder_is_a_kind() {
        let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/mails")).unwrap().flatten();
        let mut folders: Vec<_> = folders
            .filter(|entry| entry.path().is_dir() && entry.file_name() != "locale")
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        folders.sort();
        let mut kinds: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        kinds.sort_unstable();
        assert_eq!(folders, kinds);
    }

    #[test]
    fn the_sender_has_a_name() {
        let name = |from| sender("Nimbus Hosting", from).unwrap().to_string();
        assert_eq!(name("billing@nimbus.example"), "Nimbus Hosting <billing@nimbus.example>");
        assert_eq!(name("\"Billing\" <billing@nimbus.example>"), "Billing <billing@nimbus.example>");
        assert!(sender("Nimbus", "billing@nimbus.example\r\nBcc: a@b.example").is_err());
    }
}
