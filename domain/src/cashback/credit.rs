//! Crediting what the lines of paid invoices earn.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};
use entities::id::{
    AccountId, CashbackId, ClientId, InvoiceId, InvoiceLineId, PartnershipId, ProductId, WalletEntryId,
};
use entities::wallet_entry::WalletEntryKind;
use entities::{cashback, invoice, invoice_line, wallet_entry};
use sea_orm::FromQueryResult;
use serde_json::{Value, json};

use crate::activity::{ActivityKind, Event};
use crate::billing::ledger::cashback_credited;
use crate::billing::post::Posting;
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::sql::Type;
use crate::work::Work;

#[derive(FromQueryResult)]
struct Earning {
    line_id: InvoiceLineId,
    /// None of what an affiliate earns: a line that a partnership covers earns by that alone.
    partnership_id: Option<PartnershipId>,
    partner_id: AccountId,
    product_id: Option<ProductId>,
    payer_id: AccountId,
    client_id: Option<ClientId>,
    currency: String,
    public_price_minor: i64,
    rate_bps: Option<i32>,
    cashback_minor: i64,
    hold_days: i64,
}

/// Credits, pending, the cashback of every line of these fully paid invoices, and of those that were issued in the same
/// transaction, with their lines. The caller writes the posting.
///
/// What was credited before the payment has earned nothing. The same for an affiliate's commission, which tells nothing of whom it
/// brought. A partner that left its programme still gets what it earned, after 30 days.
pub(crate) async fn credit(
    work: &mut Work,
    invoices: &[InvoiceId],
    fresh: &[(&invoice::Model, &Vec<invoice_line::Model>)],
    posting: &mut Posting,
) -> Result<(), Error> {
    let fresh: Vec<Value> = fresh.iter().flat_map(|(invoice, lines)| earning_lines(invoice, lines)).collect();
    if invoices.is_empty() && fresh.is_empty() {
        return Ok(());
    }
    let mut earnings = earnings(work, invoices, &fresh).await?;
    earnings.retain(|earning| earning.cashback_minor > 0);
    if earnings.is_empty() {
        return Ok(());
    }
    let now = work.now();
    let mut cashbacks = Vec::with_capacity(earnings.len());
    let mut entries = Vec::with_capacity(earnings.len());
    let mut wallets: BTreeMap<(AccountId, String), i64> = BTreeMap::new();
    for earning in &earnings {
        let amount = Money::new(earning.cashback_minor, Currency::parse(&earning.currency)?);
        let cashback = cashback_of(work, earning, available_at(now, earning.hold_days));
        posting.add(cashback_credited(earning.partner_id, amount)?, cashback.id);
        entries.push(entry_of(work, earning, &cashback));
        let sum = wallets.entry((earning.partner_id, earning.currency.clone())).or_default();
        *sum = sum.checked_add(earning.cashback_minor).ok_or_else(|| Error::fault("a wallet overflows"))?;
        let data = json!({
            "amount": amount.to_decimal(), "currencyCode": earning.currency, "availableAt": cashback.available_at,
        });
        let mut event = Event::new(earning.partner_id, ActivityKind::CashbackCredited);
        event.product_id = earning.product_id.filter(|_| earning.partnership_id.is_some());
        work.tell(
            event
                .about("WalletEntry", entries.last().map_or(cashback.id.0, |it: &wallet_entry::Model| it.id.0))
                .with(data),
        );
        cashbacks.push(cashback);
    }
    work.add::<cashback::Entity>(&cashbacks)?;
    add_pending(work, &wallets)?;
    work.add::<wallet_entry::Entity>(&entries)?;
    Ok(())
}

/// The lines of an invoice that earn, with the columns of [`EARNING_LINE`].
fn earning_lines<'l>(
    invoice: &'l invoice::Model,
    lines: &'l [invoice_line::Model],
) -> impl Iterator<Item = Value> + 'l {
    lines.iter().filter(|line| line.cashback_minor != 0 && line.corrected_line_id.is_none()).map(|line| {
        json!({
            "line_id": line.id, "partnership_id": line.partnership_id, "partner_id": line.partner_id,
            "product_id": line.product_id, "payer_id": invoice.billed_to_id, "currency": invoice.currency,
            "public_price_minor": line.public_price_minor.abs(), "rate_bps": line.rate_bps,
            "cashback_minor": line.cashback_minor.abs(),
        })
    })
}

