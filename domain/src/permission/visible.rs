//! The door of every read: for each table, the condition under which an actor sees a row, as SQL.
//!
//! Each function appends one parenthesised condition about the row that the statement calls `alias`, so that it can stand at
//! any depth of a larger statement. `rules` says the same about single objects; a test holds the two against each other.

use chrono::{DateTime, Utc};
use entities::id::AccountId;

use super::Permission;
use crate::actor::Actor;
use crate::sql::Sql;

/// `column` is one of the accounts; nothing for none.
fn one_of(sql: &mut Sql, column: &str, accounts: &[AccountId]) {
    if accounts.is_empty() {
        sql.push("FALSE");
    } else {
        sql.push(column).push(" ").any(accounts);
    }
}

fn in_accounts_with(sql: &mut Sql, actor: &Actor, column: &str, permission: Permission) {
    if actor.sees_everything() {
        sql.push("TRUE");
    } else {
        one_of(sql, column, &actor.accounts_with(permission));
    }
}

/// A partnership `s` that carries `permission` for a partner in which the actor's membership holds it too. The caller adds
/// what ties it to the row, and the closing parenthesis.
fn carried<'s>(sql: &'s mut Sql, actor: &Actor, now: DateTime<Utc>, permission: Permission) -> &'s mut Sql {
    sql.push("EXISTS (SELECT 1 FROM partnership s WHERE ");
    one_of(sql, "s.partner_id", &actor.accounts_with(permission));
    sql.add(
        " AND s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?) AND (s.permissions & ?) <> 0",
        [now.into(), permission.bit().into()],
    )
}

/// Products: VIEW_PRODUCTS on the holder, or through a partnership that covers the product.
pub fn products(sql: &mut Sql, actor: &Actor, now: DateTime<Utc>, alias: &str) {
    if actor.sees_everything() {
        sql.push("TRUE");
        return;
    }
    sql.push("(");
    one_of(sql, &format!("{alias}.account_id"), &actor.accounts_with(Permission::ViewProducts));
    sql.push(" OR ");
    carried(sql, actor, now, Permission::ViewProducts).push(&format!(
        " AND s.client_account_id = {alias}.account_id AND (s.has_all_products OR EXISTS (SELECT 1 FROM partnership_product c
            WHERE c.partnership_id = s.id AND c.product_id = {alias}.id))))"
    ));
}

/// Invoices, and what hangs on them: VIEW_INVOICES in the account that they are billed to, and nowhere else.
pub fn invoices(sql: &mut Sql, actor: &Actor, alias: &str) {
    in_accounts_with(sql, actor, &format!("{alias}.billed_to_id"), Permission::ViewInvoices);
}

/// Orders: billed to the account (VIEW_INVOICES), or placed from it (PURCHASE).
pub fn orders(sql: &mut Sql, actor: &Actor, alias: &str) {
    sql.push("(");
    in_accounts_with(sql, actor, &format!("{alias}.billed_to_id"), Permission::ViewInvoices);
    sql.push(" OR ");
    in_accounts_with(sql, actor, &format!("{alias}.placed_from_id"), Permission::Purchase);
    sql.push(")");
}

/// Payment methods: MANAGE_BILLING in the account.
pub fn payment_methods(sql: &mut Sql, actor: &Actor, alias: &str) {
    in_accounts_with(sql, actor, &format!("{alias}.account_id"), Permission::ManageBilling);
}

/// Wallets and their entries: VIEW_INVOICES in the partner's account.
pub fn wallet_entries(sql: &mut Sql, actor: &Actor, alias: &str) {
    in_accounts_with(sql, actor, &format!("{alias}.account_id"), Permission::ViewInvoices);
}

/// Client records and their carts: MANAGE_CLIENTS in the partner's account.
pub fn clients(sql: &mut Sql, actor: &Actor, alias: &str) {
    in_accounts_with(sql, actor, &format!("{alias}.partner_id"), Permission::ManageClients);
}

/// Invitations: as partnerships; a request to an address, also the user whose verified address it is. Source: rules §5, "Addresses".
pub fn invitations(sql: &mut Sql, actor: &Actor, alias: &str) {
    let verified = actor.person().filter(|person| person.email_verified_at.is_some() && !actor.sees_everything());
    let Some(person) = verified else {
        partnerships(sql, actor, alias);
        return;
    };
    sql.push("(").push(alias).add(".client_email = ? AND ", [person.email.clone().into()]);
    sql.push(alias).push(".client_account_id IS NULL OR ");
    partnerships(sql, actor, alias);
    sql.push(")");
}

