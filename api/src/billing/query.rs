//! The lists that accounts, products and the provider show.

use async_graphql::{Context, InputObject, Result, SimpleObject};
use domain::billing::queries;
use entities::id::AccountId;

use super::loader::{PaymentMethodsOf, WalletsOf};
use super::object::{InvoiceKind, InvoiceStatus, PaymentMethod, Wallet};
use crate::answer::loaded;
use crate::context::ContextExt;
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

/// The ways to pay of an account; none to those who may not use them.
pub async fn payment_methods(ctx: &Context<'_>, account: AccountId) -> Result<Vec<PaymentMethod>> {
    let rows = loaded(ctx.loads().load_one(PaymentMethodsOf(account)).await)?.unwrap_or_default();
    Ok(rows.into_iter().map(PaymentMethod).collect())
}

/// The wallets of an account, by currency; none to those who may not see them.
pub async fn wallets(ctx: &Context<'_>, account: AccountId) -> Result<Vec<Wallet>> {
    let rows = loaded(ctx.loads().load_one(WalletsOf(account)).await)?.unwrap_or_default();
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
