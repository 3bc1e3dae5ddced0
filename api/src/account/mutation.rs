//! What people do about their sign-in and their accounts.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use domain::Error;
use domain::account::commands::{self, FirstPassword, NewPassword, SignUp, SignedIn, UpdateAccount, UpdateUser};
use domain::account::queries::prove;
use domain::account::rules::{NewAccount, PostalAddress};
use domain::calendar::Country;
use domain::contributor;
use domain::error::Refusal;
use domain::partnership::commands as partnership;
use domain::patch::Patch;
use domain::transfer;

use super::object::{Account, User};
use super::tries::{Tries, keys, normalised};
use crate::answer::{answer, payloads};
use crate::auth::CallerIp;
use crate::context::ContextExt;
use crate::contributor::object::Contributor;
use crate::error::EdgeError;
use crate::id::{Kind, decode};
use crate::partnership::object::Invitation;
use crate::scalar::{CountryCode, CurrencyCode, DateTime, Locale};
use crate::transfer::object::Transfer;

/// Where a person or company is.
#[derive(InputObject)]
pub struct PostalAddressInput {
    name: String,
    street: String,
    postal_code: String,
    city: String,
    country: CountryCode,
}

/// An account to be opened.
#[derive(InputObject)]
pub struct NewAccountInput {
    name: String,
    country: CountryCode,
    currency_code: CurrencyCode,
    time_zone: Option<String>,
    vat_id: Option<String>,
    billing_address: Option<PostalAddressInput>,
}

#[derive(InputObject)]
struct SignUpInput {
    email: String,
    #[graphql(secret)]
    password: String,
    name: String,
    locale: Locale,
    account: NewAccountInput,
    /// Counts from the affiliate programme's first day.
    referral_code: Option<String>,
}

#[derive(InputObject)]
struct SignInInput {
    email: String,
    #[graphql(secret)]
    password: String,
}

#[derive(InputObject)]
struct VerifyEmailInput {
    #[graphql(secret)]
    token: String,
}

#[derive(InputObject)]
struct RequestPasswordResetInput {
    email: String,
}

#[derive(InputObject)]
struct ResetPasswordInput {
    #[graphql(secret)]
    token: String,
    #[graphql(secret)]
    password: String,
}

#[derive(InputObject)]
struct ClaimAccountInput {
    #[graphql(secret)]
    token: String,
    #[graphql(secret)]
    password: String,
}

#[derive(InputObject)]
struct UpdateUserInput {
    name: MaybeUndefined<String>,
    locale: MaybeUndefined<Locale>,
}

/// A new country or VAT id changes the tax of what is invoiced from then on. The currency stays.
#[derive(InputObject)]
struct UpdateAccountInput {
    account_id: ID,
    name: MaybeUndefined<String>,
    country: MaybeUndefined<CountryCode>,
    locale: MaybeUndefined<Locale>,
    time_zone: MaybeUndefined<String>,
    vat_id: MaybeUndefined<String>,
    billing_address: MaybeUndefined<PostalAddressInput>,
}

payloads! {
    /// A person who has signed up, and is signed in.
    SignUpPayload {
        user: Option<User>,
        account: Option<Account>,
        access_token: Option<String>,
        expires_at: Option<DateTime>,
    }
    /// A person who is signed in.
    SignInPayload { user: Option<User>, access_token: Option<String>, expires_at: Option<DateTime> }
    /// Nobody any more.
    SignOutPayload {}
    /// What the mail was about. `invitation`: for an access link, a fresh request where the first has lapsed.
    VerifyEmailPayload {
        user: Option<User>, invitation: Option<Invitation>, transfer: Option<Transfer>, contributor: Option<Contributor>,
    }
    /// Heard.
    AcknowledgedPayload { accepted: bool }
    /// A changed user.
    UserPayload { user: Option<User> }
    /// A changed account.
    AccountPayload { account: Option<Account> }
}

