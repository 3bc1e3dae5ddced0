//! Offers of access, and what they lead to.

use domain::permission::Permission::{ManageBilling, ManageClients, ManagePartners};
use serde_json::json;
use tests::world::Signed;

use crate::sweep::row::{Again, Row, Way, row};
use crate::sweep::scene::{Scene, text};
use crate::sweep::world::Company;

const CLIENT_SIDE: Way = Way::Member(Company::Solo, &[ManagePartners]);
const PARTNER_SIDE: Way = Way::Member(Company::Acme, &[ManageClients]);
const ANSWERED: Again = Again::Refused(&["INVITATION_ALREADY_ANSWERED"]);

pub fn rows() -> Vec<Row> {
    vec![
        row("sendInvitation", &[CLIENT_SIDE], |s| {
            Box::pin(async {
                let (_, slug) = s.new_partner().await;
                json!({
                    "accountId": s.account(Company::Solo), "partnerProfileSlug": slug, "accessLevel": "PARTIAL",
                    "permissions": ["VIEW_PRODUCTS", "PURCHASE"], "productIds": [s.product(Company::Solo).await],
                    "message": "Please look after us.", "accessExpiresAt": "2027-11-21T10:00:00Z",
                })
            })
        })
        .or(|s| {
            Box::pin(async {
                let (_, slug) = s.new_partner().await;
                json!({
                    "accountId": s.account(Company::Solo), "partnerProfileSlug": slug, "accessLevel": "FULL",
                    "payer": "CLIENT",
                })
            })
        })
        .about("accountId")
        .again(Again::Refused(&["ALREADY_EXISTS"]))
        .wrong("a partner already", "ALREADY_EXISTS", |s, input| {
            Box::pin(async {
                let (partner, slug) = s.new_partner().await;
                s.partnership(s.owner(Company::Solo), &partner, &slug).await;
                input["partnerProfileSlug"] = json!(slug);
            })
        })
        .wrong("no such profile", "NOT_FOUND", |_, input| {
            input["partnerProfileSlug"] = json!("none-of-them");
            Box::pin(async {})
        }),
        row("requestAccess", &[PARTNER_SIDE], |s| {
            Box::pin(async {
                let record = record(s, Some(&s.newcomer().await)).await;
                json!({
                    "clientId": record, "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"],
                    "message": "Let us have a look.",
                })
            })
        })
        .or(|s| {
            Box::pin(async {
                let record = record(s, Some(&s.newcomer().await)).await;
                json!({ "clientId": record, "accessLevel": "FULL", "payer": "CLIENT" })
            })
        })
        .about("clientId")
        .again(Again::Refused(&["ALREADY_EXISTS"]))
        .wrong("a client already", "ALREADY_EXISTS", |s, input| {
            input["clientId"] = json!(s.world().ours.record);
            Box::pin(async {})
        })
        .wrong("a record without an address", "INVALID_INPUT", |s, input| {
            Box::pin(async { input["clientId"] = json!(record(s, None).await) })
        }),
        row("grantAccess", &[CLIENT_SIDE], |s| {
            Box::pin(async {
                json!({
                    "invitationId": request_to_solo(s).await, "accountId": s.account(Company::Solo),
                    "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS", "PURCHASE"],
                    "productIds": [s.product(Company::Solo).await],
                })
            })
        })
        .or(|s| {
            Box::pin(async {
                json!({
                    "invitationId": request_to_solo(s).await, "accountId": s.account(Company::Solo),
                    "accessLevel": "FULL", "payer": "CLIENT",
                })
            })
        })
        .about("invitationId")
        .again(ANSWERED)
        .wrong("rejected", "INVITATION_ALREADY_ANSWERED", |s, input| {
            let input = json!({ "invitationId": input["invitationId"] });
            Box::pin(async { drop(s.done(Company::Solo, "rejectInvitation", input, "invitation { id }").await) })
        })
        .wrong("lapsed", "INVITATION_ALREADY_ANSWERED", |s, _| Box::pin(s.app.set_clock("2026-12-22T10:00:00Z"))),
        row("connectClient", &[PARTNER_SIDE], |s| {
            Box::pin(async {
                let record = json!({ "partnerId": s.account(Company::Acme), "client": { "name": "Nut" } });
                let record = s.done(Company::Acme, "createClient", record, "client { id }").await;
                json!({ "invitationId": offer_to_acme(s).await, "clientId": record["client"]["id"] })
            })
        })
        .about("invitationId")
        .again(ANSWERED)
        .wrong("withdrawn", "INVITATION_ALREADY_ANSWERED", |s, input| {
            Box::pin(async {
                let client = s.newcomer().await;
                let offer = s.offer(&client, "acme").await;
                let withdrawn = json!({ "invitationId": offer });
                s.app.done(&client.token, "withdrawInvitation", withdrawn, "invitation { id }").await;
                input["invitationId"] = json!(offer);
            })
        })
        .wrong("lapsed", "INVITATION_ALREADY_ANSWERED", |s, _| Box::pin(s.app.set_clock("2026-12-22T10:00:00Z"))),
        row("rejectInvitation", &[PARTNER_SIDE], |s| {
            Box::pin(async { json!({ "invitationId": offer_to_acme(s).await, "message": "No time.\nSorry!" }) })
        })
        .about("invitationId")
        .again(ANSWERED)
        .wrong("accepted", "INVITATION_ALREADY_ANSWERED", |s, input| {
            let input = json!({ "invitationId": input["invitationId"] });
            Box::pin(async { drop(s.done(Company::Acme, "connectClient", input, "client { id }").await) })
        })
        .wrong("lapsed", "INVITATION_ALREADY_ANSWERED", |s, _| Box::pin(s.app.set_clock("2026-12-22T10:00:00Z"))),
        row("withdrawInvitation", &[CLIENT_SIDE], |s| {
            Box::pin(async {
                let (_, slug) = s.new_partner().await;
                json!({ "invitationId": s.offer(s.owner(Company::Solo), &slug).await })
            })
        })
        .about("invitationId")
        .again(ANSWERED)
        .wrong("lapsed", "INVITATION_ALREADY_ANSWERED", |s, _| Box::pin(s.app.set_clock("2026-12-22T10:00:00Z"))),
        row("updatePartnershipAccess", &[CLIENT_SIDE], |s| {
            Box::pin(async {
                json!({
                    "partnershipId": of_solo(s).await, "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"],
                    "productIds": [s.product(Company::Solo).await], "expiresAt": "2027-11-21T10:00:00Z",
                })
            })
        })
        .or(|s| {
            Box::pin(async { json!({ "partnershipId": of_solo(s).await, "accessLevel": "FULL", "payer": "CLIENT" }) })
        })
        .case("by the client")
        .about("partnershipId")
        .wrong("ended", "CONFLICT", |s, input| {
            let input = json!({ "partnershipId": input["partnershipId"] });
            Box::pin(async { drop(s.done(Company::Solo, "endPartnership", input, "partnership { id }").await) })
        })
        .wrong("over before it begins", "INVALID_INPUT", |_, input| {
            input["expiresAt"] = json!("2026-11-21T10:00:00Z");
            Box::pin(async {})
        })
        .wrong("a part that the partner pays", "PAYER_REQUIRES_FULL_ACCESS", |_, input| {
            input["payer"] = json!("PARTNER");
            Box::pin(async {})
        })
        .wrong("a partner without a card", "PAYMENT_METHOD_REQUIRED", |_, input| {
            let partnership = input["partnershipId"].take();
            *input = json!({ "partnershipId": partnership, "accessLevel": "FULL", "payer": "PARTNER" });
            Box::pin(async {})
        }),
        row("updatePartnershipAccess", &[PARTNER_SIDE], |s| {
            Box::pin(async {
                let client = s.newcomer().await;
                let partnership = s.partnership(&client, s.owner(Company::Acme), "acme").await;
                json!({ "partnershipId": partnership, "accessLevel": "PARTIAL", "permissions": ["VIEW_PRODUCTS"] })
            })
        })
        .case("by the partner")
        .about("partnershipId")
        .wrong("another payer", "PERMISSION_DENIED", |_, input| {
            let partnership = input["partnershipId"].take();
            *input = json!({ "partnershipId": partnership, "accessLevel": "FULL", "payer": "PARTNER" });
            Box::pin(async {})
        }),
        row("setManagingPartnership", &[Way::Member(Company::Bolt, &[ManagePartners])], |s| {
            Box::pin(async {
                let (partner, slug) = s.new_partner().await;
                let partnership = s.partnership(s.owner(Company::Bolt), &partner, &slug).await;
                json!({ "productId": s.product(Company::Bolt).await, "partnershipId": partnership })
            })
        })
        .or(|s| Box::pin(async { json!({ "productId": s.product(Company::Bolt).await, "partnershipId": null }) }))
        .about("productId")
        .wrong("a partnership of another", "NOT_FOUND", |s, input| {
            input["partnershipId"] = json!(s.world().theirs.partnership);
            Box::pin(async {})
        })
        .wrong("ended", "CONFLICT", |s, input| {
            let input = json!({ "partnershipId": input["partnershipId"] });
            Box::pin(async { drop(s.done(Company::Bolt, "endPartnership", input, "partnership { id }").await) })
        }),
        row("changePayer", &[Way::Member(Company::Bolt, &[ManageBilling])], |s| {
            Box::pin(async {
                let (partner, slug) = s.new_partner().await;
                s.app.add_card(&partner, "tok_visa").await;
                let partnership = s.partnership(s.owner(Company::Bolt), &partner, &slug).await;
                json!({
                    "partnershipId": partnership, "payer": "PARTNER", "productIds": [s.product(Company::Bolt).await],
                    "idempotencyKey": s.key(),
                })
            })
        })
        .about("partnershipId")
        .wrong("a partner without a card", "PAYMENT_METHOD_REQUIRED", |s, input| {
            Box::pin(async {
                let (partner, slug) = s.new_partner().await;
                input["partnershipId"] = json!(s.partnership(s.owner(Company::Bolt), &partner, &slug).await);
            })
        })
        .wrong("ended", "CONFLICT", |s, input| {
            let input = json!({ "partnershipId": input["partnershipId"] });
            Box::pin(async { drop(s.done(Company::Bolt, "endPartnership", input, "partnership { id }").await) })
        }),
        row("endPartnership", &[Way::Member(Company::Solo, &[ManagePartners])], |s| {
            Box::pin(async {
                let (partner, slug) = s.new_partner().await;
                json!({ "partnershipId": s.partnership(s.owner(Company::Solo), &partner, &slug).await })
            })
        })
        .case("by the client")
        .about("partnershipId")
        .again(Again::Refused(&["CONFLICT"])),
        row("endPartnership", &[PARTNER_SIDE], |s| {
            Box::pin(async {
                let client = s.newcomer().await;
                json!({ "partnershipId": s.partnership(&client, s.owner(Company::Acme), "acme").await })
            })
        })
        .case("by the partner")
        .about("partnershipId")
        .again(Again::Refused(&["CONFLICT"])),
    ]
}

