//! Offers of access: sent, connected, rejected, withdrawn, lapsed; each answered once.

use domain::client::commands::{CreateClient, NewClient, create};
use domain::error::{Code, Error};
use domain::page::PageRequest;
use domain::partnership::commands::{
    ConnectClient, Connected, RejectInvitation, SendInvitation, WithdrawInvitation, connect, lapse, reject, send,
    withdraw,
};
use domain::partnership::queries::{self, Invitations};
use domain::permission::{Permission, Permissions};
use entities::client;
use entities::id::{ClientId, InvitationId};
use entities::invitation::{self, AccessLevel, InvitationStatus};
use entities::membership::Role;
use entities::partnership::PayerKind;
use futures::future::join_all;
use rstest::rstest;
use tests::database::Db;
use tests::partners::{Partners, Told, code, instant};

/// An offer of full access, which the client pays.
async fn offer(world: &Partners, token: &str, command: SendInvitation) -> Result<invitation::Model, Error> {
    world.write(token, move |work| Box::pin(send(work, command.clone()))).await
}

async fn accept(
    world: &Partners,
    token: &str,
    invitation_id: InvitationId,
    client_id: Option<ClientId>,
) -> Result<Connected, Error> {
    let command = ConnectClient { invitation_id, client_id };
    world.write(token, move |work| Box::pin(connect(work, command.clone()))).await
}

async fn refuse(
    world: &Partners,
    token: &str,
    invitation_id: InvitationId,
    message: Option<&str>,
) -> Result<invitation::Model, Error> {
    let command = RejectInvitation { invitation_id, message: message.map(str::to_owned) };
    world.write(token, move |work| Box::pin(reject(work, command.clone()))).await
}

async fn take_back(world: &Partners, token: &str, invitation_id: InvitationId) -> Result<invitation::Model, Error> {
    let command = WithdrawInvitation { invitation_id };
    world.write(token, move |work| Box::pin(withdraw(work, command.clone()))).await
}

async fn record(world: &Partners, name: &str) -> client::Model {
    let command =
        CreateClient { partner_id: world.acme, client: NewClient { name: name.to_owned(), ..NewClient::default() } };
    world.write(&world.acme_owner, move |work| Box::pin(create(work, command.clone()))).await.unwrap()
}

async fn pending(world: &Partners) -> i64 {
    let reader = world.reader(&world.acme_owner).await;
    let pending = Some(InvitationStatus::Pending);
    let counts = queries::count_invitations(&reader, Invitations::Received, &[world.acme], pending).await.unwrap();
    counts.get(&world.acme).copied().unwrap_or_default()
}

/// S3.11, S3.12a, S2.3: somebody signed in offers full access from the partner's profile; the partner's people are told.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_client_offers_access_from_the_profile(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.person("viewer@acme.example", "Vi", &[(w.acme, Role::Viewer)]).await;
    let row = offer(
        &w,
        &w.bolt_owner,
        SendInvitation { message: Some(" Hello ".to_owned()), ..w.full_access(PayerKind::Client) },
    )
    .await
    .unwrap();

    assert_eq!((row.status, row.payer), (InvitationStatus::Pending, Some(PayerKind::Client)));
    assert_eq!(row.permissions, Permissions::PARTNERSHIP.bits());
    assert_eq!((row.message.as_deref(), row.client_email.as_str()), (Some("Hello"), "jo@bolt.example"));
    assert_eq!(row.expires_at, instant("2026-12-21T12:00:00Z"));
    let mails = w.mails("invitation_received").await;
    assert_eq!(mails.len(), 1, "the viewer may not know: {mails:?}");
    assert_eq!(mails[0].recipient, "ann@acme.example");
    assert_eq!(mails[0].data["from"], "Bolt");
    assert_eq!(mails[0].data["terms"]["level"], "FULL");
    assert_eq!(mails[0].data["terms"]["payer"], "CLIENT");
    assert_eq!(mails[0].data["expires_on"], "2026-12-21");
    let told = Told { kind: "INVITATION_RECEIVED".to_owned(), required: Permission::ManageClients.bit() };
    assert_eq!(w.feed(w.acme).await, [told]);
    assert!(w.feed(w.bolt).await.is_empty());
    assert_eq!(w.count("partnership").await, 0, "an offer gives nothing yet");

    let nobody = offer(&w, "", w.full_access(PayerKind::Client)).await;
    assert!(matches!(nobody, Err(Error::NotFound | Error::Denied)), "{nobody:?}");
}

