//! `Node`: any object by its id, as far as the viewer sees it. What is hidden and what is not there look alike.

use async_graphql::{Context, ID, Interface, Result};

use crate::account::object::User;
use crate::answer::loaded;
use crate::context::ContextExt;
use crate::id::{Kind, decode};
use crate::loader::Seen;

/// An object with an id.
#[derive(Interface, Clone)]
#[graphql(field(name = "id", ty = "ID", desc = "Opaque; good for `node`."))]
pub enum Node {
    User(User),
}

/// The object with this id, if the viewer sees it. Those of one list are loaded together.
pub async fn node(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
    let Some((kind, row)) = decode(id) else { return Ok(None) };
    let loads = ctx.loads();
    macro_rules! load {
        ($entity:ident as $object:ident) => {
            loaded(loads.load_one(Seen::<entities::$entity::Model>::by(row)).await)?
                .map(|row| Node::$object($object(row)))
        };
    }
    Ok(match kind {
        Kind::User => load!(user as User),
        // the other kinds come with their areas
        _ => None,
    })
}
