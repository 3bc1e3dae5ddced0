//! What is shown of client records.

use async_graphql::{Context, ID, Object, Result};
use domain::billing::queries as invoice;
use domain::client::queries::KeptBy;
use domain::product::queries::Parent;
use entities::client;
use entities::id::ClientId;

use crate::account::object::Account;
use crate::answer::loaded;
use crate::billing::loader::Invoices;
use crate::billing::object::{Invoice, InvoiceConnection};
use crate::billing::query::InvoiceFilter;
use crate::connection::{Paging, connection, lists};
use crate::context::ContextExt;
use crate::id::{Kind, encode};
use crate::inquiry::object::{InquiryConnection, inquiries_of};
use crate::order::loader::Carts;
use crate::order::object::{Cart, CartConnection, CartStatus};
use crate::partnership::loader::OfPair;
use crate::partnership::object::Partnership;
use crate::product::loader::Products;
use crate::product::object::{Product, ProductConnection, ProductFilter};
use crate::scalar::DateTime;
use crate::task::loader::Tasks;
use crate::task::object::{Task, TaskConnection};

/// A partner's own record of a client. It can exist before, and without, the client's account.
#[derive(Clone)]
pub struct Client(pub client::Model);

#[Object]
impl Client {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Client, self.0.id.0)
    }

    /// Whose record it is.
    async fn partner(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.partner_id).await
    }

    /// As the partner calls them.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where the partner writes to.
    async fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// Where the person works.
    async fn company(&self) -> Option<&str> {
        self.0.company.as_deref()
    }

    /// As people write it.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// The partner's own.
    async fn notes(&self) -> Option<&str> {
        self.0.notes.as_deref()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Null until connected.
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<Account>> {
        Account::maybe(ctx, self.0.account_id).await
    }

    /// The one with the connected account, while it lasts.
    async fn partnership(&self, ctx: &Context<'_>) -> Result<Option<Partnership>> {
        let Some(id) = self.0.account_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(OfPair((self.0.partner_id, id))).await)?.map(Partnership))
    }

    /// What is assigned to this client, newest first.
    async fn inquiries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<InquiryConnection> {
        let paging = Paging { first, after, last, before };
        inquiries_of(ctx, (KeptBy::Client, self.0.id.0), &paging, None).await
    }

    /// What a client record has lists of.
    #[graphql(flatten)]
    async fn lists(&self) -> ClientLists {
        ClientLists(self.0.id)
    }
}

lists! {
    /// What a client record has lists of.
    ClientLists of ClientId {
        /// Products of the client's account that the viewer may see, and the partner's own products assigned to this client.
        products(filter: Option<ProductFilter>) -> ProductConnection =
            Products { of: Parent::Client, filter: filter.unwrap_or_default().into() } => Product;

        /// The carts for this client, newest first.
        carts(status: Option<CartStatus>) -> CartConnection =
            Carts { of: KeptBy::Client, status: status.map(Into::into) } => Cart;

        /// Only invoices billed to an account whose invoices the viewer may see, newest first: to the client's, and to the
        /// partner's for what is the client's.
        invoices(filter: Option<InvoiceFilter>) -> InvoiceConnection =
            Invoices { of: invoice::Parent::Client, filter: filter.unwrap_or_default().into() } => Invoice;

        /// What is to be done for this client, oldest first.
        tasks(done: Option<bool>) -> TaskConnection = Tasks { of: KeptBy::Client, done } => Task;
    }
}

connection!(ClientConnection, ClientEdge, Client);
