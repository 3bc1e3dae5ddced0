//! Where values come from: the environment, files named by the environment, and the configuration file.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use config::{FileFormat, Map, Value, ValueKind};

use super::names::{self, CONFIG, SETTINGS, Setting, VAT};

/// What was given, by key, and everything that is wrong with it.
pub(super) struct Given {
    values: BTreeMap<&'static str, Text>,
    vat: Option<(Value, String)>,
    pub(super) errors: Vec<String>,
}

struct Text {
    text: String,
    /// How the person who wrote the value calls the place where it stands.
    origin: String,
    is_secret: bool,
}

impl Given {
    /// Reads the file that `MANDATE_CONFIG` names, or `mandate.toml` in `folder` if there is one, and then the environment,
    /// which wins.
    pub(super) fn read(environment: impl IntoIterator<Item = (OsString, OsString)>, folder: &Path) -> Self {
        let mut given = Self { values: BTreeMap::new(), vat: None, errors: Vec::new() };
        let environment = given.known_variables(environment);
        let named = environment.get(CONFIG).map(|path| folder.join(path));
        let usual = folder.join("mandate.toml");
        if let Some(path) = named.or_else(|| usual.exists().then_some(usual)) {
            given.read_file(&path);
        }
        for setting in SETTINGS {
            given.read_variable(setting, &environment, folder);
        }
        given
    }

    /// The variables that are ours, without the empty ones: `NAME=${NAME:-}` in a compose file means "not given".
    fn known_variables(
        &mut self,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> BTreeMap<String, String> {
        let mut known = BTreeMap::new();
        for (name, value) in environment {
            let Ok(name) = name.into_string() else { continue };
            let base = name.strip_suffix("_FILE").unwrap_or(&name);
            let is_setting = SETTINGS.iter().any(|setting| setting.env == Some(base)) || name == CONFIG;
            if !is_setting {
                if name.starts_with("MANDATE_") {
                    let hint = names::near_env(&name).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                    self.errors.push(format!("{name} is no setting{hint}"));
                }
                continue;
            }
            match value.into_string() {
                Ok(value) if value.is_empty() => {}
                Ok(value) => drop(known.insert(name, value)),
                Err(_) => self.errors.push(format!("{name} is not valid UTF-8")),
            }
        }
        known
    }

    fn read_variable(&mut self, setting: &'static Setting, environment: &BTreeMap<String, String>, folder: &Path) {
        let Some(name) = setting.env else { return };
        let by_file = format!("{name}_FILE");
        let (text, origin) = match (environment.get(name), environment.get(&by_file)) {
            (Some(_), Some(_)) => return self.errors.push(format!("{name} and {by_file} are both given; one must go")),
            (Some(value), None) => (value.clone(), name.to_owned()),
            (None, Some(path)) => match std::fs::read_to_string(folder.join(path)) {
                // Editors and `echo` end a file with a line break that is no part of the secret.
                Ok(text) => (text.trim_end_matches(['\r', '\n']).to_owned(), format!("{by_file} ({path})")),
                Err(error) => return self.errors.push(format!("{by_file}: cannot read {path}: {error}")),
            },
            (None, None) => return,
        };
        self.values.insert(setting.key, Text { text, origin, is_secret: setting.is_secret });
    }

    fn read_file(&mut self, path: &Path) {
        let shown = path.display();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.errors.push(format!("cannot read the configuration file {shown}: {error}")),
        };
        let source = config::File::from_str(&text, FileFormat::Toml);
        let table = config::Config::builder().add_source(source).build().and_then(|file| file.cache.into_table());
        match table {
            Ok(table) => self.read_table(&table, "", &shown.to_string()),
            Err(error) => self.errors.push(format!("{shown} is not valid TOML: {}", one_line(&error.to_string()))),
        }
    }

    fn read_table(&mut self, table: &Map<String, Value>, above: &str, path: &str) {
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| *name);
        for (name, value) in entries {
            let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
            let origin = format!("{key} in {path}");
            match (&value.kind, names::by_key(&key)) {
                _ if key == VAT => self.vat = Some((value.clone(), origin)),
                (ValueKind::Table(inner), None) => self.read_table(inner, &key, path),
                (_, None) => {
                    let hint = names::near_key(&key).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                    self.errors.push(format!("{origin} is no setting{hint}"));
                }
                (_, Some(setting)) => match text(value) {
                    Some(text) => {
                        self.values.insert(setting.key, Text { text, origin, is_secret: setting.is_secret });
                    }
                    None => self
                        .errors
                        .push(format!("{origin} must be a text, a number, true or false, or a list of these")),
                },
            }
        }
    }

    /// Whether there is a value for the key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// The value of a key as `parse` understands it. A value that it does not understand is an error that names its place.
    pub(super) fn take<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        debug_assert!(names::by_key(key).is_some(), "{key} is missing in the list of settings");
        let Text { text, origin, is_secret } = self.values.remove(key)?;
        match parse(text.trim()) {
            Ok(value) => Some(value),
            Err(why) if is_secret => {
                self.errors.push(format!("{origin}: {why}"));
                None
            }
            Err(why) => {
                self.errors.push(format!("{origin} = {text:?}: {why}"));
                None
            }
        }
    }

    /// The rates of value added tax as they stand in the file.
    pub(super) fn take_vat<T: serde::de::DeserializeOwned>(&mut self) -> Vec<T> {
        let Some((value, origin)) = self.vat.take() else { return Vec::new() };
        value.try_deserialize().unwrap_or_else(|error| {
            self.errors.push(format!("{origin}: {}", one_line(&error.to_string())));
            Vec::new()
        })
    }
}

/// A plain value as text; the items of a list with commas between.
fn text(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::String(text) => Some(text.clone()),
        ValueKind::Boolean(yes) => Some(yes.to_string()),
        ValueKind::I64(number) => Some(number.to_string()),
        ValueKind::Array(items) => items.iter().map(text).collect::<Option<Vec<_>>>().map(|items| items.join(",")),
        ValueKind::Nil
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)
        | ValueKind::Table(_) => None,
    }
}

/// The lines of a message on one line, without the drawing that points into the source.
fn one_line(message: &str) -> String {
    let lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.filter(|line| !line.contains('|')).collect::<Vec<_>>().join(": ")
}
