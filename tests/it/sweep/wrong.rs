//! Subjects in a state in which the call is refused, by a code that says why.

use super::call::End;
use super::trial::{Bad, Trial};

/// Each wrong state that the row knows, on a subject of its own. The clock is put back afterwards.
pub async fn states(trial: &mut Trial<'_>) {
    let who = trial.row.caller();
    for wrong in &trial.row.wrong {
        let mut input = trial.input().await;
        let now = trial.scene.app.store.now().await.expect("the time").now;
        (wrong.spoil)(&trial.scene, &mut input).await;
        let codes = vec![End::Refused(wrong.code.to_owned())];
        trial.refused(vec![Bad { what: wrong.state.to_owned(), who, input, codes }]).await;
        trial.scene.app.set_clock(&now.to_rfc3339()).await;
    }
}
