//! People, organisations, and what is between them.

use chrono::Duration;
use domain::permission::Permissions;
use domain::secret;
use entities::id::{AccountId, ApiKeyId, ClientId, PartnershipId, ProductId, UserId};
use entities::invitation::InvitationDirection;
use entities::membership::Role;
use entities::partnership::{PartnershipStatus, PayerKind};
use entities::{
    account, affiliate, api_key, client, inquiry, invitation, membership, partner_profile, partnership,
    partnership_product, referral, session, task, user,
};
use serde_json::json;

use super::Rows;

/// The client's side of an invitation.
#[derive(Debug, Clone, Copy)]
pub enum To {
    /// Which offers access.
    Account(AccountId),
    /// Which is asked for it, and has no account yet.
    AddressOf(UserId),
}

/// The secret of a key that a world has.
pub fn key_secret(id: ApiKeyId) -> String {
    format!("mandate_key_{id}")
}

pub(super) fn address(user: UserId) -> String {
    format!("{user}@example.com")
}

impl Rows {
    /// Somebody without any rights, signed in by the token that is the text of the id.
    pub fn user(&mut self) -> UserId {
        let (id, created_at): (UserId, _) = (self.id(), self.now);
        self.users.push(user::Model {
            id,
            email: address(id),
            name: format!("Person {}", self.last),
            locale: "en".to_owned(),
            password_hash: None,
            is_staff: false,
            email_verified_at: Some(created_at),
            created_at,
        });
        let session = session::Model {
            id: self.id(),
            user_id: id,
            token_hash: secret::hash(&id.to_string()),
            created_at,
            // real time: no test lasts until then
            expires_at: created_at + Duration::days(36_500),
            ended_at: None,
        };
        self.sessions.push(session);
        id
    }

    /// An organisation without members.
    pub fn account(&mut self) -> AccountId {
        let id = self.id();
        self.accounts.push(account::Model {
            id,
            name: format!("Account {}", self.last),
            country: "DE".to_owned(),
            locale: "en".to_owned(),
            currency: "EUR".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            vat_id: None,
            billing_name: None,
            billing_street: None,
            billing_postal_code: None,
            billing_city: None,
            billing_country: None,
            programme_id: None,
            search: String::new(),
            created_at: self.now,
        });
        id
    }

    /// Makes somebody a member, with the bundle of the role.
    pub fn member(&mut self, user_id: UserId, account_id: AccountId, role: Role) -> &mut membership::Model {
        let permissions = Permissions::of_role(role).bits();
        let row = membership::Model {
            id: self.id(),
            user_id,
            account_id,
            role,
            permissions,
            granted_through_id: None,
            created_at: self.now,
        };
        self.memberships.push(row);
        self.memberships.last_mut().expect("just put there")
    }

