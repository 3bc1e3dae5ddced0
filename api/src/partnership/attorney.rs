//! Accounts that a partner opens in its clients' names, under their power of attorney.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::Error;
use domain::account::commands::NewOwner;
use domain::partnership::commands::{self, Mandate};

use super::act;
use super::mutation::{PartnershipPayload, partnered};
use super::object::{AccessLevel, Partnership, PayerKind};
use crate::account::mutation::NewAccountInput;
use crate::account::object::{Account, Permission};
use crate::answer::payloads;
use crate::client::object::Client;
use crate::id::{Kind, row_of};
use crate::scalar::{Date, Locale};

/// Who owns the account, and is mailed a link to claim it.
#[derive(InputObject)]
struct NewOwnerInput {
    email: String,
    name: String,
    locale: Locale,
}

/// The evidence of the mandate: the day it was signed, where it is filed, and the SHA-256 of the scanned document.
#[derive(InputObject)]
struct PowerOfAttorneyInput {
    signed_on: Date,
    reference: String,
    document_sha256: Option<String>,
}

/// `payer` must be given with FULL access, and cannot be PARTNER with PARTIAL.
#[derive(InputObject)]
struct CreateAccountOnBehalfInput {
    partner_id: ID,
    owner: NewOwnerInput,
    account: NewAccountInput,
    power_of_attorney: PowerOfAttorneyInput,
    access_level: AccessLevel,
    permissions: Option<Vec<Permission>>,
    payer: Option<PayerKind>,
}

#[derive(InputObject)]
struct AnswerPowerOfAttorneyInput {
    partnership_id: ID,
    confirm: bool,
}

#[derive(InputObject)]
struct DecidePowerOfAttorneyInput {
    partnership_id: ID,
    uphold: bool,
}

impl CreateAccountOnBehalfInput {
    fn into_command(self) -> Result<commands::CreateAccountOnBehalf, Error> {
        let Self { partner_id, owner, account, power_of_attorney, access_level, permissions, payer } = self;
        let NewOwnerInput { email, name, locale } = owner;
        let PowerOfAttorneyInput { signed_on, reference, document_sha256 } = power_of_attorney;
        Ok(commands::CreateAccountOnBehalf {
            partner_id: row_of(Kind::Account, &partner_id)?,
            owner: NewOwner { email, name, locale: locale.0 },
            account: account.into_account().map_err(|refusal| refusal.within(["account"]))?,
            power_of_attorney: Mandate { signed_on: signed_on.0, reference, document_sha256 },
            access_level: access_level.into(),
            permissions: super::invitation::set_of(permissions),
            payer: payer.map(Into::into),
        })
    }
}

impl AnswerPowerOfAttorneyInput {
    fn into_command(self) -> Result<commands::AnswerPowerOfAttorney, Error> {
        let Self { partnership_id, confirm } = self;
        Ok(commands::AnswerPowerOfAttorney { partnership_id: row_of(Kind::Partnership, &partnership_id)?, confirm })
    }
}

impl DecidePowerOfAttorneyInput {
    fn into_command(self) -> Result<commands::DecidePowerOfAttorney, Error> {
        let Self { partnership_id, uphold } = self;
        Ok(commands::DecidePowerOfAttorney { partnership_id: row_of(Kind::Partnership, &partnership_id)?, uphold })
    }
}

payloads! {
    /// What was opened.
    CreateAccountOnBehalfPayload { account: Option<Account>, partnership: Option<Partnership>, client: Option<Client> }
}

fn opened(opened: commands::OpenedOnBehalf) -> CreateAccountOnBehalfPayload {
    let commands::OpenedOnBehalf { account, partnership, client } = opened;
    CreateAccountOnBehalfPayload {
        account: Some(Account(account)),
        partnership: Some(Partnership(partnership)),
        client: Some(Client(client)),
        ..CreateAccountOnBehalfPayload::default()
    }
}

/// What is done under a power of attorney, and about it.
#[derive(Default)]
pub struct AttorneyMutation;

#[Object]
impl AttorneyMutation {
    /// A partner registers an account for a client under a power of attorney; the client owns it and claims it by mail.
    async fn create_account_on_behalf(
        &self,
        ctx: &Context<'_>,
        input: CreateAccountOnBehalfInput,
    ) -> Result<CreateAccountOnBehalfPayload> {
        act!(ctx, input, commands::create_on_behalf, opened)
    }

    /// By the owner of an account that was opened for them: confirms or disputes the power of attorney. A dispute freezes the partner's
    /// access.
    async fn answer_power_of_attorney(
        &self,
        ctx: &Context<'_>,
        input: AnswerPowerOfAttorneyInput,
    ) -> Result<PartnershipPayload> {
        act!(ctx, input, commands::answer_power_of_attorney, partnered)
    }

    /// By staff. Settles a disputed power of attorney: upheld, the partnership is active again; else it ends.
    async fn decide_power_of_attorney(
        &self,
        ctx: &Context<'_>,
        input: DecidePowerOfAttorneyInput,
    ) -> Result<PartnershipPayload> {
        act!(ctx, input, commands::decide_power_of_attorney, partnered)
    }
}
