//! An endpoint at which nothing arrives is not told anything any more; those who may manage it are told that.

use chrono_tz::Tz;
use entities::id::{AccountId, UserId};
use entities::webhook_endpoint;
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::error::Error;
use crate::notification::{MailKind, MemberOf, Notice, Recipient};
use crate::permission::{Grant, Permissions};
use crate::work::Work;

/// Why an endpoint is not told anything any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It has answered 410.
    Gone,
    /// Nothing has arrived for three days.
    Silent,
}

#[derive(FromQueryResult)]
struct Manager {
    user_id: UserId,
    email: String,
    locale: String,
}

#[derive(FromQueryResult)]
struct Named {
    name: String,
    time_zone: String,
}

/// Switches an endpoint off, under its lock.
pub(super) async fn disable(work: &mut Work, endpoint: &webhook_endpoint::Model, why: Why) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE webhook_endpoint SET is_enabled = ? WHERE id = ? AND is_enabled",
        [false.into(), endpoint.id.into()],
    );
    if sql.execute(work.conn()).await? == 0 {
        return Ok(()); // somebody has switched it off meanwhile, and knows
    }
    let grant = (!endpoint.is_providers).then(|| Grant::own(endpoint.account_id));
    work.record("disableWebhookEndpoint", grant, Some(endpoint.id.into()));

    let mut sql = work.sql();
    sql.add("SELECT name, time_zone FROM account WHERE id = ?", [endpoint.account_id.into()]);
    let Some(Named { name, time_zone }) = sql.one(work.conn()).await? else { return Ok(()) };
    let zone: Tz = time_zone.parse().unwrap_or(Tz::UTC);
    let since = endpoint.failing_since.unwrap_or_else(|| work.now()).with_timezone(&zone);
    let data = json!({
        "account": name,
        "address": endpoint.url,
        "is_gone": why == Why::Gone,
        "since": { "local": since.naive_local(), "zone": since.format("%Z").to_string() },
    });
    // one mail for each time that it is switched off
    let subject_id = work.new_id();
    for Manager { user_id, email, locale } in managers(work, endpoint).await? {
        let member_of =
            (!endpoint.is_providers).then_some(MemberOf { account_id: endpoint.account_id, any_of: Permissions::ALL });
        work.notify(Notice {
            kind: MailKind::WebhookDisabled,
            subject_id,
            step: 0,
            recipient: Recipient { email, locale, user_id: Some(user_id) },
            member_of,
            written_by: None,
            data: data.clone(),
        });
    }
    Ok(())
}

/// Who may manage an endpoint: owner and admins of its account, by a membership of its own; of the provider's, its staff.
async fn managers(work: &Work, endpoint: &webhook_endpoint::Model) -> Result<Vec<Manager>, Error> {
    let mut sql = work.sql();
    sql.push(r#"SELECT u.id AS user_id, u.email, u.locale FROM "user" u "#);
    if endpoint.is_providers {
        sql.push("WHERE u.is_staff ORDER BY u.id");
    } else {
        let account: AccountId = endpoint.account_id;
        sql.add(
            "JOIN membership m ON m.user_id = u.id WHERE m.account_id = ? AND m.granted_through_id IS NULL
                AND m.role IN ('OWNER', 'ADMIN') ORDER BY m.id",
            [account.into()],
        );
    }
    Ok(sql.all(work.conn()).await?)
}
