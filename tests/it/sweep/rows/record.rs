//! A partner's records of its clients, and what hangs on them: tasks, inquiries, and products of its own.

use domain::permission::Permission::{ManageClients, ViewProducts};
use serde_json::{Value, json};

use crate::sweep::family::{inquiry, task};
use crate::sweep::row::{Again, Row, Way, ready, row};
use crate::sweep::scene::Scene;
use crate::sweep::world::Company;

const ACME: Way = Way::Member(Company::Acme, &[ManageClients]);

pub fn rows() -> Vec<Row> {
    clients().into_iter().chain(tasks()).chain(inquiries()).collect()
}

fn clients() -> Vec<Row> {
    vec![
        row("createClient", &[ACME], |s| ready(json!({ "partnerId": s.account(Company::Acme), "client": client(s) })))
            .about("partnerId")
            .again(Again::Refused(&["ALREADY_EXISTS"]))
            .wrong("the address of another client", "ALREADY_EXISTS", |_, input| {
                input["client"]["email"] = json!("owner@bolt.example");
                Box::pin(async {})
            }),
        row("updateClient", &[ACME], |s| {
            let mut input = client(s);
            input["clientId"] = json!(s.world().ours.record);
            ready(input)
        })
        .about("clientId")
        .wrong("the address of another client", "ALREADY_EXISTS", |s, input| {
            Box::pin(async {
                let taken = client(s);
                input["email"] = taken["email"].clone();
                let other = json!({ "partnerId": s.account(Company::Acme), "client": taken });
                s.done(Company::Acme, "createClient", other, "client { id }").await;
            })
        }),
        row("assignProductToClient", &[Way::Member(Company::Acme, &[ManageClients, ViewProducts])], |s| {
            Box::pin(async {
                json!({ "productId": s.product(Company::Acme).await, "clientId": s.world().ours.record })
            })
        })
        .about("productId")
        .wrong("the client's own product", "PERMISSION_DENIED", |s, input| {
            input["productId"] = json!(s.world().ours.product);
            Box::pin(async {})
        }),
    ]
}

fn tasks() -> Vec<Row> {
    vec![
        row("createTask", &[ACME], |s| {
            ready(json!({
                "clientId": s.world().ours.record, "title": "Call back", "dueOn": "2026-12-01",
                "assigneeId": s.owner(Company::Acme).user_id,
            }))
        })
        .about("clientId")
        .again(Again::Another)
        .wrong("somebody who is no member", "NOT_FOUND", |s, input| {
            input["assigneeId"] = json!(s.owner(Company::Bolt).user_id);
            Box::pin(async {})
        }),
        row("completeTask", &[ACME], |s| {
            Box::pin(async {
                let acme = s.owner(Company::Acme);
                json!({ "taskId": task(&s.app, acme, &s.world().ours.record, "Call back").await })
            })
        })
        .about("taskId"),
    ]
}

fn inquiries() -> Vec<Row> {
    vec![
        row("submitInquiry", &[Way::Anyone], |_| {
            ready(json!({
                "profileSlug": "acme", "name": "Lea", "email": "lea@lead.example", "company": "Lead & Co",
                "message": "We need a shop.\nCan you help?",
            }))
        })
        .again(Again::Another)
        .unshown(&["profileSlug", "name", "email", "company", "message"])
        .wrong("a profile that is not published", "NOT_FOUND", |_, input| {
            input["profileSlug"] = json!("late");
            Box::pin(async {})
        })
        .wrong("a profile that there is not", "NOT_FOUND", |_, input| {
            input["profileSlug"] = json!("none");
            Box::pin(async {})
        }),
        row("markInquiryRead", &[ACME], |s| Box::pin(async { json!({ "inquiryId": fresh(s).await }) }))
            .about("inquiryId"),
        row("assignInquiry", &[ACME], |s| {
            Box::pin(async { json!({ "inquiryId": fresh(s).await, "clientId": s.world().ours.record }) })
        })
        .or(|s| {
            Box::pin(async {
                let made = json!({ "partnerId": s.account(Company::Acme), "client": { "name": "Lea" } });
                let made = s.done(Company::Acme, "createClient", made, "client { id }").await;
                json!({ "inquiryId": fresh(s).await, "clientId": made["client"]["id"] })
            })
        })
        .about("inquiryId")
        .again(Again::Refused(&["INQUIRY_ALREADY_ASSIGNED"]))
        .wrong("assigned already", "INQUIRY_ALREADY_ASSIGNED", |s, input| {
            Box::pin(async {
                s.done(Company::Acme, "assignInquiry", input.clone(), "inquiry { id }").await;
            })
        })
        .wrong("an address that a client has, without saying which", "ALREADY_EXISTS", |s, input| {
            Box::pin(async {
                let known = json!({
                    "partnerId": s.account(Company::Acme), "client": { "name": "Lea", "email": "lea@lead.example" },
                });
                s.done(Company::Acme, "createClient", known, "client { id }").await;
                input.as_object_mut().expect("an input").remove("clientId");
            })
        }),
        row("assignInquiry", &[ACME], |s| {
            Box::pin(async {
                let number = s.number();
                let email = format!("lea{number}@lead.example");
                json!({ "inquiryId": inquiry_from(s, &email).await })
            })
        })
        .case("to a new client")
        .about("inquiryId")
        .again(Again::Refused(&["INQUIRY_ALREADY_ASSIGNED"])),
    ]
}

/// An inquiry to Acme that nobody has looked at.
async fn fresh(scene: &Scene) -> String {
    inquiry_from(scene, "lea@lead.example").await
}

async fn inquiry_from(scene: &Scene, email: &str) -> String {
    inquiry(&scene.app, scene.owner(Company::Acme), ("acme", email), "Hello").await
}

fn client(scene: &Scene) -> Value {
    json!({
        "name": "Nut", "email": format!("nut{}@people.example", scene.number()), "company": "Nut & Sons",
        "phone": "+49 30 123", "notes": "Calls on Mondays.\nLikes tea.",
    })
}
