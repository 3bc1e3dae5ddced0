//! Products that change hands.

use domain::permission::Permission::ManageProducts;
use futures::future::BoxFuture;
use serde_json::{Value, json};

use crate::sweep::family::transfer;
use crate::sweep::row::{Again, Row, Spoil, Way, row};
use crate::sweep::scene::Scene;
use crate::sweep::world::{Company, execute, row as row_id};

/// Of [`Way::Recipient`].
const RECIPIENT: &str = "billing.at.solo@people.example";

pub fn rows() -> Vec<Row> {
    const MEMBERS: &[Way] = &[Way::Member(Company::Bolt, &[ManageProducts])];
    const ENDED: Again = Again::Refused(&["TRANSFER_NOT_POSSIBLE"]);
    vec![
        row("offerTransfer", MEMBERS, |s| {
            Box::pin(async {
                let email = format!("nut{}@people.example", s.number());
                json!({ "productId": s.product(Company::Bolt).await, "toEmail": email, "stayAsContributor": true })
            })
        })
        .about("productId")
        .again(Again::Refused(&["ALREADY_EXISTS"]))
        .wrong("cancelled", "TRANSFER_NOT_POSSIBLE", |s, input| {
            let product = row_id(input["productId"].as_str().expect("an id"));
            Box::pin(execute(&s.app, "UPDATE product SET status = 'CANCELLED' WHERE id = ?", product))
        }),
        row("acceptTransfer", &[Way::Recipient], |s| {
            Box::pin(async { json!({ "transferId": offered(s).await, "accountId": s.account(Company::Solo) }) })
        })
        .about("transferId")
        .again(ENDED)
        .wrong("lapsed", "TRANSFER_NOT_POSSIBLE", LAPSED),
        row("declineTransfer", &[Way::Recipient], only).about("transferId").again(ENDED).wrong(
            "lapsed",
            "TRANSFER_NOT_POSSIBLE",
            LAPSED,
        ),
        row("cancelTransfer", MEMBERS, only).about("transferId").again(ENDED).wrong(
            "lapsed",
            "TRANSFER_NOT_POSSIBLE",
            LAPSED,
        ),
    ]
}

/// What Bolt has just offered to the recipient.
async fn offered(s: &Scene) -> String {
    let product = s.product(Company::Bolt).await;
    transfer(&s.app, s.owner(Company::Bolt), &product, RECIPIENT).await
}

fn only(s: &Scene) -> BoxFuture<'_, Value> {
    Box::pin(async { json!({ "transferId": offered(s).await }) })
}

const LAPSED: Spoil = |s, input| {
    let id = row_id(input["transferId"].as_str().expect("an id"));
    Box::pin(execute(&s.app, "UPDATE transfer SET expires_at = created_at WHERE id = ?", id))
};
