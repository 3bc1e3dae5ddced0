//! Products and who contributes to them.

use chrono::{DateTime, Utc};

use super::{Viewer, by_membership, by_partnership, in_force, names, one_of, unless_all};
use crate::permission::{Permission, Permissions};
use crate::sql::Sql;

/// Products: VIEW_PRODUCTS on the holder, through a partnership that covers the product, or as one of its contributors.
pub fn products(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        products_held(sql, viewer, Permission::ViewProducts, alias);
        sql.push(" OR ");
        contributed(sql, viewer, &format!("{alias}.id"), &format!("{alias}.account_id"));
    });
}

/// Products on which the viewer holds this by membership or through a partnership: for what contributors have no part in.
pub fn products_held(sql: &mut Sql, viewer: Viewer<'_>, permission: Permission, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.account_id"), permission);
        sql.push(" OR ");
        let names = names(&format!("{alias}.id"));
        let tie = format!("s.client_account_id = {alias}.account_id AND (s.has_all_products OR {names})");
        by_partnership(sql, viewer, permission, &tie);
    });
}

/// Contributors in force: oneself, and those of products that one sees and manages.
pub fn contributors(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push("EXISTS (SELECT 1 FROM product q WHERE q.id = ").push(alias).push(".product_id AND ");
    contribution_in_force(sql, viewer.now, alias, "q.account_id");
    sql.push(" AND ");
    unless_all(sql, viewer, |sql| {
        sql.push("(");
        products_held(sql, viewer, Permission::ViewProducts, "q");
        sql.push(" AND ");
        products_held(sql, viewer, Permission::ManageProducts, "q");
        sql.push(") OR ");
        contributing(sql, viewer, alias);
    });
    sql.push(")");
}

/// The viewer contributes to `product` of the account `account`, both expressions.
pub(super) fn contributed(sql: &mut Sql, viewer: Viewer<'_>, product: &str, account: &str) {
    sql.push("EXISTS (SELECT 1 FROM contributor w WHERE w.product_id = ").push(product).push(" AND ");
    contributing(sql, viewer, "w");
    sql.push(" AND ");
    contribution_in_force(sql, viewer.now, "w", account);
    sql.push(")");
}

/// The contribution `alias` is the viewer's: of their verified address, where they act in person, or of an account of theirs in
/// which they may view products.
pub(crate) fn contributing(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    sql.push("(");
    if let Some(person) = viewer.actor.in_person().filter(|person| person.email_verified_at.is_some()) {
        sql.add(&format!("({alias}.account_id IS NULL AND {alias}.email = ?) OR "), [person.email.clone().into()]);
    }
    // null for a person's, which is then none of these
    one_of(sql, &format!("{alias}.account_id"), &viewer.actor.own_accounts_with(Permission::ViewProducts));
    sql.push(")");
}

/// The contribution `alias` is in force: what was granted through a partnership is as long as that carries it. `account` is the
/// expression of who holds the product. Source: rules §2, "Nobody grants what they do not hold".
pub(crate) fn contribution_in_force(sql: &mut Sql, now: DateTime<Utc>, alias: &str, account: &str) {
    let (needed, names) = (Permissions::CONTRIBUTORS.bits(), names(&format!("{alias}.product_id")));
    sql.push(&format!("({alias}.partnership_id IS NULL OR EXISTS (SELECT 1 FROM partnership s WHERE "));
    in_force(sql, now);
    sql.push(&format!(
        " AND s.id = {alias}.partnership_id AND s.client_account_id = {account} AND (s.permissions & {needed}) = {needed}
            AND (s.has_all_products OR {names})))"
    ));
}

/// Transfers: to see and manage the products of the account that offers or has accepted, as its member; and the user whose verified
/// address it is offered to. No partnership carries this. Source: rules §2; rules §5, "Addresses".
pub fn transfers(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        if let Some(person) = viewer.actor.in_person().filter(|person| person.email_verified_at.is_some()) {
            sql.push(alias).add(".to_email = ? OR ", [person.email.clone().into()]);
        }
        let own = viewer
            .actor
            .members()
            .filter(|member| member.granted_through.is_none() && member.permissions.covers(Permissions::CONTRIBUTORS));
        let own: Vec<_> = own.map(|member| member.account_id).collect();
        one_of(sql, &format!("{alias}.from_id"), &own);
        sql.push(" OR ");
        one_of(sql, &format!("{alias}.to_id"), &own);
    });
}

/// Contacts: VIEW_PRODUCTS in the account that keeps them, also through a partnership that covers all of it. Whoever sees one product of
/// it alone, sees not to whom it is registered. Source: rules §2.
pub fn contacts(sql: &mut Sql, viewer: Viewer<'_>, alias: &str) {
    unless_all(sql, viewer, |sql| {
        by_membership(sql, viewer, &format!("{alias}.account_id"), Permission::ViewProducts);
        sql.push(" OR ");
        let tie = format!("s.has_all_products AND s.client_account_id = {alias}.account_id");
        by_partnership(sql, viewer, Permission::ViewProducts, &tie);
    });
}
