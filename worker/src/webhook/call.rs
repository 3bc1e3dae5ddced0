//! Calling an address that somebody else has chosen, without being led inward.
//!
//! We look names up ourselves, and the connection goes to one of the addresses that were looked up and found public: a name that
//! changes in between leads nowhere else. Redirects are not followed, no proxy is asked, and of the answer little more than its
//! status is read.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use domain::webhook::address::{self, is_public};
use domain::webhook::letter::Letter;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// An endpoint that takes longer has not heard.
const TIME_OUT: Duration = Duration::from_secs(20);
/// So much of an answer is read, so that its connection can be used again.
const READ: usize = 16 * 1024;
/// Connections to one host that are kept open between deliveries.
const KEPT: usize = 8;
/// For so long.
const KEPT_FOR: Duration = Duration::from_secs(15);

/// Looks up a name.
pub type LookUp = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// The way webhooks get out; a clone shares its connections.
#[derive(Clone)]
pub struct Hooks {
    http: reqwest::Client,
    may_be_private: bool,
}

impl Hooks {
    /// Names are looked up as this machine does it. `may_be_private` lets webhooks go anywhere, also by http.
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(may_be_private: bool) -> Result<Self, reqwest::Error> {
        let system = |name: String| -> BoxFuture<'static, _> {
            Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|found| found.ip()).collect()) })
        };
        Self::looking_up(Arc::new(system), TIME_OUT, may_be_private)
    }

    /// Names are looked up otherwise, and endpoints waited for for another time.
    /// # Errors
    /// When TLS cannot be set up.
    pub fn looking_up(look_up: LookUp, time_out: Duration, may_be_private: bool) -> Result<Self, reqwest::Error> {
        let http = domain::http::client()
            .dns_resolver(Arc::new(Guarded { look_up, may_be_private }))
            .timeout(time_out)
            .pool_max_idle_per_host(KEPT)
            .pool_idle_timeout(KEPT_FOR)
            .user_agent("Mandate-Webhooks/1")
            .build()?;
        Ok(Self { http, may_be_private })
    }

    /// Sends one delivery; the status of the answer, if one came in time.
    pub(crate) async fn call(&self, url: &str, letter: Letter) -> Option<u16> {
        // the address was read when it was saved, perhaps under another setting
        let Ok(url) = address::read(url, self.may_be_private) else { return refused(&letter) };
        let Letter { delivery_id, id, timestamp, signature, body } = letter;
        let request = self
            .http
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .body(body);
        let status = match request.send().await {
            Ok(response) => Some(status_of(response).await),
            Err(error) => {
                tracing::debug!(delivery.id = %delivery_id, error = ?error.without_url(), "a webhook did not arrive");
                None
            }
        };
        let outcome = match status {
            Some(200..300) => "delivered",
            Some(_) => "refused",
            None => "unanswered",
        };
        metrics::counter!("mandate_webhooks_total", "outcome" => outcome).increment(1);
        status
    }
}

fn refused(letter: &Letter) -> Option<u16> {
    tracing::debug!(delivery.id = %letter.delivery_id, "a webhook may not go to this address");
    metrics::counter!("mandate_webhooks_total", "outcome" => "unanswered").increment(1);
    None
}

/// The status, after reading what little else there should be.
async fn status_of(mut response: reqwest::Response) -> u16 {
    let mut read = 0;
    while read < READ {
        match response.chunk().await {
            Ok(Some(chunk)) => read += chunk.len(),
            Ok(None) | Err(_) => break,
        }
    }
    response.status().as_u16()
}

/// Gives the addresses of a name to connect to: those of the public.
struct Guarded {
    look_up: LookUp,
    may_be_private: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (found, may_be_private) = ((self.look_up)(name.as_str().to_owned()), self.may_be_private);
        Box::pin(async move {
            let addresses: Vec<_> = found.await?.into_iter().filter(|ip| may_be_private || is_public(*ip)).collect();
            if addresses.is_empty() {
                return Err(io::Error::other("the name leads to no public address").into());
            }
            // the port is the address's own
            let addresses: Addrs = Box::new(addresses.into_iter().map(|ip| SocketAddr::new(ip, 0)));
            Ok(addresses)
        })
    }
}
