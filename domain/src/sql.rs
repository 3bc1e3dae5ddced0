//! SQL for what the ORM cannot say in one statement: sets of rows in, the top n per parent out.
//!
//! One text serves both databases. `?` binds the next value; words in slashes stand for what the databases spell
//! differently. Sets of keys and rows go in as one value, so that the text of a statement, and with it its plan, does not
//! depend on how many there are.

use std::fmt::Write as _;

use sea_orm::sea_query::ColumnType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, FromQueryResult, IdenStatic, Iterable, Statement,
    Value,
};
use serde::Serialize;
use uuid::Uuid;

/// A statement in the making.
#[derive(Debug, Clone)]
pub struct Sql {
    backend: DbBackend,
    /// With [`PLACE`] where a value goes: they are numbered when it is sent, so that statements can be put together.
    text: String,
    values: Vec<Value>,
}

/// Where a value goes; no text of SQL holds it.
const PLACE: char = '\0';

/// The type of a column of a record set that is passed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// A 128-bit id.
    Id,
    /// Text, and all that is stored as text: enums, currencies.
    Text,
    /// A 64-bit integer.
    Int,
    /// True or false.
    Bool,
    /// A UTC instant.
    Instant,
    /// A calendar date.
    Date,
    /// A JSON document.
    Json,
}

/// Words that the databases spell differently: PostgreSQL, SQLite.
const WORDS: [(&str, &str, &str); 8] = [
    ("/uuid/", "uuid", "blob"),
    ("/instant/", "timestamptz", "text"),
    // The real time, to the microsecond or as near as the database has it.
    ("/now/", "clock_timestamp()", "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"),
    // The same in milliseconds since 1970, as of the statement: an index can be searched by it, by `clock_timestamp()` not.
    (
        "/now ms/",
        "(extract(epoch FROM statement_timestamp()) * 1000)::bigint",
        "CAST(unixepoch('subsec') * 1000 AS integer)",
    ),
    ("/for update/", "FOR UPDATE", ""),
    ("/for share/", "FOR SHARE", ""),
    ("/skip locked/", "FOR UPDATE SKIP LOCKED", ""),
    ("/materialized/", "MATERIALIZED", ""),
];

impl Sql {
    /// An empty statement for this database.
    pub fn new(backend: DbBackend) -> Self {
        Self { backend, text: String::new(), values: Vec::new() }
    }

    /// Appends text; each `?` in it takes the next of `values`.
    pub fn add<const N: usize>(&mut self, text: &str, values: [Value; N]) -> &mut Self {
        let mut values = values.into_iter();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('?') {
            self.words(before);
            self.bind(values.next().unwrap_or(Value::Bool(None)));
            rest = after;
        }
        self.words(rest);
        debug_assert!(values.next().is_none(), "more values than places in {text}");
        self
    }

