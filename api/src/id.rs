//! Global ids as the gateway takes and gives them. What they are made of is [`domain::global_id`]'s.

use async_graphql::ID;
use domain::error::Refusal;
pub use domain::global_id::{Kind, decode, from_type_name};
use uuid::Uuid;

use crate::error::EdgeError;

/// The text of an id.
pub fn encode(kind: Kind, row: Uuid) -> ID {
    ID(domain::global_id::encode(kind, row))
}

/// The row of an id that a mutation was given.
/// # Errors
/// `NotFound`: an id of another type, or none at all, is as good as one of no row.
pub fn row_of<I: From<Uuid>>(kind: Kind, id: &str) -> Result<I, domain::Error> {
    decode(id).filter(|(found, _)| *found == kind).map(|(_, row)| I::from(row)).ok_or(domain::Error::NotFound)
}

/// The same for an id that is not what the mutation is about: the refusal says which.
/// # Errors
/// `NOT_FOUND` at the field.
pub fn row_at<I: From<Uuid>>(kind: Kind, id: &str, field: &'static str) -> Result<I, domain::Error> {
    row_of(kind, id).map_err(|_| Refusal::absent([field]).into())
}

/// The row of an id that must be of this type.
///
/// For where there is no payload to answer NOT_FOUND in. An id of another type is as good as one of no row.
pub fn decode_as(kind: Kind, id: &str) -> Result<Uuid, EdgeError> {
    match decode(id) {
        Some((found, row)) if found == kind => Ok(row),
        _ => Err(EdgeError::bad_input(format!("This is not the id of a {}.", kind.type_name()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_another_type_is_none() {
        let client = encode(Kind::Client, Uuid::nil());
        assert_eq!(decode_as(Kind::Client, &client), Ok(Uuid::nil()));
        assert!(decode_as(Kind::Account, &client).is_err());
    }
}
