//! The mails about money: what is about money goes to the payer, what is about a product to its holder, without prices.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use chrono_tz::Tz;
use entities::id::{AccountId, InvoiceId, InvoiceLineId};
use entities::invoice;
use entities::invoice_line;
use sea_orm::FromQueryResult;
use serde_json::{Value, json};
use uuid::Uuid;

use super::dunning::DunningStep;
use super::order::{Completed, product_of};
use super::period::{Moved, Standing};
use super::settle::Changed;
use crate::calendar::local_date;
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::notification::recipients::{Addressee, Party, parties};
use crate::notification::{MailKind, MemberOf, Notice};
use crate::order::sent::AccessNeeded;
use crate::permission::{Permission, Permissions};
use crate::work::Work;

/// The accounts that mails name, and their members who are written to.
pub(super) struct Parties {
    accounts: HashMap<AccountId, Party>,
    /// By account, and by the bits of what they hold there.
    readers: HashMap<(AccountId, i32), Vec<Addressee>>,
}

/// Payers are written to by VIEW_INVOICES, holders by VIEW_PRODUCTS, of those who are asked for access whoever decides about it.
pub(super) fn payer(id: AccountId) -> (AccountId, Permission) {
    (id, Permission::ViewInvoices)
}

pub(super) fn holder(id: AccountId) -> (AccountId, Permission) {
    (id, Permission::ViewProducts)
}

impl Parties {
    /// One statement, none for nobody.
    pub(super) async fn of(work: &Work, wanted: &[(AccountId, Permission)]) -> Result<Self, Error> {
        let mut readers: HashMap<_, Vec<Addressee>> = HashMap::new();
        if wanted.is_empty() {
            return Ok(Self { accounts: HashMap::new(), readers });
        }
        let (accounts, addressees) = parties(work, wanted).await?;
        for addressee in addressees {
            let MemberOf { account_id, any_of } = addressee.member_of;
            readers.entry((account_id, any_of.bits())).or_default().push(addressee);
        }
        Ok(Self { accounts, readers })
    }

    fn readers(&self, (id, permission): (AccountId, Permission)) -> &[Addressee] {
        self.readers.get(&(id, Permissions::from(permission).bits())).map_or(&[], Vec::as_slice)
    }

    pub(super) fn name(&self, id: AccountId) -> &str {
        self.accounts.get(&id).map_or("", |account| &account.name)
    }

    /// Today there.
    fn date(&self, id: AccountId, at: chrono::DateTime<chrono::Utc>) -> NaiveDate {
        let zone = self.accounts.get(&id).and_then(|account| account.time_zone.parse::<Tz>().ok());
        local_date(at, zone.unwrap_or(Tz::UTC))
    }

    pub(super) fn tell_payer(&self, work: &mut Work, id: AccountId, kind: MailKind, event: (Uuid, i32), data: &Value) {
        send(work, self.readers(payer(id)), kind, event, data);
    }

    /// To those who decide about access and get no confirmation of the order.
    fn tell_others(&self, work: &mut Work, id: AccountId, needed: &AccessNeeded) {
        let confirmed = self.readers(payer(id));
        let is_confirmed = |one: &Addressee| confirmed.iter().any(|other| other.recipient == one.recipient);
        let managers = self.readers((id, Permission::ManagePartners)).iter();
        let others: Vec<Addressee> = managers.filter(|one| !is_confirmed(one)).cloned().collect();
        let data = json!({ "partner": needed.partner, "account": self.name(id) });
        send(work, &others, MailKind::AccessNeeded, (needed.invitation_id.into(), 0), &data);
    }

    pub(super) fn tell_holder(&self, work: &mut Work, id: AccountId, kind: MailKind, event: (Uuid, i32), data: &Value) {
        send(work, self.readers(holder(id)), kind, event, data);
    }
}

/// One mail to each of these.
fn send(work: &mut Work, to: &[Addressee], kind: MailKind, event: (Uuid, i32), data: &Value) {
    for Addressee { member_of, recipient } in to {
        work.notify(Notice {
            kind,
            subject_id: event.0,
            step: event.1,
            recipient: recipient.clone(),
            member_of: Some(*member_of),
            written_by: None,
            data: data.clone(),
        });
    }
}

fn amount(minor: i64, currency: &str) -> Value {
    let exponent = Currency::parse(currency).map_or(2, Currency::exponent);
    json!({ "minor": minor, "currency": currency, "exponent": exponent })
}

