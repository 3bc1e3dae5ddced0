use std::fs;

use tempfile::TempDir;

use super::*;

/// Settings read from these variables and, if it is not empty, this `mandate.toml`.
fn read(purpose: Purpose, variables: &[(&str, &str)], file: &str) -> Result<Config, Vec<String>> {
    let folder = TempDir::new().unwrap();
    if !file.is_empty() {
        fs::write(folder.path().join("mandate.toml"), file).unwrap();
    }
    fs::write(folder.path().join("secret"), "sk_live_4242\n").unwrap();
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Config::read(purpose, variables, folder.path()).map_err(|errors| {
        let shown = format!("{}/", folder.path().display());
        errors.0.into_iter().map(|error| error.replace(&shown, "")).collect()
    })
}

fn demo(variables: &[(&str, &str)], file: &str) -> Config {
    read(Purpose::Demo, variables, file).unwrap()
}

fn errors(variables: &[(&str, &str)], file: &str) -> Vec<String> {
    read(Purpose::Demo, variables, file).unwrap_err()
}

fn bound() -> SocketAddr {
    "127.0.0.1:8080".parse().unwrap()
}

#[test]
fn defaults_are_those_of_the_handbook() {
    let config = demo(&[], "");
    assert!(matches!(&config.database, DatabaseUrl::Sqlite(path) if path == Path::new("var/mandate.db")));
    assert!(config.redis.is_none() && config.smtp.is_none() && config.test_clock.is_none());
    assert_eq!(config.listen, bound());
    assert_eq!(config.metrics_listen.to_string(), "127.0.0.1:9464");
    assert_eq!(config.public_url(bound()).as_str(), "http://127.0.0.1:8080/");
    assert_eq!(config.portal_url(bound()).as_str(), "http://127.0.0.1:8080/");
    assert_eq!(config.mail_from(bound()), "billing@localhost");
    assert!(config.has_explorer && config.has_rate_limits && !config.may_call_private_webhooks);
    assert!(!read(Purpose::Tool, &[], "").unwrap().has_explorer);
    assert_eq!(config.dunning.retry_days, [1, 3, 5, 7]);
}

#[test]
fn links_and_the_sender_follow_the_portal() {
    let config = demo(
        &[("MANDATE_PUBLIC_URL", "https://api.example.com"), ("MANDATE_PORTAL_URL", "https://my.example.com/de")],
        "",
    );
    assert_eq!(config.public_url(bound()).as_str(), "https://api.example.com/");
    assert_eq!(config.portal_url(bound()).join("verify").unwrap().as_str(), "https://my.example.com/de/verify");
    assert_eq!(config.mail_from(bound()), "billing@my.example.com");
}

#[test]
fn the_environment_wins_over_the_file() {
    let file = "listen = '127.0.0.1:1'\nMANDATE_EXPLORER = false\ntrusted_proxies = ['10.0.0.0/8', '::1']\n\
                [seller]\nname = 'From the file'\n[webhooks]\nallow_private = true\n[dunning]\nretry_days = [2, 4]";
    let config = demo(&[("MANDATE_LISTEN", "127.0.0.1:2"), ("MANDATE_SELLER_NAME", "")], file);
    assert_eq!(config.listen.port(), 2);
    assert_eq!(config.seller.name, "From the file", "an empty variable is none");
    assert!(!config.has_explorer && config.may_call_private_webhooks);
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(config.dunning.retry_days, [2, 4]);
}

