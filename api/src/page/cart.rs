//! The page of a cart that was sent: what is in it, bought with one's sign-in; or by somebody new, who opens an account for it.

mod text;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::Error;
use domain::account::queries::MailedLink;
use domain::account::rules::NewAccount;
use domain::billing::Collected;
use domain::calendar::Country;
use domain::error::{Code, Refusal};
use domain::order::commands::{Bought, BuyByLink, Buyer, BuyerAccount, buy_by_link};
use domain::order::queries::{Opened, OpenedLine, opened};
use entities::cart::CartStatus;
use entities::mailed_token::MailedTokenKind;
use serde::Deserialize;

use self::text::Words;
use super::text::{ENGLISH, Texts};
use super::{Link, caller, choice, escape, fieldset, form, link, open, page, paragraph, reader, sorry, too_often};
use crate::account::tries;
use crate::auth::SignIn;
use crate::id::{Kind, decode_as, encode};

#[derive(Deserialize)]
pub(super) struct Purchase {
    #[serde(default)]
    token: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    /// As the payment gateway names it; none: the account's default.
    #[serde(default)]
    card: String,
    /// The account, where there are several to choose from.
    #[serde(default)]
    account: String,
    /// Of somebody new, as all that follows.
    #[serde(default)]
    name: String,
    #[serde(default)]
    company: String,
    #[serde(default)]
    country: String,
}

pub(super) async fn show(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match about(&edge, &link.token).await {
        Ok(about) => about.form(StatusCode::OK, &link.token, None, &[]),
        Err(error) => sorry(ENGLISH, &error),
    }
}

pub(super) async fn buy(
    State(edge): State<Arc<SignIn>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(purchase): Form<Purchase>,
) -> Response {
    let token = purchase.token.clone();
    let about = match about(&edge, &token).await {
        Ok(found) => found,
        Err(error) => return sorry(ENGLISH, &error),
    };
    let texts = about.texts;
    let ip = caller(&edge, peer.as_ref(), &headers);
    // whoever holds a link says here who they are: no other limit for that than where one signs in
    let keys = tries::keys_of_sign_in(ip, &purchase.email);
    if let Some(refused) = too_often(&edge, &keys, texts).await {
        return refused;
    }
    let end = async {
        let command = about.said(purchase)?;
        buy_by_link(&edge.store, command, ip.text()).await
    };
    let end = end.await;
    if end.is_ok() {
        edge.tries.give_back(&keys).await;
    }
    match end {
        Ok(Bought::Ordered(_, collected)) => about.done(&edge, &token, &collected).await,
        Ok(Bought::Choose(accounts)) => about.form(StatusCode::OK, &token, Some(about.words.choose), &accounts),
        Err(error) => about.refused(&edge, &token, &error).await,
    }
}

/// The cart that a link leads to, and where it was mailed to.
struct About {
    link: MailedLink,
    opened: Opened,
    texts: &'static Texts,
    words: &'static Words,
}

async fn about(edge: &SignIn, token: &str) -> Result<About, Error> {
    let (link, texts) = open(edge, token).await?;
    if link.kind != MailedTokenKind::Cart {
        return Err(Error::NotFound);
    }
    let opened = opened(&reader(edge).await?, token).await?.ok_or(Error::NotFound)?;
    // somebody new has no language yet
    let texts = if link.user.is_some() { texts } else { Texts::of(&opened.locale) };
    Ok(About { link, opened, texts, words: Words::of(texts.language) })
}

impl About {
    /// Who buys, by what they wrote. Somebody new has the address that the link was mailed to: it is verified by it.
    fn said(&self, purchase: Purchase) -> Result<BuyByLink, Refusal> {
        let Purchase { token, email, password, card, account, name, company, country } = purchase;
        let email = email.trim().to_lowercase();
        let password = password.into();
        let buyer = if self.link.user.is_none() && email == self.link.email {
            let country = Country::parse(&country.trim().to_uppercase());
            let account = NewAccount {
                name: company,
                country: country.map_err(|_| Refusal::invalid("country", "is none"))?,
                currency: self.opened.total.currency(),
                time_zone: None,
                vat_id: None,
                billing_address: None,
            };
            Buyer::New { name, password, locale: self.texts.language.to_owned(), account: Box::new(account) }
        } else {
            Buyer::Known { email, password }
        };
        let account_id = decode_as(Kind::Account, &account).ok().map(Into::into);
        let card = Some(card.trim().to_owned()).filter(|card| !card.is_empty());
        Ok(BuyByLink { token: token.into(), buyer, account_id, card })
    }

