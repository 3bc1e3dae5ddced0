//! Limits on the shape of a parsed document, counted over the fragment graph: each fragment once, whatever spreads it.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};

use crate::error::{Code, EdgeError};

/// Selections of all operations of the document, with every spread written out.
pub const MAX_SELECTIONS: u64 = 5_000;
pub const MAX_FRAGMENTS: usize = 50;
/// Fields below one another. The explorer's introspection query needs 15.
pub const MAX_DEPTH: usize = 15;
/// Selection sets inside one another, inline fragments included.
const MAX_NESTING: usize = 32;
/// Different response keys for one field in one selection set.
pub const MAX_ALIASES: usize = 30;
/// Directives in one place.
pub const MAX_DIRECTIVES: usize = 5;
/// Arguments of one field or directive. async-graphql compares them in pairs.
const MAX_ARGUMENTS: usize = 50;
/// Variables of one operation. async-graphql searches them for each use.
const MAX_VARIABLES: usize = 100;
/// Lists within lists of the schema's own description, as graphql-js limits them: types refer to each other in circles.
const MAX_INTROSPECTION_LISTS: usize = 2;

/// Refuses a document that would cost too much to validate or to execute, or that goes in circles.
pub fn check(document: &ExecutableDocument) -> Result<(), EdgeError> {
    if document.fragments.len() > MAX_FRAGMENTS {
        return Err(too_complex("The document has more than 50 fragments."));
    }
    let mut graph = Graph { document, known: HashMap::new(), open: HashSet::new() };
    for (name, fragment) in &document.fragments {
        check_directives(&fragment.node.directives)?;
        graph.fragment(name)?;
    }
    let (mut total, mut selections) = (Size::default(), 0_u64);
    for (_, operation) in document.operations.iter() {
        check_directives(&operation.node.directives)?;
        if operation.node.variable_definitions.len() > MAX_VARIABLES {
            return Err(too_complex("The operation has more than 100 variables."));
        }
        for variable in &operation.node.variable_definitions {
            check_directives(&variable.node.directives)?;
        }
        let size = graph.selection_set(&operation.node.selection_set.node)?;
        selections = selections.saturating_add(size.selections);
        total.add(size);
    }
    if selections > MAX_SELECTIONS {
        return Err(too_complex("The document selects more than 5,000 fields, fragments written out."));
    }
    if total.depth > MAX_DEPTH || total.nesting > MAX_NESTING {
        return Err(EdgeError::new(Code::QueryTooDeep, "Fields are nested more than 15 deep."));
    }
    if total.introspection_lists > MAX_INTROSPECTION_LISTS {
        return Err(too_complex("The introspection query lists the fields of fields too often."));
    }
    // Only now, since this one does write the fragments out.
    check_aliases(document)
}

/// What a selection set comes to, with its fragments written out. Numbers saturate.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    selections: u64,
    depth: usize,
    nesting: usize,
    introspection_lists: usize,
}

impl Size {
    fn add(&mut self, other: Self) {
        self.selections = self.selections.saturating_add(other.selections);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.introspection_lists = self.introspection_lists.max(other.introspection_lists);
    }
}

struct Graph<'a> {
    document: &'a ExecutableDocument,
    known: HashMap<&'a Name, Size>,
    open: HashSet<&'a Name>,
}

impl<'a> Graph<'a> {
    fn fragment(&mut self, name: &'a Name) -> Result<Size, EdgeError> {
        if let Some(size) = self.known.get(name) {
            return Ok(*size);
        }
        // A fragment that is not there is async-graphql's to report, in its own words.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Size::default()) };
        if !self.open.insert(name) {
            return Err(EdgeError::bad_input(format!("Cannot spread fragment \"{name}\" within itself.")));
        }
        let size = self.selection_set(&fragment.node.selection_set.node)?;
        self.open.remove(name);
        self.known.insert(name, size);
        Ok(size)
    }

