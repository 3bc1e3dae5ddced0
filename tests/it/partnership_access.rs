//! Access that stands: changed, narrowed, announced, ended, by whom and to the second.

use domain::error::{Code, Error};
use domain::partnership::commands::{
    ConnectClient, EndPartnership, SendInvitation, UpdateAccess, connect, end, lapse, remind, send, update_access,
};
use domain::patch::Patch;
use domain::permission::{Permission, Permissions, Target, held, seen};
use entities::id::ProductId;
use entities::invitation::AccessLevel;
use entities::membership::Role;
use entities::partnership::{self, PartnershipStatus, PayerKind};
use entities::product;
use rstest::rstest;
use serde_json::json;
use tests::app::TestApp;
use tests::database::Db;
use tests::partners::{Partners, code, instant};

/// A change of this partnership that says nothing but the level.
fn to(row: &partnership::Model, access_level: AccessLevel) -> UpdateAccess {
    UpdateAccess {
        partnership_id: row.id,
        access_level,
        permissions: Patch::Keep,
        product_ids: Patch::Keep,
        payer: Patch::Keep,
        expires_at: Patch::Keep,
    }
}

fn set(permissions: &[Permission]) -> Patch<Permissions> {
    Patch::Set(permissions.iter().copied().collect())
}

async fn change(w: &Partners, token: &str, command: UpdateAccess) -> Result<partnership::Model, Error> {
    w.write(token, move |work| Box::pin(update_access(work, command.clone()))).await
}

async fn finish(w: &Partners, token: &str, row: &partnership::Model) -> Result<partnership::Model, Error> {
    let command = EndPartnership { partnership_id: row.id };
    w.write(token, move |work| Box::pin(end(work, command.clone()))).await
}

async fn sweep(w: &Partners) -> (u64, u64) {
    let system = || domain::Actor::System(domain::actor::System::Schedule);
    let none = domain::store::Statements::default;
    let lapsed = w.store.write(system(), none(), |work| Box::pin(lapse(work))).await.unwrap();
    (lapsed, w.store.write(system(), none(), |work| Box::pin(remind(work))).await.unwrap())
}

/// What Acme's owner may do in Bolt's account, now.
async fn rights(w: &Partners) -> Permissions {
    let on = Target::account(w.bolt);
    let (actor, now) = (w.actor(&w.acme_owner).await, w.store.now().await.unwrap().now);
    held(w.store.pool(), &actor, now, &[on]).await.unwrap()[&on].held()
}

async fn sees(w: &Partners, product: ProductId) -> bool {
    !seen::<product::Model>(&w.reader(&w.acme_owner).await, &[product.0]).await.unwrap().is_empty()
}

async fn to_whom(w: &Partners, kind: &str) -> Vec<String> {
    w.mails(kind).await.into_iter().map(|mail| mail.recipient).collect()
}

