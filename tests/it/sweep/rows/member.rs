//! The members of an account, and the keys of programs.

use api::id::{Kind, encode};
use domain::Actor;
use domain::account::token::{NewToken, mint};
use domain::actor::System;
use domain::permission::Permission::{self, ManageMembers};
use domain::sql::{Sql, insert};
use domain::store::Statements;
use entities::api_key;
use entities::id::{ApiKeyId, MembershipId};
use entities::mailed_token::MailedTokenKind;
use entities::membership::{self, Role};
use sea_orm::FromQueryResult;
use serde_json::json;
use tests::world::Signed;
use uuid::Uuid;

use crate::sweep::row::{Again, Row, Spoil, Way, row};
use crate::sweep::scene::{Scene, rows_of};
use crate::sweep::world::{Company, SECRET, execute, person, row as row_id};

const MEMBERS: &[Permission] = &[ManageMembers];
const OF_BOLT: Way = Way::Member(Company::Bolt, MEMBERS);
const THROUGH: Way = Way::Through(MEMBERS);

pub fn rows() -> Vec<Row> {
    [members(), offers(), keys()].into_iter().flatten().collect()
}

fn members() -> Vec<Row> {
    vec![
        row("updateMember", &[OF_BOLT], |s| {
            Box::pin(async { json!({ "membershipId": member(s, None).await, "role": "BILLING", "permissions": ["PURCHASE"] }) })
        })
        .about("membershipId")
        .wrong("the owner", "CONFLICT", THE_OWNER)
        .wrong("a second owner", "INVALID_INPUT", |_, input| {
            input["role"] = json!("OWNER");
            Box::pin(async {})
        })
        .wrong("no permission at all", "INVALID_INPUT", |_, input| {
            input["permissions"] = json!([]);
            Box::pin(async {})
        }),
        row("updateMember", &[THROUGH, OF_BOLT], |s| {
            Box::pin(async {
                let member = member(s, Some(&s.world().ours.partnership)).await;
                json!({ "membershipId": member, "role": "BILLING", "permissions": ["PURCHASE"] })
            })
        })
        .case("of a partnership")
        .about("membershipId")
        .wrong("what no partnership carries", "PERMISSION_DENIED", |_, input| {
            input["permissions"] = json!(["VIEW_INVOICES"]);
            Box::pin(async {})
        }),
        row("removeMember", &[OF_BOLT], |s| Box::pin(async { json!({ "membershipId": member(s, None).await }) }))
            .about("membershipId")
            .again(Again::Refused(&["NOT_FOUND"]))
            .wrong("the owner", "CONFLICT", THE_OWNER),
        row("removeMember", &[THROUGH, OF_BOLT], |s| {
            Box::pin(async { json!({ "membershipId": member(s, Some(&s.world().ours.partnership)).await }) })
        })
        .case("of a partnership")
        .about("membershipId")
        .again(Again::Refused(&["NOT_FOUND"])),
        row("transferOwnership", &[Way::Owner(Company::Solo)], |s| {
            Box::pin(async {
                own_again(s).await;
                json!({ "accountId": s.account(Company::Solo), "membershipId": member_of(s, Company::Solo, None).await })
            })
        })
        .about("accountId")
        .again(Again::Refused(&["PERMISSION_DENIED"]))
        .wrong("to oneself", "INVALID_INPUT", |s, input| {
            Box::pin(async {
                let (account_id, user_id) = rows_of(s.owner(Company::Solo));
                let own = find(
                    s,
                    "SELECT id FROM membership WHERE account_id = ? AND user_id = ?",
                    [account_id.into(), user_id.into()],
                );
                input["membershipId"] = json!(encode(Kind::Membership, own.await).0);
            })
        }),
    ]
}

fn offers() -> Vec<Row> {
    vec![
        row("inviteMember", &[OF_BOLT, THROUGH], |s| {
            Box::pin(async {
                json!({
                    "accountId": s.account(Company::Bolt), "email": format!("new{}@people.example", s.number()),
                    "role": "BILLING", "permissions": ["VIEW_PRODUCTS", "PURCHASE"],
                })
            })
        })
        .about("accountId")
        .again(Again::Another)
        .wrong("a member already", "ALREADY_EXISTS", |_, input| {
            input["email"] = json!("owner@bolt.example");
            Box::pin(async {})
        })
        .wrong("a second owner", "INVALID_INPUT", |_, input| {
            input["role"] = json!("OWNER");
            Box::pin(async {})
        }),
        row("acceptMembership", &[Way::Anyone], |s| {
            Box::pin(async {
                json!({ "token": offer(s, s.owner(Company::Bolt)).await, "name": "Ann", "password": SECRET })
            })
        })
        .again(Again::Refused(&["TOKEN_INVALID"]))
        .costly()
        .unshown(&["token", "name", "password"])
        .wrong("a link of the week before", "TOKEN_EXPIRED", |s, _| Box::pin(s.app.set_clock("2026-11-29T10:00:00Z")))
        .wrong("taken back", "TOKEN_INVALID", |s, _| {
            let account = row_id(s.account(Company::Bolt));
            Box::pin(execute(
                &s.app,
                "UPDATE member_invitation SET status = 'WITHDRAWN', answered_at = created_at
                WHERE account_id = ? AND status = 'PENDING'",
                account,
            ))
        })
        .wrong("of somebody who may offer it no more", "TOKEN_INVALID", |s, input| {
            Box::pin(async {
                let sender = s.newcomer().await;
                input["token"] = json!(offer(s, &sender).await);
                let sender = rows_of(&sender).1;
                execute(&s.app, "UPDATE membership SET permissions = 1 WHERE user_id = ?", sender.0).await;
            })
        }),
    ]
}