/// What people do about themselves and their accounts.
#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Opens an account that the person owns, and mails them a link to verify their address.
    async fn sign_up(&self, ctx: &Context<'_>, input: SignUpInput) -> Result<SignUpPayload> {
        let (ip, today) = (ip(ctx), ctx.reader().now().date_naive());
        let end = async {
            let new = input.into_command()?.prepare(today).await?;
            ctx.write(move |work| Box::pin(commands::sign_up(work, new.clone(), ip.clone()))).await
        };
        answer(end.await, |up| {
            ctx.become_person(up.signed_in.actor.clone());
            let SignedIn { user, access_token, expires_at, .. } = up.signed_in;
            SignUpPayload {
                user: Some(User(user)),
                account: Some(Account(up.account)),
                access_token: Some(access_token),
                expires_at: Some(DateTime(expires_at)),
                user_errors: Vec::new(),
            }
        })
    }

    /// Ten tries a minute from one address, and ten for one user.
    async fn sign_in(&self, ctx: &Context<'_>, input: SignInInput) -> Result<SignInPayload> {
        let SignInInput { email, password } = input;
        let keys = count_try(ctx, "sign-in", &email).await?;
        let ip = ip(ctx);
        let end = async {
            let proof = prove(&ctx.reader(), &email, &password.into()).await?;
            ctx.write(move |work| Box::pin(commands::sign_in(work, proof.clone(), ip.clone()))).await
        };
        let end = end.await;
        if end.is_ok() {
            give_back(ctx, &keys).await;
        }
        answer(end, |signed_in| signed_in_payload(ctx, signed_in))
    }

    /// Ends this sign-in.
    async fn sign_out(&self, ctx: &Context<'_>) -> Result<SignOutPayload> {
        ctx.signed_in()?;
        let end = ctx.write(|work| Box::pin(commands::sign_out(work))).await;
        answer(end, |()| SignOutPayload::default())
    }

    /// Takes any token that was mailed, and answers with what the mail was about.
    async fn verify_email(&self, ctx: &Context<'_>, input: VerifyEmailInput) -> Result<VerifyEmailPayload> {
        let token: Arc<str> = input.token.into();
        let end = ctx.write(move |work| {
            let token = Arc::clone(&token);
            Box::pin(async move {
                let done = commands::verify_email(work, &token).await?;
                let invitation = partnership::follow(work, &done).await?;
                let transfer = transfer::queries::follow(work, &done).await?;
                let contributor = contributor::queries::follow(work, &done).await?;
                Ok((done, invitation, transfer, contributor))
            })
        });
        answer(end.await, |(done, invitation, transfer, contributor)| VerifyEmailPayload {
            user: done.user.map(User),
            invitation: invitation.map(Invitation),
            transfer: transfer.map(Transfer),
            contributor: contributor.map(|(row, product)| Contributor { row, product: Some(product) }),
            user_errors: Vec::new(),
        })
    }

    /// The answer does not tell whether the address is known.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        input: RequestPasswordResetInput,
    ) -> Result<AcknowledgedPayload> {
        count_try(ctx, "reset", &input.email).await?;
        let email: Arc<str> = input.email.into();
        let end = ctx.write(move |work| {
            let email = Arc::clone(&email);
            Box::pin(async move { commands::request_password_reset(work, &email).await })
        });
        answer(end.await, |()| AcknowledgedPayload { accepted: true, user_errors: Vec::new() })
    }

    /// Ends every other sign-in of the user.
    async fn reset_password(&self, ctx: &Context<'_>, input: ResetPasswordInput) -> Result<SignInPayload> {
        let ip = ip(ctx);
        let end = async {
            let new = NewPassword::prepare(&ctx.reader(), input.token, &input.password.into()).await?;
            ctx.write(move |work| Box::pin(commands::reset_password(work, new.clone(), ip.clone()))).await
        };
        answer(end.await, |signed_in| signed_in_payload(ctx, signed_in))
    }

    /// The owner of an account that was opened in their name lets themselves in: sets their first password, and is signed in.
    async fn claim_account(&self, ctx: &Context<'_>, input: ClaimAccountInput) -> Result<SignInPayload> {
        let ip = ip(ctx);
        let end = async {
            let first = FirstPassword::prepare(&ctx.reader(), input.token, &input.password.into()).await?;
            ctx.write(move |work| Box::pin(commands::claim_account(work, first.clone(), ip.clone()))).await
        };
        answer(end.await, |signed_in| signed_in_payload(ctx, signed_in))
    }

    /// One's own name and language.
    async fn update_user(&self, ctx: &Context<'_>, input: UpdateUserInput) -> Result<UserPayload> {
        ctx.signed_in()?;
        let UpdateUserInput { name, locale } = input;
        let update = UpdateUser { name: patch(name), locale: patch(locale.map_value(|tag| tag.0)) };
        let end = ctx.write(move |work| Box::pin(commands::update_user(work, update.clone()))).await;
        answer(end, |user| UserPayload { user: Some(User(user)), user_errors: Vec::new() })
    }

    /// Name, language and time zone by owner and admins; tax data and address with MANAGE_BILLING.
    async fn update_account(&self, ctx: &Context<'_>, input: UpdateAccountInput) -> Result<AccountPayload> {
        ctx.signed_in()?;
        let end = async {
            let update = input.into_command()?;
            ctx.write(move |work| Box::pin(commands::update_account(work, update.clone()))).await
        };
        answer(end.await, |row| AccountPayload { account: Some(Account(row)), user_errors: Vec::new() })
    }
}

