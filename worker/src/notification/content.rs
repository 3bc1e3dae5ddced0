//! What each kind of mail says: facts, no sentences. The sentences are in `worker/mails`.

use chrono::{DateTime, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// One variant per folder of `worker/mails`; the names of the fields are the variables of its templates.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Content {
    /// To the person who signed up.
    VerifyAddress { valid_for_hours: u32 },
    /// To the person who asked for it.
    ResetPassword { valid_for_hours: u32 },
    /// To the person who is offered a membership.
    MemberInvited {
        account: String,
        invited_by: String,
        role: Role,
        /// Names of the contract's enum `Permission`.
        permissions: Vec<String>,
        /// Whether they have signed up with this address before.
        has_sign_in: bool,
        valid_for_hours: u32,
    },
    /// To the member, unless they have changed it themselves.
    MembershipChanged { account: String, changed_by: String, role: Role, permissions: Vec<String> },
    /// To who was a member. It was ended by somebody, or with the partnership with `partner` through which it was granted.
    MembershipEnded {
        account: String,
        ended_by: Option<String>,
        partner: Option<String>,
        keys: Vec<String>,
        invitations: Vec<String>,
        memberships: Vec<String>,
        /// How many clients' accounts they reached through it.
        clients: u32,
    },
    /// To the client: what was granted to others through a partnership has ended with it.
    GrantsEnded {
        partner: String,
        /// Whether all of the account is covered still: then only contributors have ended.
        covers_account: bool,
        members: Vec<String>,
        keys: Vec<String>,
        invitations: Vec<String>,
        contributors: Vec<String>,
    },
    /// To both.
    OwnershipTransferred { to: Owner, account: String, former: String, new: String },
    /// To the partner. `from` is the account that offers access.
    InvitationReceived { from: String, terms: AccessTerms, message: Option<String>, expires_on: NaiveDate },
    /// To the client, or to an address. `from` is the partner that asks.
    AccessRequested {
        from: String,
        terms: AccessTerms,
        message: Option<String>,
        expires_on: NaiveDate,
        valid_for_hours: u32,
    },
    /// To the side that sent the invitation. `by` is the account that accepted; `terms` are what was granted.
    InvitationAccepted { by: String, direction: Direction, terms: AccessTerms },
    /// To the side that sent the invitation.
    InvitationRejected { by: String, direction: Direction, message: Option<String> },
    /// To the side that was asked. `by` is the account that took the invitation back.
    InvitationWithdrawn { by: String, direction: Direction },
    /// To the side that sent the invitation. `asked` never answered.
    InvitationExpired { asked: String, direction: Direction, sent_on: NaiveDate },
    /// To the other side. `by` is the account that changed what access stands; `terms` are what it is now.
    AccessChanged { by: String, terms: AccessTerms },
    /// To both sides, so many days before access ends by itself. `to` is who of the two reads it.
    AccessExpiring { to: Payer, client: String, partner: String, ends_at: Moment, days: u32 },
    /// To the side that did not end it; to both where its time was over, and `ended_by` is `None`.
    AccessEnded { to: Payer, client: String, partner: String, ended_by: Option<String>, ended_at: Moment },
    /// To the owner of an account that `partner` opened in their name.
    ClaimAccount {
        partner: String,
        account: String,
        signed_on: NaiveDate,
        /// Where the power of attorney is filed.
        reference: String,
        terms: AccessTerms,
        valid_for_hours: u32,
    },
    /// To the partner that used it.
    PowerOfAttorneyAnswered { client: String, reference: String, is_confirmed: bool },
    /// To both sides of a dispute. `to` is who of the two reads it.
    PowerOfAttorneyDecided { to: Payer, client: String, partner: String, reference: String, is_upheld: bool },
    /// To the partner. What a stranger has written about themselves.
    InquiryReceived { name: String, email: String, company: Option<String>, message: String, received_on: NaiveDate },
    /// To whoever has the address. `account` is the product's holder; `has_access` says that they are a user already.
    ContributorInvited {
        account: String,
        product: String,
        role: ContributorRole,
        has_access: bool,
        valid_for_hours: u32,
    },
    /// To whoever has the address. `account` is the product's holder, which hands it over.
    TransferOffered {
        account: String,
        product: String,
        plan: String,
        /// Whether a term of it is paid, the rest of which moves along.
        is_paid: bool,
        /// Whether the holder owes an invoice for it.
        has_open_invoice: bool,
        /// Whether they have signed up with this address before.
        has_sign_in: bool,
        expires_on: NaiveDate,
        valid_for_hours: u32,
    },
    /// To both accounts. `to` is which of the two holders reads it; `stays` says that the former one contributes from now on.
    TransferAccepted { to: Owner, account: String, new_holder: String, product: String, stays: bool },
    /// To the holder, and to whoever has declined.
    TransferDeclined { to: Owner, account: String, email: String, product: String },
    /// To whoever has the address.
    TransferCancelled { account: String, product: String },
    /// To the holder.
    TransferExpired { email: String, product: String, offered_on: NaiveDate },
    /// To the partner; a copy to the client. `to` is who of the two reads it.
    PayerChanged {
        to: Payer,
        client: String,
        partner: String,
        old_payer: Payer,
        new_payer: Payer,
        changed_by: String,
        effective: Moment,
    },
    /// To the client, or to an address. `from` is the partner that has filled the cart.
    CartSent { from: String, lines: Vec<PricedLine>, subtotal: Amount, message: Option<String>, valid_for_hours: u32 },
    /// The same, a week later.
    CartReminder {
        from: String,
        lines: Vec<PricedLine>,
        subtotal: Amount,
        message: Option<String>,
        valid_for_hours: u32,
    },
    /// To the partner: `client` has paid what was sent to it.
    CartCompleted { client: String, has_access: bool },
    /// To those of the client who decide about access and do not get the confirmation of its order.
    AccessNeeded { partner: String, account: String },
    /// To the payer.
    OrderConfirmation {
        order_number: String,
        ordered_on: NaiveDate,
        ordered_by: String,
        /// The account that the products are installed in.
        holder: String,
        lines: Vec<PricedLine>,
        /// Sum of the lines' public prices.
        subtotal: Amount,
        /// What the partner's discount takes off; `None` where there is none.
        discount: Option<Amount>,
        tax: Amount,
        total: Amount,
        /// The partner that has sent the cart, and has no access to look after what was ordered.
        access_needed_by: Option<String>,
    },
    /// To the holder of what someone else pays: without prices.
    OrderConfirmationHolder {
        order_number: String,
        ordered_on: NaiveDate,
        ordered_by: String,
        payer: String,
        lines: Vec<Line>,
    },
    /// To the payer.
    InvoiceIssued {
        number: String,
        issued_on: NaiveDate,
        due_on: NaiveDate,
        total: Amount,
        /// What is still to pay. Zero: the invoice is paid.
        amount_due: Amount,
    },
    /// To the payer of the invoice that it corrects.
    CreditNote {
        number: String,
        issued_on: NaiveDate,
        /// The number of that invoice.
        corrects: String,
        reason: Option<String>,
        total: Amount,
        /// What was paid of it and comes back. Zero: that much less is due.
        refunded: Amount,
    },
    /// To the partner: nothing of the invoice, which is the payer's.
    CashbackReversed { amount: Amount, of_pending: Amount, of_available: Amount },
    /// To the payer and to the holder: without prices.
    ProductCancelled {
        product: String,
        plan: String,
        holder: String,
        /// Nobody, where it ended because it was not to renew.
        cancelled_by: Option<String>,
        /// `None`: it has ended.
        ends_on: Option<NaiveDate>,
        /// It has ended because its renewal was not paid.
        is_unpaid: bool,
    },
    /// To the payer.
    ProductRenewed {
        product: String,
        plan: String,
        holder: String,
        period_start: NaiveDate,
        /// The day of the next renewal: the period ends when it begins.
        renews_on: NaiveDate,
        /// Without tax, after the discount.
        net: Amount,
        invoice_number: String,
    },
    /// To the holder of what someone else pays: without prices.
    ProductRenewedHolder { product: String, plan: String, payer: String, period_start: NaiveDate, renews_on: NaiveDate },
    /// To the payer, after each declined attempt.
    PaymentFailed {
        invoice_number: String,
        amount_due: Amount,
        products: Vec<String>,
        /// Which attempt this was, from 1, of how many.
        step: u32,
        steps: u32,
        /// `None` after the last attempt.
        next_attempt_on: Option<NaiveDate>,
        suspends_on: NaiveDate,
    },
    /// To the partner: its payout was transferred, or rejected.
    Payout { amount: Amount, holder: String, iban_last4: String, is_paid: bool },
    /// To the partner, for a month that is over. What was taken back, spent and paid out is above zero; what was rejected or given back
    /// is below.
    CashbackStatement {
        from: NaiveDate,
        /// The last day.
        to: NaiveDate,
        opening: Amount,
        earned: Amount,
        reversed: Amount,
        spent: Amount,
        paid_out: Amount,
        closing: Amount,
    },
    /// To the payer, so many days before.
    RenewalUpcoming { renews_on: NaiveDate, days: u32, lines: Vec<UpcomingLine>, total: Amount },
    /// To the holder, who can take the product over.
    PayerFailed { product: String, plan: String, holder: String, payer: String, suspends_on: NaiveDate },
    /// To the payer, and to the holder of what someone else pays. `to` is which of the two reads it.
    ProductSuspended { to: Side, product: String, plan: String, holder: String, payer: String, cancels_on: NaiveDate },
    /// To the payer and to the holder: without prices.
    ProductRestored { product: String, plan: String, holder: String, renews_on: NaiveDate },
    /// To those who may manage the endpoint. It has answered that it is gone, or nothing has arrived for days.
    WebhookDisabled { account: String, address: String, is_gone: bool, since: Moment },
    /// To the provider. A reply goes to the person who asks.
    SupportRequest {
        user: String,
        email: String,
        is_verified: bool,
        /// The account that they act for.
        account: String,
        /// The address of its owner: names are not unique.
        owner: String,
        /// The partner through whose partnership they act; `None` for a member of the account.
        partner: Option<String>,
        product: Option<String>,
        subject: String,
        message: String,
    },
}

