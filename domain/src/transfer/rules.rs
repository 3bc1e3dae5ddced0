//! What can be handed over, and what whoever hands it over, or takes it, should know.

use chrono::{DateTime, TimeDelta, Utc};
use entities::product::ProductStatus;
use entities::transfer::TransferStatus;

use crate::error::{Code, Refusal};

/// How long a transfer waits for its answer. Source: rules §4.
pub const ANSWERED_WITHIN: TimeDelta = TimeDelta::days(30);

/// What a transfer is at an instant: an overdue one has expired, whether or not anybody wrote that down.
pub fn status_at(status: TransferStatus, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> TransferStatus {
    if status == TransferStatus::Pending && expires_at <= now { TransferStatus::Expired } else { status }
}

/// A product as far as a transfer of it depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goods {
    /// Where it is in its life.
    pub status: ProductStatus,
    /// Its next term begins then.
    pub renews_at: DateTime<Utc>,
    /// A term of it is invoiced and not paid.
    pub has_open_invoice: bool,
    /// The payment gateway has not said yet how a payment for it ended.
    pub has_open_payment: bool,
}

/// Nobody can take over what is not there yet, or no more.
/// # Errors
/// `TRANSFER_NOT_POSSIBLE`.
pub fn can_be_offered(status: ProductStatus) -> Result<(), Refusal> {
    match status {
        ProductStatus::Free | ProductStatus::Active | ProductStatus::PastDue | ProductStatus::Suspended => Ok(()),
        ProductStatus::PendingPayment => Err(not_possible("The order of this product is not paid yet.")),
        ProductStatus::Expired | ProductStatus::Cancelled => Err(not_possible("The product has ended.")),
    }
}

/// Whether it can change hands now: nobody is charged for a term of another's that has not begun, and nothing moves while it is not
/// known whether it is paid.
/// # Errors
/// `TRANSFER_NOT_POSSIBLE`.
pub fn can_move(goods: &Goods, now: DateTime<Utc>) -> Result<(), Refusal> {
    can_be_offered(goods.status)?;
    if goods.has_open_payment {
        return Err(not_possible("A payment for this product is under way: try again when it has ended."));
    }
    if goods.has_open_invoice && goods.renews_at > now {
        return Err(not_possible("The next term is invoiced to the former holder, and not paid."));
    }
    Ok(())
}

/// A refusal of a transfer.
pub fn not_possible(why: &'static str) -> Refusal {
    Refusal::new(Code::TransferNotPossible, why)
}

/// The contract's `TransferWarning`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    /// The product is on a paid plan: its paid invoices stay where they are, and the rest of the term moves along.
    PaidTermMoves,
    /// A term is invoiced and not paid: the former holder goes on owing that.
    OpenInvoiceStays,
    /// The former holder is a partner, and no partnership with the recipient is known: it will not look after the product, nor earn.
    PartnershipWithRecipientMissing,
}

/// What there is to warn of. `is_leaving_partner` says that a partner lets go of it without a partnership with whom it goes to.
/// Source: S1.17.
pub fn warnings(goods: &Goods, is_leaving_partner: bool) -> Vec<Warning> {
    let all = [
        (Warning::PaidTermMoves, goods.status == ProductStatus::Active),
        (Warning::OpenInvoiceStays, goods.has_open_invoice),
        (Warning::PartnershipWithRecipientMissing, is_leaving_partner),
    ];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(warning, _)| warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn goods(status: ProductStatus) -> Goods {
        Goods { status, renews_at: at("2027-11-21T00:00:00Z"), has_open_invoice: false, has_open_payment: false }
    }

    #[test]
    fn what_is_not_there_cannot_be_handed_over() {
        use ProductStatus::{Active, Cancelled, Expired, Free, PastDue, PendingPayment, Suspended};
        let now = at("2027-01-01T00:00:00Z");
        for (status, moves) in [
            (PendingPayment, false),
            (Free, true),
            (Active, true),
            (PastDue, true),
            (Suspended, true),
            (Expired, false),
            (Cancelled, false),
        ] {
            assert_eq!(can_be_offered(status).is_ok(), moves, "{status:?}");
            assert_eq!(can_move(&goods(status), now).is_ok(), moves, "{status:?}");
        }
    }

    /// An invoice for a term that has begun stays with the former holder; one for a term to come would have it pay for another's.
    #[test]
    fn an_open_invoice_stays_unless_its_term_is_to_come() {
        let open = Goods { has_open_invoice: true, ..goods(ProductStatus::PastDue) };
        assert!(can_move(&open, at("2027-11-20T23:59:59Z")).is_err());
        assert!(can_move(&open, at("2027-11-21T00:00:00Z")).is_ok());
        let under_way = Goods { has_open_payment: true, ..open };
        assert!(can_move(&under_way, at("2027-11-22T00:00:00Z")).is_err());
    }

    #[test]
    fn each_warning_has_its_reason() {
        use Warning::{OpenInvoiceStays, PaidTermMoves, PartnershipWithRecipientMissing};
        assert_eq!(warnings(&goods(ProductStatus::Free), false), []);
        assert_eq!(warnings(&goods(ProductStatus::Active), false), [PaidTermMoves]);
        let behind = Goods { has_open_invoice: true, ..goods(ProductStatus::PastDue) };
        assert_eq!(warnings(&behind, false), [OpenInvoiceStays]);
        assert_eq!(warnings(&goods(ProductStatus::Free), true), [PartnershipWithRecipientMissing]);
        let ahead = Goods { has_open_invoice: true, ..goods(ProductStatus::Active) };
        assert_eq!(warnings(&ahead, true), [PaidTermMoves, OpenInvoiceStays, PartnershipWithRecipientMissing]);
    }

    #[test]
    fn an_overdue_transfer_has_expired() {
        let end = at("2027-01-31T09:00:00Z");
        for (now, status) in [(at("2027-01-31T08:59:59Z"), TransferStatus::Pending), (end, TransferStatus::Expired)] {
            assert_eq!(status_at(TransferStatus::Pending, end, now), status);
            assert_eq!(status_at(TransferStatus::Accepted, end, now), TransferStatus::Accepted);
        }
    }
}
