//! What is shown of renewals to come, of a change of the payer, and of runs.

use async_graphql::{Context, ID, Object, Result};
use domain::billing::dunning::queries as dunning;
use domain::renewal::ShownQuote;
use domain::renewal::forecast::{ForecastMonth, ForecastOf};
use domain::renewal::queries::{self, payer_change_preview};
use entities::id::{AccountId, ProductId};
use entities::{partnership, product, renewal_run};

use super::loader::ForecastIn;
use crate::account::object::Account;
use crate::answer::loaded;
use crate::connection::{Connection as _, Count, Paging, connection};
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::Seen;
use crate::product::object::Product;
use crate::scalar::{Date, DateTime, Money};

/// What a renewal will cost, as much of it as the viewer may see.
#[derive(Clone)]
pub struct RenewalQuote(pub ShownQuote);

#[Object]
impl RenewalQuote {
    /// When: a date of the holder's time zone.
    async fn on(&self) -> Date {
        Date(self.0.on)
    }

    /// Who pays.
    async fn billed_to(&self, ctx: &Context<'_>) -> Result<Account> {
        Account::by(ctx, self.0.billed_to_id).await
    }

    /// Net, of the whole term.
    async fn public_price(&self) -> Money {
        self.0.public_price.into()
    }

    /// What the payer pays: null to those who may not see the payer's invoices. A partner's rate is its own affair.
    async fn discount(&self) -> Option<Money> {
        self.0.discount.map(Into::into)
    }

    /// Its part of the invoice's tax.
    async fn tax(&self) -> Option<Money> {
        self.0.tax.map(Into::into)
    }

    /// publicPrice − discount + tax.
    async fn total(&self) -> Option<Money> {
        self.0.total.map(Into::into)
    }

    /// To the partner's wallet; null to all but the partner.
    async fn cashback(&self) -> Option<Money> {
        self.0.cashback.map(Into::into)
    }
}

/// Where a failed renewal stands, in days of its payer's time zone.
#[derive(Clone)]
pub struct Dunning(pub dunning::Dunning);

#[Object]
impl Dunning {
    /// How often the payment was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// When it is tried again by itself; null after the last time.
    async fn next_attempt_on(&self) -> Option<Date> {
        self.0.next_attempt_on.map(Date)
    }

    /// When the product is suspended; null once it is.
    async fn suspends_on(&self) -> Option<Date> {
        self.0.suspends_on.map(Date)
    }

    /// When the product is cancelled.
    async fn cancels_on(&self) -> Date {
        Date(self.0.cancels_on)
    }
}

/// What renews in one month, in one currency.
pub struct RenewalForecastMonth(ForecastMonth);

#[Object]
impl RenewalForecastMonth {
    /// Its first day. A renewal belongs to the month in which it is billed, in the seller's time zone.
    async fn month(&self) -> Date {
        Date(self.0.month)
    }

    /// How many the account pays, or earns on.
    async fn renewals(&self) -> i32 {
        self.0.renewals
    }

    /// What the account pays, with tax.
    async fn total(&self) -> Money {
        self.0.total.into()
    }

    /// To the account's wallet.
    async fn cashback(&self) -> Money {
        self.0.cashback.into()
    }
}

/// The forecast of an account, at most three years of it; none to those who may not see invoices there.
pub async fn forecast(
    ctx: &Context<'_>,
    account_id: AccountId,
    months: i32,
) -> Result<Option<Vec<RenewalForecastMonth>>> {
    let months = u32::try_from(months).ok().filter(|months| (1..=36).contains(months));
    let months = months.ok_or_else(|| EdgeError::bad_input("months: 1 to 36"))?;
    let rows = loaded(ctx.loads().load_one(ForecastIn(ForecastOf { account_id, months })).await)?;
    Ok(rows.map(|rows| rows.into_iter().map(RenewalForecastMonth).collect()))
}

/// What a change of the payer would do.
pub struct PayerChangePreview {
    /// To which partnership.
    pub partnership: partnership::Model,
    /// Who would pay.
    pub payer: partnership::PayerKind,
    /// What would follow it from then on.
    pub product_ids: Vec<ProductId>,
}

#[Object]
impl PayerChangePreview {
    /// Every product whose next renewal would change, with both quotes.
    async fn renewals(
        &self,
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<RenewalChangeConnection> {
        let page = Paging { first, after, last, before }.request()?;
        let reader = ctx.reader();
        let found = payer_change_preview(&reader, &self.partnership, self.payer, self.product_ids.clone(), &page).await;
        let (rows, total) = ctx.read(found)?;
        let rows = rows.map(|change| (change.product_id.0, RenewalChange(change)));
        Ok(RenewalChangeConnection::new(rows, Count::known(total))?)
    }

    /// Who would hold the invoices, and alone see them.
    async fn invoices_visible_to(&self, ctx: &Context<'_>) -> Result<Account> {
        let id = match self.payer {
            partnership::PayerKind::Client => self.partnership.client_account_id,
            partnership::PayerKind::Partner => self.partnership.partner_id,
        };
        Account::by(ctx, id).await
    }
}

/// Quotes are computed as the run will bundle them, so that they add up to its invoices.
#[derive(Clone)]
pub struct RenewalChange(queries::RenewalChange);

#[Object]
impl RenewalChange {
    /// Of which product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product> {
        let row = loaded(ctx.loads().load_one(Seen::<product::Model>::by(self.0.product_id)).await)?;
        Ok(Product(row.ok_or_else(EdgeError::internal)?))
    }

    /// As things stand.
    async fn before(&self, ctx: &Context<'_>) -> RenewalQuote {
        RenewalQuote(self.0.before.shown_to(ctx.reader().actor()))
    }

    /// After the change.
    async fn after(&self, ctx: &Context<'_>) -> RenewalQuote {
        RenewalQuote(self.0.after.shown_to(ctx.reader().actor()))
    }
}

connection!(RenewalChangeConnection, RenewalChangeEdge, RenewalChange);

/// A run over what is due.
#[derive(Clone)]
pub struct RenewalRun(pub renewal_run::Model);

#[Object]
impl RenewalRun {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::RenewalRun, self.0.id.0)
    }

    /// What was due by then.
    async fn as_of(&self) -> DateTime {
        DateTime(self.0.as_of)
    }

    /// When it began.
    async fn started_at(&self) -> DateTime {
        DateTime(self.0.started_at)
    }

    /// Null while it is at work.
    async fn finished_at(&self) -> Option<DateTime> {
        self.0.finished_at.map(DateTime)
    }

    /// Whether it only counted.
    async fn dry_run(&self) -> bool {
        self.0.is_dry_run
    }

    /// Products that were due.
    async fn due(&self) -> i32 {
        self.0.due
    }

    /// Periods that were renewed.
    async fn renewed(&self) -> i32 {
        self.0.renewed
    }

    /// Periods whose payment was declined.
    async fn declined(&self) -> i32 {
        self.0.declined
    }

    /// Periods that could not be billed.
    async fn failed(&self) -> i32 {
        self.0.failed
    }
}

connection!(RenewalRunConnection, RenewalRunEdge, RenewalRun);