    /// Appends text without values.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.add(text, [])
    }

    /// Appends `= ANY(ids)`, whatever their number.
    pub fn any<I: Into<Uuid> + Copy>(&mut self, ids: &[I]) -> &mut Self {
        if self.is_postgres() {
            self.text.push_str("= ANY(CAST(");
            self.bind(self.id_list(ids));
            self.text.push_str(" AS uuid[]))");
        } else {
            self.text.push_str("IN (SELECT unhex(value) FROM json_each(");
            self.bind(self.id_list(ids));
            self.text.push_str("))");
        }
        self
    }

    /// Appends `= ANY(words)` for text columns.
    pub fn any_text<S: AsRef<str>>(&mut self, words: &[S]) -> &mut Self {
        let list = serde_json::Value::from(words.iter().map(|w| w.as_ref().to_owned()).collect::<Vec<_>>());
        self.push(if self.is_postgres() {
            "IN (SELECT jsonb_array_elements_text("
        } else {
            "IN (SELECT value FROM json_each("
        });
        self.bind(Value::from(list));
        self.push("))")
    }

    /// Appends ` LIKE` a pattern of `text::search_pattern`. On PostgreSQL without `ESCAPE`, whose default is the same: with it, a plan
    /// for any pattern finds no index.
    pub fn like(&mut self, pattern: &str) -> &mut Self {
        self.push(" LIKE ").bind(pattern);
        if self.is_postgres() { self } else { self.push(r" ESCAPE '\'") }
    }

    /// Appends a table of the ids, named `alias`, with the columns `id` and `ordinal` (from 1, in the order given).
    pub fn keys<I: Into<Uuid> + Copy>(&mut self, alias: &str, ids: &[I]) -> &mut Self {
        if self.is_postgres() {
            self.text.push_str("unnest(CAST(");
            self.bind(self.id_list(ids));
            let _ = write!(self.text, " AS uuid[])) WITH ORDINALITY AS {alias}(id, ordinal)");
        } else {
            self.text.push_str("(SELECT unhex(value) AS id, key + 1 AS ordinal FROM json_each(");
            self.bind(self.id_list(ids));
            let _ = write!(self.text, ")) AS {alias}");
        }
        self
    }

    /// Appends a table of `rows`, named `alias`, with these columns; each row is an object with these keys.
    pub fn records<R: Serialize>(
        &mut self,
        alias: &str,
        columns: &[(&str, Type)],
        rows: &R,
    ) -> Result<&mut Self, DbErr> {
        let rows = serde_json::to_value(rows).map_err(|e| DbErr::Json(e.to_string()))?;
        if self.is_postgres() {
            self.text.push_str("jsonb_to_recordset(");
            self.bind(Value::from(rows));
            let columns: Vec<_> = columns.iter().map(|(name, ty)| format!("{name} {}", ty.in_postgres())).collect();
            let _ = write!(self.text, ") AS {alias}({})", columns.join(", "));
        } else {
            let columns: Vec<_> =
                columns.iter().map(|(name, ty)| format!("{} AS {name}", ty.read_from_json(name))).collect();
            let _ = write!(self.text, "(SELECT {} FROM json_each(", columns.join(", "));
            self.bind(Value::from(rows));
            let _ = write!(self.text, ")) AS {alias}");
        }
        Ok(self)
    }

    /// Whether the statement is for PostgreSQL; for the few places where the two need different shapes.
    pub fn is_postgres(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// Runs it and reads all rows.
    pub async fn all<T: FromQueryResult>(self, conn: &impl ConnectionTrait) -> Result<Vec<T>, DbErr> {
        T::find_by_statement(self.into_statement()).all(conn).await
    }

    /// Runs it and reads the first row.
    pub async fn one<T: FromQueryResult>(self, conn: &impl ConnectionTrait) -> Result<Option<T>, DbErr> {
        T::find_by_statement(self.into_statement()).one(conn).await
    }

    /// Runs it and tells how many rows it touched.
    pub async fn execute(self, conn: &impl ConnectionTrait) -> Result<u64, DbErr> {
        conn.execute_raw(self.into_statement()).await.map(|done| done.rows_affected())
    }

    /// Runs one or more statements that bind nothing.
    pub async fn run(self, conn: &impl ConnectionTrait) -> Result<(), DbErr> {
        debug_assert!(self.values.is_empty(), "a value that nothing takes");
        conn.execute_unprepared(&self.text).await.map(drop)
    }

    fn into_statement(self) -> Statement {
        let mut text = String::with_capacity(self.text.len() + self.values.len() * 3);
        for (at, part) in self.text.split(PLACE).enumerate() {
            if at > 0 {
                let _ = write!(text, "${at}");
            }
            text.push_str(part);
        }
        Statement::from_sql_and_values(self.backend, text, self.values)
    }

    /// Writes that neither read nor touch what another of them writes, as one statement: each in a `WITH` of its own, all or none.
    /// PostgreSQL alone knows that.
    pub(crate) fn all_at_once(writes: Vec<Self>) -> Option<Self> {
        let mut writes = writes.into_iter();
        let mut whole = writes.next()?;
        if writes.len() == 0 {
            return Some(whole);
        }
        whole.text.insert_str(0, "WITH w0 AS (");
        for (at, write) in writes.enumerate() {
            let _ = write!(whole.text, "), w{} AS ({}", at + 1, write.text);
            whole.values.extend(write.values);
        }
        whole.text.push_str(") SELECT 1");
        Some(whole)
    }

    /// Appends one value.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push(PLACE);
        self
    }

    fn words(&mut self, text: &str) {
        if !text.contains('/') {
            self.text.push_str(text);
            return;
        }
        let postgres = self.is_postgres();
        let text = WORDS.iter().fold(text.to_owned(), |text, (word, in_postgres, in_sqlite)| {
            text.replace(word, if postgres { in_postgres } else { in_sqlite })
        });
        self.text.push_str(&text);
    }

    /// An array literal of PostgreSQL, or a JSON array of hexadecimal texts.
    fn id_list<I: Into<Uuid> + Copy>(&self, ids: &[I]) -> Value {
        let (open, quote, close) = if self.is_postgres() { ('{', "", '}') } else { ('[', "\"", ']') };
        let mut list = String::with_capacity(ids.len() * 35 + 2);
        list.push(open);
        for (at, id) in ids.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            let id: Uuid = (*id).into();
            let _ = write!(list, "{comma}{quote}{}{quote}", id.simple());
        }
        list.push(close);
        Value::from(list)
    }
}

