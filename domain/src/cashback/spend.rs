//! Spending what is available, and getting back what was spent.

use entities::id::{AccountId, WalletEntryId};
use entities::wallet_entry;
use entities::wallet_entry::WalletEntryKind;

use crate::error::{Code, Error, Refusal};
use crate::money::Money;
use crate::sql;
use crate::work::Work;

/// Takes an amount from an account's available cashback; never below zero, however many spend at once. The caller books it.
/// # Errors
/// `INSUFFICIENT_BALANCE`.
pub(crate) async fn spend(work: &mut Work, account_id: AccountId, amount: Money) -> Result<(), Error> {
    take(work, account_id, amount, WalletEntryKind::Spent, "walletAmount").await
}

/// The same for a payout.
/// # Errors
/// `INSUFFICIENT_BALANCE`.
pub(crate) async fn take_for_payout(work: &mut Work, account_id: AccountId, amount: Money) -> Result<(), Error> {
    take(work, account_id, amount, WalletEntryKind::Payout, "amount").await
}

async fn take(
    work: &mut Work,
    account_id: AccountId,
    amount: Money,
    kind: WalletEntryKind,
    field: &'static str,
) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE wallet SET available_minor = available_minor - ? WHERE account_id = ? AND currency = ? AND available_minor >= ?",
        [amount.minor().into(), account_id.into(), amount.currency().code().into(), amount.minor().into()],
    );
    if sql.execute(work.conn()).await? == 0 {
        let message = "The wallet holds less than that.";
        return Err(Refusal::new(Code::InsufficientBalance, message).at([field]).into());
    }
    enter(work, account_id, kind, amount.checked_neg()?).await
}

/// Puts back what a rejected payout had taken. The caller books it.
pub(crate) async fn give_back_payout(work: &mut Work, account_id: AccountId, amount: Money) -> Result<(), Error> {
    put_back(work, account_id, amount, WalletEntryKind::Payout).await
}

/// Puts back what a credit note returns of an invoice that was paid from the wallet. The caller books it.
pub(crate) async fn take_back_payment(work: &mut Work, account_id: AccountId, amount: Money) -> Result<(), Error> {
    put_back(work, account_id, amount, WalletEntryKind::Adjustment).await
}

async fn put_back(work: &mut Work, account_id: AccountId, amount: Money, kind: WalletEntryKind) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add(
        "UPDATE wallet SET available_minor = available_minor + ? WHERE account_id = ? AND currency = ?",
        [amount.minor().into(), account_id.into(), amount.currency().code().into()],
    );
    sql.execute(work.conn()).await?;
    enter(work, account_id, kind, amount).await
}

async fn enter(work: &Work, account_id: AccountId, kind: WalletEntryKind, amount: Money) -> Result<(), Error> {
    let entry = wallet_entry::Model {
        id: work.new_id::<WalletEntryId>(),
        account_id,
        currency: amount.currency().code().to_owned(),
        kind,
        amount_minor: amount.minor(),
        public_price_minor: None,
        rate_bps: None,
        invoice_line_id: None,
        product_id: None,
        client_id: None,
        created_at: work.now(),
        available_at: work.now(),
    };
    sql::insert::<wallet_entry::Entity>(work.conn(), &[entry]).await?;
    Ok(())
}
