//! What people write into fields: one form for what looks the same, and nothing that hides.
//!
//! Text is kept in Unicode normalisation form C and trimmed. Refused are control characters (so NUL and line breaks where one
//! line is expected), characters that reorder or hide what stands beside them (bidirectional overrides, zero-width spaces,
//! tags) and what Unicode will never assign. A joiner is allowed: some scripts cannot be written without it.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use url::{Host, Url};

use crate::error::Refusal;

/// The longest name of a person, an account or a thing, in characters.
pub const NAME: usize = 200;
/// The longest free text, in characters.
pub const LONG: usize = 5_000;
/// The longest mail address (RFC 5321), in bytes.
const EMAIL: usize = 254;
/// The longest part before its `@`, in bytes.
const EMAIL_LOCAL: usize = 64;
/// The longest web address, in bytes.
const WEB_ADDRESS: usize = 2_048;

/// One line that must not be empty, of at most `max` characters.
pub fn line(field: &'static str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = shown(field, text, max, |_| false)?;
    if text.is_empty() { Err(Refusal::invalid(field, "must not be empty")) } else { Ok(text) }
}

/// One line or nothing; an empty one is nothing.
pub fn optional_line(field: &'static str, text: Option<&str>, max: usize) -> Result<Option<String>, Refusal> {
    let text = text.map(|text| shown(field, text, max, |_| false)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// Any number of lines, perhaps empty, of at most `max` characters.
pub fn lines(field: &'static str, text: &str, max: usize) -> Result<String, Refusal> {
    shown(field, &text.replace("\r\n", "\n"), max, |c| matches!(c, '\n' | '\t'))
}

/// Any number of lines that must not be empty, of at most `max` characters.
pub fn some_lines(field: &'static str, text: &str, max: usize) -> Result<String, Refusal> {
    let text = lines(field, text, max)?;
    if text.is_empty() { Err(Refusal::invalid(field, "must not be empty")) } else { Ok(text) }
}

/// Any number of lines or nothing; what is empty is nothing.
pub fn optional_lines(field: &'static str, text: Option<&str>, max: usize) -> Result<Option<String>, Refusal> {
    let text = text.map(|text| lines(field, text, max)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

fn shown(field: &'static str, text: &str, max: usize, allowed: fn(char) -> bool) -> Result<String, Refusal> {
    // a bound on the work, before any is done
    if text.len() > max.saturating_mul(4).saturating_add(1_024) {
        return Err(too_long(field, max));
    }
    let text: String = text.trim().nfc().collect();
    if text.chars().any(|c| hides(c) && !allowed(c)) {
        return Err(Refusal::invalid(field, "contains a character that cannot be shown"));
    }
    if text.chars().count() > max { Err(too_long(field, max)) } else { Ok(text) }
}

fn too_long(field: &'static str, max: usize) -> Refusal {
    Refusal::invalid(field, format!("must be at most {max} characters long"))
}

/// Whether a character cannot be seen, or changes how others are seen.
fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fdd0}'..='\u{fdef}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
        || u32::from(c) & 0xfffe == 0xfffe
}

/// A mail address in the one form in which it is stored and compared.
///
/// Lower case throughout: no provider tells `Ann@` from `ann@`. The part before the `@` is of ASCII, so that nobody registers a
/// look-alike of another's address; the host may be international and is stored in its ASCII form (`xn--…`), which no look-alike
/// shares. Quoted local parts, comments and hosts that are numbers are refused.
pub fn email(field: &'static str, text: &str) -> Result<String, Refusal> {
    let refused = || Refusal::invalid(field, "must be a mail address such as ann@example.com");
    let text = text.trim();
    if text.len() > EMAIL {
        return Err(refused());
    }
    let (local, host) = text.rsplit_once('@').ok_or_else(refused)?;
    let host = host_name(host).ok_or_else(refused)?;
    let local = local.to_ascii_lowercase();
    let atom = |part: &str| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b))
    };
    if local.len() > EMAIL_LOCAL || !local.split('.').all(atom) {
        return Err(refused());
    }
    let address = format!("{local}@{host}");
    if address.len() > EMAIL { Err(refused()) } else { Ok(address) }
}

