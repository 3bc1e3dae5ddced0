//! Opaque global ids: which type of the contract, and which row of it. The gateway and webhooks name things by the same ones.
//!
//! The text is base64url, without padding, of one byte for the type and the sixteen of the row's uuid. Ids are no rights:
//! whoever looks one up filters by what the viewer may see.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

/// Characters of every id.
const LENGTH: usize = 23;

macro_rules! kinds {
    ($($kind:ident = $tag:literal),+ $(,)?) => {
        /// The types of the contract that are nodes. A tag never changes its meaning: ids are stored by clients.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Kind { $($kind = $tag),+ }

        impl Kind {
            /// Every kind, for tests that must miss none.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            const fn from_tag(tag: u8) -> Option<Self> {
                match tag { $($tag => Some(Self::$kind),)+ _ => None }
            }

            const fn tag(self) -> u8 {
                match self { $(Self::$kind => $tag),+ }
            }

            /// The type's name in the contract.
            pub const fn type_name(self) -> &'static str {
                match self { $(Self::$kind => stringify!($kind)),+ }
            }
        }
    };
}

kinds! {
    User = 1, Membership = 2, Account = 3, ApiKey = 4, PartnerProfile = 5, PartnerProgramme = 6, Referral = 7, Client = 8,
    Task = 9, Inquiry = 10, Invitation = 11, Partnership = 12, Offering = 13, Plan = 14, Cart = 15, CartItem = 16, Order = 17,
    OrderLine = 18, Product = 19, Contributor = 20, Transfer = 21, Contact = 22, PaymentMethod = 23, Invoice = 24,
    InvoiceLine = 25, Payment = 26, WalletEntry = 27, Payout = 28, ActivityEvent = 29, WebhookEndpoint = 30,
    WebhookDelivery = 31, RenewalRun = 32, DeadJob = 33, FailedMail = 34, AuditEntry = 35,
}

/// The kind with this type name.
pub fn from_type_name(name: &str) -> Option<Kind> {
    Kind::ALL.iter().copied().find(|kind| kind.type_name() == name)
}

/// The text of an id.
pub fn encode(kind: Kind, row: Uuid) -> String {
    let mut bytes = [0_u8; 17];
    bytes[0] = kind.tag();
    bytes[1..].copy_from_slice(row.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Which type and row an id names; none where it is not one of ours, to the last bit.
pub fn decode(id: &str) -> Option<(Kind, Uuid)> {
    if id.len() != LENGTH {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(id).ok()?;
    let (tag, row) = bytes.split_first()?;
    Some((Kind::from_tag(*tag)?, Uuid::from_slice(row).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_goes_there_and_back() {
        for (n, kind) in (0_u128..).zip(Kind::ALL) {
            let row = Uuid::from_u128(u128::MAX / (n + 1));
            let id = encode(*kind, row);
            assert_eq!(id.len(), LENGTH);
            assert_eq!(decode(&id), Some((*kind, row)));
        }
    }

    /// One text per id: what differs in a bit, a pad or an alphabet is not an id.
    #[test]
    fn hostile_ids_are_none() {
        let good = encode(Kind::Client, Uuid::from_u128(7));
        let mut last_bits = good.clone();
        last_bits.replace_range(22.., "d"); // decodes to the same bytes when the two spare bits are ignored
        let no_such_type = URL_SAFE_NO_PAD.encode([0_u8; 17]);
        for id in [
            "",
            "x",
            &good[1..],
            &format!("{good}="),
            &format!("{good} "),
            &last_bits,
            &no_such_type,
            &"é".repeat(12),
            &"A".repeat(1 << 16),
        ] {
            assert_eq!(decode(id), None, "{id:?}");
        }
        assert_eq!(decode("_________________________"), None);
    }
}