/// S2.2, S2.19a: the client narrows access, at once and in everything; the client pays from then on, and both sides are mailed.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_client_narrows_access(#[case] db: Db) {
    use Permission::{ManageProducts, ViewProducts};
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let (shop, blog) = (w.product(w.bolt, "shop").await, w.product(w.bolt, "blog").await);
    let row = w.connected(w.full_access(PayerKind::Partner)).await;
    assert_eq!(rights(&w).await, Permissions::PARTNERSHIP);
    let command = UpdateAccess {
        permissions: set(&[ViewProducts, ManageProducts]),
        product_ids: Patch::Set(vec![shop]),
        ..to(&row, AccessLevel::Partial)
    };
    let narrowed = change(&w, &w.bolt_owner, command.clone()).await.unwrap();
    assert_eq!((narrowed.id, narrowed.payer, narrowed.has_all_products), (row.id, PayerKind::Client, false));
    assert_eq!((rights(&w).await, sees(&w, shop).await, sees(&w, blog).await), (Permissions::NONE, true, false));
    assert_eq!(
        w.count("product WHERE managed_by_id IS NOT NULL").await,
        1,
        "what is not covered, it does not look after"
    );
    assert_eq!(to_whom(&w, "access_changed").await, ["ann@acme.example"]);
    let mails = w.mails("access_changed").await;
    let terms = json!({
        "level": "PARTIAL", "permissions": ["VIEW_PRODUCTS", "MANAGE_PRODUCTS"], "products": ["shop"], "payer": null,
        "until": null,
    });
    assert_eq!((&mails[0].data["by"], &mails[0].data["terms"]), (&json!("Bolt"), &terms));
    assert_eq!(to_whom(&w, "payer_changed").await, ["ann@acme.example", "jo@bolt.example"]);
    assert_eq!(w.count("payer_change WHERE from_payer = 'PARTNER' AND to_payer = 'CLIENT'").await, 1);
    assert_eq!(w.count("activity WHERE kind = 'PARTNERSHIP_CHANGED'").await, 2);

    // the same again changes nothing, and tells nobody
    change(&w, &w.bolt_owner, command).await.unwrap();
    assert_eq!(w.mails("access_changed").await.len(), 1);
}

/// S2.3: widened to full, there is a decision on who pays again; the partner that shall pay must be able to.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn widening_takes_a_decision_on_the_payer(#[case] db: Db) {
    let w = Partners::start(db).await;
    let shop = w.product(w.bolt, "shop").await;
    let admin = w.person("al@bolt.example", "Al", &[(w.bolt, Role::Admin)]).await;
    let part = SendInvitation {
        access_level: AccessLevel::Partial,
        permissions: Some(Permission::ViewProducts.into()),
        product_ids: Some(vec![shop]),
        payer: None,
        ..w.full_access(PayerKind::Client)
    };
    let row = w.connected(part).await;
    let undecided = change(&w, &admin, to(&row, AccessLevel::Full)).await;
    assert_eq!(code(undecided), (Some(Code::InvalidInput), "payer".to_owned()));
    let pays = |payer| UpdateAccess { payer: Patch::Set(payer), ..to(&row, AccessLevel::Full) };
    assert_eq!(code(change(&w, &admin, pays(PayerKind::Partner)).await).0, Some(Code::PaymentMethodRequired));
    w.card(w.acme).await;
    let wide = change(&w, &admin, pays(PayerKind::Partner)).await.unwrap();
    assert_eq!(
        (wide.payer, wide.has_all_products, rights(&w).await),
        (PayerKind::Partner, true, Permissions::PARTNERSHIP)
    );
    assert_eq!(w.count("partnership_product").await, 0);
    // who manages partners but not billing does not decide who pays
    let mut sql = w.sql();
    sql.add(
        "UPDATE membership SET permissions = ? WHERE role = 'ADMIN'",
        [Permissions::PARTNERSHIP.or(Permission::ManagePartners.into()).bits().into()],
    );
    sql.execute(w.store.pool()).await.unwrap();
    assert_eq!(code(change(&w, &admin, pays(PayerKind::Client)).await).0, Some(Code::PermissionDenied));
    let expires_at = Patch::Set(instant("2027-01-01T00:00:00Z"));
    change(&w, &admin, UpdateAccess { expires_at, ..to(&row, AccessLevel::Full) }).await.unwrap();
}

