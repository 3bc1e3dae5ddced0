//! What is shown of inquiries.

use async_graphql::{Context, ID, Object, Result};
use domain::client::queries::KeptBy;
use domain::inquiry::queries::Wanted;
use entities::{client, inquiry};
use uuid::Uuid;

use super::loader::Inquiries;
use crate::answer::loaded;
use crate::client::object::Client;
use crate::connection::{Count, Paging, connection};
use crate::context::ContextExt;
use crate::id::{Kind, encode};
use crate::list::{count_of, page_of};
use crate::loader::Seen;
use crate::scalar::DateTime;

/// A lead from the public profile. Once assigned to a client, it stays assigned.
#[derive(Clone)]
pub struct Inquiry(pub inquiry::Model);

#[Object]
impl Inquiry {
    /// Opaque.
    pub async fn id(&self) -> ID {
        encode(Kind::Inquiry, self.0.id.0)
    }

    /// As whoever wrote it calls themselves.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// As they wrote it: nobody has checked that it is theirs.
    async fn email(&self) -> &str {
        &self.0.email
    }

    /// Where they say that they work.
    async fn company(&self) -> Option<&str> {
        self.0.company.as_deref()
    }

    /// Plain text of a stranger.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// When it came in.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was first marked as read, or assigned.
    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(DateTime)
    }

    /// The record that it is assigned to, for good.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        let Some(id) = self.0.client_id else { return Ok(None) };
        Ok(loaded(ctx.loads().load_one(Seen::<client::Model>::by(id)).await)?.map(Client))
    }
}

connection!(InquiryPage, InquiryEdge, Inquiry);

/// A page of a list, and how much of the list nobody has read.
pub struct InquiryConnection {
    page: InquiryPage,
    unread: Count,
}

#[Object]
impl InquiryConnection {
    /// The page.
    #[graphql(flatten)]
    async fn page(&self) -> &InquiryPage {
        &self.page
    }

    /// Of the whole list, as far as the viewer sees it.
    async fn unread_count(&self, ctx: &Context<'_>) -> Result<i32> {
        self.unread.tell(ctx).await
    }
}

/// `Account.inquiries` and `Client.inquiries`.
pub async fn inquiries_of(
    ctx: &Context<'_>,
    (of, parent): (KeptBy, Uuid),
    paging: &Paging,
    assigned: Option<bool>,
) -> Result<InquiryConnection> {
    let all = Inquiries { of, wanted: Wanted { assigned, unread: false } };
    let unread = Inquiries { of, wanted: Wanted { assigned, unread: true } };
    Ok(InquiryConnection { page: page_of(ctx, all, parent, paging, Inquiry).await?, unread: count_of(unread, parent) })
}
