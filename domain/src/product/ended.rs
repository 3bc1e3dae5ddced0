//! Products that end: those whose term is over and that are not to renew, and the mails about it.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entities::id::{AccountId, ProductId, UserId};
use sea_orm::FromQueryResult;
use serde_json::json;
use uuid::Uuid;

use crate::activity::{ActivityKind, Event};
use crate::error::Error;
use crate::notification::recipients::{Addressee, members_with};
use crate::notification::{MailKind, Notice};
use crate::permission::Permission;
use crate::renewal::{AsOf, Through, renewables_by_ids};
use crate::transfer::commands as transfer;
use crate::work::Work;

/// How many one call ends; whoever gets as many calls again.
const BATCH: i64 = 500;

#[derive(FromQueryResult)]
struct Expired {
    id: ProductId,
    account_id: AccountId,
    label: String,
}

/// Ends what was not to renew and whose term is over: EXPIRED, told to payer and holder, and not offered to anybody any more. Not what is just being paid for. Tells
/// how many it were; a constant number of statements.
pub async fn expire(work: &mut Work) -> Result<usize, Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE product SET status = 'EXPIRED' WHERE NOT auto_renew AND status IN ('FREE', 'ACTIVE') AND id IN (
            SELECT p.id FROM product p WHERE NOT p.auto_renew AND p.status IN ('FREE', 'ACTIVE') AND p.renews_at <= ?
                AND NOT EXISTS (SELECT 1 FROM plan_change c WHERE c.product_id = p.id AND c.status = 'PENDING')
                AND NOT EXISTS (SELECT 1 FROM product_period d JOIN invoice_line l ON l.id = d.invoice_line_id
                    JOIN payment y ON y.invoice_id = l.invoice_id
                    WHERE d.product_id = p.id AND d.paid_at IS NULL AND y.status IN ('PENDING', 'UNKNOWN'))
            ORDER BY p.id LIMIT ? /skip locked/) RETURNING id, account_id, label",
        [work.now().into(), BATCH.into()],
    );
    let expired: Vec<Expired> = sql.all(work.conn()).await?;
    for Expired { id, account_id, label } in &expired {
        let event = Event::new(*account_id, ActivityKind::ProductExpired).of_product(*id);
        work.tell(event.with(json!({ "label": label })));
    }
    let ids: Vec<ProductId> = expired.iter().map(|row| row.id).collect();
    transfer::call_off(work, &ids).await?;
    let ended: Vec<Ended> =
        expired.iter().map(|row| Ended { product_id: row.id, cancelled_by: None, ends_on: None }).collect();
    mail(work, &ended).await?;
    Ok(expired.len())
}

/// A product that has ended, or is going to.
pub(super) struct Ended {
    pub(super) product_id: ProductId,
    /// Nobody: its time was over.
    pub(super) cancelled_by: Option<UserId>,
    /// None: now.
    pub(super) ends_on: Option<NaiveDate>,
}

#[derive(FromQueryResult)]
struct Name {
    id: Uuid,
    name: String,
}

/// Each end, to the members of the payer who see its invoices and to those of the holder who see its products; once to each.
pub(super) async fn mail(work: &mut Work, ended: &[Ended]) -> Result<(), Error> {
    if ended.is_empty() {
        return Ok(());
    }
    let ids: Vec<ProductId> = ended.iter().map(|it| it.product_id).collect();
    let as_of = AsOf::of(work.now(), work.settings());
    let rows = renewables_by_ids(work.conn(), as_of, &Through::Managing, &ids).await?;
    let mut payers = HashMap::new();
    for row in &rows {
        payers.insert(row.id, row.payer()?);
    }
    let paying: Vec<AccountId> = payers.values().copied().collect();
    let holders: Vec<AccountId> = rows.iter().map(|row| row.account_id).collect();
    let names = names(work, ended, &holders).await?;
    let to_payers = members_with(work, &paying, Permission::ViewInvoices).await?;
    let to_holders = members_with(work, &holders, Permission::ViewProducts).await?;
    for it in ended {
        let Some(row) = rows.iter().find(|row| row.id == it.product_id) else { continue };
        let name = |id: Uuid| names.get(&id).cloned().unwrap_or_default();
        let data = json!({
            "product": row.label, "plan": row.plan_name, "holder": name(row.account_id.into()),
            "cancelled_by": it.cancelled_by.map(|id| name(id.into())), "ends_on": it.ends_on,
            "is_unpaid": false,
        });
        let event: Uuid = work.new_id();
        let payer = payers.get(&row.id).copied();
        let of = |all: &[Addressee], id: Option<AccountId>| -> Vec<Addressee> {
            all.iter().filter(|one| Some(one.member_of.account_id) == id).cloned().collect()
        };
        let mut told = HashSet::new();
        for one in of(&to_payers, payer).into_iter().chain(of(&to_holders, Some(row.account_id))) {
            if told.insert(one.recipient.email.clone()) {
                work.notify(Notice {
                    kind: MailKind::ProductCancelled,
                    subject_id: event,
                    step: 0,
                    recipient: one.recipient,
                    member_of: Some(one.member_of),
                    written_by: None,
                    data: data.clone(),
                });
            }
        }
    }
    Ok(())
}

async fn names(work: &Work, ended: &[Ended], holders: &[AccountId]) -> Result<HashMap<Uuid, String>, Error> {
    let people: Vec<UserId> = ended.iter().filter_map(|it| it.cancelled_by).collect();
    let mut sql = work.sql();
    sql.push("SELECT id, name FROM account WHERE id ").any(holders);
    sql.push(" UNION ALL SELECT id, name FROM \"user\" WHERE id ").any(&people);
    let names: Vec<Name> = sql.all(work.conn()).await?;
    Ok(names.into_iter().map(|row| (row.id, row.name)).collect())
}
