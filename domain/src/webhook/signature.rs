//! Secrets and signatures by the Standard Webhooks specification: `v1,<base64 of HMAC-SHA256 over "id.timestamp.body">`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entities::id::WebhookEndpointId;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sea_orm::{ConnectionTrait, FromQueryResult};
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use sha2::Sha256;

use crate::error::Error;
use crate::sql::Sql;

/// How every secret begins.
const PREFIX: &str = "whsec_";

/// What the secrets of all endpoints are made of: 256 bits that never leave the installation.
#[derive(Debug, Clone)]
pub struct Keyring(SecretSlice<u8>);

/// What an endpoint's signatures are made with.
#[derive(Debug, Clone)]
pub struct Secret(SecretSlice<u8>);

#[derive(FromQueryResult)]
struct Row {
    secret: Vec<u8>,
}

impl Keyring {
    /// One statement.
    pub(crate) async fn read(conn: &impl ConnectionTrait) -> Result<Self, Error> {
        let mut sql = Sql::new(conn.get_database_backend());
        sql.push("SELECT secret FROM signing_key WHERE id = 1");
        let row: Row = sql.one(conn).await?.ok_or_else(|| Error::fault("there is no key to sign with"))?;
        Ok(Self(row.secret.into()))
    }

    /// The secret of an endpoint after so many rotations.
    pub fn secret(&self, id: WebhookEndpointId, generation: i32) -> Secret {
        let mut mac = keyed(self.0.expose_secret());
        // a label of its own: what else the key signs begins otherwise
        mac.update(b"webhook secret ");
        mac.update(id.0.as_bytes());
        mac.update(&generation.to_be_bytes());
        Secret(mac.finalize().into_bytes().to_vec().into())
    }
}

impl Secret {
    /// As its reader is shown it.
    pub fn text(&self) -> SecretString {
        format!("{PREFIX}{}", STANDARD.encode(self.0.expose_secret())).into()
    }

    /// Signs a message.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut mac = keyed(self.0.expose_secret());
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::<Sha256>::new_from_slice(key).expect("a key of any length")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// The example of the specification's reference libraries.
    #[test]
    fn a_signature_is_what_others_compute() {
        let secret = Secret(STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap().into());
        assert_eq!(
            secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
        assert_eq!(secret.text().expose_secret(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    }

    /// 24 to 64 bytes, another one for each endpoint, each rotation and each installation.
    #[test]
    fn secrets_differ() {
        let (ring, other) = (Keyring(vec![1; 32].into()), Keyring(vec![2; 32].into()));
        let id = |n| WebhookEndpointId(Uuid::from_u128(n));
        let all = [ring.secret(id(1), 1), ring.secret(id(2), 1), ring.secret(id(1), 2), other.secret(id(1), 1)];
        for (at, one) in all.iter().enumerate() {
            assert_eq!(one.0.expose_secret().len(), 32);
            assert!(all[at + 1..].iter().all(|other| other.0.expose_secret() != one.0.expose_secret()));
        }
        assert_eq!(ring.secret(id(1), 1).text().expose_secret(), all[0].text().expose_secret());
    }
}
