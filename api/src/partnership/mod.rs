//! Invitations, and the partnerships that they lead to.

pub mod attorney;
pub mod invitation;
pub mod loader;
pub mod mutation;
pub mod object;

use async_graphql::ID;
use domain::Error;
use domain::error::Refusal;
use entities::id::ProductId;

use crate::id::{Kind, decode};

/// Reads the input, runs the use case, and makes the payload of what came out.
macro_rules! act {
    ($ctx:ident, $input:ident, $use_case:path, $done:expr) => {{
        use $crate::context::ContextExt as _;
        $ctx.signed_in()?;
        let end = match $input.into_command() {
            Ok(command) => $ctx.write(move |work| Box::pin($use_case(work, command.clone()))).await,
            Err(error) => Err(error),
        };
        $crate::answer::answer(end, $done)
    }};
}
use act;

/// The products that a list of ids names; one that is no id of a product is as good as none.
fn products(ids: Option<Vec<ID>>) -> Result<Option<Vec<ProductId>>, Error> {
    let row = |(at, id): (usize, ID)| {
        if let Some((Kind::Product, row)) = decode(&id) {
            Ok(ProductId(row))
        } else {
            Err(Refusal::absent(["productIds".to_owned(), at.to_string()]).into())
        }
    };
    ids.map(|ids| ids.into_iter().enumerate().map(row).collect()).transpose()
}
