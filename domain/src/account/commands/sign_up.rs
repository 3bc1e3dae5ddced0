//! Signing up: a person, an account that they own, and a sign-in, in one act.

use chrono::{DateTime, NaiveDate, Utc};
use entities::membership::{self, Role};
use entities::{account, user};
use secrecy::SecretString;

use super::session::{SignedIn, open_session};
use crate::Work;
use crate::account::password::{self, PasswordHash};
use crate::account::rules::{self, NewAccount};
use crate::account::store;
use crate::activity::{ActivityKind, Event};
use crate::affiliate::commands::refer;
use crate::error::{Code, Error, Refusal, StorageFault};
use crate::notification::{MailKind, Notice, Recipient};
use crate::permission::{Grant, Permissions};
use crate::{sql, text};

/// Somebody who signs up.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// As they write it.
    pub email: String,
    /// As they type it.
    pub password: SecretString,
    /// As they call themselves.
    pub name: String,
    /// BCP 47.
    pub locale: String,
    /// The account that they open.
    pub account: NewAccount,
    /// Of the affiliate by whose link they came.
    pub referral_code: Option<String>,
}

/// The same, checked, with the password hashed.
#[derive(Debug, Clone)]
pub struct PreparedSignUp {
    email: String,
    password: PasswordHash,
    name: String,
    locale: String,
    account: NewAccount,
    referral_code: Option<String>,
}

impl SignUp {
    /// Checks what was written, and hashes the password; `on` is today.
    /// # Errors
    /// `INVALID_INPUT` with the path of the field.
    pub async fn prepare(self, on: NaiveDate) -> Result<PreparedSignUp, Error> {
        let new = self.checked(on)?;
        let password = password::hash(new.password.clone()).await?;
        Ok(new.hashed(password))
    }

    /// The same for people with one password, which is hashed once: for sample data, of whose password nobody makes a secret.
    /// # Errors
    /// As for one of them.
    pub async fn prepare_alike(people: Vec<Self>, on: NaiveDate) -> Result<Vec<PreparedSignUp>, Error> {
        let people = people.into_iter().map(|new| new.checked(on)).collect::<Result<Vec<_>, _>>()?;
        let Some(password) = people.first().map(|new| new.password.clone()) else { return Ok(Vec::new()) };
        let password = password::hash(password).await?;
        Ok(people.into_iter().map(|new| new.hashed(password.clone())).collect())
    }

    fn checked(self, on: NaiveDate) -> Result<Self, Refusal> {
        let Self { email, password, name, locale, account, referral_code } = self;
        let email = text::email("email", &email)?;
        Ok(Self {
            password: rules::password("password", &password, &email)?,
            name: text::line("name", &name, text::NAME)?,
            locale: text::locale("locale", &locale)?,
            account: account.checked(on).map_err(|refusal| refusal.within(["account"]))?,
            email,
            referral_code,
        })
    }

    fn hashed(self, password: PasswordHash) -> PreparedSignUp {
        let Self { email, password: _, name, locale, account, referral_code } = self;
        PreparedSignUp { email, password, name, locale, account, referral_code }
    }
}

/// A person who has signed up.
#[derive(Debug, Clone)]
pub struct SignedUp {
    /// Their sign-in.
    pub signed_in: SignedIn,
    /// The account that they own.
    pub account: account::Model,
}

/// Signs somebody up, and mails them a link to verify the address.
/// # Errors
/// `EMAIL_ALREADY_REGISTERED`, also for the one of two who comes second at the same time.
pub async fn sign_up(work: &mut Work, new: PreparedSignUp, ip: Option<String>) -> Result<SignedUp, Error> {
    let up = add(work, new, None, ip).await?;
    let user = &up.signed_in.user;
    work.notify(Notice {
        kind: MailKind::VerifyAddress,
        subject_id: user.id.into(),
        step: 0,
        recipient: Recipient { email: user.email.clone(), locale: user.locale.clone(), user_id: Some(user.id) },
        member_of: None,
        written_by: None,
        data: serde_json::json!({ "name": user.name }),
    });
    Ok(up)
}

/// The same for somebody who has followed a link that was mailed to the address: it is verified by that.
pub(crate) async fn sign_up_verified(
    work: &mut Work,
    new: PreparedSignUp,
    ip: Option<String>,
) -> Result<SignedUp, Error> {
    let now = work.now();
    add(work, new, Some(now), ip).await
}

async fn add(
    work: &mut Work,
    new: PreparedSignUp,
    email_verified_at: Option<DateTime<Utc>>,
    ip: Option<String>,
) -> Result<SignedUp, Error> {
    let PreparedSignUp { email, password, name, locale, account, referral_code } = new;
    let user = user::Model {
        id: work.new_id(),
        email,
        name,
        locale,
        password_hash: Some(password.0),
        is_staff: false,
        email_verified_at,
        created_at: work.now(),
    };
    insert_user(work, &user).await?;
    let account = open_account(work, &user, account).await?;
    refer(work, &account, referral_code.as_deref()).await?;
    let signed_in = open_session(work, user, ip).await?;

    let user = &signed_in.user;
    let grant = Grant::own(account.id);
    work.record("signUp", Some(grant), Some(user.id.into()));
    work.tell(Event::new(account.id, ActivityKind::AccountCreated).about("Account", account.id));
    Ok(SignedUp { signed_in, account })
}

/// Inserts a user whose address nobody has.
pub(crate) async fn insert_user(work: &Work, user: &user::Model) -> Result<(), Error> {
    let taken = || Refusal::new(Code::EmailAlreadyRegistered, "This address is registered already.").at(["email"]);
    if store::user_by_email(work.conn(), &user.email).await?.is_some() {
        return Err(taken().into());
    }
    match sql::insert::<user::Entity>(work.conn(), std::slice::from_ref(user)).await.map_err(Error::from) {
        Err(e) if e.storage_fault() == Some(StorageFault::Duplicate) => Err(taken().into()),
        done => done.map(drop),
    }
}

/// Opens an account that the user owns.
pub(super) async fn open_account(work: &Work, owner: &user::Model, new: NewAccount) -> Result<account::Model, Error> {
    let NewAccount { name, country, currency, time_zone, vat_id, billing_address } = new;
    let address = billing_address.as_ref();
    let account = account::Model {
        id: work.new_id(),
        search: text::searchable([name.as_str()]),
        name,
        country: country.code().to_owned(),
        locale: owner.locale.clone(),
        currency: currency.code().to_owned(),
        time_zone: rules::time_zone(country, time_zone.as_deref())?.name().to_owned(),
        vat_id,
        billing_name: address.map(|a| a.name.clone()),
        billing_street: address.map(|a| a.street.clone()),
        billing_postal_code: address.map(|a| a.postal_code.clone()),
        billing_city: address.map(|a| a.city.clone()),
        billing_country: address.map(|a| a.country.code().to_owned()),
        programme_id: None,
        created_at: work.now(),
    };
    let membership = membership::Model {
        id: work.new_id(),
        user_id: owner.id,
        account_id: account.id,
        role: Role::Owner,
        permissions: Permissions::of_role(Role::Owner).bits(),
        granted_through_id: None,
        created_at: work.now(),
    };
    sql::insert::<account::Entity>(work.conn(), std::slice::from_ref(&account)).await?;
    sql::insert::<membership::Entity>(work.conn(), &[membership]).await?;
    Ok(account)
}
