//! Requests for access, by a partner to a client: with an account, or with nothing but an address.

use domain::client::commands::{CreateClient, NewClient, create};
use domain::error::{Code, Error};
use domain::partnership::commands::{
    EndPartnership, GrantAccess, RejectInvitation, RequestAccess, WithdrawInvitation, end, grant_access, lapse, reject,
    request, withdraw,
};
use domain::partnership::queries::{self, Invitations};
use domain::permission::{Permission, Permissions};
use entities::id::{AccountId, ClientId, InvitationId};
use entities::invitation::{self, AccessLevel, InvitationStatus};
use entities::membership::Role;
use entities::partnership::{self, PayerKind};
use entities::{client, invitation::InvitationDirection};
use futures::future::join_all;
use rstest::rstest;
use serde_json::json;
use tests::database::Db;
use tests::partners::{Partners, code, instant};

async fn record(w: &Partners, name: &str, email: Option<&str>) -> client::Model {
    let client = NewClient { name: name.to_owned(), email: email.map(str::to_owned), ..NewClient::default() };
    let command = CreateClient { partner_id: w.acme, client };
    w.write(&w.acme_owner, move |work| Box::pin(create(work, command.clone()))).await.unwrap()
}

/// Full access, with the decision on who pays left to the client.
fn full(client_id: ClientId) -> RequestAccess {
    RequestAccess { client_id, access_level: AccessLevel::Full, permissions: None, payer: None, message: None }
}

fn some(client_id: ClientId, permissions: &[Permission]) -> RequestAccess {
    let permissions = Some(permissions.iter().copied().collect());
    RequestAccess { access_level: AccessLevel::Partial, permissions, ..full(client_id) }
}

async fn ask(w: &Partners, token: &str, command: RequestAccess) -> Result<invitation::Model, Error> {
    w.write(token, move |work| Box::pin(request(work, command.clone()))).await
}

/// As it was asked for, paid by the client.
fn as_asked(invitation_id: InvitationId, account_id: AccountId) -> GrantAccess {
    GrantAccess { invitation_id, account_id, access_level: None, permissions: None, product_ids: None, payer: None }
}

async fn grant(w: &Partners, token: &str, command: GrantAccess) -> Result<partnership::Model, Error> {
    w.write(token, move |work| Box::pin(grant_access(work, command.clone()))).await
}

async fn refuse(w: &Partners, token: &str, invitation_id: InvitationId) -> Result<invitation::Model, Error> {
    let command = RejectInvitation { invitation_id, message: Some("Not now.".to_owned()) };
    w.write(token, move |work| Box::pin(reject(work, command.clone()))).await
}

async fn received(w: &Partners, token: &str, account: AccountId) -> i64 {
    let pending = Some(InvitationStatus::Pending);
    let found = queries::count_invitations(&w.reader(token).await, Invitations::Received, &[account], pending).await;
    found.unwrap().get(&account).copied().unwrap_or_default()
}