#[test]
fn a_secret_comes_from_a_file_and_is_never_shown() {
    let live = [
        ("MANDATE_GATEWAY", "stripe"),
        ("MANDATE_STRIPE_KEY_FILE", "secret"),
        ("MANDATE_STRIPE_WEBHOOK_SECRET", "whsec_77"),
        ("DATABASE_URL", "postgres://me:hunter2@db/mandate"),
        ("REDIS_URL", "redis://:hunter2@cache"),
    ];
    let config = read(Purpose::Tool, &live, "").unwrap();
    let Gateway::Stripe { key, .. } = &config.gateway else { panic!("stripe was asked for") };
    assert_eq!(secrecy::ExposeSecret::expose_secret(key), "sk_live_4242");
    let shown = format!("{config:?}");
    for secret in ["4242", "whsec", "hunter2"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    let refused = errors(&[("DATABASE_URL", "mysql://me:hunter2@db"), ("SMTP_URL", "hunter2")], "");
    assert_eq!(refused.len(), 2);
    assert!(!refused.concat().contains("hunter2"), "{refused:?}");
}

#[test]
fn a_key_for_mails_goes_with_its_name() {
    let both = [("MANDATE_DKIM_KEY_FILE", "secret"), ("MANDATE_DKIM_SELECTOR", "mandate2026")];
    let config = demo(&both, "");
    let Some(Dkim { key, selector, domain: None }) = &config.dkim else { panic!("{:?}", config.dkim) };
    assert_eq!((secrecy::ExposeSecret::expose_secret(key), selector.as_str()), ("sk_live_4242", "mandate2026"));
    assert!(!format!("{config:?}").contains("4242"));
    assert!(demo(&[], "").dkim.is_none());
    for alone in [both[0], both[1], ("MANDATE_DKIM_DOMAIN", "example.com")] {
        let refused = read(Purpose::Demo, &[alone], "").unwrap_err();
        assert_eq!(refused, ["MANDATE_DKIM_KEY and MANDATE_DKIM_SELECTOR go together: mails are signed with both"]);
    }
    assert_eq!(demo(&[], "").worker.mail_connections, 16);
    assert_eq!(read(Purpose::Demo, &[], "[worker]\nmail_connections = 0").unwrap_err().len(), 1);
}

#[test]
fn what_is_not_known_is_named_with_the_nearest_that_is() {
    let unknown = errors(
        &[("MANDATE_LISTNE", "x"), ("MANDATE_STRIPE_KEY_FIEL", "x"), ("MANDATE_CONFIG_FILE", "x"), ("PATH", "/bin")],
        "lisen = 1\nzebra = 2\n[seller]\nvat = 'x'\n[dunnig]\nretry_days = [1]",
    );
    assert_eq!(
        unknown,
        [
            "MANDATE_LISTNE is no setting; did you mean MANDATE_LISTEN?",
            "MANDATE_STRIPE_KEY_FIEL is no setting; did you mean MANDATE_STRIPE_KEY?",
            "MANDATE_CONFIG_FILE is no setting; did you mean MANDATE_CONFIG?",
            "dunnig.retry_days in mandate.toml is no setting; did you mean dunning.retry_days?",
            "lisen in mandate.toml is no setting; did you mean listen?",
            "seller.vat in mandate.toml is no setting; did you mean seller.vat_id?",
            "zebra in mandate.toml is no setting",
        ]
    );
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let wrong = errors(
        &[
            ("MANDATE_LISTEN", "8080"),
            ("MANDATE_PUBLIC_URL", "ftp://x"),
            ("MANDATE_TEST_CLOCK", "tomorrow"),
            ("MANDATE_EXPLORER", "maybe"),
            ("MANDATE_TRUSTED_PROXIES", "10.0.0.0/8, 10.0.0.0/33"),
            ("MANDATE_SELLER_IBAN", "DE89370400440532013001"),
            ("MANDATE_SELLER_TIME_ZONE", "Mars/Olympus"),
            ("MANDATE_MAIL_FROM", "billing"),
            ("REDIS_URL", "http://cache"),
            ("SMTP_URL_FILE", "nowhere"),
        ],
        "[dunning]\nsuspend_day = 50\n[limits]\ndrain = '30'\nnodes = 0",
    );
    assert_eq!(wrong.len(), 13, "{wrong:#?}");
    assert!(wrong.iter().all(|line| !line.contains('\n')), "{wrong:#?}");
    for name in [
        "MANDATE_LISTEN = \"8080\"",
        "REDIS_URL: must be redis://",
        "SMTP_URL_FILE: cannot read nowhere",
        "limits.drain in mandate.toml = \"30\"",
    ] {
        assert!(wrong.iter().any(|line| line.starts_with(name)), "{name}: {wrong:#?}");
    }
}

#[test]
fn a_live_gateway_needs_its_keys_and_real_time() {
    let stripe = [("MANDATE_GATEWAY", "stripe"), ("MANDATE_STRIPE_KEY", "k"), ("MANDATE_STRIPE_WEBHOOK_SECRET", "s")];
    let clock = ("MANDATE_TEST_CLOCK", "2027-01-01T00:00:00Z");
    assert_eq!(read(Purpose::Tool, &stripe[..1], "").unwrap_err().len(), 2);
    assert!(
        read(Purpose::Tool, &[stripe[0], stripe[1], stripe[2], clock], "").unwrap_err()[0]
            .contains("MANDATE_TEST_CLOCK")
    );
    assert!(read(Purpose::Demo, &stripe, "").unwrap_err()[0].contains("demo"));
    assert!(read(Purpose::Tool, &[clock], "").unwrap().test_clock.is_some());
}

#[test]
fn the_seller_is_required_outside_the_demo() {
    assert_eq!(read(Purpose::Service, &[], "").unwrap_err().len(), 6);
    let seller = [
        ("MANDATE_SELLER_NAME", "Fjord Hosting AB"),
        ("MANDATE_SELLER_COUNTRY", "SE"),
        ("MANDATE_SELLER_VAT_ID", "SE 5566778899 01"),
        ("MANDATE_SELLER_ADDRESS", "Storgatan 1\\n111 22 Stockholm"),
        ("MANDATE_SELLER_IBAN", "SE45 5000 0000 0583 9825 7466"),
        ("MANDATE_SELLER_TIME_ZONE", "Europe/Stockholm"),
    ];
    let Seller { vat_id, address, iban, .. } = read(Purpose::Service, &seller, "").unwrap().seller;
    assert_eq!((vat_id.as_str(), iban.as_str()), ("SE556677889901", "SE4550000000058398257466"));
    assert_eq!(address, "Storgatan 1\n111 22 Stockholm");
    let without_country = [("MANDATE_SELLER_VAT_ID", "5566778899 01")];
    let refusal = read(Purpose::Service, &[&seller[..2], &without_country, &seller[3..]].concat(), "").unwrap_err();
    assert!(matches!(&refusal[..], [only] if only.contains("begins with the country's code")), "{refusal:?}");
}

#[test]
fn the_file_adds_rates_of_value_added_tax() {
    let file = "[[vat]]\ncountry = 'DE'\nfrom = 2030-01-01\nrate_bps = 2000\n[[vat]]\ncountry = 'DE'\nfrom = '2021-01-01'\nrate_bps = 1800";
    let rates = demo(&[], file).vat_rates;
    let rate = |day: &str| rates.on(Country::parse("DE").unwrap(), day.parse().unwrap()).map(domain::money::Rate::bps);
    assert_eq!((rate("2029-12-31"), rate("2030-01-01")), (Some(1800), Some(2000)));
    let elsewhere = [("MANDATE_SELLER_COUNTRY", "JP")];
    assert!(errors(&elsewhere, "")[0].contains("JP, the seller's country: add [[vat]]"));
    demo(&elsewhere, "[[vat]]\ncountry = 'JP'\nfrom = 2019-10-01\nrate_bps = 1000");
    let wrong = errors(&[], "[[vat]]\ncountry = 'Germany'\nfrom = 2030-01-01\nrate_bps = 20000");
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert_eq!(errors(&[], "[[vat]]\ncountry = 'DE'\nrate = 19").len(), 1);
}

#[test]
fn a_broken_file_is_one_line() {
    let wrong = errors(&[], "listen = \n");
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(wrong[0].starts_with("mandate.toml is not valid TOML: ") && wrong[0].contains("line 1"), "{wrong:?}");
    let gone = errors(&[("MANDATE_CONFIG", "gone.toml")], "");
    assert!(gone[0].contains("cannot read the configuration file gone.toml"), "{gone:?}");
}

/// The handbook names each setting, and the sample file holds each with its default.
#[test]
fn handbook_and_sample_file_know_every_setting() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let handbook = fs::read_to_string(docs.join("running.md")).unwrap();
    for name in environment_names() {
        assert!(handbook.contains(&format!("`{name}`")), "docs/running.md does not name {name}");
    }
    let sample = fs::read_to_string(docs.join("mandate.toml")).unwrap();
    for key in file_keys() {
        let (table, key) = key.rsplit_once('.').unwrap_or(("", key));
        let place = if table.is_empty() { Some(0) } else { sample.find(&format!("\n[{table}]\n")) };
        let shown = if key == "vat" { "\n#[[vat]]\n".to_owned() } else { format!("\n#{key} = ") };
        assert!(place.is_some_and(|at| sample[at..].contains(&shown)), "docs/mandate.toml lacks {table} {key}");
    }
    let everything = sample.lines().map(|line| line.strip_prefix('#').filter(|l| !l.starts_with(' ')).unwrap_or(line));
    let everything = everything.collect::<Vec<_>>().join("\n");
    let (given, default) = (read(Purpose::Tool, &[], &everything), read(Purpose::Tool, &[], ""));
    let given = given.unwrap_or_else(|errors| panic!("{errors:#?}"));
    assert_eq!(format!("{:?}{:?}{:?}{:?}", given.dunning, given.affiliate, given.limits, given.worker), {
        let default = default.unwrap();
        format!("{:?}{:?}{:?}{:?}", default.dunning, default.affiliate, default.limits, default.worker)
    });
}
