//! What is shown of people and accounts.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use domain::billing::queries as invoice;
use domain::client::queries::KeptBy;
use domain::money::Currency;
use domain::partnership::queries::{As, Invitations as Which};
use domain::permission::Permissions;
use domain::product::queries as product;
use entities::id::{AccountId, UserId};
use entities::{account, membership, user};

use super::loader::{Held, Members, OwnerOf};
use super::preference::{NotificationPreference, preferences_of};
use crate::activity::loader::Feed;
use crate::activity::object::{ActivityEvent, ActivityEventConnection, ActivityKind};
use crate::affiliate::object::Affiliate;
use crate::answer::loaded;
use crate::api_key::object::{ApiKey, keys_of};
use crate::audit::loader::Log;
use crate::audit::object::{AuditEntry, AuditEntryConnection};
use crate::billing::loader::Invoices;
use crate::billing::object::{Invoice, InvoiceConnection, PaymentMethod, Wallet};
use crate::billing::query::{self as billing, InvoiceFilter};
use crate::client::loader::Clients;
use crate::client::object::{Client, ClientConnection};
use crate::connection::{Paging, connection, lists};
use crate::contact::loader::Contacts;
use crate::contact::object::{Contact, ContactConnection};
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::inquiry::object::{InquiryConnection, inquiries_of};
use crate::loader::Reached;
use crate::order::loader::{Carts, Orders};
use crate::order::object::{Cart, CartConnection, CartStatus, Order, OrderConnection};
use crate::partnership::loader::{Invitations, Partnerships};
use crate::partnership::object::{
    Invitation, InvitationConnection, InvitationStatus, Partnership, PartnershipConnection, PartnershipStatus,
};
use crate::payout::loader::PayoutMethodOf;
use crate::payout::object::PayoutMethod;
use crate::product::loader::Products;
use crate::product::object::{Product, ProductConnection, ProductFilter};
use crate::programme::loader::{ProfileOf, ProgrammeById};
use crate::programme::object::{PartnerProfile, PartnerProgramme};
use crate::renewal::object::{RenewalForecastMonth, forecast};
use crate::scalar::{CountryCode, CurrencyCode, DateTime, Locale};
use crate::task::loader::Tasks;
use crate::task::object::{Task, TaskConnection};
use crate::webhook::object::{WebhookEndpoint, endpoints_of};

/// A natural person with one address and one sign-in.
#[derive(Clone)]
pub struct User(pub user::Model);

impl User {
    /// The person whom something seen is about.
    pub async fn by(ctx: &Context<'_>, id: UserId) -> Result<Self> {
        let row = loaded(ctx.loads().load_one(Reached::<user::Model>::by(id)).await)?;
        Ok(Self(row.ok_or_else(EdgeError::internal)?))
    }
}

#[Object]
impl User {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::User, self.0.id.0)
    }

    /// Lower-cased.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Whether a link mailed to the address was followed.
    async fn email_verified(&self) -> bool {
        self.0.email_verified_at.is_some()
    }

    /// As they call themselves.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The language of their mails.
    async fn locale(&self) -> Locale {
        Locale(self.0.locale.clone())
    }

    /// Of the viewer alone; empty for others.
    async fn notification_preferences(&self, ctx: &Context<'_>) -> Result<Vec<NotificationPreference>> {
        preferences_of(ctx, self.0.id).await
    }
}

/// A role is a named bundle of permissions; a membership may narrow or widen it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "entities::membership::Role")]
pub enum Role {
    Owner,
    Admin,
    Billing,
    Technical,
    Viewer,
}

/// What one may hold on an account or a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::permission::Permission")]
pub enum Permission {
    ViewProducts,
    ManageProducts,
    Purchase,
    ViewInvoices,
    ManageBilling,
    ManageMembers,
    ManagePartners,
    ManageClients,
    ContactSupport,
}

/// A set of permissions, in the contract's order.
pub fn permissions(set: Permissions) -> Vec<Permission> {
    set.iter().map(Permission::from).collect()
}

/// A person as a member of an account.
#[derive(Clone)]
pub struct Membership(pub membership::Model);

#[Object]
impl Membership {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Membership, self.0.id.0)
    }

    /// Who.
    async fn user(&self, ctx: &Context<'_>) -> Result<User> {
        User::by(ctx, self.0.user_id).await
    }

    /// Of which account.
    async fn account(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.account_id).await
    }

    /// By which role.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// What the role's bundle was narrowed or widened to.
    async fn permissions(&self) -> Vec<Permission> {
        permissions(Permissions::from_bits(self.0.permissions))
    }

    /// Since when.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }
}

connection!(MembershipConnection, MembershipEdge, Membership);

/// Where a person or company is.
#[derive(Clone, SimpleObject)]
pub struct PostalAddress {
    /// Of the person or company.
    pub name: String,
    /// Street and number.
    pub street: String,
    /// As the country writes it.
    pub postal_code: String,
    /// The place.
    pub city: String,
    /// Where it is.
    pub country: CountryCode,
}