impl Content {
    /// Name of the folder in `worker/mails`, and prefix of its keys in the `.ftl` files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::VerifyAddress { .. } => "verify-address",
            Self::ResetPassword { .. } => "reset-password",
            Self::MemberInvited { .. } => "member-invited",
            Self::MembershipChanged { .. } => "membership-changed",
            Self::MembershipEnded { .. } => "membership-ended",
            Self::GrantsEnded { .. } => "grants-ended",
            Self::OwnershipTransferred { .. } => "ownership-transferred",
            Self::InvitationReceived { .. } => "invitation-received",
            Self::InvitationAccepted { .. } => "invitation-accepted",
            Self::InvitationRejected { .. } => "invitation-rejected",
            Self::InvitationWithdrawn { .. } => "invitation-withdrawn",
            Self::InvitationExpired { .. } => "invitation-expired",
            Self::AccessRequested { .. } => "access-requested",
            Self::AccessChanged { .. } => "access-changed",
            Self::AccessExpiring { .. } => "access-expiring",
            Self::AccessEnded { .. } => "access-ended",
            Self::ClaimAccount { .. } => "claim-account",
            Self::PowerOfAttorneyAnswered { .. } => "power-of-attorney-answered",
            Self::PowerOfAttorneyDecided { .. } => "power-of-attorney-decided",
            Self::InquiryReceived { .. } => "inquiry-received",
            Self::ContributorInvited { .. } => "contributor-invited",
            Self::TransferOffered { .. } => "transfer-offered",
            Self::TransferAccepted { .. } => "transfer-accepted",
            Self::TransferDeclined { .. } => "transfer-declined",
            Self::TransferCancelled { .. } => "transfer-cancelled",
            Self::TransferExpired { .. } => "transfer-expired",
            Self::PayerChanged { .. } => "payer-changed",
            Self::CartSent { .. } => "cart-sent",
            Self::CartReminder { .. } => "cart-reminder",
            Self::CartCompleted { .. } => "cart-completed",
            Self::AccessNeeded { .. } => "access-needed",
            Self::OrderConfirmation { .. } => "order-confirmation",
            Self::OrderConfirmationHolder { .. } => "order-confirmation-holder",
            Self::InvoiceIssued { .. } => "invoice-issued",
            Self::CreditNote { .. } => "credit-note",
            Self::CashbackReversed { .. } => "cashback-reversed",
            Self::ProductCancelled { .. } => "product-cancelled",
            Self::ProductRenewed { .. } => "product-renewed",
            Self::ProductRenewedHolder { .. } => "product-renewed-holder",
            Self::PaymentFailed { .. } => "payment-failed",
            Self::Payout { .. } => "payout",
            Self::CashbackStatement { .. } => "cashback-statement",
            Self::RenewalUpcoming { .. } => "renewal-upcoming",
            Self::PayerFailed { .. } => "payer-failed",
            Self::ProductSuspended { .. } => "product-suspended",
            Self::ProductRestored { .. } => "product-restored",
            Self::WebhookDisabled { .. } => "webhook-disabled",
            Self::SupportRequest { .. } => "support-request",
        }
    }

    /// The key of what the button says.
    pub(super) fn action(&self) -> String {
        if let Self::OrderConfirmation { access_needed_by: Some(_), .. } = self {
            "access-needed-action".to_owned()
        } else {
            format!("{}-action", self.kind())
        }
    }

    /// Whom an answer to the mail is for, where that is not the provider.
    pub(super) fn reply_to(&self) -> Option<ReplyTo<'_>> {
        if let Self::SupportRequest { user, email, .. } = self {
            Some(ReplyTo::User { name: user, email })
        } else if let Self::InquiryReceived { email, .. } = self {
            Some(ReplyTo::Stranger { email })
        } else {
            None
        }
    }
}

