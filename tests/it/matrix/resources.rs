//! The rows that the matrix asks about, as it calls them.

use domain::permission::Permission;
use entities::contributor::ContributorRole;
use entities::membership::Role;
use uuid::Uuid;

use super::scene::{Column, Scene};

/// A row of some table.
pub(super) type Resource = (&'static str, Uuid);

/// The first row of which this is so.
macro_rules! one {
    ($what:literal, $rows:expr, |$row:ident| $is:expr) => {
        ($what, $rows.iter().find(|$row| $is).expect($what).id.0)
    };
}

/// The rows of a table that the people of a column are asked about: the client's, and those of the column's partner.
///
/// # Panics
/// For a table that nobody has thought of here.
pub(super) fn resources(scene: &Scene, table: &str, column: &Column) -> Vec<Resource> {
    let Scene { rows, client, chosen, public, asked, .. } = scene;
    let (client, chosen, public, partner) = (*client, *chosen, *public, column.partner);
    let member = |account, role| {
        let found = rows.memberships.iter().find(|row| row.account_id == account && row.role == role);
        found.expect("a member").user_id
    };
    let address = |id| &rows.users.iter().find(|row| row.id == id).expect("a user").email;
    let told = |row: &entities::webhook_delivery::Model| {
        rows.activities.iter().find(|event| event.id == row.activity_id).expect("an event")
    };
    let order_of = |id| rows.orders.iter().find(|row| row.id == id).expect("an order");
    let billed_to = |id| rows.invoices.iter().find(|row| row.id == id).expect("an invoice").billed_to_id;
    let through = rows.partnerships.iter().find(|row| row.partner_id == partner).map(|row| row.id);
    let required = |permission: Permission| move |bits: i32| bits == permission.bit();
    let (products, invoices) = (required(Permission::ViewProducts), required(Permission::ViewInvoices));
    let (members, partners) = (required(Permission::ManageMembers), required(Permission::ManagePartners));
    match table.trim_matches('"') {
        "user" => vec![
            ("a member of the client", member(client, Role::Viewer).0),
            ("a member of the partner", member(partner, Role::Viewer).0),
        ],
        "account" => {
            vec![("the client's", client.0), ("the partner's", partner.0), ("a published partner's", public.0)]
        }
        "api_key" => vec![
            one!("the client's own", rows.keys, |row| row.account_id == client && row.granted_through_id.is_none()),
            one!("the client's, made through the partner", rows.keys, |row| row.granted_through_id == through),
            one!("the partner's", rows.keys, |row| row.account_id == partner),
        ],
        "membership" => vec![
            one!("the client's, granted by the partner", rows.memberships, |row| row.granted_through_id == through),
            one!("the viewer's in the client's account", rows.memberships, |row| row.account_id == client
                && row.role == Role::Viewer),
            one!("the viewer's in the partner's account", rows.memberships, |row| row.account_id == partner
                && row.role == Role::Viewer),
        ],
        "partner_profile" => vec![
            one!("published", rows.profiles, |row| row.account_id == public),
            one!("the partner's, not published", rows.profiles, |row| row.account_id == partner),
        ],
        "client" => vec![one!("the partner's record of the client", rows.clients, |row| row.partner_id == partner)],
        "task" => vec![one!("the partner's for the client", rows.tasks, |row| row.partner_id == partner)],
        "inquiry" => vec![
            one!("to the partner", rows.inquiries, |row| row.partner_id == partner && row.client_id.is_none()),
            one!("to the partner, assigned", rows.inquiries, |row| row.partner_id == partner
                && row.client_id.is_some()),
        ],
        "referral" => vec![one!("by the partner", rows.referrals, |row| row.affiliate_id == partner)],
        "invitation" => vec![
            one!("from the client to the partner", rows.invitations, |row| row.partner_id == partner
                && row.client_account_id == Some(client)),
            one!("to a verified address without an account", rows.invitations, |row| row.partner_id == partner
                && row.client_email == *address(asked[0])),
            one!("to an unverified address without an account", rows.invitations, |row| row.partner_id == partner
                && row.client_email == *address(asked[1])),
        ],
        "partnership" => vec![one!("of the two", rows.partnerships, |row| row.partner_id == partner)],
        "offering" => vec![one!("any", rows.offerings, |_row| true)],
        "plan" => vec![one!("any", rows.plans, |_row| true)],
        "cart" => vec![one!("the partner's for the client", rows.carts, |row| row.partner_id == partner)],
        "cart_item" => {
            let cart = rows.carts.iter().find(|row| row.partner_id == partner).expect("a cart").id;
            vec![one!("in the partner's cart", rows.cart_items, |row| row.cart_id == cart)]
        }
        "order" => vec![
            one!("the client's own", rows.orders, |row| row.placed_from_id == client),
            one!("the partner's, billed to the client", rows.orders, |row| row.placed_from_id == partner
                && row.billed_to_id == client),
            one!("the partner's own", rows.orders, |row| row.placed_from_id == partner && row.billed_to_id == partner),
        ],
        "order_line" => vec![
            one!("of the client's own order", rows.order_lines, |row| order_of(row.order_id).placed_from_id == client),
            one!("of the partner's order, billed to the client", rows.order_lines, |row| {
                let order = order_of(row.order_id);
                order.placed_from_id == partner && order.billed_to_id == client
            }),
        ],
        "product" => vec![
            one!("the client's, chosen", rows.products, |row| row.id.0 == chosen.0),
            one!("the client's, another", rows.products, |row| row.account_id == client && row.id != chosen),
            one!("the partner's", rows.products, |row| row.account_id == partner),
            one!("of an account without ties", rows.products, |row| row.account_id == public),
        ],
        "contact" => vec![
            one!("the client's", rows.contacts, |row| row.account_id == client),
            one!("the partner's", rows.contacts, |row| row.account_id == partner),
        ],
        "contributor" => vec![
            one!("v, to the chosen product", rows.contributors, |row| row.role == ContributorRole::Viewer),
            one!("m's account, to the chosen product", rows.contributors, |row| row.account_id.is_some()),
        ],
        "transfer" => vec![
            one!("of the chosen product, to a", rows.transfers, |row| row.product_id == chosen && row.to_id.is_none()),
            one!("of another product, to u", rows.transfers, |row| row.product_id != chosen
                && row.from_id == client
                && row.to_id.is_none()),
            one!("which the partner has made to the client", rows.transfers, |row| row.from_id == partner
                && row.to_id == Some(client)),
        ],
        "renewal_run" => vec![one!("any", rows.runs, |_row| true)],
        "invoice" => vec![
            one!("the client's", rows.invoices, |row| row.billed_to_id == client),
            one!("the partner's", rows.invoices, |row| row.billed_to_id == partner),
            one!("of an account without ties", rows.invoices, |row| row.billed_to_id == public),
        ],
        "invoice_line" => vec![
            one!("the client's", rows.invoice_lines, |row| billed_to(row.invoice_id) == client),
            one!("the partner's", rows.invoice_lines, |row| billed_to(row.invoice_id) == partner),
        ],
        "payment" => vec![
            one!("the client's", rows.payments, |row| row.account_id == client),
            one!("the partner's", rows.payments, |row| row.account_id == partner),
        ],
        "payment_method" => vec![
            one!("the client's", rows.methods, |row| row.account_id == client),
            one!("the partner's", rows.methods, |row| row.account_id == partner),
        ],
        "payout" => vec![one!("the partner's", rows.payouts, |row| row.account_id == partner)],
        "wallet_entry" => vec![one!("the partner's", rows.wallet_entries, |row| row.account_id == partner)],
        "activity" => vec![
            one!("the client's, about the chosen product", rows.activities, |row| row.product_id == Some(chosen)),
            one!("the client's, about the other product", rows.activities, |row| row.account_id == client
                && row.product_id.is_some_and(|id| id != chosen)),
            one!("the client's, about no product", rows.activities, |row| row.account_id == client
                && row.product_id.is_none()
                && products(row.required)),
            one!("the client's, about its billing", rows.activities, |row| row.account_id == client
                && invoices(row.required)),
            one!("the client's, about its members", rows.activities, |row| row.account_id == client
                && members(row.required)),
            one!("the client's, about its partners", rows.activities, |row| row.account_id == client
                && partners(row.required)),
            one!("the partner's, about its wallet", rows.activities, |row| row.account_id == partner
                && invoices(row.required)),
        ],
        "audit_entry" => vec![
            one!("what the partner did for the client", rows.audit_entries, |row| row.acted_from_id == Some(partner)),
            one!("what staff did for the client", rows.audit_entries, |row| row.acting_for_id == Some(client)
                && row.by_staff),
            one!("what staff did for the partner", rows.audit_entries, |row| row.acting_for_id == Some(partner)
                && row.by_staff),
        ],
        "webhook_endpoint" => vec![
            one!("the client's", rows.endpoints, |row| row.account_id == client && !row.is_providers),
            one!("the partner's", rows.endpoints, |row| row.account_id == partner),
            one!("the provider's", rows.endpoints, |row| row.is_providers),
        ],
        "webhook_delivery" => vec![
            one!("the client's, about the chosen product", rows.deliveries, |row| told(row).product_id == Some(chosen)),
            one!("the client's, about its billing", rows.deliveries, |row| invoices(told(row).required)),
        ],
        "job" => vec![one!("any that is dead", rows.jobs, |_row| true)],
        "notification" => vec![one!("any that was given up", rows.mails, |_row| true)],
        new => panic!("the access matrix has no row of the table {new}: add one here, and to its scene"),
    }
}
