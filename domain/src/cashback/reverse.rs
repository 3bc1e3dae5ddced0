//! Taking cashback back: what is within its holding days is reduced, what is available gets a negative entry.

use std::collections::{BTreeMap, HashMap};

use entities::id::{AccountId, ClientId, InvoiceId, InvoiceLineId, WalletEntryId};
use entities::wallet_entry::WalletEntryKind;
use entities::{cashback, wallet_entry};
use sea_orm::FromQueryResult;
use serde_json::json;

use crate::activity::{ActivityKind, Event};
use crate::billing::ledger::cashback_reversed;
use crate::billing::post::Posting;
use crate::error::Error;
use crate::money::{Currency, Money};
use crate::notification::recipients::members_with;
use crate::notification::{MailKind, Notice};
use crate::permission::Permission;
use crate::sql::{self, Type};
use crate::work::Work;

/// What is to be taken back of what one line has earned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reversal {
    /// The line that earned.
    pub(crate) invoice_line_id: InvoiceLineId,
    /// Of which public price.
    pub(crate) public_price: Money,
    /// Whether a partner earned by its partnership: an affiliate is told nothing of whom it brought.
    pub(crate) is_partners: bool,
    /// At which rate.
    pub(crate) rate_bps: Option<i32>,
    /// How much; of zero nothing is taken back.
    pub(crate) amount: Money,
}

/// What is taken back in one wallet, in minor units.
#[derive(Debug, Default)]
struct Taken {
    pending: i64,
    available: i64,
}

/// Takes cashback back, told to the partner; what was never credited, because its invoice is not paid, is passed over. Below zero
/// is where a wallet may get by this, and by nothing else. The caller writes the posting.
///
/// `credit_note_id` is what it is taken back for. Locks the cashback, then the wallets.
pub(crate) async fn reverse(
    work: &mut Work,
    credit_note_id: InvoiceId,
    reversals: &[Reversal],
    posting: &mut Posting,
) -> Result<(), Error> {
    let by_line: HashMap<InvoiceLineId, &Reversal> = reversals.iter().map(|it| (it.invoice_line_id, it)).collect();
    let lines: Vec<InvoiceLineId> = by_line.keys().copied().collect();
    if lines.is_empty() {
        return Ok(());
    }
    let mut sql = work.sql();
    sql.push("SELECT * FROM cashback WHERE invoice_line_id ").any(&lines).push(" ORDER BY id /for update/");
    let mut earned: Vec<cashback::Model> = sql.all(work.conn()).await?;
    let records = records(work, &earned).await?;
    let mut wallets: BTreeMap<(AccountId, String), Taken> = BTreeMap::new();
    let mut entries = Vec::with_capacity(earned.len());
    for row in &mut earned {
        let Some(reversal) = by_line.get(&row.invoice_line_id) else { continue };
        let amount = reversal.amount.minor().min(row.amount_minor - row.reversed_minor);
        if amount == 0 {
            continue;
        }
        row.reversed_minor += amount;
        let taken = wallets.entry((row.partner_id, row.currency.clone())).or_default();
        let currency = Currency::parse(&row.currency)?;
        let (pending, available) = if row.released_at.is_none() { (amount, 0) } else { (0, amount) };
        (taken.pending, taken.available) = (taken.pending + pending, taken.available + available);
        let entry = cashback_reversed(row.partner_id, Money::new(pending, currency), Money::new(available, currency))?;
        posting.add(entry, row.id);
        let client_id = records.get(&(row.partner_id, row.client_account_id)).copied().filter(|_| reversal.is_partners);
        let entry = wallet_entry::Model {
            public_price_minor: Some(reversal.public_price.minor()),
            rate_bps: reversal.rate_bps,
            client_id,
            ..entry_of(work, row, amount)
        };
        tell(work, row, &entry, currency);
        entries.push(entry);
    }
    store(work, &earned, &wallets).await?;
    sql::insert::<wallet_entry::Entity>(work.conn(), &entries).await?;
    mail(work, credit_note_id, &wallets).await
}

#[derive(FromQueryResult)]
struct Record {
    id: ClientId,
    partner_id: AccountId,
    account_id: AccountId,
}

