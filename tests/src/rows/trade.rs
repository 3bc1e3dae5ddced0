//! What is sold, ordered, billed and earned, and what the feeds tell of it.

use chrono::{Duration, NaiveDate};
use domain::permission::Permission;
use entities::contributor::{self, ContributorRole};
use entities::id::{AccountId, CartId, ClientId, InvoiceId, OrderId, PartnershipId, ProductId, UserId};
use entities::transfer::TransferStatus;
use entities::{
    activity, cart, cart_item, contact, invoice, invoice_line, order, order_line, payment, payment_method, payout,
    product, transfer, wallet_entry,
};
use serde_json::json;

use super::Rows;
use super::party::address;

/// Who contributes to a product.
#[derive(Debug, Clone, Copy)]
pub enum Contributes {
    /// Whoever has this person's address.
    Person(UserId),
    /// The members of this account.
    Account(AccountId),
}

impl Rows {
    /// A product, active for a year.
    pub fn product(&mut self, account_id: AccountId) -> ProductId {
        let id = self.id();
        let on = NaiveDate::from_ymd_opt(2026, 11, 1).expect("a date");
        self.products.push(product::Model {
            id,
            account_id,
            plan_id: self.plan,
            client_id: None,
            order_line_id: None,
            status: product::ProductStatus::Active,
            label: format!("Website {}", self.last),
            domain_name: None,
            registrant_id: None,
            term_months: 12,
            next_plan_id: None,
            currency: "EUR".to_owned(),
            started_on: on,
            anchor_on: on,
            anchor_months: 12,
            renews_on: NaiveDate::from_ymd_opt(2027, 11, 1).expect("a date"),
            renews_at: self.now + Duration::days(345),
            auto_renew: true,
            renewal_billing: product::RenewalBilling::Account,
            managed_by_id: None,
            search: String::new(),
            created_at: self.now,
        });
        id
    }

    /// Somebody to whom domains are registered.
    pub fn contact(&mut self, account_id: AccountId) {
        let row = contact::Model {
            id: self.id(),
            account_id,
            name: "Jo Bolt".to_owned(),
            organization: None,
            email: "jo@bolt.example".to_owned(),
            phone: "+49 40 1234".to_owned(),
            street: "Hafenstraße 12".to_owned(),
            postal_code: "20457".to_owned(),
            city: "Hamburg".to_owned(),
            country: "DE".to_owned(),
            created_at: self.now,
        };
        self.contacts.push(row);
    }

    /// Somebody who contributes to a product; let in by the holder, unless a partnership is named.
    pub fn contributor(
        &mut self,
        product_id: ProductId,
        who: Contributes,
        role: ContributorRole,
        partnership_id: Option<PartnershipId>,
    ) {
        let (email, account_id) = match who {
            Contributes::Person(user) => (address(user), None),
            Contributes::Account(account) => (format!("{account}@example.com"), Some(account)),
        };
        let created_at = self.now;
        let id = self.id();
        self.contributors.push(contributor::Model {
            id,
            product_id,
            email,
            account_id,
            role,
            partnership_id,
            created_at,
        });
    }

    /// A transfer of a product to whoever has an address: it waits for its answer, or was accepted into an account.
    pub fn transfer(
        &mut self,
        product_id: ProductId,
        from_id: AccountId,
        to: UserId,
        to_id: Option<AccountId>,
    ) -> &mut transfer::Model {
        let row = transfer::Model {
            id: self.id(),
            product_id,
            label: "Website".to_owned(),
            plan_id: self.plan,
            from_id,
            to_email: address(to),
            to_id,
            status: if to_id.is_some() { TransferStatus::Accepted } else { TransferStatus::Pending },
            stay_as_contributor: false,
            offered_by_id: to,
            created_at: self.now,
            expires_at: self.now + Duration::days(30),
            answered_at: to_id.map(|_| self.now),
        };
        self.transfers.push(row);
        self.transfers.last_mut().expect("the transfer")
    }

    /// A cart for a client record, with one item.
    pub fn cart(&mut self, partner_id: AccountId, client_id: ClientId, created_by_id: UserId) -> CartId {
        let id = self.id();
        self.carts.push(cart::Model {
            id,
            client_id,
            partner_id,
            status: cart::CartStatus::Open,
            order_id: None,
            message: None,
            created_by_id,
            created_at: self.now,
            sent_at: None,
            times_sent: 0,
            remind_at: None,
            abandon_at: None,
            completed_at: None,
        });
        let item = cart_item::Model {
            id: self.id(),
            cart_id: id,
            plan_id: self.plan,
            term_months: 12,
            quantity: 1,
            domain_name: None,
            registrant_id: None,
        };
        self.cart_items.push(item);
        id
    }