/// S3.12b, S2.2: partial access is a chosen part, on chosen products of one's own.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn partial_access_is_offered_on_chosen_products(#[case] db: Db) {
    let w = Partners::start(db).await;
    let (shop, blog) = (w.product(w.bolt, "shop").await, w.product(w.bolt, "blog").await);
    let part = SendInvitation {
        access_level: AccessLevel::Partial,
        permissions: Some([Permission::ViewProducts, Permission::Purchase].into_iter().collect()),
        product_ids: Some(vec![shop]),
        payer: None,
        ..w.full_access(PayerKind::Client)
    };
    let row = offer(&w, &w.bolt_owner, part.clone()).await.unwrap();
    let Connected { partnership, .. } = accept(&w, &w.acme_owner, row.id, None).await.unwrap();
    assert!(!partnership.has_all_products);
    assert_eq!(partnership.payer, PayerKind::Client);
    let reader = w.reader(&w.acme_owner).await;
    let offered = queries::offered_products(&reader, &[row.id]).await.unwrap();
    let offered: Vec<_> = offered[&row.id].iter().map(|p| (p.label.as_str(), p.plan_name.as_str())).collect();
    assert_eq!(offered, [("shop", "Starter")]);
    assert_eq!(queries::covered_products(&reader, &[partnership.id]).await.unwrap()[&partnership.id], [shop]);
    assert_eq!(w.count("product WHERE managed_by_id IS NOT NULL AND label = 'shop'").await, 1);
    assert_eq!(w.count("product WHERE managed_by_id IS NOT NULL").await, 1, "{blog} is not covered");

    let other = w.account("Other", Some(w.programme)).await;
    w.profile(other, "other", true).await;
    let theirs = w.product(other, "theirs").await;
    let to_other = SendInvitation { partner_profile_slug: "other".to_owned(), ..part };
    let foreign = SendInvitation { product_ids: Some(vec![shop, theirs]), ..to_other.clone() };
    assert_eq!(code(offer(&w, &w.bolt_owner, foreign).await), (Some(Code::NotFound), "productIds.1".to_owned()));
    let paid = SendInvitation { payer: Some(PayerKind::Partner), ..to_other };
    let refused = (Some(Code::PayerRequiresFullAccess), "payer".to_owned());
    assert_eq!(code(offer(&w, &w.bolt_owner, paid).await), refused);
}

/// S2.3, S3.1: without a decision on who pays, full access is not offered, nor any to a partner whose programme takes no offers; and
/// other things that cannot be.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_offered(#[case] db: Db) {
    let w = Partners::start(db).await;
    let closed = w.programme("ISV", false).await;
    let isv = w.account("Isv", Some(closed)).await;
    w.profile(isv, "isv", true).await;
    let hidden = w.account("Hidden", Some(w.programme)).await;
    w.profile(hidden, "hidden", false).await;
    w.profile(w.bolt, "bolt", true).await;
    let to = |slug: &str| SendInvitation { partner_profile_slug: slug.to_owned(), ..w.full_access(PayerKind::Client) };

    let slug = "partnerProfileSlug".to_owned();
    for (command, expected) in [
        (SendInvitation { payer: None, ..w.full_access(PayerKind::Client) }, (Code::InvalidInput, "payer".to_owned())),
        (
            SendInvitation {
                access_expires_at: Some(instant("2026-11-21T12:00:00Z")),
                ..w.full_access(PayerKind::Client)
            },
            (Code::InvalidInput, "accessExpiresAt".to_owned()),
        ),
        (
            SendInvitation { message: Some("x".repeat(2001)), ..w.full_access(PayerKind::Client) },
            (Code::InvalidInput, "message".to_owned()),
        ),
        (to("nobody"), (Code::NotFound, slug.clone())),
        (to("hidden"), (Code::NotFound, slug.clone())),
        (to("bolt"), (Code::NotFound, slug.clone())), // it has a profile, and is no partner
        (to("isv"), (Code::Conflict, slug.clone())),
    ] {
        let end = offer(&w, &w.bolt_owner, command.clone()).await;
        assert_eq!(code(end), (Some(expected.0), expected.1), "{command:?}");
    }
    let own = SendInvitation { account_id: w.acme, ..w.full_access(PayerKind::Client) };
    assert_eq!(code(offer(&w, &w.acme_owner, own).await), (Some(Code::InvalidInput), slug.clone()));

    let admin = w.person("billing@bolt.example", "Bea", &[(w.bolt, Role::Billing)]).await;
    assert_eq!(code(offer(&w, &admin, w.full_access(PayerKind::Client)).await).0, Some(Code::PermissionDenied));
    let stranger = w.person("eve@else.example", "Eve", &[(w.acme, Role::Viewer)]).await;
    let unknown = SendInvitation { account_id: w.account("Else", None).await, ..w.full_access(PayerKind::Client) };
    assert_eq!(code(offer(&w, &stranger, unknown).await).0, Some(Code::NotFound));

    let first = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    assert_eq!(
        code(offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await).0,
        Some(Code::AlreadyExists),
        "one is under way"
    );
    accept(&w, &w.acme_owner, first.id, None).await.unwrap();
    let again = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await;
    assert_eq!(code(again), (Some(Code::AlreadyExists), slug), "they are partners");
}