async fn unverify(w: &Partners, email: &str) {
    let mut sql = w.sql();
    sql.add(r#"UPDATE "user" SET email_verified_at = NULL WHERE email = ?"#, [email.into()]);
    sql.execute(w.store.pool()).await.unwrap();
}

/// A client that was a partner's once is asked in its account: whoever manages its partners there answers, for that account.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_connected_client_is_asked_in_its_account(#[case] db: Db) {
    let w = Partners::start(db).await;
    w.card(w.acme).await;
    let viewer = w.person("vi@bolt.example", "Vi", &[(w.bolt, Role::Viewer)]).await;
    let bakery = w.account("Bakery", None).await;
    let both = w.person("bo@bolt.example", "Bo", &[(w.bolt, Role::Admin), (bakery, Role::Owner)]).await;
    let known = record(&w, "Bolt Ltd", Some("jo@bolt.example")).await;
    let first = ask(&w, &w.acme_owner, full(known.id)).await.unwrap();
    let undecided = grant(&w, &w.bolt_owner, as_asked(first.id, w.bolt)).await;
    assert_eq!(code(undecided), (Some(Code::InvalidInput), "payer".to_owned()), "S2.3: no default");
    let decided = GrantAccess { payer: Some(PayerKind::Partner), ..as_asked(first.id, w.bolt) };
    let partnership = grant(&w, &w.bolt_owner, decided).await.unwrap();
    assert_eq!((partnership.payer, partnership.access_level), (PayerKind::Partner, AccessLevel::Full));
    let again = ask(&w, &w.acme_owner, full(known.id)).await;
    assert_eq!(code(again), (Some(Code::AlreadyExists), "clientId".to_owned()), "they are partners");
    let finish = EndPartnership { partnership_id: partnership.id };
    w.write(&w.bolt_owner, move |work| Box::pin(end(work, finish.clone()))).await.unwrap();

    let row = ask(&w, &w.acme_owner, full(known.id)).await.unwrap();
    assert_eq!((row.client_account_id, row.direction), (Some(w.bolt), InvitationDirection::PartnerToClient));
    assert_eq!(received(&w, &both, w.bolt).await, 1);
    assert_eq!((received(&w, &both, bakery).await, received(&w, &viewer, w.bolt).await), (0, 0));
    let mails = w.mails("access_requested").await;
    let to: Vec<_> = mails.iter().map(|mail| mail.recipient.as_str()).collect();
    assert_eq!(to, ["bo@bolt.example", "jo@bolt.example", "jo@bolt.example"]);
    assert_eq!(code(grant(&w, &viewer, as_asked(row.id, w.bolt)).await).0, Some(Code::NotFound));
    let elsewhere = grant(&w, &both, as_asked(row.id, bakery)).await;
    assert_eq!(code(elsewhere), (Some(Code::InvalidInput), "accountId".to_owned()));
    let own = grant(&w, &w.acme_owner, as_asked(row.id, w.acme)).await;
    assert_eq!(code(own).0, Some(Code::PermissionDenied), "the partner does not answer itself");
    let decided = GrantAccess { payer: Some(PayerKind::Client), ..as_asked(row.id, w.bolt) };
    assert_eq!(grant(&w, &both, decided).await.unwrap().payer, PayerKind::Client);
    assert_eq!(w.count("client").await, 1, "the record is the one that was there");
}

/// Less than was asked can be granted, more cannot; on products of one's own.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_granted_than_was_asked_for(#[case] db: Db) {
    use Permission::{ManageMembers, ManageProducts, Purchase, ViewProducts};
    let w = Partners::start(db).await;
    let (shop, theirs) = (w.product(w.bolt, "shop").await, w.product(w.acme, "theirs").await);
    let known = record(&w, "Bolt", Some("jo@bolt.example")).await;
    let row = ask(&w, &w.acme_owner, some(known.id, &[ViewProducts, Purchase, ManageMembers])).await.unwrap();
    let set = |all: &[Permission]| -> Option<Permissions> { Some(all.iter().copied().collect()) };
    let as_asked = || as_asked(row.id, w.bolt);
    for (command, field) in [
        (
            GrantAccess { access_level: Some(AccessLevel::Full), payer: Some(PayerKind::Client), ..as_asked() },
            "accessLevel",
        ),
        (GrantAccess { permissions: set(&[ViewProducts, ManageProducts]), ..as_asked() }, "permissions"),
        (GrantAccess { permissions: set(&[]), ..as_asked() }, "permissions"),
        (GrantAccess { product_ids: Some(vec![]), ..as_asked() }, "productIds"),
        (
            GrantAccess { product_ids: Some(vec![shop]), permissions: set(&[ManageMembers]), ..as_asked() },
            "permissions",
        ),
    ] {
        let end = grant(&w, &w.bolt_owner, command.clone()).await;
        assert_eq!(code(end), (Some(Code::InvalidInput), field.to_owned()), "{command:?}");
    }
    let foreign = GrantAccess { product_ids: Some(vec![shop, theirs]), ..as_asked() };
    assert_eq!(code(grant(&w, &w.bolt_owner, foreign).await), (Some(Code::NotFound), "productIds.1".to_owned()));
    let paid = GrantAccess { payer: Some(PayerKind::Partner), ..as_asked() };
    assert_eq!(code(grant(&w, &w.bolt_owner, paid).await).0, Some(Code::PayerRequiresFullAccess));

    let less = GrantAccess { product_ids: Some(vec![shop]), ..as_asked() };
    let granted = grant(&w, &w.bolt_owner, less).await.unwrap();
    let carried: Permissions = [ViewProducts, Purchase].into_iter().collect();
    assert_eq!((granted.permissions, granted.has_all_products), (carried.bits(), false));
    let told = w.mails("invitation_accepted").await;
    assert_eq!((told.len(), told[0].recipient.as_str()), (1, "ann@acme.example"));
    assert_eq!(told[0].data["terms"]["permissions"], json!(["VIEW_PRODUCTS", "PURCHASE"]));
    assert_eq!(told[0].data["terms"]["products"], json!(["shop"]));
    assert_eq!(w.count("product WHERE managed_by_id IS NOT NULL AND label = 'shop'").await, 1);
}

