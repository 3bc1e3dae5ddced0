//! From a request to who makes it: the only reader of tokens, and of what proxies say.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use domain::account::queries::authenticate;
use domain::api_key::commands::note_use;
use domain::store::Statements;
use domain::{Actor, Store};
use ipnet::IpNet;

use crate::account::tries::Tries;
use crate::answer::fault;
use crate::context;
use crate::error::{Code, EdgeError};
use crate::http::{Edge, Incoming, Session};
use crate::rounds::Rounds;

/// Sign-in by bearer token.
pub struct SignIn {
    /// Where sessions are.
    pub store: Store,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// How often one may try to prove who one is.
    pub tries: Arc<Tries>,
}

/// Where a request came from, in the data of each request.
#[derive(Debug, Clone, Copy)]
pub struct CallerIp(pub Option<IpAddr>);

impl CallerIp {
    /// For the audit log.
    pub fn text(self) -> Option<String> {
        self.0.map(|ip| ip.to_string())
    }

    /// For limits: one household or server has a whole IPv6 network of 64 bits.
    pub fn network(self) -> String {
        match self.0 {
            None => "nowhere".to_owned(),
            Some(IpAddr::V4(ip)) => ip.to_string(),
            Some(IpAddr::V6(ip)) => {
                let [a, b, c, d, ..] = ip.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).to_string()
            }
        }
    }
}

impl SignIn {
    /// Where a request came from.
    pub fn ip(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> CallerIp {
        CallerIp(caller(peer, headers, &self.trusted_proxies))
    }
}

impl Edge for SignIn {
    async fn open(&self, incoming: &Incoming<'_>, kind: OperationType) -> Result<Session, EdgeError> {
        let ip = self.ip(incoming.peer, incoming.headers);
        let token = bearer(incoming)?;
        let found = authenticate(&self.store, token, ip.text()).await;
        let (actor, now) = found.map_err(fault)?;
        let bucket = match (&actor, token) {
            (Actor::Person(person), _) => match person.key() {
                Some(key) => format!("key:{}", key.id),
                None => format!("user:{}", person.user_id),
            },
            (_, None) => format!("ip:{}", ip.network()),
            (_, Some(_)) => return Err(unauthenticated("This sign-in or key has ended.")),
        };
        if let Some(key) = actor.key()
            && let Err(error) = note_use(&self.store, key, now.now).await
        {
            tracing::warn!(?error, "a use of a key was not written down");
        }
        let (statements, rounds) = (Statements::default(), Rounds::default());
        let reader = match kind {
            OperationType::Query => self.store.reader_on_one_connection(actor, now.now, statements.clone()),
            OperationType::Mutation | OperationType::Subscription => {
                self.store.reader(actor, now.now, statements.clone())
            }
        };
        let mut data = context::Session::new(self.store.clone(), reader).into_data(&rounds);
        data.insert(ip);
        data.insert(Arc::clone(&self.tries));
        Ok(Session { data, bucket, statements, rounds })
    }
}

fn unauthenticated(message: &'static str) -> EdgeError {
    EdgeError::new(Code::Unauthenticated, message)
}

/// The token of the header, or of a WebSocket's `connection_init`; none where there is neither.
fn bearer<'i>(incoming: &Incoming<'i>) -> Result<Option<&'i str>, EdgeError> {
    let mut headers = incoming.headers.get_all(AUTHORIZATION).iter();
    let written = match (headers.next(), headers.next()) {
        (Some(one), None) => Some(one.to_str().map_err(|_| unauthenticated("The Authorization header is no text."))?),
        (Some(_), Some(_)) => return Err(unauthenticated("There is more than one Authorization header.")),
        (None, _) => match incoming.connection_init.and_then(|init| init.get("authorization")) {
            Some(serde_json::Value::String(text)) => Some(text.as_str()),
            Some(serde_json::Value::Null) | None => None,
            Some(_) => return Err(unauthenticated("`authorization` must be a string.")),
        },
    };
    let Some(written) = written else { return Ok(None) };
    let (scheme, token) = written.trim().split_once(' ').unwrap_or((written, ""));
    let token = token.trim();
    if scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() {
        Ok(Some(token))
    } else {
        Err(unauthenticated("Sign in with `Authorization: Bearer <accessToken>`."))
    }
}

