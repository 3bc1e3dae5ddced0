//! Ways to pay, and paying.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use domain::Error;
use domain::billing::Collected;
use domain::billing::commands::{self, AddPaymentMethod, PayInvoice};
use domain::billing::export::export_invoices;
use domain::credit::commands::{IssueCreditNote, issue_credit_note};
use domain::error::{Code, Refusal};
use domain::link::Target;
use domain::money::Money;
use entities::invoice;

use super::loader::link;
use super::object::{Invoice, PaymentMethod};
use super::query::InvoiceFilter;
use crate::answer::{UserError, answer, loaded, payloads, user_error};
use crate::context::ContextExt;
use crate::file::file_name;
use crate::id::{Kind, encode, row_at, row_of};
use crate::loader::Seen;
use crate::scalar::{MoneyInput, Url};

payloads! {
    /// A way to pay, as it is now.
    PaymentMethodPayload { payment_method: Option<PaymentMethod>, next_action_url: Option<Url> }
    /// An invoice, as it is now.
    InvoicePayload { invoice: Option<Invoice>, next_action_url: Option<Url> }
    /// A link to a file, good for some minutes.
    ExportPayload { url: Option<Url> }
    /// What is gone.
    DeletePayload { deleted_id: Option<ID> }
}

/// `token` is the payment gateway's; running.md lists those of the built-in test gateway.
#[derive(InputObject)]
struct AddPaymentMethodInput {
    account_id: ID,
    #[graphql(secret)]
    token: String,
    #[graphql(default_with = "Some(true)")]
    make_default: Option<bool>,
}

#[derive(InputObject)]
struct RemovePaymentMethodInput {
    payment_method_id: ID,
}

#[derive(InputObject)]
struct SetDefaultPaymentMethodInput {
    payment_method_id: ID,
}

/// `walletAmount` is taken from the account's available cashback first.
#[derive(InputObject)]
struct PayInvoiceInput {
    invoice_id: ID,
    payment_method_id: Option<ID>,
    wallet_amount: Option<MoneyInput>,
    idempotency_key: String,
}

/// `amount` is net; without it, the rest of the invoice. It is spread over the lines named, or all, by largest remainder.
#[derive(InputObject)]
struct IssueCreditNoteInput {
    invoice_id: ID,
    amount: Option<MoneyInput>,
    line_ids: Option<Vec<ID>>,
    reason: String,
    idempotency_key: String,
}

impl IssueCreditNoteInput {
    fn into_command(self) -> Result<IssueCreditNote, Error> {
        let Self { invoice_id, amount, line_ids, reason, idempotency_key } = self;
        let amount = amount.map(MoneyInput::into_money).transpose();
        let amount = amount.map_err(|error| Refusal::invalid("amount", error.to_string()))?;
        let line = |id: &ID| row_at(Kind::InvoiceLine, id, "lineIds");
        let line_ids = line_ids.map(|ids| ids.iter().map(line).collect::<Result<_, _>>()).transpose()?;
        let invoice_id = row_of(Kind::Invoice, &invoice_id)?;
        Ok(IssueCreditNote { invoice_id, amount, line_ids, reason, idempotency_key })
    }
}

#[derive(InputObject)]
struct ExportInvoicesInput {
    account_id: ID,
    filter: Option<InvoiceFilter>,
    format: ExportFormat,
}

/// What an export is: a table, or the electronic invoices of EN 16931 in a ZIP archive.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::billing::export::Format")]
enum ExportFormat {
    Csv,
    Xml,
}

/// What this area adds to the mutations.
#[derive(Default)]
pub struct BillingMutation;

#[Object]
impl BillingMutation {
    /// Keeps what a token of the gateway's stands for as a way to pay.
    async fn add_payment_method(
        &self,
        ctx: &Context<'_>,
        input: AddPaymentMethodInput,
    ) -> Result<PaymentMethodPayload> {
        ctx.signed_in()?;
        let AddPaymentMethodInput { account_id, token, make_default } = input;
        let account_id = match row_of(Kind::Account, &account_id) {
            Ok(id) => id,
            Err(error) => return answer(Err::<PaymentMethodPayload, _>(error), |done| done),
        };
        let command = AddPaymentMethod { account_id, token, make_default: make_default.unwrap_or(true) };
        let (store, actor, statements) = ctx.to_write();
        let end = commands::add_payment_method(&store, actor, statements, command).await;
        let next_action_url = match &end {
            Err(Error::Refused(refusal)) => refusal.action_url.clone().map(Url),
            _ => None,
        };
        let kept = |method| PaymentMethodPayload { payment_method: Some(PaymentMethod(method)), ..Default::default() };
        Ok(PaymentMethodPayload { next_action_url, ..answer(end, kept)? })
    }

    /// What is in flight with it goes on.
    async fn remove_payment_method(&self, ctx: &Context<'_>, input: RemovePaymentMethodInput) -> Result<DeletePayload> {
        ctx.signed_in()?;
        let end = match row_of(Kind::PaymentMethod, &input.payment_method_id) {
            Ok(id) => ctx.write(move |work| Box::pin(commands::remove_payment_method(work, id))).await,
            Err(error) => Err(error),
        };
        answer(end, |id| DeletePayload { deleted_id: Some(encode(Kind::PaymentMethod, id.0)), ..Default::default() })
    }

