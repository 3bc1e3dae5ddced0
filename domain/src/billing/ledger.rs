//! The double-entry book: for each event, the lines that say it, built so that they balance.
//!
//! Entries are only ever added; a balance is the sum of its lines. Source: `docs/rules.md` §3, "Ledger".

#![warn(clippy::arithmetic_side_effects, clippy::as_conversions)]

use std::fmt;

use entities::id::AccountId;
use entities::journal_entry::JournalKind;

use crate::money::{Money, MoneyError};

/// An account of the book. Those of payers and partners have an owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LedgerAccount {
    /// What a payer owes; owned by the payer.
    Receivable,
    /// What was billed, without tax.
    Revenue,
    /// What is owed to the tax office.
    Tax,
    /// What the payment gateway holds for the provider.
    Gateway,
    /// What was transferred out.
    Bank,
    /// Cashback and commission.
    PartnerExpense,
    /// What was given up.
    BadDebt,
    /// Cashback within its holding days; owned by the partner.
    WalletPending,
    /// Cashback that can be paid out or spent; owned by the partner.
    WalletAvailable,
}

impl LedgerAccount {
    /// Every account, in the order of a trial balance.
    pub const ALL: [Self; 9] = [
        Self::Receivable,
        Self::Revenue,
        Self::Tax,
        Self::Gateway,
        Self::Bank,
        Self::PartnerExpense,
        Self::BadDebt,
        Self::WalletPending,
        Self::WalletAvailable,
    ];

    /// The name, as stored and as the trial balance shows it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Receivable => "receivable",
            Self::Revenue => "revenue",
            Self::Tax => "tax",
            Self::Gateway => "gateway",
            Self::Bank => "bank",
            Self::PartnerExpense => "partner_expense",
            Self::BadDebt => "bad_debt",
            Self::WalletPending => "wallet_pending",
            Self::WalletAvailable => "wallet_available",
        }
    }

    /// The account of a stored name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|account| account.name() == name)
    }
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why an entry was refused: each is a mistake of the caller's, and nothing is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// An amount below zero: the other event is the one to book.
    #[error("a ledger amount is below zero")]
    Negative,
    /// Debits and credits differ.
    #[error("a journal entry does not balance")]
    Unbalanced,
    /// The amounts do not go together.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// One line of an entry: a debit or a credit, above zero, the other one being zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The account of the book.
    pub account: LedgerAccount,
    /// Whose receivable or wallet it is; `None` for the provider's own accounts.
    pub owner: Option<AccountId>,
    /// The debit.
    pub debit: Money,
    /// The credit.
    pub credit: Money,
}

/// The lines of one event, of one currency, balanced. An event about nothing has none and is not to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The event.
    pub kind: JournalKind,
    /// Its lines, those of zero left out.
    pub lines: Vec<Line>,
}

impl Entry {
    /// Checks that no amount is below zero and that both sides are equal in one currency.
    fn balanced(kind: JournalKind, lines: impl IntoIterator<Item = Line>) -> Result<Self, LedgerError> {
        let lines: Vec<Line> =
            lines.into_iter().filter(|line| !line.debit.is_zero() || !line.credit.is_zero()).collect();
        if lines.iter().any(|line| line.debit.is_negative() || line.credit.is_negative()) {
            return Err(LedgerError::Negative);
        }
        if let Some(first) = lines.first() {
            let currency = first.debit.currency();
            let debits = Money::sum(currency, lines.iter().map(|line| line.debit))?;
            let credits = Money::sum(currency, lines.iter().map(|line| line.credit))?;
            if debits != credits {
                return Err(LedgerError::Unbalanced);
            }
        }
        Ok(Self { kind, lines })
    }
}

fn debit(account: LedgerAccount, owner: Option<AccountId>, amount: Money) -> Line {
    Line { account, owner, debit: amount, credit: Money::zero(amount.currency()) }
}

fn credit(account: LedgerAccount, owner: Option<AccountId>, amount: Money) -> Line {
    Line { account, owner, debit: Money::zero(amount.currency()), credit: amount }
}

/// A credit, or where the amount is below zero, the debit of it: of a plan change whose credit and charge are taxed differently, one
/// of net and tax can be.
fn credit_or_debit(account: LedgerAccount, amount: Money) -> Result<Line, LedgerError> {
    if amount.is_negative() {
        Ok(debit(account, None, amount.checked_neg()?))
    } else {
        Ok(credit(account, None, amount))
    }
}

/// An invoice is issued: Dr receivable, Cr revenue and tax.
pub fn invoice_issued(payer: AccountId, net: Money, tax: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::InvoiceIssued,
        [
            debit(LedgerAccount::Receivable, Some(payer), net.checked_add(tax)?),
            credit_or_debit(LedgerAccount::Revenue, net)?,
            credit_or_debit(LedgerAccount::Tax, tax)?,
        ],
    )
}

