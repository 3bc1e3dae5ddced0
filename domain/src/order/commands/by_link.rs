//! A cart is completed on the plain page behind its link, by whoever introduces themselves there.

use entities::id::{AccountId, PaymentMethodId};
use entities::payment_method;
use sea_orm::FromQueryResult;
use secrecy::SecretString;

use super::checkout::Placed;
use super::complete::{CompleteSentCart, complete_sent_cart};
use crate::account::commands::{SignUp, sign_in, sign_up_verified};
use crate::account::queries::{mailed_link, prove};
use crate::account::rules::NewAccount;
use crate::actor::Actor;
use crate::billing::Collected;
use crate::billing::commands::{AddPaymentMethod, add_payment_method};
use crate::error::{Code, Error, Refusal};
use crate::permission::Permission;
use crate::secret;
use crate::store::{Statements, Store};

/// Who buys, as they introduce themselves.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are the contract's")]
pub enum Buyer {
    /// A user: the link need not have been mailed to them.
    Known { email: String, password: SecretString },
    /// Somebody who opens an account under the address that the link was mailed to.
    New { name: String, password: SecretString, locale: String, account: Box<NewAccount> },
}

/// A purchase by link.
#[derive(Debug, Clone)]
pub struct BuyByLink {
    /// The link's.
    pub token: SecretString,
    /// Who.
    pub buyer: Buyer,
    /// For which of their accounts; there may be one alone that it can be.
    pub account_id: Option<AccountId>,
    /// A way to pay, as the gateway names it; none: the account's default.
    pub card: Option<String>,
}

/// An account that it can be bought for.
#[derive(Debug, Clone, FromQueryResult)]
pub struct BuyerAccount {
    /// Which.
    pub id: AccountId,
    /// Its name.
    pub name: String,
}

/// What came of it.
#[derive(Debug)]
pub enum Bought {
    /// It was ordered, however the payment ended.
    Ordered(Placed, Collected),
    /// It is not said for which of these accounts.
    Choose(Vec<BuyerAccount>),
}

/// Completes a cart by its link: signs in or up, keeps the way to pay if one is given, and buys. Each step stands by itself: somebody
/// who has signed up here and whose card is refused has an account.
/// # Errors
/// As for `signIn` or `signUp`, `addPaymentMethod` and `completeSentCart`; `PERMISSION_DENIED` to a user without an account that may buy;
/// `PAYMENT_METHOD_REQUIRED` where there is none and none is given.
pub async fn buy_by_link(store: &Store, command: BuyByLink, ip: Option<String>) -> Result<Bought, Error> {
    let BuyByLink { token, buyer, account_id, card } = command;
    let actor = introduce(store, &token, buyer, ip).await?;
    let accounts = accounts(store, &actor).await?;
    let account_id = match (accounts.iter().find(|account| Some(account.id) == account_id), accounts.as_slice()) {
        (_, []) => return Err(Error::Denied),
        (Some(account), _) | (None, [account]) => account.id,
        (None, _) => return Ok(Bought::Choose(accounts)),
    };
    let payment_method_id = match card {
        Some(token) => {
            let command = AddPaymentMethod { account_id, token, make_default: false };
            add_payment_method(store, actor.clone(), Statements::default(), command).await?.id
        }
        None => default_method(store, &actor, account_id).await?,
    };
    let command = CompleteSentCart { token, account_id, payment_method_id, idempotency_key: secret::new_token() };
    let (placed, collected) = complete_sent_cart(store, actor, Statements::default(), command).await?;
    Ok(Bought::Ordered(placed, collected))
}

async fn introduce(store: &Store, token: &SecretString, buyer: Buyer, ip: Option<String>) -> Result<Actor, Error> {
    use secrecy::ExposeSecret as _;
    let now = store.now().await?.now;
    let reader = store.reader(Actor::Anonymous, now, Statements::default());
    let link = mailed_link(&reader, token.expose_secret()).await?;
    match buyer {
        Buyer::Known { email, password } => {
            let proof = prove(&reader, &email, &password).await?;
            let act = store.write(Actor::Anonymous, Statements::default(), move |work| {
                Box::pin(sign_in(work, proof.clone(), ip.clone()))
            });
            Ok(act.await?.actor)
        }
        Buyer::New { name, password, locale, account } => {
            let new = SignUp { email: link.email, password, name, locale, account: *account, referral_code: None };
            let new = new.prepare(now.date_naive()).await?;
            let act = store.write(Actor::Anonymous, Statements::default(), move |work| {
                Box::pin(sign_up_verified(work, new.clone(), ip.clone()))
            });
            Ok(act.await?.signed_in.actor)
        }
    }
}

/// Those that the actor is a member of and may order for.
async fn accounts(store: &Store, actor: &Actor) -> Result<Vec<BuyerAccount>, Error> {
    let ids = actor.accounts_with(Permission::Purchase);
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let reader = store.reader(actor.clone(), store.now().await?.now, Statements::default());
    let mut sql = reader.sql();
    sql.push("SELECT id, name FROM account WHERE id ").any(&ids).push(" ORDER BY name, id");
    Ok(sql.all(reader.conn()).await?)
}

async fn default_method(store: &Store, actor: &Actor, account_id: AccountId) -> Result<PaymentMethodId, Error> {
    let reader = store.reader(actor.clone(), store.now().await?.now, Statements::default());
    let mut sql = reader.sql();
    sql.add(
        "SELECT * FROM payment_method WHERE account_id = ? AND is_default AND removed_at IS NULL",
        [account_id.into()],
    );
    let found: Option<payment_method::Model> = sql.one(reader.conn()).await?;
    let refusal = || Refusal::new(Code::PaymentMethodRequired, "A payment method is needed.").at(["card"]);
    found.map(|row| row.id).ok_or_else(|| refusal().into())
}
