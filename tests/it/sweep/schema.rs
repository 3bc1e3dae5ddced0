//! What the gateway says of its own schema: the sweep knows no field but by this.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value, json};
use tests::app::TestApp;

const INTROSPECTION: &str = "query { __schema { types { kind name
    fields { name args { name type { ...Ref } } type { ...Ref } }
    inputFields { name defaultValue type { ...Ref } } possibleTypes { name } } } }
    fragment Ref on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }";

/// The types by their names.
pub struct Schema(BTreeMap<String, Type>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Type {
    kind: String,
    name: String,
    fields: Option<Vec<Field>>,
    input_fields: Option<Vec<Input>>,
    possible_types: Option<Vec<Named>>,
}

#[derive(Deserialize)]
pub struct Field {
    pub name: String,
    pub args: Vec<Input>,
    #[serde(rename = "type")]
    pub of: TypeRef,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    pub name: String,
    pub default_value: Option<String>,
    #[serde(rename = "type")]
    pub of: TypeRef,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// A type as it stands behind a name: perhaps required, perhaps a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TypeRef {
    kind: String,
    name: Option<String>,
    of_type: Option<Box<TypeRef>>,
}

impl TypeRef {
    pub fn is_required(&self) -> bool {
        self.kind == "NON_NULL"
    }

    /// The name of what it comes down to.
    pub fn name(&self) -> &str {
        match (&self.name, &self.of_type) {
            (Some(name), _) => name,
            (None, Some(inner)) => inner.name(),
            (None, None) => unreachable!("a type without a name"),
        }
    }

    /// What the list holds, if it is one.
    pub fn item(&self) -> Option<&Self> {
        match self.kind.as_str() {
            "NON_NULL" => self.of_type.as_deref().and_then(Self::item),
            "LIST" => self.of_type.as_deref(),
            _ => None,
        }
    }
}

/// A place in an input that holds a value: where, and what may stand there.
#[derive(Debug, Clone)]
pub struct Place {
    /// As a JSON pointer.
    pub at: String,
    pub of: TypeRef,
}

impl Schema {
    pub async fn of(app: &TestApp) -> Self {
        let reply = app.ask(INTROSPECTION, json!({})).await;
        let types: Vec<Type> = serde_json::from_value(reply.ok()["__schema"]["types"].clone()).expect("a schema");
        Self(types.into_iter().map(|one| (one.name.clone(), one)).collect())
    }

    fn one(&self, name: &str) -> &Type {
        self.0.get(name).unwrap_or_else(|| panic!("no type {name} in the schema"))
    }

    /// The fields of an object.
    pub fn fields(&self, name: &str) -> &[Field] {
        self.one(name).fields.as_deref().unwrap_or_default()
    }

    /// A mutation, if there is one of this name.
    pub fn mutation(&self, name: &str) -> Option<&Field> {
        self.fields("Mutation").iter().find(|field| field.name == name)
    }

    /// The types with fields that one comes to from a type, with itself.
    pub fn reachable(&self, from: &str) -> BTreeSet<&str> {
        let (mut found, mut to_do) = (BTreeSet::new(), vec![self.one(from)]);
        while let Some(one) = to_do.pop() {
            let is_new = one.kind == "OBJECT" && found.insert(one.name.as_str());
            if is_new || one.kind == "INTERFACE" || one.kind == "UNION" {
                let fields = self.fields(&one.name).iter().map(|field| field.of.name());
                let kinds = one.possible_types.iter().flatten().map(|one| one.name.as_str());
                let next = if is_new { fields.collect::<Vec<_>>() } else { kinds.collect() };
                to_do.extend(next.into_iter().map(|name| self.one(name)));
            }
        }
        found
    }

    /// Whether values of it have an id.
    pub fn has_id(&self, name: &str) -> bool {
        self.fields(name).iter().any(|field| field.name == "id") || name == "Node"
    }

    /// What a connection lists, if it is one.
    pub fn listed(&self, name: &str) -> Option<&str> {
        let is_one = name.ends_with("Connection");
        self.fields(name).iter().find(|field| is_one && field.name == "nodes").map(|field| field.of.name())
    }

    /// Whether values of it have no fields.
    pub fn is_leaf(&self, name: &str) -> bool {
        matches!(self.one(name).kind.as_str(), "SCALAR" | "ENUM")
    }

    /// Whether it has values of its own.
    pub fn is_enum(&self, name: &str) -> bool {
        self.one(name).kind == "ENUM"
    }

    /// Every place of an input that holds something; of a list, its first item.
    pub fn places(&self, input: &str, value: &Value) -> Vec<Place> {
        let mut places = Vec::new();
        self.walk(input, value, "", &mut places);
        places
    }

    fn walk(&self, input: &str, value: &Value, at: &str, places: &mut Vec<Place>) {
        for field in self.one(input).input_fields.iter().flatten() {
            let inner = &value[&field.name];
            if inner.is_null() {
                continue;
            }
            let mut place = Place { at: format!("{at}/{}", field.name), of: field.of.clone() };
            places.push(place.clone());
            let mut held = inner;
            if let (Some(item), Some(first)) = (field.of.item(), inner.get(0)) {
                place = Place { at: format!("{}/0", place.at), of: item.clone() };
                places.push(place.clone());
                held = first;
            }
            if !self.is_leaf(place.of.name()) {
                self.walk(place.of.name(), held, &place.at, places);
            }
        }
    }

    /// The fields of an input, nested ones too, that none of these values gives.
    pub fn untried(&self, input: &str, values: &[&Value]) -> Vec<String> {
        let mut untried = Vec::new();
        for field in self.one(input).input_fields.iter().flatten() {
            let held = values.iter().map(|value| &value[&field.name]).filter(|value| !value.is_null());
            let held: Vec<&Value> =
                held.flat_map(|value| value.as_array().map_or(vec![value], |all| all.iter().collect())).collect();
            if held.is_empty() {
                untried.push(field.name.clone());
            } else if !self.is_leaf(field.of.name()) {
                let inner = self.untried(field.of.name(), &held);
                untried.extend(inner.into_iter().map(|name| format!("{}.{name}", field.name)));
            }
        }
        untried
    }

    /// A selection of everything that needs no argument: what has an id of its own only so many levels deep, and no lists that
    /// are paged.
    pub fn selection(&self, object: &str, depth: usize) -> String {
        let mut selected = vec!["__typename".to_owned()];
        for field in self.fields(object) {
            let of = field.of.name();
            if field.args.iter().any(|arg| arg.of.is_required() && arg.default_value.is_none())
                || of.ends_with("Connection")
            {
                continue;
            }
            if self.is_leaf(of) {
                selected.push(field.name.clone());
            } else if self.one(of).kind == "OBJECT" {
                let depth = if self.has_id(of) { depth.checked_sub(1) } else { Some(depth) };
                selected.extend(depth.map(|depth| format!("{} {{ {} }}", field.name, self.selection(of, depth))));
            }
        }
        selected.join(" ")
    }
}
