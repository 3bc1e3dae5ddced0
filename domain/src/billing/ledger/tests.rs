use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::billing::document::cumulative_share;
use crate::money::{Currency, Rate};

const CLIENT: AccountId = AccountId(uuid::Uuid::from_u128(1));
const PARTNER: AccountId = AccountId(uuid::Uuid::from_u128(2));

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

/// Debits less credits of each account and owner.
#[derive(Default)]
struct Book(BTreeMap<(LedgerAccount, Option<AccountId>), i64>);

impl Book {
    /// Books an entry after checking, independently of the builder, that it balances.
    fn post(&mut self, entry: Result<Entry, LedgerError>) {
        let entry = entry.unwrap();
        let side = |amount: fn(&Line) -> Money| entry.lines.iter().map(|line| amount(line).minor()).sum::<i64>();
        assert_eq!(side(|line| line.debit), side(|line| line.credit), "{entry:?}");
        for line in &entry.lines {
            assert!(line.debit.is_positive() != line.credit.is_positive(), "one side of {line:?}");
            let balance = self.0.entry((line.account, line.owner)).or_default();
            *balance = balance.checked_add(line.debit.minor()).unwrap().checked_sub(line.credit.minor()).unwrap();
        }
    }

    fn balance(&self, account: LedgerAccount, owner: Option<AccountId>) -> i64 {
        self.0.get(&(account, owner)).copied().unwrap_or(0)
    }

    fn balances(&self) -> Vec<(&'static str, i64)> {
        self.0
            .iter()
            .filter(|(_, balance)| **balance != 0)
            .map(|((account, _), balance)| (account.name(), *balance))
            .collect()
    }
}

/// The client pays: 11781 through the gateway, 1980 to the partner's wallet and out of it.
#[test]
fn the_worked_books_of_a_paying_client() {
    let mut book = Book::default();
    book.post(invoice_issued(CLIENT, eur(9900), eur(1881)));
    assert_eq!(book.balances(), [("receivable", 11781), ("revenue", -9900), ("tax", -1881)]);
    book.post(payment_received(CLIENT, eur(11781)));
    assert_eq!(book.balances(), [("revenue", -9900), ("tax", -1881), ("gateway", 11781)]);
    book.post(cashback_credited(PARTNER, eur(1980)));
    assert_eq!(book.balance(LedgerAccount::WalletPending, Some(PARTNER)), -1980);
    book.post(cashback_released(PARTNER, eur(1980)));
    assert_eq!(book.balance(LedgerAccount::WalletPending, Some(PARTNER)), 0);
    assert_eq!(book.balance(LedgerAccount::WalletAvailable, Some(PARTNER)), -1980);
    book.post(payout_paid(PARTNER, eur(1980)));
    let end = [("revenue", -9900), ("tax", -1881), ("gateway", 11781), ("bank", -1980), ("partner_expense", 1980)];
    assert_eq!(book.balances(), end);
}

/// The partner pays: the same with the net it pays, without wallet.
#[test]
fn the_worked_books_of_a_paying_partner() {
    let mut book = Book::default();
    book.post(invoice_issued(PARTNER, eur(7920), eur(1505)));
    book.post(payment_received(PARTNER, eur(9425)));
    assert_eq!(book.balances(), [("revenue", -7920), ("tax", -1505), ("gateway", 9425)]);
}

#[test]
fn a_credit_note_is_the_reverse_of_issue_and_payment() {
    let mut book = Book::default();
    book.post(invoice_issued(CLIENT, eur(9900), eur(1881)));
    book.post(payment_received(CLIENT, eur(11781)));
    book.post(cashback_credited(PARTNER, eur(1980)));
    book.post(credit_note_issued(CLIENT, eur(3333), eur(633)));
    book.post(refund_paid(CLIENT, eur(3966)));
    book.post(cashback_reversed(PARTNER, eur(667), eur(0)));
    book.post(cashback_released(PARTNER, eur(1313)));
    book.post(payout_paid(PARTNER, eur(1313)));
    book.post(credit_note_issued(CLIENT, eur(6567), eur(1248)));
    book.post(refund_paid(CLIENT, eur(7815)));
    // Paid out already: the wallet goes below zero.
    book.post(cashback_reversed(PARTNER, eur(0), eur(1313)));
    assert_eq!(book.balances(), [("bank", -1313), ("wallet_available", 1313)]);
}

#[test]
fn what_is_given_up_is_bad_debt_and_its_tax_comes_back() {
    let mut book = Book::default();
    book.post(invoice_issued(CLIENT, eur(9900), eur(1881)));
    book.post(written_off(CLIENT, eur(9900), eur(1881)));
    assert_eq!(book.balances(), [("revenue", -9900), ("bad_debt", 9900)]);
}

#[test]
fn an_invoice_is_paid_from_the_wallet_and_refunded_to_it() {
    let mut book = Book::default();
    book.post(invoice_issued(PARTNER, eur(500), eur(0)));
    book.post(wallet_spent(PARTNER, eur(500)));
    assert_eq!(book.balances(), [("revenue", -500), ("wallet_available", 500)]);
    book.post(credit_note_issued(PARTNER, eur(500), eur(0)));
    book.post(refunded_to_wallet(PARTNER, eur(500)));
    assert_eq!(book.balances(), []);
}

