//! Reads about money, each through the visibility of its table: an invoice and all that hangs on it is seen by those who may
//! see invoices in the account that it is billed to, and by nobody else.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::{AccountId, InvoiceId};
use entities::invoice::{InvoiceKind, InvoiceStatus};
use entities::{invoice, invoice_line, payment, payment_method};
use sea_orm::{ActiveEnum, FromQueryResult};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Error;
use crate::money::{Currency, Money};
use crate::nested::{self, List, grouped};
use crate::page::{ById, Order, Page};
use crate::permission::visible;
use crate::sql::Sql;
use crate::store::Reader;

/// Which invoices of a list are wanted; nothing said is all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct InvoiceFilter {
    /// In one of these states.
    pub status: Option<Vec<InvoiceStatus>>,
    /// Of one of these kinds.
    pub kind: Option<Vec<InvoiceKind>>,
    /// Issued on this date or later.
    pub issued_from: Option<NaiveDate>,
    /// Issued on this date or earlier.
    pub issued_to: Option<NaiveDate>,
}

/// Whose invoices a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parent {
    /// Billed to an account.
    Account,
    /// With a line, or a period, about a product.
    Product,
    /// Billed to the account of a client record, or to its partner for a product of the client's.
    Client,
}

/// The invoices that are about products of the client record `k`, whoever they are billed to.
macro_rules! of_clients_products {
    () => {
        "SELECT l.invoice_id AS id FROM client c JOIN product p ON p.account_id = c.account_id OR p.client_id = c.id
            JOIN invoice_line l ON l.product_id = p.id WHERE c.id = k.id
        UNION SELECT i.id FROM client c JOIN product p ON p.account_id = c.account_id OR p.client_id = c.id
            JOIN order_line o ON o.id = p.order_line_id JOIN invoice i ON i.order_id = o.order_id WHERE c.id = k.id"
    };
}

impl Parent {
    /// The whole list, for counting it. A line about several products names none: their order leads to its invoice.
    const fn list(self) -> List {
        let tie = match self {
            Self::Account => "x.billed_to_id = k.id",
            Self::Product => {
                "x.id IN (SELECT l.invoice_id FROM invoice_line l WHERE l.product_id = k.id
                    UNION SELECT i.id FROM product p JOIN order_line o ON o.id = p.order_line_id
                    JOIN invoice i ON i.order_id = o.order_id WHERE p.id = k.id)"
            }
            Self::Client => concat!(
                "x.id IN (SELECT i.id FROM client c JOIN invoice i ON i.billed_to_id = c.account_id WHERE c.id = k.id
                    UNION SELECT f.id FROM (",
                of_clients_products!(),
                ") f JOIN client c ON c.id = k.id JOIN invoice i ON i.id = f.id AND i.billed_to_id = c.partner_id)"
            ),
        };
        List::by_id("invoice", tie, Order::Descending)
    }
}

/// The page of each parent's invoices, newest first. One statement, however many parents.
pub async fn invoices(
    reader: &Reader,
    of: Parent,
    parents: &[Uuid],
    filter: &InvoiceFilter,
    page: &ById,
) -> Result<HashMap<Uuid, Page<invoice::Model>>, Error> {
    let list = of.list();
    let wanted = |sql: &mut Sql| wanted(sql, reader, filter);
    if !reader.sql().is_postgres() {
        return nested::pages(reader, list, parents, page, wanted).await;
    }
    match of {
        Parent::Account => nested::pages(reader, list, parents, page, wanted).await,
        Parent::Product => {
            nested::pages_from(reader, list, parents, page, |sql| product_invoices(sql, list, page, wanted)).await
        }
        Parent::Client => {
            nested::pages_from(reader, list, parents, page, |sql| client_invoices(sql, list, page, wanted)).await
        }
    }
}

/// The two ways from a product to its invoices, each cut off on its own: so the first walks the index of a product's lines
/// from the newest on and ends with the page, however long the product's history is.
fn product_invoices(sql: &mut Sql, List { order, .. }: List, page: &ById, wanted: impl Fn(&mut Sql)) {
    sql.push("(SELECT x.* FROM (SELECT DISTINCT l.invoice_id FROM invoice_line l WHERE l.product_id = k.id");
    page.bounds(sql, "l.invoice_id", order);
    // in the order of the page, or all of them are looked up and then sorted
    page.order_by(sql, "l.invoice_id", order);
    sql.push(") l JOIN invoice x ON x.id = l.invoice_id WHERE ");
    wanted(sql);
    page.order(sql, "l.invoice_id", order);
    sql.push(
        ") UNION ALL (SELECT x.* FROM product p JOIN order_line o ON o.id = p.order_line_id
        JOIN invoice x ON x.order_id = o.order_id WHERE p.id = k.id AND NOT EXISTS (
            SELECT 1 FROM invoice_line l WHERE l.product_id = k.id AND l.invoice_id = x.id) AND ",
    );
    wanted(sql);
    page.bounds(sql, "x.id", order);
    page.order(sql, "x.id", order);
    sql.push(")");
    page.order(sql, "id", order);
}

