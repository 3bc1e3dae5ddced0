//! Who sees which row, written a second time: from the rows alone, and not as the product does it.

use domain::permission::rules::Reach;
use domain::permission::{Permission, Target};
use entities::id::{AccountId, InvoiceId, MembershipId, OrderId, PartnershipId, ProductId, UserId};
use entities::job::JobState;
use entities::membership::Role;
use entities::partnership::{self, PartnershipStatus};
use entities::{api_key, contributor, membership, order, webhook_delivery};
use tests::rows::Rows;
use uuid::Uuid;

/// What a partnership can carry. Source: rules §2.
const CARRIED: [Permission; 5] = [
    Permission::ViewProducts,
    Permission::ManageProducts,
    Permission::Purchase,
    Permission::ContactSupport,
    Permission::ManageMembers,
];

/// Somebody who looks at a world, or a program with a key of theirs.
pub(super) struct Eye<'a> {
    pub(super) rows: &'a Rows,
    pub(super) user: UserId,
    pub(super) key: Option<&'a api_key::Model>,
}

/// What somebody holds in an account by a membership, or by a key that narrows one.
struct Standing {
    account: AccountId,
    membership: MembershipId,
    permissions: i32,
    /// Whether it came through no partnership.
    is_own: bool,
}

/// A row, and whether it is seen.
pub(super) struct View {
    pub(super) id: Uuid,
    /// Nobody sees it, not even those who see everything.
    pub(super) is_gone: bool,
    pub(super) is_seen: bool,
    /// What the rule is asked about it, any of which shows the row; none where it is seen without a permission.
    pub(super) questions: Option<Vec<Question>>,
}

/// A question to the rule.
pub(super) struct Question {
    pub(super) target: Target,
    pub(super) permission: Permission,
    pub(super) reach: Reach,
}

