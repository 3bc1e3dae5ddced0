//! Pages by keyset: a page begins after a row, not at a number, so that it costs the same wherever it is.

use sea_orm::Value;
use uuid::Uuid;

use crate::sql::Sql;

/// The part of a list that is asked for: `limit` rows after `after` and before `before`, from the front or from the back.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageRequest<K> {
    /// At most so many rows.
    pub limit: u32,
    /// Take the last rows; they are still given in the list's order.
    pub from_back: bool,
    /// Only what follows this row.
    pub after: Option<K>,
    /// Only what stands before this row.
    pub before: Option<K>,
}

/// A part of a list, in the list's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub has_next: bool,
    /// Whether some stand before.
    pub has_previous: bool,
}

/// Which way a list runs by its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Oldest, or smallest, first.
    Ascending,
    /// Newest, or largest, first.
    Descending,
}

impl<K: Into<Value> + Clone> PageRequest<K> {
    /// The first rows.
    pub fn first(limit: u32) -> Self {
        Self { limit, from_back: false, after: None, before: None }
    }

    /// Appends ` AND` the bounds on the unique key `column`.
    pub fn bounds(&self, sql: &mut Sql, column: &str, order: Order) {
        let (beyond, within) = match order {
            Order::Ascending => (" > ", " < "),
            Order::Descending => (" < ", " > "),
        };
        for (bound, sign) in [(&self.after, beyond), (&self.before, within)] {
            if let Some(key) = bound {
                sql.push(" AND ").push(column).push(sign).bind(key.clone());
            }
        }
    }

    /// Appends the order in which rows are fetched, without `LIMIT`: backwards when the last ones are asked for.
    pub fn order_by(&self, sql: &mut Sql, column: &str, order: Order) {
        let ascending = (order == Order::Ascending) != self.from_back;
        sql.push(" ORDER BY ").push(column).push(if ascending { " ASC" } else { " DESC" });
    }

    /// Appends the order, and the limit: one row more than asked for, to know whether there are more.
    pub fn order(&self, sql: &mut Sql, column: &str, order: Order) {
        self.order_by(sql, column, order);
        sql.add(" LIMIT ?", [self.fetched().into()]);
    }

    /// One more than asked for.
    pub fn fetched(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// Makes a page of what was fetched in this order.
    pub fn cut<T>(&self, mut rows: Vec<T>) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        if self.from_back {
            rows.reverse();
            Page { rows, has_next: self.before.is_some(), has_previous: more }
        } else {
            Page { rows, has_next: more, has_previous: self.after.is_some() }
        }
    }
}

impl<T> Page<T> {
    /// A page of nothing.
    pub const fn empty() -> Self {
        Self { rows: Vec::new(), has_next: false, has_previous: false }
    }

    /// The same page of something else.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(f).collect(), has_next: self.has_next, has_previous: self.has_previous }
    }
}

/// The key of most lists: ids grow with time.
pub type ById = PageRequest<Uuid>;