    /// A key, the text of whose id is its secret; of its creator's own right in the account, unless a partnership is named.
    pub fn key(
        &mut self,
        created_by_id: UserId,
        account_id: AccountId,
        granted_through_id: Option<PartnershipId>,
    ) -> &mut api_key::Model {
        let id: ApiKeyId = self.id();
        let row = api_key::Model {
            id,
            account_id,
            created_by_id,
            name: format!("Key {}", self.last),
            permissions: Permissions::ALL.bits(),
            secret_hash: secret::hash(&key_secret(id)),
            granted_through_id,
            created_at: self.now,
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        self.keys.push(row);
        self.keys.last_mut().expect("just put there")
    }

    /// A profile.
    pub fn profile(&mut self, account_id: AccountId, is_published: bool) {
        let row = partner_profile::Model {
            id: self.id(),
            account_id,
            slug: format!("partner-{account_id}"),
            headline: String::new(),
            description: String::new(),
            services: json!([]),
            website: None,
            is_published,
            search: String::new(),
        };
        self.profiles.push(row);
    }

    /// A partner's record, connected to an account or not.
    pub fn client(&mut self, partner_id: AccountId, account_id: Option<AccountId>) -> ClientId {
        let id = self.id();
        self.clients.push(client::Model {
            id,
            partner_id,
            name: format!("Client {}", self.last),
            email: None,
            company: None,
            phone: None,
            notes: None,
            account_id,
            search: String::new(),
            created_at: self.now,
        });
        id
    }

    /// Something that a partner has to do for a client.
    pub fn task(&mut self, partner_id: AccountId, client_id: ClientId) {
        let row = task::Model {
            id: self.id(),
            client_id,
            partner_id,
            title: "Call back".to_owned(),
            due_on: None,
            assignee_id: None,
            created_at: self.now,
            done_at: None,
        };
        self.tasks.push(row);
    }

    /// What somebody wrote to a partner, assigned to a client or not.
    pub fn inquiry(&mut self, partner_id: AccountId, client_id: Option<ClientId>) {
        let row = inquiry::Model {
            id: self.id(),
            partner_id,
            name: "Lea".to_owned(),
            email: "lea@lead.example".to_owned(),
            company: None,
            message: "Hello".to_owned(),
            client_id,
            created_at: self.now,
            read_at: None,
        };
        self.inquiries.push(row);
    }

    /// An account that another has brought, which brings it at most once.
    pub fn referral(&mut self, affiliate_id: AccountId, referred_id: AccountId) {
        if self.referrals.iter().any(|row| row.referred_id == referred_id) {
            return;
        }
        let created_at = self.now;
        if !self.affiliates.iter().any(|row| row.account_id == affiliate_id) {
            self.affiliates.push(affiliate::Model {
                account_id: affiliate_id,
                code: affiliate_id.to_string(),
                created_at,
            });
        }
        let signed_up_on = created_at.date_naive();
        let id = self.id();
        self.referrals.push(referral::Model {
            id,
            affiliate_id,
            referred_id,
            order_id: None,
            signed_up_on,
            created_at,
        });
    }

    /// A full partnership; to be made less by whoever asked for it.
    pub fn partnership(&mut self, partner_id: AccountId, client_account_id: AccountId) -> &mut partnership::Model {
        let row = partnership::Model {
            id: self.id(),
            partner_id,
            client_account_id,
            status: PartnershipStatus::Active,
            access_level: invitation::AccessLevel::Full,
            permissions: Permissions::PARTNERSHIP.bits(),
            has_all_products: true,
            payer: PayerKind::Client,
            expires_at: None,
            created_at: self.now,
            ended_at: None,
        };
        self.partnerships.push(row);
        self.partnerships.last_mut().expect("just put there")
    }

    /// Names a product in a partnership.
    pub fn cover(&mut self, partnership_id: PartnershipId, product_id: ProductId) {
        self.covered.push(partnership_product::Model { partnership_id, product_id });
    }

    /// An offer of an account, or a request to somebody's address, that waits for its answer.
    pub fn invitation(&mut self, partner_id: AccountId, to: To, sent_by_id: UserId) {
        let (direction, client_account_id, client_email) = match to {
            To::Account(id) => (InvitationDirection::ClientToPartner, Some(id), "client@example.com".to_owned()),
            To::AddressOf(user) => (InvitationDirection::PartnerToClient, None, address(user)),
        };
        let row = invitation::Model {
            id: self.id(),
            direction,
            status: invitation::InvitationStatus::Pending,
            client_account_id,
            client_email,
            partner_id,
            client_id: None,
            access_level: invitation::AccessLevel::Full,
            permissions: Permissions::PARTNERSHIP.bits(),
            has_all_products: true,
            payer: Some(PayerKind::Client),
            message: None,
            rejection_message: None,
            access_expires_at: None,
            sent_by_id,
            answered_by_id: None,
            created_at: self.now,
            expires_at: self.now + Duration::days(30),
            answered_at: None,
        };
        self.invitations.push(row);
    }
}