fn keys() -> Vec<Row> {
    vec![
        row("createApiKey", &[Way::Own(Company::Bolt, MEMBERS), THROUGH], |s| {
            Box::pin(async {
                json!({
                    "accountId": s.account(Company::Bolt), "name": "Build", "permissions": ["VIEW_PRODUCTS"],
                    "expiresAt": "2027-11-21T10:00:00Z",
                })
            })
        })
        .about("accountId")
        .again(Again::Another)
        .wrong("over before it begins", "INVALID_INPUT", |_, input| {
            input["expiresAt"] = json!("2026-11-21T10:00:00Z");
            Box::pin(async {})
        })
        .wrong("for nothing at all", "INVALID_INPUT", |_, input| {
            input["permissions"] = json!([]);
            Box::pin(async {})
        }),
        row("revokeApiKey", &[OF_BOLT], |s| Box::pin(async { json!({ "apiKeyId": key(s, Company::Bolt).await }) }))
            .about("apiKeyId")
            .again(Again::Refused(&["NOT_FOUND"])),
        row("revokeApiKey", &[THROUGH, OF_BOLT], |s| {
            Box::pin(async { json!({ "apiKeyId": key(s, Company::Acme).await }) })
        })
        .case("of a partnership")
        .about("apiKeyId")
        .again(Again::Refused(&["NOT_FOUND"])),
    ]
}

/// Bolt's owner in the place of the member.
const THE_OWNER: Spoil = |s, input| {
    input["membershipId"] = json!(s.world().ours.membership);
    Box::pin(async {})
};

async fn member(scene: &Scene, through: Option<&str>) -> String {
    member_of(scene, Company::Bolt, through).await
}

/// The membership of somebody who is there for this call alone; granted through a partnership, or by the account itself.
async fn member_of(scene: &Scene, company: Company, through: Option<&str>) -> String {
    let (user_id, _) = person(&scene.app, &format!("member {}", scene.number()), None).await;
    let row = membership::Model {
        id: MembershipId(Uuid::now_v7()),
        user_id,
        account_id: row_id(scene.account(company)).into(),
        role: Role::Viewer,
        permissions: Permission::ViewProducts.bit(),
        granted_through_id: through.map(|id| row_id(id).into()),
        created_at: scene.app.store.now().await.expect("the time").now,
    };
    let id = row.id;
    insert::<membership::Entity>(scene.app.db(), &[row]).await.expect("a membership");
    encode(Kind::Membership, id.0).0
}

/// Solo's owner owns it again, whoever owns it now.
async fn own_again(scene: &Scene) {
    let (account_id, user_id) = rows_of(scene.owner(Company::Solo));
    execute(&scene.app, "UPDATE membership SET role = 'ADMIN' WHERE account_id = ? AND role = 'OWNER'", account_id.0)
        .await;
    execute(&scene.app, "UPDATE membership SET role = 'OWNER' WHERE user_id = ?", user_id.0).await;
}

/// What the mail to somebody new holds, whom this owner has invited.
async fn offer(scene: &Scene, sender: &Signed) -> String {
    let email = format!("new{}@people.example", scene.number());
    let input = json!({ "accountId": sender.account_id, "email": email, "role": "VIEWER" });
    scene.app.done(&sender.token, "inviteMember", input, "email").await;
    let query = "SELECT id FROM member_invitation WHERE account_id = ? AND email = ? AND status = 'PENDING'";
    let account = row_id(&sender.account_id);
    let subject_id = Some(find(scene, query, [account.into(), email.clone().into()]).await);
    let new = NewToken { kind: MailedTokenKind::Join, user_id: None, email, subject_id };
    let minting = scene
        .app
        .store
        .write(Actor::System(System::Mail), Statements::default(), move |work| Box::pin(mint(work, new.clone())));
    minting.await.expect("a token")
}

/// A key for Bolt, made by its own owner, or by its partner's through their partnership.
async fn key(scene: &Scene, by: Company) -> String {
    let id = ApiKeyId(Uuid::now_v7());
    let row = api_key::Model {
        id,
        account_id: row_id(scene.account(Company::Bolt)).into(),
        created_by_id: rows_of(scene.owner(by)).1,
        name: "Build".to_owned(),
        permissions: Permission::ViewProducts.bit(),
        secret_hash: domain::secret::hash(&id.to_string()),
        granted_through_id: (by == Company::Acme).then(|| row_id(&scene.world().ours.partnership).into()),
        created_at: scene.app.store.now().await.expect("the time").now,
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    insert::<api_key::Entity>(scene.app.db(), &[row]).await.expect("a key");
    encode(Kind::ApiKey, id.0).0
}

#[derive(FromQueryResult)]
struct Found {
    id: Uuid,
}

async fn find(scene: &Scene, query: &str, values: [sea_orm::Value; 2]) -> Uuid {
    let mut sql = Sql::new(scene.app.db().get_database_backend());
    sql.add(query, values);
    sql.one::<Found>(scene.app.db()).await.expect("an answer").expect("a row").id
}
