//! Partnerships: who pays, who may change it, and how they end.

use domain::error::{Code, Error};
use domain::page::PageRequest;
use domain::partnership::commands::{ChangePayer, EndPartnership, SendInvitation, change_payer, end, lapse};
use domain::partnership::queries::{self, As};
use domain::permission::Permission;
use entities::id::{PartnershipId, ProductId};
use entities::invitation::AccessLevel;
use entities::membership::Role;
use entities::partnership::{self, PartnershipStatus, PayerKind};
use rstest::rstest;
use tests::database::Db;
use tests::partners::{Partners, instant};

async fn change(
    w: &Partners,
    token: &str,
    (partnership_id, payer, products, key): (PartnershipId, PayerKind, Option<Vec<ProductId>>, &str),
) -> Result<partnership::Model, Error> {
    let command = ChangePayer { partnership_id, payer, product_ids: products, idempotency_key: key.to_owned() };
    w.write(token, move |work| Box::pin(change_payer(work, command.clone()))).await
}

async fn finish(w: &Partners, token: &str, partnership_id: PartnershipId) -> Result<partnership::Model, Error> {
    let command = EndPartnership { partnership_id };
    w.write(token, move |work| Box::pin(end(work, command.clone()))).await
}

fn code<T: std::fmt::Debug>(end: Result<T, Error>) -> Option<Code> {
    end.unwrap_err().code()
}

/// S2.1, S2.19a, S2.20, S2.21: the client changes the payer, both ways; history, feeds and mails say so.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_client_changes_who_pays(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.person("vi@acme.example", "Vi", &[(w.acme, Role::Viewer)]).await;
    let billing = w.person("bea@bolt.example", "Bea", &[(w.bolt, Role::Billing)]).await;
    let row = w.connected(w.full_access(PayerKind::Client)).await;
    let to_partner = |key| (row.id, PayerKind::Partner, None, key);
    assert_eq!(code(change(&w, &w.bolt_owner, to_partner("12345678")).await), Some(Code::PaymentMethodRequired));
    w.card(w.acme).await;
    assert_eq!(change(&w, &w.bolt_owner, to_partner("12345678")).await.unwrap().payer, PayerKind::Partner);
    // the same again is the same answer, not another change
    assert_eq!(change(&w, &w.bolt_owner, to_partner("12345678")).await.unwrap().payer, PayerKind::Partner);
    let reused = change(&w, &w.bolt_owner, (row.id, PayerKind::Client, None, "12345678")).await;
    assert_eq!(code(reused), Some(Code::IdempotencyKeyReused));
    assert_eq!(w.count("payer_change").await, 1);

    let mails = w.mails("payer_changed").await;
    let to: Vec<_> = mails.iter().map(|m| (m.recipient.as_str(), m.data["to"].as_str().unwrap())).collect();
    assert_eq!(to, [("ann@acme.example", "PARTNER"), ("bea@bolt.example", "CLIENT"), ("jo@bolt.example", "CLIENT")]);
    let facts = &mails[0].data;
    assert_eq!((&facts["old_payer"], &facts["new_payer"]), (&"CLIENT".into(), &"PARTNER".into()));
    assert_eq!((&facts["client"], &facts["partner"]), (&"Bolt".into(), &"Acme".into()));
    assert_eq!((&facts["changed_by"], &facts["effective"]["zone"]), (&"Jo Bolt".into(), &"CET".into()));
    assert_eq!(facts["effective"]["local"], "2026-11-21T13:00:00");

    change(&w, &billing, (row.id, PayerKind::Client, None, "abcdefgh")).await.unwrap();
    let reader = w.reader(&w.bolt_owner).await;
    let history = queries::payer_changes(&reader, &[row.id]).await.unwrap();
    let history: Vec<_> = history[&row.id].iter().map(|c| (c.row.from_payer, c.row.to_payer)).collect();
    assert_eq!(history, [(PayerKind::Client, PayerKind::Partner), (PayerKind::Partner, PayerKind::Client)]);
    let needs = [(w.bolt, Permission::ManagePartners), (w.acme, Permission::ManageClients)];
    for (account, needed) in needs {
        let told: Vec<_> = w.feed(account).await.into_iter().filter(|told| told.kind == "PAYER_CHANGED").collect();
        assert_eq!(told.len(), 2);
        assert!(told.iter().all(|told| told.required == needed.bit()));
    }

    // S2.20: from the list of partners to the one by its name
    let page = PageRequest::first(10);
    let lists = queries::partnerships(&reader, As::Client, &[w.bolt], Some(PartnershipStatus::Active), &page).await;
    assert_eq!(lists.unwrap()[&w.bolt].rows, [partnership::Model { payer: PayerKind::Client, ..row }]);
}

