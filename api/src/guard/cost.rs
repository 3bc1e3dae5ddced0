//! What an operation may load, known before anything is loaded: page sizes multiply.
//!
//! A field is a page when it is given `first` or `last`, or when a connection's parts are selected from it; a list of ids
//! (`nodes`) counts its ids. The nodes of a page are its size times the nodes of the pages within one of its items, or its
//! size alone where there are none: 100 clients with 100 products each are 10,000 nodes.

use std::collections::HashMap;

use async_graphql::{
    Name, Value, Variables,
    parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use crate::{
    cursor::{DEFAULT_PAGE, MAX_PAGE},
    error::{Code, EdgeError},
    guard::document,
};

/// Most nodes of one operation.
pub const MAX_NODES: u64 = 10_000;
/// Fields that cost more than what they show, in nodes. A preview quotes all that a client holds, twice, in statements of its
/// own: four of them are as much as one operation may ask for, and a list of them is refused.
const HEAVY: [(&str, u64); 1] = [("payerChangePreview", 2_400)];
/// Most field values of one operation's answer, by the same count: what 10,000 nodes with a dozen fields each come to,
/// twice over. It bounds the memory that one answer takes.
const MAX_VALUES: u64 = 250_000;

/// What an operation comes to. Numbers saturate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    pub nodes: u64,
    values: u64,
}

impl Cost {
    /// What the caller's bucket pays; no operation is free.
    pub fn charge(self) -> u64 {
        self.nodes.max(1)
    }
}

/// The cost of the operation that is meant, if it is within limits.
///
/// A page size outside 1 to 100 is `BAD_USER_INPUT`, more than 10,000 nodes `QUERY_TOO_COMPLEX`.
pub fn of(document: &ExecutableDocument, name: Option<&str>, variables: &Variables) -> Result<Cost, EdgeError> {
    let operation = document::operation(document, name)?;
    let mut count = Count { document, operation, variables, known: HashMap::new() };
    let cost = count.selection_set(&operation.selection_set.node)?;
    if cost.nodes > MAX_NODES {
        return Err(EdgeError::new(
            Code::QueryTooComplex,
            "The query may load more than 10,000 nodes: ask for smaller pages.",
        ));
    }
    if cost.values > MAX_VALUES {
        return Err(EdgeError::new(
            Code::QueryTooComplex,
            "The answer may hold more than 250,000 values: ask for smaller pages.",
        ));
    }
    Ok(cost)
}

struct Count<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    known: HashMap<&'a Name, Cost>,
}

