//! What is shown of invoices, payments and wallets.

use async_graphql::{Context, Enum, ID, Object, Result};
use domain::billing::Buyer;
use domain::cashback::queries::WalletKey;
use domain::link::Target;
use entities::id::ProductId;
use entities::{client, invoice, invoice_line, order, payment, payment_method, product, wallet, wallet_entry};

use super::description::description;
use super::loader::{BalanceAfter, EarnedOnIn, Entries, LinesOf, PaymentsOf, link};
use crate::account::object::{Account, PostalAddress};
use crate::answer::loaded;
use crate::client::object::Client;
use crate::connection::{connection, lists};
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Seen;
use crate::order::object::Order;
use crate::payout::loader::PayoutsOf;
use crate::payout::object::Payout;
use crate::product::object::Product;
use crate::scalar::{CountryCode, Date, DateTime, Money, Url, amount};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::invoice::InvoiceKind")]
pub enum InvoiceKind {
    Order,
    Renewal,
    CreditNote,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::invoice::InvoiceStatus")]
pub enum InvoiceStatus {
    Open,
    Paid,
    Uncollectible,
    Credited,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::payment::PaymentStatus")]
pub enum PaymentStatus {
    Pending,
    Succeeded,
    Declined,
    Unknown,
    Refunded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::wallet_entry::WalletEntryKind")]
pub enum WalletEntryKind {
    Cashback,
    CashbackReversal,
    Referral,
    Payout,
    Spent,
    Adjustment,
}

async fn product_of(ctx: &Context<'_>, id: Option<ProductId>) -> Result<Option<Product>> {
    let Some(id) = id else { return Ok(None) };
    Ok(loaded(ctx.loads().load_one(Seen::<product::Model>::by(id)).await)?.map(Product))
}

/// A way to pay that the gateway keeps.
#[derive(Clone)]
pub struct PaymentMethod(pub payment_method::Model);

#[Object]
impl PaymentMethod {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::PaymentMethod, self.0.id.0)
    }

    /// Whose.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// E.g. visa.
    async fn brand(&self) -> &str {
        &self.0.brand
    }

    /// The last four digits.
    async fn last4(&self) -> &str {
        &self.0.last4
    }

    /// The last day on which it can be charged.
    async fn expires_on(&self) -> Date {
        Date(self.0.expires_on)
    }

    /// Whether renewals are charged to it.
    async fn is_default(&self) -> bool {
        self.0.is_default
    }
}

/// An invoice: seen by those who may see invoices in the account that it is billed to, and by nobody else.
#[derive(Clone)]
pub struct Invoice(pub invoice::Model);

#[Object]
impl Invoice {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Invoice, self.0.id.0)
    }

    /// Without a gap in its series and year.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// What it bills.
    async fn kind(&self) -> InvoiceKind {
        self.0.kind.into()
    }

    /// Whether it is paid.
    async fn status(&self) -> InvoiceStatus {
        self.0.status.into()
    }

    /// Who pays, and alone sees it.
    async fn billed_to(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.billed_to_id).await
    }

    /// As of issue; null where the payer had given none.
    async fn billing_address(&self) -> Result<Option<PostalAddress>> {
        let buyer: Buyer = serde_json::from_str(&self.0.buyer).map_err(|_| EdgeError::internal())?;
        let Buyer { name, street: Some(street), postal_code: Some(postal_code), city: Some(city), country, .. } = buyer
        else {
            return Ok(None);
        };
        let country = CountryCode::new(&country).ok_or_else(EdgeError::internal)?;
        Ok(Some(PostalAddress { name, street, postal_code, city, country }))
    }

    /// In the seller's time zone.
    async fn issued_on(&self) -> Date {
        Date(self.0.issued_on)
    }

    /// The last day to pay it.
    async fn due_on(&self) -> Date {
        Date(self.0.due_on)
    }

    /// When the last of it was paid.
    async fn paid_at(&self) -> Option<DateTime> {
        self.0.paid_at.map(DateTime)
    }

    /// What was ordered; null for a renewal, and to those who may not see the order.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Order>> {
        let Some(id) = self.0.order_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<order::Model>::by(id)).await)?.map(Order))
    }

    /// What it bills, line by line.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<InvoiceLine>> {
        let rows = loaded(ctx.loads().load_one(LinesOf(self.0.id)).await)?.unwrap_or_default();
        Ok(rows.into_iter().map(|row| InvoiceLine { row, currency: Some(self.0.currency.clone()) }).collect())
    }

    /// The sum of the lines' public prices.
    async fn subtotal(&self) -> Result<Money> {
        self.money(self.0.subtotal_minor)
    }

    /// What is taken off for a partner that pays.
    async fn discount(&self) -> Result<Money> {
        self.money(self.0.discount_minor)
    }

    /// Rounded once per rate.
    async fn tax(&self) -> Result<Money> {
        self.money(self.0.tax_minor)
    }

    /// subtotal − discount + tax.
    async fn total(&self) -> Result<Money> {
        self.money(self.0.total_minor)
    }

    /// What is left to pay.
    async fn amount_due(&self) -> Result<Money> {
        let is_open = matches!(self.0.status, invoice::InvoiceStatus::Open | invoice::InvoiceStatus::Uncollectible);
        let due = self.0.total_minor - self.0.paid_minor - self.0.credited_minor;
        self.money(if is_open { due.max(0) } else { 0 })
    }

    /// A signed link to the PDF, good for some minutes.
    async fn pdf_url(&self, ctx: &Context<'_>) -> Result<Url> {
        let id = encode(Kind::Invoice, self.0.id.0);
        link(ctx, &format!("invoices/{}.pdf", id.as_str()), Target::Invoice(self.0.id)).await
    }

    /// Every attempt to pay it, oldest first.
    async fn payments(&self, ctx: &Context<'_>) -> Result<Vec<Payment>> {
        let rows = loaded(ctx.loads().load_one(PaymentsOf(self.0.id)).await)?.unwrap_or_default();
        Ok(rows.into_iter().map(Payment).collect())
    }

    /// The invoice that this credit note corrects.
    async fn corrects(&self, ctx: &Context<'_>) -> Result<Option<Invoice>> {
        let Some(id) = self.0.corrects_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<invoice::Model>::by(id)).await)?.map(Invoice))
    }
}

