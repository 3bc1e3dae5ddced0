//! Sample data in any amount: partners, their clients, products, and three years of books that balance.
//!
//! Made by the database out of numbers, in sets, so that a million invoices take minutes and no memory of ours. Nothing is
//! random: the same sizes give the same rows with the same ids, on either database, as long as the month is the same, since
//! history ends today. Every product's periods follow each other to one that runs now; every invoice has two lines, is paid
//! and charged, and is in the ledger; what partners earned is in their wallets. Two of three partnerships have the partner
//! pay. No orders, feed or mails: nobody ordered this.

mod books;
mod dialect;
mod history;
mod parties;

use std::sync::Arc;
use std::thread::available_parallelism;

use futures::{StreamExt as _, TryFutureExt as _, TryStreamExt as _};
use sea_orm::{ConnectionTrait as _, FromQueryResult};

use self::books::Books;
use self::dialect::Dialect;
use self::history::{Day, History};
pub use self::parties::PASSWORD;
use self::parties::{Parties, ZONE, began};
use crate::actor::{Actor, System};
use crate::calendar::local_date;
use crate::error::{Code, Error, refuse};
use crate::sql::Sql;
use crate::store::{Statements, Store};
use crate::work::Work;

/// All amounts are in this currency.
const CURRENCY: &str = "EUR";

/// Invoices that are written in one transaction, as soon as there are so many.
const BATCH: i64 = 5_000;

/// So many transactions at a time, if there are cores for them.
const LANES: usize = 4;

/// How much of each, for each of what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Partners.
    pub partners: u32,
    /// Clients of each partner.
    pub clients: u32,
    /// Products of each client.
    pub products: u32,
    /// Invoices for each product. An invoice bills two products of a client, so each product stands on twice as many; or two
    /// terms of the one product that is left over.
    pub invoices: u32,
}

impl Sizes {
    /// Clients of all partners.
    fn all_clients(self) -> i64 {
        i64::from(self.partners) * i64::from(self.clients)
    }

    /// Invoices in all.
    pub fn all_invoices(self) -> i64 {
        self.all_clients() * i64::from(self.products) * i64::from(self.invoices)
    }
}

#[derive(FromQueryResult)]
struct Taken {
    n: i64,
}

/// Fills an empty database, and tells after each step how many invoices there are so far.
///
/// One that is broken off leaves the days that it had written: begin again with an empty database.
/// # Errors
/// `CONFLICT` if there are accounts already.
pub async fn fill(store: &Store, sizes: Sizes, mut told: impl FnMut(i64)) -> Result<(), Error> {
    let pool = store.pool();
    let mut sql = Sql::new(pool.get_database_backend());
    let is_postgres = sql.is_postgres();
    sql.push("SELECT (SELECT count(*) FROM account) + (SELECT count(*) FROM offering) + (SELECT count(*) FROM programme) AS n");
    if sql.one::<Taken>(pool).await?.is_some_and(|taken| taken.n > 0) {
        return refuse(Code::Conflict, "sample data go into an empty database, and this one has accounts or offerings");
    }
    let now = store.now().await?.now;
    let zone = store.settings().seller.time_zone;
    let today = local_date(now, zone).min(local_date(now, ZONE));
    let history = History::new(sizes, today, zone)?;
    let parties = Parties { sizes, dialect: Dialect { is_postgres }, began: began(history.first_day()?) };

    write(store, &parties, &history, Vec::new()).await?;
    told(0);
    let mut written = 0;
    let mut batches = batches(history.days()?).into_iter();
    // SQLite has one writer. PostgreSQL makes its plans again once it has seen what a table is like.
    let lanes = if is_postgres { available_parallelism().map_or(1, usize::from).min(LANES) } else { 1 };
    for (batches, lanes) in [(batches.by_ref().take(1).collect::<Vec<_>>(), 1), (batches.collect(), lanes)] {
        let writes = batches.into_iter().map(|days| {
            let invoices = days.iter().map(Day::invoices).sum::<i64>();
            write(store, &parties, &history, days).map_ok(move |()| invoices)
        });
        let mut writes = futures::stream::iter(writes).buffer_unordered(lanes);
        while let Some(invoices) = writes.try_next().await? {
            written += invoices;
            told(written);
        }
        pool.execute_unprepared("ANALYZE").await?;
    }
    Ok(())
}

/// Parts of history of about the same number of invoices.
fn batches(days: Vec<Day>) -> Vec<Vec<Day>> {
    let mut batches = Vec::new();
    let mut batch = Vec::new();
    let mut invoices = 0;
    for day in days {
        invoices += day.invoices();
        batch.push(day);
        if invoices >= BATCH {
            batches.push(std::mem::take(&mut batch));
            invoices = 0;
        }
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

/// One transaction: these days, or, for none, what there is before the first.
async fn write(store: &Store, parties: &Parties, history: &History, days: Vec<Day>) -> Result<(), Error> {
    let step = Arc::new((parties.clone(), history.clone(), days));
    let operator = Actor::System(System::Operator);
    store.write(operator, Statements::default(), move |work| Box::pin(write_step(work, step.clone()))).await
}

async fn write_step(work: &mut Work, step: Arc<(Parties, History, Vec<Day>)>) -> Result<(), Error> {
    let (parties, history, days) = &*step;
    if days.is_empty() {
        parties.write(work, history).await
    } else {
        Books::new(parties, history).write(work, days).await
    }
}