impl Eye<'_> {
    /// What a partnership carries of its client's whole account; nothing where it is not in force, or only for chosen products.
    fn carried_through(&self, link: PartnershipId) -> Option<(&partnership::Model, i32)> {
        let link = self.rows.partnerships.iter().find(|row| row.id == link).expect("a partnership");
        let all: i32 = CARRIED.iter().map(|permission| permission.bit()).sum();
        (self.is_in_force(link) && link.has_all_products).then_some((link, link.permissions & all))
    }

    /// Whether a membership is one, which it is as long as the partnership through which it was granted.
    fn counts(&self, row: &membership::Model) -> bool {
        row.granted_through_id.is_none_or(|link| self.carried_through(link).is_some())
    }

    fn standings(&self) -> Vec<Standing> {
        let own = self.rows.memberships.iter().filter(|row| row.user_id == self.user);
        own.filter_map(|row| self.standing(row)).collect()
    }

    fn standing(&self, row: &membership::Model) -> Option<Standing> {
        let mut standing = Standing {
            account: row.account_id,
            membership: row.id,
            permissions: row.permissions,
            is_own: row.granted_through_id.is_none(),
        };
        if let Some(link) = row.granted_through_id {
            standing.permissions &= self.carried_through(link)?.1;
        }
        let Some(key) = self.key else { return Some(standing) };
        standing.permissions &= key.permissions;
        let Some(through) = key.granted_through_id else {
            return (standing.is_own && standing.account == key.account_id).then_some(standing);
        };
        let (link, carried) = self.carried_through(through)?;
        let is_guest = row.account_id == key.account_id && row.granted_through_id == Some(through);
        let is_partner = row.account_id == link.partner_id && row.granted_through_id.is_none();
        let permissions = standing.permissions & carried;
        (is_guest || is_partner).then_some(Standing { account: key.account_id, permissions, is_own: false, ..standing })
    }

    fn is_member(&self, account: AccountId) -> bool {
        self.standings().iter().any(|standing| standing.account == account)
    }

    fn is_own_member(&self, account: AccountId) -> bool {
        self.standings().iter().any(|standing| standing.account == account && standing.is_own)
    }

    /// By a membership, be it granted through a partnership.
    fn holds(&self, account: AccountId, permission: Permission) -> bool {
        let bit = permission.bit();
        self.standings().iter().any(|standing| standing.account == account && standing.permissions & bit != 0)
    }

    /// By whichever way, on an account as a whole or on one product of it.
    pub(super) fn may(&self, target: Target, permission: Permission) -> bool {
        let Target { account_id, product_id } = target;
        let contributes = |product| self.contributes_to(product) && permission == Permission::ViewProducts;
        self.holds(account_id, permission)
            || self.carries(account_id, product_id, permission)
            || product_id.is_some_and(contributes)
    }

    /// As its owner or admin, in person.
    fn runs(&self, account: AccountId) -> bool {
        let of = |row: &&membership::Model| row.user_id == self.user && row.account_id == account;
        let mut members = self.rows.memberships.iter().filter(|_| self.key.is_none()).filter(of);
        members.any(|row| row.granted_through_id.is_none() && matches!(row.role, Role::Owner | Role::Admin))
    }

    /// By a membership of the account's own.
    fn owns(&self, account: AccountId, permission: Permission) -> bool {
        let of = |standing: &Standing| standing.account == account && standing.is_own;
        self.standings().iter().any(|standing| of(standing) && standing.permissions & permission.bit() != 0)
    }

    pub(super) fn has_verified(&self, address: &str) -> bool {
        let mut users = self.rows.users.iter().filter(|_| self.key.is_none());
        users.any(|row| row.id == self.user && row.email == address && row.email_verified_at.is_some())
    }

    /// As one of the provider's staff, in person.
    pub(super) fn is_staff(&self) -> bool {
        self.key.is_none() && self.rows.users.iter().any(|row| row.id == self.user && row.is_staff)
    }

    fn is_in_force(&self, link: &partnership::Model) -> bool {
        link.status == PartnershipStatus::Active && link.expires_at.is_none_or(|end| self.rows.now < end)
    }

    /// Whether a partner that they work for carries this for the account, or for one product of it.
    fn carries(&self, account: AccountId, product: Option<ProductId>, permission: Permission) -> bool {
        let names = |link: &partnership::Model| {
            let named = |id| self.rows.covered.iter().any(|row| row.partnership_id == link.id && row.product_id == id);
            permission != Permission::ManageMembers && product.is_some_and(named)
        };
        CARRIED.contains(&permission)
            && self.rows.partnerships.iter().any(|link| {
                link.client_account_id == account
                    && self.is_in_force(link)
                    && link.permissions & permission.bit() != 0
                    && (link.has_all_products || names(link))
                    && self.owns(link.partner_id, permission)
            })
    }

    fn is_billed(&self, id: InvoiceId) -> AccountId {
        self.rows.invoices.iter().find(|row| row.id == id).expect("an invoice").billed_to_id
    }

    fn order(&self, id: OrderId) -> &order::Model {
        self.rows.orders.iter().find(|row| row.id == id).expect("an order")
    }

    /// A row that is seen by whoever is a member of one of these accounts with that permission, and by nobody else.
    fn of_members(&self, id: Uuid, any_of: &[(AccountId, Permission)]) -> View {
        let questions = any_of.iter().map(|(account, permission)| Question {
            target: Target::account(*account),
            permission: *permission,
            reach: Reach::Member,
        });
        View {
            is_seen: any_of.iter().any(|(account, permission)| self.owns(*account, *permission)),
            questions: Some(questions.collect()),
            ..hidden(id)
        }
    }

    /// A row that partners see, too.
    fn carried(&self, id: Uuid, account: AccountId, product: Option<ProductId>, permission: Permission) -> View {
        let target = product.map_or(Target::account(account), |product| Target::product(account, product));
        View {
            is_seen: self.holds(account, permission) || self.carries(account, product, permission),
            questions: Some(vec![Question { target, permission, reach: Reach::Any }]),
            ..hidden(id)
        }
    }

    /// A row that contributors to the product see, too.
    fn content(&self, id: Uuid, account: AccountId, product: ProductId, permission: Permission) -> View {
        let target = Target::product(account, product);
        View {
            is_seen: self.holds(account, permission)
                || self.carries(account, Some(product), permission)
                || self.contributes_to(product),
            questions: Some(vec![Question { target, permission, reach: Reach::Content }]),
            ..hidden(id)
        }
    }

    fn contributes_to(&self, product: ProductId) -> bool {
        self.rows.contributors.iter().any(|row| row.product_id == product && self.contributes(row))
    }

    /// Whether a contribution is theirs, and in force.
    pub(super) fn contributes(&self, row: &contributor::Model) -> bool {
        let is_theirs = match row.account_id {
            None => self.has_verified(&row.email),
            Some(account) => self.owns(account, Permission::ViewProducts),
        };
        is_theirs && self.is_granted(row)
    }

    /// Whether a contribution was granted by the holder, or through a partnership that carries it still.
    fn is_granted(&self, row: &contributor::Model) -> bool {
        let Some(through) = row.partnership_id else { return true };
        let link = self.rows.partnerships.iter().find(|link| link.id == through).expect("a partnership");
        let holder = self.holder(row.product_id);
        let is_named =
            self.rows.covered.iter().any(|named| named.partnership_id == link.id && named.product_id == row.product_id);
        let carries = |permission: Permission| link.permissions & permission.bit() != 0;
        self.is_in_force(link)
            && link.client_account_id == holder
            && carries(Permission::ViewProducts)
            && carries(Permission::ManageProducts)
            && (link.has_all_products || is_named)
    }

    fn holder(&self, product: ProductId) -> AccountId {
        self.rows.products.iter().find(|row| row.id == product).expect("a product").account_id
    }

    fn contributor_view(&self, row: &contributor::Model) -> View {
        if !self.is_granted(row) {
            return gone(row.id.0);
        }
        let (holder, product) = (self.holder(row.product_id), Some(row.product_id));
        let has = |permission| self.holds(holder, permission) || self.carries(holder, product, permission);
        let manages = has(Permission::ViewProducts) && has(Permission::ManageProducts);
        plain(row.id.0, manages || self.contributes(row))
    }

    fn of_order(&self, id: Uuid, order: &order::Model) -> View {
        let any_of = [(order.billed_to_id, Permission::ViewInvoices), (order.placed_from_id, Permission::Purchase)];
        self.of_members(id, &any_of)
    }

    /// Every row of a table.
    ///
    /// # Panics
    /// For a table for which no rule is written here.
    pub(super) fn views(&self, table: &str) -> Vec<View> {
        let rows = self.rows;
        match table.trim_matches('"') {
            "user" => rows.users.iter().map(|row| self.user_view(row.id)).collect(),
            "account" => rows.accounts.iter().map(|row| self.account_view(row.id)).collect(),
            "membership" => rows.memberships.iter().map(|row| self.membership_view(row)).collect(),
            "api_key" => rows
                .keys
                .iter()
                .map(|row| {
                    if row.revoked_at.is_some() {
                        return gone(row.id.0);
                    }
                    self.carried(row.id.0, row.account_id, None, Permission::ManageMembers)
                })
                .collect(),
            "partner_profile" => rows
                .profiles
                .iter()
                .map(|row| plain(row.id.0, row.is_published || self.is_own_member(row.account_id)))
                .collect(),
            "client" => rows
                .clients
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.partner_id, Permission::ManageClients)]))
                .collect(),
            "task" => rows
                .tasks
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.partner_id, Permission::ManageClients)]))
                .collect(),
            "inquiry" => rows
                .inquiries
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.partner_id, Permission::ManageClients)]))
                .collect(),
            "referral" => rows
                .referrals
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.affiliate_id, Permission::ViewInvoices)]))
                .collect(),
            "invitation" => rows
                .invitations
                .iter()
                .map(|row| {
                    let client = row.client_account_id.map(|id| (id, Permission::ManagePartners));
                    let sides: Vec<_> =
                        client.into_iter().chain([(row.partner_id, Permission::ManageClients)]).collect();
                    let is_asked = client.is_none() && self.has_verified(&row.client_email);
                    if is_asked { always(row.id.0) } else { self.of_members(row.id.0, &sides) }
                })
                .collect(),
            "partnership" => rows
                .partnerships
                .iter()
                .map(|row| {
                    let client = [Permission::ManagePartners, Permission::ManageBilling];
                    let client = client.map(|permission| (row.client_account_id, permission));
                    let partner = [(row.partner_id, Permission::ManageClients)];
                    self.of_members(row.id.0, &[&client[..], &partner].concat())
                })
                .collect(),
            "offering" => rows.offerings.iter().map(|row| always(row.id.0)).collect(),
            "plan" => rows.plans.iter().map(|row| always(row.id.0)).collect(),
            "cart" => rows
                .carts
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.partner_id, Permission::ManageClients)]))
                .collect(),
            "cart_item" => rows
                .cart_items
                .iter()
                .map(|row| {
                    let cart = rows.carts.iter().find(|cart| cart.id == row.cart_id).expect("a cart");
                    self.of_members(row.id.0, &[(cart.partner_id, Permission::ManageClients)])
                })
                .collect(),
            "order" => rows.orders.iter().map(|row| self.of_order(row.id.0, row)).collect(),
            "order_line" => {
                rows.order_lines.iter().map(|row| self.of_order(row.id.0, self.order(row.order_id))).collect()
            }
            "product" => rows
                .products
                .iter()
                .map(|row| self.content(row.id.0, row.account_id, row.id, Permission::ViewProducts))
                .collect(),
            "contact" => rows
                .contacts
                .iter()
                .map(|row| self.carried(row.id.0, row.account_id, None, Permission::ViewProducts))
                .collect(),
            "contributor" => rows.contributors.iter().map(|row| self.contributor_view(row)).collect(),
            "transfer" => rows
                .transfers
                .iter()
                .map(|row| {
                    let keeps = |account| {
                        self.owns(account, Permission::ViewProducts) && self.owns(account, Permission::ManageProducts)
                    };
                    let is_side = keeps(row.from_id) || row.to_id.is_some_and(keeps);
                    plain(row.id.0, is_side || self.has_verified(&row.to_email))
                })
                .collect(),
            "renewal_run" => rows.runs.iter().map(|row| plain(row.id.0, false)).collect(),
            "invoice" => rows
                .invoices
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.billed_to_id, Permission::ViewInvoices)]))
                .collect(),
            "invoice_line" => rows
                .invoice_lines
                .iter()
                .map(|row| self.of_members(row.id.0, &[(self.is_billed(row.invoice_id), Permission::ViewInvoices)]))
                .collect(),
            "payment" => rows
                .payments
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.account_id, Permission::ViewInvoices)]))
                .collect(),
            "payment_method" => rows
                .methods
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.account_id, Permission::ManageBilling)]))
                .collect(),
            "payout" => rows
                .payouts
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.account_id, Permission::ViewInvoices)]))
                .collect(),
            "wallet_entry" => rows
                .wallet_entries
                .iter()
                .map(|row| self.of_members(row.id.0, &[(row.account_id, Permission::ViewInvoices)]))
                .collect(),
            "activity" => rows
                .activities
                .iter()
                .map(|row| {
                    let required = Permission::ALL.into_iter().find(|permission| permission.bit() == row.required);
                    match (row.product_id, required.expect("one permission")) {
                        (Some(product), Permission::ViewProducts) => {
                            self.content(row.id.0, row.account_id, product, Permission::ViewProducts)
                        }
                        (product, required) => self.carried(row.id.0, row.account_id, product, required),
                    }
                })
                .collect(),
            "audit_entry" => rows
                .audit_entries
                .iter()
                .map(|row| {
                    let mut sides = [row.acting_for_id, row.acted_from_id].into_iter().flatten();
                    plain(row.id.0, sides.any(|account| self.runs(account)))
                })
                .collect(),
            // rules §2: webhooks are OWNER's and ADMIN's; and nobody is shown an event that they do not see
            "webhook_endpoint" => rows
                .endpoints
                .iter()
                .map(|row| plain(row.id.0, !row.is_providers && self.runs(row.account_id)))
                .collect(),
            "webhook_delivery" => {
                let events = self.views("activity");
                let endpoints = self.views("webhook_endpoint");
                let sees = |views: &[View], id| views.iter().any(|view| view.id == id && view.is_seen);
                let is_seen = |row: &webhook_delivery::Model| {
                    sees(&events, row.activity_id.0) && sees(&endpoints, row.endpoint_id.0)
                };
                rows.deliveries.iter().map(|row| plain(row.id.0, is_seen(row))).collect()
            }
            "job" => rows.jobs.iter().map(|row| staffs(row.id.0, row.state == JobState::Dead)).collect(),
            "notification" => rows.mails.iter().map(|row| staffs(row.id.0, row.failed_at.is_some())).collect(),
            new => panic!("no rule is written by hand for the table {new}"),
        }
    }

    fn membership_view(&self, row: &membership::Model) -> View {
        if !self.counts(row) {
            return gone(row.id.0);
        }
        // a key of the partner's side narrows a membership that is not of its account, and not its to see
        if self.standings().iter().any(|own| own.membership == row.id && own.account == row.account_id) {
            return always(row.id.0);
        }
        self.carried(row.id.0, row.account_id, None, Permission::ManageMembers)
    }

    fn user_view(&self, user: UserId) -> View {
        let is_fellow =
            self.rows.memberships.iter().filter(|row| row.user_id == user && self.counts(row)).any(|row| {
                self.is_member(row.account_id) || self.carries(row.account_id, None, Permission::ManageMembers)
            });
        plain(user.0, user == self.user || is_fellow)
    }

    fn account_view(&self, account: AccountId) -> View {
        let is_public = self.rows.profiles.iter().any(|row| row.account_id == account && row.is_published);
        let is_other_side = self.rows.partnerships.iter().any(|link| {
            let sides = [(link.partner_id, link.client_account_id), (link.client_account_id, link.partner_id)];
            self.is_in_force(link) && sides.into_iter().any(|(own, other)| other == account && self.is_own_member(own))
        });
        plain(account.0, is_public || is_other_side || self.is_member(account))
    }
}

fn always(id: Uuid) -> View {
    plain(id, true)
}

fn plain(id: Uuid, is_seen: bool) -> View {
    View { is_seen, ..hidden(id) }
}

/// What staff alone see, as long as there is something to see to.
fn staffs(id: Uuid, is_given_up: bool) -> View {
    if is_given_up { hidden(id) } else { gone(id) }
}

fn hidden(id: Uuid) -> View {
    View { id, is_gone: false, is_seen: false, questions: None }
}

fn gone(id: Uuid) -> View {
    View { is_gone: true, ..hidden(id) }
}