    fn filled(&self, text: &str) -> String {
        text.replace("{partner}", &escape(&self.opened.partner)).replace("{email}", &escape(&self.link.email))
    }

    async fn done(&self, edge: &SignIn, token: &str, collected: &Collected) -> Response {
        let said = match collected {
            Collected::Paid => self.words.bought,
            Collected::Pending { action_url: None } => self.words.pending,
            Collected::Pending { action_url: Some(url) } => {
                let body = paragraph(self.words.pending) + &link(url, self.words.confirm);
                return page(StatusCode::OK, self.texts, self.words.title, &body);
            }
            Collected::Declined { .. } => return self.again(edge, token, self.words.declined).await,
        };
        page(StatusCode::OK, self.texts, self.words.title, &paragraph(&self.filled(said)))
    }

    async fn refused(&self, edge: &SignIn, token: &str, error: &Error) -> Response {
        let why = match error.code() {
            Some(Code::InvalidInput) => self.words.refused,
            Some(Code::InvalidCredentials) => self.texts.join_wrong_password,
            Some(Code::PaymentMethodRequired) => self.words.no_card,
            Some(Code::PermissionDenied) => self.words.nowhere,
            Some(Code::CurrencyMismatch) => self.words.other_currency,
            Some(Code::Conflict) => self.texts.failed,
            _ => return sorry(self.texts, error),
        };
        self.again(edge, token, why).await
    }

    /// The page as it is now: somebody who was new may have an account meanwhile.
    async fn again(&self, edge: &SignIn, token: &str, why: &str) -> Response {
        match about(edge, token).await {
            Ok(about) => about.form(StatusCode::UNPROCESSABLE_ENTITY, token, Some(why), &[]),
            Err(error) => sorry(self.texts, &error),
        }
    }

    fn form(&self, status: StatusCode, token: &str, why: Option<&str>, accounts: &[BuyerAccount]) -> Response {
        let words = self.words;
        let contents = self.contents();
        if self.opened.cart.status != CartStatus::Sent {
            let said = if self.opened.cart.status == CartStatus::Completed { words.completed } else { words.pending };
            return page(status, self.texts, words.title, &(contents + &paragraph(&self.filled(said))));
        }
        let why = why.map(|why| format!("<p role=alert>{}</p>", self.filled(why))).unwrap_or_default();
        let from = |one: &BuyerAccount| choice("account", &encode(Kind::Account, one.id.0).0, &escape(&one.name));
        let accounts: String = accounts.iter().map(from).collect();
        let accounts = if accounts.is_empty() { accounts } else { fieldset(words.for_which, &accounts) };
        let email = escape(&self.link.email);
        let sign_in = format!(
            "<label>{}<input name=email type=email value=\"{email}\" autocomplete=username required></label>\
            <label>{}<input name=password type=password autocomplete=current-password required></label>",
            words.email, words.password
        );
        let card = format!("<label>{}<input name=card autocomplete=off maxlength=200></label>", words.card);
        let fields = format!("{contents}{why}{accounts}{sign_in}{}{card}", self.newcomer());
        let body = form("/cart", token, &self.filled(words.intro), &fields, words.button);
        page(status, self.texts, words.title, &body)
    }

    fn newcomer(&self) -> String {
        if self.link.user.is_some() {
            return String::new();
        }
        let Words { newcomer, name, company, country, .. } = self.words;
        let text = |label, name, rest: &str| format!("<label>{label}<input name={name} {rest}></label>");
        let fields = [
            text(name, "name", "autocomplete=name maxlength=200"),
            text(company, "company", "autocomplete=organization maxlength=200"),
            text(country, "country", "maxlength=2"),
        ];
        fieldset(&self.filled(newcomer), &fields.concat())
    }

    /// What is in it, and what it costs.
    fn contents(&self) -> String {
        let Opened { cart, lines, tax, total, .. } = &self.opened;
        let line = |line: &OpenedLine| {
            let OpenedLine { name, quantity, term_months, price } = line;
            let months = if *term_months == 1 { self.words.month } else { self.words.months };
            let months = months.replace("{months}", &term_months.to_string());
            format!("<li>{quantity} × {}, {months}: {}</li>", escape(name), self.texts.money(*price))
        };
        let lines: String = lines.iter().map(line).collect();
        let message = cart.message.as_deref().map(|text| format!("<blockquote>{}</blockquote>", escape(text)));
        let sums =
            self.words.sums.replace("{tax}", &self.texts.money(*tax)).replace("{total}", &self.texts.money(*total));
        format!("{}<ul>{lines}</ul><p>{sums}</p>", message.unwrap_or_default())
    }
}
