//! How the provider's support is reached.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::support::commands::{ContactSupport, contact};

use crate::account::tries::Tries;
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::error::{Code, EdgeError};
use crate::id::{Kind, row_of};

#[derive(InputObject)]
struct ContactSupportInput {
    account_id: ID,
    product_id: Option<ID>,
    subject: String,
    message: String,
}

impl ContactSupportInput {
    fn into_command(self) -> Result<ContactSupport, Error> {
        let Self { account_id, product_id, subject, message } = self;
        Ok(ContactSupport {
            account_id: row_of(Kind::Account, &account_id)?,
            product_id: product_id.map(|id| row_of(Kind::Product, &id)).transpose()?,
            subject,
            message,
        })
    }
}

payloads! {
    /// Heard.
    ContactSupportPayload { accepted: bool }
}

/// What is written to the provider.
#[derive(Default)]
pub struct SupportMutation;

#[Object]
impl SupportMutation {
    /// With CONTACT_SUPPORT on the account, or on the product that it is about; the answer comes by mail. Ten a minute.
    async fn contact_support(&self, ctx: &Context<'_>, input: ContactSupportInput) -> Result<ContactSupportPayload> {
        let person = ctx.signed_in()?;
        if ctx.reader().settings().support_email.is_none() {
            return Err(EdgeError::new(Code::Unavailable, "The provider takes no support requests here.").into());
        }
        if let Some(tries) = ctx.data_opt::<Arc<Tries>>() {
            tries.count(&[format!("support:by:{}", person.user_id)]).await?;
        }
        let end = async {
            let command = input.into_command()?;
            ctx.write(move |work| Box::pin(contact(work, command.clone()))).await
        };
        answer(end.await, |()| ContactSupportPayload { accepted: true, ..ContactSupportPayload::default() })
    }
}