/// What cannot be asked, and by whom.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_for(#[case] db: Db) {
    let w = Partners::start(db).await;
    let technical = w.person("tim@acme.example", "Tim", &[(w.acme, Role::Technical)]).await;
    let viewer = w.person("vi@acme.example", "Vi", &[(w.acme, Role::Viewer)]).await;
    let known = record(&w, "Bolt", Some("jo@bolt.example")).await;
    let (nowhere, oneself) = (record(&w, "Nowhere", None).await, record(&w, "I", Some("ann@acme.example")).await);
    let at = |field: &str| field.to_owned();
    let pays = |payer| RequestAccess { payer: Some(payer), ..full(known.id) };
    for (token, command, expected) in [
        (&w.acme_owner, full(nowhere.id), (Code::InvalidInput, at("clientId"))),
        (&w.acme_owner, full(oneself.id), (Code::InvalidInput, at("clientId"))),
        (&w.acme_owner, some(known.id, &[]), (Code::InvalidInput, at("permissions"))),
        (&w.acme_owner, some(known.id, &[Permission::ViewInvoices]), (Code::InvalidInput, at("permissions"))),
        (
            &w.acme_owner,
            RequestAccess { payer: Some(PayerKind::Partner), ..some(known.id, &[Permission::Purchase]) },
            (Code::PayerRequiresFullAccess, at("payer")),
        ),
        (
            &w.acme_owner,
            RequestAccess { message: Some("x".repeat(2001)), ..full(known.id) },
            (Code::InvalidInput, at("message")),
        ),
        (&w.acme_owner, pays(PayerKind::Partner), (Code::PaymentMethodRequired, at(""))),
        (&technical, pays(PayerKind::Partner), (Code::PermissionDenied, at(""))),
        (&viewer, full(known.id), (Code::NotFound, at(""))),
        (&w.bolt_owner, full(known.id), (Code::NotFound, at(""))),
        (&w.acme_owner, full(ClientId(known.partner_id.0)), (Code::NotFound, at(""))),
    ] {
        let end = ask(&w, token, command.clone()).await;
        assert_eq!(code(end), (Some(expected.0), expected.1), "{command:?}");
    }
    assert_eq!(w.count("invitation").await, 0);

    ask(&w, &technical, pays(PayerKind::Client)).await.unwrap();
    let end = ask(&w, &w.acme_owner, full(known.id)).await;
    assert_eq!(code(end), (Some(Code::AlreadyExists), at("clientId")), "one is under way");
}

