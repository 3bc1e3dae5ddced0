//! Signing in and out.

use chrono::{DateTime, TimeDelta, Utc};
use entities::{session, user};

use crate::Work;
use crate::account::identify::{Claim, identify};
use crate::account::queries::Proof;
use crate::account::store;
use crate::actor::{Actor, Credential, CredentialId};
use crate::error::{Code, Error, refuse};
use crate::{secret, sql};

/// How long a sign-in lasts, in real time.
const SESSION_LIFETIME: TimeDelta = TimeDelta::days(30);

/// A person who has just proven who they are.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The person.
    pub user: user::Model,
    /// The same as an actor, for the rest of the request.
    pub actor: Actor,
    /// The bearer token; only its hash is kept.
    pub access_token: String,
    /// When it ends, in real time.
    pub expires_at: DateTime<Utc>,
}

/// Signs in whoever has proven to know the password.
pub async fn sign_in(work: &mut Work, proof: Proof, ip: Option<String>) -> Result<SignedIn, Error> {
    let user = store::lock_user(work, proof.user.id).await?;
    // a password that was replaced since is none any more
    let Some(user) = user.filter(|user| user.password_hash == proof.user.password_hash) else {
        return refuse(Code::InvalidCredentials, "The address or the password is wrong.");
    };
    let signed_in = open_session(work, user, ip).await?;
    work.record("signIn", None, Some(signed_in.user.id.into()));
    Ok(signed_in)
}

/// Opens a session for a person, and makes the rest of the act theirs.
pub(crate) async fn open_session(work: &mut Work, user: user::Model, ip: Option<String>) -> Result<SignedIn, Error> {
    let access_token = secret::new_token();
    let expires_at = work.real_now() + SESSION_LIFETIME;
    let session_id = work.new_id();
    let session = session::Model {
        id: session_id,
        user_id: user.id,
        token_hash: secret::hash(&access_token),
        created_at: work.real_now(),
        expires_at,
        ended_at: None,
    };
    sql::insert::<session::Entity>(work.conn(), &[session]).await?;
    let (actor, _) = identify(work.conn(), Claim::Again(CredentialId::Session(session_id)), ip).await?;
    work.become_person(actor.clone());
    Ok(SignedIn { user, actor, access_token, expires_at })
}

/// Ends the session that asks for it.
/// # Errors
/// `Denied` to nobody, and to a key.
pub async fn sign_out(work: &mut Work) -> Result<(), Error> {
    let person = work.in_person()?;
    let Credential::Session(session_id) = person.credential else { return Err(Error::Denied) };
    let user_id = person.user_id;
    store::end_session(work, session_id).await?;
    work.record("signOut", None, Some(user_id.into()));
    Ok(())
}
