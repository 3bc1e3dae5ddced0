//! Everything that a database holds, boiled down: two of them tell which tables differ.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use sea_orm::{DatabaseConnection, DbBackend, FromQueryResult, Statement};

/// Each table with how many rows it has, and what they say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest(BTreeMap<String, (i64, u64)>);

/// The statement that reads it: one for all databases of one schema.
#[derive(Clone)]
pub struct Reading(String);

#[derive(FromQueryResult)]
struct Column {
    table_name: String,
    column_name: String,
}

#[derive(FromQueryResult)]
struct Sum {
    name: String,
    rows: i64,
    content: Option<String>,
}

impl Reading {
    pub async fn of(db: &DatabaseConnection) -> Self {
        let backend = db.get_database_backend();
        let columns = if backend == DbBackend::Postgres {
            "SELECT table_name::text, column_name::text FROM information_schema.columns
            WHERE table_schema = 'public' ORDER BY 1, ordinal_position"
        } else {
            "SELECT t.name AS table_name, c.name AS column_name FROM sqlite_master t, pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY 1, c.cid"
        };
        let columns = Column::find_by_statement(Statement::from_string(backend, columns)).all(db).await.unwrap();
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Column { table_name, column_name } in columns {
            tables.entry(table_name).or_default().push(column_name);
        }
        let each = tables.into_iter().map(|(table, columns)| {
            // that an act was refused may be written down; what it would have done may not
            let those = if table == "audit_entry" { " WHERE outcome = 'DONE'" } else { "" };
            let (content, line) = if backend == DbBackend::Postgres {
                (
                    "md5(string_agg(x.line, ';' ORDER BY x.line))",
                    format!(r#"SELECT t::text AS line FROM "{table}" t{those}"#),
                )
            } else {
                let line: Vec<_> = columns.iter().map(|column| format!(r#"quote("{column}")"#)).collect();
                let line = line.join("||','||");
                ("group_concat(x.line, ';')", format!(r#"SELECT {line} AS line FROM "{table}"{those} ORDER BY 1"#))
            };
            format!("SELECT '{table}' AS name, count(*) AS rows, {content} AS content FROM ({line}) x")
        });
        Self(each.collect::<Vec<_>>().join(" UNION ALL "))
    }

    pub async fn take(&self, db: &DatabaseConnection) -> Digest {
        let statement = Statement::from_string(db.get_database_backend(), &self.0);
        let sums = Sum::find_by_statement(statement).all(db).await.unwrap();
        let hashed = |content: Option<String>| {
            let mut hasher = DefaultHasher::new();
            content.hash(&mut hasher);
            hasher.finish()
        };
        Digest(sums.into_iter().map(|sum| (sum.name, (sum.rows, hashed(sum.content)))).collect())
    }
}

impl Digest {
    /// The tables whose rows are not what they were.
    pub fn changed_since(&self, before: &Self) -> Vec<String> {
        let differs = self.0.iter().filter(|(table, now)| before.0.get(*table) != Some(now));
        differs.map(|(table, _)| table.clone()).collect()
    }

    /// How many rows each table has more, or fewer; those of which nothing changed in number are left out.
    pub fn grown_since(&self, before: &Self) -> BTreeMap<String, i64> {
        let grown =
            self.0.iter().map(|(table, (rows, _))| (table.clone(), rows - before.0.get(table).map_or(0, |b| b.0)));
        grown.filter(|(_, more)| *more != 0).collect()
    }
}
