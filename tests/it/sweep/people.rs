//! The same call by everybody: who may, who never could, and who could until a second ago.

use serde_json::{Value, json};

use super::call::End;
use super::row::Way;
use super::trial::{Bad, Trial};
use super::world::{Company, Who, execute, user_of};

/// Whoever may not is refused: as for what is not there, unless they can see what it is about.
pub async fn strangers(trial: &mut Trial<'_>, input: &Value) {
    let mut bad = Vec::new();
    let strangers: Vec<Who> = trial.scene.world().everybody().filter(|who| !trial.row.lets(*who)).collect();
    let strangers = strangers.into_iter().filter(|who| !trial.row.apart.iter().any(|way| way.lets(*who)));
    for who in strangers {
        let codes = vec![refusal(trial, who, input).await];
        bad.push(Bad { what: format!("by {who:?}"), who, input: input.clone(), codes });
    }
    trial.refused(bad).await;
}

/// How somebody who may not is refused. Source: the contract's head.
async fn refusal(trial: &Trial<'_>, who: Who, input: &Value) -> End {
    if who == Who::Nobody {
        return End::Error("UNAUTHENTICATED".to_owned());
    }
    let sees = match trial.row.subject {
        Some(field) => sees(trial, who, &input[field]).await,
        None => true,
    };
    End::Refused(if sees { "PERMISSION_DENIED" } else { "NOT_FOUND" }.to_owned())
}

async fn sees(trial: &Trial<'_>, who: Who, id: &Value) -> bool {
    let query = "query($id: ID!) { node(id: $id) { __typename } }";
    let token = trial.scene.world().token(who).expect("somebody who is signed in");
    !trial.scene.app.ask_as(token, query, json!({ "id": id })).await.data()["node"].is_null()
}

/// Whoever may, can.
pub async fn entitled(trial: &mut Trial<'_>) {
    let mut entitled: Vec<Who> = trial.scene.world().everybody().filter(|who| trial.row.lets(*who)).collect();
    if trial.row.is_costly {
        entitled.truncate(1);
    }
    for who in entitled {
        let input = trial.input().await;
        let answer = trial.call(who, &input).await;
        if let Some(end) = trial.end(&format!("by {who:?}"), &answer)
            && !end.is_done()
        {
            trial.find(format!("by {who:?}, who may: {end}: {}", answer.said()));
        }
    }
}

/// Whoever has just lost what let them is a stranger: with the answer to what took it, not later.
pub async fn losers(trial: &mut Trial<'_>) {
    for way in trial.row.ways.clone() {
        let who = way.caller();
        let input = trial.input().await;
        take_away(trial, way, who).await;
        let others = trial.row.ways.iter().filter(|other| format!("{other:?}") != format!("{way:?}"));
        if matches!(way, Way::Anyone) || trial.row.ends_sign_in || others.clone().any(|other| other.lets(who)) {
            continue;
        }
        let expected = if matches!(way, Way::SignedIn) {
            End::Error("UNAUTHENTICATED".to_owned())
        } else {
            refusal(trial, who, &input).await
        };
        let bad = Bad { what: format!("by {who:?} after losing it"), who, input, codes: vec![expected] };
        trial.refused(vec![bad]).await;
    }
}

async fn take_away(trial: &Trial<'_>, way: Way, who: Who) {
    let scene = &trial.scene;
    let token = scene.world().token(who).unwrap_or_default();
    match way {
        Way::Anyone => {}
        Way::SignedIn => {
            scene.app.ask_as(token, "mutation { signOut { userErrors { code } } }", json!({})).await.ok();
        }
        Way::Staff => {
            let user = user_of(&scene.app, token).await;
            execute(&scene.app, r#"UPDATE "user" SET is_staff = FALSE WHERE id = ?"#, user.0).await;
        }
        Way::Owner(_) | Way::Admin(_) | Way::Member(..) | Way::Own(..) => {
            let user = user_of(&scene.app, token).await;
            execute(&scene.app, "DELETE FROM membership WHERE user_id = ?", user.0).await;
        }
        Way::Editor => {
            let input = json!({ "contributorId": scene.world().editor });
            scene.done(Company::Bolt, "removeContributor", input, "product { id }").await;
        }
        Way::Recipient => {
            let user = user_of(&scene.app, token).await;
            execute(&scene.app, r#"UPDATE "user" SET email = 'nobodys@people.example' WHERE id = ?"#, user.0).await;
        }
        Way::Through(_) => {
            let input = json!({ "partnershipId": scene.world().ours.partnership });
            scene.done(Company::Bolt, "endPartnership", input, "partnership { id }").await;
        }
    }
}
