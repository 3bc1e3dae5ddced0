//! What feeds and mails say of transfers. What is about the product goes to whoever holds it; the recipient is a person until they have
//! accepted.

use chrono::{DateTime, NaiveDate, Utc};
use entities::id::AccountId;
use entities::product::ProductStatus;
use entities::transfer;
use serde_json::{Value, json};

use super::super::rules::Goods;
use super::super::store::{self, Party};
use crate::activity::{ActivityKind, Event};
use crate::calendar::local_date;
use crate::error::Error;
use crate::notification::recipients::{Addressee, behind, members_with};
use crate::notification::{MailKind, MemberOf, Notice, Recipient};
use crate::permission::Permission;
use crate::product::rules::time_zone;
use crate::work::Work;

/// The mail to both sides of one transfer has a step for each.
const TO_FORMER: i32 = 0;
const TO_OTHER: i32 = 1;

/// The product is offered: to the address, with a link.
pub(super) async fn offered(work: &mut Work, row: &transfer::Model, goods: &Goods) -> Result<(), Error> {
    feed(work, row, row.from_id, ActivityKind::TransferOffered);
    let from = store::party(work.conn(), row.from_id).await?;
    let to = person(work, row, &from).await?;
    let data = json!({
        "account": from.name, "product": row.label, "plan": store::plan_name(work, row.plan_id).await?,
        "is_paid": goods.status == ProductStatus::Active, "has_open_invoice": goods.has_open_invoice,
        "has_sign_in": to.user_id.is_some(), "expires_on": date_in(&from, row.expires_at),
    });
    mail(work, row, MailKind::TransferOffered, TO_OTHER, (None, to), data);
    Ok(())
}

/// It has changed hands: to both accounts.
pub(super) async fn accepted(work: &mut Work, row: &transfer::Model, to: &Party) -> Result<(), Error> {
    let from = store::party(work.conn(), row.from_id).await?;
    let data = |side: &str| {
        json!({
            "to": side, "account": from.name, "new_holder": to.name, "product": row.label,
            "stays": row.stay_as_contributor,
        })
    };
    feed(work, row, row.from_id, ActivityKind::TransferAccepted);
    feed(work, row, to.id, ActivityKind::TransferAccepted);
    let readers = members_with(work, &[from.id, to.id], Permission::ManageProducts).await?;
    for Addressee { member_of, recipient } in readers {
        let (side, step) = if member_of.account_id == from.id { ("FORMER", TO_FORMER) } else { ("NEW", TO_OTHER) };
        mail(work, row, MailKind::TransferAccepted, step, (Some(member_of), recipient), data(side));
    }
    Ok(())
}

/// The recipient does not want it: to its holder, and to them.
pub(super) async fn declined(work: &mut Work, row: &transfer::Model) -> Result<(), Error> {
    feed(work, row, row.from_id, ActivityKind::TransferDeclined);
    let from = store::party(work.conn(), row.from_id).await?;
    let data = |side: &str| json!({ "to": side, "account": from.name, "email": row.to_email, "product": row.label });
    for Addressee { member_of, recipient } in members_with(work, &[from.id], Permission::ManageProducts).await? {
        mail(work, row, MailKind::TransferDeclined, TO_FORMER, (Some(member_of), recipient), data("FORMER"));
    }
    let to = person(work, row, &from).await?;
    mail(work, row, MailKind::TransferDeclined, TO_OTHER, (None, to), data("NEW"));
    Ok(())
}

/// Nothing is offered any more: to the addresses, so that nobody looks for it in vain. Two statements, whatever the number of transfers.
pub(super) async fn cancelled(work: &mut Work, rows: &[transfer::Model]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let accounts: Vec<AccountId> = rows.iter().map(|row| row.from_id).collect();
    let holders = store::parties(work.conn(), &accounts).await?;
    let of = |row: &transfer::Model| holders.iter().find(|holder| holder.id == row.from_id);
    let addresses: Vec<(&str, &str)> =
        rows.iter().map(|row| (row.to_email.as_str(), of(row).map_or("en", |from| from.locale.as_str()))).collect();
    let people = behind(work, &addresses).await?;
    for (row, to) in rows.iter().zip(people) {
        feed(work, row, row.from_id, ActivityKind::TransferCancelled);
        let data = json!({ "account": of(row).map(|from| &from.name), "product": row.label });
        mail(work, row, MailKind::TransferCancelled, TO_OTHER, (None, to), data);
    }
    Ok(())
}

/// Nobody has answered: to the holders. Two statements, whatever the number of transfers.
pub(super) async fn lapsed(work: &mut Work, rows: &[transfer::Model]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let accounts: Vec<AccountId> = rows.iter().map(|row| row.from_id).collect();
    let holders = store::parties(work.conn(), &accounts).await?;
    let members = members_with(work, &accounts, Permission::ManageProducts).await?;
    for row in rows {
        feed(work, row, row.from_id, ActivityKind::TransferExpired);
        let Some(from) = holders.iter().find(|holder| holder.id == row.from_id) else { continue };
        let offered_on = date_in(from, row.created_at);
        for Addressee { member_of, recipient } in members.iter().filter(|it| it.member_of.account_id == from.id) {
            let data = json!({ "email": row.to_email, "product": row.label, "offered_on": offered_on });
            let reader = (Some(*member_of), recipient.clone());
            mail(work, row, MailKind::TransferExpired, TO_FORMER, reader, data);
        }
    }
    Ok(())
}

fn feed(work: &mut Work, row: &transfer::Model, account_id: AccountId, kind: ActivityKind) {
    let event = Event::new(account_id, kind).about("Transfer", row.id).of_product(row.product_id);
    work.tell(event.with(json!({ "label": row.label })));
}

/// Whoever has the address, in the language of the holder until they have one of their own.
async fn person(work: &Work, row: &transfer::Model, from: &Party) -> Result<Recipient, Error> {
    let found = behind(work, &[(&row.to_email, &from.locale)]).await?.pop();
    found.ok_or_else(|| Error::fault("an address without anybody behind it"))
}

fn mail(
    work: &mut Work,
    row: &transfer::Model,
    kind: MailKind,
    step: i32,
    (member_of, recipient): (Option<MemberOf>, Recipient),
    data: Value,
) {
    work.notify(Notice {
        kind,
        subject_id: row.id.into(),
        step,
        recipient,
        member_of,
        written_by: Some(row.from_id),
        data,
    });
}

fn date_in(party: &Party, at: DateTime<Utc>) -> NaiveDate {
    local_date(at, time_zone(&party.time_zone))
}
