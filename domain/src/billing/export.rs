//! An account's invoices for its accountants, a page at a time: as many as there are, in as much memory as one page takes.

use entities::id::{AccountId, InvoiceId};
use entities::invoice::InvoiceStatus;
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};

use super::actions::ExportInvoices;
use super::printed::{Printed, printed};
use super::queries::{InvoiceFilter, wanted};
use crate::error::Error;
use crate::page::{ById, Order};
use crate::permission::permit;
use crate::store::Reader;
use crate::work::Work;

/// Invoices of one page.
const PAGE: u32 = 100;

/// What an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Format {
    /// A table.
    Csv,
    /// The electronic invoices, in an archive.
    Xml,
}

/// An invoice of an export.
#[derive(Debug, Clone)]
pub struct Exported {
    /// Which.
    pub id: InvoiceId,
    /// Whether it is paid.
    pub status: InvoiceStatus,
    /// What it says.
    pub printed: Printed,
}

/// Asks leave to export an account's invoices, and writes down that it was given; the link is made from it.
/// # Errors
/// `NotFound` and `Denied`, as for every permit.
pub async fn export_invoices(work: &mut Work, account_id: AccountId) -> Result<(), Error> {
    let permit = permit::<ExportInvoices>(work, account_id).await?;
    work.record("exportInvoices", Some(permit.grant), Some(account_id.into()));
    Ok(())
}

/// The next invoices of an account, the oldest first; none is the end. Three statements, however many lines they have.
pub async fn page(
    reader: &Reader,
    account_id: AccountId,
    filter: &InvoiceFilter,
    after: Option<InvoiceId>,
) -> Result<Vec<Exported>, Error> {
    #[derive(FromQueryResult)]
    struct Row {
        id: InvoiceId,
        status: InvoiceStatus,
    }
    let page = ById { after: after.map(Into::into), ..ById::first(PAGE) };
    let mut sql = reader.sql();
    sql.add("SELECT x.id, x.status FROM invoice x WHERE x.billed_to_id = ? AND ", [account_id.into()]);
    wanted(&mut sql, reader, filter);
    page.bounds(&mut sql, "x.id", Order::Ascending);
    page.order(&mut sql, "x.id", Order::Ascending);
    let rows: Vec<Row> = page.cut(sql.all(reader.conn()).await?).rows;
    let ids: Vec<InvoiceId> = rows.iter().map(|row| row.id).collect();
    let mut documents = printed(reader, &ids).await?;
    let whole = |Row { id, status }| documents.remove(&id).map(|printed| Exported { id, status, printed });
    Ok(rows.into_iter().filter_map(whole).collect())
}