    /// The bracket count has bounded the recursion within one definition, the number of fragments that between them.
    fn selection_set(&mut self, set: &'a SelectionSet) -> Result<Size, EdgeError> {
        let mut total = Size { nesting: 1, ..Size::default() };
        for selection in &set.items {
            check_directives(selection.node.directives())?;
            let mut size = match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(inline) => {
                    let mut size = self.selection_set(&inline.node.selection_set.node)?;
                    size.nesting += 1;
                    size
                }
                Selection::FragmentSpread(spread) => {
                    // The name in the map lives as long as the document, as does the one in the spread.
                    let mut size = self.fragment(&spread.node.fragment_name.node)?;
                    size.nesting += 1;
                    size
                }
            };
            size.selections = size.selections.saturating_add(1);
            total.add(size);
        }
        Ok(total)
    }

    fn field(&mut self, field: &'a Field) -> Result<Size, EdgeError> {
        if field.arguments.len() > MAX_ARGUMENTS {
            return Err(too_complex("A field has more than 50 arguments."));
        }
        let set = &field.selection_set.node;
        let mut size = if set.items.is_empty() { Size::default() } else { self.selection_set(set)? };
        size.depth += 1;
        size.nesting += 1;
        // None of our own types has a field of these names, so this counts nothing but introspection.
        if matches!(field.name.node.as_str(), "fields" | "inputFields" | "interfaces" | "possibleTypes") {
            size.introspection_lists += 1;
        }
        Ok(size)
    }
}

/// Each selection set is looked at with its fragments written out, since that is how a resolver would be called.
fn check_aliases(document: &ExecutableDocument) -> Result<(), EdgeError> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set);
    let mut sets: Vec<&Positioned<SelectionSet>> = operations.chain(fragments).collect();
    while let Some(set) = sets.pop() {
        let mut keys: HashMap<&str, HashSet<&str>> = HashMap::new();
        let mut same_level = vec![set];
        while let Some(set) = same_level.pop() {
            for selection in &set.node.items {
                match &selection.node {
                    Selection::Field(field) => {
                        let of_field = keys.entry(field.node.name.node.as_str()).or_default();
                        of_field.insert(field.node.response_key().node.as_str());
                        if of_field.len() > MAX_ALIASES {
                            return Err(too_complex("One field is selected under more than 30 aliases."));
                        }
                        sets.push(&field.node.selection_set);
                    }
                    Selection::InlineFragment(inline) => same_level.push(&inline.node.selection_set),
                    Selection::FragmentSpread(spread) => {
                        let fragment = document.fragments.get(&spread.node.fragment_name.node);
                        same_level.extend(fragment.map(|fragment| &fragment.node.selection_set));
                    }
                }
            }
        }
    }
    Ok(())
}

fn check_directives(directives: &[Positioned<Directive>]) -> Result<(), EdgeError> {
    if directives.len() > MAX_DIRECTIVES {
        return Err(too_complex("There are more than 5 directives in one place."));
    }
    if directives.iter().any(|directive| directive.node.arguments.len() > MAX_ARGUMENTS) {
        return Err(too_complex("A directive has more than 50 arguments."));
    }
    Ok(())
}

fn too_complex(message: &'static str) -> EdgeError {
    EdgeError::new(Code::QueryTooComplex, message)
}

/// Whether the operation asks for the schema's own description anywhere, also through fragments.
pub fn asks_for_schema(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let mut sets: Vec<&SelectionSet> =
        operations.chain(document.fragments.values().map(|fragment| &fragment.node.selection_set.node)).collect();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if matches!(field.node.name.node.as_str(), "__schema" | "__type") => {
                    return true;
                }
                Selection::Field(field) => sets.push(&field.node.selection_set.node),
                Selection::InlineFragment(inline) => sets.push(&inline.node.selection_set.node),
                Selection::FragmentSpread(_) => {} // each fragment is in the list already
            }
        }
    }
    false
}

/// A subscription selects one field, as the specification wants it, and directly: async-graphql passes over fragments here
/// without a word, and the client would wait for events that never come.
pub fn check_subscription(operation: &OperationDefinition) -> Result<(), EdgeError> {
    match operation.selection_set.node.items.as_slice() {
        [only] if matches!(only.node, Selection::Field(_)) => Ok(()),
        _ => Err(EdgeError::bad_input("A subscription selects one field, and not through a fragment.")),
    }
}

