//! What decides for one person: who they are, where they are a member, and what reaches them through partnerships.

use std::collections::BTreeSet;

use domain::permission::Permission;
use entities::membership::Role;
use tests::app::TestApp;
use uuid::Uuid;

use super::views::{Rule, Told};
use super::world::{Access, Who, World, bundle, row, user_of};

pub struct Sight {
    /// None for nobody.
    user: Option<Uuid>,
    pub is_staff: bool,
    /// The account that they are a member of, with what they hold there.
    held: Option<(Uuid, &'static [Permission])>,
    /// Whether they are its owner, or an admin.
    is_admin: bool,
    /// The partnerships of that account.
    accesses: Vec<Access>,
    /// The product that they contribute to, and the account whose it is.
    contribution: Option<(Uuid, Uuid)>,
}

impl Sight {
    pub async fn of(app: &TestApp, world: &World, who: Who) -> Self {
        let held = match who {
            Who::Member(company, role) => Some((row(world.account(company)), bundle(role.role()))),
            Who::Nobody | Who::Staff | Who::Asked | Who::Unproven | Who::Looks | Who::Edits | Who::Left(_) => None,
        };
        let own = |access: &Access| held.is_some_and(|(account, _)| account == row(world.account(access.partner)));
        let user = match world.token(who) {
            Some(token) => Some(user_of(app, token).await.0),
            None => None,
        };
        let accesses = world.accesses().into_iter().filter(own).collect();
        let is_admin = matches!(who, Who::Member(_, role) if matches!(role.role(), Role::Owner | Role::Admin));
        let contribution =
            world.contribution(who).map(|(company, product)| (row(product), row(world.account(company))));
        Self { user, is_staff: who == Who::Staff, held, is_admin, accesses, contribution }
    }

    /// Whether a row is theirs to see by this rule.
    pub fn sees(&self, rule: &Rule, row: &Told) -> bool {
        match rule {
            Rule::Public => true,
            Rule::Staff => false,
            Rule::Own => self.user == Some(row.owner),
            Rule::Fellow => self.held.is_some_and(|(of, _)| of == row.owner),
            Rule::Admin => self.is_admin && self.held.is_some_and(|(of, _)| of == row.owner),
            Rule::Member(permission) => self.is_member_with(row.owner, *permission),
            Rule::Product(permission) => self.is_carried(*permission, row.owner, Some(row.id)),
            Rule::Account(permission) => self.is_carried(*permission, row.owner, None),
            Rule::Contributor => self.contributes(Some(row.id)),
            Rule::Required => {
                let required = Permission::ALL.into_iter().filter(|permission| row.required & permission.bit() != 0);
                let mut ways = required.map(|permission| {
                    self.is_member_with(row.owner, permission)
                        || self.is_carried(permission, row.owner, row.product)
                        // contributors have VIEW_PRODUCTS on their product: rules §2
                        || permission == Permission::ViewProducts && self.contributes(row.product)
                });
                ways.any(|is_held| is_held)
            }
        }
    }

    /// Whether they hold this in the account as one of its members, or as the provider's staff.
    pub fn holds(&self, account: Uuid, permission: Permission) -> bool {
        self.is_staff || self.is_member_with(account, permission)
    }

    /// Whether they may follow an account's feed: whoever holds anything there, be it on one product.
    pub fn follows(&self, account: Uuid) -> bool {
        let is_member = self.held.is_some_and(|(of, all)| of == account && !all.is_empty());
        let is_let_in = self.accesses.iter().any(|access| {
            let is_held = |permission| self.held.is_some_and(|(_, all)| all.contains(permission));
            access.client_account == account && access.permissions.iter().any(is_held)
        });
        self.is_staff || is_member || is_let_in || self.contribution.is_some_and(|(_, of)| of == account)
    }

    fn contributes(&self, product: Option<Uuid>) -> bool {
        product.is_some() && product == self.contribution.map(|(product, _)| product)
    }

    /// All that they hold on the account as a whole.
    pub fn on_account(&self, account: Uuid) -> BTreeSet<&'static str> {
        let is_held =
            |permission: &Permission| self.holds(account, *permission) || self.is_carried(*permission, account, None);
        Permission::ALL.into_iter().filter(is_held).map(Permission::name).collect()
    }

    fn is_member_with(&self, account: Uuid, permission: Permission) -> bool {
        self.held.is_some_and(|(of, all)| of == account && all.contains(&permission))
    }

    /// Whether a partnership carries this, and the membership of the partner too. One for chosen products carries nothing about
    /// the account as a whole.
    fn is_carried(&self, permission: Permission, client: Uuid, product: Option<Uuid>) -> bool {
        self.accesses.iter().any(|access| {
            access.client_account == client
                && access.permissions.contains(&permission)
                && self.held.is_some_and(|(_, all)| all.contains(&permission))
                && access.only.is_none_or(|only| product == Some(only))
        })
    }
}