/// The partner gives up by itself, and takes nothing; nobody grants what they do not hold, and strangers learn nothing.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_partner_only_gives_up(#[case] db: Db) {
    use Permission::{Purchase, ViewProducts};
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let (shop, theirs) = (w.product(w.bolt, "shop").await, w.product(w.acme, "theirs").await);
    let row = w.connected(w.full_access(PayerKind::Client)).await;
    let stranger = w.person("eve@else.example", "Eve", &[(w.account("Else", None).await, Role::Owner)]).await;
    let viewer = w.person("vi@bolt.example", "Vi", &[(w.bolt, Role::Viewer)]).await;
    let less = UpdateAccess { permissions: set(&[ViewProducts, Purchase]), ..to(&row, AccessLevel::Partial) };
    for nobody in [&stranger, &viewer] {
        assert_eq!(code(change(&w, nobody, less.clone()).await).0, Some(Code::NotFound));
    }
    let pays = UpdateAccess { payer: Patch::Set(PayerKind::Partner), ..to(&row, AccessLevel::Full) };
    assert_eq!(code(change(&w, &w.acme_owner, pays).await).0, Some(Code::PermissionDenied), "S2.19b");

    change(&w, &w.acme_owner, less.clone()).await.unwrap();
    assert_eq!(to_whom(&w, "access_changed").await, ["jo@bolt.example"]);
    let until = |at: &str| UpdateAccess { expires_at: Patch::Set(instant(at)), ..to(&row, AccessLevel::Partial) };
    change(&w, &w.acme_owner, until("2027-06-01T00:00:00Z")).await.unwrap();
    let products = |ids| UpdateAccess { product_ids: ids, ..to(&row, AccessLevel::Partial) };
    for more in [
        UpdateAccess { payer: Patch::Set(PayerKind::Client), ..to(&row, AccessLevel::Full) },
        UpdateAccess {
            permissions: set(&[ViewProducts, Permission::ContactSupport]),
            ..to(&row, AccessLevel::Partial)
        },
        until("2027-06-01T00:00:01Z"),
        UpdateAccess { expires_at: Patch::Clear, ..to(&row, AccessLevel::Partial) },
    ] {
        assert_eq!(code(change(&w, &w.acme_owner, more.clone()).await).0, Some(Code::PermissionDenied), "{more:?}");
    }
    change(&w, &w.acme_owner, products(Patch::Set(vec![shop]))).await.unwrap();
    assert_eq!(code(change(&w, &w.acme_owner, products(Patch::Clear)).await).0, Some(Code::PermissionDenied));
    let foreign = change(&w, &w.bolt_owner, products(Patch::Set(vec![shop, theirs]))).await;
    assert_eq!(code(foreign), (Some(Code::NotFound), "productIds.1".to_owned()));

    // somebody who manages partners, and may not buy: narrowing is theirs, granting it is not
    let mut sql = w.sql();
    let may: Permissions = [Permission::ManagePartners, ViewProducts].into_iter().collect();
    sql.add("UPDATE membership SET permissions = ? WHERE role = 'VIEWER'", [may.bits().into()]);
    sql.execute(w.store.pool()).await.unwrap();
    assert_eq!(code(change(&w, &viewer, products(Patch::Clear)).await).0, Some(Code::PermissionDenied));
    change(&w, &viewer, UpdateAccess { permissions: set(&[ViewProducts]), ..to(&row, AccessLevel::Partial) })
        .await
        .unwrap();
    change(&w, &viewer, products(Patch::Clear)).await.unwrap();

    finish(&w, &w.bolt_owner, &row).await.unwrap();
    assert_eq!(code(change(&w, &w.bolt_owner, less).await).0, Some(Code::Conflict));
}

/// A promise of rules §5: one active partnership per pair, and a new grant updates it.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_new_grant_updates_the_partnership(#[case] db: Db) {
    let w = Partners::start(db).await;
    let offer = w.full_access(PayerKind::Client);
    let row = w.write(&w.bolt_owner, move |work| Box::pin(send(work, offer.clone()))).await.unwrap();
    // while the offer waits, the two become partners in another way
    let mut sql = w.sql();
    sql.add(
        "INSERT INTO partnership (id, partner_id, client_account_id, status, access_level, permissions, has_all_products, payer, created_at)
        VALUES (?, ?, ?, 'ACTIVE', 'PARTIAL', 1, TRUE, 'CLIENT', ?)",
        [row.id.0.into(), w.acme.into(), w.bolt.into(), instant("2026-11-01T00:00:00Z").into()],
    );
    sql.execute(w.store.pool()).await.unwrap();
    let command = ConnectClient { invitation_id: row.id, client_id: None };
    let connected = w.write(&w.acme_owner, move |work| Box::pin(connect(work, command.clone()))).await.unwrap();
    assert_eq!((connected.partnership.id.0, connected.partnership.access_level), (row.id.0, AccessLevel::Full));
    assert_eq!(w.count("partnership").await, 1);
    assert_eq!(w.count("partnership WHERE access_level = 'FULL' AND permissions = 295").await, 1);
}

