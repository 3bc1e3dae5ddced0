//! Writes about money that people ask for. They ask the gateway, so they take the store: each is several transactions, in a
//! task of its own that nobody who hangs up can cancel.

use entities::id::{AccountId, InvoiceId, PaymentId, PaymentMethodId};
use entities::invoice::{InvoiceKind, InvoiceStatus};
use entities::{account, invoice, payment, payment_method};
use serde::{Deserialize, Serialize};

use super::actions::{ChangePaymentMethod, KeepPaymentMethod, SettleInvoice};
use super::dunning::reopen;
use super::flow::{Collected, Paying, collect};
use super::payment::{Attempt, PaidFor, attempt};
use super::settle::pay_from_wallet;
use crate::actor::Actor;
use crate::error::{Code, Error, Refusal, refuse};
use crate::gateway::{StoreMethodError, StoredMethod, looks_like_card_number};
use crate::idempotency::{Seen, remember, seen};
use crate::money::{Currency, Money};
use crate::permission::{Permit, permit};
use crate::sql;
use crate::store::{Statements, Store};
use crate::work::Work;

/// Keeps what a token of the gateway's stands for as a way to pay.
#[derive(Debug, Clone)]
pub struct AddPaymentMethod {
    /// Whose.
    pub account_id: AccountId,
    /// The gateway's.
    pub token: String,
    /// The account's first one is its default in any case.
    pub make_default: bool,
}

/// Adds a way to pay.
/// # Errors
/// `INVALID_INPUT` for a token that the gateway does not know, and for anything that looks like the number of a card;
/// `PAYMENT_DECLINED`; `PAYMENT_PENDING` with the address at which the customer confirms it.
pub async fn add_payment_method(
    store: &Store,
    actor: Actor,
    statements: Statements,
    command: AddPaymentMethod,
) -> Result<payment_method::Model, Error> {
    let AddPaymentMethod { account_id, token, make_default } = command;
    if looks_like_card_number(&token) {
        return Err(Refusal::invalid(
            "token",
            "This looks like the number of a card; a token of the gateway's is needed.",
        )
        .into());
    }
    let store = store.clone();
    let task = tokio::spawn(async move {
        // Asked before the gateway is: who may not, does not reach it.
        store
            .write(actor.clone(), statements.clone(), move |work| {
                Box::pin(async move { permit::<KeepPaymentMethod>(work, account_id).await.map(drop) })
            })
            .await?;
        let stored = store.settings().gateway.store_method(&token).await.map_err(|error| match error {
            StoreMethodError::UnknownToken => {
                Refusal::invalid("token", "The payment gateway does not know this token.")
            }
            StoreMethodError::Declined { code } => {
                Refusal::new(Code::PaymentDeclined, format!("The payment method was declined: {code}."))
            }
            StoreMethodError::NeedsCustomer { url } => {
                let message = "The payment method is to be confirmed first; then it is added by the confirmed token.";
                Refusal { action_url: Some(url), ..Refusal::new(Code::PaymentPending, message) }
            }
            StoreMethodError::Unavailable => {
                Refusal::new(Code::Conflict, "The payment gateway does not answer; try again.")
            }
        })?;
        store
            .write(actor, statements, move |work| {
                let stored = stored.clone();
                Box::pin(async move {
                    let permit = permit::<KeepPaymentMethod>(work, account_id).await?;
                    keep(work, permit, stored, make_default).await
                })
            })
            .await
    });
    task.await.map_err(|e| Error::fault(format!("payment method task: {e}")))?
}

async fn keep(
    work: &mut Work,
    permit: Permit<KeepPaymentMethod>,
    stored: StoredMethod,
    make_default: bool,
) -> Result<payment_method::Model, Error> {
    let StoredMethod { reference, brand, last4, expires_on } = stored;
    let account_id = permit.row.id;
    let others = methods_for_update(work, account_id).await?;
    let is_default = make_default || !others.iter().any(|method| method.is_default);
    if is_default {
        clear_default(work, account_id).await?;
    }
    let method = payment_method::Model {
        id: work.new_id::<PaymentMethodId>(),
        account_id,
        brand,
        last4,
        expires_on,
        gateway_reference: reference,
        is_default,
        created_at: work.now(),
        removed_at: None,
    };
    sql::insert::<payment_method::Entity>(work.conn(), std::slice::from_ref(&method)).await?;
    work.record("addPaymentMethod", Some(permit.grant), Some(method.id.into()));
    Ok(method)
}

