//! The door of every read: for each table, the condition under which somebody sees a row, as SQL.
//!
//! Each function appends one condition about the row that the statement calls `alias`, parenthesised, so that it can stand at
//! any depth of a larger statement. `rules` says the same about single objects; a test holds the two against each other.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entities::id::AccountId;

use super::{Permission, Permissions};
use crate::actor::{Actor, Member};
use crate::sql::Sql;

mod product;

use product::contributed;
pub use product::{contacts, contributors, products, products_held, transfers};
pub(crate) use product::{contributing, contribution_in_force};

/// Who looks, and when.
#[derive(Debug, Clone, Copy)]
pub struct Viewer<'a> {
    /// Who.
    pub actor: &'a Actor,
    /// The product's time.
    pub now: DateTime<Utc>,
}

/// The provider's staff and the product itself see every row; for everybody else it depends.
fn unless_all(sql: &mut Sql, viewer: Viewer<'_>, condition: impl FnOnce(&mut Sql)) {
    if viewer.actor.sees_everything() {
        sql.push("TRUE");
    } else {
        sql.push("(");
        condition(sql);
        sql.push(")");
    }
}

/// `column` is one of the accounts; nothing for none.
fn one_of(sql: &mut Sql, column: &str, accounts: &[AccountId]) {
    if accounts.is_empty() {
        sql.push("FALSE");
    } else {
        sql.push(column).push(" ").any(accounts);
    }
}

/// `column` is an account in which the viewer's own membership carries the permission.
fn by_membership(sql: &mut Sql, viewer: Viewer<'_>, column: &str, permission: Permission) {
    one_of(sql, column, &viewer.actor.accounts_with(permission));
}

/// The conditions of a partnership `s` that gives access at this instant.
fn in_force(sql: &mut Sql, now: DateTime<Utc>) {
    sql.add("s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?)", [now.into()]);
}

/// There is a partnership `s` in force that carries the permission for a partner in which the viewer's membership holds it, too,
/// and that fulfils `tie`.
fn by_partnership(sql: &mut Sql, viewer: Viewer<'_>, permission: Permission, tie: &str) {
    sql.push("EXISTS (SELECT 1 FROM partnership s WHERE ");
    one_of(sql, "s.partner_id", &viewer.actor.own_accounts_with(permission));
    sql.push(" AND ");
    in_force(sql, viewer.now);
    sql.add(" AND (s.permissions & ?) <> 0 AND ", [permission.bit().into()]).push(tie).push(")");
}

/// The condition that partnership `s` names this product.
fn names(product: &str) -> String {
    format!("EXISTS (SELECT 1 FROM partnership_product c WHERE c.partnership_id = s.id AND c.product_id = {product})")
}

/// What everybody sees.
pub fn public(sql: &mut Sql, _: Viewer<'_>, _: &str) {
    sql.push("TRUE");
}

/// What the provider's staff alone see.
pub fn staff(sql: &mut Sql, viewer: Viewer<'_>, _: &str) {
    sql.push(if viewer.actor.sees_everything() { "TRUE" } else { "FALSE" });
}

/// Invoices: VIEW_INVOICES in the account that they are billed to, and nowhere else.
pub fn invoices(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.billed_to_id"), Permission::ViewInvoices);
    });
}

/// What hangs on an invoice: as the invoice. A payment that failed before there was one is told by its order.
pub fn of_invoices(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push(&format!("EXISTS (SELECT 1 FROM invoice vi WHERE vi.id = {alias}.invoice_id AND "));
    invoices(sql, viewer, "vi");
    sql.push(")");
}

/// Orders: billed to the account (VIEW_INVOICES), or placed from it (PURCHASE).
pub fn orders(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.billed_to_id"), Permission::ViewInvoices);
        sql.push(" OR ");
        // as `invoices`: nothing of this kind comes through a partnership, nor by a membership that was granted through one
        one_of(sql, &format!("{alias}.placed_from_id"), &viewer.actor.own_accounts_with(Permission::Purchase));
    });
}

/// The lines of orders: as the order.
pub fn order_lines(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push(&format!("EXISTS (SELECT 1 FROM \"order\" vo WHERE vo.id = {alias}.order_id AND "));
    orders(sql, viewer, "vo");
    sql.push(")");
}

