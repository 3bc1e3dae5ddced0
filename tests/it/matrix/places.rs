//! Where an object stands in the graph, and where it must not: the lists of accounts and of the provider, written down from the rows.

use api::id::{Kind, encode};
use domain::permission::{Permission, Target};
use entities::id::AccountId;
use entities::invitation::{InvitationDirection, Model as Invitation};
use tests::rows::Rows;
use uuid::Uuid;

use super::by_hand::Eye;

/// A list, as it is asked for, in which an object may stand.
pub(super) struct Place {
    /// The account whose list it is; none for what belongs to no account. Whoever does not see the account finds nothing there.
    pub(super) account: Option<AccountId>,
    pub(super) asked: String,
    /// Whether the object stands there, for whoever sees it.
    pub(super) is_its: bool,
}

/// Each kind of object with its table.
pub(super) const fn kinds() -> &'static [(Kind, &'static str)] {
    &[
        (Kind::User, "user"),
        (Kind::Account, "account"),
        (Kind::Membership, "membership"),
        (Kind::ApiKey, "api_key"),
        (Kind::PartnerProfile, "partner_profile"),
        (Kind::Referral, "referral"),
        (Kind::Client, "client"),
        (Kind::Task, "task"),
        (Kind::Inquiry, "inquiry"),
        (Kind::Invitation, "invitation"),
        (Kind::Partnership, "partnership"),
        (Kind::Offering, "offering"),
        (Kind::Plan, "plan"),
        (Kind::Cart, "cart"),
        (Kind::CartItem, "cart_item"),
        (Kind::Order, "order"),
        (Kind::OrderLine, "order_line"),
        (Kind::Product, "product"),
        (Kind::Contact, "contact"),
        (Kind::Contributor, "contributor"),
        (Kind::Transfer, "transfer"),
        (Kind::RenewalRun, "renewal_run"),
        (Kind::Invoice, "invoice"),
        (Kind::InvoiceLine, "invoice_line"),
        (Kind::Payment, "payment"),
        (Kind::PaymentMethod, "payment_method"),
        (Kind::WalletEntry, "wallet_entry"),
        (Kind::Payout, "payout"),
        (Kind::ActivityEvent, "activity"),
        (Kind::AuditEntry, "audit_entry"),
        (Kind::WebhookEndpoint, "webhook_endpoint"),
        (Kind::WebhookDelivery, "webhook_delivery"),
        (Kind::DeadJob, "job"),
        (Kind::FailedMail, "notification"),
    ]
}

fn of(account: AccountId, list: &str, is_its: bool) -> Place {
    let id = encode(Kind::Account, account.0).0;
    Place { account: Some(account), asked: format!("account(id: \"{id}\") {{ {list} }}"), is_its }
}

/// The same list of every account: the object stands in those that are named.
fn among(rows: &Rows, list: &str, its: &[AccountId]) -> Vec<Place> {
    rows.accounts.iter().map(|row| of(row.id, list, its.contains(&row.id))).collect()
}

fn whole(asked: &str) -> Vec<Place> {
    vec![Place { account: None, asked: asked.to_owned(), is_its: true }]
}

fn owner<T>(rows: &[T], is_it: impl Fn(&T) -> bool, owner: impl Fn(&T) -> AccountId) -> AccountId {
    owner(rows.iter().find(|row| is_it(row)).expect("a row"))
}