fn signed_in_payload(ctx: &Context<'_>, signed_in: SignedIn) -> SignInPayload {
    ctx.become_person(signed_in.actor.clone());
    let SignedIn { user, access_token, expires_at, .. } = signed_in;
    SignInPayload {
        user: Some(User(user)),
        access_token: Some(access_token),
        expires_at: Some(DateTime(expires_at)),
        user_errors: Vec::new(),
    }
}

/// Where the request came from, for the audit log.
pub fn ip(ctx: &Context<'_>) -> Option<String> {
    ctx.data_opt::<CallerIp>().and_then(|ip| ip.text())
}

fn tries<'c>(ctx: &Context<'c>) -> Option<&'c Arc<Tries>> {
    ctx.data_opt::<Arc<Tries>>()
}

/// Gives a try back that succeeded.
pub async fn give_back(ctx: &Context<'_>, keys: &[String]) {
    if let Some(tries) = tries(ctx) {
        tries.give_back(keys).await;
    }
}

/// Counts a try from this address and for this user, however the user's address is written; and says by which keys.
pub async fn count_try(ctx: &Context<'_>, what: &str, subject: &str) -> Result<[String; 2], EdgeError> {
    let from = ctx.data_opt::<CallerIp>().copied().unwrap_or(CallerIp(None));
    let keys = keys(what, from, &normalised(subject));
    if let Some(tries) = tries(ctx) {
        tries.count(&keys).await?;
    }
    Ok(keys)
}

/// What an update says about one field.
pub fn patch<T>(value: MaybeUndefined<T>) -> Patch<T> {
    match value {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(value),
    }
}

/// The account that an id names; `NOT_FOUND` for the id of anything else.
pub fn account_id(id: &ID) -> Result<entities::id::AccountId, Error> {
    match decode(id) {
        Some((Kind::Account, row)) => Ok(row.into()),
        _ => Err(Error::NotFound),
    }
}

/// The country of a code.
pub fn country_of(code: CountryCode) -> Result<Country, Refusal> {
    Country::parse(code.as_str()).map_err(|_| Refusal::invalid("country", "is not the code of a country"))
}

impl PostalAddressInput {
    fn into_address(self) -> Result<PostalAddress, Refusal> {
        let Self { name, street, postal_code, city, country: code } = self;
        let country = country_of(code).map_err(|refusal| refusal.within(["billingAddress"]))?;
        Ok(PostalAddress { name, street, postal_code, city, country })
    }
}

impl NewAccountInput {
    /// As the use cases take it.
    pub fn into_account(self) -> Result<NewAccount, Refusal> {
        let Self { name, country: code, currency_code, time_zone, vat_id, billing_address } = self;
        let billing_address = billing_address.map(PostalAddressInput::into_address).transpose()?;
        Ok(NewAccount {
            name,
            country: country_of(code)?,
            currency: currency_code.0,
            time_zone,
            vat_id,
            billing_address,
        })
    }
}

impl SignUpInput {
    fn into_command(self) -> Result<SignUp, Error> {
        let Self { email, password, name, locale, account, referral_code } = self;
        let account = account.into_account().map_err(|refusal| refusal.within(["account"]))?;
        Ok(SignUp { email, password: password.into(), name, locale: locale.0, account, referral_code })
    }
}

impl UpdateAccountInput {
    fn into_command(self) -> Result<UpdateAccount, Error> {
        let Self { account_id: id, name, country: code, locale, time_zone, vat_id, billing_address } = self;
        Ok(UpdateAccount {
            account_id: account_id(&id)?,
            name: patch(name),
            country: patch(code).try_map(country_of)?,
            locale: patch(locale.map_value(|tag| tag.0)),
            time_zone: patch(time_zone),
            vat_id: patch(vat_id),
            billing_address: patch(billing_address).try_map(PostalAddressInput::into_address)?,
        })
    }
}
