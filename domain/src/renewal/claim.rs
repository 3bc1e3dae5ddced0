//! Claiming what is due of some payers: invoices, periods and attempts, in one transaction and a constant number of statements.

use std::collections::HashSet;

use entities::id::{AccountId, InvoiceLineId, PartnershipId, ProductPeriodId, RenewalRunId};
use entities::invoice::{self, InvoiceKind};
use entities::{product_period, renewal_run};

use super::rules::{BundleKey, RenewalLine, bundles};
use super::store::{AsOf, Candidate, DueBy, Renewable, declined_early, due, lock};
use crate::billing::{self, Attempt, Draft, DraftLine, PaidFor};
use crate::calendar::Term;
use crate::error::Error;
use crate::gateway::Charge;
use crate::money::{Currency, Money};
use crate::work::Work;

/// What was claimed.
#[derive(Debug, Default)]
pub(super) struct Claimed {
    /// To be asked of the gateway, once this is committed.
    pub(super) charges: Vec<Charge>,
    /// Periods, paid for or free.
    pub(super) periods: usize,
}

/// Claims what was found due of some payers. What has no price, or came to be another payer's meanwhile, stays due.
pub(super) async fn claim(work: &mut Work, run: &renewal_run::Model, found: &[Candidate]) -> Result<Claimed, Error> {
    let by = DueBy { as_of: run.as_of, now: work.now() };
    lock(work, found).await?;
    let locked: HashSet<PartnershipId> = found.iter().filter_map(|it| it.managed_by_id).collect();
    let ids: Vec<_> = found.iter().map(|it| it.id).collect();
    // Asked again under the locks: what has changed before them counts, and nothing changes after.
    let as_of = AsOf::of(work.now(), work.settings());
    let rows = due(work.conn(), as_of, by, &ids).await?;
    let payers: HashSet<AccountId> = found.iter().map(|it| it.payer_id).collect();
    let (invoiced, rows): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_invoiced);
    let mut lines = Vec::with_capacity(rows.len());
    for row in &rows {
        if row.managed_by_id.is_some_and(|id| !locked.contains(&id)) {
            continue;
        }
        if let Some(line) = row.automatic_line()?.filter(|line| payers.contains(&line.billed_to_id)) {
            lines.push((row, line));
        }
    }
    let again = try_again(work, &invoiced).await?;
    let mut claimed = renew(work, run, lines).await?;
    claimed.periods += again.len();
    claimed.charges.extend(again);
    Ok(claimed)
}

/// Attempts for what was invoiced by hand before its day and declined: whoever it is billed to.
async fn try_again(work: &mut Work, invoiced: &[Renewable]) -> Result<Vec<Charge>, Error> {
    if invoiced.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<_> = invoiced.iter().map(|row| row.id).collect();
    let invoices = declined_early(work, &ids).await?;
    let attempts = invoices.iter().map(attempt_of).collect::<Result<_, _>>()?;
    Ok(billing::attempt(work, attempts).await?.into_iter().flatten().collect())
}

async fn renew(
    work: &mut Work,
    run: &renewal_run::Model,
    lines: Vec<(&Renewable, RenewalLine)>,
) -> Result<Claimed, Error> {
    let mut periods = Vec::with_capacity(lines.len());
    for (row, _) in lines.iter().filter(|(_, line)| line.amounts.net.is_zero()) {
        periods.push(period(work, row, row.term()?, None)?);
    }
    let free: Vec<ProductPeriodId> = periods.iter().map(|period| period.id).collect();
    let keyed = lines.into_iter().map(|(row, line)| {
        let key =
            BundleKey { billed_to_id: line.billed_to_id, currency: line.amounts.net.currency(), run_at: run.as_of };
        (key, row.id, line.amounts.net, (row, line))
    });
    let bundles = bundles(keyed);
    let mut drafts = Vec::with_capacity(bundles.len());
    for (key, lines) in &bundles {
        let lines =
            lines.iter().map(|(_, (row, line))| draft_line(row, line, row.term()?)).collect::<Result<_, _>>()?;
        drafts.push(draft(key.billed_to_id, key.currency, Some(run.id), lines));
    }
    let mut attempts = Vec::with_capacity(bundles.len());
    for (issued, (_, lines)) in billing::issue(work, drafts).await?.into_iter().zip(&bundles) {
        let issued = issued.ok_or_else(|| Error::fault("a renewal that costs something was not invoiced"))?;
        for (line, (_, (row, _))) in issued.lines.iter().zip(lines) {
            periods.push(period(work, row, row.term()?, Some(line.id))?);
        }
        attempts.push(attempt_of(&issued.invoice)?);
    }
    work.add::<product_period::Entity>(&periods)?;
    if !free.is_empty() {
        billing::mark_paid(work, &free).await?;
        count_free(work, run.id, free.len()).await?;
    }
    let charges = billing::attempt(work, attempts).await?.into_iter().flatten().collect();
    Ok(Claimed { charges, periods: periods.len() })
}

/// The period that a renewal pays for: from where the product stands, one term long.
pub(super) fn period(
    work: &Work,
    row: &Renewable,
    term: Term,
    invoice_line_id: Option<InvoiceLineId>,
) -> Result<product_period::Model, Error> {
    Ok(product_period::Model {
        id: work.new_id(),
        product_id: row.id,
        period_start: row.renews_on,
        period_end: row.standing_after(term)?.renews_on,
        term_months: term.months_i32(),
        invoice_line_id,
        paid_at: None,
        credited_at: None,
        created_at: work.now(),
    })
}

/// An invoice for renewals.
pub(super) fn draft(
    billed_to_id: AccountId,
    currency: Currency,
    renewal_run_id: Option<RenewalRunId>,
    lines: Vec<DraftLine>,
) -> Draft {
    Draft {
        kind: InvoiceKind::Renewal,
        billed_to_id,
        currency,
        order_id: None,
        renewal_run_id,
        paid_minor: None,
        lines,
    }
}

/// Its line for one product.
pub(super) fn draft_line(row: &Renewable, line: &RenewalLine, term: Term) -> Result<DraftLine, Error> {
    Ok(DraftLine {
        description: row.description(),
        plan_id: Some(row.plan_id),
        product_id: Some(row.id),
        period: Some((row.renews_on, row.standing_after(term)?.renews_on)),
        quantity: 1,
        amounts: line.amounts,
        rate: line.rate,
        partnership_id: line.partnership_id,
        partner_id: line.partner_id,
        corrected_line_id: None,
        tax: None,
    })
}

/// An attempt to have what is left of an invoice paid, by the payer's default method.
fn attempt_of(invoice: &invoice::Model) -> Result<Attempt, Error> {
    let due = invoice.total_minor - invoice.paid_minor - invoice.credited_minor;
    Ok(Attempt {
        account_id: invoice.billed_to_id,
        paid_for: PaidFor::Invoice(invoice.id),
        amount: Money::new(due, Currency::parse(&invoice.currency)?),
        payment_method_id: None,
    })
}

/// What is free has no invoice to be counted by.
async fn count_free(work: &Work, run_id: RenewalRunId, count: usize) -> Result<(), Error> {
    let count = i32::try_from(count).map_err(|_| Error::fault("too many renewals"))?;
    let mut sql = work.sql();
    sql.add("UPDATE renewal_run SET renewed = renewed + ? WHERE id = ?", [count.into(), run_id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}