/// Removes a way to pay; of several, the newest that is left becomes the default if this was it. What is in flight with it
/// goes on.
pub async fn remove_payment_method(work: &mut Work, id: PaymentMethodId) -> Result<PaymentMethodId, Error> {
    let permit = permit::<ChangePaymentMethod>(work, id).await?;
    let left = methods_for_update(work, permit.row.account_id).await?;
    let removed = find(&left, id)?;
    let mut sql = work.sql();
    sql.add(
        "UPDATE payment_method SET removed_at = ?, is_default = FALSE WHERE id = ?",
        [work.now().into(), id.into()],
    );
    sql.execute(work.conn()).await?;
    let newest = left.iter().filter(|method| method.id != id).max_by_key(|method| method.id);
    if let (true, Some(newest)) = (removed.is_default, newest) {
        set_default(work, newest.id).await?;
    }
    work.record("removePaymentMethod", Some(permit.grant), Some(id.into()));
    Ok(id)
}

/// Makes this the way that renewals are paid by.
pub async fn set_default_payment_method(work: &mut Work, id: PaymentMethodId) -> Result<payment_method::Model, Error> {
    let permit = permit::<ChangePaymentMethod>(work, id).await?;
    find(&methods_for_update(work, permit.row.account_id).await?, id)?;
    clear_default(work, permit.row.account_id).await?;
    set_default(work, id).await?;
    work.record("setDefaultPaymentMethod", Some(permit.grant), Some(id.into()));
    Ok(payment_method::Model { is_default: true, ..permit.row })
}

/// One that was not removed.
fn find(methods: &[payment_method::Model], id: PaymentMethodId) -> Result<&payment_method::Model, Error> {
    methods.iter().find(|method| method.id == id).ok_or(Error::NotFound)
}

/// The account's ways to pay; the account is locked, so that two who change the default come one after the other.
async fn methods_for_update(work: &Work, account_id: AccountId) -> Result<Vec<payment_method::Model>, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM account WHERE id = ? /for update/", [account_id.into()]);
    sql.one::<account::Model>(work.conn()).await?;
    let mut sql = work.sql();
    sql.add("SELECT * FROM payment_method WHERE account_id = ? AND removed_at IS NULL", [account_id.into()]);
    Ok(sql.all(work.conn()).await?)
}