/// The lists in which an object of this table is looked for. An id of a user or an account stands in so much that nothing follows.
pub(super) fn places(rows: &Rows, eye: &Eye<'_>, table: &str, id: Uuid) -> Vec<Place> {
    let invoice_of = |invoice| owner(&rows.invoices, |row| row.id == invoice, |row| row.billed_to_id);
    let order = |id: Uuid| {
        let row = rows.orders.iter().find(|row| row.id.0 == id).expect("an order");
        [row.billed_to_id, row.placed_from_id]
    };
    match table {
        "membership" => {
            let account = owner(&rows.memberships, |row| row.id.0 == id, |row| row.account_id);
            among(rows, "members(first: 20) { nodes { id } }", &[account])
        }
        "api_key" => {
            let account = owner(&rows.keys, |row| row.id.0 == id, |row| row.account_id);
            among(rows, "apiKeys { id }", &[account])
        }
        "partner_profile" => {
            let account = owner(&rows.profiles, |row| row.id.0 == id, |row| row.account_id);
            among(rows, "partnerProfile { id }", &[account])
        }
        "referral" => {
            let affiliate = owner(&rows.referrals, |row| row.id.0 == id, |row| row.affiliate_id);
            among(rows, "affiliate { referrals(first: 20) { nodes { id } } }", &[affiliate])
        }
        "client" => {
            let partner = owner(&rows.clients, |row| row.id.0 == id, |row| row.partner_id);
            among(rows, "clients(first: 20) { nodes { id } }", &[partner])
        }
        "task" => {
            let partner = owner(&rows.tasks, |row| row.id.0 == id, |row| row.partner_id);
            among(rows, "tasks(first: 20) { nodes { id } }", &[partner])
        }
        "inquiry" => {
            let partner = owner(&rows.inquiries, |row| row.id.0 == id, |row| row.partner_id);
            among(rows, "inquiries(first: 20) { nodes { id } }", &[partner])
        }
        "invitation" => invitations(rows, eye, id),
        "partnership" => {
            let row = rows.partnerships.iter().find(|row| row.id.0 == id).expect("a partnership");
            let list = "partnershipsAsPartner(first: 20) { nodes { id } }";
            let mut places = vec![of(row.partner_id, list, true), of(row.client_account_id, list, false)];
            let list = "partnershipsAsClient(first: 20) { nodes { id } }";
            places.extend([of(row.client_account_id, list, true), of(row.partner_id, list, false)]);
            places
        }
        "offering" => whole("offerings(first: 100) { nodes { id } }"),
        "plan" => whole("offerings(first: 100) { nodes { plans { id } } }"),
        "cart" => {
            let partner = owner(&rows.carts, |row| row.id.0 == id, |row| row.partner_id);
            among(rows, "carts(first: 20) { nodes { id } }", &[partner])
        }
        "order" => among(rows, "orders(first: 20) { nodes { id } }", &order(id)),
        "order_line" => {
            let line = rows.order_lines.iter().find(|row| row.id.0 == id).expect("a line");
            among(rows, "orders(first: 20) { nodes { lines { id } } }", &order(line.order_id.0))
        }
        "product" => {
            let holder = owner(&rows.products, |row| row.id.0 == id, |row| row.account_id);
            among(rows, "products(first: 20) { nodes { id } }", &[holder])
        }
        "contact" => {
            let account = owner(&rows.contacts, |row| row.id.0 == id, |row| row.account_id);
            among(rows, "contacts(first: 20) { nodes { id } }", &[account])
        }
        "contributor" => {
            let row = rows.contributors.iter().find(|row| row.id.0 == id).expect("a contributor");
            let holder = owner(&rows.products, |product| product.id == row.product_id, |product| product.account_id);
            let own = Place {
                account: None,
                asked: "viewer { contributions { id } }".to_owned(),
                is_its: eye.contributes(row),
            };
            let list = "products(first: 20) { nodes { contributors { id } } }";
            std::iter::once(own).chain(among(rows, list, &[holder])).collect()
        }
        "transfer" => {
            let row = rows.transfers.iter().find(|row| row.id.0 == id).expect("a transfer");
            let holder = owner(&rows.products, |product| product.id == row.product_id, |product| product.account_id);
            let own = Place {
                account: None,
                asked: "viewer { receivedTransfers { id } }".to_owned(),
                is_its: eye.has_verified(&row.to_email),
            };
            // whoever it is offered to need not see the product
            let shows = eye.may(Target::product(holder, row.product_id), Permission::ViewProducts) || eye.is_staff();
            let list = "products(first: 20) { nodes { transfer { id } } }";
            let lists = among(rows, list, &[holder]).into_iter();
            let lists = lists.map(|place| Place { is_its: place.is_its && shows, ..place });
            std::iter::once(own).chain(lists).collect()
        }
        "invoice" => among(rows, "invoices(first: 20) { nodes { id } }", &[invoice_of(id.into())]),
        "invoice_line" => {
            let line = rows.invoice_lines.iter().find(|row| row.id.0 == id).expect("a line");
            among(rows, "invoices(first: 20) { nodes { lines { id } } }", &[invoice_of(line.invoice_id)])
        }
        "payment" => {
            let account = owner(&rows.payments, |row| row.id.0 == id, |row| row.account_id);
            among(rows, "invoices(first: 20) { nodes { payments { id } } }", &[account])
        }
        "payment_method" => {
            let account = owner(&rows.methods, |row| row.id.0 == id, |row| row.account_id);
            among(rows, "paymentMethods { id }", &[account])
        }
        "activity" => {
            let account = owner(&rows.activities, |row| row.id.0 == id, |row| row.account_id);
            among(rows, "activity(first: 20) { nodes { id } }", &[account])
        }
        "audit_entry" => {
            let row = rows.audit_entries.iter().find(|row| row.id.0 == id).expect("an entry");
            let sides: Vec<_> = [row.acting_for_id, row.acted_from_id].into_iter().flatten().collect();
            among(rows, "auditLog(first: 20) { nodes { id } }", &sides)
        }
        // wallets are made by bookings, with their payouts, and items of carts have prices: these worlds book nothing, and have no price
        "user" | "account" | "wallet_entry" | "payout" | "cart_item" => Vec::new(),
        "webhook_endpoint" => {
            let row = rows.endpoints.iter().find(|row| row.id.0 == id).expect("an endpoint");
            let list = among(rows, "webhookEndpoints { id }", &[row.account_id]);
            // the provider's own stand in no account's list, though they are filed under one
            let its = |place: Place| Place { is_its: place.is_its && !row.is_providers, ..place };
            let whole = whole("provider { webhookEndpoints { id } }").into_iter();
            whole.map(|place| Place { is_its: eye.is_staff(), ..place }).chain(list.into_iter().map(its)).collect()
        }
        "webhook_delivery" => {
            let row = rows.deliveries.iter().find(|row| row.id.0 == id).expect("a delivery");
            let account = owner(&rows.endpoints, |endpoint| endpoint.id == row.endpoint_id, |row| row.account_id);
            among(rows, "webhookEndpoints { deliveries(first: 20) { nodes { id } } }", &[account])
        }
        "renewal_run" => whole("provider { renewalRuns(first: 100) { nodes { id } } }"),
        "job" => whole("provider { deadJobs(first: 100) { nodes { id } } }"),
        "notification" => whole("provider { failedMails(first: 100) { nodes { id } } }"),
        new => panic!("where a {new} stands is not written down"),
    }
}

