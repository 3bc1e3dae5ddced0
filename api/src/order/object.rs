//! What is shown of carts and orders.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::order::queries::{Contents, Way};
use entities::{cart, cart_item, client, invoice, order, order_line};

use super::loader::{ContentsOf, InvoiceOf, LinesOf};
use crate::account::object::{Account, User};
use crate::answer::loaded;
use crate::billing::object::Invoice;
use crate::catalogue::object::{Plan, plan_by};
use crate::client::object::Client;
use crate::connection::connection;
use crate::contact::object::Contact;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Seen;
use crate::product::loader::OfOrderLine;
use crate::product::object::Product;
use crate::scalar::{DateTime, Money, amount};

/// PENDING_PAYMENT: checked out, and the gateway's answer is not known yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::cart::CartStatus")]
pub enum CartStatus {
    Open,
    Sent,
    PendingPayment,
    Completed,
    Abandoned,
}

/// Who pays for a cart, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::order::CheckoutMethod")]
pub enum CheckoutMethod {
    ClientCard,
    PartnerCard,
    SendToClient,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::order::OrderStatus")]
pub enum OrderStatus {
    PendingPayment,
    Paid,
    Failed,
    Refunded,
}

/// A partner's cart for one of its client records.
#[derive(Clone)]
pub struct Cart(pub cart::Model);

impl Cart {
    async fn contents(&self, ctx: &Context<'_>) -> Result<Contents> {
        let found = loaded(ctx.loads().load_one(ContentsOf(self.0.clone())).await)?;
        Ok(found.ok_or_else(EdgeError::internal)?)
    }
}

#[Object]
impl Cart {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Cart, self.0.id.0)
    }

    /// The partner's own record; null to all but the partner.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        Ok(loaded(ctx.loads().load_one(Seen::<client::Model>::by(self.0.client_id)).await)?.map(Client))
    }

    /// As the partner calls its client.
    async fn recipient_name(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(self.contents(ctx).await?.recipient_name)
    }

    /// Whose cart it is.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.partner_id).await
    }

    /// How far it is.
    async fn status(&self) -> CartStatus {
        self.0.status.into()
    }

    /// In the order in which they were added.
    async fn items(&self, ctx: &Context<'_>) -> Result<Vec<CartItem>> {
        let items = self.contents(ctx).await?.items;
        Ok(items.into_iter().map(|(row, price)| CartItem { row, price: Some(price.into()) }).collect())
    }

    /// The sum of the public prices, in the client's currency.
    async fn subtotal(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(self.contents(ctx).await?.subtotal.into())
    }

    /// Null to all but the partner.
    async fn discount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        Ok(self.contents(ctx).await?.discount.map(Money::from))
    }

    /// By the payer's country and VAT id.
    async fn tax(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(self.contents(ctx).await?.tax.into())
    }

    /// subtotal − discount + tax.
    async fn total(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(self.contents(ctx).await?.total.into())
    }

    /// All three ways, each with whether the viewer can use it now and, if not, why.
    async fn checkout_options(&self, ctx: &Context<'_>) -> Result<Vec<CheckoutOption>> {
        let ways = self.contents(ctx).await?.ways;
        let mut options = Vec::with_capacity(ways.len());
        for way in ways {
            options.push(CheckoutOption::of(ctx, way).await?);
        }
        Ok(options)
    }

    /// To the client, with a cart that is sent.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// When it was sent to the client.
    async fn sent_at(&self) -> Option<DateTime> {
        self.0.sent_at.map(DateTime)
    }

    /// When its order was paid.
    async fn completed_at(&self) -> Option<DateTime> {
        self.0.completed_at.map(DateTime)
    }

    /// What was placed from it, as far as the viewer sees orders.
    async fn order(&self, ctx: &Context<'_>) -> Result<Option<Order>> {
        let Some(id) = self.0.order_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<order::Model>::by(id)).await)?.map(Order))
    }
}

connection!(CartConnection, CartEdge, Cart);

/// A plan in a cart.
#[derive(Clone)]
pub struct CartItem {
    pub row: cart_item::Model,
    /// Known to whoever comes through the cart.
    pub price: Option<Money>,
}

#[Object]
impl CartItem {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::CartItem, self.row.id.0)
    }

    /// What.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Plan> {
        plan_by(ctx, self.row.plan_id).await
    }

    /// For how long.
    async fn term_months(&self) -> i32 {
        self.row.term_months
    }

    /// So many products.
    async fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// In its ASCII form.
    async fn domain_name(&self) -> Option<&str> {
        self.row.domain_name.as_deref()
    }

    /// To whom the domain is registered, where that is not its holder.
    async fn registrant(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        Contact::maybe(ctx, self.row.registrant_id).await
    }

    /// The public net price of the whole line, all its pieces together: the cart's subtotal is the sum of these.
    async fn price(&self, ctx: &Context<'_>) -> Result<Money> {
        if let Some(price) = self.price {
            return Ok(price);
        }
        let cart = loaded(ctx.loads().load_one(Seen::<cart::Model>::by(self.row.cart_id)).await)?;
        let contents = Cart(cart.ok_or_else(EdgeError::internal)?).contents(ctx).await?;
        let found = contents.items.into_iter().find(|(row, _)| row.id == self.row.id);
        Ok(found.map(|(_, price)| price.into()).ok_or_else(EdgeError::internal)?)
    }
}