/// A legal person that owns products and is invoiced. Any account can be a client; one with a partner profile is also a partner.
#[derive(Clone)]
pub struct Account(pub account::Model);

impl Account {
    /// The account that something seen is about.
    pub async fn by(ctx: &Context<'_>, id: AccountId) -> Result<Self> {
        let row = loaded(ctx.loads().load_one(Reached::<account::Model>::by(id)).await)?;
        Ok(Self(row.ok_or_else(EdgeError::internal)?))
    }

    /// The same where there may be none.
    pub async fn maybe(ctx: &Context<'_>, id: Option<AccountId>) -> Result<Option<Self>> {
        match id {
            Some(id) => Self::by(ctx, id).await.map(Some),
            None => Ok(None),
        }
    }

    /// What the viewer may do here, all paths together.
    pub async fn held(&self, ctx: &Context<'_>) -> Result<Permissions> {
        Ok(loaded(ctx.loads().load_one(Held(self.0.id)).await)?.unwrap_or_default())
    }

    /// Whether the viewer may do anything here: what is not public is null to all others.
    pub async fn is_known(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(!self.held(ctx).await?.is_empty())
    }
}

#[Object]
impl Account {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Account, self.0.id.0)
    }

    /// The legal person.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where it is taxed.
    async fn country(&self) -> Result<CountryCode> {
        Ok(CountryCode::new(&self.0.country).ok_or_else(EdgeError::internal)?)
    }

    /// The language of what is not about one person.
    async fn locale(&self) -> Locale {
        Locale(self.0.locale.clone())
    }

    /// In which it is invoiced.
    async fn currency_code(&self) -> Result<CurrencyCode> {
        Ok(CurrencyCode(Currency::parse(&self.0.currency).map_err(|_| EdgeError::internal())?))
    }

    /// IANA name; the country's default unless set.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Null to those without any permission here.
    async fn vat_id(&self, ctx: &Context<'_>) -> Result<Option<&str>> {
        Ok(if self.is_known(ctx).await? { self.0.vat_id.as_deref() } else { None })
    }

    /// When it was opened.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Printed on invoices; null to those without any permission here.
    async fn billing_address(&self, ctx: &Context<'_>) -> Result<Option<PostalAddress>> {
        let row = &self.0;
        let (Some(name), Some(street), Some(postal_code), Some(city), Some(country)) =
            (&row.billing_name, &row.billing_street, &row.billing_postal_code, &row.billing_city, &row.billing_country)
        else {
            return Ok(None);
        };
        let country = CountryCode::new(country).ok_or_else(EdgeError::internal)?;
        let [name, street, postal_code, city] = [name, street, postal_code, city].map(Clone::clone);
        let address = PostalAddress { name, street, postal_code, city, country };
        Ok(self.is_known(ctx).await?.then_some(address))
    }

    /// Empty to those who may not use them.
    async fn payment_methods(&self, ctx: &Context<'_>) -> Result<Vec<PaymentMethod>> {
        billing::payment_methods(ctx, self.0.id).await
    }

    /// Where payouts go; null to those who may not use its ways to pay.
    async fn payout_method(&self, ctx: &Context<'_>) -> Result<Option<PayoutMethod>> {
        Ok(loaded(ctx.loads().load_one(PayoutMethodOf(self.0.id)).await)?.map(PayoutMethod))
    }

    /// One per currency in which cashback was earned.
    async fn wallets(&self, ctx: &Context<'_>) -> Result<Vec<Wallet>> {
        billing::wallets(ctx, self.0.id).await
    }

    /// The wallet in this currency, the account's own unless named.
    async fn wallet(&self, ctx: &Context<'_>, currency_code: Option<CurrencyCode>) -> Result<Option<Wallet>> {
        let own = || Currency::parse(&self.0.currency).map(CurrencyCode).map_err(|_| EdgeError::internal());
        let currency = currency_code.map_or_else(own, Ok)?;
        billing::wallet(ctx, self.0.id, currency).await
    }

    /// What renewals will cost and earn, a row a month and currency, under today's payer, price and rate; this month is the first.
    /// Null to those who may not see invoices here.
    async fn renewal_forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "Some(12)")] months: Option<i32>,
    ) -> Result<Option<Vec<RenewalForecastMonth>>> {
        forecast(ctx, self.0.id, months.unwrap_or(12)).await
    }

    /// Null to those without any permission here.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Option<User>> {
        if !self.is_known(ctx).await? {
            return Ok(None);
        }
        let Some(owner) = loaded(ctx.loads().load_one(OwnerOf(self.0.id)).await)? else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Reached::<user::Model>::by(owner.user_id)).await)?.map(User))
    }

    /// To its owner and admins; oldest first.
    async fn webhook_endpoints(&self, ctx: &Context<'_>) -> Result<Vec<WebhookEndpoint>> {
        endpoints_of(ctx, self.0.id).await
    }

    /// With MANAGE_MEMBERS; oldest first.
    async fn api_keys(&self, ctx: &Context<'_>) -> Result<Vec<ApiKey>> {
        keys_of(ctx, self.0.id).await
    }

    /// What the viewer may do here, all paths together.
    async fn viewer_permissions(&self, ctx: &Context<'_>) -> Result<Vec<Permission>> {
        Ok(permissions(self.held(ctx).await?))
    }

    /// How it shows itself to the public as a partner, as far as the viewer sees that.
    async fn partner_profile(&self, ctx: &Context<'_>) -> Result<Option<PartnerProfile>> {
        Ok(loaded(ctx.loads().load_one(ProfileOf(self.0.id)).await)?.map(PartnerProfile))
    }

    /// The partner programme this account is enrolled in; null for an account that is no partner.
    async fn programme(&self, ctx: &Context<'_>) -> Result<Option<PartnerProgramme>> {
        match self.0.programme_id {
            Some(id) if self.is_known(ctx).await? => {
                Ok(loaded(ctx.loads().load_one(ProgrammeById(id)).await)?.map(PartnerProgramme))
            }
            _ => Ok(None),
        }
    }

    /// This account as one that promotes the provider; null for one that does not, and to those without any permission here.
    async fn affiliate(&self, ctx: &Context<'_>) -> Result<Option<Affiliate>> {
        if self.is_known(ctx).await? { Affiliate::of(ctx, self.0.id).await } else { Ok(None) }
    }

    /// What people wrote on the public profile, newest first; `unreadCount` is the badge beside the menu.
    async fn inquiries(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
        assigned: Option<bool>,
    ) -> Result<InquiryConnection> {
        let paging = Paging { first, after, last, before };
        inquiries_of(ctx, (KeptBy::Partner, self.0.id.0), &paging, assigned).await
    }

    /// What an account has lists of.
    #[graphql(flatten)]
    async fn lists(&self) -> AccountLists {
        AccountLists(self.0.id)
    }
}