/// What was sent to nothing but an address has been received by the accounts in which its user may answer it; and stands there for
/// that user, and for nobody else. Source: rules §5, "Addresses".
fn invitations(rows: &Rows, eye: &Eye<'_>, id: Uuid) -> Vec<Place> {
    let row: &Invitation = rows.invitations.iter().find(|row| row.id.0 == id).expect("an invitation");
    let (sent, received): (Vec<AccountId>, Vec<AccountId>) = match (row.direction, row.client_account_id) {
        (InvitationDirection::ClientToPartner, client) => (client.into_iter().collect(), vec![row.partner_id]),
        (InvitationDirection::PartnerToClient, Some(client)) => (vec![row.partner_id], vec![client]),
        (InvitationDirection::PartnerToClient, None) => {
            let is_asked = eye.has_verified(&row.client_email);
            let is_staff = eye.is_staff();
            let asked = rows.users.iter().find(|user| user.email == row.client_email);
            let may_answer = rows.memberships.iter().filter(|member| {
                (is_asked || is_staff)
                    && asked.is_some_and(|user| user.id == member.user_id && user.email_verified_at.is_some())
                    && member.permissions & Permission::ManagePartners.bit() != 0
                    && member.account_id != row.partner_id
            });
            (vec![row.partner_id], may_answer.map(|member| member.account_id).collect())
        }
    };
    let received = among(rows, "receivedInvitations(first: 20) { nodes { id } }", &received);
    received.into_iter().chain(among(rows, "sentInvitations(first: 20) { nodes { id } }", &sent)).collect()
}