/// S3.13, S3.14: the badge counts what waits for an answer; the list has all of it.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_badge_drops_with_each_answer(#[case] db: Db) {
    let w = Partners::start(db).await;
    let mut offers = Vec::new();
    for n in 0..4 {
        let account_id = w.account(&format!("Client {n}"), None).await;
        let token = w.person(&format!("c{n}@client.example"), "Cy", &[(account_id, Role::Owner)]).await;
        offers
            .push(offer(&w, &token, SendInvitation { account_id, ..w.full_access(PayerKind::Client) }).await.unwrap());
    }
    assert_eq!(pending(&w).await, 4);
    accept(&w, &w.acme_owner, offers[0].id, None).await.unwrap();
    assert_eq!(pending(&w).await, 3);
    refuse(&w, &w.acme_owner, offers[1].id, None).await.unwrap();
    assert_eq!(pending(&w).await, 2);

    let reader = w.reader(&w.acme_owner).await;
    let mut request = PageRequest::first(3);
    let pages = queries::invitations(&reader, Invitations::Received, &[w.acme], None, &request).await.unwrap();
    let page = &pages[&w.acme];
    let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
    assert_eq!(ids, [offers[3].id, offers[2].id, offers[1].id], "newest first");
    assert!(page.has_next && !page.has_previous);
    request.after = Some(offers[1].id.0);
    let pages = queries::invitations(&reader, Invitations::Received, &[w.acme], None, &request).await.unwrap();
    assert_eq!(pages[&w.acme].rows.len(), 1);
    assert!(pages[&w.acme].has_previous && !pages[&w.acme].has_next);
    let stranger = w.reader(&w.bolt_owner).await;
    let none = queries::invitations(&stranger, Invitations::Received, &[w.acme], None, &request).await.unwrap();
    assert!(none.is_empty(), "somebody else's list is empty");

    // lapsed, though no sweep has been there
    w.travel("2026-12-21T12:00:00Z").await;
    assert_eq!(pending(&w).await, 0);
}

/// S3.15, S3.16a: connecting takes over the client's data, into a new record; before, there is none.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn connecting_makes_a_client(#[case] db: Db) {
    let w = Partners::start(db).await;
    let shop = w.product(w.bolt, "shop").await;
    let row = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    assert_eq!(w.count("client").await, 0);
    let Connected { client, partnership } = accept(&w, &w.acme_owner, row.id, None).await.unwrap();

    assert_eq!((client.name.as_str(), client.email.as_deref()), ("Bolt", Some("jo@bolt.example")));
    assert_eq!((client.account_id, client.partner_id), (Some(w.bolt), w.acme));
    assert_eq!((partnership.partner_id, partnership.client_account_id), (w.acme, w.bolt));
    assert_eq!((partnership.access_level, partnership.payer), (AccessLevel::Full, PayerKind::Client));
    let managed = queries::of_pairs(&w.reader(&w.acme_owner).await, &[(w.acme, w.bolt)]).await.unwrap();
    assert_eq!(managed[&(w.acme, w.bolt)].id, partnership.id);
    assert_eq!(w.count("product WHERE managed_by_id IS NOT NULL").await, 1, "{shop} is looked after from now on");
    let mails = w.mails("invitation_accepted").await;
    assert_eq!((mails.len(), mails[0].recipient.as_str()), (1, "jo@bolt.example"));
    assert_eq!(mails[0].data["by"], "Acme");
    let (here, there) = (w.feed(w.bolt).await, w.feed(w.acme).await);
    assert_eq!(here.last().map(|told| (told.kind.as_str(), told.required)), Some(("INVITATION_ACCEPTED", 64)));
    assert_eq!(there.last().map(|told| (told.kind.as_str(), told.required)), Some(("INVITATION_ACCEPTED", 128)));
}