/// Payment methods: MANAGE_BILLING in the account.
pub fn payment_methods(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.account_id"), Permission::ManageBilling);
    });
}

/// Wallets and their entries: VIEW_INVOICES in the partner's account.
pub fn wallet_entries(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.account_id"), Permission::ViewInvoices);
    });
}

/// Referrals: VIEW_INVOICES in the affiliate's account, as its wallets.
pub fn referrals(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.affiliate_id"), Permission::ViewInvoices);
    });
}

/// Client records and their carts: MANAGE_CLIENTS in the partner's account.
pub fn clients(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.partner_id"), Permission::ManageClients);
    });
}

/// What is in carts: as the cart.
pub fn cart_items(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push(&format!("EXISTS (SELECT 1 FROM cart vc WHERE vc.id = {alias}.cart_id AND "));
    clients(sql, viewer, "vc");
    sql.push(")");
}

/// Invitations: MANAGE_PARTNERS on the client's side, MANAGE_CLIENTS on the partner's; a request to an address, also the user whose
/// verified address it is. Source: rules §5, "Addresses".
pub fn invitations(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        sent_to_address(sql, viewer, alias);
        sql.push(" OR ");
        either_side(sql, viewer, alias);
    });
}

/// The request `alias` was sent to nothing but an address, which is the viewer's own and verified.
fn sent_to_address(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    match viewer.actor.in_person().filter(|person| person.email_verified_at.is_some()) {
        Some(person) => {
            sql.push(&format!("({alias}.client_account_id IS NULL AND {alias}.client_email = "));
            sql.bind(person.email.clone()).push(")");
        }
        None => {
            sql.push("FALSE");
        }
    }
}

/// Invitations as an account has received them. A request to an address stands in each account in which its user may answer it, and
/// for that user alone: to the partner that sent it, it would tell who manages that account.
pub fn received_invitations(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    invitations(sql, viewer, alias);
    sql.push(" AND ");
    unless_all(sql, viewer, |sql| {
        sql.push(alias).push(".client_account_id IS NOT NULL OR ");
        sent_to_address(sql, viewer, alias);
    });
}

/// Partnerships: as invitations between two accounts, and MANAGE_BILLING on the client's side, which decides who pays.
pub fn partnerships(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.client_account_id"), Permission::ManageBilling);
        sql.push(" OR ");
        either_side(sql, viewer, alias);
    });
}

fn either_side(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    by_membership(sql, viewer, &format!("{alias}.client_account_id"), Permission::ManagePartners);
    sql.push(" OR ");
    by_membership(sql, viewer, &format!("{alias}.partner_id"), Permission::ManageClients);
}

/// The membership `alias` counts: it is the account's own, or the partnership through which it was granted is in force and covers the
/// whole account. Whoever looks: one that does not count is none.
fn counts(sql: &mut Sql, now: DateTime<Utc>, alias: &str) {
    sql.push(&format!("({alias}.granted_through_id IS NULL OR EXISTS (SELECT 1 FROM partnership s WHERE "));
    in_force(sql, now);
    sql.push(&format!(" AND s.id = {alias}.granted_through_id AND s.has_all_products))"));
}

/// Memberships: one's own, and those of an account where one holds MANAGE_MEMBERS, through a partnership, too.
pub fn memberships(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push("(");
    unless_all(sql, viewer, |sql| {
        let own: Vec<_> = viewer.actor.members().map(|member| member.membership_id).collect();
        if !own.is_empty() {
            // a key's member may be its creator's membership of the partner: that is not the key's to see
            sql.push(alias).push(".id ").any(&own).push(" AND ");
            one_of(sql, &format!("{alias}.account_id"), &viewer.actor.accounts());
            sql.push(" OR ");
        }
        managed(sql, viewer, alias);
    });
    sql.push(" AND ");
    counts(sql, viewer.now, alias);
    sql.push(")");
}

/// API keys: MANAGE_MEMBERS in their account, through a partnership, too. One that was revoked is gone.
pub fn api_keys(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push("(").push(alias).push(".revoked_at IS NULL AND ");
    unless_all(sql, viewer, |sql| managed(sql, viewer, alias));
    sql.push(")");
}