/// The name of a domain, in its ASCII form (`xn--…`).
pub fn domain_name(field: &'static str, text: &str) -> Result<String, Refusal> {
    host_name(text.trim()).ok_or_else(|| Refusal::invalid(field, "must be a domain name such as example.com"))
}

/// The ASCII form of a public host name of at least two labels.
fn host_name(host: &str) -> Option<String> {
    if host.contains(['%', '[']) || host.chars().any(|c| hides(c) || c.is_whitespace()) {
        return None;
    }
    let Ok(Host::Domain(host)) = Host::parse(host) else { return None };
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (host.len() <= 253 && host.contains('.') && host.split('.').all(label)).then_some(host)
}

/// An address of a page on the web: http or https, a public host name, no password in it.
pub fn web_address(field: &'static str, text: &str) -> Result<String, Refusal> {
    let refused = || Refusal::invalid(field, "must be a web address such as https://example.com/");
    let text = text.trim();
    if text.len() > WEB_ADDRESS || text.chars().any(hides) {
        return Err(refused());
    }
    let url = Url::parse(text).map_err(|_| refused())?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    let public = url.host_str().is_some_and(|host| host_name(host).is_some());
    if plain && public { Ok(url.into()) } else { Err(refused()) }
}

/// The languages that mails exist in.
pub const LANGUAGES: [&str; 5] = ["en", "de", "fr", "it", "es"];

/// A BCP 47 tag in its usual spelling: language, perhaps a script, perhaps a region. Languages without mails of their own are
/// fine: their people get English.
pub fn locale(field: &'static str, tag: &str) -> Result<String, Refusal> {
    let refused = || Refusal::invalid(field, "must be a language tag such as en or de-CH");
    let mut parts = tag.trim().split('-');
    let language = parts.next().filter(|part| (2..=3).contains(&part.len()) && alphabetic(part)).ok_or_else(refused)?;
    let mut locale = language.to_ascii_lowercase();
    let mut part = parts.next();
    if let Some(script) = part.filter(|part| part.len() == 4 && alphabetic(part)) {
        let (first, rest) = script.split_at(1);
        locale.push('-');
        locale.push_str(&first.to_ascii_uppercase());
        locale.push_str(&rest.to_ascii_lowercase());
        part = parts.next();
    }
    if let Some(region) = part {
        let numeric = region.len() == 3 && region.bytes().all(|b| b.is_ascii_digit());
        let of_letters = region.len() == 2 && alphabetic(region);
        if !numeric && !of_letters {
            return Err(refused());
        }
        locale.push('-');
        locale.push_str(&region.to_ascii_uppercase());
    }
    if parts.next().is_some() { Err(refused()) } else { Ok(locale) }
}

fn alphabetic(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphabetic())
}

/// The text in which a search looks: small letters without accents, in the order of the parts.
pub fn searchable<'t>(parts: impl IntoIterator<Item = &'t str>) -> String {
    let folded: Vec<String> = parts.into_iter().map(fold).filter(|part| !part.is_empty()).collect();
    folded.join(" ")
}

/// The pattern that finds a search in such a text, for `LIKE ? ESCAPE '\'`; none when there is nothing to search for.
pub fn search_pattern(search: Option<&str>) -> Option<String> {
    let search = fold(search?);
    if search.is_empty() {
        return None;
    }
    let mut pattern = String::with_capacity(search.len() + 2);
    pattern.push('%');
    for c in search.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    Some(pattern)
}