#[test]
fn an_entry_is_refused_or_empty_rather_than_wrong() {
    assert_eq!(invoice_issued(CLIENT, eur(-5), eur(1)), Err(LedgerError::Negative));
    assert_eq!(payment_received(CLIENT, eur(-1)), Err(LedgerError::Negative));
    assert_eq!(cashback_reversed(PARTNER, eur(2), eur(-1)), Err(LedgerError::Negative));
    let mismatch = MoneyError::CurrencyMismatch { left: Currency::EUR, right: Currency::CHF };
    assert_eq!(invoice_issued(CLIENT, eur(1), Money::new(1, Currency::CHF)), Err(LedgerError::Money(mismatch)));
    assert_eq!(invoice_issued(CLIENT, eur(i64::MAX), eur(1)), Err(LedgerError::Money(MoneyError::Overflow)));
    assert_eq!(invoice_issued(CLIENT, eur(0), eur(0)).map(|entry| entry.lines), Ok(vec![]));
    let lopsided = [debit(LedgerAccount::Gateway, None, eur(2)), credit(LedgerAccount::Bank, None, eur(1))];
    assert_eq!(Entry::balanced(JournalKind::PaymentReceived, lopsided), Err(LedgerError::Unbalanced));
}

#[test]
fn accounts_are_stored_by_their_names() {
    for account in LedgerAccount::ALL {
        assert_eq!(LedgerAccount::from_name(account.name()), Some(account));
    }
    assert_eq!(LedgerAccount::from_name("cash"), None);
}

/// How an invoice ends.
#[derive(Clone, Copy, Debug)]
enum End {
    Card,
    Wallet,
    WrittenOff,
}

proptest! {
    /// R13: over any life of an invoice, debits equal credits after each step, and what only passes through is empty again.
    #[test]
    fn every_life_of_an_invoice_leaves_no_rest(
        net in 1..1_000_000_000_i64, tax_bps in 0..=3000_i32, cashback_bps in 0..=5000_i32,
        end in prop::sample::select(vec![End::Card, End::Wallet, End::WrittenOff]),
        early_bps in 0..=10_000_i32, credits in prop::collection::vec(0..100_i64, 0..5), release_after in 0..6_usize,
    ) {
        let bps = |bps| Rate::from_bps(bps).unwrap();
        let (net, tax, cashback) = (eur(net), bps(tax_bps).of(eur(net)).unwrap(), bps(cashback_bps).of(eur(net)).unwrap());
        let mut book = Book::default();
        book.post(invoice_issued(CLIENT, net, tax));

        // A part may be credited while the invoice is open: less is due.
        let early = bps(early_bps).of(net).unwrap();
        let early_tax = cumulative_share(tax, net, eur(0), early).unwrap();
        book.post(credit_note_issued(CLIENT, early, early_tax));
        let (due_net, due_tax) = (net.checked_sub(early).unwrap(), tax.checked_sub(early_tax).unwrap());
        let due = due_net.checked_add(due_tax).unwrap();
        prop_assert_eq!(book.balance(LedgerAccount::Receivable, Some(CLIENT)), due.minor());

        match end {
            End::Card => book.post(payment_received(CLIENT, due)),
            End::Wallet => book.post(wallet_spent(CLIENT, due)),
            End::WrittenOff => book.post(written_off(CLIENT, due_net, due_tax)),
        }
        prop_assert_eq!(book.balance(LedgerAccount::Receivable, Some(CLIENT)), 0);

        let mut left = cashback.checked_sub(cumulative_share(cashback, net, eur(0), early).unwrap()).unwrap();
        let mut credited = early;
        if !matches!(end, End::WrittenOff) {
            book.post(cashback_credited(PARTNER, left));
            let mut is_released = false;
            let parts = due_net.split_by(&[credits.as_slice(), &[1000]].concat()).unwrap();
            for (step, part) in parts.iter().take(credits.len()).enumerate() {
                if step == release_after {
                    book.post(cashback_released(PARTNER, left));
                    is_released = true;
                }
                let tax_back = cumulative_share(tax, net, credited, *part).unwrap();
                let back = cumulative_share(cashback, net, credited, *part).unwrap();
                credited = credited.checked_add(*part).unwrap();
                left = left.checked_sub(back).unwrap();
                let gross = part.checked_add(tax_back).unwrap();
                book.post(credit_note_issued(CLIENT, *part, tax_back));
                book.post(if matches!(end, End::Card) { refund_paid(CLIENT, gross) } else { refunded_to_wallet(CLIENT, gross) });
                let (pending, available) = if is_released { (eur(0), back) } else { (back, eur(0)) };
                book.post(cashback_reversed(PARTNER, pending, available));
            }
            if !is_released {
                book.post(cashback_released(PARTNER, left));
            }
            prop_assert_eq!(book.balance(LedgerAccount::WalletAvailable, Some(PARTNER)), left.checked_neg().unwrap().minor());
            book.post(payout_paid(PARTNER, left));
        }

        prop_assert_eq!(book.balance(LedgerAccount::Receivable, Some(CLIENT)), 0);
        prop_assert_eq!(book.balance(LedgerAccount::WalletPending, Some(PARTNER)), 0);
        prop_assert_eq!(book.balance(LedgerAccount::WalletAvailable, Some(PARTNER)), 0);
        prop_assert_eq!(book.balance(LedgerAccount::Revenue, None), credited.checked_sub(net).unwrap().minor());
        prop_assert_eq!(book.0.values().sum::<i64>(), 0);
        let paid_out = book.balance(LedgerAccount::Bank, None);
        prop_assert_eq!(book.balance(LedgerAccount::PartnerExpense, None), paid_out.checked_neg().unwrap());
    }
}