/// People: oneself, and the members of an account in which one is a member, too, or manages them through a partnership.
pub fn users(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        oneself(sql, viewer, &format!("{alias}.id"));
        sql.push(&format!(" OR EXISTS (SELECT 1 FROM membership f WHERE f.user_id = {alias}.id AND ("));
        one_of(sql, "f.account_id", &viewer.actor.accounts());
        sql.push(" OR ");
        managed_through_partnership(sql, viewer, "f");
        sql.push(") AND ");
        counts(sql, viewer.now, "f");
        sql.push(")");
    });
}

/// The row `alias` is of an account whose members the viewer manages.
fn managed(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    by_membership(sql, viewer, &format!("{alias}.account_id"), Permission::ManageMembers);
    sql.push(" OR ");
    managed_through_partnership(sql, viewer, alias);
}

fn managed_through_partnership(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    let tie = format!("s.has_all_products AND s.client_account_id = {alias}.account_id");
    by_partnership(sql, viewer, Permission::ManageMembers, &tie);
}

fn oneself(sql: &mut Sql, viewer: Viewer<'_>, column: &str) {
    match viewer.actor.user_id() {
        Some(user_id) => sql.push(column).add(" = ?", [user_id.into()]),
        None => sql.push("FALSE"),
    };
}

/// Accounts: one's own, the other side of an active partnership, and those that show themselves to the public.
pub fn accounts(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        // a membership that was granted through a partnership leads to this account, and to no other side of it
        let own = viewer.actor.own_accounts();
        one_of(sql, &format!("{alias}.id"), &viewer.actor.accounts());
        sql.push(&format!(
            " OR EXISTS (SELECT 1 FROM partner_profile f WHERE f.account_id = {alias}.id AND f.is_published)"
        ));
        if own.is_empty() {
            return;
        }
        sql.push(" OR EXISTS (SELECT 1 FROM partnership s WHERE ");
        in_force(sql, viewer.now);
        sql.push(&format!(" AND ((s.client_account_id = {alias}.id AND "));
        one_of(sql, "s.partner_id", &own);
        sql.push(&format!(") OR (s.partner_id = {alias}.id AND "));
        one_of(sql, "s.client_account_id", &own);
        sql.push(")))");
    });
}

/// Partner profiles: published ones, and one's own account's.
pub fn partner_profiles(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        sql.push(&format!("{alias}.is_published OR "));
        one_of(sql, &format!("{alias}.account_id"), &viewer.actor.own_accounts());
    });
}

/// Entries of the audit log: what others did on an account's behalf, and what its members did for others, to its owner and admins.
pub fn audit_entries(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        let own = viewer.actor.accounts_as_admin();
        one_of(sql, &format!("{alias}.acting_for_id"), &own);
        sql.push(" OR ");
        one_of(sql, &format!("{alias}.acted_from_id"), &own);
    });
}

/// Webhook endpoints: an account's, to its owner and admins; the provider's own, to its staff alone.
pub fn webhook_endpoints(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        sql.push(&format!("NOT {alias}.is_providers AND "));
        one_of(sql, &format!("{alias}.account_id"), &viewer.actor.accounts_as_admin());
    });
}

/// Deliveries: as their endpoint, and only of events that the viewer sees, too.
pub fn webhook_deliveries(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        sql.push(&format!("EXISTS (SELECT 1 FROM webhook_endpoint ve WHERE ve.id = {alias}.endpoint_id AND "));
        webhook_endpoints(sql, viewer, "ve");
        sql.push(&format!(") AND EXISTS (SELECT 1 FROM activity va WHERE va.id = {alias}.activity_id AND "));
        activity(sql, viewer, "va");
        sql.push(")");
    });
}

/// Jobs: those that are dead, to the provider's staff.
pub fn dead_jobs(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push("(");
    staff(sql, viewer, alias);
    sql.push(&format!(" AND {alias}.state = 'dead')"));
}

/// Mails: those that were given up, to the provider's staff.
pub fn failed_mails(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push("(");
    staff(sql, viewer, alias);
    sql.push(&format!(" AND {alias}.failed_at IS NOT NULL)"));
}

