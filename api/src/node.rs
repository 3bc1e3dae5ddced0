//! `Node`: any object by its id, as far as the viewer sees it. What is hidden and what is not there look alike.

use async_graphql::{Context, ID, Interface, Result};
use uuid::Uuid;

use crate::account::object::{Account, Membership, User};
use crate::activity::object::ActivityEvent;
use crate::affiliate::object::Referral;
use crate::answer::loaded;
use crate::api_key::object::ApiKey;
use crate::audit::object::AuditEntry;
use crate::batch::Batches;
use crate::billing::object::{Invoice, InvoiceLine, Payment, PaymentMethod, WalletEntry};
use crate::catalogue::object::{Offering, Plan};
use crate::client::object::Client;
use crate::contact::object::Contact;
use crate::context::{ContextExt, Loads};
use crate::contributor::object::Contributor;
use crate::id::{Kind, decode};
use crate::inquiry::object::Inquiry;
use crate::loader::Seen;
use crate::order::object::{Cart, CartItem, Order, OrderLine};
use crate::partnership::object::{Invitation, Partnership};
use crate::payout::object::Payout;
use crate::product::object::Product;
use crate::programme::loader::ProgrammeById;
use crate::programme::object::{PartnerProfile, PartnerProgramme};
use crate::provider::object::{DeadJob, FailedMail};
use crate::renewal::object::RenewalRun;
use crate::task::object::Task;
use crate::transfer::object::Transfer;
use crate::webhook::object::{WebhookDelivery, WebhookEndpoint};

/// An object with an id.
#[derive(Interface, Clone)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque; good for `node`."))]
pub enum Node {
    User(User),
    Account(Account),
    Membership(Membership),
    ApiKey(ApiKey),
    PartnerProfile(PartnerProfile),
    PartnerProgramme(PartnerProgramme),
    Referral(Referral),
    Offering(Offering),
    Plan(Plan),
    Cart(Cart),
    CartItem(CartItem),
    Order(Order),
    OrderLine(OrderLine),
    Client(Client),
    Task(Task),
    Inquiry(Inquiry),
    Product(Product),
    Contact(Contact),
    Contributor(Contributor),
    Transfer(Transfer),
    RenewalRun(RenewalRun),
    Invitation(Invitation),
    Partnership(Partnership),
    Invoice(Invoice),
    InvoiceLine(InvoiceLine),
    Payment(Payment),
    WalletEntry(WalletEntry),
    Payout(Payout),
    PaymentMethod(PaymentMethod),
    ActivityEvent(ActivityEvent),
    WebhookEndpoint(WebhookEndpoint),
    WebhookDelivery(WebhookDelivery),
    AuditEntry(AuditEntry),
    DeadJob(DeadJob),
    FailedMail(FailedMail),
}

/// The object with this id, if the viewer sees it. Those of one list are loaded together.
pub async fn node(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let Some((kind, row)) = decode(id) else { return Ok(None) };
    load(ctx.loads(), kind, row).await
}

/// The same by what stands in an id.
pub async fn load(loads: &Batches<Loads>, kind: Kind, row: Uuid) -> Result<Option<Node>> {
    macro_rules! load {
        ($entity:ident as $object:ident) => {
            loaded(loads.load_one(Seen::<entities::$entity::Model>::by(row)).await)?
                .map(|row| Node::$object($object(row)))
        };
    }
    Ok(match kind {
        Kind::User => load!(user as User),
        Kind::Account => load!(account as Account),
        Kind::Membership => load!(membership as Membership),
        Kind::ApiKey => load!(api_key as ApiKey),
        Kind::ActivityEvent => load!(activity as ActivityEvent),
        Kind::PartnerProfile => load!(partner_profile as PartnerProfile),
        Kind::PartnerProgramme => loaded(loads.load_one(ProgrammeById(row.into())).await)?
            .map(|row| Node::PartnerProgramme(PartnerProgramme(row))),
        Kind::Referral => load!(referral as Referral),
        Kind::Client => load!(client as Client),
        Kind::Task => load!(task as Task),
        Kind::Inquiry => load!(inquiry as Inquiry),
        Kind::Product => load!(product as Product),
        Kind::Contributor => loaded(loads.load_one(Seen::<entities::contributor::Model>::by(row)).await)?
            .map(|row| Node::Contributor(row.into())),
        Kind::Contact => load!(contact as Contact),
        Kind::Transfer => load!(transfer as Transfer),
        Kind::RenewalRun => load!(renewal_run as RenewalRun),
        Kind::Invitation => load!(invitation as Invitation),
        Kind::Partnership => load!(partnership as Partnership),
        Kind::Invoice => load!(invoice as Invoice),
        Kind::InvoiceLine => loaded(loads.load_one(Seen::<entities::invoice_line::Model>::by(row)).await)?
            .map(|row| Node::InvoiceLine(InvoiceLine { row, currency: None })),
        Kind::WalletEntry => load!(wallet_entry as WalletEntry),
        Kind::Payout => load!(payout as Payout),
        Kind::Payment => load!(payment as Payment),
        Kind::PaymentMethod => load!(payment_method as PaymentMethod),
        Kind::AuditEntry => load!(audit_entry as AuditEntry),
        Kind::DeadJob => load!(job as DeadJob),
        Kind::FailedMail => load!(notification as FailedMail),
        Kind::Offering => load!(offering as Offering),
        Kind::Plan => load!(plan as Plan),
        Kind::Cart => load!(cart as Cart),
        Kind::CartItem => loaded(loads.load_one(Seen::<entities::cart_item::Model>::by(row)).await)?
            .map(|row| Node::CartItem(CartItem { row, price: None })),
        Kind::Order => load!(order as Order),
        Kind::OrderLine => loaded(loads.load_one(Seen::<entities::order_line::Model>::by(row)).await)?
            .map(|row| Node::OrderLine(OrderLine { row, currency: None })),
        Kind::WebhookEndpoint => load!(webhook_endpoint as WebhookEndpoint),
        Kind::WebhookDelivery => load!(webhook_delivery as WebhookDelivery),
    })
}
