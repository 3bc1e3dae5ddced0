//! A field of an update: what is absent stays as it is, null clears it.

use crate::error::Refusal;

/// What an update says about one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patch<T> {
    /// Nothing: it stays.
    #[default]
    Keep,
    /// Null: it is cleared.
    Clear,
    /// A new value.
    Set(T),
}

impl<T> Patch<T> {
    /// Whether it says anything.
    pub const fn is_given(&self) -> bool {
        !matches!(self, Self::Keep)
    }

    /// The new value of a field that may be empty.
    pub fn or(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(new) => Some(new),
        }
    }

    /// The new value of a field that cannot be cleared; none when it stays.
    pub fn required(self, field: &'static str) -> Result<Option<T>, Refusal> {
        match self {
            Self::Keep => Ok(None),
            Self::Clear => Err(Refusal::invalid(field, "cannot be cleared")),
            Self::Set(new) => Ok(Some(new)),
        }
    }

    /// The same with the value checked or turned into another.
    pub fn try_map<U, E>(self, turn: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(turn(value)?),
        })
    }
}