/// A request to an address is that user's to answer, in whichever of their accounts; no colleague's, and not while it is unverified.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_to_an_address_is_its_users_alone(#[case] db: Db) {
    let w = Partners::start(db).await;
    let (bakery, forge) = (w.account("Bakery", None).await, w.account("Forge", None).await);
    let may = [(bakery, Role::Owner), (forge, Role::Admin), (w.bolt, Role::Viewer), (w.acme, Role::Viewer)];
    let jo = w.person("jo@home.example", "Jo", &may).await;
    let colleague = w.person("al@bakery.example", "Al", &[(bakery, Role::Admin)]).await;
    let known = record(&w, "Jo", Some("jo@home.example")).await;
    let row = ask(&w, &w.acme_owner, full(known.id)).await.unwrap();
    let granted = |account| GrantAccess { payer: Some(PayerKind::Client), ..as_asked(row.id, account) };

    unverify(&w, "jo@home.example").await;
    assert_eq!(received(&w, &jo, bakery).await, 0);
    assert_eq!(code(grant(&w, &jo, granted(bakery)).await).0, Some(Code::EmailNotVerified));
    assert_eq!(code(refuse(&w, &jo, row.id).await).0, Some(Code::EmailNotVerified));
    let mut sql = w.sql();
    sql.add(r#"UPDATE "user" SET email_verified_at = ?"#, [instant("2026-11-20T00:00:00Z").into()]);
    sql.execute(w.store.pool()).await.unwrap();

    assert_eq!((received(&w, &jo, bakery).await, received(&w, &jo, forge).await), (1, 1));
    assert_eq!((received(&w, &jo, w.bolt).await, received(&w, &jo, w.acme).await), (0, 0));
    assert_eq!(received(&w, &colleague, bakery).await, 0);
    assert_eq!(code(grant(&w, &colleague, granted(bakery)).await).0, Some(Code::NotFound));
    assert_eq!(code(refuse(&w, &colleague, row.id).await).0, Some(Code::NotFound));
    assert_eq!(code(refuse(&w, &w.acme_owner, row.id).await).0, Some(Code::PermissionDenied));
    assert_eq!(code(grant(&w, &jo, granted(w.bolt)).await).0, Some(Code::PermissionDenied), "a viewer there");
    assert_eq!(code(grant(&w, &jo, granted(w.acme)).await).0, Some(Code::PermissionDenied), "a viewer there, too");
    let mut sql = w.sql();
    let all = Permissions::of_role(Role::Admin).bits();
    let widen = "UPDATE membership SET role = 'ADMIN', permissions = ? WHERE account_id = ? AND role = 'VIEWER'";
    sql.add(widen, [all.into(), w.acme.into()]);
    sql.execute(w.store.pool()).await.unwrap();
    let to_itself = grant(&w, &jo, granted(w.acme)).await;
    assert_eq!(code(to_itself), (Some(Code::InvalidInput), "accountId".to_owned()));
    let partnership = grant(&w, &jo, granted(forge)).await.unwrap();
    assert_eq!(partnership.client_account_id, forge);
    assert_eq!(w.count("client WHERE account_id IS NOT NULL").await, 1);
    assert_eq!((received(&w, &jo, bakery).await, received(&w, &jo, forge).await), (0, 0));
}

/// S3.17 to S3.19, the other way round: a request is declined with a message, by mail to the partner, also from an address alone.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_declined_or_taken_back(#[case] db: Db) {
    let w = Partners::start(db).await;
    let known = record(&w, "Bolt", Some("jo@bolt.example")).await;
    let first = ask(&w, &w.acme_owner, full(known.id)).await.unwrap();
    let done = refuse(&w, &w.bolt_owner, first.id).await.unwrap();
    assert_eq!((done.status, done.client_account_id), (InvitationStatus::Rejected, None));
    let mails = w.mails("invitation_rejected").await;
    assert_eq!((mails.len(), mails[0].recipient.as_str()), (1, "ann@acme.example"));
    assert_eq!((&mails[0].data["by"], &mails[0].data["message"]), (&json!("jo@bolt.example"), &json!("Not now.")));
    let late = GrantAccess { payer: Some(PayerKind::Client), ..as_asked(first.id, w.bolt) };
    assert_eq!(code(grant(&w, &w.bolt_owner, late).await).0, Some(Code::InvitationAlreadyAnswered));

    let second = ask(&w, &w.acme_owner, full(known.id)).await.unwrap();
    let take_back = async |token: &str| {
        let command = WithdrawInvitation { invitation_id: second.id };
        w.write(token, move |work| Box::pin(withdraw(work, command.clone()))).await
    };
    assert_eq!(code(take_back(&w.bolt_owner).await).0, Some(Code::PermissionDenied));
    assert_eq!(take_back(&w.acme_owner).await.unwrap().status, InvitationStatus::Withdrawn);
    let mails = w.mails("invitation_withdrawn").await;
    assert_eq!((mails.len(), mails[0].recipient.as_str()), (1, "jo@bolt.example"));
    assert_eq!(code(refuse(&w, &w.bolt_owner, second.id).await).0, Some(Code::InvitationAlreadyAnswered));
    assert_eq!((w.count("partnership").await, w.count("client WHERE account_id IS NOT NULL").await), (0, 0));
}

