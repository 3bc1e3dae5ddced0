//! Mails are signed so that any reader's server can verify them. The verifier here shares nothing with the product: it is written
//! from RFC 6376 and RFC 8463, and shown to be right by the example that RFC 8463 prints.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::text::LANGUAGES;
use ring::signature::{ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use sha2::{Digest as _, Sha256};
use tests::mail::{renderer, request, samples};
use tests::smtp::SmtpSink;
use worker::notification::dkim::{DkimError, Signer};
use worker::notification::{Outcome, RenderError, Renderer, Transport};

/// Verifies the first signature of a mail against the DNS record of its selector.
fn verify(raw: &[u8], record: &str) -> Result<(), &'static str> {
    let text = std::str::from_utf8(raw).map_err(|_| "not a text")?;
    let (head, body) = text.split_once("\r\n\r\n").ok_or("no body")?;
    let fields = unfold(head);
    let (_, signature) =
        fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("dkim-signature")).ok_or("no signature")?;
    let (tags, record) = (tags(signature), tags(record));
    if tags["v"] != "1" || tags["c"] != "relaxed/relaxed" || tags.contains_key("l") {
        return Err("of another kind");
    }
    if BASE64_STANDARD.encode(Sha256::digest(body_of(body))) != tags["bh"] {
        return Err("the body was changed");
    }

    // §5.4.2: a name that stands again in h= means the next field of it from below, or that there is none.
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut input = String::new();
    for name in tags["h"].split(':').map(|name| name.trim().to_ascii_lowercase()) {
        let above = seen.entry(name.clone()).or_default();
        let found = fields.iter().rev().filter(|(other, _)| other.eq_ignore_ascii_case(&name)).nth(*above);
        *above += 1;
        if let Some((_, value)) = found {
            input += &format!("{name}:{}\r\n", squeezed(value).trim());
        }
    }
    let unsigned = signature.rfind("b=").map(|at| &signature[..at + 2]).ok_or("no b=")?;
    input += &format!("dkim-signature:{}", squeezed(unsigned).trim());

    let decode = |text: &str| BASE64_STANDARD.decode(text).map_err(|_| "not base64");
    let (key, signature) = (decode(&record["p"])?, decode(&tags["b"])?);
    let verified = match (tags["a"].as_str(), record["k"].as_str()) {
        ("ed25519-sha256", "ed25519") => {
            UnparsedPublicKey::new(&ED25519, key).verify(&Sha256::digest(input.as_bytes()), &signature)
        }
        // what is in front of the key itself says that it is one of RSA
        ("rsa-sha256", "rsa") => {
            UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &key[24..]).verify(input.as_bytes(), &signature)
        }
        _ => return Err("another key"),
    };
    verified.map_err(|_| "the headers were changed")
}

fn unfold(head: &str) -> Vec<(&str, String)> {
    let mut fields: Vec<(&str, String)> = vec![];
    for line in head.split("\r\n") {
        if line.starts_with([' ', '\t']) {
            fields.last_mut().expect("a field").1 += line;
        } else {
            let (name, value) = line.split_once(':').expect("a field");
            fields.push((name, value.to_owned()));
        }
    }
    fields
}

fn tags(list: &str) -> BTreeMap<String, String> {
    let tag = |tag: &str| {
        let (name, value) = tag.split_once('=')?;
        Some((name.trim().to_owned(), value.chars().filter(|c| !c.is_ascii_whitespace()).collect()))
    };
    list.split(';').filter_map(tag).collect()
}

