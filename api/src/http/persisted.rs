//! Automatic persisted queries, as Apollo's clients speak them: the SHA-256 of a text stands for it, once the text was sent.
//!
//! A text is kept only after the guard has let it pass, and passes the guard again each time. What is forgotten is sent
//! again, so the cache is bounded by bytes and may be emptied at any time.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use redis::{AsyncCommands, aio::ConnectionManager};
use sha2::{Digest, Sha256};

use crate::{
    error::{Code, EdgeError},
    guard::Payload,
};

type Hash = [u8; 32];

const REDIS_PATIENCE: Duration = Duration::from_millis(100);
const WEEK_SECONDS: u64 = 7 * 24 * 3_600;

/// The texts that clients have sent: the latest ones here, and in Redis those of all gateways.
pub struct PersistedQueries {
    texts: Mutex<Texts>,
    redis: Option<ConnectionManager>,
}

impl PersistedQueries {
    /// Keeps at most `max_bytes` of text in memory.
    pub fn new(max_bytes: usize, redis: Option<ConnectionManager>) -> Self {
        Self { texts: Mutex::new(Texts { max_bytes, ..Texts::default() }), redis }
    }

    /// The text that a payload means, and the hash under which to [`Self::keep`] it, if it is to be kept.
    pub(super) async fn resolve(&self, payload: &mut Payload) -> Result<(String, Option<Hash>), EdgeError> {
        let text = payload.query.take().filter(|text| !text.is_empty());
        match (hash(payload)?, text) {
            (None, Some(text)) => Ok((text, None)),
            (None, None) => Err(EdgeError::bad_input("The request has no query.")),
            (Some(hash), Some(text)) if digest(&text) == hash => Ok((text, Some(hash))),
            (Some(_), Some(_)) => Err(EdgeError::bad_input("sha256Hash is not the hash of the query.")),
            (Some(hash), None) => match self.find(hash).await {
                Some(text) => Ok((text, None)),
                // Clients look for this very message.
                None => Err(EdgeError::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound")),
            },
        }
    }

    /// Keeps a text that the guard has let pass.
    pub(super) fn keep(&self, hash: Hash, text: &str) {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, text);
        if let Some(mut redis) = self.redis.clone() {
            let text = text.to_owned();
            // Nobody waits for it, and a lost one is sent again.
            tokio::spawn(async move {
                let stored = redis.set_ex::<_, _, ()>(key(hash), text, WEEK_SECONDS);
                drop(tokio::time::timeout(REDIS_PATIENCE, stored).await);
            });
        }
    }

    async fn find(&self, hash: Hash) -> Option<String> {
        let here = self.texts.lock().unwrap_or_else(PoisonError::into_inner).get(hash);
        if here.is_some() {
            return here;
        }
        let mut redis = self.redis.clone()?;
        let stored =
            tokio::time::timeout(REDIS_PATIENCE, redis.get::<_, Option<String>>(key(hash))).await.ok()?.ok()??;
        (digest(&stored) == hash).then(|| {
            self.texts.lock().unwrap_or_else(PoisonError::into_inner).insert(hash, &stored);
            stored
        })
    }
}

fn digest(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

fn key(hash: Hash) -> Vec<u8> {
    [b"mandate:query:".as_slice(), &hash].concat()
}

fn hash(payload: &Payload) -> Result<Option<Hash>, EdgeError> {
    let Some(persisted) = payload.extensions.as_ref().and_then(|extensions| extensions.get("persistedQuery")) else {
        return Ok(None);
    };
    let malformed = || EdgeError::bad_input("persistedQuery needs version 1 and the sha256Hash of the query, in hex.");
    if persisted.get("version").and_then(serde_json::Value::as_u64) != Some(1) {
        return Err(malformed());
    }
    let hex = persisted.get("sha256Hash").and_then(serde_json::Value::as_str).ok_or_else(malformed)?;
    let mut hash = Hash::default();
    if hex.len() != 64 || !hex.is_ascii() {
        return Err(malformed());
    }
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * n..2 * n + 2], 16).map_err(|_| malformed())?;
    }
    Ok(Some(hash))
}

/// The least recently used goes first.
#[derive(Default)]
struct Texts {
    max_bytes: usize,
    bytes: usize,
    tick: u64,
    by_hash: HashMap<Hash, (String, u64)>,
    by_use: BTreeMap<u64, Hash>,
}

impl Texts {
    fn get(&mut self, hash: Hash) -> Option<String> {
        let (text, used) = self.by_hash.get_mut(&hash)?;
        self.tick += 1;
        self.by_use.remove(used);
        self.by_use.insert(self.tick, hash);
        *used = self.tick;
        Some(text.clone())
    }

    fn insert(&mut self, hash: Hash, text: &str) {
        if text.len() > self.max_bytes || self.get(hash).is_some() {
            return;
        }
        self.tick += 1;
        self.bytes += text.len();
        self.by_hash.insert(hash, (text.to_owned(), self.tick));
        self.by_use.insert(self.tick, hash);
        while self.bytes > self.max_bytes
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            if let Some((text, _)) = self.by_hash.remove(&oldest) {
                self.bytes -= text.len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_is_bounded_by_bytes_and_forgets_the_least_used() {
        let mut texts = Texts { max_bytes: 25, ..Texts::default() };
        let text = |n: u8| format!("{{ a{n:06} }}"); // 11 bytes
        for n in 0..2 {
            texts.insert([n; 32], &text(n));
        }
        assert!(texts.get([0; 32]).is_some());
        texts.insert([2; 32], &text(2));
        assert_eq!((texts.get([1; 32]), texts.get([0; 32]).is_some()), (None, true));
        texts.insert([3; 32], &"x".repeat(26));
        assert!(texts.get([3; 32]).is_none());
        assert_eq!((texts.bytes, texts.by_hash.len(), texts.by_use.len()), (22, 2, 2));
    }
}