lists! {
    /// What an account has lists of.
    AccountLists of AccountId {
        /// As far as the viewer sees them: their own membership, and all with MANAGE_MEMBERS.
        members() -> MembershipConnection = Members => Membership;

        /// The partner's own records of its clients, oldest first; `search` looks into name, address and company.
        clients(search: Option<String>) -> ClientConnection = Clients { search } => Client;

        /// What the partner has to do for its clients, oldest first.
        tasks(done: Option<bool>) -> TaskConnection = Tasks { of: KeptBy::Partner, done } => Task;

        /// Received by this account. With `status: PENDING`, `totalCount` is the badge beside the menu.
        received_invitations(status: Option<InvitationStatus>) -> InvitationConnection =
            Invitations { which: Which::Received, status: status.map(Into::into) } => Invitation;

        /// Sent by this account, newest first.
        sent_invitations(status: Option<InvitationStatus>) -> InvitationConnection =
            Invitations { which: Which::Sent, status: status.map(Into::into) } => Invitation;

        /// The accounts that this one looks after.
        partnerships_as_partner(status: Option<PartnershipStatus>) -> PartnershipConnection =
            Partnerships { side: As::Partner, status: status.map(Into::into) } => Partnership;

        /// The partners that look after this account.
        partnerships_as_client(status: Option<PartnershipStatus>) -> PartnershipConnection =
            Partnerships { side: As::Client, status: status.map(Into::into) } => Partnership;

        /// To whom domains are registered that are not for this account itself, oldest first.
        contacts() -> ContactConnection = Contacts => Contact;

        /// Installed here, as far as the viewer sees them.
        products(filter: Option<ProductFilter>) -> ProductConnection =
            Products { of: product::Parent::Account, filter: filter.unwrap_or_default().into() } => Product;

        /// The partner's carts for its clients, newest first.
        carts(status: Option<CartStatus>) -> CartConnection =
            Carts { of: KeptBy::Partner, status: status.map(Into::into) } => Cart;

        /// Placed from this account, or billed to it, newest first.
        orders() -> OrderConnection = Orders => Order;

        /// Only invoices billed to this account, newest first.
        invoices(filter: Option<InvoiceFilter>) -> InvoiceConnection =
            Invoices { of: invoice::Parent::Account, filter: filter.unwrap_or_default().into() } => Invoice;

        /// What happened here, newest first, as far as the viewer may know of it.
        activity(kinds: Option<Vec<ActivityKind>>) -> ActivityEventConnection =
            Feed { kinds: kinds.into_iter().flatten().map(Into::into).collect() } => ActivityEvent;

        /// What others did on this account's behalf, and what its members did for others; newest first, for its owner and admins.
        audit_log() -> AuditEntryConnection = Log => AuditEntry;
    }
}

connection!(AccountConnection, AccountEdge, Account);