/// Access that is given until an instant is there a second before and gone at it, whatever has been swept; then both sides are mailed.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn access_ends_to_the_second(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let shop = w.product(w.bolt, "shop").await;
    let until = instant("2026-12-01T10:30:15Z");
    let row = w.connected(SendInvitation { access_expires_at: Some(until), ..w.full_access(PayerKind::Partner) }).await;
    w.travel("2026-12-01T10:30:14Z").await;
    assert_eq!((rights(&w).await, sees(&w, shop).await), (Permissions::PARTNERSHIP, true));
    w.travel("2026-12-01T10:30:15Z").await;
    assert_eq!((rights(&w).await, sees(&w, shop).await), (Permissions::NONE, false));
    let late = UpdateAccess { expires_at: Patch::Clear, ..to(&row, AccessLevel::Full) };
    assert_eq!(
        code(change(&w, &w.bolt_owner, late).await).0,
        Some(Code::Conflict),
        "nothing stands that could be put off"
    );

    w.travel("2026-12-01T11:00:00Z").await;
    assert_eq!(sweep(&w).await, (1, 0));
    assert_eq!(to_whom(&w, "access_ended").await, ["ann@acme.example", "jo@bolt.example"]);
    let mails = w.mails("access_ended").await;
    assert_eq!((&mails[1].data["to"], &mails[1].data["ended_by"]), (&json!("CLIENT"), &json!(null)));
    assert_eq!(mails[1].data["ended_at"], json!({ "local": "2026-12-01T11:30:15", "zone": "CET" }));
    assert_eq!(to_whom(&w, "payer_changed").await, ["ann@acme.example", "jo@bolt.example"]);
    assert_eq!(sweep(&w).await, (0, 0));
    assert_eq!(w.count("access_reminder").await, 0);
}

/// Either side ends it, and the other one is mailed.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_mailed_to_the_other_side(#[case] db: Db) {
    let w = Partners::start(db).await;
    for (who, told, by) in [(&w.bolt_owner, "ann@acme.example", "Bolt"), (&w.acme_owner, "jo@bolt.example", "Acme")] {
        let row = w.connected(w.full_access(PayerKind::Client)).await;
        let before = w.mails("access_ended").await.len();
        assert_eq!(finish(&w, who, &row).await.unwrap().status, PartnershipStatus::Ended);
        assert_eq!(rights(&w).await, Permissions::NONE);
        let mails = w.mails("access_ended").await;
        let mail = mails.iter().find(|mail| mail.data["ended_by"] == by).unwrap();
        assert_eq!((mails.len(), mail.recipient.as_str()), (before + 1, told));
    }
}

