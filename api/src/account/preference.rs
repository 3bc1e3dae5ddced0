//! About which events a person wants mails.

use std::collections::HashSet;

use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use domain::activity;
use domain::notification::commands::{self, Preference};
use domain::notification::{queries, rules};
use entities::id::UserId;

use super::mutation::UserPayload;
use super::object::User;
use crate::activity::object::ActivityKind;
use crate::answer::{answer, loaded};
use crate::context::ContextExt;
use crate::loader::loaders;

/// Whether mails about a kind of event are sent to a person, where there are any; what is mandatory cannot be switched off.
#[derive(SimpleObject)]
pub struct NotificationPreference {
    /// What can happen.
    pub kind: ActivityKind,
    /// Whether mails about it are sent.
    pub email: bool,
    /// Whether they are in any case: what is about money, access and the loss of a product.
    pub mandatory: bool,
}

loaders! {
    /// The kinds of events about which the reader wants no mails, by names.
    SwitchedOff(UserId) -> HashSet<String> = queries::switched_off;
}

/// All of them, in the order of the kinds; none of anybody else.
pub async fn preferences_of(ctx: &Context<'_>, user_id: UserId) -> Result<Vec<NotificationPreference>> {
    let Some(off) = loaded(ctx.loads().load_one(SwitchedOff(user_id)).await)? else { return Ok(Vec::new()) };
    let preference = |kind: &activity::ActivityKind| NotificationPreference {
        kind: (*kind).into(),
        email: !off.contains(kind.name()),
        mandatory: rules::is_mandatory(*kind),
    };
    Ok(activity::ActivityKind::ALL.iter().map(preference).collect())
}

#[derive(InputObject)]
struct NotificationPreferenceInput {
    kind: ActivityKind,
    email: bool,
}

/// What is not named stays as it is.
#[derive(InputObject)]
struct UpdateNotificationPreferencesInput {
    preferences: Vec<NotificationPreferenceInput>,
}

/// What people want to be mailed about.
#[derive(Default)]
pub struct PreferenceMutation;

#[Object]
impl PreferenceMutation {
    /// About which events one is mailed, for mails from then on. What is mandatory is refused.
    async fn update_notification_preferences(
        &self,
        ctx: &Context<'_>,
        input: UpdateNotificationPreferencesInput,
    ) -> Result<UserPayload> {
        ctx.signed_in()?;
        let UpdateNotificationPreferencesInput { preferences } = input;
        let preferences: Vec<Preference> =
            preferences.into_iter().map(|NotificationPreferenceInput { kind, email }| (kind.into(), email)).collect();
        let end = ctx.write(move |work| {
            let preferences = preferences.clone();
            Box::pin(async move { commands::update_preferences(work, &preferences).await })
        });
        answer(end.await, |user| UserPayload { user: Some(User(user)), user_errors: Vec::new() })
    }
}