impl<'a> Count<'a> {
    /// [`document::check`] has refused circles and bounded the depth.
    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<Cost, EdgeError> {
        let mut total = Cost::default();
        for selection in &set.items {
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(inline) => self.selection_set(&inline.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    match (self.known.get(name), self.document.fragments.get(name)) {
                        (Some(cost), _) => *cost,
                        (None, Some(fragment)) => {
                            let cost = self.selection_set(&fragment.node.selection_set.node)?;
                            self.known.insert(name, cost);
                            cost
                        }
                        (None, None) => Cost::default(),
                    }
                }
            };
            total.nodes = total.nodes.saturating_add(cost.nodes);
            total.values = total.values.saturating_add(cost.values);
        }
        Ok(total)
    }

    fn field(&mut self, field: &'a Field) -> Result<Cost, EdgeError> {
        let mut within = self.selection_set(&field.selection_set.node)?;
        let name = field.name.node.as_str();
        let heavy = HEAVY.iter().find_map(|(heavy, nodes)| (*heavy == name).then_some(*nodes));
        within.nodes = within.nodes.saturating_add(heavy.unwrap_or_default());
        Ok(match self.page_size(field)? {
            Some(size) => Cost {
                nodes: size.saturating_mul(within.nodes.max(1)),
                values: size.saturating_mul(within.values).saturating_add(1),
            },
            None => Cost { nodes: within.nodes, values: within.values.saturating_add(1) },
        })
    }

    fn page_size(&self, field: &Field) -> Result<Option<u64>, EdgeError> {
        for name in ["first", "last"] {
            match self.argument(field, name) {
                None | Some(Value::Null) => {}
                Some(Value::Number(size)) => {
                    let size = size.as_u64().filter(|size| (1..=u64::from(MAX_PAGE)).contains(size));
                    return size
                        .map(Some)
                        .ok_or_else(|| EdgeError::bad_input(format!("`{name}` must be from 1 to 100.")));
                }
                // Not a number: validation says so. Until then it counts as the largest page.
                Some(_) => return Ok(Some(u64::from(MAX_PAGE))),
            }
        }
        if let Some(Value::List(ids)) = self.argument(field, "ids") {
            return Ok(Some(u64::try_from(ids.len()).unwrap_or(u64::MAX)));
        }
        Ok(self.is_connection(&field.selection_set.node).then_some(u64::from(DEFAULT_PAGE)))
    }

    /// The argument's value, through a variable and its default.
    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let default = |variable: &Name| {
            let definition = self.operation.variable_definitions.iter().find(|d| d.node.name.node == *variable)?;
            definition.node.default_value.as_ref().map(|value| value.node.clone())
        };
        let given = |variable: Name| self.variables.get(&variable).cloned().or_else(|| default(&variable)).ok_or(());
        field.get_argument(name)?.node.clone().into_const_with(given).ok()
    }

    fn is_connection(&self, set: &SelectionSet) -> bool {
        set.items.iter().any(|selection| match &selection.node {
            Selection::Field(field) => {
                matches!(field.node.name.node.as_str(), "edges" | "nodes")
                    && !field.node.selection_set.node.items.is_empty()
            }
            Selection::InlineFragment(inline) => self.is_connection(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                fragment.is_some_and(|fragment| self.is_connection(&fragment.node.selection_set.node))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::parse;

    fn nodes(query: &str, variables: &serde_json::Value) -> Result<u64, Code> {
        let document = parse(query).unwrap();
        of(&document, None, &Variables::from_json(variables.clone())).map(|cost| cost.nodes).map_err(|error| error.code)
    }

    /// A5: page sizes multiply, and the product is known before the first statement.
    #[test]
    fn page_sizes_multiply() {
        let none = serde_json::json!({});
        for (query, expected) in [
            ("{ now }", Ok(0)),
            ("{ offerings { nodes { id } } }", Ok(20)),
            ("{ offerings { totalCount } }", Ok(0)),
            ("{ nodes(ids: [\"a\", \"b\", \"c\"]) { id } }", Ok(3)),
            (
                "{ a { clients(first: 20) { nodes { products(first: 5) { nodes { plan { id } invoices(first: 5) { edges { node { id } } } } } } } } }",
                Ok(500),
            ),
            ("{ a { clients(first: 100) { nodes { products(last: 100) { nodes { id } } } } } }", Ok(10_000)),
            (
                "{ a { clients(first: 100) { nodes { products(first: 100) { nodes { id } } carts(first: 1) { nodes { id } } } } } }",
                Err(Code::QueryTooComplex),
            ),
            (
                "{ a { clients(first: 100) { ...C } } } fragment C on X { nodes { products(first: 100) { ...P } } } fragment P on Y { nodes { invoices { ... { nodes { id } } } } }",
                Err(Code::QueryTooComplex),
            ),
            ("{ a { payerChangePreview(payer: PARTNER) { renewals { nodes { on } } } } }", Ok(2_420)),
            ("{ a { partnerships(first: 4) { nodes { payerChangePreview(payer: PARTNER) { x } } } } }", Ok(9_600)),
            (
                "{ a { partnerships { nodes { payerChangePreview(payer: PARTNER) { x } } } } }",
                Err(Code::QueryTooComplex),
            ),
            ("{ a { clients(first: 101) { nodes { id } } } }", Err(Code::BadUserInput)),
            ("{ a { clients(first: 100000) { totalCount } } }", Err(Code::BadUserInput)),
            ("{ a { clients(last: 0) { nodes { id } } } }", Err(Code::BadUserInput)),
            ("{ a { clients(first: -1) { nodes { id } } } }", Err(Code::BadUserInput)),
            ("{ a { clients(first: null) { nodes { id } } } }", Ok(20)),
            ("query ($n: Int = 7) { a { clients(first: $n) { nodes { id } } } }", Ok(7)),
        ] {
            assert_eq!(nodes(query, &none), expected, "{query}");
        }
        let query = "query ($n: Int = 7) { a { clients(first: $n) { nodes { id } } } }";
        assert_eq!(nodes(query, &serde_json::json!({ "n": 9 })), Ok(9));
        assert_eq!(nodes(query, &serde_json::json!({ "n": 1000 })), Err(Code::BadUserInput));
        assert_eq!(nodes(query, &serde_json::json!({ "n": "many" })), Ok(100));
    }

    #[test]
    fn wide_answers_count_too() {
        let fields: String = (0..30).map(|n| format!("f{n} ")).collect();
        let query = format!(
            "{{ a {{ clients(first: 100) {{ nodes {{ products(first: 100) {{ nodes {{ {fields} }} }} }} }} }} }}"
        );
        assert_eq!(nodes(&query, &serde_json::json!({})), Err(Code::QueryTooComplex));
    }

    #[test]
    fn the_operation_must_be_named_where_there_are_two() {
        let document = parse("query A { a(first: 3) } query B { b(first: 4) }").unwrap();
        let of =
            |name| super::of(&document, name, &Variables::default()).map(|cost| cost.nodes).map_err(|error| error.code);
        assert_eq!((of(Some("A")), of(Some("B"))), (Ok(3), Ok(4)));
        assert_eq!((of(None), of(Some("C"))), (Err(Code::BadUserInput), Err(Code::BadUserInput)));
    }
}
