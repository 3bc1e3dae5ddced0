//! Which of a partner's own products are for which client.

use entities::id::{ClientId, ProductId};
use entities::product;

use super::actions::Assign;
use super::commands::permit_record;
use super::store;
use crate::error::Error;
use crate::permission::{Action as _, Permission, held, permit};
use crate::work::Work;

/// A product, and the client that it is for.
#[derive(Debug, Clone, Copy)]
pub struct AssignProduct {
    /// One that the partner holds itself.
    pub product_id: ProductId,
    /// The record; none for nobody in particular.
    pub client_id: Option<ClientId>,
}

/// Assigns a product that the partner holds to one of its client records, or to none. Who holds and pays it stays. Source: S3.3,
/// S4.12.
/// # Errors
/// `NOT_FOUND` for a record of another partner; `PERMISSION_DENIED` for a product that one sees in another account: what a client
/// holds is listed with it anyway.
pub async fn assign_product(work: &mut Work, command: AssignProduct) -> Result<product::Model, Error> {
    let AssignProduct { product_id, client_id } = command;
    let permit = permit::<Assign>(work, product_id).await?;
    let row = permit.row;
    let target = Assign::target(&row);
    let facts = held(work.conn(), work.actor(), work.now(), &[target]).await?;
    if !facts.get(&target).is_some_and(|facts| facts.holds(Permission::ViewProducts)) {
        return Err(Error::NotFound); // works with clients, and does not see products
    }
    if let Some(id) = client_id {
        permit_record(work, id, row.account_id).await?;
    }
    store::assign_product(work, product_id, client_id).await?;
    work.record("assignProductToClient", Some(permit.grant), Some(product_id.into()));
    Ok(product::Model { client_id, ..row })
}