/// Partnerships: MANAGE_PARTNERS on the client's side, MANAGE_CLIENTS on the partner's.
pub fn partnerships(sql: &mut Sql, actor: &Actor, alias: &str) {
    sql.push("(");
    in_accounts_with(sql, actor, &format!("{alias}.client_account_id"), Permission::ManagePartners);
    sql.push(" OR ");
    in_accounts_with(sql, actor, &format!("{alias}.partner_id"), Permission::ManageClients);
    sql.push(")");
}

/// Memberships: one's own, and those of an account where one holds MANAGE_MEMBERS, through a partnership, too.
pub fn memberships(sql: &mut Sql, actor: &Actor, now: DateTime<Utc>, alias: &str) {
    if actor.sees_everything() {
        sql.push("TRUE");
        return;
    }
    let Some(user_id) = actor.user_id() else {
        sql.push("FALSE");
        return;
    };
    sql.push("(").push(alias).add(".user_id = ? OR ", [user_id.into()]);
    one_of(sql, &format!("{alias}.account_id"), &actor.accounts_with(Permission::ManageMembers));
    sql.push(" OR ");
    carried(sql, actor, now, Permission::ManageMembers)
        .push(&format!(" AND s.has_all_products AND s.client_account_id = {alias}.account_id))"));
}

/// People: oneself, and fellow members of an account.
pub fn users(sql: &mut Sql, actor: &Actor, alias: &str) {
    if actor.sees_everything() {
        sql.push("TRUE");
        return;
    }
    let Some(user_id) = actor.user_id() else {
        sql.push("FALSE");
        return;
    };
    sql.push("(").push(alias).add(".id = ? OR EXISTS (SELECT 1 FROM membership f WHERE f.user_id = ", [user_id.into()]);
    sql.push(alias).push(".id AND ");
    one_of(sql, "f.account_id", &actor.accounts());
    sql.push("))");
}

/// Accounts: one's own, the other side of an active partnership, and those that show themselves to the public.
pub fn accounts(sql: &mut Sql, actor: &Actor, now: DateTime<Utc>, alias: &str) {
    if actor.sees_everything() {
        sql.push("TRUE");
        return;
    }
    let own = actor.accounts();
    sql.push("(");
    one_of(sql, &format!("{alias}.id"), &own);
    sql.push(&format!(
        " OR EXISTS (SELECT 1 FROM partner_profile f WHERE f.account_id = {alias}.id AND f.is_published)"
    ));
    if !own.is_empty() {
        sql.add(
            " OR EXISTS (SELECT 1 FROM partnership s WHERE s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?) AND ((",
            [now.into()],
        );
        one_of(sql, "s.partner_id", &own);
        sql.push(&format!(" AND s.client_account_id = {alias}.id) OR ("));
        one_of(sql, "s.client_account_id", &own);
        sql.push(&format!(" AND s.partner_id = {alias}.id)))"));
    }
    sql.push(")");
}

/// Partner profiles: published ones, and one's own account's.
pub fn partner_profiles(sql: &mut Sql, actor: &Actor, alias: &str) {
    if actor.sees_everything() {
        sql.push("TRUE");
        return;
    }
    sql.push(&format!("({alias}.is_published OR "));
    one_of(sql, &format!("{alias}.account_id"), &actor.accounts());
    sql.push(")");
}

/// Activity: each event says which permission its reader needs in its account; one about a product is told through the
/// partnerships that cover it, one about no product through those that cover all.
pub fn activity(sql: &mut Sql, actor: &Actor, now: DateTime<Utc>, alias: &str) {
    if actor.sees_everything() {
        sql.push("TRUE");
        return;
    }
    let Some(user_id) = actor.user_id() else {
        sql.push("FALSE");
        return;
    };
    sql.add(
        &format!(
            "(EXISTS (SELECT 1 FROM membership m WHERE m.user_id = ? AND m.account_id = {alias}.account_id
                AND (m.permissions & {alias}.required) <> 0)
            OR EXISTS (SELECT 1 FROM partnership s JOIN membership m ON m.account_id = s.partner_id AND m.user_id = ?
                WHERE s.client_account_id = {alias}.account_id AND s.status = 'ACTIVE' AND (s.expires_at IS NULL OR s.expires_at > ?)
                AND (m.permissions & s.permissions & {alias}.required) <> 0
                AND (s.has_all_products OR EXISTS (SELECT 1 FROM partnership_product c
                    WHERE c.partnership_id = s.id AND c.product_id = {alias}.product_id))))"
        ),
        [user_id.into(), user_id.into(), now.into()],
    );
}
