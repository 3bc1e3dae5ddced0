//! What becomes of a product when its change is paid for.

use std::cmp::Ordering;
use std::collections::HashMap;

use entities::id::{InvoiceId, InvoiceLineId, OrderId, ProductId, ProductPeriodId};
use entities::invoice::{InvoiceKind, InvoiceStatus};
use entities::product::ProductStatus;
use entities::{invoice, invoice_line, order, plan_change, product, product_period};
use serde_json::json;

use crate::activity::{ActivityKind, Event};
use crate::billing::ledger::credit_note_issued;
use crate::billing::post::Posting;
use crate::billing::{
    Draft, DraftLine, Issued, Owed, Series, Sums, accounts, draw, give_back, head, issue, mail_credit_note,
};
use crate::calendar::start_of_day;
use crate::cashback;
use crate::credit::rules::Part;
use crate::credit::{self, Creditable, Note, reversals};
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::product::rules::time_zone;
use crate::sql;
use crate::work::{Number, Work};

/// A change with its order and its document, whose lines are the charge, and the credit before it, if it is on the same one.
pub(crate) struct Changing {
    pub(crate) change: plan_change::Model,
    pub(crate) order: order::Model,
    pub(crate) draft: Draft,
}

/// The changes that these orders are for.
pub(crate) async fn of_orders(work: &Work, ids: &[OrderId]) -> Result<HashMap<OrderId, plan_change::Model>, Error> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut sql = work.sql();
    sql.push("SELECT * FROM plan_change WHERE status = 'PENDING' AND order_id ").any(ids);
    let changes: Vec<plan_change::Model> = sql.all(work.conn()).await?;
    Ok(changes.into_iter().map(|change| (change.order_id, change)).collect())
}

/// Does a change that is paid for, or costs nothing: documents, terms, product. Tells its invoice; none where its total is not
/// above zero.
///
/// The product is locked by the caller; the corrected invoice here, before any number is drawn.
pub(crate) async fn complete(work: &mut Work, changing: Changing) -> Result<Option<Issued>, Error> {
    let Changing { change, order, mut draft } = changing;
    settle(work, &change).await?;
    let currency = Currency::parse(&order.currency)?;
    let corrected = corrected(work, &change).await?;
    let charge = draft.lines.len() - 1;
    let payer = accounts(work, &[order.billed_to_id]).await?.remove(&order.billed_to_id);
    let language = payer.map_or_else(|| "en".to_owned(), |payer| payer.locale);
    for (at, line) in draft.lines.iter_mut().enumerate() {
        line.product_id = Some(change.product_id);
        line.period = Some((change.period_start, change.period_end));
        if at != charge {
            line.corrected_line_id = change.corrected_line_id;
            line.description = unused_part_of(&language, &line.description);
            line.period = corrected.as_ref().and_then(|(of, part)| of.lines.get(part.0)).and_then(period_of);
        }
    }
    let mut issued = None;
    let paid_by = match order.total_minor.cmp(&0) {
        Ordering::Greater => {
            issued = issue(work, vec![draft]).await?.pop().flatten();
            credit_others(work, &change, &order, corrected, issued.as_ref().map(|it| it.invoice.id)).await?;
            issued.as_ref().and_then(|issued| issued.lines.last()).map(|line| line.id)
        }
        Ordering::Less => match corrected {
            Some(corrected) => credit_below_zero(work, &order, draft.lines, corrected, currency).await?,
            None => None,
        },
        // equal amounts leave the line as it is: it pays for what comes, too
        Ordering::Equal => {
            credit_others(work, &change, &order, corrected, None).await?;
            change.is_one_document.then_some(change.corrected_line_id).flatten()
        }
    };
    cut_term(work, &change).await?;
    begin_term(work, &change, paid_by).await?;
    let is_free = order_is_free(work, change.order_id).await?;
    move_product(work, &change, is_free).await?;
    Ok(issued)
}

/// What a line says that gives back what is not used of another: in the payer's language, as of now, since it is printed as it stands.
fn unused_part_of(locale: &str, what: &str) -> String {
    match locale.split('-').next() {
        Some("de") => format!("Nicht genutzter Teil: {what}"),
        Some("es") => format!("Parte no utilizada: {what}"),
        Some("fr") => format!("Partie non utilisée\u{202f}: {what}"),
        Some("it") => format!("Parte non utilizzata: {what}"),
        _ => format!("Unused part of {what}"),
    }
}

fn period_of(line: &invoice_line::Model) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
    line.period_start.zip(line.period_end)
}

