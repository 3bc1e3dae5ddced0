//! Passwords: argon2id with the parameters that OWASP recommends (19 MiB, two passes), off the async threads and a few at a time.

use std::fmt;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use argon2::password_hash::{Error as HashError, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Argon2, PasswordHash as Parsed};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::error::Error;

/// More at once than there are cores would only take memory, 19 MiB each.
static AT_WORK: LazyLock<Semaphore> = LazyLock::new(|| Semaphore::new(available_parallelism().map_or(2, usize::from)));

/// No password has this hash. It is checked where there is no user, so that the answer takes as long.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5LWhhcy1pdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password as it is stored: proof that one was checked against the rules and hashed.
#[derive(Clone)]
pub struct PasswordHash(pub(super) String);

impl PasswordHash {
    /// For the column.
    pub(crate) fn hashed(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// Hashes a password that the rules have let through.
pub(crate) async fn hash(password: SecretString) -> Result<PasswordHash, Error> {
    blocking(move || Argon2::default().hash_password(password.expose_secret().as_bytes()).map(|hash| hash.to_string()))
        .await?
        .map(PasswordHash)
        .map_err(|e| Error::fault(format!("hash a password: {e}")))
}

/// The same with a salt that is told, for sample data: the same hash each time.
pub(crate) async fn hash_with_salt(password: SecretString, salt: &'static [u8]) -> Result<String, Error> {
    blocking(move || {
        let password = password.expose_secret().as_bytes();
        Argon2::default().hash_password_with_salt(password, salt).map(|hash| hash.to_string())
    })
    .await?
    .map_err(|e| Error::fault(format!("hash a password: {e}")))
}

/// Whether this is the password; the same work where there is none.
pub(super) async fn verify(password: SecretString, stored: Option<String>) -> Result<bool, Error> {
    let answer = blocking(move || {
        let parsed = Parsed::new(stored.as_deref().unwrap_or(NOBODYS))?;
        Argon2::default().verify_password(password.expose_secret().as_bytes(), &parsed)
    })
    .await?;
    match answer {
        Ok(()) => Ok(true),
        Err(HashError::PasswordInvalid) => Ok(false),
        Err(e) => Err(Error::fault(format!("check a password: {e}"))),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _one_of_few = AT_WORK.acquire().await.map_err(|_| Error::fault("no more passwords"))?;
    spawn_blocking(work).await.map_err(|e| Error::fault(format!("password task: {e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let hashed = hash("correct horse".into()).await.unwrap();
        assert!(verify("correct horse".into(), Some(hashed.0.clone())).await.unwrap());
        assert!(!verify("correct horsf".into(), Some(hashed.0.clone())).await.unwrap());
        assert_eq!(format!("{hashed:?}"), "PasswordHash(…)");
    }

    /// Nobody's hash is one, costs as much as a real one, and fits nothing.
    #[tokio::test]
    async fn nobodys_hash_costs_as_much() {
        assert!(!verify("".into(), None).await.unwrap());
        let real = hash("correct horse".into()).await.unwrap().0;
        let cost = |hash: &str| hash.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(cost(&real), cost(NOBODYS));
    }
}
