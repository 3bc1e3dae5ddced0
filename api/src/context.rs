//! What resolvers find in their context: one reader per request, the way to write, and the loaders.

use std::sync::{Arc, RwLock};

use async_graphql::{Context, Data};
use domain::actor::{Actor, Person};
use domain::store::Statements;
use domain::{Error, Reader, Store, Work};
use futures::future::BoxFuture;

use crate::answer::top_level;
use crate::batch::Batches;
use crate::error::{Code, EdgeError};
use crate::rounds::Rounds;

/// One request's view of the product. Loaders and resolvers share it; it never outlives the request.
#[derive(Clone)]
pub struct Session {
    store: Store,
    statements: Statements,
    /// Replaced when the request signs somebody in, and by streams, which look again who their reader is.
    reader: Arc<RwLock<Arc<Reader>>>,
}

impl Session {
    /// What this reader sees.
    pub fn new(store: Store, reader: Reader) -> Self {
        let statements = reader.statements().clone();
        Self { store, statements, reader: Arc::new(RwLock::new(Arc::new(reader))) }
    }

    /// The database, for what outlives the request: streams, and charges.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Reads through what the viewer may see.
    pub fn reader(&self) -> Arc<Reader> {
        match self.reader.read() {
            Ok(reader) => Arc::clone(&reader),
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// From here on, it is this actor who reads, as of `now`.
    pub fn become_actor(&self, actor: Actor, now: chrono::DateTime<chrono::Utc>) {
        self.become_reader(Arc::new(self.store.reader(actor, now, self.statements.clone())));
    }

    /// From here on, this is what reads.
    pub fn become_reader(&self, reader: Arc<Reader>) {
        match self.reader.write() {
            Ok(mut slot) => *slot = reader,
            Err(poisoned) => *poisoned.into_inner() = reader,
        }
    }

    /// Puts itself, and loaders of its own, into the data of one request; what they load, they load in these rounds.
    pub fn into_data(self, rounds: &Rounds) -> Data {
        let mut data = Data::default();
        data.insert(Batches::new(Loads(self.clone()), rounds.queue()));
        data.insert(self);
        data
    }
}

/// What all loaders load through. One per request: a loader in the schema would mix users.
#[derive(Clone)]
pub struct Loads(Session);

impl Loads {
    /// Reads through what the viewer may see.
    pub fn reader(&self) -> Arc<Reader> {
        self.0.reader()
    }
}

/// The same, from where resolvers stand.
pub trait ContextExt {
    /// The request's session.
    fn session(&self) -> &Session;
    /// Reads through what the viewer may see.
    fn reader(&self) -> Arc<Reader>;
    /// The request's loaders.
    fn loads(&self) -> &Batches<Loads>;
    /// Who is signed in.
    /// # Errors
    /// `UNAUTHENTICATED` for nobody.
    fn signed_in(&self) -> Result<Arc<Person>, EdgeError>;
    /// From here on, the request is this person's: they have just signed in, or become a member.
    fn become_person(&self, actor: Actor);
    /// Runs one write: a transaction that nobody who hangs up can cancel.
    fn write<T, F>(&self, act: F) -> impl Future<Output = Result<T, Error>> + Send
    where
        T: Send + 'static,
        F: for<'w> Fn(&'w mut Work) -> BoxFuture<'w, Result<T, Error>> + Send + Sync + 'static;
    /// For use cases of several transactions: those that ask the payment gateway in between.
    fn to_write(&self) -> (Store, Actor, Statements);
    /// Reads, with faults as top-level errors.
    fn read<T>(&self, found: Result<T, Error>) -> async_graphql::Result<T> {
        found.map_err(top_level)
    }
}

impl ContextExt for Context<'_> {
    fn session(&self) -> &Session {
        self.data_unchecked::<Session>()
    }

    fn reader(&self) -> Arc<Reader> {
        self.session().reader()
    }

    fn loads(&self) -> &Batches<Loads> {
        self.data_unchecked::<Batches<Loads>>()
    }

    fn signed_in(&self) -> Result<Arc<Person>, EdgeError> {
        match self.reader().actor() {
            Actor::Person(person) => Ok(Arc::clone(person)),
            Actor::Anonymous | Actor::Account(_) | Actor::System(_) => {
                Err(EdgeError::new(Code::Unauthenticated, "Sign in first."))
            }
        }
    }

    fn become_person(&self, actor: Actor) {
        let session = self.session();
        session.become_actor(actor, session.reader().now());
    }

    async fn write<T, F>(&self, act: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: for<'w> Fn(&'w mut Work) -> BoxFuture<'w, Result<T, Error>> + Send + Sync + 'static,
    {
        let (store, actor, statements) = self.to_write();
        store.write(actor, statements, act).await
    }

    fn to_write(&self) -> (Store, Actor, Statements) {
        let session = self.session();
        let store = session.store.doing(self.field().name());
        (store, session.reader().actor().clone(), session.statements.clone())
    }
}