    /// A paid order of one line, 100.00 EUR without tax, for the account that it is billed to.
    pub fn order(&mut self, placed_from_id: AccountId, billed_to_id: AccountId, placed_by_id: UserId) -> OrderId {
        let id = self.id();
        self.orders.push(order::Model {
            id,
            number: format!("O-{id}"),
            status: order::OrderStatus::Paid,
            method: None,
            placed_by_id,
            placed_from_id,
            billed_to_id,
            holder_id: billed_to_id,
            client_id: None,
            partnership_id: None,
            renewal_billing: product::RenewalBilling::Account,
            cart_id: None,
            payment_method_id: None,
            currency: "EUR".to_owned(),
            subtotal_minor: 10_000,
            discount_minor: 0,
            tax_minor: 0,
            total_minor: 10_000,
            created_at: self.now,
        });
        let line = order_line::Model {
            id: self.id(),
            order_id: id,
            position: 1,
            plan_id: self.plan,
            term_months: 12,
            quantity: 1,
            domain_name: None,
            public_price_minor: 10_000,
            discount_minor: 0,
            net_minor: 10_000,
            rate_bps: None,
            partner_id: None,
            cashback_minor: 0,
            tax_category: "STANDARD".to_owned(),
            tax_rate_bps: 0,
            tax_minor: 0,
        };
        self.order_lines.push(line);
        id
    }

    /// An open invoice of one line over 100.00 EUR, with a payment that was declined.
    pub fn invoice(&mut self, billed_to_id: AccountId) -> InvoiceId {
        let (id, sequence): (InvoiceId, _) = (self.id(), self.last as i32);
        let on = self.now.date_naive();
        self.invoices.push(invoice::Model {
            id,
            series: format!("W{}", self.seed),
            year: 2026,
            sequence,
            number: id.to_string(),
            kind: invoice::InvoiceKind::Renewal,
            status: invoice::InvoiceStatus::Open,
            billed_to_id,
            buyer: String::from("{}"),
            seller: String::from("{}"),
            currency: "EUR".to_owned(),
            issued_at: self.now,
            issued_on: on,
            due_on: on,
            paid_at: None,
            order_id: None,
            renewal_run_id: None,
            corrects_id: None,
            reason: None,
            subtotal_minor: 10_000,
            discount_minor: 0,
            tax_minor: 0,
            total_minor: 10_000,
            paid_minor: 0,
            credited_minor: 0,
            first_declined_at: None,
            attempts: 1,
        });
        let line = self.invoice_line(id);
        self.invoice_lines.push(line);
        let payment = payment::Model {
            id: self.id(),
            account_id: billed_to_id,
            invoice_id: Some(id),
            order_id: None,
            payment_method_id: None,
            amount_minor: 10_000,
            currency: "EUR".to_owned(),
            status: payment::PaymentStatus::Declined,
            failure_code: None,
            gateway_reference: None,
            action_url: None,
            attempted_at: self.now,
            settled_at: Some(self.now),
        };
        self.payments.push(payment);
        id
    }

    fn invoice_line(&mut self, invoice_id: InvoiceId) -> invoice_line::Model {
        invoice_line::Model {
            id: self.id(),
            invoice_id,
            position: 1,
            description: "Hosting".to_owned(),
            plan_id: Some(self.plan),
            product_id: None,
            period_start: None,
            period_end: None,
            quantity: 1,
            public_price_minor: 10_000,
            discount_minor: 0,
            net_minor: 10_000,
            tax_category: "STANDARD".to_owned(),
            tax_rate_bps: 0,
            tax_minor: 0,
            rate_bps: None,
            partnership_id: None,
            partner_id: None,
            cashback_minor: 0,
            corrected_line_id: None,
            credited_net_minor: 0,
        }
    }

    /// A card.
    pub fn payment_method(&mut self, account_id: AccountId) {
        let row = payment_method::Model {
            id: self.id(),
            account_id,
            brand: "visa".to_owned(),
            last4: "4242".to_owned(),
            expires_on: NaiveDate::from_ymd_opt(2099, 12, 31).expect("a date"),
            gateway_reference: format!("pm_{}", self.last),
            is_default: false,
            created_at: self.now,
            removed_at: None,
        };
        self.methods.push(row);
    }

    /// Cashback in a wallet.
    pub fn wallet_entry(&mut self, account_id: AccountId) {
        let row = wallet_entry::Model {
            id: self.id(),
            account_id,
            currency: "EUR".to_owned(),
            kind: wallet_entry::WalletEntryKind::Cashback,
            amount_minor: 2_000,
            public_price_minor: None,
            rate_bps: None,
            invoice_line_id: None,
            product_id: None,
            client_id: None,
            created_at: self.now,
            available_at: self.now,
        };
        self.wallet_entries.push(row);
    }

    /// Money asked for out of a wallet by one of its people.
    pub fn payout(&mut self, account_id: AccountId, requested_by_id: UserId) {
        let row = payout::Model {
            id: self.id(),
            account_id,
            currency: "EUR".to_owned(),
            amount_minor: 5_000,
            status: payout::PayoutStatus::Requested,
            holder: "Somebody".to_owned(),
            iban: "DE89370400440532013000".to_owned(),
            requested_by_id,
            requested_at: self.now,
            answered_by_id: None,
            answered_at: None,
            paid_at: None,
        };
        self.payouts.push(row);
    }

    /// An event in an account's feed.
    pub fn activity(&mut self, account_id: AccountId, required: Permission, product_id: Option<ProductId>) {
        let row = activity::Model {
            id: self.id(),
            position: (self.seed as i64) << 32 | self.last as i64,
            account_id,
            kind: "PRODUCT_RENEWED".to_owned(),
            required: required.bit(),
            product_id,
            subject_type: None,
            subject_id: None,
            actor_id: None,
            acting_for_id: None,
            data: json!({}),
            occurred_at: self.now,
        };
        self.activities.push(row);
    }
}