    /// Renewals are charged to it from now on.
    async fn set_default_payment_method(
        &self,
        ctx: &Context<'_>,
        input: SetDefaultPaymentMethodInput,
    ) -> Result<PaymentMethodPayload> {
        ctx.signed_in()?;
        let end = match row_of(Kind::PaymentMethod, &input.payment_method_id) {
            Ok(id) => ctx.write(move |work| Box::pin(commands::set_default_payment_method(work, id))).await,
            Err(error) => Err(error),
        };
        answer(end, |method| PaymentMethodPayload { payment_method: Some(PaymentMethod(method)), ..Default::default() })
    }

    /// By staff: credits an invoice in whole or in part, refunds the payment, and takes the cashback back in proportion. Answers
    /// with the credit note.
    async fn issue_credit_note(&self, ctx: &Context<'_>, input: IssueCreditNoteInput) -> Result<InvoicePayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(issue_credit_note(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        match end {
            Ok(id) => {
                let found = loaded(ctx.loads().load_one(Seen::<invoice::Model>::by(id)).await)?;
                Ok(InvoicePayload { invoice: found.map(Invoice), ..Default::default() })
            }
            Err(error) => answer(Err::<InvoicePayload, _>(error), |done| done),
        }
    }

    /// A signed link to the account's invoices, good for some minutes.
    async fn export_invoices(&self, ctx: &Context<'_>, input: ExportInvoicesInput) -> Result<ExportPayload> {
        ctx.signed_in()?;
        let ExportInvoicesInput { account_id, filter, format } = input;
        let account = row_of(Kind::Account, &account_id);
        let end = match account {
            Ok(id) => ctx.write(move |work| Box::pin(export_invoices(work, id))).await.map(|()| id),
            Err(error) => Err(error),
        };
        let account_id = match end {
            Ok(id) => id,
            Err(error) => return answer(Err::<ExportPayload, _>(error), |done| done),
        };
        let (filter, format) = (filter.unwrap_or_default().into(), format.into());
        let path = format!("exports/{}", file_name(format));
        let url = link(ctx, &path, Target::Export { account_id, filter, format }).await?;
        Ok(ExportPayload { url: Some(url), ..Default::default() })
    }

    /// Pays an open invoice now.
    async fn pay_invoice(&self, ctx: &Context<'_>, input: PayInvoiceInput) -> Result<InvoicePayload> {
        ctx.signed_in()?;
        let (store, actor, statements) = ctx.to_write();
        let end = match pay_command(input) {
            Ok(command) => commands::pay_invoice(&store, actor, statements, command).await,
            Err(error) => Err(error),
        };
        match end {
            Ok((id, collected)) => {
                let found = loaded(ctx.loads().load_one(Seen::<invoice::Model>::by(id)).await)?;
                let user_errors = not_paid(&collected)?.into_iter().collect();
                Ok(InvoicePayload {
                    invoice: found.map(Invoice),
                    user_errors,
                    next_action_url: next_action(&collected),
                })
            }
            Err(error) => answer(Err::<InvoicePayload, _>(error), |done| done),
        }
    }
}

fn pay_command(input: PayInvoiceInput) -> Result<PayInvoice, Error> {
    let PayInvoiceInput { invoice_id, payment_method_id, wallet_amount, idempotency_key } = input;
    let wallet_amount: Option<Money> = wallet_amount
        .map(MoneyInput::into_money)
        .transpose()
        .map_err(|error| Refusal::invalid("walletAmount", error.to_string()))?;
    let method = |id: ID| row_at(Kind::PaymentMethod, &id, "paymentMethodId");
    let payment_method_id = payment_method_id.map(method).transpose()?;
    Ok(PayInvoice {
        invoice_id: row_of(Kind::Invoice, &invoice_id)?,
        payment_method_id,
        wallet_amount,
        idempotency_key,
    })
}

/// Where the customer confirms a payment that waits for that.
pub fn next_action(collected: &Collected) -> Option<Url> {
    match collected {
        Collected::Pending { action_url } => action_url.clone().map(Url),
        Collected::Paid | Collected::Declined { .. } => None,
    }
}

/// What a user is told of a payment that did not go through, or not yet.
pub fn not_paid(collected: &Collected) -> Result<Option<UserError>> {
    let refusal = match collected {
        Collected::Paid => return Ok(None),
        Collected::Declined { code } => {
            Refusal::new(Code::PaymentDeclined, format!("The payment was declined: {code}."))
        }
        Collected::Pending { action_url: Some(_) } => {
            Refusal::new(Code::PaymentPending, "The customer has to confirm the payment; it is not tried twice.")
        }
        Collected::Pending { action_url: None } => {
            Refusal::new(Code::PaymentPending, "The payment is not confirmed yet. It is not tried twice.")
        }
    };
    user_error(refusal.into()).map(Some)
}
