//! Keys that are loaded together: all that the resolvers of one level ask for is one batch for each kind of key.
//!
//! A batch is closed when its round begins ([`crate::rounds`]), however many keys it has by then. The library's own loader waits
//! for a timer, which has a thread of its own, before each batch, and cuts a level of a thousand keys into several statements.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use domain::Error;
// not tokio's, which pretends now and then that an answer is not there yet: the next round would begin without who waits for it
use futures::channel::oneshot;
use futures::future::try_join_all;

use crate::rounds::Queue;

/// What a key stands for, or why it could not be loaded. All who asked for a batch share its error.
type Answer<V> = Result<Option<V>, Arc<Error>>;

/// Loads what keys of one kind stand for.
pub trait Loader<K>: Send + Sync + 'static {
    /// What a key stands for.
    type Value: Clone + Send + 'static;

    /// By one statement, or one for each way in which the keys differ; what there is not is left out.
    fn load(&self, keys: &[K]) -> impl Future<Output = Result<HashMap<K, Self::Value>, Arc<Error>>> + Send;
}

/// A key that can be asked for.
pub trait Key: Clone + Eq + Hash + Send + Sync + 'static {}

impl<K: Clone + Eq + Hash + Send + Sync + 'static> Key for K {}

/// Who waits for which key.
type Waiting<K, V> = HashMap<K, Vec<oneshot::Sender<Answer<V>>>>;

/// What keys stand for, none for what there is not.
type Kept<K, V> = HashMap<K, Option<V>>;

/// The batches of one request.
pub struct Batches<L>(Arc<Shared<L>>);

struct Shared<L> {
    loader: L,
    queue: Queue,
    /// A `Waiting` for each kind of key.
    open: Mutex<HashMap<TypeId, Box<dyn Any + Send>>>,
    /// What is kept, by kind of key; none where nothing is.
    kept: Mutex<Option<HashMap<TypeId, Box<dyn Any + Send>>>>,
}

impl<L> Clone for Batches<L> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<L: Send + Sync + 'static> Batches<L> {
    /// Loads through `loader`, in the rounds of this queue.
    pub fn new(loader: L, queue: Queue) -> Self {
        Self(Arc::new(Shared { loader, queue, open: Mutex::default(), kept: Mutex::default() }))
    }

    /// Forgets what was loaded, and keeps what is loaded from here on. For streams, which resolve the events of one read one by one:
    /// what these have in common, and what was asked for ahead, is loaded once. An operation that ends keeps nothing, it asks once.
    pub fn keep_anew(&self) {
        *self.0.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(HashMap::new());
    }

    /// What the key stands for; none where there is no such thing, or not for the viewer. It is in the batch from the call on,
    /// and what waits for the answer is small, as resolvers have to be: they are moved about.
    /// # Errors
    /// A fault of the database.
    pub fn load_one<K: Key>(&self, key: K) -> impl Future<Output = Answer<L::Value>> + Send + use<K, L>
    where
        L: Loader<K>,
    {
        let (sender, answer) = oneshot::channel();
        if let Some(kept) = self.0.with_kept(|kept: &mut Kept<K, L::Value>| kept.get(&key).cloned()).flatten() {
            let _ = sender.send(Ok(kept));
        } else {
            let is_first = self.0.with_open(|waiting: &mut Waiting<K, L::Value>| {
                let is_first = waiting.is_empty();
                waiting.entry(key).or_default().push(sender);
                is_first
            });
            if is_first {
                let shared = Arc::clone(&self.0);
                self.0.queue.add(Box::pin(async move { shared.load::<K>().await }));
            }
        }
        async { answer.await.unwrap_or_else(|_| Err(Arc::new(Error::fault("a batch was never loaded")))) }
    }

    /// The same for several keys, in their order; what there is not is left out.
    /// # Errors
    /// A fault of the database.
    pub async fn load_many<K: Key>(&self, keys: impl IntoIterator<Item = K>) -> Result<Vec<L::Value>, Arc<Error>>
    where
        L: Loader<K>,
    {
        let found = try_join_all(keys.into_iter().map(|key| self.load_one(key))).await?;
        Ok(found.into_iter().flatten().collect())
    }
}