fn fold(text: &str) -> String {
    let plain = text.chars().take(LONG).filter(|c| !hides(*c)).nfkd().filter(|c| !is_combining_mark(*c));
    let folded: String = plain.flat_map(char::to_lowercase).collect();
    folded.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_address() {
        for (written, kept) in [
            ("  Ann@Example.COM ", "ann@example.com"),
            ("a.b+c@example.com", "a.b+c@example.com"),
            ("info@BÜCHER.example", "info@xn--bcher-kva.example"),
            ("info@bu\u{308}cher.example", "info@xn--bcher-kva.example"),
            ("info@xn--bcher-kva.example", "info@xn--bcher-kva.example"),
            ("info@ｅxample.com", "info@example.com"), // full width
        ] {
            assert_eq!(email("email", written).as_deref(), Ok(kept), "{written}");
        }
        // the Cyrillic look-alike of example.com stays another address, and shows it
        let look_alike = email("email", "a@ехample.com");
        assert!(look_alike.as_ref().is_ok_and(|address| address.starts_with("a@xn--")), "{look_alike:?}");
    }

    #[test]
    fn what_is_no_address_is_refused() {
        let long_local = format!("{}@example.com", "a".repeat(65));
        let long = format!("a@{}.com", "b.".repeat(130));
        for bad in [
            "",
            " ",
            "@",
            "a@",
            "@b.example",
            "a",
            "a@b",
            "a@@b.example",
            "a b@c.example",
            "a@b c.example",
            "a..b@c.example",
            ".a@c.example",
            "a.@c.example",
            "\"a\"@c.example",
            "аnn@example.com",
            "a@127.0.0.1",
            "a@[::1]",
            "a@1.2.3",
            "a@-b.example",
            "a@b-.example",
            "a@b_c.example",
            "a\0@b.example",
            "a@b\0.example",
            "a@b.example\r\nBcc: c@d.example",
            "a@b%2eexample.com",
            "a@exam\u{200b}ple.com",
            "a@exam\u{ad}ple.com",
            "a@example.com.",
            "a,b@example.com",
            "<a@b.example>",
            &long_local,
            &long,
        ] {
            let refusal = email("email", bad).expect_err(bad);
            assert_eq!(refusal.field, ["email"], "{bad}");
        }
    }

    #[test]
    fn a_name_hides_nothing() {
        assert_eq!(line("name", "  Mu\u{308}ller & Söhne 👩‍💻 ", NAME).as_deref(), Ok("Müller & Söhne 👩‍💻"));
        for bad in [
            "",
            "  \n ",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{85}b",
            "\u{202e}gpj.exe",
            "a\u{2066}b",
            "a\u{200b}b",
            "\u{feff}a",
            "a\u{ffff}",
            "a\u{e0041}",
            "\u{1b}[31mred",
        ] {
            assert!(line("name", bad, NAME).is_err(), "{bad:?}");
        }
        assert!(line("name", &"ä".repeat(200), NAME).is_ok());
        assert!(line("name", &"ä".repeat(201), NAME).is_err());
        assert!(line("name", &"x".repeat(10_000_000), NAME).is_err());
        assert_eq!(lines("text", "a\r\nb\tc\n", LONG).as_deref(), Ok("a\nb\tc"));
        assert!(lines("text", "a\rb", LONG).is_err());
        assert_eq!(lines("text", " \n ", LONG).as_deref(), Ok(""));
        assert!(some_lines("text", " \n ", LONG).is_err() && some_lines("text", "a\n\nb", LONG).is_ok());
        assert_eq!(optional_line("phone", Some("  "), NAME), Ok(None));
    }

    #[test]
    fn a_web_address_is_one() {
        assert_eq!(web_address("website", "https://Example.com").as_deref(), Ok("https://example.com/"));
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://example.com",
            "https://",
            "//example.com",
            "example.com",
            "https://user:pw@example.com",
            "http://localhost/",
            "http://127.0.0.1/",
            "http://[::1]/",
            "https://exa mple.com",
            "https://example.com/\n",
            "https://example.com/\u{202e}",
        ] {
            let good = web_address("website", bad);
            assert!(good.is_err() || bad.ends_with('\n'), "{bad}: {good:?}");
        }
    }

    #[test]
    fn a_locale_is_a_tag() {
        for (written, kept) in [("EN", "en"), ("de-ch", "de-CH"), ("zh-hant-tw", "zh-Hant-TW"), ("es-419", "es-419")] {
            assert_eq!(locale("locale", written).as_deref(), Ok(kept));
        }
        for bad in ["", "e", "english", "de_CH", "de-", "de-CHE-x", "en-12", "d3", "de-CH-1996", "../en"] {
            assert!(locale("locale", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_search_finds_what_looks_alike() {
        assert_eq!(searchable(["Müller  Söhne", "", "ÉCOLE ﬁ"]), "muller  sohne ecole fi");
        assert_eq!(search_pattern(Some(" 100%_Ö\\ ")).as_deref(), Some("%100\\%\\_o\\\\%"));
        assert_eq!(search_pattern(Some("  ")), None);
        assert_eq!(search_pattern(None), None);
    }
}
