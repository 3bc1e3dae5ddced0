//! What is shown of products.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use domain::billing::queries::{InvoiceFilter, Parent as Invoiced};
use domain::partnership::queries as partnership_queries;
use domain::plan_change::queries::{Preview, Thought};
use domain::product::queries;
use domain::transfer::queries as transfer_queries;
use entities::id::ProductId;
use entities::{client, partnership, product};

use super::loader::{DunningOf, PayerOf, PreviewOf, QuoteOf};
use crate::account::object::Account;
use crate::answer::loaded;
use crate::billing::loader::Invoices;
use crate::billing::object::{Invoice, InvoiceConnection};
use crate::catalogue::object::{Plan, plan_by};
use crate::client::object::Client;
use crate::connection::{connection, lists};
use crate::contact::object::Contact;
use crate::context::ContextExt;
use crate::contributor::loader::ContributorsTo;
use crate::contributor::object::Contributor;
use crate::error::EdgeError;
use crate::id::{Kind, decode_as, encode};
use crate::loader::Seen;
use crate::partnership::object::Partnership;
use crate::programme::object::ProductKind;
use crate::renewal::object::{Dunning, RenewalQuote};
use crate::scalar::{Date, Money};
use crate::transfer::loader::TransferOf;
use crate::transfer::object::Transfer;

/// Where a product is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::product::ProductStatus")]
pub enum ProductStatus {
    PendingPayment,
    Free,
    Active,
    PastDue,
    Suspended,
    Expired,
    Cancelled,
}

/// Whether renewals follow the payer of the managing partnership, or the holding account pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::product::RenewalBilling")]
pub enum RenewalBilling {
    Account,
    Partnership,
}

/// Which products are wanted; `search` looks into label and domain name.
#[derive(InputObject, Default)]
pub struct ProductFilter {
    status: Option<Vec<ProductStatus>>,
    kind: Option<Vec<ProductKind>>,
    renews_before: Option<Date>,
    search: Option<String>,
}

impl From<ProductFilter> for queries::ProductFilter {
    fn from(filter: ProductFilter) -> Self {
        let ProductFilter { status, kind, renews_before, search } = filter;
        Self {
            status: status.map(|all| all.into_iter().map(Into::into).collect()),
            kind: kind.map(|all| all.into_iter().map(Into::into).collect()),
            renews_before: renews_before.map(|day| day.0),
            search,
        }
    }
}

/// A product in use: a plan installed in an account for a term that renews.
#[derive(Clone)]
pub struct Product(pub product::Model);

#[Object]
impl Product {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Product, self.0.id.0)
    }

    /// Its holder: where it is installed.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// What it is.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Plan> {
        plan_by(ctx, self.0.plan_id).await
    }

    /// The partner's record that it is assigned to; null to all but the partner.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        let Some(id) = self.0.client_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<client::Model>::by(id)).await)?.map(Client))
    }

    /// Where it is in its life.
    async fn status(&self) -> ProductStatus {
        self.0.status.into()
    }

    /// As its holder calls it.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// In its ASCII form.
    async fn domain_name(&self) -> Option<&str> {
        self.0.domain_name.as_deref()
    }

    /// To whom the domain is registered, where that is not its holder; null also to those who see this product alone.
    async fn registrant(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        Contact::maybe(ctx, self.0.registrant_id).await
    }

    /// The length of its next term.
    async fn term_months(&self) -> i32 {
        self.0.term_months
    }

    /// Where its first term began.
    async fn started_on(&self) -> Date {
        Date(self.0.started_on)
    }

    /// Where its next term begins, in the holder's time zone; null before it is paid for, and after its end.
    async fn renews_on(&self) -> Option<Date> {
        use product::ProductStatus::{Active, Cancelled, Expired, Free, PastDue, PendingPayment, Suspended};
        match self.0.status {
            Free | Active | PastDue | Suspended => Some(Date(self.0.renews_on)),
            PendingPayment | Expired | Cancelled => None,
        }
    }

    /// Whether it renews by itself.
    async fn auto_renew(&self) -> bool {
        self.0.auto_renew
    }

    /// Who the next renewal is billed to, as things stand.
    async fn payer(&self, ctx: &Context<'_>) -> Result<Account> {
        let payer = loaded(ctx.loads().load_one(PayerOf(self.0.id)).await)?.ok_or_else(EdgeError::internal)?;
        Account::by(ctx, payer).await
    }

    /// PARTNERSHIP: renewals follow the payer of `managedBy`, as for all that the partner ordered. ACCOUNT: the holding
    /// account pays, as for all it ordered itself.
    async fn renewal_billing(&self) -> RenewalBilling {
        self.0.renewal_billing.into()
    }

    /// The partnership whose partner looks after this product and earns on it.
    async fn managed_by(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.0.managed_by_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<partnership::Model>::by(id)).await)?.map(Partnership))
    }

    /// What it will cost, as things stand; null for one that will not renew by itself, and to contributors.
    async fn next_renewal(&self, ctx: &Context<'_>) -> Result<Option<RenewalQuote>> {
        let quote = loaded(ctx.loads().load_one(QuoteOf(self.0.id)).await)?;
        Ok(quote.map(|quote| RenewalQuote(quote.shown_to(ctx.reader().actor()))))
    }

    /// Where a failed renewal stands; null while all is well, and to contributors.
    async fn dunning(&self, ctx: &Context<'_>) -> Result<Option<Dunning>> {
        Ok(loaded(ctx.loads().load_one(DunningOf(self.0.id)).await)?.map(Dunning))
    }

    /// Those whom the viewer may know of, oldest first: all to whoever may invite them, else oneself.
    async fn contributors(&self, ctx: &Context<'_>) -> Result<Vec<Contributor>> {
        let rows = loaded(ctx.loads().load_one(ContributorsTo(self.0.id)).await)?.unwrap_or_default();
        Ok(rows.into_iter().map(Contributor::from).collect())
    }

    /// The last one that the viewer may know of, whatever came of it.
    async fn transfer(&self, ctx: &Context<'_>) -> Result<Option<Transfer>> {
        Ok(loaded(ctx.loads().load_one(TransferOf(self.0.id)).await)?.map(Transfer))
    }

    /// What `changePlan` would bill if the viewer did it now, to the cent.
    async fn plan_change_preview(
        &self,
        ctx: &Context<'_>,
        plan_id: ID,
        term_months: Option<i32>,
    ) -> Result<PlanChangePreview> {
        let plan_id = decode_as(Kind::Plan, &plan_id)?.into();
        let thought = PreviewOf(Thought { product_id: self.0.id, plan_id, term_months });
        let preview = loaded(ctx.loads().load_one(thought).await)?.ok_or_else(EdgeError::internal)?;
        let preview = preview.map_err(|refusal| EdgeError::bad_input(refusal.message.into_owned()))?;
        Ok(PlanChangePreview(preview))
    }

    /// What a product has lists of.
    #[graphql(flatten)]
    async fn lists(&self) -> ProductLists {
        ProductLists(self.0.id)
    }
}

