//! Signed links to files: what leads to, for whom it was made, and until when, with a signature that all gateways can check.
//!
//! A link is no right. It names the sign-in or key that it was made for, and whoever opens it is shown what that still sees: a
//! member who has left, a sign-in that has ended and a key that is revoked take their links with them. It is good for some
//! minutes of real time, as what it is made from is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use entities::id::{AccountId, InvoiceId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sea_orm::{ConnectionTrait, FromQueryResult};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::account::identify::{Claim, identify};
use crate::actor::{Actor, CredentialId};
use crate::billing::export::Format;
use crate::billing::queries::InvoiceFilter;
use crate::error::Error;
use crate::sql::Sql;
use crate::store::{Reader, Statements, Store};

/// What a signature is for: one that is made for something else is none.
const FILE: &str = "file";
/// How long a link is good.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(15);
/// No link of ours is longer.
const LONGEST: usize = 2_000;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Target {
    /// To the PDF of an invoice.
    Invoice(InvoiceId),
    /// To a file of an account's invoices.
    #[serde(rename_all = "camelCase")]
    Export {
        /// Billed to it.
        account_id: AccountId,
        /// Which of them.
        filter: InvoiceFilter,
        /// Of what kind.
        format: Format,
    },
}

#[derive(Serialize, Deserialize)]
struct Claims {
    to: Target,
    by: CredentialId,
    /// In seconds since 1970.
    until: i64,
}

/// Signs links for one actor, as of one instant.
#[derive(Clone)]
pub struct Signer {
    key: Key,
    by: CredentialId,
}

impl Signer {
    /// For the reader's actor. One statement.
    /// # Errors
    /// `Denied` for whoever is not signed in.
    pub async fn of(reader: &Reader) -> Result<Self, Error> {
        let by = reader.actor().person().ok_or(Error::Denied)?.credential.id();
        Ok(Self { key: Key::read(reader.conn()).await?, by })
    }

    /// The token of a link.
    pub fn sign(&self, to: Target) -> Result<String, Error> {
        let until = (self.key.real_now + GOOD_FOR).timestamp();
        let claims = serde_json::to_vec(&Claims { to, by: self.by, until }).map_err(|e| Error::fault(e.to_string()))?;
        self.key.seal(FILE, &claims)
    }
}

/// Opens a link: where it leads, and a reader for whoever it was made for, with what they hold now.
/// # Errors
/// `NotFound`, whatever is wrong with it.
pub async fn open(store: &Store, token: &str, ip: Option<String>) -> Result<(Target, Reader), Error> {
    let claims = Key::read(store.pool()).await?.check(token).ok_or(Error::NotFound)?;
    let (actor, now) = identify(store.pool(), Claim::Again(claims.by), ip).await?;
    if matches!(actor, Actor::Anonymous) || now.real_now.timestamp() >= claims.until {
        return Err(Error::NotFound);
    }
    Ok((claims.to, store.reader(actor, now.now, Statements::default())))
}

/// What signatures are made with. It is in the database, because all gateways must agree on it.
#[derive(Clone, FromQueryResult)]
pub(crate) struct Key {
    secret: Vec<u8>,
    real_now: DateTime<Utc>,
}

impl Key {
    pub(crate) async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        let mut sql = Sql::new(conn.get_database_backend());
        sql.push("SELECT secret, /now/ AS real_now FROM signing_key WHERE id = 1");
        sql.one(conn).await?.ok_or_else(|| Error::fault("there is no key to sign with"))
    }

    fn mac(&self, purpose: &str, claims: &[u8]) -> Result<Hmac<Sha256>, Error> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).map_err(|e| Error::fault(e.to_string()))?;
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(claims);
        Ok(mac)
    }

    /// A token that says something, good for one purpose.
    pub(crate) fn seal(&self, purpose: &str, claims: &[u8]) -> Result<String, Error> {
        let signature = self.mac(purpose, claims)?.finalize().into_bytes();
        Ok(format!("{}.{}", URL_SAFE_NO_PAD.encode(claims), URL_SAFE_NO_PAD.encode(signature)))
    }

    /// What a token says, if it is ours and for this. The signature is compared in constant time.
    pub(crate) fn unseal(&self, purpose: &str, token: &str) -> Option<Vec<u8>> {
        let (claims, signature) = token.split_once('.').filter(|_| token.len() <= LONGEST)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        self.mac(purpose, &claims).ok()?.verify_slice(&signature).ok()?;
        Some(claims)
    }

    fn check(&self, token: &str) -> Option<Claims> {
        serde_json::from_slice(&self.unseal(FILE, token)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use entities::id::SessionId;
    use uuid::Uuid;

    use super::*;

    fn key(secret: u8) -> Key {
        Key { secret: vec![secret; 32], real_now: DateTime::UNIX_EPOCH }
    }

    fn token() -> String {
        let by = CredentialId::Session(SessionId::from(Uuid::from_u128(1)));
        let signer = Signer { key: key(7), by };
        signer.sign(Target::Invoice(InvoiceId::from(Uuid::from_u128(2)))).unwrap()
    }

    #[test]
    fn a_link_says_where_it_leads_and_until_when() {
        let claims = key(7).check(&token()).unwrap();
        assert_eq!(claims.to, Target::Invoice(InvoiceId::from(Uuid::from_u128(2))));
        assert_eq!(claims.until, 15 * 60);
    }

    /// A2: no part of a link can be changed, left out or added to.
    #[test]
    fn nobody_else_signs() {
        let token = token();
        assert!(key(8).check(&token).is_none(), "another key");
        assert!(key(7).unseal("another purpose", &token).is_none());
        let (claims, signature) = token.split_once('.').unwrap();
        let forged = String::from_utf8(URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap().replace("900", "999900");
        let forged = format!("{}.{signature}", URL_SAFE_NO_PAD.encode(forged));
        for wrong in ["", ".", claims, &forged, &format!("{claims}."), &format!("{token}A"), &token[..token.len() - 1]]
        {
            assert!(key(7).check(wrong).is_none(), "{wrong}");
        }
        assert!(key(7).check(&"x".repeat(1 << 20)).is_none());
    }
}