impl Invoice {
    fn money(&self, minor: i64) -> Result<Money> {
        amount(minor, &self.0.currency)
    }
}

connection!(InvoiceConnection, InvoiceEdge, Invoice);

/// A line of an invoice.
#[derive(Clone)]
pub struct InvoiceLine {
    pub row: invoice_line::Model,
    /// Known to whoever comes through the invoice.
    pub currency: Option<String>,
}

impl InvoiceLine {
    async fn amount(&self, ctx: &Context<'_>, minor: i64) -> Result<Money> {
        if let Some(currency) = &self.currency {
            return amount(minor, currency);
        }
        let invoice = loaded(ctx.loads().load_one(Seen::<invoice::Model>::by(self.row.invoice_id)).await)?;
        amount(minor, &invoice.ok_or_else(EdgeError::internal)?.currency)
    }
}

#[Object]
impl InvoiceLine {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::InvoiceLine, self.row.id.0)
    }

    /// As printed.
    async fn description(&self) -> &str {
        &self.row.description
    }

    /// Null where the line is about several, and to those who may not see it.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        product_of(ctx, self.row.product_id).await
    }

    /// The first day of the period.
    async fn period_start(&self) -> Option<Date> {
        self.row.period_start.map(Date)
    }

    /// The day after its last.
    async fn period_end(&self) -> Option<Date> {
        self.row.period_end.map(Date)
    }

    /// How many.
    async fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// Of the whole quantity.
    async fn public_price(&self, ctx: &Context<'_>) -> Result<Money> {
        self.amount(ctx, self.row.public_price_minor).await
    }

    /// What is taken off it.
    async fn discount(&self, ctx: &Context<'_>) -> Result<Money> {
        self.amount(ctx, self.row.discount_minor).await
    }

    /// publicPrice − discount.
    async fn net(&self, ctx: &Context<'_>) -> Result<Money> {
        self.amount(ctx, self.row.net_minor).await
    }

    /// In basis points.
    async fn tax_rate_bps(&self) -> i32 {
        self.row.tax_rate_bps
    }

    /// Its part of the invoice's tax.
    async fn tax(&self, ctx: &Context<'_>) -> Result<Money> {
        self.amount(ctx, self.row.tax_minor).await
    }
}

/// An attempt to pay.
#[derive(Clone)]
pub struct Payment(pub payment::Model);