/// The gateway took a payment: Dr gateway, Cr receivable.
pub fn payment_received(payer: AccountId, amount: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::PaymentReceived,
        [debit(LedgerAccount::Gateway, None, amount), credit(LedgerAccount::Receivable, Some(payer), amount)],
    )
}

/// An invoice is paid out of the payer's own wallet: Dr wallet available, Cr receivable.
pub fn wallet_spent(payer: AccountId, amount: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::WalletSpent,
        [
            debit(LedgerAccount::WalletAvailable, Some(payer), amount),
            credit(LedgerAccount::Receivable, Some(payer), amount),
        ],
    )
}

/// Cashback or commission is earned: Dr partner expense, Cr wallet pending.
pub fn cashback_credited(partner: AccountId, amount: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::CashbackCredited,
        [
            debit(LedgerAccount::PartnerExpense, None, amount),
            credit(LedgerAccount::WalletPending, Some(partner), amount),
        ],
    )
}

/// The holding days are over: Dr wallet pending, Cr wallet available.
pub fn cashback_released(partner: AccountId, amount: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::CashbackReleased,
        [
            debit(LedgerAccount::WalletPending, Some(partner), amount),
            credit(LedgerAccount::WalletAvailable, Some(partner), amount),
        ],
    )
}

/// Cashback is taken back, the reverse of its credit: Dr what was pending and what was available, Cr partner expense.
/// The available part may exceed the wallet, which then is below zero.
pub fn cashback_reversed(partner: AccountId, pending: Money, available: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::CashbackReversed,
        [
            debit(LedgerAccount::WalletPending, Some(partner), pending),
            debit(LedgerAccount::WalletAvailable, Some(partner), available),
            credit(LedgerAccount::PartnerExpense, None, pending.checked_add(available)?),
        ],
    )
}

/// A payout leaves the wallet, with the request for it: Dr wallet available, Cr bank.
pub fn payout_paid(partner: AccountId, amount: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::PayoutPaid,
        [debit(LedgerAccount::WalletAvailable, Some(partner), amount), credit(LedgerAccount::Bank, None, amount)],
    )
}

/// A payout was rejected, the reverse of it: Dr bank, Cr wallet available.
pub fn payout_rejected(partner: AccountId, amount: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::PayoutRejected,
        [debit(LedgerAccount::Bank, None, amount), credit(LedgerAccount::WalletAvailable, Some(partner), amount)],
    )
}

/// A credit note is issued, the reverse of issue: Dr revenue and tax, Cr receivable.
pub fn credit_note_issued(payer: AccountId, net: Money, tax: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::CreditNoteIssued,
        [
            credit_or_debit(LedgerAccount::Revenue, net.checked_neg()?)?,
            credit_or_debit(LedgerAccount::Tax, tax.checked_neg()?)?,
            credit(LedgerAccount::Receivable, Some(payer), net.checked_add(tax)?),
        ],
    )
}

/// What was paid of a credited invoice goes back through the gateway, the reverse of payment: Dr receivable, Cr gateway.
pub fn refund_paid(payer: AccountId, amount: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::RefundPaid,
        [debit(LedgerAccount::Receivable, Some(payer), amount), credit(LedgerAccount::Gateway, None, amount)],
    )
}

/// What was paid of a credited invoice out of the wallet goes back there: Dr receivable, Cr wallet available.
pub fn refunded_to_wallet(payer: AccountId, amount: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::RefundPaid,
        [
            debit(LedgerAccount::Receivable, Some(payer), amount),
            credit(LedgerAccount::WalletAvailable, Some(payer), amount),
        ],
    )
}

/// What is still due is given up: Dr bad debt with its net and tax with its tax, Cr receivable. Of an amount paid in part,
/// the two are `due.split_by(&[net, tax])`.
pub fn written_off(payer: AccountId, net: Money, tax: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::WrittenOff,
        [
            debit(LedgerAccount::BadDebt, None, net),
            debit(LedgerAccount::Tax, None, tax),
            credit(LedgerAccount::Receivable, Some(payer), net.checked_add(tax)?),
        ],
    )
}

/// What was given up is to be paid after all, the reverse of giving it up: Dr receivable, Cr bad debt and tax.
pub fn write_off_reversed(payer: AccountId, net: Money, tax: Money) -> Result<Entry, LedgerError> {
    Entry::balanced(
        JournalKind::WriteOffReversed,
        [
            debit(LedgerAccount::Receivable, Some(payer), net.checked_add(tax)?),
            credit(LedgerAccount::BadDebt, None, net),
            credit(LedgerAccount::Tax, None, tax),
        ],
    )
}

#[cfg(test)]
mod tests;