/// The address that the request came from: the last one in front of the trusted proxies. What stands before it was written by
/// anybody.
fn caller(peer: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let mut caller = peer?.to_canonical();
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    for hop in lines.iter().flat_map(|line| line.split(',')).rev() {
        if !trusted.iter().any(|network| network.contains(&caller)) {
            break;
        }
        let Some(ip) = address(hop.trim()) else { break };
        caller = ip;
    }
    Some(caller)
}

/// An address as proxies write it: alone, or with a port.
fn address(hop: &str) -> Option<IpAddr> {
    let ip = hop.parse().ok().or_else(|| hop.parse().ok().map(|socket: std::net::SocketAddr| socket.ip()));
    ip.or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok()).map(|ip| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::error::RequestId;

    fn from(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_str(line).unwrap());
        }
        let trusted: Vec<IpNet> = trusted.iter().map(|net| net.parse().unwrap()).collect();
        caller(Some(peer.parse().unwrap()), &headers, &trusted).unwrap().to_string()
    }

    /// A6: a forged header is ignored unless it comes from a trusted proxy, and then counts from its end.
    #[test]
    fn only_trusted_proxies_say_who_calls() {
        assert_eq!(from("203.0.113.9", &["10.0.0.1"], &[]), "203.0.113.9");
        assert_eq!(from("203.0.113.9", &["10.0.0.1"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(from("10.0.0.2", &["198.51.100.1, 203.0.113.9"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(from("10.0.0.2", &["1.1.1.1, 203.0.113.9, 10.0.0.3"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(from("10.0.0.2", &["1.1.1.1", "203.0.113.9:4711"], &["10.0.0.0/8"]), "203.0.113.9");
        assert_eq!(from("10.0.0.2", &["[2001:db8::1]:443"], &["10.0.0.0/8"]), "2001:db8::1");
        assert_eq!(from("10.0.0.2", &["203.0.113.9, nonsense"], &["10.0.0.0/8"]), "10.0.0.2");
        assert_eq!(from("10.0.0.2", &[], &["10.0.0.0/8"]), "10.0.0.2");
        assert_eq!(from("::ffff:10.0.0.2", &["203.0.113.9"], &["10.0.0.0/8"]), "203.0.113.9");
    }

    #[test]
    fn an_ipv6_network_is_one_caller() {
        let network = |ip: &str| CallerIp(ip.parse().ok()).network();
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::"));
        assert_ne!(network("2001:db8:1:2::"), network("2001:db8:1:3::"));
    }

    fn token(headers: &[&str], init: Option<&serde_json::Value>) -> Result<Option<String>, Code> {
        let mut map = HeaderMap::new();
        for header in headers {
            map.append(AUTHORIZATION, HeaderValue::from_str(header).unwrap());
        }
        let request_id = RequestId::generate();
        let incoming = Incoming { headers: &map, peer: None, connection_init: init, request_id };
        bearer(&incoming).map(|token| token.map(str::to_owned)).map_err(|error| error.code)
    }

    #[test]
    fn a_token_stands_in_one_place() {
        assert_eq!(token(&[], None), Ok(None));
        assert_eq!(token(&["Bearer abc"], None), Ok(Some("abc".into())));
        assert_eq!(token(&["bearer  abc "], None), Ok(Some("abc".into())));
        let init = |value: serde_json::Value| serde_json::json!({ "authorization": value });
        assert_eq!(token(&[], Some(&init("Bearer abc".into()))), Ok(Some("abc".into())));
        assert_eq!(token(&["Bearer abc"], Some(&init("Bearer other".into()))), Ok(Some("abc".into())));
        assert_eq!(token(&[], Some(&init(serde_json::Value::Null))), Ok(None));
        for bad in ["", "Bearer", "Bearer ", "Basic abc", "abc"] {
            assert_eq!(token(&[bad], None), Err(Code::Unauthenticated), "{bad:?}");
        }
        assert_eq!(token(&["Bearer a", "Bearer b"], None), Err(Code::Unauthenticated));
        assert_eq!(token(&[], Some(&init(7.into()))), Err(Code::Unauthenticated));
    }
}