#[Object]
impl Payment {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Payment, self.0.id.0)
    }

    /// UNKNOWN: no answer came; the gateway is asked until it knows.
    async fn status(&self) -> PaymentStatus {
        self.0.status.into()
    }

    /// How much was asked for.
    async fn amount(&self) -> Result<Money> {
        amount(self.0.amount_minor, &self.0.currency)
    }

    /// When it was asked for.
    async fn attempted_at(&self) -> DateTime {
        DateTime(self.0.attempted_at)
    }

    /// The gateway's reason.
    async fn failure_code(&self) -> Option<&str> {
        self.0.failure_code.as_deref()
    }

    /// What was charged; null to those who may not use it.
    async fn payment_method(&self, ctx: &Context<'_>) -> Result<Option<PaymentMethod>> {
        let Some(id) = self.0.payment_method_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<payment_method::Model>::by(id)).await)?.map(PaymentMethod))
    }
}

/// A partner's cashback, kept as a double-entry ledger.
#[derive(Clone)]
pub struct Wallet(pub wallet::Model);

#[Object]
impl Wallet {
    /// The partner's.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// What is available; `balance` and `pending` together are the sum of the entries.
    async fn balance(&self) -> Result<Money> {
        amount(self.0.available_minor, &self.0.currency)
    }

    /// What is within its holding days.
    async fn pending(&self) -> Result<Money> {
        amount(self.0.pending_minor, &self.0.currency)
    }

    /// Newest first, the last 500.
    async fn payouts(&self, ctx: &Context<'_>) -> Result<Vec<Payout>> {
        let rows = loaded(ctx.loads().load_one(PayoutsOf(self.0.account_id)).await)?.unwrap_or_default();
        let own = rows.into_iter().filter(|row| row.currency == self.0.currency);
        Ok(own.map(Payout).collect())
    }

    /// What a wallet has lists of.
    #[graphql(flatten)]
    async fn lists(&self) -> WalletLists {
        WalletLists(WalletKey::from(&self.0))
    }
}

lists! {
    /// What a wallet has lists of.
    WalletLists of WalletKey {
        /// Newest first.
        entries() -> WalletEntryConnection = Entries => WalletEntry;
    }
}

/// What was added to a wallet, or taken from it.
#[derive(Clone)]
pub struct WalletEntry(pub wallet_entry::Model);

#[Object]
impl WalletEntry {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::WalletEntry, self.0.id.0)
    }

    /// Why.
    async fn kind(&self) -> WalletEntryKind {
        self.0.kind.into()
    }

    /// Below zero for what was taken.
    async fn amount(&self) -> Result<Money> {
        amount(self.0.amount_minor, &self.0.currency)
    }

    /// The sum of the entries up to this one.
    async fn balance_after(&self, ctx: &Context<'_>) -> Result<Money> {
        let balance = loaded(ctx.loads().load_one(BalanceAfter(self.0.id)).await)?;
        amount(balance.ok_or_else(EdgeError::internal)?, &self.0.currency)
    }

    /// In the viewer's language: of what kind, and what it was earned on.
    async fn description(&self, ctx: &Context<'_>) -> Result<String> {
        let earned_on = match self.0.invoice_line_id {
            Some(_) => loaded(ctx.loads().load_one(EarnedOnIn(self.0.id)).await)?,
            None => None,
        };
        Ok(description(self.0.kind.into(), earned_on.as_ref(), ctx.reader().actor().locale()))
    }

    /// What it was computed from.
    async fn public_price(&self) -> Result<Option<Money>> {
        self.0.public_price_minor.map(|minor| amount(minor, &self.0.currency)).transpose()
    }

    /// The partner's rate then.
    async fn rate_bps(&self) -> Option<i32> {
        self.0.rate_bps
    }

    /// The invoice itself stays the payer's.
    async fn invoice_line_id(&self) -> Option<ID> {
        self.0.invoice_line_id.map(|id| encode(Kind::InvoiceLine, id.0))
    }

    /// Whose product it was earned on: the partner's own record.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        let Some(id) = self.0.client_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<client::Model>::by(id)).await)?.map(Client))
    }

    /// What it was earned on; null to those who may not see it any more.
    async fn product(&self, ctx: &Context<'_>) -> Result<Option<Product>> {
        product_of(ctx, self.0.product_id).await
    }

    /// When it was credited.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it can be paid out.
    async fn available_at(&self) -> DateTime {
        DateTime(self.0.available_at)
    }
}

connection!(WalletEntryConnection, WalletEntryEdge, WalletEntry);
