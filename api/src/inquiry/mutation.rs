//! What strangers write, and what a partner does with it.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::inquiry::commands::{self, AssignInquiry, SubmitInquiry};
use domain::{Error, secret};

use super::object::Inquiry;
use crate::account::tries::Tries;
use crate::answer::{answer, payloads};
use crate::auth::CallerIp;
use crate::client::object::Client;
use crate::context::ContextExt;
use crate::error::EdgeError;
use crate::id::{Kind, row_at, row_of};

/// From one address in a minute.
const FROM_ONE: usize = 10;
/// To one profile in a minute. More than one address may send, so that no single one can silence a profile.
const TO_ONE: usize = 60;

#[derive(InputObject)]
struct SubmitInquiryInput {
    profile_slug: String,
    name: String,
    email: String,
    company: Option<String>,
    message: String,
}

#[derive(InputObject)]
struct MarkInquiryReadInput {
    inquiry_id: ID,
}

/// Without `clientId`, a new client is made from the inquiry's own data.
#[derive(InputObject)]
struct AssignInquiryInput {
    inquiry_id: ID,
    client_id: Option<ID>,
}

impl From<SubmitInquiryInput> for SubmitInquiry {
    fn from(input: SubmitInquiryInput) -> Self {
        let SubmitInquiryInput { profile_slug, name, email, company, message } = input;
        Self { profile_slug, name, email, company, message }
    }
}

impl AssignInquiryInput {
    fn into_command(self) -> Result<AssignInquiry, Error> {
        let Self { inquiry_id, client_id } = self;
        Ok(AssignInquiry {
            inquiry_id: row_of(Kind::Inquiry, &inquiry_id)?,
            client_id: client_id.map(|id| row_at(Kind::Client, &id, "clientId")).transpose()?,
        })
    }
}

payloads! {
    /// Whether it was taken.
    SubmitInquiryPayload { accepted: bool }
    /// The inquiry, and the record that it is assigned to.
    AssignInquiryPayload { inquiry: Option<Inquiry>, client: Option<Client> }
}

/// Inquiries, on both sides.
#[derive(Default)]
pub struct InquiryMutation;

#[Object]
impl InquiryMutation {
    /// By anybody, to a published profile. Ten a minute from one address, and sixty to one profile.
    async fn submit_inquiry(&self, ctx: &Context<'_>, input: SubmitInquiryInput) -> Result<SubmitInquiryPayload> {
        count(ctx, &input.profile_slug).await?;
        let command = SubmitInquiry::from(input);
        let end = ctx.write(move |work| Box::pin(commands::submit(work, command.clone()))).await;
        answer(end, |_| SubmitInquiryPayload { accepted: true, user_errors: Vec::new() })
    }

    /// The first time counts.
    async fn mark_inquiry_read(&self, ctx: &Context<'_>, input: MarkInquiryReadInput) -> Result<AssignInquiryPayload> {
        ctx.signed_in()?;
        let end = match row_of(Kind::Inquiry, &input.inquiry_id) {
            Ok(id) => ctx.write(move |work| Box::pin(commands::mark_read(work, id))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| AssignInquiryPayload { inquiry: Some(Inquiry(row)), ..AssignInquiryPayload::default() })
    }

    /// Once, for good: into a new client, or an existing one.
    async fn assign_inquiry(&self, ctx: &Context<'_>, input: AssignInquiryInput) -> Result<AssignInquiryPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::assign(work, command))).await,
            Err(error) => Err(error),
        };
        answer(end, |(inquiry, client)| AssignInquiryPayload {
            inquiry: Some(Inquiry(inquiry)),
            client: Some(Client(client)),
            user_errors: Vec::new(),
        })
    }
}

/// Counts an inquiry from this address and to this profile, whether or not there is one.
async fn count(ctx: &Context<'_>, slug: &str) -> Result<(), EdgeError> {
    let Some(tries) = ctx.data_opt::<Arc<Tries>>() else { return Ok(()) };
    let network = ctx.data_opt::<CallerIp>().map_or_else(String::new, |ip| ip.network());
    tries.count_up_to(FROM_ONE, &[format!("inquiry:from:{network}")]).await?;
    let slug = slug.trim().to_ascii_lowercase();
    tries.count_up_to(TO_ONE, &[format!("inquiry:for:{}", secret::hash(&slug))]).await
}
