//! Where payouts go, asking for one, and its answer.

use entities::id::{AccountId, PayoutId};
use entities::payout::{self, PayoutStatus};
use entities::payout_method;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::actions::{AnswerPayout, AskForPayout, KeepPayoutMethod};
use super::rules::{follows, iban, last4, refuse_request};
use super::store;
use crate::activity::{ActivityKind, Event};
use crate::billing::ledger::{payout_paid, payout_rejected};
use crate::billing::post::Posting;
use crate::cashback::{give_back_payout, take_for_payout};
use crate::error::{Code, Error, Refusal, refuse};
use crate::gateway::looks_like_card_number;
use crate::idempotency::{Seen, remember, seen};
use crate::money::{Currency, Money};
use crate::notification::recipients::members_with;
use crate::notification::{MailKind, Notice};
use crate::permission::{Permission, Permit, permit};
use crate::sql;
use crate::text;
use crate::work::Work;

/// To say where payouts go.
#[derive(Debug, Clone)]
pub struct SavePayoutMethod {
    /// Whose.
    pub account_id: AccountId,
    /// Of the bank account.
    pub holder: String,
    /// With spaces or without.
    pub iban: String,
}

/// Keeps where payouts go, instead of what was kept before; what was asked for already goes to the former.
/// # Errors
/// `INVALID_INPUT` for what is no IBAN.
pub async fn save_payout_method(work: &mut Work, command: SavePayoutMethod) -> Result<payout_method::Model, Error> {
    let SavePayoutMethod { account_id, holder, iban: number } = command;
    let Permit { grant, .. } = permit::<KeepPayoutMethod>(work, account_id).await?;
    if looks_like_card_number(&holder) {
        return Err(Refusal::invalid("holder", "This looks like the number of a card.").into());
    }
    let row = payout_method::Model {
        account_id,
        holder: text::line("holder", &holder, text::NAME)?,
        iban: iban(&number)?,
        changed_at: work.now(),
    };
    store::keep_method(work, &row).await?;
    work.record("savePayoutMethod", Some(grant), Some(account_id.into()));
    Ok(row)
}

/// To ask for a payout.
#[derive(Debug, Clone, Serialize)]
pub struct RequestPayout {
    /// Whose wallet.
    pub account_id: AccountId,
    /// How much, of the wallet in its currency.
    pub amount: Money,
    /// The caller's.
    #[serde(skip)]
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize)]
struct Answer {
    payout_id: PayoutId,
}

/// Asks for a payout to the account on file: the amount leaves the wallet now.
/// # Errors
/// `PAYMENT_METHOD_REQUIRED` without an account to pay to; what [`refuse_request`] refuses.
pub async fn request_payout(work: &mut Work, command: RequestPayout) -> Result<PayoutId, Error> {
    let Permit { row: account, grant, .. } = permit::<AskForPayout>(work, command.account_id).await?;
    let key = match seen::<Answer>(work, account.id, "requestPayout", &command.idempotency_key, &command).await? {
        Seen::Before(answer) => return Ok(answer.payout_id),
        Seen::New(key) => key,
    };
    refuse_request(&store::request_facts(work, account.id, command.amount).await?)?;
    let Some(method) = store::method(work, account.id).await? else {
        let message = "A payout method is needed: `savePayoutMethod` takes it.";
        return refuse(Code::PaymentMethodRequired, message);
    };
    let payout = payout::Model {
        id: work.new_id::<PayoutId>(),
        account_id: account.id,
        currency: command.amount.currency().code().to_owned(),
        amount_minor: command.amount.minor(),
        status: PayoutStatus::Requested,
        holder: method.holder,
        iban: method.iban,
        requested_by_id: work.user_id()?,
        requested_at: work.now(),
        answered_by_id: None,
        answered_at: None,
        paid_at: None,
    };
    sql::insert::<payout::Entity>(work.conn(), std::slice::from_ref(&payout)).await?;
    take_for_payout(work, account.id, command.amount).await?;
    let mut posting = Posting::default();
    posting.add(payout_paid(account.id, command.amount)?, payout.id);
    posting.write(work)?;
    tell(work, &payout, command.amount, ActivityKind::PayoutRequested);
    work.record("requestPayout", Some(grant), Some(payout.id.into()));
    remember(work, key, &Answer { payout_id: payout.id })?;
    Ok(payout.id)
}

/// To answer a payout.
#[derive(Debug, Clone, Copy)]
pub struct AnswerTo {
    /// Which.
    pub payout_id: PayoutId,
    /// What it is from now on.
    pub status: PayoutStatus,
}

/// Approves a payout, says that it was transferred, or rejects it, which brings the amount back into the wallet. Staff alone.
/// # Errors
/// `CONFLICT` for what does not follow its state.
pub async fn answer_payout(work: &mut Work, command: AnswerTo) -> Result<payout::Model, Error> {
    let Permit { row: mut payout, grant, .. } = permit::<AnswerPayout>(work, command.payout_id).await?;
    if command.status == PayoutStatus::Requested {
        return Err(Refusal::invalid("status", "is what a payout begins with, and no answer").into());
    }
    if !follows(command.status, payout.status) {
        return refuse(Code::Conflict, "A payout is approved, then paid; or rejected before it is paid.");
    }
    payout.status = command.status;
    payout.paid_at = (command.status == PayoutStatus::Paid).then_some(work.now());
    store::answer(work, &payout, work.user_id()?).await?;
    let amount = Money::new(payout.amount_minor, Currency::parse(&payout.currency)?);
    if command.status == PayoutStatus::Rejected {
        give_back_payout(work, payout.account_id, amount).await?;
        let mut posting = Posting::default();
        posting.add(payout_rejected(payout.account_id, amount)?, payout.id);
        posting.write(work)?;
    }
    match command.status {
        PayoutStatus::Paid => tell(work, &payout, amount, ActivityKind::PayoutPaid),
        PayoutStatus::Rejected => tell(work, &payout, amount, ActivityKind::PayoutRejected),
        PayoutStatus::Requested | PayoutStatus::Approved => {}
    }
    if command.status != PayoutStatus::Approved {
        mail(work, &payout, amount).await?;
    }
    work.record("answerPayout", Some(grant), Some(payout.id.into()));
    Ok(payout)
}

fn tell(work: &mut Work, payout: &payout::Model, amount: Money, kind: ActivityKind) {
    let data = json!({ "amount": amount.to_decimal(), "currencyCode": payout.currency });
    work.tell(Event::new(payout.account_id, kind).about("Payout", payout.id).with(data));
}

/// To the partner's people: it was transferred, or it was not.
async fn mail(work: &mut Work, payout: &payout::Model, amount: Money) -> Result<(), Error> {
    let currency = amount.currency();
    let amount = json!({ "minor": amount.minor(), "currency": currency.code(), "exponent": currency.exponent() });
    for reader in members_with(work, &[payout.account_id], Permission::ViewInvoices).await? {
        work.notify(Notice {
            kind: MailKind::Payout,
            subject_id: payout.id.into(),
            step: 0,
            recipient: reader.recipient,
            member_of: Some(reader.member_of),
            written_by: None,
            data: json!({
                "amount": amount, "holder": payout.holder, "iban_last4": last4(&payout.iban),
                "is_paid": payout.status == PayoutStatus::Paid,
            }),
        });
    }
    Ok(())
}
