//! What hangs on invoices and accounts, one statement per level.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::Context;
use domain::billing::queries::{self, InvoiceFilter, Parent};
use domain::cashback::queries as cashback;
use domain::cashback::queries::WalletKey;
use domain::link::{Signer, Target};
use domain::page::ById;
use domain::{Error, Reader};
use entities::id::{AccountId, InvoiceId, WalletEntryId};
use entities::{invoice, invoice_line, payment, payment_method, wallet, wallet_entry};
use uuid::Uuid;

use crate::answer::{loaded, top_level};
use crate::batch::Loader;
use crate::context::{ContextExt, Loads};
use crate::error::EdgeError;
use crate::list::{Counts, List, Pages};
use crate::loader::loaders;
use crate::scalar::Url;

loaders! {
    /// The lines of an invoice.
    LinesOf(InvoiceId) -> Vec<invoice_line::Model> = queries::lines;
    /// The payments for an invoice.
    PaymentsOf(InvoiceId) -> Vec<payment::Model> = queries::payments;
    /// The ways to pay of an account.
    PaymentMethodsOf(AccountId) -> Vec<payment_method::Model> = queries::payment_methods;
    /// The wallets of an account.
    WalletsOf(AccountId) -> Vec<wallet::Model> = cashback::wallets;
    /// What an entry of a wallet was earned on.
    EarnedOnIn(WalletEntryId) -> cashback::EarnedOn = cashback::earned_on;
    /// What an entry of a wallet left in it, in minor units.
    BalanceAfter(WalletEntryId) -> i64 = cashback::balances_after;
}

/// What links of the viewer are signed by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signing;

impl Loader<Signing> for Loads {
    type Value = Signer;

    async fn load(&self, keys: &[Signing]) -> Result<HashMap<Signing, Signer>, Arc<Error>> {
        let signer = Signer::of(&self.reader()).await?;
        Ok(keys.iter().map(|key| (*key, signer.clone())).collect())
    }
}

/// A signed link of the viewer's to one of this gateway's files.
pub async fn link(ctx: &Context<'_>, path: &str, to: Target) -> async_graphql::Result<Url> {
    let signer = loaded(ctx.loads().load_one(Signing).await)?.ok_or_else(EdgeError::internal)?;
    let token = signer.sign(to).map_err(top_level)?;
    let base = &ctx.session().store().settings().public_url;
    Ok(Url(format!("{base}{path}?token={token}")))
}

/// The invoices of an account or a product.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Invoices {
    pub of: Parent,
    pub filter: InvoiceFilter,
}

impl List for Invoices {
    type Parent = Uuid;
    type Row = invoice::Model;
    type Key = Uuid;

    fn key(row: &invoice::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, parents: &[Uuid], page: &ById) -> Pages<Self> {
        queries::invoices(reader, self.of, parents, &self.filter, page).await
    }

    async fn counts(&self, reader: &Reader, parents: &[Uuid]) -> Counts<Self> {
        queries::invoice_counts(reader, self.of, parents, &self.filter).await
    }
}

/// The entries of a wallet.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Entries;

impl List for Entries {
    type Parent = WalletKey;
    type Row = wallet_entry::Model;
    type Key = Uuid;

    fn key(row: &wallet_entry::Model) -> Uuid {
        row.id.0
    }

    async fn pages(&self, reader: &Reader, wallets: &[WalletKey], page: &ById) -> Pages<Self> {
        cashback::entries(reader, wallets, page).await
    }

    async fn counts(&self, reader: &Reader, wallets: &[WalletKey]) -> Counts<Self> {
        cashback::entry_counts(reader, wallets).await
    }
}
