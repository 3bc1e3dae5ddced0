//! Media types and origins.

use axum::http::{HeaderMap, StatusCode, Uri, header};

use crate::error::{Code, EdgeError};

/// What an answer is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MediaType {
    GraphqlResponse,
    Json,
}

impl MediaType {
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// Refuses a body that is not declared as JSON in UTF-8, before it is read (415).
pub(super) fn is_json(headers: &HeaderMap) -> Result<(), EdgeError> {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (essence, parameters) = split(declared);
    let is_utf8 = parameter(parameters, "charset").is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"));
    if essence.eq_ignore_ascii_case("application/json") && is_utf8 {
        return Ok(());
    }
    let error = EdgeError::bad_input("Send a body of application/json.");
    Err(error.with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE))
}

/// The media type that the client wants most: `application/graphql-response+json` where it does not mind; else 406.
pub(super) fn answer_type(headers: &HeaderMap) -> Result<MediaType, EdgeError> {
    let graphql = preference(headers, "application/graphql-response+json");
    let json = preference(headers, "application/json");
    match (graphql, json) {
        (0, 0) => {
            let error = EdgeError::bad_input("Accept application/graphql-response+json or application/json.");
            Err(error.with_status(StatusCode::NOT_ACCEPTABLE))
        }
        (graphql, json) if json > graphql => Ok(MediaType::Json),
        _ => Ok(MediaType::GraphqlResponse),
    }
}

/// Refuses a client that does not take event streams (406).
pub(crate) fn takes_events(headers: &HeaderMap) -> Result<(), EdgeError> {
    if preference(headers, "text/event-stream") > 0 {
        return Ok(());
    }
    Err(EdgeError::bad_input("Accept text/event-stream.").with_status(StatusCode::NOT_ACCEPTABLE))
}

/// How much the client wants a media type, in thousandths; the most specific range that it names decides.
fn preference(headers: &HeaderMap, wanted: &str) -> u32 {
    let ranges: Vec<&str> = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','))
        .collect();
    if ranges.is_empty() {
        return 1_000;
    }
    let (main, _) = wanted.split_once('/').unwrap_or((wanted, ""));
    let best = ranges.iter().filter_map(|range| {
        let (essence, parameters) = split(range);
        let specific = if essence.eq_ignore_ascii_case(wanted) {
            2
        } else if essence.strip_suffix("/*").is_some_and(|found| found.eq_ignore_ascii_case(main)) {
            1
        } else if essence == "*/*" {
            0
        } else {
            return None;
        };
        Some((specific, parameter(parameters, "q").map_or(1_000, thousandths)))
    });
    best.max().map_or(0, |(_, quality)| quality)
}

fn split(value: &str) -> (&str, &str) {
    let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
    (essence.trim(), parameters)
}

fn parameter<'a>(parameters: &'a str, name: &str) -> Option<&'a str> {
    parameters.split(';').find_map(|parameter| {
        let (found, value) = parameter.split_once('=')?;
        found.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"'))
    })
}

/// A quality of the form 0.xxx or 1.000; anything else counts as nought.
fn thousandths(quality: &str) -> u32 {
    match quality.split_once('.') {
        Some(("0", decimals)) if decimals.len() <= 3 => format!("{decimals:0<3}").parse().unwrap_or(0),
        Some(("1", _)) | None if quality.starts_with('1') => 1_000,
        _ => 0,
    }
}

/// Refuses what a browser sends on behalf of a foreign page (403). Programs send no `Origin`, which is fine.
pub(crate) fn same_site(headers: &HeaderMap, origins: &[String]) -> Result<(), EdgeError> {
    let foreign =
        || EdgeError::new(Code::Forbidden, "Requests from other sites are refused.").with_status(StatusCode::FORBIDDEN);
    match headers.get(header::ORIGIN) {
        Some(origin) => {
            let origin = origin.to_str().ok().and_then(Origin::parse).ok_or_else(foreign)?;
            let is_ours = origins.iter().filter_map(|ours| Origin::parse(ours)).any(|ours| ours == origin);
            is_ours.then_some(()).ok_or_else(foreign)
        }
        None if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") => Err(foreign()),
        None => Ok(()),
    }
}

/// Scheme, host and port of an origin. The names of this machine are one: the explorer works at each.
#[derive(PartialEq, Eq)]
struct Origin {
    scheme: String,
    host: String,
    port: u16,
}

impl Origin {
    fn parse(text: &str) -> Option<Self> {
        let uri: Uri = text.parse().ok()?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let host = uri.host()?.to_ascii_lowercase();
        let host = if matches!(host.as_str(), "127.0.0.1" | "[::1]") { "localhost".to_owned() } else { host };
        let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        Some(Self { scheme, host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_client_chooses_the_media_type() {
        let chosen = |accept: &str| answer_type(&headers(header::ACCEPT, accept)).ok();
        assert_eq!(answer_type(&HeaderMap::new()).ok(), Some(MediaType::GraphqlResponse));
        for (accept, expected) in [
            ("*/*", Some(MediaType::GraphqlResponse)),
            ("application/*", Some(MediaType::GraphqlResponse)),
            ("application/json", Some(MediaType::Json)),
            (
                "application/graphql-response+json; charset=utf-8, application/json;q=0.9",
                Some(MediaType::GraphqlResponse),
            ),
            ("application/graphql-response+json;q=0.5, application/json;q=0.9", Some(MediaType::Json)),
            ("application/json, */*;q=0.1", Some(MediaType::Json)),
            ("application/graphql-response+json;q=0, */*", Some(MediaType::Json)),
            ("text/html", None),
            ("application/json;q=0", None),
        ] {
            assert_eq!(chosen(accept), expected, "{accept}");
        }
    }

    #[test]
    fn only_our_own_pages_may_ask() {
        let ours = ["https://api.example".to_owned(), "http://127.0.0.1:8080".to_owned()];
        for (origin, is_ours) in [
            ("https://api.example", true),
            ("https://API.example:443", true),
            ("http://localhost:8080", true),
            ("http://api.example", false),
            ("https://api.example.evil.example", false),
            ("http://localhost:8081", false),
            ("null", false),
        ] {
            assert_eq!(same_site(&headers(header::ORIGIN, origin), &ours).is_ok(), is_ours, "{origin}");
        }
        assert!(same_site(&HeaderMap::new(), &ours).is_ok());
        assert!(same_site(&headers("sec-fetch-site".parse().unwrap(), "cross-site"), &ours).is_err());
    }
}