/// What is billed to the client, which walks the index of its invoices, and what is billed to the partner, which is found by
/// the client's products: each is cut off on its own.
fn client_invoices(sql: &mut Sql, List { order, .. }: List, page: &ById, wanted: impl Fn(&mut Sql)) {
    let ways = [
        "client c JOIN invoice x ON x.billed_to_id = c.account_id WHERE c.id = k.id AND ",
        concat!(
            "(",
            of_clients_products!(),
            ") f JOIN client c ON c.id = k.id JOIN invoice x ON x.id = f.id AND x.billed_to_id = c.partner_id WHERE "
        ),
    ];
    for (at, way) in ways.into_iter().enumerate() {
        sql.push(if at == 0 { "(" } else { " UNION ALL (" }).push("SELECT x.* FROM ").push(way);
        wanted(sql);
        page.bounds(sql, "x.id", order);
        page.order(sql, "x.id", order);
        sql.push(")");
    }
    page.order(sql, "id", order);
}

/// How many invoices each parent has for the reader's actor; a parent without any is left out. One statement.
pub async fn invoice_counts(
    reader: &Reader,
    of: Parent,
    parents: &[Uuid],
    filter: &InvoiceFilter,
) -> Result<HashMap<Uuid, i64>, Error> {
    nested::counts(reader, of.list(), parents, |sql| wanted(sql, reader, filter)).await
}

pub(super) fn wanted(sql: &mut Sql, reader: &Reader, filter: &InvoiceFilter) {
    visible::invoices(sql, reader.viewer(), "x");
    if let Some(status) = &filter.status {
        sql.push(" AND x.status ").any_text(&status.iter().map(ActiveEnum::to_value).collect::<Vec<_>>());
    }
    if let Some(kind) = &filter.kind {
        sql.push(" AND x.kind ").any_text(&kind.iter().map(ActiveEnum::to_value).collect::<Vec<_>>());
    }
    if let Some(from) = filter.issued_from {
        sql.add(" AND x.issued_on >= ?", [from.into()]);
    }
    if let Some(to) = filter.issued_to {
        sql.add(" AND x.issued_on <= ?", [to.into()]);
    }
}

/// The lines of each of these invoices that the reader's actor sees, in their order. One statement.
pub async fn lines(
    reader: &Reader,
    invoices: &[InvoiceId],
) -> Result<HashMap<InvoiceId, Vec<invoice_line::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT l.* FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id WHERE l.invoice_id ").any(invoices);
    sql.push(" AND ");
    visible::invoices(&mut sql, reader.viewer(), "i");
    sql.push(" ORDER BY l.invoice_id, l.position");
    let rows: Vec<invoice_line::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|line| (line.invoice_id, line))))
}

/// The payments for each of these invoices that the reader's actor sees, oldest first. One statement.
pub async fn payments(
    reader: &Reader,
    invoices: &[InvoiceId],
) -> Result<HashMap<InvoiceId, Vec<payment::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT p.* FROM payment p JOIN invoice i ON i.id = p.invoice_id WHERE p.invoice_id ").any(invoices);
    sql.push(" AND ");
    visible::invoices(&mut sql, reader.viewer(), "i");
    sql.push(" ORDER BY p.id");
    let rows: Vec<payment::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().filter_map(|payment| Some((payment.invoice_id?, payment)))))
}

/// The ways to pay of each of these accounts that the reader's actor may use, the oldest first. One statement.
pub async fn payment_methods(
    reader: &Reader,
    accounts: &[AccountId],
) -> Result<HashMap<AccountId, Vec<payment_method::Model>>, Error> {
    let mut sql = reader.sql();
    sql.push("SELECT m.* FROM payment_method m WHERE m.removed_at IS NULL AND m.account_id ").any(accounts);
    sql.push(" AND ");
    visible::payment_methods(&mut sql, reader.viewer(), "m");
    sql.push(" ORDER BY m.id");
    let rows: Vec<payment_method::Model> = sql.all(reader.conn()).await?;
    Ok(grouped(rows.into_iter().map(|method| (method.account_id, method))))
}

/// A row of the trial balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// A name of `ledger::LedgerAccount`.
    pub ledger_account: String,
    /// All debits of the account.
    pub debit: Money,
    /// All credits.
    pub credit: Money,
}

#[derive(FromQueryResult)]
struct Sums {
    ledger_account: String,
    currency: String,
    debit: i64,
    credit: i64,
}

/// Debits and credits of every ledger account and currency, up to that instant; for the provider's staff.
/// # Errors
/// `Denied` to everyone else.
pub async fn trial_balance(reader: &Reader, as_of: Option<DateTime<Utc>>) -> Result<Vec<Balance>, Error> {
    if !reader.actor().sees_everything() {
        return Err(Error::Denied);
    }
    let mut sql = reader.sql();
    sql.push(
        "SELECT l.ledger_account, l.currency, CAST(sum(l.debit_minor) AS bigint) AS debit, CAST(sum(l.credit_minor) AS bigint) AS credit
        FROM ledger_line l",
    );
    if let Some(as_of) = as_of {
        sql.add(" JOIN journal_entry e ON e.id = l.entry_id WHERE e.occurred_at <= ?", [as_of.into()]);
    }
    sql.push(" GROUP BY l.ledger_account, l.currency ORDER BY l.currency, l.ledger_account");
    let sums: Vec<Sums> = sql.all(reader.conn()).await?;
    sums.into_iter()
        .map(|Sums { ledger_account, currency, debit, credit }| {
            let currency = Currency::parse(&currency)?;
            Ok(Balance { ledger_account, debit: Money::new(debit, currency), credit: Money::new(credit, currency) })
        })
        .collect()
}
