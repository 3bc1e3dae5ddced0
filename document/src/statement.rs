//! What stands on a statement of cashback, in the language of the partner's account.

use domain::cashback::statement::{PrintedEntry, PrintedStatement};
use domain::money::Money;
use entities::wallet_entry::WalletEntryKind;
use language::{Language, SentenceError};
use serde::Serialize;

use crate::words::{Heading, Letter, Total, Words};

/// The variables of `templates/statement.typ`.
#[derive(Serialize)]
pub(crate) struct Sheet {
    #[serde(flatten)]
    letter: Letter,
    columns: [String; 5],
    entries: Vec<Entry>,
    totals: Vec<Total>,
}

#[derive(Serialize)]
struct Entry {
    on: String,
    kind: String,
    sold: Option<String>,
    price: String,
    rate: String,
    amount: String,
}

/// The sheet of a statement. `has` tells which characters the fonts have.
pub(crate) fn of(
    printed: &PrintedStatement,
    lang: &'static str,
    language: &Language,
    has: &dyn Fn(char) -> bool,
) -> Result<Sheet, SentenceError> {
    let words = Words { language, has };
    let in_currency = |key| words.with(key, &[("currency", printed.currency.code().to_owned())]);
    let heading = Heading {
        title: words.with("statement", &[("number", printed.number.clone())])?,
        facts: facts(printed, &words)?,
        notes: vec![
            words.with("note-self-billed", &[("seller", words.clean(&printed.seller.name))])?,
            words.text("note-before-tax")?,
        ],
    };
    let mut entries = printed.entries.iter().map(|it| entry(it, &words)).collect::<Result<Vec<_>, _>>()?;
    if !printed.further.is_zero() {
        entries.push(row(&words, String::new(), words.text("entry-further")?, printed.further)?);
    }
    Ok(Sheet {
        letter: words.letter(lang, &printed.seller, &printed.partner, heading)?,
        columns: [
            words.text("issued-on")?,
            words.text("column-description")?,
            in_currency("column-price")?,
            words.text("column-cashback-rate")?,
            in_currency("column-amount")?,
        ],
        entries,
        totals: words.totals(totals(printed))?,
    })
}

fn facts(printed: &PrintedStatement, words: &Words<'_>) -> Result<Vec<(&'static str, String)>, SentenceError> {
    let (first, last) = printed.days;
    let days = words.with("period", &[("start", words.date(first)?), ("end", words.date(last)?)])?;
    let mut facts = vec![
        ("number", printed.number.clone()),
        ("issued-on", words.date(printed.issued_on)?),
        ("statement-period", days),
    ];
    if let Some(vat_id) = &printed.partner.vat_id {
        facts.push(("buyer-vat-id", words.clean(vat_id)));
    }
    Ok(facts)
}

/// What did not happen in the month is left out.
fn totals(printed: &PrintedStatement) -> Vec<(&'static str, Money, bool)> {
    let PrintedStatement { opening, earned, reversed, spent, paid_out, closing, .. } = printed;
    let mut rows = vec![("statement-opening", *opening, false), ("statement-earned", *earned, false)];
    let taken = [("statement-reversed", *reversed), ("statement-spent", *spent), ("statement-paid-out", *paid_out)];
    rows.extend(taken.into_iter().filter(|(_, amount)| !amount.is_zero()).map(|(key, amount)| (key, amount, false)));
    rows.push(("statement-closing", *closing, true));
    rows
}

fn entry(entry: &PrintedEntry, words: &Words<'_>) -> Result<Entry, SentenceError> {
    let mut row = row(words, words.date(entry.on)?, words.text(kind(entry.kind))?, entry.amount)?;
    row.sold = entry.sold.as_deref().map(|name| words.clean(name));
    if let Some((price, rate)) = entry.basis {
        row.price = words.number(price)?;
        row.rate = words.percent(rate.bps())?;
    }
    Ok(row)
}

fn row(words: &Words<'_>, on: String, kind: String, amount: Money) -> Result<Entry, SentenceError> {
    let none = || String::from("–");
    Ok(Entry { on, kind, sold: None, price: none(), rate: none(), amount: words.number(amount)? })
}

fn kind(kind: WalletEntryKind) -> &'static str {
    match kind {
        WalletEntryKind::Cashback => "entry-cashback",
        WalletEntryKind::CashbackReversal => "entry-reversal",
        WalletEntryKind::Referral => "entry-referral",
        WalletEntryKind::Payout => "entry-payout",
        WalletEntryKind::Spent => "entry-spent",
        WalletEntryKind::Adjustment => "entry-adjustment",
    }
}
