//! How the provider's support is reached.

use entities::id::{AccountId, ProductId};
use entities::product;
use serde_json::json;
use uuid::Uuid;

use super::actions::{AskAboutAccount, AskAboutProduct};
use super::store;
use crate::activity::{ActivityKind, Event};
use crate::error::{Error, Refusal};
use crate::gateway::looks_like_card_number;
use crate::notification::{MailKind, Notice, Recipient};
use crate::permission::{Grant, permit};
use crate::text;
use crate::work::Work;

/// The longest subject, in characters: a mail shows no more of one.
const SUBJECT: usize = 120;

/// A request to the provider's support.
#[derive(Debug, Clone)]
pub struct ContactSupport {
    /// For which account.
    pub account_id: AccountId,
    /// About which of its products; none, about the account as a whole.
    pub product_id: Option<ProductId>,
    /// One line.
    pub subject: String,
    /// Any number of lines.
    pub message: String,
}

/// Mails a request to the provider's support, in the name of the person who asks. Source: S5.9c.
/// # Errors
/// `INVALID_INPUT`, also for a text that holds the number of a payment card: a mail is no place for one. `NOT_FOUND` for a
/// product of another account.
pub async fn contact(work: &mut Work, command: ContactSupport) -> Result<(), Error> {
    let ContactSupport { account_id, product_id, subject, message } = command;
    let (grant, product) = leave(work, account_id, product_id).await?;
    let subject = without_cards("subject", text::line("subject", &subject, SUBJECT)?)?;
    let message = text::optional_lines("message", Some(&message), text::LONG)?;
    let message = message.ok_or_else(|| Refusal::invalid("message", "must not be empty"))?;
    let message = without_cards("message", message)?;

    let person = work.actor().person().ok_or(Error::Denied)?;
    let (email, is_verified) = (person.email.clone(), person.email_verified_at.is_some());
    let asker = store::asker(work, person.user_id, account_id, grant.partnership_id).await?;
    let data = json!({
        "user": asker.user,
        "email": email,
        "is_verified": is_verified,
        "account": asker.account,
        "owner": asker.owner,
        "partner": asker.partner,
        "product": product.as_ref().map(|product| &product.label),
        "subject": subject,
        "message": message,
    });
    let settings = work.settings();
    let to = settings.support_email.clone().ok_or_else(|| Error::fault("no address for support requests"))?;
    let recipient = Recipient { email: to, locale: settings.seller.language().to_owned(), user_id: None };
    let subject_id = work.new_id::<Uuid>();
    let kind = MailKind::SupportRequest;
    work.notify(Notice { kind, subject_id, step: 0, recipient, member_of: None, written_by: None, data });

    let event = Event::new(account_id, ActivityKind::SupportRequested);
    work.tell(match &product {
        Some(product) => event.of_product(product.id),
        None => event,
    });
    let about = product.map_or_else(|| account_id.into(), |product| product.id.into());
    work.record("contactSupport", Some(grant), Some(about));
    Ok(())
}

/// With chosen products a partnership carries questions about those, and none about the account. Source: rules §2.
async fn leave(
    work: &mut Work,
    account_id: AccountId,
    product_id: Option<ProductId>,
) -> Result<(Grant, Option<product::Model>), Error> {
    let Some(product_id) = product_id else {
        return Ok((permit::<AskAboutAccount>(work, account_id).await?.grant, None));
    };
    let permit = permit::<AskAboutProduct>(work, product_id).await?;
    if permit.row.account_id != account_id {
        return Err(Error::NotFound);
    }
    Ok((permit.grant, Some(permit.row)))
}

fn without_cards(field: &'static str, text: String) -> Result<String, Refusal> {
    if looks_like_card_number(&text) {
        return Err(Refusal::invalid(field, "must not contain the number of a payment card: support needs none"));
    }
    Ok(text)
}
