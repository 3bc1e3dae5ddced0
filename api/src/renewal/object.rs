//! What is shown of renewals to come, of a change of the payer, and of runs.

use async_graphql::{Context, ID, Object, Result};
use domain::page::Page;
use domain::renewal::ShownQuote;
use domain::renewal::queries::{self, count_runs, payer_change_preview, runs};
use entities::id::{AccountId, ProductId};
use entities::{account, partnership, product, renewal_run};

use crate::account::object::Account;
use crate::answer::loaded;
use crate::connection::connection;
use crate::context::ContextExt;
use crate::cursor;
use crate::error::EdgeError;
use crate::id::{Kind, encode};
use crate::loader::{Reached, Seen};
use crate::partnership::object::Quartet;
use crate::product::object::Product;
use crate::scalar::{Date, DateTime, Money};

async fn account_by(ctx: &Context<'_>, id: AccountId) -> Result<Account> {
    let row = loaded(ctx.loads().load_one(Reached::<account::Model>::by(id)).await)?;
    Ok(Account(row.ok_or_else(EdgeError::internal)?))
}

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
        account_by(ctx, self.0.billed_to_id).await
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
        let page = cursor::page(first, after.as_deref(), last, before.as_deref())?;
        let reader = ctx.reader();
        let found = payer_change_preview(&reader, &self.partnership, self.payer, self.product_ids.clone(), &page).await;
        let (rows, total) = ctx.read(found)?;
        let total = i32::try_from(total).unwrap_or(i32::MAX);
        Ok(RenewalChangeConnection::new(
            rows.map(|change| (change.product_id.0, RenewalChange(change))),
            Box::new(move |_| Box::pin(async move { Ok(total) })),
        )?)
    }

    /// Who would hold the invoices, and alone see them.
    async fn invoices_visible_to(&self, ctx: &Context<'_>) -> Result<Account> {
        let id = match self.payer {
            partnership::PayerKind::Client => self.partnership.client_account_id,
            partnership::PayerKind::Partner => self.partnership.partner_id,
        };
        account_by(ctx, id).await
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

/// `Provider.renewalRuns`: newest first.
pub async fn renewal_runs(ctx: &Context<'_>, (first, after, last, before): Quartet) -> Result<RenewalRunConnection> {
    let page = cursor::page(first, after.as_deref(), last, before.as_deref())?;
    let rows: Page<_> = ctx.read(runs(&ctx.reader(), &page).await)?;
    Ok(RenewalRunConnection::new(
        rows.map(|row| (row.id.0, RenewalRun(row))),
        Box::new(|ctx| {
            Box::pin(async move {
                let count = ctx.read(count_runs(&ctx.reader()).await)?;
                Ok(i32::try_from(count).unwrap_or(i32::MAX))
            })
        }),
    )?)
}
