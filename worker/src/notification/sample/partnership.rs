//! Invitations, access, powers of attorney, and who pays.

use super::{Sample, afternoon, full, on, partial};
use crate::notification::{Content, Direction, Payer};

/// Offers of access and requests for it, with every answer.
pub(super) fn offers(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    let both = [Direction::ClientToPartner, Direction::PartnerToClient];
    for (shape, direction) in ["offer", "request"].into_iter().zip(both) {
        let terms = if shape == "offer" { full(Payer::Partner) } else { partial(&name()) };
        let message = (shape == "offer").then(|| format!("{}\n\n.\r\n..\r\nBis bald!", name()));
        let (from, expires_on) = (name(), on(2027, 4, 5));
        let received = match direction {
            Direction::ClientToPartner => {
                Content::InvitationReceived { from, terms: terms.clone(), message: message.clone(), expires_on }
            }
            Direction::PartnerToClient => Content::AccessRequested {
                from,
                terms: terms.clone(),
                message: message.clone(),
                expires_on,
                valid_for_hours: 168,
            },
        };
        all.push((shape, received));
        all.push((shape, Content::InvitationWithdrawn { by: name(), direction }));
        all.push((shape, Content::InvitationExpired { asked: name(), direction, sent_on: on(2027, 3, 6) }));
        all.push((shape, Content::InvitationAccepted { by: name(), direction, terms }));
        all.push((shape, Content::InvitationRejected { by: name(), direction, message }));
    }
    all
}

/// Access that ends, or is changed.
pub(super) fn access(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, to, ended_by) in [("clock", Payer::Client, None), ("other side", Payer::Partner, Some(name()))] {
        let (client, partner) = (name(), "Acme Studio".to_owned());
        let moment = afternoon().into();
        all.push((shape, Content::AccessEnded { to, client, partner, ended_by, ended_at: moment }));
    }
    for (shape, to, days) in [("days", Payer::Client, 14), ("a day", Payer::Partner, 1)] {
        let (client, partner) = (name(), "Acme Studio".to_owned());
        all.push((shape, Content::AccessExpiring { to, client, partner, ends_at: afternoon().into(), days }));
    }
    all.push(("narrowed", Content::AccessChanged { by: name(), terms: partial(&name()) }));
    all
}

/// Powers of attorney, with every answer and decision.
pub(super) fn mandates(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let reference = || "VM-2027/11".to_owned();
    let claim = Content::ClaimAccount {
        partner: name(),
        account: "Bäckerei Jo".to_owned(),
        signed_on: on(2027, 3, 1),
        reference: reference(),
        terms: full(Payer::Client),
        valid_for_hours: 168,
    };
    let answered =
        |is_confirmed| Content::PowerOfAttorneyAnswered { client: name(), reference: reference(), is_confirmed };
    let decided = |to, is_upheld| Content::PowerOfAttorneyDecided {
        to,
        client: name(),
        partner: "Acme Studio".to_owned(),
        reference: reference(),
        is_upheld,
    };
    vec![
        ("with terms", claim),
        ("yes", answered(true)),
        ("no", answered(false)),
        ("client, yes", decided(Payer::Client, true)),
        ("client, no", decided(Payer::Client, false)),
        ("partner, yes", decided(Payer::Partner, true)),
        ("partner, no", decided(Payer::Partner, false)),
    ]
}

/// Who pays from now on.
pub(super) fn payers(name: &str) -> Vec<Sample> {
    let name = || name.to_owned();
    let mut all = vec![];
    let payers = [
        ("partner, partner", Payer::Partner, Payer::Partner),
        ("partner, client", Payer::Partner, Payer::Client),
        ("client, partner", Payer::Client, Payer::Partner),
        ("client, client", Payer::Client, Payer::Client),
    ];
    for (shape, to, new_payer) in payers {
        all.push((
            shape,
            Content::PayerChanged {
                to,
                client: name(),
                partner: "Acme Studio".to_owned(),
                old_payer: if new_payer == Payer::Client { Payer::Partner } else { Payer::Client },
                new_payer,
                changed_by: name(),
                effective: afternoon().into(),
            },
        ));
    }
    all
}