async fn settle(work: &Work, change: &plan_change::Model) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE plan_change SET status = 'DONE', settled_at = ? WHERE id = ?",
        [work.now().into(), change.id.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

/// A locked invoice, and which part of which of its lines is credited.
type Corrected = (Creditable, (usize, Part));

async fn corrected(work: &Work, change: &plan_change::Model) -> Result<Option<Corrected>, Error> {
    let Some(line_id) = change.corrected_line_id else { return Ok(None) };
    let mut sql = work.sql();
    sql.add("SELECT * FROM invoice_line WHERE id = ?", [line_id.into()]);
    let line: invoice_line::Model = sql.one(work.conn()).await?.ok_or_else(|| Error::fault("a line vanished"))?;
    let creditable = credit::lock(work, line.invoice_id).await?;
    let at = creditable.lines.iter().position(|line| line.id == line_id);
    let at = at.ok_or_else(|| Error::fault("a line that is not on its invoice"))?;
    let money = |minor| Money::new(minor, creditable.currency);
    let part = Part {
        public_price: money(change.credited_public_price_minor),
        discount: money(change.credited_discount_minor),
        net: money(change.credited_net_minor),
        tax: money(change.credited_tax_minor),
        cashback: money(change.credited_cashback_minor),
    };
    Ok(Some((creditable, (at, part))))
}

/// What is credited of the line: on the document that charges, it is only counted; else the other payer gets a note of its own.
async fn credit_others(
    work: &mut Work,
    change: &plan_change::Model,
    order: &order::Model,
    corrected: Option<Corrected>,
    document_id: Option<InvoiceId>,
) -> Result<(), Error> {
    let Some((mut creditable, part)) = corrected else { return Ok(()) };
    if !change.is_one_document {
        let note = Note { credited: vec![part], reason: None, order_id: Some(order.id) };
        credit::issue(work, creditable, note).await?;
        return Ok(());
    }
    let Some(document_id) = document_id else { return Ok(()) };
    let mut posting = Posting::default();
    cashback::reverse(work, document_id, &reversals(&creditable, &[part]), &mut posting).await?;
    posting.write(work)?;
    credit::apply(work, &mut creditable, &[part]).await?;
    Ok(())
}

/// A credit note over more than is charged: the credit positive, the charge below zero. Tells the line that charges, if one does.
async fn credit_below_zero(
    work: &mut Work,
    order: &order::Model,
    lines: Vec<DraftLine>,
    corrected: Corrected,
    currency: Currency,
) -> Result<Option<InvoiceLineId>, Error> {
    let (mut creditable, part) = corrected;
    let payer = accounts(work, &[order.billed_to_id]).await?.remove(&order.billed_to_id);
    let payer = payer.ok_or_else(|| Error::fault("an order without a payer"))?;
    let money = |minor: i64| Money::new(-minor, currency);
    let sums = Sums {
        subtotal: money(order.subtotal_minor),
        discount: money(order.discount_minor),
        tax: money(order.tax_minor),
        total: money(order.total_minor),
    };
    let mut numbers = draw(work, Series::CreditNote, 1).await?;
    let note = invoice::Model {
        order_id: Some(order.id),
        corrects_id: Some(creditable.invoice.id),
        status: InvoiceStatus::Paid,
        ..head(work, &mut numbers, InvoiceKind::CreditNote, &payer, sums)
    };
    let rows: Vec<invoice_line::Model> = lines
        .into_iter()
        .filter(|line| !line.amounts.net.is_zero() || line.corrected_line_id.is_some())
        .zip(1..)
        .map(|(line, position)| note_line(work, note.id, position, line))
        .collect();
    sql::insert::<invoice::Entity>(work.conn(), std::slice::from_ref(&note)).await?;
    sql::insert::<invoice_line::Entity>(work.conn(), &rows).await?;
    let mut posting = Posting::default();
    posting.add(credit_note_issued(note.billed_to_id, sums.total.checked_sub(sums.tax)?, sums.tax)?, note.id);
    cashback::reverse(work, note.id, &reversals(&creditable, &[part]), &mut posting).await?;
    cashback::credit(work, &[note.id], &[], &mut posting).await?;
    posting.write(work)?;
    let corrects = creditable.invoice.number.clone();
    credit::apply(work, &mut creditable, &[part]).await?;
    let (account_id, invoice_id) = (note.billed_to_id, creditable.invoice.id);
    give_back(work, Owed { account_id, credit_note_id: note.id, invoice_id, amount: sums.total }).await?;
    let data = json!({
        "number": note.number, "amount": sums.total.to_decimal(), "currencyCode": note.currency,
    });
    work.tell(Event::new(account_id, ActivityKind::CreditNoteIssued).about("Invoice", note.id).with(data));
    mail_credit_note(work, &note, &corrects, sums.total).await?;
    Ok(rows.iter().find(|line| line.corrected_line_id.is_none()).map(|line| line.id))
}

/// The line with its signs turned: what is credited stands positive on a credit note.
fn note_line(work: &Work, id: InvoiceId, position: i32, line: DraftLine) -> invoice_line::Model {
    let tax = line.tax;
    invoice_line::Model {
        id: work.new_id::<InvoiceLineId>(),
        invoice_id: id,
        position,
        description: line.description,
        plan_id: line.plan_id,
        product_id: line.product_id,
        period_start: line.period.map(|(start, _)| start),
        period_end: line.period.map(|(_, end)| end),
        quantity: line.quantity,
        public_price_minor: -line.amounts.public_price.minor(),
        discount_minor: -line.amounts.discount.minor(),
        net_minor: -line.amounts.net.minor(),
        tax_category: tax.map(|tax| tax.treatment.category.code()).unwrap_or_default().to_owned(),
        tax_rate_bps: tax.map_or(0, |tax| tax.treatment.rate.bps()),
        tax_minor: tax.map_or(0, |tax| -tax.amount.minor()),
        rate_bps: line.rate.map(crate::money::Rate::bps),
        partnership_id: line.partnership_id,
        partner_id: line.partner_id,
        cashback_minor: -line.amounts.cashback.minor(),
        corrected_line_id: line.corrected_line_id,
        credited_net_minor: 0,
    }
}

/// The term that runs ends today; one that began today was never used.
async fn cut_term(work: &Work, change: &plan_change::Model) -> Result<(), Error> {
    let Some(id) = change.period_id else { return Ok(()) };
    let mut sql = work.sql();
    sql.add(
        "UPDATE product_period SET credited_at = coalesce(credited_at, ?) WHERE id = ? AND period_start >= ?",
        [work.now().into(), id.into(), change.period_start.into()],
    );
    sql.execute(work.conn()).await?;
    let mut sql = work.sql();
    sql.add(
        "UPDATE product_period SET period_end = ? WHERE id = ? AND period_start < ?",
        [change.period_start.into(), id.into(), change.period_start.into()],
    );
    sql.execute(work.conn()).await?;
    Ok(())
}

async fn begin_term(
    work: &Work,
    change: &plan_change::Model,
    invoice_line_id: Option<InvoiceLineId>,
) -> Result<(), Error> {
    let period = product_period::Model {
        id: work.new_id::<ProductPeriodId>(),
        product_id: change.product_id,
        period_start: change.period_start,
        period_end: change.period_end,
        term_months: change.term_months,
        invoice_line_id,
        paid_at: Some(work.now()),
        credited_at: None,
        created_at: work.now(),
    };
    sql::insert::<product_period::Entity>(work.conn(), &[period]).await?;
    Ok(())
}

async fn order_is_free(work: &Work, order_id: OrderId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add("SELECT max(public_price_minor) AS n FROM order_line WHERE order_id = ?", [order_id.into()]);
    Ok(sql.one::<Number>(work.conn()).await?.is_none_or(|row| row.n <= 0))
}

async fn move_product(work: &mut Work, change: &plan_change::Model, is_free: bool) -> Result<(), Error> {
    let product = product_row(work, change.product_id).await?;
    let zone = zone_of(work, &product).await?;
    let status = if is_free { ProductStatus::Free } else { ProductStatus::Active };
    let mut sql = work.sql();
    sql.add(
        "UPDATE product SET plan_id = ?, term_months = ?, next_plan_id = NULL, status = ?, anchor_on = ?, anchor_months = ?,
            renews_on = ?, renews_at = ? WHERE id = ?",
        [
            change.plan_id.into(),
            change.term_months.into(),
            status.into(),
            change.anchor_on.into(),
            change.anchor_months.into(),
            change.period_end.into(),
            start_of_day(change.period_end, zone).into(),
            product.id.into(),
        ],
    );
    sql.execute(work.conn()).await?;
    let data = json!({ "label": product.label, "renewsOn": change.period_end });
    work.tell(Event::new(product.account_id, ActivityKind::PlanChanged).of_product(product.id).with(data));
    Ok(())
}

async fn product_row(work: &Work, id: ProductId) -> Result<product::Model, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM product WHERE id = ?", [id.into()]);
    sql.one(work.conn()).await?.ok_or_else(|| Error::fault("a product vanished"))
}

async fn zone_of(work: &Work, product: &product::Model) -> Result<chrono_tz::Tz, Error> {
    let holder = accounts(work, &[product.account_id]).await?.remove(&product.account_id);
    Ok(holder.map_or(chrono_tz::Tz::UTC, |holder| time_zone(&holder.time_zone)))
}