/// Each run of white space is one space.
fn squeezed(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        let is_blank = c == ' ' || c == '\t';
        if !is_blank {
            out.push(c);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

fn body_of(body: &str) -> String {
    let mut lines: Vec<_> = body.split("\r\n").map(|line| squeezed(line).trim_end().to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.iter().map(|line| format!("{line}\r\n")).collect()
}

const KEYS: [(&str, &str); 3] = [
    (include_str!("dkim/rsa.pem"), include_str!("dkim/rsa.txt")),
    (include_str!("dkim/rsa-pkcs1.pem"), include_str!("dkim/rsa.txt")),
    (include_str!("dkim/ed25519.pem"), include_str!("dkim/ed25519.txt")),
];

fn signing(pem: &str, domain: &str) -> Result<Renderer, RenderError> {
    let signer = Signer::new(domain, "mandate2026", &pem.to_owned().into())?;
    renderer().signed_by(signer)
}

/// RFC 8463, appendix A: what others have signed.
#[test]
fn the_verifier_knows_the_example_of_the_standard() {
    let mail = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\n d=football.example.com; i=@football.example.com;\n \
        q=dns/txt; s=brisbane; t=1528637909; h=from : to :\n subject : date : message-id : from : subject : date;\n \
        bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\n b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\n \
        Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\nFrom: Joe SixPack <joe@football.example.com>\nTo: Suzie Q <suzie@shopping.example.net>\n\
        Subject: Is dinner ready?\nDate: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\n\
        Message-ID: <20030712040037.46341.5F8J@football.example.com>\n\nHi.\n\nWe lost the game.  Are you hungry yet?\n\nJoe.\n";
    let mail = mail.replace('\n', "\r\n");
    let record = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    assert_eq!(verify(mail.as_bytes(), record), Ok(()));
    assert_eq!(verify(mail.replace("hungry", "angry").as_bytes(), record), Err("the body was changed"));
    assert_eq!(verify(mail.replace("dinner", "lunch").as_bytes(), record), Err("the headers were changed"));
}

/// R6: every mail in every language carries a signature that holds, and with which nothing can be changed or added.
#[test]
fn every_mail_is_signed() {
    for (pem, record) in KEYS {
        let renderer = signing(pem, "nimbus.example").unwrap();
        for locale in LANGUAGES {
            for (shape, content) in samples("Bolt & Söhne") {
                let what = format!("{} ({shape}) in {locale}", content.kind());
                let mail = renderer.render(&request(1, locale, content)).unwrap();
                assert_eq!(verify(mail.raw(), record), Ok(()), "{what}");
            }
        }
        let mail = renderer.render(&request(1, "en", samples("Bolt").swap_remove(0).1)).unwrap();
        let again = renderer.render(&request(1, "en", samples("Bolt").swap_remove(0).1)).unwrap();
        assert_eq!(mail.raw(), again.raw(), "a copy is the same mail");
        let text = String::from_utf8(mail.raw().to_vec()).unwrap();
        for (from, to, why) in [
            ("Subject: ", "Subject: Re: ", "the headers were changed"),
            ("To: ", "To: eve@evil.example, ", "the headers were changed"),
            ("\r\nFrom: ", "\r\nFrom: eve@evil.example\r\nFrom: ", "the headers were changed"),
            ("\r\nSubject: ", "\r\nReply-To: eve@evil.example\r\nSubject: ", "the headers were changed"),
            ("portal.nimbus", "portal.evil", "the body was changed"),
        ] {
            assert!(text.contains(from), "{from}");
            assert_eq!(verify(text.replacen(from, to, 1).as_bytes(), record), Err(why), "{to}");
        }
        assert!(text.lines().all(|line| line.len() < 100), "{text}");
    }
}

/// It still holds when the mail has been through a server.
#[tokio::test]
async fn the_signature_survives_the_way() {
    let (pem, record) = KEYS[0];
    let sink = SmtpSink::start().await;
    let transport = Transport::smtp(&sink.url().into(), Some(sink.certificate.as_bytes())).unwrap();
    let offer = samples("Bolt").into_iter().map(|(_, content)| content).find(|one| one.kind() == "invitation-received");
    let mail = signing(pem, "nimbus.example").unwrap().render(&request(1, "de", offer.unwrap())).unwrap();
    assert_eq!(transport.send(&mail).await, Outcome::Sent);
    let [received] = sink.received().try_into().expect("one mail");
    assert_eq!(verify(&received.raw, record), Ok(()));
}

/// What would make a signature that nobody believes is refused at the start, in words that say what to do, and never show the key.
#[test]
fn a_wrong_key_is_refused() {
    let refused =
        |pem: &str, selector: &str| Signer::new("nimbus.example", selector, &pem.to_owned().into()).err().unwrap();
    let (good, _) = KEYS[0];
    assert_eq!(refused("", "s"), DkimError::NoKey);
    assert_eq!(refused("MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "s"), DkimError::NoKey);
    assert_eq!(refused(good, ""), DkimError::Selector(String::new()));
    assert_eq!(refused(good, "a b"), DkimError::Selector("a b".to_owned()));
    let weak = refused(include_str!("dkim/weak.pem"), "s").to_string();
    assert!(weak.contains("2048 bits"), "{weak}");
    let broken = refused(&good.replacen("MII", "MIJ", 1), "s").to_string();
    assert!(broken.contains("MANDATE_DKIM_KEY") && !broken.contains("MIJ"), "{broken}");

    for domain in ["nimbus.example", "NIMBUS.example"] {
        assert!(signing(good, domain).is_ok(), "{domain}");
    }
    for domain in ["example", "us.example", "mail.nimbus.example", "evil.example", "", ".example"] {
        let error = signing(good, domain).err().expect(domain).to_string();
        assert!(error.contains("MANDATE_DKIM_DOMAIN") && error.contains("nimbus.example"), "{error}");
    }
}
