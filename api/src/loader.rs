//! Loading rows by id, for every type alike, and what hangs on them: one statement per level, through the visibility of the type.

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::sync::Arc;

use domain::Error;
use domain::permission::{Subject, reached, seen};
use uuid::Uuid;

use crate::batch::Loader;
use crate::context::Loads;

/// A row that the viewer sees, by its id.
pub struct Seen<M>(Uuid, PhantomData<fn() -> M>);

/// A row that the viewer has reached through another that they see: accounts, users, catalogue.
pub struct Reached<M>(Uuid, PhantomData<fn() -> M>);

macro_rules! key {
    ($key:ident) => {
        impl<M> $key<M> {
            /// The row with this id.
            pub fn by(id: impl Into<Uuid>) -> Self {
                Self(id.into(), PhantomData)
            }
        }

        impl<M> Clone for $key<M> {
            fn clone(&self) -> Self {
                Self(self.0, PhantomData)
            }
        }

        impl<M> PartialEq for $key<M> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }

        impl<M> Eq for $key<M> {}

        impl<M> Hash for $key<M> {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.0.hash(state);
            }
        }
    };
}

key!(Seen);
key!(Reached);

impl<M: Subject + Clone + 'static> Loader<Seen<M>> for Loads {
    type Value = M;

    async fn load(&self, keys: &[Seen<M>]) -> Result<HashMap<Seen<M>, M>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = seen::<M>(&self.reader(), &ids).await?;
        Ok(rows.into_iter().map(|(id, row)| (Seen::by(id), row)).collect())
    }
}

impl<M: Subject + Clone + 'static> Loader<Reached<M>> for Loads {
    type Value = M;

    async fn load(&self, keys: &[Reached<M>]) -> Result<HashMap<Reached<M>, M>, Arc<Error>> {
        let ids: Vec<_> = keys.iter().map(|key| key.0).collect();
        let rows = reached::<M>(&self.reader(), &ids).await?;
        Ok(rows.into_iter().map(|(id, row)| (Reached::by(id), row)).collect())
    }
}

/// Declares what hangs on the objects of a level, pages aside: the key that asks for it, and the query that answers all keys of
/// a level in one statement.
macro_rules! loaders {
    ($($(#[$meta:meta])* $key:ident($id:ty) -> $value:ty = $query:path;)*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key(pub $id);

        impl $crate::batch::Loader<$key> for $crate::context::Loads {
            type Value = $value;

            async fn load(
                &self,
                keys: &[$key],
            ) -> Result<std::collections::HashMap<$key, $value>, std::sync::Arc<domain::Error>> {
                let ids: Vec<$id> = keys.iter().map(|key| key.0).collect();
                let found = $query(&self.reader(), &ids).await?;
                Ok(found.into_iter().map(|(id, value)| ($key(id), value)).collect())
            }
        }
    )*};
}
pub(crate) use loaders;