/// As much of a product as someone sees who is offered it.
pub struct OfferedProduct {
    id: ProductId,
    label: String,
    kind: ProductKind,
    plan_name: String,
}

impl From<partnership_queries::OfferedProduct> for OfferedProduct {
    fn from(offered: partnership_queries::OfferedProduct) -> Self {
        let partnership_queries::OfferedProduct { invitation_id: _, id, label, kind, plan_name } = offered;
        Self { id, label, kind: kind.into(), plan_name }
    }
}

impl From<transfer_queries::Offered> for OfferedProduct {
    fn from(offered: transfer_queries::Offered) -> Self {
        let transfer_queries::Offered { transfer_id: _, id, label, kind, plan_name } = offered;
        Self { id, label, kind: kind.into(), plan_name }
    }
}

#[Object]
impl OfferedProduct {
    /// Of the product.
    async fn id(&self) -> ID {
        encode(Kind::Product, self.id.0)
    }

    /// As its holder calls it.
    async fn label(&self) -> &str {
        &self.label
    }

    /// What it is.
    async fn kind(&self) -> ProductKind {
        self.kind
    }

    /// What it is a variant of.
    async fn plan_name(&self) -> &str {
        &self.plan_name
    }
}

/// total = charge − credit + tax, on one invoice; a credit note when that is below zero. Null to those who may not see the payer's
/// invoices.
pub struct PlanChangePreview(Preview);

impl PlanChangePreview {
    fn money(amount: Option<domain::money::Money>) -> Result<Option<Money>> {
        amount.map(|it| crate::scalar::amount(it.minor(), it.currency().code())).transpose()
    }
}

#[Object]
impl PlanChangePreview {
    /// Of the paid term, what is not used.
    async fn credit(&self) -> Result<Option<Money>> {
        Self::money(self.0.credit)
    }

    /// For the new term, without tax.
    async fn charge(&self) -> Result<Option<Money>> {
        Self::money(self.0.charge)
    }

    /// Of both.
    async fn tax(&self) -> Result<Option<Money>> {
        Self::money(self.0.tax)
    }

    /// Below zero it is paid back.
    async fn total(&self) -> Result<Option<Money>> {
        Self::money(self.0.total)
    }

    /// The end of the new term.
    async fn renews_on(&self) -> Date {
        Date(self.0.renews_on)
    }

    /// Who pays.
    async fn billed_to(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.billed_to_id).await
    }
}

lists! {
    /// What a product has lists of.
    ProductLists of ProductId {
        /// Those with a line about it, newest first, as far as the viewer sees them.
        invoices() -> InvoiceConnection = Invoices { of: Invoiced::Product, filter: InvoiceFilter::default() } => Invoice;
    }
}

connection!(ProductConnection, ProductEdge, Product);
