//! The lists that accounts, products and the provider show.

use async_graphql::{Context, InputObject, Result, SimpleObject};
use domain::billing::queries::{self, Parent};
use entities::id::AccountId;
use uuid::Uuid;

use super::loader::{InvoiceCountOf, InvoicesOf, PaymentMethodsOf, WalletsOf};
use super::object::{Invoice, InvoiceConnection, InvoiceKind, InvoiceStatus, PaymentMethod, Wallet};
use crate::answer::loaded;
use crate::context::ContextExt;
use crate::cursor;
use crate::scalar::{CurrencyCode, Date, DateTime, Money};

/// Which invoices are wanted.
#[derive(InputObject, Default)]
pub struct InvoiceFilter {
    status: Option<Vec<InvoiceStatus>>,
    kind: Option<Vec<InvoiceKind>>,
    issued_from: Option<Date>,
    issued_to: Option<Date>,
}

impl From<InvoiceFilter> for queries::InvoiceFilter {
    fn from(filter: InvoiceFilter) -> Self {
        let InvoiceFilter { status, kind, issued_from, issued_to } = filter;
        Self {
            status: status.map(|all| all.into_iter().map(Into::into).collect()),
            kind: kind.map(|all| all.into_iter().map(Into::into).collect()),
            issued_from: issued_from.map(|date| date.0),
            issued_to: issued_to.map(|date| date.0),
        }
    }
}

/// The invoices of an account or a product, newest first, as far as the viewer sees them.
pub async fn invoices(
    ctx: &Context<'_>,
    of: Parent,
    parent: Uuid,
    first: Option<i32>,
    after: Option<String>,
    filter: Option<InvoiceFilter>,
) -> Result<InvoiceConnection> {
    let filter: queries::InvoiceFilter = filter.unwrap_or_default().into();
    let page = cursor::page(first, after.as_deref(), None, None)?;
    let count_key = InvoiceCountOf { of, parent, filter: filter.clone() };
    let found = loaded(ctx.loads().load_one(InvoicesOf { of, parent, filter, page }).await)?;
    let page = found.unwrap_or(domain::page::Page::empty()).map(|row| (row.id.0, Invoice(row)));
    Ok(InvoiceConnection::new(
        page,
        Box::new(move |ctx| {
            let key = count_key.clone();
            Box::pin(async move {
                let count = loaded(ctx.loads().load_one(key).await)?.unwrap_or_default();
                Ok(i32::try_from(count).unwrap_or(i32::MAX))
            })
        }),
    )?)
}

/// The ways to pay of an account; none to those who may not use them.
pub async fn payment_methods(ctx: &Context<'_>, account: AccountId) -> Result<Vec<PaymentMethod>> {
    let rows = loaded(ctx.loads().load_one(PaymentMethodsOf(account.0)).await)?.unwrap_or_default();
    Ok(rows.into_iter().map(PaymentMethod).collect())
}

/// The wallets of an account, by currency; none to those who may not see them.
pub async fn wallets(ctx: &Context<'_>, account: AccountId) -> Result<Vec<Wallet>> {
    let rows = loaded(ctx.loads().load_one(WalletsOf(account.0)).await)?.unwrap_or_default();
    Ok(rows.into_iter().map(Wallet).collect())
}

/// The account's wallet in this currency.
pub async fn wallet(ctx: &Context<'_>, account: AccountId, currency: CurrencyCode) -> Result<Option<Wallet>> {
    let found = wallets(ctx, account).await?.into_iter();
    Ok(found.into_iter().find(|wallet| wallet.0.currency == currency.0.code()))
}

/// One account of the book, in one currency.
#[derive(SimpleObject)]
pub struct TrialBalanceRow {
    /// Its name.
    ledger_account: String,
    /// The currency of both.
    currency_code: CurrencyCode,
    /// All that was debited.
    debit: Money,
    /// All that was credited.
    credit: Money,
}

/// Every account of the book; debits and credits are equal per currency.
pub async fn trial_balance(ctx: &Context<'_>, as_of: Option<DateTime>) -> Result<Vec<TrialBalanceRow>> {
    let rows = ctx.read(queries::trial_balance(&ctx.reader(), as_of.map(|at| at.0)).await)?;
    let rows = rows.into_iter().map(|row| TrialBalanceRow {
        ledger_account: row.ledger_account,
        currency_code: CurrencyCode(row.debit.currency()),
        debit: row.debit.into(),
        credit: row.credit.into(),
    });
    Ok(rows.collect())
}
