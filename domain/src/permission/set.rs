//! Permissions and sets of them, as they are stored: bits in the order of the contract's enum.

use entities::membership::Role;

/// What one may hold on an account or a product. Source: rules §2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the documentation; rules §2 says what each is needed for")]
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

impl Permission {
    /// Each of them, in the order of their bits.
    pub const ALL: [Self; 9] = [
        Self::ViewProducts,
        Self::ManageProducts,
        Self::Purchase,
        Self::ViewInvoices,
        Self::ManageBilling,
        Self::ManageMembers,
        Self::ManagePartners,
        Self::ManageClients,
        Self::ContactSupport,
    ];

    /// As in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ViewProducts => "VIEW_PRODUCTS",
            Self::ManageProducts => "MANAGE_PRODUCTS",
            Self::Purchase => "PURCHASE",
            Self::ViewInvoices => "VIEW_INVOICES",
            Self::ManageBilling => "MANAGE_BILLING",
            Self::ManageMembers => "MANAGE_MEMBERS",
            Self::ManagePartners => "MANAGE_PARTNERS",
            Self::ManageClients => "MANAGE_CLIENTS",
            Self::ContactSupport => "CONTACT_SUPPORT",
        }
    }

    /// Its bit in the columns named `permissions` and `required`.
    pub const fn bit(self) -> i32 {
        match self {
            Self::ViewProducts => 1,
            Self::ManageProducts => 1 << 1,
            Self::Purchase => 1 << 2,
            Self::ViewInvoices => 1 << 3,
            Self::ManageBilling => 1 << 4,
            Self::ManageMembers => 1 << 5,
            Self::ManagePartners => 1 << 6,
            Self::ManageClients => 1 << 7,
            Self::ContactSupport => 1 << 8,
        }
    }
}

/// A set of permissions.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(i32);

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything: what an owner holds.
    pub const ALL: Self = Self((1 << 9) - 1);
    /// What a partnership can carry, and what FULL access is. Source: rules §2.
    pub const PARTNERSHIP: Self = Self(
        Permission::ViewProducts.bit()
            | Permission::ManageProducts.bit()
            | Permission::Purchase.bit()
            | Permission::ContactSupport.bit()
            | Permission::ManageMembers.bit(),
    );
    /// What a partnership with chosen products can carry: what is about products. Source: rules §2.
    pub const ABOUT_PRODUCTS: Self = Self(
        Permission::ViewProducts.bit()
            | Permission::ManageProducts.bit()
            | Permission::Purchase.bit()
            | Permission::ContactSupport.bit(),
    );

    /// What an editor holds on a product's content; so what a partnership must carry for a contribution that was granted through it to
    /// be in force: nobody lets others see, or work on, what they do not. Source: rules §2.
    pub const CONTRIBUTORS: Self = Self(Permission::ViewProducts.bit() | Permission::ManageProducts.bit());

    /// A role's bundle. Source: rules §2.
    pub fn of_role(role: Role) -> Self {
        use Permission::{
            ContactSupport, ManageBilling, ManageClients, ManageProducts, Purchase, ViewInvoices, ViewProducts,
        };
        match role {
            Role::Owner | Role::Admin => Self::ALL,
            Role::Billing => [ViewProducts, ViewInvoices, ManageBilling, Purchase].into_iter().collect(),
            Role::Technical => [ViewProducts, ManageProducts, ContactSupport, ManageClients].into_iter().collect(),
            Role::Viewer => Self::from(ViewProducts),
        }
    }

    /// From a column; bits that mean nothing are dropped.
    pub const fn from_bits(bits: i32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// For a column.
    pub const fn bits(self) -> i32 {
        self.0
    }

    /// Whether it holds this one.
    pub const fn contains(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether it holds all of `other`.
    pub const fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// What both hold.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What either holds.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What this holds and `other` does not.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it holds nothing.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its permissions, in the contract's order.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.into_iter().filter(move |permission| self.contains(*permission))
    }
}

impl From<Permission> for Permissions {
    fn from(permission: Permission) -> Self {
        Self(permission.bit())
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        permissions.into_iter().fold(Self::NONE, |all, one| all.or(one.into()))
    }
}

impl std::fmt::Debug for Permissions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