impl Type {
    fn in_postgres(self) -> &'static str {
        match self {
            Self::Id => "uuid",
            Self::Text => "text",
            Self::Int => "bigint",
            Self::Bool => "boolean",
            Self::Instant => "timestamptz",
            Self::Date => "date",
            Self::Json => "jsonb",
        }
    }

    /// The SQLite expression that reads member `name` of `value` as it is stored in a column.
    fn read_from_json(self, name: &str) -> String {
        match self {
            Self::Id => format!("unhex(replace(value->>'{name}', '-', ''))"),
            // serde writes UTC as Z, the driver as +00:00; texts compare only in one form
            Self::Instant => format!("replace(value->>'{name}', 'Z', '+00:00')"),
            Self::Json => format!("nullif(value->'{name}', 'null')"),
            Self::Text | Self::Int | Self::Bool | Self::Date => format!("value->>'{name}'"),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "of the types that databases know, our tables have these")]
    fn of_column(column: &ColumnType) -> Self {
        match column {
            ColumnType::Uuid => Self::Id,
            ColumnType::Boolean => Self::Bool,
            ColumnType::Integer | ColumnType::BigInteger | ColumnType::SmallInteger => Self::Int,
            ColumnType::TimestampWithTimeZone | ColumnType::DateTime | ColumnType::Timestamp => Self::Instant,
            ColumnType::Date => Self::Date,
            ColumnType::Json | ColumnType::JsonBinary => Self::Json,
            _ => Self::Text,
        }
    }
}

/// Inserts rows in one statement, whatever their number; none is nothing to do.
pub async fn insert<E>(conn: &impl ConnectionTrait, rows: &[E::Model]) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: Serialize,
{
    insert_where::<E>(conn, rows, |_| {}).await
}

/// What leaves out rows that are there already. SQLite takes ON CONFLICT after SELECT for a join without a WHERE.
pub(crate) const OR_NOTHING: &str = " WHERE true ON CONFLICT DO NOTHING";

/// Like [`insert`], but leaves out what a unique key already holds; tells how many were new.
pub async fn insert_new<E>(conn: &impl ConnectionTrait, rows: &[E::Model]) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: Serialize,
{
    insert_where::<E>(conn, rows, |sql| {
        sql.push(OR_NOTHING);
    })
    .await
}

/// Like [`insert`], under what `condition` appends, from ` WHERE` on.
pub(crate) async fn insert_where<E>(
    conn: &impl ConnectionTrait,
    rows: &[E::Model],
    condition: impl Fn(&mut Sql),
) -> Result<u64, DbErr>
where
    E: EntityTrait,
    E::Model: Serialize,
{
    if rows.is_empty() {
        return Ok(0);
    }
    let mut sql = insertion::<E>(conn.get_database_backend(), rows)?;
    condition(&mut sql);
    sql.execute(conn).await
}

/// The statement that inserts these rows.
pub(crate) fn insertion<E>(backend: DbBackend, rows: &[E::Model]) -> Result<Sql, DbErr>
where
    E: EntityTrait,
    E::Model: Serialize,
{
    let json = serde_json::to_value(rows).map_err(|e| DbErr::Json(e.to_string()))?;
    let table = E::default().table_name().to_owned();
    let mut sql = Sql::new(backend);
    let columns: Vec<_> = E::Column::iter().map(|column| column.as_str().to_owned()).collect();
    let _ = write!(sql.text, "INSERT INTO \"{table}\" ({}) SELECT ", columns.join(", "));
    if sql.is_postgres() {
        let _ = write!(sql.text, "{} FROM jsonb_populate_recordset(NULL::\"{table}\", ", columns.join(", "));
        sql.bind(Value::from(json));
        sql.text.push(')');
    } else {
        let values: Vec<_> = E::Column::iter()
            .map(|column| Type::of_column(column.def().get_column_type()).read_from_json(column.as_str()))
            .collect();
        let _ = write!(sql.text, "{} FROM json_each(", values.join(", "));
        sql.bind(Value::from(json));
        sql.text.push(')');
    }
    Ok(sql)
}
