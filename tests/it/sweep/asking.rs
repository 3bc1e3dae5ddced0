//! What is asked: selections of everything, made from the served schema.

use super::roots::arguments;
use super::schema::Schema;

/// How far a selection goes on.
#[derive(Clone, Copy)]
pub struct Depth {
    /// Into objects without an id.
    levels: usize,
    /// Into accounts.
    accounts: usize,
}

/// A selection that names what is there, and no more.
pub const SHALLOW: Depth = Depth { levels: 0, accounts: 0 };
/// One that tells all.
pub const DEEP: Depth = Depth { levels: 3, accounts: 1 };

/// The page that tells how many there are, and holds every one that the sweep's world has.
const WHOLE: &str = "first: 100";

impl Schema {
    /// Every field of a type: of what has an id in it, that alone; of what has none, every field again; of accounts both, so that
    /// what must not be told of them shows; of lists, a page with its count.
    pub fn everything(&self, of: &str, depth: Depth) -> String {
        let fields = self.fields(of).iter().filter_map(|field| self.asked(of, &field.name, depth));
        std::iter::once("__typename".to_owned()).chain(fields).collect::<Vec<_>>().join(" ")
    }

    /// One field of a type; none where it is tried otherwise.
    pub fn asked(&self, of: &str, name: &str, depth: Depth) -> Option<String> {
        let field = self.fields(of).iter().find(|field| field.name == name)?;
        let arguments = arguments(of, field, depth.accounts == 0)?;
        let result = field.of.name();
        Some(if self.is_leaf(result) {
            format!("{name}{arguments}")
        } else if let Some(node) = self.listed(result) {
            let node = self.inner(node, depth);
            let page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }";
            format!("{name}{arguments} {{ totalCount nodes {{ {node} }} edges {{ node {{ {node} }} }} {page} }}")
        } else {
            format!("{name}{arguments} {{ {} }}", self.inner(result, depth))
        })
    }

    /// Every list of a type, whole, with its count.
    pub fn lists(&self, of: &str) -> String {
        let lists = self.fields(of).iter().filter(|field| self.listed(field.of.name()).is_some());
        let asked = lists.map(|field| {
            let name = &field.name;
            format!("{name}({WHOLE}) {{ totalCount nodes {{ __typename id }} pageInfo {{ hasNextPage }} }}")
        });
        asked.collect::<Vec<_>>().join(" ")
    }

    fn inner(&self, of: &str, Depth { levels, accounts }: Depth) -> String {
        if of == "Account" && accounts > 0 {
            self.everything(of, SHALLOW)
        } else if self.has_id(of) {
            "__typename id".to_owned()
        } else if levels > 0 {
            self.everything(of, Depth { levels: levels - 1, accounts })
        } else {
            "__typename".to_owned()
        }
    }
}
