//! Products that are shared, or change hands.

use super::{Sample, on};
use crate::notification::{Content, ContributorRole, Owner};

/// Who is asked to contribute.
pub(super) fn contributors(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, role, has_access) in
        [("viewer, new", ContributorRole::Viewer, false), ("editor, known", ContributorRole::Editor, true)]
    {
        let (account, product) = (name(), name());
        all.push((shape, Content::ContributorInvited { account, product, role, has_access, valid_for_hours: 168 }));
    }
    all
}

/// An offer of a product, with every answer.
pub(super) fn transfers(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let offered = |is_paid, has_open_invoice, has_sign_in| Content::TransferOffered {
        account: name(),
        product: name(),
        plan: "Hosting Business".to_owned(),
        is_paid,
        has_open_invoice,
        has_sign_in,
        expires_on: on(2027, 4, 5),
        valid_for_hours: 168,
    };
    let accepted = |to, stays| Content::TransferAccepted {
        to,
        account: name(),
        new_holder: "Acme Studio".to_owned(),
        product: name(),
        stays,
    };
    let declined = |to| {
        let email = "jo@bolt.example".to_owned();
        Content::TransferDeclined { to, account: name(), email, product: name() }
    };
    vec![
        ("paid, new", offered(true, false, false)),
        ("past due, known", offered(false, true, true)),
        ("former, stays", accepted(Owner::Former, true)),
        ("new, stays", accepted(Owner::New, true)),
        ("former, leaves", accepted(Owner::Former, false)),
        ("new, leaves", accepted(Owner::New, false)),
        ("former", declined(Owner::Former)),
        ("new", declined(Owner::New)),
        ("", Content::TransferCancelled { account: name(), product: name() }),
        (
            "",
            Content::TransferExpired {
                email: "jo@bolt.example".to_owned(),
                product: name(),
                offered_on: on(2027, 3, 6),
            },
        ),
    ]
}
