//! What a partner does with its records of clients.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use domain::Error;
use domain::client::commands::{self, CreateClient, NewClient, UpdateClient};
use domain::client::{AssignProduct, assign_product};
use domain::patch::Patch;

use super::object::Client;
use crate::answer::{answer, payloads};
use crate::context::ContextExt;
use crate::id::{Kind, row_at, row_of};
use crate::product::mutation::ProductPayload;
use crate::product::object::Product;

#[derive(InputObject)]
struct NewClientInput {
    name: String,
    email: Option<String>,
    company: Option<String>,
    phone: Option<String>,
    notes: Option<String>,
}

#[derive(InputObject)]
struct CreateClientInput {
    partner_id: ID,
    client: NewClientInput,
}

#[derive(InputObject)]
struct UpdateClientInput {
    client_id: ID,
    name: MaybeUndefined<String>,
    email: MaybeUndefined<String>,
    company: MaybeUndefined<String>,
    phone: MaybeUndefined<String>,
    notes: MaybeUndefined<String>,
}

/// Without `clientId`, it is for nobody in particular.
#[derive(InputObject)]
struct AssignProductToClientInput {
    product_id: ID,
    client_id: Option<ID>,
}

impl AssignProductToClientInput {
    fn into_command(self) -> Result<AssignProduct, Error> {
        let Self { product_id, client_id } = self;
        Ok(AssignProduct {
            product_id: row_of(Kind::Product, &product_id)?,
            client_id: client_id.map(|id| row_at(Kind::Client, &id, "clientId")).transpose()?,
        })
    }
}

impl CreateClientInput {
    fn into_command(self) -> Result<CreateClient, Error> {
        let Self { partner_id, client: NewClientInput { name, email, company, phone, notes } } = self;
        let client = NewClient { name, email, company, phone, notes };
        Ok(CreateClient { partner_id: row_of(Kind::Account, &partner_id)?, client })
    }
}

impl UpdateClientInput {
    fn into_command(self) -> Result<UpdateClient, Error> {
        let Self { client_id, name, email, company, phone, notes } = self;
        Ok(UpdateClient {
            client_id: row_of(Kind::Client, &client_id)?,
            name: patch(name),
            email: patch(email),
            company: patch(company),
            phone: patch(phone),
            notes: patch(notes),
        })
    }
}

fn patch<T>(given: MaybeUndefined<T>) -> Patch<T> {
    match given {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(value),
    }
}

payloads! {
    /// The record, as it is now.
    ClientPayload { client: Option<Client> }
}

/// What a partner does with its records.
#[derive(Default)]
pub struct ClientMutation;

#[Object]
impl ClientMutation {
    /// Makes a record of a client, with or without an account.
    async fn create_client(&self, ctx: &Context<'_>, input: CreateClientInput) -> Result<ClientPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::create(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| ClientPayload { client: Some(Client(row)), ..ClientPayload::default() })
    }

    /// Changes a record: what is absent stays, null clears.
    async fn update_client(&self, ctx: &Context<'_>, input: UpdateClientInput) -> Result<ClientPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(commands::update(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| ClientPayload { client: Some(Client(row)), ..ClientPayload::default() })
    }

    /// Says for which client a product is that the partner holds itself.
    async fn assign_product_to_client(
        &self,
        ctx: &Context<'_>,
        input: AssignProductToClientInput,
    ) -> Result<ProductPayload> {
        ctx.signed_in()?;
        let end = match input.into_command() {
            Ok(command) => ctx.write(move |work| Box::pin(assign_product(work, command))).await,
            Err(error) => Err(error),
        };
        answer(end, |row| ProductPayload { product: Some(Product(row)), ..ProductPayload::default() })
    }
}