const EARNING_LINE: [(&str, Type); 9] = [
    ("line_id", Type::Id),
    ("partnership_id", Type::Id),
    ("partner_id", Type::Id),
    ("product_id", Type::Id),
    ("payer_id", Type::Id),
    ("currency", Type::Text),
    ("public_price_minor", Type::Int),
    ("rate_bps", Type::Int),
    ("cashback_minor", Type::Int),
];

async fn earnings(work: &Work, invoices: &[InvoiceId], fresh: &[Value]) -> Result<Vec<Earning>, Error> {
    let mut sql = work.sql();
    sql.push(
        "SELECT e.line_id, e.partnership_id, e.partner_id, e.product_id, e.payer_id, c.id AS client_id, e.currency,
            e.public_price_minor, CAST(e.rate_bps AS integer) AS rate_bps, e.cashback_minor,
            CAST(coalesce(g.hold_days, 30) AS bigint) AS hold_days
        FROM (SELECT l.id AS line_id, l.partnership_id, l.partner_id, l.product_id, i.billed_to_id AS payer_id, i.currency,
                abs(l.public_price_minor) AS public_price_minor, l.rate_bps, CAST(abs(l.cashback_minor) - coalesce((
                    SELECT sum(abs(n.cashback_minor)) FROM invoice_line n WHERE n.corrected_line_id = l.id), 0) AS bigint) AS cashback_minor
            FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
            WHERE l.cashback_minor <> 0 AND l.corrected_line_id IS NULL AND l.invoice_id ",
    );
    sql.any(invoices).push(
        " UNION ALL SELECT r.line_id, r.partnership_id, r.partner_id, r.product_id, r.payer_id, r.currency, r.public_price_minor,
                r.rate_bps, r.cashback_minor FROM ",
    );
    sql.records("r", &EARNING_LINE, &fresh)?.push(
        ") e JOIN account a ON a.id = e.partner_id LEFT JOIN programme g ON g.id = a.programme_id
        LEFT JOIN client c ON e.partnership_id IS NOT NULL AND c.partner_id = e.partner_id AND c.account_id = e.payer_id
        ORDER BY e.partner_id, e.line_id",
    );
    Ok(sql.all(work.conn()).await?)
}

fn available_at(now: DateTime<Utc>, hold_days: i64) -> DateTime<Utc> {
    now.checked_add_signed(Duration::days(hold_days)).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn cashback_of(work: &Work, earning: &Earning, available_at: DateTime<Utc>) -> cashback::Model {
    cashback::Model {
        id: work.new_id::<CashbackId>(),
        invoice_line_id: earning.line_id,
        partner_id: earning.partner_id,
        product_id: earning.product_id.filter(|_| earning.partnership_id.is_some()),
        client_account_id: earning.payer_id,
        currency: earning.currency.clone(),
        amount_minor: earning.cashback_minor,
        reversed_minor: 0,
        credited_at: work.now(),
        available_at,
        released_at: None,
    }
}

fn entry_of(work: &Work, earning: &Earning, cashback: &cashback::Model) -> wallet_entry::Model {
    wallet_entry::Model {
        id: work.new_id::<WalletEntryId>(),
        account_id: earning.partner_id,
        currency: earning.currency.clone(),
        kind: match earning.partnership_id {
            Some(_) => WalletEntryKind::Cashback,
            None => WalletEntryKind::Referral,
        },
        amount_minor: earning.cashback_minor,
        public_price_minor: Some(earning.public_price_minor),
        rate_bps: earning.rate_bps,
        invoice_line_id: Some(earning.line_id),
        product_id: cashback.product_id,
        client_id: earning.client_id,
        created_at: cashback.credited_at,
        available_at: cashback.available_at,
    }
}

/// Adds to wallets, in the order of their keys, so that two who do it at once do not wait for each other in a circle.
fn add_pending(work: &Work, wallets: &BTreeMap<(AccountId, String), i64>) -> Result<(), Error> {
    let rows: Vec<_> = wallets
        .iter()
        .map(|((account_id, currency), amount)| json!({ "account_id": account_id, "currency": currency, "amount": amount }))
        .collect();
    let columns = [("account_id", Type::Id), ("currency", Type::Text), ("amount", Type::Int)];
    let mut sql = work.sql();
    sql.push(
        "INSERT INTO wallet (account_id, currency, pending_minor, available_minor)
        SELECT r.account_id, r.currency, r.amount, 0 FROM ",
    );
    sql.records("r", &columns, &rows)?.push(
        " WHERE true ORDER BY r.account_id, r.currency
        ON CONFLICT (account_id, currency) DO UPDATE SET pending_minor = wallet.pending_minor + excluded.pending_minor",
    );
    work.add_by("wallet", sql);
    Ok(())
}