async fn clear_default(work: &Work, account_id: AccountId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE payment_method SET is_default = FALSE WHERE is_default AND account_id = ?", [account_id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

async fn set_default(work: &Work, id: PaymentMethodId) -> Result<(), Error> {
    let mut sql = work.sql();
    sql.add("UPDATE payment_method SET is_default = TRUE WHERE id = ?", [id.into()]);
    sql.execute(work.conn()).await?;
    Ok(())
}

/// Pays an open invoice now.
#[derive(Debug, Clone, Serialize)]
pub struct PayInvoice {
    /// Which.
    pub invoice_id: InvoiceId,
    /// By this; else by the account's default.
    pub payment_method_id: Option<PaymentMethodId>,
    /// Taken from the account's available cashback first.
    pub wallet_amount: Option<Money>,
    /// The caller's.
    #[serde(skip)]
    pub idempotency_key: String,
}

const IN_FLIGHT: &str = "A payment for this invoice is in flight; its end is not known yet.";

#[derive(Serialize, Deserialize)]
struct Answer {
    payment_id: Option<PaymentId>,
}

/// Pays an invoice, and tells how it ended.
/// # Errors
/// `CONFLICT` for one that nothing is left to pay of, `PAYMENT_METHOD_REQUIRED`, `PAYMENT_PENDING` while another payment for
/// it is in flight, `INSUFFICIENT_BALANCE`, `CURRENCY_MISMATCH`.
pub async fn pay_invoice(
    store: &Store,
    actor: Actor,
    statements: Statements,
    command: PayInvoice,
) -> Result<(InvoiceId, Collected), Error> {
    collect(store, actor, statements, move |work| {
        let command = command.clone();
        Box::pin(async move { Ok((command.invoice_id, begin_payment(work, &command).await?)) })
    })
    .await
}

async fn begin_payment(work: &mut Work, command: &PayInvoice) -> Result<Paying, Error> {
    let mut permit = permit::<SettleInvoice>(work, command.invoice_id).await?;
    let account_id = permit.row.billed_to_id;
    let key = match seen::<Answer>(work, account_id, "payInvoice", &command.idempotency_key, command).await? {
        Seen::Before(answer) => return Ok(answer.payment_id.map_or(Paying::Nothing, Paying::Earlier)),
        Seen::New(key) => key,
    };
    let due = amount_due(&permit.row)?;
    work.record("payInvoice", Some(permit.grant), Some(command.invoice_id.into()));
    // Before the wallet is touched, too: a charge in flight is for all that was due when it began.
    if is_in_flight(work, command.invoice_id).await? {
        return refuse(Code::PaymentPending, IN_FLIGHT);
    }
    reopen(work, &mut permit.row).await?;
    let left = match command.wallet_amount {
        Some(amount) => spend(work, permit.row, due, amount).await?,
        None => due,
    };
    if left.is_zero() {
        remember(work, key, &Answer { payment_id: None })?;
        return Ok(Paying::Nothing);
    }
    require_method(work, account_id, command.payment_method_id).await?;
    let asked = Attempt {
        account_id,
        paid_for: PaidFor::Invoice(command.invoice_id),
        amount: left,
        payment_method_id: command.payment_method_id,
    };
    let Some(charge) = attempt(work, vec![asked]).await?.pop().flatten() else {
        return refuse(Code::PaymentPending, IN_FLIGHT);
    };
    remember(work, key, &Answer { payment_id: Some(charge.payment_id) })?;
    Ok(Paying::Charge(charge))
}

/// Whether a payment of this locked invoice has begun and not ended.
async fn is_in_flight(work: &Work, id: InvoiceId) -> Result<bool, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM payment WHERE status IN ('PENDING', 'UNKNOWN') AND invoice_id = ?", [id.into()]);
    Ok(sql.one::<payment::Model>(work.conn()).await?.is_some())
}

fn amount_due(invoice: &invoice::Model) -> Result<Money, Error> {
    let is_payable = invoice.kind != InvoiceKind::CreditNote
        && matches!(invoice.status, InvoiceStatus::Open | InvoiceStatus::Uncollectible);
    let due = invoice.total_minor - invoice.credited_minor - invoice.paid_minor;
    if !is_payable || due <= 0 {
        return refuse(Code::Conflict, "Nothing is left to pay of this invoice.");
    }
    Ok(Money::new(due, Currency::parse(&invoice.currency)?))
}

/// Pays a part from the wallet and tells what is left.
async fn spend(work: &mut Work, invoice: invoice::Model, due: Money, amount: Money) -> Result<Money, Error> {
    if amount.currency() != due.currency() {
        let message = format!("The invoice is in {}.", due.currency());
        return Err(Refusal::new(Code::CurrencyMismatch, message).at(["walletAmount"]).into());
    }
    let left = due.checked_sub(amount)?;
    if !amount.is_positive() || left.is_negative() {
        return Err(Refusal::invalid("walletAmount", format!("Between nothing and {due} can be taken.")).into());
    }
    pay_from_wallet(work, invoice, amount).await?;
    Ok(left)
}

/// A person who pays is told that there is nothing to pay by; a run takes it for declined.
pub async fn require_method(
    work: &Work,
    account_id: AccountId,
    named: Option<PaymentMethodId>,
) -> Result<payment_method::Model, Error> {
    let mut sql = work.sql();
    sql.add("SELECT * FROM payment_method WHERE removed_at IS NULL AND account_id = ? AND ", [account_id.into()]);
    match named {
        Some(id) => sql.add("id = ?", [id.into()]),
        None => sql.push("is_default"),
    };
    let found: Option<payment_method::Model> = sql.one(work.conn()).await?;
    let message = "A payment method is needed.";
    found.ok_or_else(|| {
        let field = ["paymentMethodId"];
        let refusal = if named.is_some() {
            Refusal::absent(field)
        } else {
            Refusal::new(Code::PaymentMethodRequired, message).at(field)
        };
        refusal.into()
    })
}
