//! Being a partner.

use serde_json::json;

use crate::sweep::row::{Again, Row, Way, ready, row};
use crate::sweep::world::{Company, execute, row as row_id};

pub fn rows() -> Vec<Row> {
    vec![
        row("enrolAsPartner", &[Way::Admin(Company::Solo)], |s| {
            Box::pin(async {
                // Solo is no partner again, so that it can become one
                let account = s.account(Company::Solo);
                execute(&s.app, "UPDATE account SET programme_id = NULL WHERE id = ?", row_id(account)).await;
                json!({ "accountId": account, "programmeId": s.world().provider.programme_id })
            })
        })
        .about("accountId")
        .again(Again::Refused(&["ALREADY_EXISTS"]))
        .wrong("a partner already", "ALREADY_EXISTS", |s, input| {
            Box::pin(async {
                let token = &s.owner(Company::Solo).token;
                s.app.done(token, "enrolAsPartner", input.clone(), "account { id }").await;
            })
        }),
        row("enrolAsAffiliate", &[Way::Admin(Company::Solo)], |s| {
            Box::pin(async {
                // Solo is none again, so that it can become one
                let account = s.account(Company::Solo);
                execute(&s.app, "DELETE FROM affiliate WHERE account_id = ?", row_id(account)).await;
                json!({ "accountId": account })
            })
        })
        .about("accountId")
        .again(Again::Refused(&["ALREADY_EXISTS"]))
        .wrong("an affiliate already", "ALREADY_EXISTS", |s, input| {
            Box::pin(async {
                let token = &s.owner(Company::Solo).token;
                s.app.done(token, "enrolAsAffiliate", input.clone(), "account { id }").await;
            })
        }),
        row("savePartnerProfile", &[Way::Admin(Company::Acme)], |s| {
            ready(json!({
                "accountId": s.account(Company::Acme), "slug": "acme", "headline": "We build", "description": "Since 1999.\nAll of it.",
                "services": ["Websites", "Shops"], "website": "https://acme.example/", "published": true,
            }))
        })
        .about("accountId")
        .wrong("another partner's name", "ALREADY_EXISTS", |_, input| {
            input["slug"] = json!("zeta");
            Box::pin(async {})
        }),
    ]
}
