//! Which mails may be switched off, and by which switch.
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions)]

use super::MailKind;
use crate::activity::ActivityKind;

/// The kind of event that a mail tells. None for what is said to one person about their own sign-in, offered to an address, or wrong
/// with what somebody set up.
const fn told_by(mail: MailKind) -> Option<ActivityKind> {
    use ActivityKind as Event;
    use MailKind as Mail;
    Some(match mail {
        Mail::VerifyAddress
        | Mail::ResetPassword
        | Mail::MemberInvited
        | Mail::ClaimAccount
        | Mail::ContributorInvited
        | Mail::SupportRequest
        | Mail::WebhookDisabled => return None,
        Mail::MembershipChanged => Event::MemberChanged,
        Mail::MembershipEnded => Event::MemberRemoved,
        Mail::GrantsEnded | Mail::AccessEnded => Event::PartnershipEnded,
        Mail::OwnershipTransferred => Event::OwnershipTransferred,
        Mail::InvitationReceived | Mail::AccessRequested => Event::InvitationReceived,
        Mail::InvitationAccepted => Event::InvitationAccepted,
        Mail::InvitationRejected => Event::InvitationRejected,
        Mail::InvitationWithdrawn => Event::InvitationWithdrawn,
        Mail::InvitationExpired => Event::InvitationExpired,
        Mail::AccessChanged | Mail::AccessExpiring => Event::PartnershipChanged,
        Mail::PowerOfAttorneyAnswered => Event::PowerOfAttorneyAnswered,
        Mail::PowerOfAttorneyDecided => Event::PowerOfAttorneyDecided,
        Mail::InquiryReceived => Event::InquiryReceived,
        Mail::TransferOffered => Event::TransferOffered,
        Mail::TransferAccepted => Event::TransferAccepted,
        Mail::TransferDeclined => Event::TransferDeclined,
        Mail::TransferCancelled => Event::TransferCancelled,
        Mail::TransferExpired => Event::TransferExpired,
        Mail::PayerChanged => Event::PayerChanged,
        Mail::CartSent | Mail::CartReminder => Event::CartSent,
        Mail::CartCompleted => Event::CartCompleted,
        Mail::AccessNeeded => Event::AccessNeeded,
        Mail::OrderConfirmation | Mail::OrderConfirmationHolder => Event::OrderPlaced,
        Mail::InvoiceIssued => Event::InvoiceIssued,
        Mail::CreditNote => Event::CreditNoteIssued,
        Mail::CashbackReversed => Event::CashbackReversed,
        Mail::CashbackStatement => Event::CashbackCredited,
        Mail::ProductCancelled => Event::ProductCancelled,
        Mail::ProductRenewed | Mail::ProductRenewedHolder => Event::ProductRenewed,
        Mail::PaymentFailed => Event::PaymentFailed,
        Mail::PayerFailed => Event::ProductPastDue,
        Mail::Payout => Event::PayoutPaid,
        Mail::RenewalUpcoming => Event::RenewalUpcoming,
        Mail::ProductSuspended => Event::ProductSuspended,
        Mail::ProductRestored => Event::ProductRestored,
    })
}

/// Whether mails about it are sent in any case: what somebody owes, is owed or loses, who has access, and who decides about that.
/// Rules §6.
pub const fn is_mandatory(kind: ActivityKind) -> bool {
    use ActivityKind as Event;
    match kind {
        // money
        Event::OrderPlaced
        | Event::InvoiceIssued
        | Event::CreditNoteIssued
        | Event::PaymentFailed
        | Event::PayerChanged
        | Event::CashbackReversed
        | Event::PayoutRequested
        | Event::PayoutPaid
        | Event::PayoutRejected
        // access
        | Event::MemberAdded
        | Event::MemberChanged
        | Event::MemberRemoved
        | Event::OwnershipTransferred
        | Event::PowerOfAttorneyUsed
        | Event::PowerOfAttorneyAnswered
        | Event::PowerOfAttorneyDecided
        | Event::InvitationReceived
        | Event::InvitationAccepted
        | Event::PartnershipChanged
        | Event::PartnershipEnded
        | Event::AccessNeeded
        | Event::ContributorAdded
        | Event::ContributorRemoved
        | Event::TransferOffered
        | Event::TransferAccepted
        // loss
        | Event::ProductPastDue
        | Event::ProductSuspended
        | Event::ProductExpired
        | Event::ProductCancelled => true,
        Event::AccountCreated
        | Event::ClientCreated
        | Event::InquiryReceived
        | Event::InquiryAssigned
        | Event::InvitationRejected
        | Event::InvitationWithdrawn
        | Event::InvitationExpired
        | Event::CartSent
        | Event::CartRecalled
        | Event::CartCompleted
        | Event::PaymentSucceeded
        | Event::RenewalUpcoming
        | Event::ProductActivated
        | Event::PlanChanged
        | Event::ProductRenewed
        | Event::ProductRestored
        | Event::TransferDeclined
        | Event::TransferCancelled
        | Event::TransferExpired
        | Event::CashbackCredited
        | Event::CashbackReleased
        | Event::SupportRequested => false,
    }
}

/// The switch of a mail, if it has one.
pub fn switch_of(mail: MailKind) -> Option<ActivityKind> {
    told_by(mail).filter(|kind| !is_mandatory(*kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whose mails may be switched off, by name: the others are told in any case.
    #[test]
    fn what_must_be_told_has_no_switch() {
        let off: Vec<_> =
            MailKind::ALL.iter().filter(|mail| switch_of(**mail).is_some()).map(|mail| mail.name()).collect();
        let expected = [
            "invitation_rejected",
            "invitation_withdrawn",
            "invitation_expired",
            "inquiry_received",
            "transfer_declined",
            "transfer_cancelled",
            "transfer_expired",
            "cart_sent",
            "cart_reminder",
            "cart_completed",
            "product_renewed",
            "product_renewed_holder",
            "cashback_statement",
            "renewal_upcoming",
            "product_restored",
        ];
        assert_eq!(off, expected);
    }
}