/// R12: granted twenty times and declined twenty times at once, by two members: one answer, and at most one partnership.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn one_answer_to_a_request_counts(#[case] db: Db) {
    let w = Partners::start(db).await;
    let known = record(&w, "Bolt", Some("jo@bolt.example")).await;
    let row = ask(&w, &w.acme_owner, full(known.id)).await.unwrap();
    let grants = (0..20).map(async |_| {
        let command = GrantAccess { payer: Some(PayerKind::Client), ..as_asked(row.id, w.bolt) };
        grant(&w, &w.bolt_owner, command).await.map(drop)
    });
    let refusals = (0..20).map(async |_| refuse(&w, &w.bolt_owner, row.id).await.map(drop));
    let (granted, refused) = futures::join!(join_all(grants), join_all(refusals));
    let (won, lost): (Vec<_>, Vec<_>) = granted.into_iter().chain(refused).partition(Result::is_ok);
    assert_eq!(won.len(), 1);
    assert!(lost.into_iter().all(|end| code(end).0 == Some(Code::InvitationAlreadyAnswered)));
    let answers = w.mails("invitation_accepted").await.len() + w.mails("invitation_rejected").await.len();
    assert_eq!((answers, w.count("partnership").await <= 1, w.count("client").await), (1, true, 1));
}

/// A request lapses after thirty days, to the second; the partner is told that nobody answered, and may ask again.
#[rstest]
#[case(Db::Sqlite)]
#[case(Db::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_request_lapses_after_thirty_days(#[case] db: Db) {
    let w = Partners::start(db).await;
    let known = record(&w, "Bolt", Some("jo@bolt.example")).await;
    let row = ask(&w, &w.acme_owner, full(known.id)).await.unwrap();
    assert_eq!(row.expires_at, instant("2026-12-21T12:00:00Z"));
    w.travel("2026-12-21T11:59:59Z").await;
    assert_eq!(received(&w, &w.bolt_owner, w.bolt).await, 1);
    w.travel("2026-12-21T12:00:00Z").await;
    assert_eq!(received(&w, &w.bolt_owner, w.bolt).await, 0);
    let late = GrantAccess { payer: Some(PayerKind::Client), ..as_asked(row.id, w.bolt) };
    assert_eq!(code(grant(&w, &w.bolt_owner, late).await).0, Some(Code::InvitationAlreadyAnswered));
    let system = domain::Actor::System(domain::actor::System::Schedule);
    let swept = w.store.write(system, domain::store::Statements::default(), |work| Box::pin(lapse(work))).await;
    assert_eq!(swept.unwrap(), 1);
    let mails = w.mails("invitation_expired").await;
    assert_eq!((mails.len(), mails[0].recipient.as_str()), (1, "ann@acme.example"));
    assert_eq!((&mails[0].data["asked"], &mails[0].data["sent_on"]), (&json!("jo@bolt.example"), &json!("2026-11-21")));
    ask(&w, &w.acme_owner, full(known.id)).await.unwrap();
    assert_eq!(received(&w, &w.bolt_owner, w.bolt).await, 1);
}