/// The operation that a request means; `BAD_USER_INPUT` when that is not one.
pub fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, EdgeError> {
    match name {
        Some(wanted) => document.operations.iter().find(|(name, _)| name.is_some_and(|name| name.as_str() == wanted)),
        None if document.operations.iter().len() > 1 => None,
        None => document.operations.iter().next(),
    }
    .map(|(_, operation)| &operation.node)
    .ok_or_else(|| EdgeError::bad_input("operationName must name one of the document's operations."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::parse;

    fn refusal(query: &str) -> Option<Code> {
        parse(query).err().map(|error| error.code)
    }

    /// `levels` fragments, each spreading the next one twice: 2^levels selections (F2).
    fn doubling(levels: usize) -> String {
        let fragments: String =
            (0..levels).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1)).collect();
        format!("{{ ...F0 }} {fragments} fragment F{levels} on Query {{ a }}")
    }

    fn nested(depth: usize) -> String {
        format!("{}a{}", "{ a ".repeat(depth - 1) + "{ ", " }".repeat(depth))
    }

    #[test]
    fn the_shape_of_a_document_is_bounded() {
        let aliases = |n: usize| (0..n).map(|i| format!("a{i}: signIn ")).collect::<String>();
        let fields = |n: usize| (0..n).map(|i| format!("a{i} ")).collect::<String>();
        let fragments = |n: usize| (0..n).map(|i| format!("fragment F{i} on Query {{ a }}")).collect::<String>();
        for (query, expected) in [
            (nested(15), None),
            (nested(16), Some(Code::QueryTooDeep)),
            (format!("{{ {} }}", "... { ".repeat(40) + "a" + &" }".repeat(40)), Some(Code::QueryTooDeep)),
            (format!("mutation {{ {} }}", aliases(30)), None),
            (format!("mutation {{ {} }}", aliases(31)), Some(Code::QueryTooComplex)),
            (
                format!("{{ {} ...F }} fragment F on Query {{ ... {{ b: signIn }} }}", aliases(30)),
                Some(Code::QueryTooComplex),
            ),
            (format!("{{ a }} {}", fragments(50)), None),
            (format!("{{ a }} {}", fragments(51)), Some(Code::QueryTooComplex)),
            (format!("{{ a {} }}", "@skip(if: true) ".repeat(5)), None),
            (format!("{{ a {} }}", "@skip(if: true) ".repeat(6)), Some(Code::QueryTooComplex)),
            (format!("query {} {{ a }}", "@x ".repeat(6)), Some(Code::QueryTooComplex)),
            (format!("query ($a: Int {}) {{ a }}", "@x ".repeat(6)), Some(Code::QueryTooComplex)),
            (format!("{{ {} }}", fields(4_990)), None),
            (format!("{{ {} }}", fields(5_001)), Some(Code::QueryTooComplex)),
            (
                format!("{{ a({}) }}", (0..51).map(|i| format!("b{i}: 1 ")).collect::<String>()),
                Some(Code::QueryTooComplex),
            ),
            (doubling(3), None),
            (doubling(11), Some(Code::QueryTooComplex)),
            ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".into(), Some(Code::BadUserInput)),
            ("{ a } fragment A on Query { ...A }".into(), Some(Code::BadUserInput)),
            ("{ __schema { types { fields { type { fields { name } } } } } }".into(), None),
            (
                "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }".into(),
                Some(Code::QueryTooComplex),
            ),
        ] {
            assert_eq!(refusal(&query), expected, "{}", &query[..query.len().min(200)]);
        }
    }

    /// F2: the count does not itself walk the fragments again and again.
    #[test]
    fn doubling_fragments_are_counted_at_once() {
        for levels in 12..=49 {
            let started = std::time::Instant::now();
            assert_eq!(refusal(&doubling(levels)), Some(Code::QueryTooComplex));
            assert!(started.elapsed().as_millis() < 500, "{levels} levels took {:?}", started.elapsed());
        }
    }

    #[test]
    fn introspection_is_seen_through_fragments() {
        let asks = |query: &str| asks_for_schema(&parse(query).unwrap());
        assert!(asks("{ a ...F } fragment F on Query { ... { x: __schema { description } } }"));
        assert!(asks("{ __type(name: \"A\") { name } }"));
        assert!(!asks("{ a { __typename } }"));
    }
}
