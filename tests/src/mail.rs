//! Mails to render: one request of each kind, with facts that a test can look for.

use chrono::{DateTime, NaiveDate, TimeZone, Utc};
use chrono_tz::{Europe::Berlin, Tz};
use uuid::Uuid;
use worker::notification::{
    AccessLevel, AccessTerms, Amount, Content, ContributorRole, Direction, Line, Link, MailRequest, Owner, Payer,
    PricedLine, Renderer, Role, Seller,
};

/// A provider with an umlaut and an address of several lines.
pub fn renderer() -> Renderer {
    let seller = Seller {
        name: "Nimbus Hosting GmbH".to_owned(),
        address: "Fährweg 7\n20457 Hamburg\nDeutschland".to_owned(),
        mail_from: "billing@nimbus.example".to_owned(),
        portal_url: "https://portal.nimbus.example/".to_owned(),
    };
    Renderer::new(seller).expect("templates that compile")
}

/// A request to Ann, number `number`.
pub fn request(number: u128, locale: &str, content: Content) -> MailRequest {
    MailRequest {
        id: Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_0000_0000 + number),
        created_at: afternoon().with_timezone(&Utc),
        locale: locale.to_owned(),
        to_name: "Ann Müller".to_owned(),
        to_email: "ann@bolt.example".to_owned(),
        link: Link::with_token("/verify", "tok-en_123".to_owned().into()),
        content,
        attachment: None,
    }
}

fn on(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a day")
}

fn afternoon() -> DateTime<Tz> {
    Berlin.with_ymd_and_hms(2027, 3, 6, 14, 5, 0).single().expect("an instant")
}

fn eur(minor: i64) -> Amount {
    Amount { minor, currency: "EUR".to_owned(), exponent: 2 }
}

fn line(plan: &str, quantity: u32, term_months: u32) -> Line {
    Line { plan: plan.to_owned(), quantity, term_months }
}

fn full(payer: Payer) -> AccessTerms {
    let permissions = ["VIEW_PRODUCTS", "MANAGE_PRODUCTS", "PURCHASE", "CONTACT_SUPPORT", "MANAGE_MEMBERS"];
    AccessTerms {
        level: AccessLevel::Full,
        permissions: permissions.map(str::to_owned).to_vec(),
        products: None,
        payer: Some(payer),
        until: None,
    }
}

fn partial(label: &str) -> AccessTerms {
    AccessTerms {
        level: AccessLevel::Partial,
        permissions: vec!["VIEW_PRODUCTS".to_owned()],
        products: Some(vec![label.to_owned(), "bolt.example".to_owned()]),
        payer: None,
        until: Some(on(2027, 12, 31)),
    }
}

/// Each kind, in each of the shapes its templates know; `name` stands wherever people name something.
pub fn samples(name: &str) -> Vec<(&'static str, Content)> {
    let named = name;
    let name = || named.to_owned();
    let both = [Direction::ClientToPartner, Direction::PartnerToClient];
    let mut all = vec![
        ("a week", Content::VerifyAddress { valid_for_hours: 168 }),
        ("an hour", Content::ResetPassword { valid_for_hours: 1 }),
    ];
    all.extend(member_samples(named));
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
    all.push((
        "with terms",
        Content::ClaimAccount {
            partner: name(),
            account: "Bäckerei Jo".to_owned(),
            signed_on: on(2027, 3, 1),
            reference: "VM-2027/11".to_owned(),
            terms: full(Payer::Client),
            valid_for_hours: 168,
        },
    ));
    for (shape, to, is_upheld) in [("yes", Payer::Client, true), ("no", Payer::Partner, false)] {
        let reference = || "VM-2027/11".to_owned();
        all.push((
            shape,
            Content::PowerOfAttorneyAnswered { client: name(), reference: reference(), is_confirmed: is_upheld },
        ));
        let (client, partner) = (name(), "Acme Studio".to_owned());
        all.push((shape, Content::PowerOfAttorneyDecided { to, client, partner, reference: reference(), is_upheld }));
    }
    for (shape, company) in [("company", Some(name())), ("no company", None)] {
        all.push((
            shape,
            Content::InquiryReceived {
                name: name(),
                email: "jo@lead.example".to_owned(),
                company,
                message: format!("{}\n\n.\r\n..\r\nCan you help?", name()),
                received_on: on(2027, 3, 6),
            },
        ));
    }
    for (shape, role, has_access) in
        [("viewer, new", ContributorRole::Viewer, false), ("editor, known", ContributorRole::Editor, true)]
    {
        let (account, product) = (name(), name());
        all.push((shape, Content::ContributorInvited { account, product, role, has_access, valid_for_hours: 168 }));
    }
    all.extend(transfer_samples(named));
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
    all.extend(money_samples(named));
    for (shape, partner) in [("member", None), ("partner", Some(name()))] {
        all.push((
            shape,
            Content::SupportRequest {
                user: name(),
                email: "jo@bolt.example".to_owned(),
                is_verified: shape == "member",
                account: name(),
                owner: "jo@bolt.example".to_owned(),
                product: partner.clone(),
                partner,
                subject: name(),
                message: format!("{}\n\n.\r\n..\r\nThank you!", name()),
            },
        ));
    }
    all
}

