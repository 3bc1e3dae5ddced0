//! Lists that hang on objects, a page at a time: one statement for all objects of a level, and one for their counts.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::Context;
use domain::page::{Page, PageRequest};
use domain::{Error, Reader};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::answer::loaded;
use crate::batch::Loader;
use crate::connection::{Connection, Count, Paging};
use crate::context::{ContextExt, Loads};

/// The pages of several parents' lists; a parent without any rows may be left out.
pub type Pages<L> = Result<HashMap<<L as List>::Parent, Page<<L as List>::Row>>, Error>;
/// How long several parents' lists are; an empty one may be left out.
pub type Counts<L> = Result<HashMap<<L as List>::Parent, i64>, Error>;

/// Which list of its parent, and what of it is wanted. Those who ask alike share a statement.
pub trait List: Clone + Eq + Hash + Send + Sync + 'static {
    /// What it hangs on.
    type Parent: Clone + Eq + Hash + Send + Sync + 'static;
    /// What it lists.
    type Row: Clone + Send + Sync + 'static;
    /// What it is sorted by: no two rows have the same.
    type Key: Clone + Eq + Hash + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The sort key of a row.
    fn key(row: &Self::Row) -> Self::Key;

    /// The same page of each parent's list, as far as the reader's actor sees it, in one statement.
    fn pages(
        &self,
        reader: &Reader,
        parents: &[Self::Parent],
        page: &PageRequest<Self::Key>,
    ) -> impl Future<Output = Pages<Self>> + Send;

    /// How long each parent's list is, in one statement.
    fn counts(&self, reader: &Reader, parents: &[Self::Parent]) -> impl Future<Output = Counts<Self>> + Send;
}

/// A list of the whole product, which hangs on nothing.
pub trait Whole: Clone + Eq + Hash + Send + Sync + 'static {
    /// What it lists.
    type Row: Clone + Send + Sync + 'static;
    /// What it is sorted by: no two rows have the same.
    type Key: Clone + Eq + Hash + Serialize + DeserializeOwned + Send + Sync + 'static;

    /// The sort key of a row.
    fn key(row: &Self::Row) -> Self::Key;

    /// A page of it, as far as the reader's actor sees it, in one statement.
    fn page(
        &self,
        reader: &Reader,
        page: &PageRequest<Self::Key>,
    ) -> impl Future<Output = Result<Page<Self::Row>, Error>> + Send;

    /// How long it is, in one statement.
    fn count(&self, reader: &Reader) -> impl Future<Output = Result<i64, Error>> + Send;
}

impl<W: Whole> List for W {
    type Parent = ();
    type Row = W::Row;
    type Key = W::Key;

    fn key(row: &W::Row) -> W::Key {
        <W as Whole>::key(row)
    }

    async fn pages(&self, reader: &Reader, _: &[()], page: &PageRequest<W::Key>) -> Pages<Self> {
        Ok(HashMap::from([((), self.page(reader, page).await?)]))
    }

    async fn counts(&self, reader: &Reader, _: &[()]) -> Counts<Self> {
        Ok(HashMap::from([((), self.count(reader).await?)]))
    }
}

/// A page of one parent's list.
#[derive(Clone, PartialEq, Eq, Hash)]
struct PageOf<L: List> {
    list: L,
    page: PageRequest<L::Key>,
    parent: L::Parent,
}

/// What parents may be asked for alike.
type Asked<'k, L> = (&'k L, &'k PageRequest<<L as List>::Key>);

/// How long one parent's list is.
#[derive(Clone, PartialEq, Eq, Hash)]
struct CountOf<L: List> {
    list: L,
    parent: L::Parent,
}

impl<L: List> Loader<PageOf<L>> for Loads {
    type Value = Page<L::Row>;

    /// One statement for each page of each list that is asked for: aliases may ask for several.
    async fn load(&self, keys: &[PageOf<L>]) -> Result<HashMap<PageOf<L>, Page<L::Row>>, Arc<Error>> {
        let mut alike: HashMap<Asked<L>, Vec<L::Parent>> = HashMap::new();
        for PageOf { list, page, parent } in keys {
            alike.entry((list, page)).or_default().push(parent.clone());
        }
        let mut found = HashMap::with_capacity(keys.len());
        for ((list, page), parents) in alike {
            let pages = list.pages(&self.reader(), &parents, page).await?;
            let of = |parent| PageOf { list: list.clone(), page: page.clone(), parent };
            found.extend(pages.into_iter().map(|(parent, rows)| (of(parent), rows)));
        }
        Ok(found)
    }
}

impl<L: List> Loader<CountOf<L>> for Loads {
    type Value = i64;

    async fn load(&self, keys: &[CountOf<L>]) -> Result<HashMap<CountOf<L>, i64>, Arc<Error>> {
        let mut alike: HashMap<&L, Vec<L::Parent>> = HashMap::new();
        for CountOf { list, parent } in keys {
            alike.entry(list).or_default().push(parent.clone());
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (list, parents) in alike {
            let counts = list.counts(&self.reader(), &parents).await?;
            found.extend(counts.into_iter().map(|(parent, n)| (CountOf { list: list.clone(), parent }, n)));
        }
        Ok(found)
    }
}

/// A page of a parent's list, as it is shown; what `lists!` resolves its fields with.
pub async fn page_of<L: List, C: Connection>(
    ctx: &Context<'_>,
    list: L,
    parent: impl Into<L::Parent>,
    paging: &Paging,
    show: impl Fn(L::Row) -> C::Node,
) -> async_graphql::Result<C> {
    let (page, parent) = (paging.request()?, parent.into());
    let key = PageOf { list: list.clone(), page, parent: parent.clone() };
    let rows = loaded(ctx.loads().load_one(key).await)?.unwrap_or(Page::empty());
    let count = Count::loaded(CountOf { list, parent });
    Ok(C::new(rows.map(|row| (L::key(&row), show(row))), count)?)
}

/// How long a parent's list is, for who asks beside its page.
pub fn count_of<L: List>(list: L, parent: impl Into<L::Parent>) -> Count {
    Count::loaded(CountOf { list, parent: parent.into() })
}
