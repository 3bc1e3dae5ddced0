//! What the databases spell differently when rows are counted out of nothing.

/// Part of an id, so that ids of different tables differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Table {
    Programme,
    User,
    Account,
    Membership,
    Profile,
    Offering,
    Plan,
    Price,
    Client,
    Partnership,
    Method,
    Product,
    Invoice,
    Line,
    Period,
    Payment,
    Entry,
    LedgerLine,
    Cashback,
    WalletEntry,
}

/// Expressions in the words of one database.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub(super) is_postgres: bool,
}

impl Dialect {
    /// An id in the layout of version 7: milliseconds, table, counter. So ids grow with time, and are the same each time.
    pub(super) fn id(self, milliseconds: &str, table: Table, counter: &str) -> String {
        // The upper half ends in the version and 12 bits for the table; the lower begins with the two bits of the variant.
        let upper = format!("({milliseconds}) * 65536 + {}", 0x7000 + table.number());
        let lower = format!("(-9223372036854775807 - 1) + ({counter})");
        if self.is_postgres {
            format!("CAST('0' || to_hex(CAST({upper} AS bigint)) || to_hex(CAST({lower} AS bigint)) AS uuid)")
        } else {
            format!("unhex(printf('%016x%016x', {upper}, {lower}))")
        }
    }

    /// A table `alias` whose column `n` counts from zero, so many rows.
    pub(super) fn series(self, alias: &str, count: i64) -> String {
        if self.is_postgres {
            format!("generate_series(CAST(0 AS bigint), {count} - 1) AS {alias}(n)")
        } else {
            format!(
                "(WITH RECURSIVE s(n) AS (SELECT 0 WHERE {count} > 0 UNION ALL SELECT n + 1 FROM s WHERE n + 1 < {count}) SELECT n FROM s) AS {alias}"
            )
        }
    }

    /// An id as people and gateways write it.
    pub(super) fn hyphenated(self, id: &str) -> String {
        if self.is_postgres {
            return format!("CAST({id} AS text)");
        }
        let part = |from: u8, length: u8| format!("substr(hex({id}), {from}, {length})");
        let parts = [part(1, 8), part(9, 4), part(13, 4), part(17, 4), part(21, 12)];
        format!("lower({})", parts.join(" || '-' || "))
    }

    /// The same without hyphens.
    pub(super) fn simple(self, id: &str) -> String {
        if self.is_postgres { format!("replace(CAST({id} AS text), '-', '')") } else { format!("lower(hex({id}))") }
    }

    /// A JSON object of names and values.
    pub(super) fn object(self, members: &str) -> String {
        let function = if self.is_postgres { "json_build_object" } else { "json_object" };
        format!("{function}({members})")
    }
}

impl Table {
    const fn number(self) -> u16 {
        match self {
            Self::Programme => 1,
            Self::User => 2,
            Self::Account => 3,
            Self::Membership => 4,
            Self::Profile => 5,
            Self::Offering => 6,
            Self::Plan => 7,
            Self::Price => 8,
            Self::Client => 9,
            Self::Partnership => 10,
            Self::Method => 11,
            Self::Product => 12,
            Self::Invoice => 13,
            Self::Line => 14,
            Self::Period => 15,
            Self::Payment => 16,
            Self::Entry => 17,
            Self::LedgerLine => 18,
            Self::Cashback => 19,
            Self::WalletEntry => 20,
        }
    }
}

/// Text as a literal.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