/// Whom an answer to a mail is for.
#[derive(Clone, Copy)]
pub(super) enum ReplyTo<'a> {
    /// Somebody whose address is verified.
    User { name: &'a str, email: &'a str },
    /// Somebody who only says that this is their address, which may be no address at all.
    Stranger { email: &'a str },
}

/// The contract's `ContributorRole`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ContributorRole {
    Viewer,
    Editor,
}

/// The contract's `Role`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    Owner,
    Admin,
    Billing,
    Technical,
    Viewer,
}

/// Which of the two owners reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Owner {
    Former,
    New,
}

/// The contract's `InvitationDirection`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    ClientToPartner,
    PartnerToClient,
}

/// The contract's `AccessLevel`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessLevel {
    Full,
    Partial,
}

/// The contract's `PayerKind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Payer {
    Client,
    Partner,
}

/// What is offered, asked for or granted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AccessTerms {
    pub level: AccessLevel,
    /// Names of the contract's enum `Permission`.
    pub permissions: Vec<String>,
    /// Labels; `None` means every product, also future ones.
    pub products: Option<Vec<String>>,
    /// Only decided with full access.
    pub payer: Option<Payer>,
    pub until: Option<NaiveDate>,
}

/// Who reads what is about a product and about money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Side {
    Payer,
    Holder,
}

/// A product that renews, with its price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UpcomingLine {
    pub product: String,
    pub plan: String,
    pub holder: String,
    /// With tax, after the discount.
    pub total: Amount,
}

/// A line of an order, without what it costs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub plan: String,
    pub quantity: u32,
    pub term_months: u32,
}

/// A line of an order with its public price.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PricedLine {
    #[serde(flatten)]
    pub line: Line,
    /// Public price of the line, without tax.
    pub price: Amount,
}

/// An amount of money, to be written down.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Amount {
    /// In minor units.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Digits after the decimal sign: JPY 0, EUR 2, KWD 3.
    pub exponent: u8,
}

/// An instant as the clock on the recipient's wall shows it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moment {
    pub local: NaiveDateTime,
    /// Abbreviation or offset, such as `CET` or `+03`.
    pub zone: String,
}

impl From<DateTime<Tz>> for Moment {
    fn from(at: DateTime<Tz>) -> Self {
        Self { local: at.naive_local(), zone: at.format("%Z").to_string() }
    }
}