/// S3.16b: or into a record that the partner has, if it stands for nobody else.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn connecting_uses_a_record_that_is_there(#[case] db: Db) {
    let w = Partners::start(db).await;
    let (known, other) = (record(&w, "Bolt Ltd").await, record(&w, "Another").await);
    let row = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    let foreign = {
        let quiet = w.account("Quiet", Some(w.programme)).await;
        let token = w.person("q@quiet.example", "Q", &[(quiet, Role::Owner)]).await;
        let command =
            CreateClient { partner_id: quiet, client: NewClient { name: "Theirs".to_owned(), ..NewClient::default() } };
        w.write(&token, move |work| Box::pin(create(work, command.clone()))).await.unwrap()
    };
    assert_eq!(code(accept(&w, &w.acme_owner, row.id, Some(foreign.id)).await).0, Some(Code::NotFound));

    let Connected { client, partnership } = accept(&w, &w.acme_owner, row.id, Some(known.id)).await.unwrap();
    assert_eq!((client.id, client.account_id, client.name.as_str()), (known.id, Some(w.bolt), "Bolt Ltd"));

    let fizz = w.account("Fizz", None).await;
    let fizz_owner = w.person("f@fizz.example", "Fi", &[(fizz, Role::Owner)]).await;
    let second =
        offer(&w, &fizz_owner, SendInvitation { account_id: fizz, ..w.full_access(PayerKind::Client) }).await.unwrap();
    let taken = accept(&w, &w.acme_owner, second.id, Some(known.id)).await;
    assert_eq!(code(taken), (Some(Code::Conflict), "clientId".to_owned()));

    // the record outlives the partnership, and is found again
    let end = domain::partnership::commands::EndPartnership { partnership_id: partnership.id };
    w.write(&w.bolt_owner, move |work| Box::pin(domain::partnership::commands::end(work, end.clone()))).await.unwrap();
    let again = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    let elsewhere = accept(&w, &w.acme_owner, again.id, Some(other.id)).await;
    assert_eq!(code(elsewhere), (Some(Code::Conflict), "clientId".to_owned()));
    let Connected { client, .. } = accept(&w, &w.acme_owner, again.id, None).await.unwrap();
    assert_eq!(client.id, known.id);
}

/// S3.17 to S3.19: a rejection is final, gives nothing, and mails the person with the message if there is one.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_rejection_is_mailed_with_its_message(#[case] db: Db) {
    let w = Partners::start(db).await;
    let first = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    let message = "No time <b>this</b> year.\nSorry!";
    let row = refuse(&w, &w.acme_owner, first.id, Some(message)).await.unwrap();
    assert_eq!((row.status, row.rejection_message.as_deref()), (InvitationStatus::Rejected, Some(message)));
    assert_eq!((w.count("client").await, w.count("partnership").await), (0, 0));
    let mails = w.mails("invitation_rejected").await;
    assert_eq!((mails.len(), mails[0].recipient.as_str()), (1, "jo@bolt.example"));
    assert_eq!((&mails[0].data["by"], &mails[0].data["message"]), (&"Acme".into(), &message.into()));
    assert_eq!(code(accept(&w, &w.acme_owner, first.id, None).await).0, Some(Code::InvitationAlreadyAnswered));

    let second = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    refuse(&w, &w.acme_owner, second.id, Some("  ")).await.unwrap();
    let mails = w.mails("invitation_rejected").await;
    assert_eq!(mails.len(), 2);
    assert!(mails[1].data["message"].is_null(), "the standard text stands alone");
}

/// What is sent can be taken back until it is answered; and only by who sent it.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn each_side_decides_its_own(#[case] db: Db) {
    let w = Partners::start(db).await;
    let row = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    let stranger = w.person("eve@else.example", "Eve", &[(w.account("Else", None).await, Role::Owner)]).await;
    assert_eq!(code(accept(&w, &stranger, row.id, None).await).0, Some(Code::NotFound));
    assert_eq!(code(refuse(&w, &stranger, row.id, None).await).0, Some(Code::NotFound));
    assert_eq!(code(take_back(&w, &stranger, row.id).await).0, Some(Code::NotFound));
    assert_eq!(code(take_back(&w, &w.acme_owner, row.id).await).0, Some(Code::PermissionDenied));
    assert_eq!(code(accept(&w, &w.bolt_owner, row.id, None).await).0, Some(Code::PermissionDenied));
    assert_eq!(code(refuse(&w, &w.bolt_owner, row.id, None).await).0, Some(Code::PermissionDenied));

    let row = take_back(&w, &w.bolt_owner, row.id).await.unwrap();
    assert_eq!(row.status, InvitationStatus::Withdrawn);
    for end in [
        accept(&w, &w.acme_owner, row.id, None).await.map(|_| ()),
        refuse(&w, &w.acme_owner, row.id, None).await.map(|_| ()),
        take_back(&w, &w.bolt_owner, row.id).await.map(|_| ()),
    ] {
        assert_eq!(code(end).0, Some(Code::InvitationAlreadyAnswered));
    }
}