/// The kinds that are about products that change hands.
fn transfer_samples(name: &str) -> Vec<(&'static str, Content)> {
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

/// The kinds that are about members.
fn member_samples(name: &str) -> Vec<(&'static str, Content)> {
    let name = || name.to_owned();
    let some = || vec![name(), "deploy".to_owned()];
    let permissions = || vec!["VIEW_PRODUCTS".to_owned(), "PURCHASE".to_owned()];
    let invited = |has_sign_in| Content::MemberInvited {
        account: name(),
        invited_by: "Jo Bolt".to_owned(),
        role: Role::Technical,
        permissions: permissions(),
        has_sign_in,
        valid_for_hours: 168,
    };
    let changed = Content::MembershipChanged {
        account: name(),
        changed_by: name(),
        role: Role::Billing,
        permissions: permissions(),
    };
    let removed = Content::MembershipEnded {
        account: name(),
        ended_by: Some("Jo Bolt".to_owned()),
        partner: None,
        keys: some(),
        invitations: vec!["new@bolt.example".to_owned()],
        memberships: some(),
        clients: 12,
    };
    let with_partner = Content::MembershipEnded {
        account: name(),
        ended_by: None,
        partner: Some("Acme Studio".to_owned()),
        keys: vec![],
        invitations: vec![],
        memberships: vec![],
        clients: 0,
    };
    let granted = Content::GrantsEnded {
        partner: name(),
        members: vec![format!("{} (vi@bolt.example)", name())],
        keys: some(),
        invitations: vec![],
        covers_account: false,
        contributors: vec![],
    };
    let narrowed = Content::GrantsEnded {
        partner: name(),
        members: vec![],
        keys: vec![],
        invitations: vec![],
        covers_account: true,
        contributors: vec![format!("zoe@bolt.example ({})", name())],
    };
    let owner = |to| Content::OwnershipTransferred {
        to,
        account: name(),
        former: "Jo Bolt".to_owned(),
        new: "Vi Bolt".to_owned(),
    };
    vec![
        ("new", invited(false)),
        ("known", invited(true)),
        ("changed", changed),
        ("removed", removed),
        ("with its partnership", with_partner),
        ("granted", granted),
        ("granted, narrowed", narrowed),
        ("new", owner(Owner::New)),
        ("former", owner(Owner::Former)),
    ]
}

/// The kinds that are about orders, invoices and renewals.
fn money_samples(name: &str) -> Vec<(&'static str, Content)> {
    let name = || name.to_owned();
    let mut all = vec![];
    for (shape, discount) in [("discount", Some(eur(1_980))), ("no discount", None)] {
        all.push((
            shape,
            Content::OrderConfirmation {
                access_needed_by: discount.is_none().then(name),
                order_number: "B-2027-000042".to_owned(),
                ordered_on: on(2027, 3, 6),
                ordered_by: name(),
                holder: name(),
                lines: vec![
                    PricedLine { line: line(&name(), 3, 36), price: eur(9_900) },
                    PricedLine { line: line("Domain .example", 1, 1), price: eur(123_456) },
                ],
                subtotal: eur(133_356),
                discount,
                tax: eur(24_961),
                total: eur(156_337),
            },
        ));
    }
    for (shape, message) in [("message", Some(format!("{}\n\n.\r\n..\r\nSee you!", name()))), ("no message", None)] {
        let lines = || vec![PricedLine { line: line(&name(), 3, 36), price: eur(9_900) }];
        let (subtotal, valid_for_hours) = (eur(9_900), 720);
        let again = message.clone();
        all.push((shape, Content::CartSent { from: name(), lines: lines(), subtotal, message, valid_for_hours }));
        let subtotal = eur(9_900);
        let lines = lines();
        all.push((shape, Content::CartReminder { from: name(), lines, subtotal, message: again, valid_for_hours }));
    }
    for (shape, has_access) in [("access", true), ("no access", false)] {
        all.push((shape, Content::CartCompleted { client: name(), has_access }));
    }
    all.push(("needed", Content::AccessNeeded { partner: name(), account: "Bolt GmbH".to_owned() }));
    all.push((
        "holder",
        Content::OrderConfirmationHolder {
            order_number: "B-2027-000042".to_owned(),
            ordered_on: on(2027, 3, 6),
            ordered_by: name(),
            payer: name(),
            lines: vec![line(&name(), 3, 36), line("Domain .example", 1, 1)],
        },
    ));
    for (shape, minor) in [("due", 11_781), ("paid", 0)] {
        all.push((
            shape,
            Content::InvoiceIssued {
                number: "R-2027-000107".to_owned(),
                issued_on: on(2027, 3, 6),
                due_on: on(2027, 3, 20),
                total: eur(11_781),
                amount_due: eur(minor),
            },
        ));
    }
    for (shape, reason, minor) in [("refunded", Some(name()), 3_966), ("due", None, 0)] {
        let note = Content::CreditNote {
            number: "CN-2027-000003".to_owned(),
            issued_on: on(2027, 3, 6),
            corrects: "R-2027-000107".to_owned(),
            reason,
            total: eur(3_966),
            refunded: eur(minor),
        };
        all.push((shape, note));
    }
    for (shape, pending, available) in [("pending", 667, 0), ("available", 0, 1_313)] {
        let amount = eur(pending + available);
        let reversed = Content::CashbackReversed { amount, of_pending: eur(pending), of_available: eur(available) };
        all.push((shape, reversed));
    }
    for (shape, cancelled_by, ends_on) in
        [("at once", Some(name()), None), ("later", Some(name()), Some(on(2027, 12, 31))), ("ended", None, None)]
    {
        let (product, holder) = (name(), name());
        let plan = "Hosting M".to_owned();
        all.push((shape, Content::ProductCancelled { product, plan, holder, cancelled_by, ends_on }));
    }
    all.push((
        "payer",
        Content::ProductRenewed {
            product: name(),
            plan: "Hosting M".to_owned(),
            holder: name(),
            period_start: on(2027, 3, 6),
            renews_on: on(2028, 3, 6),
            net: eur(7_920),
            invoice_number: "R-2027-000107".to_owned(),
        },
    ));
    all.push((
        "holder",
        Content::ProductRenewedHolder {
            product: name(),
            plan: "Hosting M".to_owned(),
            payer: name(),
            period_start: on(2027, 3, 6),
            renews_on: on(2028, 3, 6),
        },
    ));
    for (shape, step, next_attempt_on) in [("more to come", 2, Some(on(2027, 3, 9))), ("last", 5, None)] {
        all.push((
            shape,
            Content::PaymentFailed {
                invoice_number: "R-2027-000107".to_owned(),
                amount_due: eur(11_781),
                products: vec![name(), "bolt.example".to_owned()],
                step,
                steps: 5,
                next_attempt_on,
                suspends_on: on(2027, 3, 20),
            },
        ));
    }
    all
}
