//! Becoming an affiliate.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::affiliate::commands::enrol_as_affiliate;

use crate::account::mutation::{AccountPayload, account_id};
use crate::account::object::Account;
use crate::answer::answer;
use crate::context::ContextExt;

#[derive(InputObject)]
struct EnrolAsAffiliateInput {
    account_id: ID,
}

/// Enrolment of affiliates.
#[derive(Default)]
pub struct AffiliateMutation;

#[Object]
impl AffiliateMutation {
    /// By owner and admins.
    async fn enrol_as_affiliate(&self, ctx: &Context<'_>, input: EnrolAsAffiliateInput) -> Result<AccountPayload> {
        ctx.signed_in()?;
        let end = async {
            let account = account_id(&input.account_id)?;
            ctx.write(move |work| Box::pin(enrol_as_affiliate(work, account))).await
        };
        answer(end.await, |row| AccountPayload { account: Some(Account(row)), user_errors: Vec::new() })
    }
}