/// Activity: each event says which permission its reader needs in its account; one about a product is told through the
/// partnerships that cover it, one about no product through those that cover all.
///
/// A contributor is told what needs VIEW_PRODUCTS about their product.
pub fn activity(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        activity_held(sql, viewer, alias);
        sql.add(
            &format!(
                " OR ({alias}.required = ? AND EXISTS (SELECT 1 FROM product q
                    WHERE q.id = {alias}.product_id AND q.account_id = {alias}.account_id AND "
            ),
            [Permission::ViewProducts.bit().into()],
        );
        contributed(sql, viewer, "q.id", "q.account_id");
        sql.push("))");
    });
}

/// Activity that the viewer is told by membership or through a partnership.
pub fn activity_held(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        sql.push("FALSE");
        for (permissions, accounts) in by_permissions(viewer.actor.members()) {
            sql.push(&format!(" OR (({alias}.required & {}) <> 0 AND {alias}.account_id ", permissions.bits()));
            sql.any(&accounts).push(")");
        }
        sql.push(" OR ");
        let names = names(&format!("{alias}.product_id"));
        let tie = format!("s.client_account_id = {alias}.account_id AND (s.has_all_products OR {names})");
        by_any_partnership(sql, viewer, &format!("s.permissions & {alias}.required"), |sql| {
            sql.push(&tie);
        });
    });
}

/// A feed can be followed: the viewer holds anything in its account, which is one, or contributes to a product of it.
pub fn feed(sql: &mut Sql, viewer: Viewer<'_>, account_id: AccountId) {
    if viewer.actor.sees_everything() {
        sql.add("EXISTS (SELECT 1 FROM account a WHERE a.id = ?)", [account_id.into()]);
        return;
    }
    let holds = |member: &Member| member.account_id == account_id && !member.permissions.is_empty();
    sql.push(if viewer.actor.members().any(holds) { "(TRUE" } else { "(FALSE" }).push(" OR ");
    by_any_partnership(sql, viewer, "s.permissions", |sql| {
        sql.add("s.client_account_id = ?", [account_id.into()]);
    });
    sql.push(" OR EXISTS (SELECT 1 FROM contributor w JOIN product q ON q.id = w.product_id WHERE ");
    contributing(sql, viewer, "w");
    sql.add(" AND q.account_id = ? AND ", [account_id.into()]);
    contribution_in_force(sql, viewer.now, "w", "q.account_id");
    sql.push("))");
}

/// There is a partnership `s` in force that fulfils `tie` and carries any of the bits `asked` for a partner in which the viewer's
/// membership holds it, too; with chosen products, only what is about products.
fn by_any_partnership(sql: &mut Sql, viewer: Viewer<'_>, asked: &str, tie: impl FnOnce(&mut Sql)) {
    let own = viewer.actor.members().filter(|member| member.granted_through.is_none());
    sql.push("EXISTS (SELECT 1 FROM partnership s WHERE ");
    in_force(sql, viewer.now);
    sql.push(" AND ");
    tie(sql);
    sql.push(" AND (FALSE");
    for (permissions, accounts) in by_permissions(own) {
        let all = permissions.and(Permissions::PARTNERSHIP).bits();
        let chosen = permissions.and(Permissions::ABOUT_PRODUCTS).bits();
        sql.push(&format!(
            " OR (({asked} & CASE WHEN s.has_all_products THEN {all} ELSE {chosen} END) <> 0 AND s.partner_id "
        ));
        sql.any(&accounts).push(")");
    }
    sql.push("))");
}

/// The accounts of memberships, those with the same permissions together: few sets, whatever the number of accounts.
fn by_permissions<'m>(members: impl Iterator<Item = &'m Member>) -> Vec<(Permissions, Vec<AccountId>)> {
    let mut found: BTreeMap<i32, Vec<AccountId>> = BTreeMap::new();
    for member in members.filter(|member| !member.permissions.is_empty()) {
        found.entry(member.permissions.bits()).or_default().push(member.account_id);
    }
    found.into_iter().map(|(bits, accounts)| (Permissions::from_bits(bits), accounts)).collect()
}