/// All that is told when it is known how payments ended: of orders, invoices, renewals and declines.
pub(super) async fn settled(
    work: &mut Work,
    completed: &[Completed],
    changed: &Changed,
    moved: &[Moved],
    behind: &HashMap<InvoiceLineId, Vec<Standing>>,
) -> Result<(), Error> {
    let payers = changed.invoices.values().map(|invoice| payer(invoice.billed_to_id));
    let holders = moved.iter().map(|moved| holder(moved.now.account_id));
    let wanted: Vec<_> = wanted(completed).into_iter().chain(payers).chain(holders).collect();
    let parties = Parties::of(work, &wanted).await?;
    ordered(work, &parties, completed);
    invoiced(work, &parties, changed);
    renewed(work, &parties, changed, moved).await?;
    payment_failed(work, &parties, changed, behind).await
}

/// Who is told of these orders.
pub(super) fn wanted(completed: &[Completed]) -> Vec<(AccountId, Permission)> {
    let of = |it: &Completed| {
        let managers = it.access_needed.is_some().then_some((it.order.billed_to_id, Permission::ManagePartners));
        [Some(payer(it.order.billed_to_id)), Some(holder(it.order.holder_id)), managers]
    };
    completed.iter().flat_map(of).flatten().collect()
}

/// The confirmation of each order, to the payer with prices and to another holder without.
pub(super) fn ordered(work: &mut Work, parties: &Parties, completed: &[Completed]) {
    for Completed { order, placed_by: ordered_by, lines, access_needed, .. } in completed {
        let priced: Vec<Value> = lines
            .iter()
            .map(|line| {
                let mut priced = product_of(line);
                priced["price"] = amount(line.line.public_price_minor, &order.currency);
                priced
            })
            .collect();
        let discount = (order.discount_minor != 0).then(|| amount(order.discount_minor, &order.currency));
        let data = json!({
            "order_number": order.number, "ordered_on": parties.date(order.billed_to_id, order.created_at),
            "ordered_by": ordered_by, "holder": parties.name(order.holder_id), "lines": priced,
            "subtotal": amount(order.subtotal_minor, &order.currency), "discount": discount,
            "tax": amount(order.tax_minor, &order.currency), "total": amount(order.total_minor, &order.currency),
            "access_needed_by": access_needed.as_ref().map(|needed| &needed.partner),
            // what its link opens
            "access_request_id": access_needed.as_ref().map(|needed| needed.invitation_id),
        });
        let event = (order.id.into(), 0);
        parties.tell_payer(work, order.billed_to_id, MailKind::OrderConfirmation, event, &data);
        if let Some(needed) = access_needed {
            parties.tell_others(work, order.billed_to_id, needed);
        }
        if order.holder_id != order.billed_to_id {
            let data = json!({
                "order_number": order.number, "ordered_on": parties.date(order.holder_id, order.created_at),
                "ordered_by": ordered_by, "payer": parties.name(order.billed_to_id),
                "lines": lines.iter().map(product_of).collect::<Vec<_>>(),
            });
            parties.tell_holder(work, order.holder_id, MailKind::OrderConfirmationHolder, event, &data);
        }
    }
}

/// The invoice itself, once, when it is known whether it is paid: so that nobody is asked for what is being charged.
fn invoiced(work: &mut Work, parties: &Parties, changed: &Changed) {
    for invoice in changed.tried_first.iter().filter_map(|id| changed.invoices.get(id)) {
        let due = invoice.total_minor - invoice.credited_minor - invoice.paid_minor;
        let data = json!({
            "number": invoice.number, "issued_on": invoice.issued_on, "due_on": invoice.due_on,
            "total": amount(invoice.total_minor, &invoice.currency), "amount_due": amount(due.max(0), &invoice.currency),
        });
        parties.tell_payer(work, invoice.billed_to_id, MailKind::InvoiceIssued, (invoice.id.into(), 0), &data);
    }
}

/// The credit note, to the payer: what it corrects, and how much of what was paid comes back.
pub(crate) async fn credited(
    work: &mut Work,
    note: &invoice::Model,
    corrects: &str,
    refunded: Money,
) -> Result<(), Error> {
    let parties = Parties::of(work, &[payer(note.billed_to_id)]).await?;
    let data = json!({
        "number": note.number, "issued_on": note.issued_on, "corrects": corrects, "reason": note.reason,
        "total": amount(note.total_minor, &note.currency), "refunded": amount(refunded.minor(), &note.currency),
    });
    parties.tell_payer(work, note.billed_to_id, MailKind::CreditNote, (note.id.into(), 0), &data);
    Ok(())
}

