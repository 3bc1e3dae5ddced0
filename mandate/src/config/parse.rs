//! From the text of a setting to its value. Each function says in a few words what it would have understood.

use std::net::SocketAddr;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use chrono_tz::Tz;
use domain::calendar::Country;
use domain::database::DatabaseUrl;
use domain::money::Rate;
use domain::tax::rules::begins_with_country;
use ipnet::IpNet;
use redis::IntoConnectionInfo;
use secrecy::SecretString;
use url::Url;

pub(super) fn text(text: &str) -> Result<String, String> {
    if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(text.to_owned()) }
}

/// A text of several lines; in the environment `\n` stands for a line break.
pub(super) fn lines(given: &str) -> Result<String, String> {
    text(&given.replace("\\n", "\n"))
}

pub(super) fn secret(given: &str) -> Result<SecretString, String> {
    text(given).map(SecretString::from)
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err("must be on or off".to_owned()),
    }
}

/// A whole number of at least 1.
pub(super) fn count<T: FromStr + Default + PartialEq>(text: &str) -> Result<T, String> {
    text.replace('_', "").parse().ok().filter(|n| *n != T::default()).ok_or("must be a whole number above 0".to_owned())
}

/// How many connections: from 1 to 256.
pub(super) fn connections(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=256).contains(n)).ok_or("must be a whole number from 1 to 256".to_owned())
}

/// Basis points.
pub(super) fn rate(text: &str) -> Result<Rate, String> {
    text.parse::<i64>()
        .ok()
        .and_then(|bps| Rate::from_bps(bps).ok())
        .ok_or_else(|| "must be from 0 to 10000".to_owned())
}

/// Days, rising, each of at least 1.
pub(super) fn days(text: &str) -> Result<Vec<u32>, String> {
    let days = items(text).map(count).collect::<Result<Vec<u32>, _>>()?;
    let rising = days.windows(2).all(|pair| pair[0] < pair[1]);
    if rising && !days.is_empty() {
        Ok(days)
    } else {
        Err("must be days in rising order, such as 1, 3, 5, 7".to_owned())
    }
}

/// A duration such as `500ms`, `30s`, `5m` or `1h`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "must be a duration such as 500ms, 30s, 5m or 1h".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let millis = match unit.trim() {
        "ms" => Some(number),
        "s" => number.checked_mul(1_000),
        "m" => number.checked_mul(60_000),
        "h" => number.checked_mul(3_600_000),
        _ => None,
    };
    millis.map(Duration::from_millis).ok_or_else(wrong)
}

/// An instant of RFC 3339, cut to the microseconds that the database keeps.
pub(super) fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let wrong = || "must be an instant such as 2027-01-31T09:00:00Z".to_owned();
    let instant = DateTime::parse_from_rfc3339(text).map_err(|_| wrong())?;
    instant.with_timezone(&Utc).duration_trunc(TimeDelta::microseconds(1)).map_err(|_| wrong())
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "must be an address and a port such as 127.0.0.1:8080 or [::]:8080".to_owned())
}

/// Networks with commas between; an address alone is the network of that address.
pub(super) fn networks(text: &str) -> Result<Vec<IpNet>, String> {
    let network = |item: &str| item.parse().or_else(|_| item.parse().map(|ip: std::net::IpAddr| IpNet::from(ip)));
    items(text)
        .map(|item| network(item).map_err(|_| format!("{item:?} is no network such as 10.0.0.0/8, ::1 or 192.0.2.7")))
        .collect()
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty())
}

/// An address of the web that paths are appended to.
pub(super) fn web_url(text: &str) -> Result<Url, String> {
    let wrong = || "must be an address such as https://billing.example.com".to_owned();
    let mut url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain {
        return Err(wrong());
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

pub(super) fn database(text: &str) -> Result<DatabaseUrl, String> {
    text.parse().map_err(|error: domain::database::UrlError| error.to_string())
}

pub(super) fn redis(text: &str) -> Result<SecretString, String> {
    let wrong = "must be redis://host:6379 or rediss://host:6379".to_owned();
    let is_redis = text.starts_with("redis://") || text.starts_with("rediss://");
    if is_redis && text.into_connection_info().is_ok() { Ok(SecretString::from(text)) } else { Err(wrong) }
}

pub(super) fn smtp(text: &str) -> Result<SecretString, String> {
    let wrong = "must be smtp://host:25, smtp://user:password@host:587?tls=required or smtps://user:password@host";
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "smtp" | "smtps") && url.has_host() => Ok(SecretString::from(text)),
        _ => Err(wrong.to_owned()),
    }
}

pub(super) fn email(text: &str) -> Result<String, String> {
    let is_address = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !host.is_empty()
            && !host.contains('@')
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    });
    if is_address { Ok(text.to_owned()) } else { Err("must be a mail address such as billing@example.com".to_owned()) }
}

pub(super) fn country(text: &str) -> Result<Country, String> {
    Country::parse(text).map_err(|_| "must be the code of a country, two letters such as DE".to_owned())
}

pub(super) fn vat_id(text: &str) -> Result<String, String> {
    let id: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
    let is_id =
        (4..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    // without it no electronic invoice would be valid: EN 16931, BR-CO-26
    if is_id && begins_with_country(&id) {
        Ok(id)
    } else {
        Err("must be a VAT id that begins with the country's code, such as DE123456789".to_owned())
    }
}

/// An IBAN without spaces, its check digits verified (ISO 13616: the number modulo 97 is 1).
pub(super) fn iban(text: &str) -> Result<String, String> {
    let iban: String = text.chars().filter(|c| *c != ' ').collect();
    let is_shaped =
        (15..=34).contains(&iban.len()) && iban.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if !is_shaped {
        return Err("must be an IBAN such as DE89 3704 0044 0532 0130 00".to_owned());
    }
    let rest = iban[4..].chars().chain(iban[..4].chars()).filter_map(|c| c.to_digit(36)).fold(0, |rest, digit| {
        let shift = if digit > 9 { 100 } else { 10 };
        (rest * shift + digit) % 97
    });
    if rest == 1 { Ok(iban) } else { Err("is no IBAN: its check digits are wrong".to_owned()) }
}

pub(super) fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_| "must be a time zone such as Europe/Berlin".to_owned())
}