/// The partners' records of whose purchases these are.
async fn records(work: &Work, earned: &[cashback::Model]) -> Result<HashMap<(AccountId, AccountId), ClientId>, Error> {
    let partners: Vec<AccountId> = earned.iter().map(|row| row.partner_id).collect();
    let clients: Vec<AccountId> = earned.iter().map(|row| row.client_account_id).collect();
    let mut sql = work.sql();
    sql.push("SELECT id, partner_id, account_id FROM client WHERE partner_id ").any(&partners);
    sql.push(" AND account_id ").any(&clients);
    let rows: Vec<Record> = sql.all(work.conn()).await?;
    Ok(rows.into_iter().map(|row| ((row.partner_id, row.account_id), row.id)).collect())
}

fn entry_of(work: &Work, row: &cashback::Model, amount: i64) -> wallet_entry::Model {
    wallet_entry::Model {
        id: work.new_id::<WalletEntryId>(),
        account_id: row.partner_id,
        currency: row.currency.clone(),
        kind: WalletEntryKind::CashbackReversal,
        amount_minor: -amount,
        public_price_minor: None,
        rate_bps: None,
        invoice_line_id: Some(row.invoice_line_id),
        product_id: row.product_id,
        client_id: None,
        created_at: work.now(),
        available_at: work.now(),
    }
}

fn tell(work: &mut Work, row: &cashback::Model, entry: &wallet_entry::Model, currency: Currency) {
    let amount = Money::new(-entry.amount_minor, currency).to_decimal();
    let mut event = Event::new(row.partner_id, ActivityKind::CashbackReversed).about("WalletEntry", entry.id);
    event.product_id = row.product_id;
    work.tell(event.with(json!({ "amount": amount, "currencyCode": row.currency })));
}

async fn store(
    work: &Work,
    earned: &[cashback::Model],
    wallets: &BTreeMap<(AccountId, String), Taken>,
) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.push("UPDATE cashback SET reversed_minor = r.reversed_minor FROM ");
    sql.records("r", &[("id", Type::Id), ("reversed_minor", Type::Int)], &earned)?.push(" WHERE cashback.id = r.id");
    sql.execute(work.conn()).await?;
    let rows: Vec<_> = wallets
        .iter()
        .map(|((account_id, currency), taken)| {
            json!({ "account_id": account_id, "currency": currency, "pending": taken.pending, "available": taken.available })
        })
        .collect();
    let columns =
        [("account_id", Type::Id), ("currency", Type::Text), ("pending", Type::Int), ("available", Type::Int)];
    let mut sql = work.sql();
    sql.push(
        "UPDATE wallet SET pending_minor = pending_minor - r.pending, available_minor = available_minor - r.available FROM ",
    );
    sql.records("r", &columns, &rows)?.push(" WHERE wallet.account_id = r.account_id AND wallet.currency = r.currency");
    sql.execute(work.conn()).await?;
    Ok(())
}

/// One mail to each partner, whatever the number of lines; nothing of the invoice, which is the payer's.
async fn mail(
    work: &mut Work,
    credit_note_id: InvoiceId,
    wallets: &BTreeMap<(AccountId, String), Taken>,
) -> Result<(), Error> {
    let partners: Vec<AccountId> = wallets.keys().map(|(account_id, _)| *account_id).collect();
    for addressee in members_with(work, &partners, Permission::ViewInvoices).await? {
        let own = wallets.iter().find(|((account_id, _), _)| *account_id == addressee.member_of.account_id);
        let Some(((_, currency), taken)) = own else { continue };
        let exponent = Currency::parse(currency)?.exponent();
        let amount = |minor: i64| json!({ "minor": minor, "currency": currency, "exponent": exponent });
        work.notify(Notice {
            kind: MailKind::CashbackReversed,
            subject_id: credit_note_id.into(),
            step: 0,
            recipient: addressee.recipient,
            member_of: Some(addressee.member_of),
            written_by: None,
            data: json!({
                "amount": amount(taken.pending + taken.available),
                "of_pending": amount(taken.pending), "of_available": amount(taken.available),
            }),
        });
    }
    Ok(())
}
