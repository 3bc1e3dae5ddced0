//! R6, S2.21, S3.18, S3.19: every kind of mail in every language says what it should, whatever people are called.

use domain::text::LANGUAGES;
use mail_parser::{Message, MessageParser, MimeHeaders};
use tests::mail::{renderer, request, samples};
use worker::notification::{Content, Direction, Mail};

/// Header fields of a mail, each exactly once; besides, one that can be done without says how, and an inquiry and a request for support say whom to answer.
const HEADERS: [&str; 8] =
    ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];

fn parse(mail: &Mail) -> Message<'_> {
    MessageParser::default().parse(mail.raw()).expect("RFC 5322")
}

/// What must hold for any mail: two parts, the headers and no others, nothing that could end the text early.
fn assert_well_formed(mail: &Mail, what: &str) {
    let message = parse(mail);
    let mut names: Vec<_> = message.headers().iter().map(|header| header.name().to_lowercase()).collect();
    let mut expected: Vec<_> = HEADERS.iter().map(|name| name.to_lowercase()).collect();
    let is_answered = ["support-request", "inquiry-received"].iter().any(|kind| what.starts_with(kind));
    expected.extend(is_answered.then(|| "reply-to".to_owned()));
    if stops(what) {
        expected.extend(["list-unsubscribe".to_owned(), "list-unsubscribe-post".to_owned()]);
        let field = |name| message.header_raw(name).map(str::trim);
        assert_eq!(
            field("List-Unsubscribe"),
            Some("<https://api.nimbus.example/unsubscribe?token=tok-en_456>"),
            "{what}"
        );
        assert_eq!(field("List-Unsubscribe-Post"), Some("List-Unsubscribe=One-Click"), "{what}");
    }
    names.sort();
    expected.sort();
    assert_eq!(names, expected, "{what}");
    assert_eq!(message.parts.len(), 3, "{what}: the two parts and what holds them");
    assert!(message.content_type().is_some_and(|kind| kind.c_subtype.as_deref() == Some("alternative")), "{what}");
    assert_eq!(message.text_body_count(), 1, "{what}");
    assert_eq!(message.html_body_count(), 1, "{what}");
    assert_eq!(message.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"), "{what}");
    assert_eq!(message.message_id().map(|id| format!("<{id}>")), Some(mail.message_id.clone()), "{what}");

    let to = message.to().and_then(|to| to.first()).expect("a recipient");
    assert_eq!(to.address(), Some("ann@bolt.example"), "{what}");
    assert_eq!(message.to().map(|to| to.iter().count()), Some(1), "{what}");
    assert_eq!(message.subject(), Some(mail.subject.as_str()), "{what}");

    assert!(mail.raw().is_ascii(), "{what}");
    assert!(mail.raw().split(|byte| *byte == b'\n').all(|line| line.len() < 998), "{what}");
    let bare = |line: &[u8]| line.strip_suffix(b"\r").is_none_or(|line| line.contains(&b'\r'));
    let mut lines: Vec<_> = mail.raw().split(|byte| *byte == b'\n').collect();
    assert_eq!(lines.pop(), Some(&b""[..]), "{what}: ends with a line end");
    assert!(!lines.into_iter().any(bare), "{what}: a bare CR or LF");
}

/// Whether its reader can do without: the kinds are written down here once more.
fn stops(what: &str) -> bool {
    let kind = what.split(' ').next().unwrap_or_default();
    [
        "cart-completed",
        "cart-reminder",
        "cart-sent",
        "cashback-statement",
        "inquiry-received",
        "invitation-expired",
        "invitation-rejected",
        "invitation-withdrawn",
        "product-renewed",
        "product-renewed-holder",
        "product-restored",
        "renewal-upcoming",
        "transfer-cancelled",
        "transfer-declined",
        "transfer-expired",
    ]
    .contains(&kind)
}

fn text(mail: &Mail) -> String {
    parse(mail).body_text(0).expect("a text part").replace("\r\n", "\n")
}

fn html(mail: &Mail) -> String {
    parse(mail).body_html(0).expect("an HTML part").replace("\r\n", "\n")
}

/// The words of a page, as a reader sees them.
fn words(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let words = mail_parser::decoders::html::html_to_text(body);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_kind_in_every_language() {
    let renderer = renderer();
    for locale in LANGUAGES {
        let mut pages = String::new();
        for (number, (shape, content)) in samples("Bolt & Söhne").into_iter().enumerate() {
            let kind = content.kind();
            let what = format!("{kind} ({shape}) in {locale}");
            let mail = renderer.render(&request(number as u128, locale, content)).expect(&what);
            assert_well_formed(&mail, &what);
            let text = text(&mail);
            let page = words(&html(&mail));
            for line in text.lines().filter(|line| !line.trim().is_empty() && *line != "-- ") {
                let line = line.trim_start_matches([' ', '>', '-']).trim();
                for fact in line.split(": ").map(str::trim).map(|fact| fact.trim_end_matches(':')) {
                    let fact = fact.split_whitespace().collect::<Vec<_>>().join(" ");
                    assert!(page.contains(&fact), "{what}: {fact:?} is in the text, but not in {page}");
                }
            }
            assert!(
                html(&mail).contains("https:&#x2f;&#x2f;portal.nimbus.example&#x2f;verify?token=tok-en_123"),
                "{what}"
            );
            pages += &format!("═══ {kind} ({shape})\nSubject: {}\n\n{text}\n", mail.subject);
        }
        insta::assert_snapshot!(format!("mails_{locale}"), pages);
    }
}

/// S3.8: an answer to the mail about an inquiry goes to whoever asked, by the address alone, and never back to the provider.
#[test]
fn an_inquiry_is_answered_to_whoever_asked() {
    let renderer = renderer();
    let reply_to = |email: &str| {
        let content = Content::InquiryReceived {
            name: "Nimbus Hosting <billing@nimbus.example>".to_owned(),
            email: email.to_owned(),
            company: None,
            message: "Hello".to_owned(),
            received_on: chrono::NaiveDate::from_ymd_opt(2027, 3, 6).unwrap(),
        };
        let mail = renderer.render(&request(1, "en", content)).unwrap();
        parse(&mail).header_raw("Reply-To").map(|field| field.trim().to_owned())
    };
    assert_eq!(reply_to("jo@lead.example").as_deref(), Some("jo@lead.example"));
    assert_eq!(reply_to("Billing@NIMBUS.example"), None);
    for bad in
        ["", "jo@lead.example\r\nBcc: eve@evil.example", "jo@lead.example, eve@evil.example", "<jo@lead.example>"]
    {
        assert_eq!(reply_to(bad), None, "{bad:?}");
    }
}

#[test]
fn every_kind_has_a_sample() {
    let mut sampled: Vec<_> = samples("x").iter().map(|(_, content)| content.kind()).collect();
    sampled.sort_unstable();
    sampled.dedup();
    let folders = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../worker/mails")).unwrap().flatten();
    let folders = folders.filter(|entry| entry.path().is_dir() && entry.file_name() != "locale").count();
    assert_eq!(sampled.len(), folders);
}

/// R6: names that try to become headers, markup, templates, commands or other people's sentences.
#[test]
fn hostile_names_stay_names() {
    let names = [
        "O'Brien \"The\" <Bolt>".to_owned(),
        "Ann\r\nBcc: victim@evil.example".to_owned(),
        "Ann\n\n--\nYour account is closed".to_owned(),
        "\r\n.\r\nMAIL FROM:<evil@evil.example>".to_owned(),
        "\n.\n".to_owned(),
        ".".to_owned(),
        "..hidden".to_owned(),
        "{{ seller.name }}{% for x in y %}".to_owned(),
        "{ $name } { \"x\" }".to_owned(),
        "<script>alert(1)</script>".to_owned(),
        "\"><img src=x onerror=alert(1)>".to_owned(),
        "<!-- body --></mj-text></mjml>".to_owned(),
        "&amp;&lt;b&gt;".to_owned(),
        "שלום עולם".to_owned(),
        "\u{202e}moc.live".to_owned(),
        "👩‍💻🏳️‍🌈 Zoë".to_owned(),
        "n".repeat(1_000),
        "é ".repeat(500),
        "=?utf-8?Q?=0D=0ABcc:_x@y.example?=".to_owned(),
        "\0\u{7}\u{1b}[31mred\u{85}\u{2028}".to_owned(),
        "a, b; c: d@e.example (x)".to_owned(),
        String::new(),
    ];
    let renderer = renderer();
    let calm = LANGUAGES.map(|locale| {
        let mails =
            samples("Calm").into_iter().map(|(_, content)| renderer.render(&request(0, locale, content)).unwrap());
        mails.map(|mail| (html(&mail), text(&mail))).collect::<Vec<_>>()
    });
    // Every name in every mail, each time in the next language: every mail meets several names in each.
    for (turn, name) in names.iter().enumerate() {
        for (at, (shape, content)) in samples(name).into_iter().enumerate() {
            let language = (turn + at) % LANGUAGES.len();
            let (locale, (calm_html, calm_text)) = (LANGUAGES[language], &calm[language][at]);
            let what =
                format!("{} ({shape}) in {locale} for {:?}", content.kind(), name.chars().take(40).collect::<String>());
            let mut hostile = request(0, locale, content);
            hostile.to_name.clone_from(name);
            let mail = renderer.render(&hostile).expect(&what);
            assert_well_formed(&mail, &what);

            let (html, text) = (html(&mail), text(&mail));
            assert_eq!(tags(&html), tags(calm_html), "{what}: no markup of their own");
            assert!(!html.contains("<script"), "{what}");
            assert!(!mail.subject.chars().any(char::is_control), "{what}");
            assert!(mail.subject.chars().count() <= 200, "{what}");
            let stray = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202a}'..='\u{202e}');
            assert!(!text.contains(stray), "{what}");
            // A single-line name cannot write paragraphs: only a message has lines of its own.
            let messages = matches!(
                hostile.content,
                Content::InvitationReceived { .. }
                    | Content::InvitationRejected { .. }
                    | Content::SupportRequest { .. }
                    | Content::InquiryReceived { .. }
                    | Content::CartSent { .. }
                    | Content::CartReminder { .. }
            );
            if !messages {
                assert_eq!(text.lines().count(), calm_text.lines().count(), "{what}");
            }
        }
    }
}

/// How many tags there are, but for line breaks: a message of more lines has more of them.
fn tags(html: &str) -> usize {
    html.matches('<').count() - html.matches("<br />").count()
}

/// S3.19: a personal message is added to the standard text of a rejection, which stays, and is only text.
#[test]
fn a_rejection_says_the_standard_text_and_the_personal_message() {
    let renderer = renderer();
    let rejection = |message: Option<&str>| Content::InvitationRejected {
        by: "Acme Studio".to_owned(),
        direction: Direction::ClientToPartner,
        message: message.map(str::to_owned),
    };
    let standard = "Acme Studio has declined the access to your account that you offered.";
    let plain = renderer.render(&request(1, "en", rejection(None))).unwrap();
    let personal = renderer.render(&request(1, "en", rejection(Some("Sorry, <b>full</b>\nuntil May.")))).unwrap();
    assert!(text(&plain).contains(standard) && !text(&plain).contains("Message from"));
    assert!(text(&personal).contains(standard));
    assert!(text(&personal).contains("Message from Acme Studio:\n> Sorry, <b>full</b>\n> until May.\n"));
    assert!(html(&personal).contains(standard));
    assert!(html(&personal).contains("Sorry, &lt;b&gt;full&lt;&#x2f;b&gt;<br />until May."));
}

/// R5: a copy of the same notification is the same mail, and no two notifications share an id.
#[test]
fn a_copy_is_recognised_as_a_copy() {
    let renderer = renderer();
    let (_, content) = samples("Bolt").swap_remove(0);
    let mail = |number| renderer.render(&request(number, "de-CH", content.clone())).unwrap();
    assert_eq!(mail(1).raw(), mail(1).raw());
    assert_eq!(mail(1).message_id, "<01990000-0000-7000-8000-000000000001@nimbus.example>");
    assert_ne!(mail(1).message_id, mail(2).message_id);
    assert_eq!(mail(1).subject, "Bitte bestätigen Sie Ihre E-Mail-Adresse", "de-CH is read as de");
}

#[test]
fn the_holder_of_what_another_pays_reads_no_amount() {
    let renderer = renderer();
    for (shape, content) in samples("Bolt").into_iter().filter(|(_, content)| content.kind().ends_with("-holder")) {
        for locale in LANGUAGES {
            let mail = renderer.render(&request(1, locale, content.clone())).unwrap();
            let what = format!("{} ({shape}) in {locale}", content.kind());
            assert!(!text(&mail).contains('€') && !html(&mail).contains('€'), "{what}");
        }
    }
}

/// An address is an address: nothing else comes through, and a domain with umlauts goes out in its ASCII form.
#[test]
fn addresses_are_checked() {
    let renderer = renderer();
    let to = |email: &str| {
        let (_, content) = samples("Bolt").swap_remove(0);
        let mut request = request(1, "en", content);
        request.to_email = email.to_owned();
        renderer.render(&request)
    };
    for bad in [
        "",
        "ann",
        "ann@",
        "@b.example",
        "a b@c.example",
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example>, <c@d.example",
        "a@b.example,c@d.example",
    ] {
        assert!(to(bad).is_err(), "{bad:?}");
    }
    let mail = to("ann@müller.example").unwrap();
    assert_eq!(parse(&mail).to().and_then(|to| to.first()?.address()), Some("ann@xn--mller-kva.example"));
}