/// 14, 3 and 1 days before an end both sides are mailed, once each, on the test clock, too; an end that is put off is announced anew,
/// and one that is near from the beginning only by what is still ahead.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_end_is_announced(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, _, partnership) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    let until = async |at: serde_json::Value| {
        let input = json!({ "partnershipId": partnership, "accessLevel": "FULL", "expiresAt": at });
        app.done(&client.token, "updatePartnershipAccess", input, "partnership { expiresAt status }").await
    };
    let told = |address: &str| -> Vec<String> {
        let mails = app.mails_to(address).into_iter().map(|mail| mail.subject);
        mails.filter(|subject| subject.starts_with("Access ends in")).collect()
    };
    // on 21 November, until 20 December: due on the 6th, the 17th and the 19th, at half past seven
    until(json!("2026-12-20T07:30:00Z")).await;
    for (day, expected) in [
        ("2026-12-06T07:00:00Z", vec![]),
        ("2026-12-06T08:00:00Z", vec!["14 days"]),
        ("2026-12-16T23:00:00Z", vec!["14 days"]),
        ("2026-12-17T08:00:00Z", vec!["14 days", "3 days"]),
    ] {
        app.advance_to(&client.token, day).await.ok();
        for address in [&partner.email, &client.email] {
            let seen = told(address);
            let days: Vec<_> = seen
                .iter()
                .map(|subject| subject.split(&[' ', ':']).skip(3).take(2).collect::<Vec<_>>().join(" "))
                .collect();
            assert_eq!(days, expected, "{address} on {day}");
        }
    }
    // put off until 23 January: the one of the day before does not come, and all three of the new end do, in one leap
    until(json!("2027-01-23T12:00:00Z")).await;
    app.advance_to(&client.token, "2027-01-22T12:00:00Z").await.ok();
    assert_eq!(told(&client.email).len(), 5);
    assert_eq!(told(&client.email).last().unwrap(), "Access ends in one day: bolt and acme");
    // in two days: the reminders of 14 and 3 days lie behind
    until(json!("2027-01-24T13:00:00Z")).await;
    app.advance_to(&client.token, "2027-01-24T12:00:00Z").await.ok();
    assert_eq!(told(&partner.email).len(), 6);
    app.advance_to(&client.token, "2027-01-24T14:00:00Z").await.ok();
    let query = "query($id: ID!) { account(id: $id) { partnershipsAsPartner { nodes { status endedAt } } } }";
    let seen = app.ask_as(&partner.token, query, json!({ "id": partner.account_id })).await;
    let ended = json!([{ "status": "ENDED", "endedAt": "2027-01-24T13:00:00Z" }]);
    assert_eq!(seen.ok()["account"]["partnershipsAsPartner"]["nodes"], ended);
    assert_eq!((told(&partner.email).len(), told(&client.email).len()), (6, 6));
}

/// One account, or nobody: what is asked over the wire keeps, sets and clears as the contract says.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_left_out_stays(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let provider = app.provider().await;
    let partner = app.partner(&provider, "acme").await;
    let (client, _, id) = app.client_of("acme", &partner, "bolt", "CLIENT").await;
    let shown = "partnership { accessLevel permissions payer expiresAt products { label } }";
    let input = json!({
        "partnershipId": id, "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS", "PURCHASE"],
        "expiresAt": "2027-06-01T00:00:00Z",
    });
    app.done(&client.token, "updatePartnershipAccess", input, shown).await;
    let input = json!({ "partnershipId": id, "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"] });
    let kept = app.done(&client.token, "updatePartnershipAccess", input, shown).await;
    let expected = json!({
        "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"], "payer": "CLIENT", "expiresAt": "2027-06-01T00:00:00Z",
        "products": null,
    });
    assert_eq!(kept["partnership"], expected);
    let input = json!({ "partnershipId": id, "accessLevel": "PARTIAL", "expiresAt": null, "productIds": null });
    let cleared = app.done(&client.token, "updatePartnershipAccess", input, shown).await;
    assert_eq!(cleared["partnership"]["expiresAt"], json!(null));
    let input =
        json!({ "partnershipId": id, "accessLevel": "FULL", "permissions": ["VIEW_PRODUCTS"], "payer": "CLIENT" });
    let wrong = app.run(&client.token, "updatePartnershipAccess", input, shown).await;
    assert_eq!((wrong.user_error(), wrong.user_error_field()), ("INVALID_INPUT", "permissions".to_owned()));
    let input = json!({ "partnershipId": "nonsense", "accessLevel": "FULL" });
    assert_eq!(app.run(&client.token, "updatePartnershipAccess", input, shown).await.user_error(), "NOT_FOUND");
}