/// One way to check a cart out.
#[derive(Clone, SimpleObject)]
pub struct CheckoutOption {
    /// Which.
    method: CheckoutMethod,
    /// Whether the viewer can use it now.
    available: bool,
    /// Why not.
    reason: Option<String>,
    /// Who pays; null before the client record is connected.
    billed_to: Option<Account>,
    /// Where the products are installed.
    installed_in: Option<Account>,
    /// Null to those whose affair it is not.
    discount: Option<Money>,
    /// With tax.
    total: Option<Money>,
    /// To the partner's wallet.
    cashback: Option<Money>,
}

impl CheckoutOption {
    async fn of(ctx: &Context<'_>, way: Way) -> Result<Self> {
        let Way { method, reason, billed_to_id, installed_in_id, discount, total, cashback } = way;
        Ok(Self {
            method: method.into(),
            available: reason.is_none(),
            reason,
            billed_to: Account::maybe(ctx, billed_to_id).await?,
            installed_in: Account::maybe(ctx, installed_in_id).await?,
            discount: discount.map(Money::from),
            total: total.map(Money::from),
            cashback: cashback.map(Money::from),
        })
    }
}

/// What was ordered, at the prices of that day: total = subtotal − discount + tax.
#[derive(Clone)]
pub struct Order(pub order::Model);

#[Object]
impl Order {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Order, self.0.id.0)
    }

    /// For people.
    async fn number(&self) -> &str {
        &self.0.number
    }

    /// How far it is.
    async fn status(&self) -> OrderStatus {
        self.0.status.into()
    }

    /// Who ordered.
    async fn placed_by(&self, ctx: &Context<'_>) -> Result<User> {
        User::by(ctx, self.0.placed_by_id).await
    }

    /// For which account they acted.
    async fn placed_from(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.placed_from_id).await
    }

    /// Who pays.
    async fn billed_to(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.billed_to_id).await
    }

    /// When.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// In their order.
    async fn lines(&self, ctx: &Context<'_>) -> Result<Vec<OrderLine>> {
        let rows = loaded(ctx.loads().load_one(LinesOf(self.0.id)).await)?.unwrap_or_default();
        Ok(rows.into_iter().map(|row| OrderLine { row, currency: Some(self.0.currency.clone()) }).collect())
    }

    /// The sum of the public prices.
    async fn subtotal(&self) -> Result<Money> {
        amount(self.0.subtotal_minor, &self.0.currency)
    }

    /// What was taken off for a partner that pays.
    async fn discount(&self) -> Result<Money> {
        amount(self.0.discount_minor, &self.0.currency)
    }

    /// By the payer's country and VAT id.
    async fn tax(&self) -> Result<Money> {
        amount(self.0.tax_minor, &self.0.currency)
    }

    /// subtotal − discount + tax.
    async fn total(&self) -> Result<Money> {
        amount(self.0.total_minor, &self.0.currency)
    }

    /// Null to those who may not see the payer's invoices.
    async fn invoice(&self, ctx: &Context<'_>) -> Result<Option<Invoice>> {
        let Some(id) = loaded(ctx.loads().load_one(InvoiceOf(self.0.id)).await)? else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<invoice::Model>::by(id)).await)?.map(Invoice))
    }
}

connection!(OrderConnection, OrderEdge, Order);

/// A line of an order.
#[derive(Clone)]
pub struct OrderLine {
    pub row: order_line::Model,
    /// Known to whoever comes through the order.
    pub currency: Option<String>,
}

impl OrderLine {
    async fn amount(&self, ctx: &Context<'_>, minor: i64) -> Result<Money> {
        if let Some(currency) = &self.currency {
            return amount(minor, currency);
        }
        let order = loaded(ctx.loads().load_one(Seen::<order::Model>::by(self.row.order_id)).await)?;
        amount(minor, &order.ok_or_else(EdgeError::internal)?.currency)
    }
}

#[Object]
impl OrderLine {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::OrderLine, self.row.id.0)
    }

    /// What.
    async fn plan(&self, ctx: &Context<'_>) -> Result<Plan> {
        plan_by(ctx, self.row.plan_id).await
    }

    /// For how long.
    async fn term_months(&self) -> i32 {
        self.row.term_months
    }

    /// So many products.
    async fn quantity(&self) -> i32 {
        self.row.quantity
    }

    /// What it led to, as far as the viewer sees it.
    async fn products(&self, ctx: &Context<'_>) -> Result<Vec<Product>> {
        let rows = loaded(ctx.loads().load_one(OfOrderLine(self.row.id)).await)?.unwrap_or_default();
        Ok(rows.into_iter().map(Product).collect())
    }

    /// The net list price of all its pieces.
    async fn public_price(&self, ctx: &Context<'_>) -> Result<Money> {
        self.amount(ctx, self.row.public_price_minor).await
    }

    /// What was taken off for a partner that pays.
    async fn discount(&self, ctx: &Context<'_>) -> Result<Money> {
        self.amount(ctx, self.row.discount_minor).await
    }

    /// public price − discount.
    async fn net(&self, ctx: &Context<'_>) -> Result<Money> {
        self.amount(ctx, self.row.net_minor).await
    }
}
