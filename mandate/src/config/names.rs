//! The names of all settings: what may stand in the environment and in the file, and nothing else.

/// One setting.
pub(super) struct Setting {
    /// Its name in the environment; none for what only the file can say.
    pub(super) env: Option<&'static str>,
    /// Its key in the file.
    pub(super) key: &'static str,
    /// Whether its value must not be shown, not even in an error.
    pub(super) is_secret: bool,
}

const fn both(env: &'static str, key: &'static str) -> Setting {
    Setting { env: Some(env), key, is_secret: false }
}

const fn secret(env: &'static str, key: &'static str) -> Setting {
    Setting { env: Some(env), key, is_secret: true }
}

const fn file(key: &'static str) -> Setting {
    Setting { env: None, key, is_secret: false }
}

/// Where the file is; the only setting that the file itself cannot hold.
pub(super) const CONFIG: &str = "MANDATE_CONFIG";

/// The rates of value added tax, the one setting that is a list of tables: `[[vat]]`.
pub(super) const VAT: &str = "vat";

pub(super) const SETTINGS: &[Setting] = &[
    // Connection strings may carry a password, so they count as secrets.
    secret("DATABASE_URL", "database_url"),
    secret("REDIS_URL", "redis_url"),
    secret("SMTP_URL", "smtp_url"),
    both("MANDATE_LISTEN", "listen"),
    both("MANDATE_PUBLIC_URL", "public_url"),
    both("MANDATE_TEST_CLOCK", "test_clock"),
    both("MANDATE_PORTAL_URL", "portal_url"),
    both("MANDATE_EXPLORER", "explorer"),
    both("MANDATE_GATEWAY", "gateway"),
    secret("MANDATE_STRIPE_KEY", "stripe.key"),
    secret("MANDATE_STRIPE_WEBHOOK_SECRET", "stripe.webhook_secret"),
    both("MANDATE_TRUSTED_PROXIES", "trusted_proxies"),
    both("MANDATE_METRICS_LISTEN", "metrics_listen"),
    both("MANDATE_SELLER_NAME", "seller.name"),
    both("MANDATE_SELLER_COUNTRY", "seller.country"),
    both("MANDATE_SELLER_VAT_ID", "seller.vat_id"),
    both("MANDATE_SELLER_ADDRESS", "seller.address"),
    both("MANDATE_SELLER_IBAN", "seller.iban"),
    both("MANDATE_SELLER_TIME_ZONE", "seller.time_zone"),
    both("MANDATE_MAIL_FROM", "mail_from"),
    both("MANDATE_SUPPORT_EMAIL", "support_email"),
    secret("MANDATE_DKIM_KEY", "dkim.key"),
    both("MANDATE_DKIM_SELECTOR", "dkim.selector"),
    both("MANDATE_DKIM_DOMAIN", "dkim.domain"),
    both("MANDATE_RATE_LIMITS", "rate_limits"),
    file("webhooks.allow_private"),
    file("dunning.retry_days"),
    file("dunning.warn_client_day"),
    file("dunning.suspend_day"),
    file("dunning.cancel_day"),
    file("stripe.url"),
    file("affiliate.commission_bps"),
    file("affiliate.click_days"),
    file("limits.body_bytes"),
    file("limits.query_bytes"),
    file("limits.brackets"),
    file("limits.selections"),
    file("limits.fragments"),
    file("limits.aliases"),
    file("limits.nodes"),
    file("limits.cost_per_minute"),
    file("limits.sign_ins_per_minute"),
    file("limits.database_connections"),
    file("limits.drain"),
    file("limits.gateway_timeout"),
    file("worker.lease"),
    file("worker.renewal_batch"),
    file("worker.mail_connections"),
    file("test_gateway.latency"),
];

/// The setting of that key. Keys are compared without case, a `MANDATE_` in front, and the difference between a table and
/// an underscore, so that the names of the environment are understood in the file, too.
pub(super) fn by_key(key: &str) -> Option<&'static Setting> {
    let wanted = plain(key);
    SETTINGS.iter().find(|setting| plain(setting.key) == wanted)
}

fn plain(key: &str) -> String {
    let key = key.to_ascii_lowercase().replace('.', "_");
    key.strip_prefix("mandate_").map(str::to_owned).unwrap_or(key)
}

/// The known key nearest to a misspelt one, if one is near.
pub(super) fn near_key(key: &str) -> Option<&'static str> {
    nearest(&key.to_ascii_lowercase(), file_keys())
}

/// The known variable nearest to a misspelt one, if one is near.
pub(super) fn near_env(name: &str) -> Option<&'static str> {
    nearest(name, environment_names())
}

fn nearest(word: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    known
        .map(|name| {
            // What was cut short or went on too long is nearer than its letters tell.
            let is_part = name.starts_with(word) || word.starts_with(name);
            (if is_part { 1 } else { strsim::damerau_levenshtein(word, name) }, name)
        })
        .min()
        // Further away than a third of the word is no slip of the finger.
        .and_then(|(distance, name)| (distance * 3 <= name.len()).then_some(name))
}

/// The names of all settings in the environment, in the order of the handbook.
pub fn environment_names() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().filter_map(|setting| setting.env).chain([CONFIG])
}

/// The keys of all settings in the file.
pub fn file_keys() -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().map(|setting| setting.key).chain([VAT])
}