/// S2.19b: nobody but the client's own people; strangers do not learn that there is anything.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_partner_does_not_change_who_pays(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let row = w.connected(w.full_access(PayerKind::Client)).await;
    let to_partner = || (row.id, PayerKind::Partner, None, "12345678");
    assert_eq!(code(change(&w, &w.acme_owner, to_partner()).await), Some(Code::PermissionDenied));
    let technical = w.person("tim@bolt.example", "Tim", &[(w.bolt, Role::Technical)]).await;
    assert_eq!(code(change(&w, &technical, to_partner()).await), Some(Code::NotFound));
    let stranger = w.person("eve@else.example", "Eve", &[(w.account("Else", None).await, Role::Owner)]).await;
    assert_eq!(code(change(&w, &stranger, to_partner()).await), Some(Code::NotFound));
    assert_eq!(code(finish(&w, &stranger, row.id).await), Some(Code::NotFound));
    assert_eq!((w.count("payer_change").await, w.mails("payer_changed").await.len()), (0, 0));
}

/// S2.2: the choice is there with full access only.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn under_partial_access_the_client_pays(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let part = SendInvitation {
        access_level: AccessLevel::Partial,
        permissions: Some(Permission::Purchase.into()),
        payer: None,
        ..w.full_access(PayerKind::Client)
    };
    let row = w.connected(part).await;
    assert_eq!(row.payer, PayerKind::Client);
    let end = change(&w, &w.bolt_owner, (row.id, PayerKind::Partner, None, "12345678")).await;
    assert_eq!(code(end), Some(Code::PayerRequiresFullAccess));
}

/// What the client ordered itself follows the partnership's payer when the client says so.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn products_of_the_client_can_follow(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let (shop, blog) = (w.product(w.bolt, "shop").await, w.product(w.bolt, "blog").await);
    let theirs = w.product(w.acme, "theirs").await;
    let row = w.connected(w.full_access(PayerKind::Client)).await;
    let foreign = change(&w, &w.bolt_owner, (row.id, PayerKind::Partner, Some(vec![shop, theirs]), "12345678")).await;
    assert_eq!(code(foreign), Some(Code::NotFound));
    assert_eq!(w.count("product WHERE renewal_billing = 'PARTNERSHIP'").await, 0, "all or nothing");

    change(&w, &w.bolt_owner, (row.id, PayerKind::Partner, Some(vec![shop]), "12345678")).await.unwrap();
    assert_eq!(w.count("product WHERE renewal_billing = 'PARTNERSHIP' AND label = 'shop'").await, 1);
    assert_eq!(w.count("product WHERE renewal_billing = 'PARTNERSHIP'").await, 1, "{blog} stays");
    // the payer stays, another product follows: no change of payer
    change(&w, &w.bolt_owner, (row.id, PayerKind::Partner, Some(vec![blog]), "abcdefgh")).await.unwrap();
    assert_eq!(w.count("product WHERE renewal_billing = 'PARTNERSHIP'").await, 2);
    assert_eq!(w.count("payer_change").await, 1);
}

/// Either side ends it; the client pays from then on, and both are mailed.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn either_side_ends_a_partnership(#[case] db: Db) {
    for by_partner in [false, true] {
        let w = Partners::start(db).await;
        w.card(w.acme).await;
        let row = w.connected(w.full_access(PayerKind::Partner)).await;
        let who = if by_partner { &w.acme_owner } else { &w.bolt_owner };
        let ended = finish(&w, who, row.id).await.unwrap();
        assert_eq!((ended.status, ended.payer), (PartnershipStatus::Ended, PayerKind::Client));
        assert_eq!(ended.ended_at, Some(instant("2026-11-21T12:00:00Z")));
        assert_eq!(code(finish(&w, who, row.id).await), Some(Code::Conflict));
        let late = change(&w, &w.bolt_owner, (row.id, PayerKind::Partner, None, "12345678")).await;
        assert_eq!(code(late), Some(Code::Conflict));
        assert_eq!(w.mails("payer_changed").await.len(), 2);
        assert_eq!(w.count("activity WHERE kind = 'PARTNERSHIP_ENDED'").await, 2);
        assert_eq!(w.count("partnership WHERE status = 'ENDED' AND payer = 'CLIENT'").await, 1);
    }
}

/// Access that was given until a day is gone at that instant; the sweep writes it down, with the client as the payer.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_partnership_runs_out(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let until = instant("2026-12-01T00:00:00Z");
    let row = w.connected(SendInvitation { access_expires_at: Some(until), ..w.full_access(PayerKind::Partner) }).await;
    assert_eq!(row.expires_at, Some(until));
    w.travel("2026-12-01T00:00:00Z").await;
    let reader = w.reader(&w.acme_owner).await;
    let page = PageRequest::first(10);
    let active = queries::partnerships(&reader, As::Partner, &[w.acme], Some(PartnershipStatus::Active), &page).await;
    assert!(active.unwrap().is_empty());

    w.travel("2026-12-01T01:00:00Z").await;
    let system = domain::Actor::System(domain::actor::System::Operator);
    let swept = w.store.write(system, domain::store::Statements::default(), |work| Box::pin(lapse(work))).await;
    assert_eq!(swept.unwrap(), 1);
    assert_eq!(w.count("partnership WHERE status = 'ENDED' AND payer = 'CLIENT'").await, 1);
    let mails = w.mails("payer_changed").await;
    assert_eq!((mails.len(), &mails[0].data["changed_by"]), (2, &"Bolt".into()));
    let again = w.connected(w.full_access(PayerKind::Client)).await;
    assert_ne!(again.id, row.id);
}