impl<L> Shared<L> {
    fn with_open<K: Key, V: Send + 'static, T: Default>(&self, act: impl FnOnce(&mut Waiting<K, V>) -> T) -> T {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = open.entry(TypeId::of::<K>()).or_insert_with(|| Box::new(Waiting::<K, V>::new()));
        waiting.downcast_mut().map(act).unwrap_or_default()
    }

    /// Nothing where nothing is kept.
    fn with_kept<K: Key, V: Send + 'static, T>(&self, act: impl FnOnce(&mut Kept<K, V>) -> T) -> Option<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_mut()?.entry(TypeId::of::<K>()).or_insert_with(|| Box::new(Kept::<K, V>::new()));
        kept.downcast_mut().map(act)
    }

    /// Ends the batch of these keys and answers all who wait for it.
    async fn load<K: Key>(&self)
    where
        L: Loader<K>,
    {
        let waiting = self.with_open(|waiting: &mut Waiting<K, L::Value>| std::mem::take(waiting));
        let keys: Vec<K> = waiting.keys().cloned().collect();
        let mut found = self.loader.load(&keys).await;
        if let Ok(found) = &found {
            self.with_kept(|kept| kept.extend(keys.into_iter().map(|key| (key.clone(), found.get(&key).cloned()))));
        }
        for (key, mut senders) in waiting {
            let answer = match &mut found {
                Ok(found) => Ok(found.remove(&key)),
                Err(error) => Err(Arc::clone(error)),
            };
            // Who does not wait any more needs no answer. Most keys are asked for once, so most answers are not copied.
            let last = senders.pop();
            for sender in senders {
                let _ = sender.send(answer.clone());
            }
            if let Some(last) = last {
                let _ = last.send(answer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::future::join_all;

    use super::*;
    use crate::rounds::Rounds;

    const BAD: u32 = u32::MAX;

    /// Halves even numbers, fails if asked for `BAD`, and knows how long the batches were.
    #[derive(Clone, Default)]
    struct Halves(Arc<Mutex<Vec<usize>>>);

    impl Loader<u32> for Halves {
        type Value = u32;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, Arc<Error>> {
            self.0.lock().unwrap().push(keys.len());
            if keys.contains(&BAD) {
                return Err(Arc::new(Error::fault("bad")));
            }
            Ok(keys.iter().filter(|key| **key % 2 == 0).map(|key| (*key, key / 2)).collect())
        }
    }

    /// However wide a level is, and however often it asks for the same, it is one batch; the next level is another.
    #[tokio::test]
    async fn a_level_is_one_batch() {
        let (halves, mut rounds) = (Halves::default(), Rounds::default());
        let batches = &Batches::new(halves.clone(), rounds.queue());
        let two_levels = (0..3_000).chain(0..3_000).map(async |key| {
            let half = batches.load_one(key).await.unwrap()?;
            batches.load_one(half + 10_000).await.unwrap()
        });
        let found = rounds.beside(join_all(two_levels)).await;
        assert_eq!(found[..5], [Some(5_000), None, None, None, Some(5_001)]);
        assert_eq!(found[..3_000], found[3_000..]);
        assert_eq!(*halves.0.lock().unwrap(), [3_000, 1_500]);
    }

    /// What is kept is not loaded again, nor is what there is not; from the next time on it is.
    #[tokio::test]
    async fn what_is_kept_is_loaded_once() {
        let (halves, mut rounds) = (Halves::default(), Rounds::default());
        let batches = Batches::new(halves.clone(), rounds.queue());
        for keys in [vec![2, 3], vec![2, 3]] {
            assert_eq!(rounds.beside(batches.load_many(keys)).await.unwrap(), [1], "nothing is kept unasked");
        }
        batches.keep_anew();
        for keys in [vec![2, 3], vec![2, 3, 4], vec![4]] {
            rounds.beside(batches.load_many(keys)).await.unwrap();
        }
        assert!(
            rounds.beside(batches.load_one(BAD)).await.is_err() && rounds.beside(batches.load_one(BAD)).await.is_err()
        );
        batches.keep_anew();
        assert_eq!(rounds.beside(batches.load_one(2)).await.unwrap(), Some(1));
        assert_eq!(*halves.0.lock().unwrap(), [2, 2, 2, 1, 1, 1, 1], "2 and 3 thrice, 4, twice what fails, 2");
    }

    #[tokio::test]
    async fn all_of_a_batch_hear_of_its_fault_and_the_next_is_another() {
        let (halves, mut rounds) = (Halves::default(), Rounds::default());
        let batches = Batches::new(halves, rounds.queue());
        let both = rounds.beside(join_all([12, BAD].map(|key| batches.load_one(key)))).await;
        assert!(both.iter().all(Result::is_err), "{both:?}");
        assert_eq!(rounds.beside(batches.load_many([12, 7, 8])).await.unwrap(), [6, 4]);
    }
}
