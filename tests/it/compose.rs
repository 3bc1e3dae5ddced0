//! `compose.yaml`, `Dockerfile` and the operator's reference say the same as the program. No container runs here.

use std::{fs, path::Path};

use clap::Parser;
use mandate::{cli::Cli, config};
use yaml_rust2::{Yaml, YamlLoader};

/// No image may change under a name: each has a version of its own, down to the patch.
#[test]
fn images_are_pinned() {
    for (name, service) in services() {
        let image = service["image"].as_str().unwrap_or_else(|| panic!("{name} has no image"));
        assert!(is_pinned(image), "{name}: {image}");
    }
    for line in read("Dockerfile").lines().filter(|line| line.starts_with("FROM ")) {
        assert!(is_pinned(line.split(' ').nth(1).unwrap()), "{line}");
    }
    assert!(is_pinned("redis:8.0.3-bookworm") && is_pinned("debian:13.2-slim"));
    assert!(!is_pinned("redis:latest") && !is_pinned("redis") && !is_pinned("redis:8-bookworm"));
}

/// The image is built by the version of Rust that everybody else builds with.
#[test]
fn the_image_is_built_by_the_same_rust() {
    let toolchain = read("rust-toolchain.toml");
    let version = toolchain.lines().find_map(|line| line.strip_prefix("channel = ")).unwrap().trim_matches('"');
    assert!(read("Dockerfile").contains(&format!("FROM rust:{version}-")));
}

/// What runs on tells whether it is well; what ends is waited for by its end.
#[test]
fn services_have_health_checks() {
    for (name, service) in services() {
        if service["restart"].as_str() == Some("no") {
            let waits = |other: &Yaml| {
                other["depends_on"][name.as_str()]["condition"].as_str() == Some("service_completed_successfully")
            };
            assert!(services().iter().any(|(_, other)| waits(other)), "nobody waits for {name}");
        } else {
            assert!(service["healthcheck"]["test"].as_vec().is_some_and(|test| test.len() > 1), "{name}");
        }
        for (other, condition) in service["depends_on"].as_hash().into_iter().flatten() {
            let other = other.as_str().unwrap();
            assert!(services().iter().any(|(known, _)| known == other), "{name} waits for {other}");
            assert!(
                condition["condition"].as_str().is_some_and(|it| it != "service_started"),
                "{name} waits for {other}"
            );
        }
    }
}

/// Nothing runs as root.
#[test]
fn nothing_runs_as_root() {
    let is_root = |user: &str| ["root", "0", ""].contains(&user.split(':').next().unwrap());
    for (name, service) in services() {
        assert!(service["user"].as_str().is_some_and(|user| !is_root(user)), "{name}");
    }
    let dockerfile = read("Dockerfile");
    let user = dockerfile.lines().filter_map(|line| line.strip_prefix("USER ")).next_back();
    assert!(user.is_some_and(|user| !is_root(user)), "the image runs as {user:?}");
}

/// Every setting named here exists, and is described.
#[test]
fn settings_exist() {
    let reference = read("docs/running.md");
    let mut seen = 0;
    let dockerfile = read("Dockerfile");
    let in_image = dockerfile.lines().filter_map(|line| line.strip_prefix("ENV ")).flat_map(|line| line.split(' '));
    let in_image = in_image.map(|pair| pair.split('=').next().unwrap().to_owned());
    let in_services = ours().into_iter().flat_map(|(_, service)| environment(&service)).map(|(name, _)| name);
    for name in in_image.chain(in_services).filter(|name| name != "RUST_LOG") {
        let setting = name.strip_suffix("_FILE").unwrap_or(&name);
        assert!(config::environment_names().any(|known| known == setting), "{name} is no setting");
        assert!(reference.contains(&format!("`{setting}`")), "docs/running.md lacks {setting}");
        seen += 1;
    }
    assert!(seen > 20, "only {seen} settings were found");
}

/// Each of our services runs a command that there is.
#[test]
fn commands_exist() {
    for (name, service) in ours() {
        let command = service["command"].as_vec().unwrap().iter().map(|word| word.as_str().unwrap());
        let parsed = Cli::try_parse_from(["mandate"].into_iter().chain(command));
        assert!(parsed.is_ok(), "{name}: {}", parsed.unwrap_err());
    }
}

/// Secrets come as files that are mounted, never as values.
#[test]
fn secrets_are_files() {
    let compose = compose();
    let mut seen = 0;
    for (name, service) in services() {
        for (setting, value) in environment(&service) {
            assert!(!(value.contains("://") && value.contains('@')), "{name}: {setting} holds a password");
            let hushed = ["PASSWORD", "SECRET", "KEY"].iter().any(|word| setting.contains(word));
            assert!(!hushed || setting.ends_with("_FILE"), "{name}: {setting} is no file");
            let Some(secret) = value.strip_prefix("/run/secrets/") else { continue };
            let mounted =
                service["secrets"].as_vec().is_some_and(|all| all.iter().any(|one| one.as_str() == Some(secret)));
            assert!(mounted, "{name}: {secret} is not mounted");
            assert!(compose["secrets"][secret]["file"].as_str().is_some(), "{secret} has no file");
            seen += 1;
        }
    }
    assert!(seen >= 4, "only {seen} secrets were found");
}

/// What must outlive a container lies in a volume that is declared.
#[test]
fn volumes_are_declared() {
    let compose = compose();
    let postgres = compose["services"]["postgres"]["volumes"][0].as_str().unwrap();
    let (volume, _) = postgres.split_once(':').unwrap();
    assert!(compose["volumes"].as_hash().unwrap().contains_key(&Yaml::String(volume.to_owned())));
}

fn compose() -> Yaml {
    YamlLoader::load_from_str(&read("compose.yaml")).unwrap().remove(0)
}

fn services() -> Vec<(String, Yaml)> {
    let compose = compose();
    let services = compose["services"].as_hash().unwrap();
    assert!(services.len() >= 6);
    services.iter().map(|(name, service)| (name.as_str().unwrap().to_owned(), service.clone())).collect()
}

/// The services that run our own image.
fn ours() -> Vec<(String, Yaml)> {
    let ours: Vec<_> = services().into_iter().filter(|(_, service)| service["build"].as_str() == Some(".")).collect();
    assert_eq!(ours.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["migrate", "gateway", "worker"]);
    ours
}

fn environment(service: &Yaml) -> Vec<(String, String)> {
    let pairs = service["environment"].as_hash().into_iter().flatten();
    pairs
        .map(|(name, value)| (name.as_str().unwrap().to_owned(), value.as_str().unwrap_or_default().to_owned()))
        .collect()
}

/// Whether the name ends in a version of at least two numbers.
fn is_pinned(image: &str) -> bool {
    let Some((_, tag)) = image.rsplit_once(':') else { return false };
    let version = tag.trim_start_matches('v').split('-').next().unwrap_or_default();
    let numbers: Vec<_> = version.split('.').collect();
    numbers.len() >= 2 && numbers.iter().all(|number| number.parse::<u32>().is_ok())
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}