/// Two members answer at the same time: one of them is first.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_of_two_answers_counts(#[case] db: Db) {
    let w = Partners::start(db).await;
    let admin = w.person("adam@acme.example", "Adam", &[(w.acme, Role::Admin)]).await;
    let row = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    let (yes, no) = futures::join!(accept(&w, &w.acme_owner, row.id, None), refuse(&w, &admin, row.id, None));
    assert!(yes.is_ok() != no.is_ok(), "{yes:?} {no:?}");
    let late = if yes.is_ok() { code(no) } else { code(yes.map(|_| ())) };
    assert_eq!(late.0, Some(Code::InvitationAlreadyAnswered));
    let mails = w.mails("invitation_accepted").await.len() + w.mails("invitation_rejected").await.len();
    assert_eq!(mails, 1);
}

/// Fifty connects at once: one partnership, one record, one answer.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn fifty_connects_make_one_partnership(#[case] db: Db) {
    let w = Partners::start(db).await;
    let row = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    let ends = join_all((0..50).map(|_| accept(&w, &w.acme_owner, row.id, None))).await;
    let (won, lost): (Vec<_>, Vec<_>) = ends.into_iter().partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.into_iter().all(|end| code(end).0 == Some(Code::InvitationAlreadyAnswered)));
    assert_eq!((w.count("partnership").await, w.count("client").await), (1, 1));
    assert_eq!(w.mails("invitation_accepted").await.len(), 1);
}

/// An invitation lapses after 30 days: at that instant, by the clock; the sweep only writes it down.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_offer_lapses_after_thirty_days(#[case] db: Db) {
    let w = Partners::start(db).await;
    let row = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    let sweep = async || {
        let system = domain::Actor::System(domain::actor::System::Operator);
        w.store.write(system, domain::store::Statements::default(), |work| Box::pin(lapse(work))).await.unwrap()
    };
    w.travel("2026-12-21T11:59:59Z").await;
    assert_eq!(sweep().await, 0);
    w.travel("2026-12-21T12:00:00Z").await;
    assert_eq!(code(accept(&w, &w.acme_owner, row.id, None).await).0, Some(Code::InvitationAlreadyAnswered));
    assert_eq!(w.count("invitation WHERE status = 'PENDING'").await, 1, "nothing has swept yet");

    let next = offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    assert_eq!(
        w.count("invitation WHERE status = 'EXPIRED'").await,
        1,
        "a new offer takes the place of the lapsed one"
    );
    take_back(&w, &w.bolt_owner, next.id).await.unwrap();
    offer(&w, &w.bolt_owner, w.full_access(PayerKind::Client)).await.unwrap();
    w.travel("2027-02-01T00:00:00Z").await;
    assert_eq!((sweep().await, sweep().await), (1, 0));
    for account in [w.bolt, w.acme] {
        let expired = w.feed(account).await.into_iter().filter(|told| told.kind == "INVITATION_EXPIRED").count();
        assert_eq!(expired, 2);
    }
}

/// What the partner shall pay, it must be able to pay: a method, and somebody who may say so.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_that_pays_needs_a_payment_method(#[case] db: Db) {
    let w = Partners::start(db).await;
    let technical = w.person("tim@acme.example", "Tim", &[(w.acme, Role::Technical)]).await;
    let row = offer(
        &w,
        &w.bolt_owner,
        SendInvitation { payer: Some(PayerKind::Partner), ..w.full_access(PayerKind::Client) },
    )
    .await
    .unwrap();
    assert_eq!(code(accept(&w, &w.acme_owner, row.id, None).await).0, Some(Code::PaymentMethodRequired));
    w.card(w.acme).await;
    assert_eq!(code(accept(&w, &technical, row.id, None).await).0, Some(Code::PermissionDenied));
    let Connected { partnership, .. } = accept(&w, &w.acme_owner, row.id, None).await.unwrap();
    assert_eq!(partnership.payer, PayerKind::Partner);
}