#[derive(FromQueryResult)]
struct LineOfInvoice {
    id: InvoiceLineId,
    invoice_id: InvoiceId,
    net_minor: i64,
}

/// What was renewed: to the payer with its price, to another holder without.
async fn renewed(work: &mut Work, parties: &Parties, changed: &Changed, renewed: &[Moved]) -> Result<(), Error> {
    if renewed.is_empty() {
        return Ok(());
    }
    let mut sql = work.sql();
    sql.push("SELECT id, invoice_id, net_minor FROM invoice_line WHERE invoice_id ").any(&changed.paid);
    let lines: Vec<LineOfInvoice> = sql.all(work.conn()).await?;
    let lines: HashMap<InvoiceLineId, LineOfInvoice> = lines.into_iter().map(|line| (line.id, line)).collect();
    for moved in renewed {
        let Some(line) = moved.line_id.and_then(|id| lines.get(&id)) else { continue };
        let Some(invoice) = changed.invoices.get(&line.invoice_id) else { continue };
        let data = json!({
            "product": moved.now.label, "plan": moved.now.plan, "holder": parties.name(moved.now.account_id),
            "period_start": moved.period_start, "renews_on": moved.now.renews_on,
            "net": amount(line.net_minor, &invoice.currency), "invoice_number": invoice.number,
        });
        let event = (moved.period_id.into(), 0);
        parties.tell_payer(work, invoice.billed_to_id, MailKind::ProductRenewed, event, &data);
        if moved.now.account_id != invoice.billed_to_id {
            let data = json!({
                "product": moved.now.label, "plan": moved.now.plan, "payer": parties.name(invoice.billed_to_id),
                "period_start": moved.period_start, "renews_on": moved.now.renews_on,
            });
            parties.tell_holder(work, moved.now.account_id, MailKind::ProductRenewedHolder, event, &data);
        }
    }
    Ok(())
}

/// What was declined, to the payer, with what comes next.
async fn payment_failed(
    work: &mut Work,
    parties: &Parties,
    changed: &Changed,
    behind: &HashMap<InvoiceLineId, Vec<Standing>>,
) -> Result<(), Error> {
    if changed.declined.is_empty() || behind.is_empty() {
        return Ok(());
    }
    let lines = lines_of(work, &changed.declined).await?;
    let declined: Vec<&invoice::Model> = changed.declined.iter().filter_map(|id| changed.invoices.get(id)).collect();
    let mut sent = HashSet::new();
    for invoice in declined {
        let products: Vec<&str> = lines
            .iter()
            .filter(|line| line.invoice_id == invoice.id)
            .flat_map(|line| behind.get(&line.id).into_iter().flatten())
            .map(|product| product.label.as_str())
            .collect();
        if products.is_empty() || !sent.insert(invoice.id) {
            continue;
        }
        let Some(data) = failure(work, parties, invoice, &products)? else { continue };
        parties.tell_payer(
            work,
            invoice.billed_to_id,
            MailKind::PaymentFailed,
            (invoice.id.into(), invoice.attempts),
            &data,
        );
    }
    Ok(())
}

fn failure(
    work: &Work,
    parties: &Parties,
    invoice: &invoice::Model,
    products: &[&str],
) -> Result<Option<Value>, Error> {
    let Some(first_declined_at) = invoice.first_declined_at else { return Ok(None) };
    let today = parties.date(invoice.billed_to_id, work.now());
    let dunning = &work.settings().dunning;
    let schedule = dunning.schedule(parties.date(invoice.billed_to_id, first_declined_at))?;
    let next = schedule.iter().find(|(on, step)| *on > today && matches!(step, DunningStep::Charge(_)));
    let suspends = schedule.iter().find(|(_, step)| *step == DunningStep::Suspend);
    let due = invoice.total_minor - invoice.credited_minor - invoice.paid_minor;
    Ok(Some(json!({
        "invoice_number": invoice.number, "amount_due": amount(due, &invoice.currency), "products": products,
        "step": invoice.attempts, "steps": dunning.charge_days.len() + 1,
        "next_attempt_on": next.map(|(on, _)| on), "suspends_on": suspends.map_or(today, |(on, _)| *on),
    })))
}

async fn lines_of(work: &Work, invoices: &[InvoiceId]) -> Result<Vec<invoice_line::Model>, Error> {
    let mut sql = work.sql();
    sql.push("SELECT * FROM invoice_line WHERE invoice_id ").any(invoices).push(" ORDER BY invoice_id, position");
    Ok(sql.all(work.conn()).await?)
}
