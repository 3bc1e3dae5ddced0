//! An affiliate's link: remembers the click in the visitor's browser, and leads to the portal.
//!
//! The browser keeps whose link was clicked first, and when, by the product's clock; for 30 days a later click on another's link leads
//! on with the first one's code. Nothing is stored here about a visitor, and what the cookie says is worth no more than the code, which
//! anybody may pass to `signUp`.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use domain::affiliate::queries::known_code;
use domain::affiliate::rules;
use domain::store::Statements;
use domain::{Actor, Error};

use crate::auth::SignIn;

/// What the browser keeps: `code.milliseconds`.
const COOKIE: &str = "mandate_referral";

/// `/r/{code}`.
pub fn router(sign_in: Arc<SignIn>) -> Router {
    Router::new().route("/r/{code}", get(follow)).with_state(sign_in)
}

/// The link of an affiliate; `public_url` ends with a slash.
pub fn address(public_url: &str, code: &str) -> String {
    format!("{public_url}r/{code}")
}

/// On to the portal, with the code of whoever's link was clicked first; without any where the link is nobody's.
async fn follow(State(edge): State<Arc<SignIn>>, Path(code): Path<String>, headers: HeaderMap) -> Response {
    let clicked = async {
        let now = edge.store.now().await?.now;
        Ok::<_, Error>((first_click(&edge, &code, &headers, now).await?, now))
    };
    let (click, now) = match clicked.await {
        Ok(found) => found,
        Err(error) => {
            tracing::error!(?error, "an affiliate's link failed");
            (None, DateTime::UNIX_EPOCH)
        }
    };
    let settings = edge.store.settings();
    let portal = &settings.portal_url;
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let location =
        click.as_ref().map_or_else(|| portal.clone(), |click| format!("{portal}?referralCode={}", click.code));
    if let Ok(location) = HeaderValue::from_str(&location) {
        answer.headers_mut().insert(header::LOCATION, location);
    }
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let secure = settings.public_url.starts_with("https:");
    let kept = click.map(|click| click.cookie(settings.affiliate.click_days, now, secure));
    if let Some(cookie) = kept.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}

struct Click {
    code: String,
    at: DateTime<Utc>,
}

impl Click {
    /// As a cookie that lasts as long as the click counts.
    fn cookie(&self, days: u32, now: DateTime<Utc>, secure: bool) -> String {
        let left = i64::from(days) * 86_400 - now.signed_duration_since(self.at).num_seconds();
        let secure = if secure { "; Secure" } else { "" };
        format!(
            "{COOKIE}={}.{}; Path=/; Max-Age={left}; HttpOnly; SameSite=Lax{secure}",
            self.code,
            self.at.timestamp_millis()
        )
    }
}

/// The earlier click, while it counts and is still an affiliate's; else this one, if it is one's.
async fn first_click(
    edge: &SignIn,
    code: &str,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<Option<Click>, Error> {
    let reader = edge.store.reader(Actor::Anonymous, now, Statements::default());
    let terms = edge.store.settings().affiliate;
    if let Some(earlier) = kept(headers).filter(|click| rules::counts(terms, click.at, now))
        && let Some(code) = known_code(&reader, &earlier.code).await?
    {
        return Ok(Some(Click { code, at: earlier.at }));
    }
    Ok(known_code(&reader, code).await?.map(|code| Click { code, at: now }))
}

fn kept(headers: &HeaderMap) -> Option<Click> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let value = cookies.flat_map(|line| line.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == COOKIE).then_some(value)
    })?;
    let (code, at) = value.split_once('.')?;
    Some(Click { code: rules::written(code)?, at: DateTime::from_timestamp_millis(at.parse().ok()?)? })
}
