//! Mails to look at: a request of each kind, in each of the shapes that its templates know. The preview shows them, and tests hold
//! every language against them.

mod member;
mod money;
mod order;
mod partnership;
mod renewal;
mod transfer;

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::{Europe::Berlin, Tz};
use domain::notification::MailKind;
use domain::notification::rules::switch_of;
use uuid::Uuid;

use super::{AccessLevel, AccessTerms, Amount, Content, Line, Link, MailRequest, Payer};

/// What a shape of a mail is called, and what such a mail says.
pub type Sample = (&'static str, Content);

/// A request to Ann, number `number`.
pub fn request(number: u128, locale: &str, content: Content) -> MailRequest {
    MailRequest {
        id: Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + number),
        created_at: afternoon().with_timezone(&Utc),
        locale: locale.to_owned(),
        to_name: "Ann Müller".to_owned(),
        to_email: "ann@bolt.example".to_owned(),
        link: Link::with_token("/verify", "tok-en_123".to_owned().into()),
        stop_url: switch(&content).then(|| "https://api.nimbus.example/unsubscribe?token=tok-en_456".to_owned().into()),
        content,
        attachment: None,
    }
}

/// Whether mails that say this can be switched off.
fn switch(content: &Content) -> bool {
    MailKind::from_name(&content.kind().replace('-', "_")).and_then(switch_of).is_some()
}

/// Each kind, in each of the shapes its templates know; `name` stands wherever people name something.
pub fn samples(name: &str) -> Vec<Sample> {
    let mut all = vec![
        ("a week", Content::VerifyAddress { valid_for_hours: 168 }),
        ("an hour", Content::ResetPassword { valid_for_hours: 1 }),
    ];
    all.extend(member::all(name));
    all.extend(partnership::offers(name));
    all.extend(partnership::access(name));
    all.extend(partnership::mandates(name));
    all.extend(inquiries(name));
    all.extend(transfer::contributors(name));
    all.extend(transfer::transfers(name));
    all.extend(partnership::payers(name));
    all.extend(order::carts(name));
    all.extend(order::orders(name));
    all.extend(renewal::documents(name));
    all.extend(renewal::products(name));
    all.extend(money::dunning(name));
    all.extend(money::wallet(name));
    all.extend(support(name));
    all.extend(webhooks(name));
    all
}

/// What strangers write.
fn inquiries(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, company) in [("company", Some(name())), ("no company", None)] {
        all.push((
            shape,
            Content::InquiryReceived {
                name: name(),
                email: "jo@lead.example".to_owned(),
                company,
                message: format!("{}\n\n.\r\n..\r\nCan you help?", name()),
                received_on: on(2027, 3, 6),
            },
        ));
    }
    all
}

/// What users write to the provider.
fn support(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, partner) in [("member", None), ("partner", Some(name()))] {
        all.push((
            shape,
            Content::SupportRequest {
                user: name(),
                email: "jo@bolt.example".to_owned(),
                is_verified: shape == "member",
                account: name(),
                owner: "jo@bolt.example".to_owned(),
                product: partner.clone(),
                partner,
                subject: name(),
                message: format!("{}\n\n.\r\n..\r\nThank you!", name()),
            },
        ));
    }
    all
}

/// What is told about programs that do not hear.
fn webhooks(name: &str) -> Vec<Sample> {
    let disabled = |is_gone| Content::WebhookDisabled {
        account: name.to_owned(),
        address: "https://hooks.bolt.example/mandate?key=1".to_owned(),
        is_gone,
        since: afternoon().into(),
    };
    vec![("silent", disabled(false)), ("gone", disabled(true))]
}

fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn afternoon() -> DateTime<Tz> {
    Berlin.with_ymd_and_hms(2027, 3, 6, 14, 5, 0).single().expect("an instant")
}

fn eur(minor: i64) -> Amount {
    Amount { minor, currency: "EUR".to_owned(), exponent: 2 }
}

fn line(plan: &str, quantity: u32, term_months: u32) -> Line {
    Line { plan: plan.to_owned(), quantity, term_months }
}

fn full(payer: Payer) -> AccessTerms {
    let permissions = ["VIEW_PRODUCTS", "MANAGE_PRODUCTS", "PURCHASE", "CONTACT_SUPPORT", "MANAGE_MEMBERS"];
    AccessTerms {
        level: AccessLevel::Full,
        permissions: permissions.map(str::to_owned).to_vec(),
        products: None,
        payer: Some(payer),
        until: None,
    }
}

fn partial(label: &str) -> AccessTerms {
    AccessTerms {
        level: AccessLevel::Partial,
        permissions: vec!["VIEW_PRODUCTS".to_owned()],
        products: Some(vec![label.to_owned(), "bolt.example".to_owned()]),
        payer: None,
        until: Some(on(2027, 12, 31)),
    }
}