/// A record of Acme's, of somebody whom it can ask or of nobody whom it can.
async fn record(scene: &Scene, of: Option<&Signed>) -> String {
    let client = json!({ "name": "Nut", "email": of.map(|who| &who.email) });
    let input = json!({ "partnerId": scene.account(Company::Acme), "client": client });
    text(&scene.done(Company::Acme, "createClient", input, "client { id }").await["client"]["id"])
}

/// A request of an earlier partner of Solo's: its record stands for Solo's account.
async fn request_to_solo(scene: &Scene) -> String {
    let (partner, slug) = scene.new_partner().await;
    let input = json!({ "invitationId": scene.offer(scene.owner(Company::Solo), &slug).await });
    let made = scene.app.done(&partner.token, "connectClient", input, "client { id } partnership { id }").await;
    let input = json!({ "partnershipId": made["partnership"]["id"] });
    scene.app.done(&partner.token, "endPartnership", input, "partnership { id }").await;
    let input = json!({ "clientId": made["client"]["id"], "accessLevel": "FULL", "payer": "CLIENT" });
    text(&scene.app.done(&partner.token, "requestAccess", input, "invitation { id }").await["invitation"]["id"])
}

/// A new partnership of Solo's.
pub(super) async fn of_solo(scene: &Scene) -> String {
    let (partner, slug) = scene.new_partner().await;
    scene.partnership(scene.owner(Company::Solo), &partner, &slug).await
}

async fn offer_to_acme(scene: &Scene) -> String {
    let client = scene.newcomer().await;
    scene.offer(&client, "acme").await
}
