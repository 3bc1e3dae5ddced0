//! Mails: of everybody at both companies, exactly those are told who may see what a mail is about.

use std::collections::{BTreeMap, BTreeSet};

use domain::permission::Permission::{self, ManageBilling, ManageClients, ManagePartners, ViewInvoices, ViewProducts};
use domain::sql::Sql;
use sea_orm::FromQueryResult;
use serde_json::json;
use tests::app::TestApp;
use uuid::Uuid;

use super::scene::{Scene, text};
use super::world::{Company, ROLES, World, bundle};

/// The members of a company who hold any of these.
type Those = (Company, &'static [Permission]);

/// Who is told of what. Source: rules §6.
const TOLD: &[(&str, &[Those])] = &[
    ("order_confirmation", &[(Company::Bolt, &[ViewInvoices]), (Company::Acme, &[ViewInvoices])]),
    ("order_confirmation_holder", &[(Company::Bolt, &[ViewProducts])]),
    ("invoice_issued", &[(Company::Bolt, &[ViewInvoices]), (Company::Acme, &[ViewInvoices])]),
    ("invitation_received", &[(Company::Acme, &[ManageClients])]),
    ("inquiry_received", &[(Company::Acme, &[ManageClients])]),
    ("payer_changed", &[(Company::Acme, &[ManageClients]), (Company::Bolt, &[ManagePartners, ManageBilling])]),
    ("access_changed", &[(Company::Acme, &[ManageClients])]),
    ("access_ended", &[(Company::Acme, &[ManageClients])]),
];

#[derive(FromQueryResult)]
struct Mail {
    id: Uuid,
    kind: String,
    recipient: String,
    is_sent: bool,
}

async fn mails(app: &TestApp) -> Vec<Mail> {
    let mut sql = Sql::new(app.db().get_database_backend());
    sql.push("SELECT id, kind, recipient, sent_at IS NOT NULL AS is_sent FROM notification");
    sql.all(app.db()).await.expect("mails")
}

/// The addresses of a company's members who hold any of these.
fn members(world: &World, company: Company, any_of: &[Permission]) -> Vec<String> {
    let holds = ROLES.into_iter().filter(|role| any_of.iter().any(|permission| bundle(*role).contains(permission)));
    holds
        .map(|role| match role {
            entities::membership::Role::Owner => world.owner(company).email.clone(),
            role => format!("{role:?}.at.{company:?}@people.example").to_lowercase(),
        })
        .collect()
}

/// What happens between Acme and Bolt in this story: each of the kinds above at least once.
async fn happen(scene: &Scene) {
    let (world, app) = (scene.world(), &scene.app);
    scene.product(Company::Bolt).await;
    scene.offer(&scene.newcomer().await, "acme").await;
    let inquiry = json!({ "profileSlug": "acme", "name": "Lea", "email": "lea@lead.example", "message": "Hello" });
    let submit =
        "mutation($input: SubmitInquiryInput!) { submitInquiry(input: $input) { accepted userErrors { code } } }";
    app.ask(submit, json!({ "input": inquiry })).await.ok();

    let partnership = &world.ours.partnership;
    let change = json!({ "partnershipId": partnership, "payer": "PARTNER", "idempotencyKey": scene.key() });
    scene.done(Company::Bolt, "changePayer", change, "partnership { id }").await;
    app.buy_for(&world.provider, scene.owner(Company::Acme), &world.ours.record, "PARTNER_CARD").await;
    let narrow = json!({ "partnershipId": partnership, "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"] });
    scene.done(Company::Bolt, "updatePartnershipAccess", narrow, "partnership { id }").await;
    let ended =
        scene.done(Company::Bolt, "endPartnership", json!({ "partnershipId": partnership }), "partnership { id }");
    assert_eq!(text(&ended.await["partnership"]["id"]), *partnership);
}

/// What is wrong with who was mailed, and how many mails there were.
pub async fn told(scene: &Scene) -> (Vec<String>, usize) {
    let before: BTreeSet<Uuid> = mails(&scene.app).await.iter().map(|mail| mail.id).collect();
    happen(scene).await;
    scene.app.run_jobs().await;
    let mut all = mails(&scene.app).await;
    all.retain(|mail| !before.contains(&mail.id));
    let mut findings = Vec::new();
    let mut by_kind: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for Mail { kind, recipient, is_sent, .. } in &all {
        by_kind.entry(kind).or_default().insert(recipient);
        if !is_sent {
            findings.push(format!("{kind} to {recipient} was not sent"));
        }
    }
    for (kind, to) in TOLD {
        let told = by_kind.get(kind).cloned().unwrap_or_default();
        for company in [Company::Acme, Company::Bolt] {
            let everybody: BTreeSet<_> = members(scene.world(), company, &Permission::ALL).into_iter().collect();
            let may = to.iter().find(|(of, _)| *of == company).map(|(_, any_of)| *any_of).unwrap_or_default();
            let may: BTreeSet<_> = members(scene.world(), company, may).into_iter().collect();
            let of_them: BTreeSet<_> =
                told.iter().map(|one| (*one).to_owned()).filter(|one| everybody.contains(one)).collect();
            if of_them != may {
                findings.push(format!("{kind} told {of_them:?} at {company:?}, and it is for {may:?}"));
            }
        }
    }
    (findings, all.len())
}
