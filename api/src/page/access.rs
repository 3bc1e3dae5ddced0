//! The page of a request for access: what a partner asks for, granted or declined with one's password; or granted from an account that is
//! opened for it.

mod text;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::{ConnectInfo, Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use domain::account::commands::Introduced;
use domain::account::queries::MailedLink;
use domain::account::rules::NewAccount;
use domain::calendar::Country;
use domain::error::{Code, Refusal};
use domain::money::Currency;
use domain::partnership::commands::{AnswerByLink, Choice, Prepared, Reply, answer_by_link};
use domain::partnership::queries::{Requested, requested};
use domain::store::Statements;
use domain::{Actor, Error};
use entities::invitation::AccessLevel;
use entities::mailed_token::MailedTokenKind;
use entities::partnership::PayerKind;
use serde::Deserialize;

use self::text::Words;
use super::text::{ENGLISH, Texts};
use super::{Link, caller, choice, escape, fieldset, form, open, page, paragraph, reader, sorry, too_often};
use crate::account::tries;
use crate::auth::SignIn;
use crate::id::{Kind, decode_as, encode};

#[derive(Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    token: String,
    /// `grant` or `reject`.
    #[serde(default)]
    answer: String,
    /// `CLIENT` or `PARTNER`, where full access is asked for.
    #[serde(default)]
    payer: String,
    /// The account, where there are several to choose from.
    #[serde(default)]
    account: String,
    #[serde(default)]
    password: String,
    /// Of somebody new, as all that follows.
    #[serde(default)]
    name: String,
    #[serde(default)]
    company: String,
    #[serde(default)]
    country: String,
    #[serde(default)]
    currency: String,
}

pub(super) async fn show(State(edge): State<Arc<SignIn>>, Query(link): Query<Link>) -> Response {
    match about(&edge, &link.token).await {
        Ok(about) => about.form(StatusCode::OK, &link.token, None, &[]),
        Err(error) => sorry(ENGLISH, &error),
    }
}

pub(super) async fn answer(
    State(edge): State<Arc<SignIn>>,
    peer: Option<Extension<ConnectInfo<SocketAddr>>>,
    headers: HeaderMap,
    Form(answer): Form<Answer>,
) -> Response {
    let token = answer.token.clone();
    let about = match about(&edge, &token).await {
        Ok(found) => found,
        Err(error) => return sorry(ENGLISH, &error),
    };
    let texts = about.texts;
    let ip = caller(&edge, peer.as_ref(), &headers);
    let keys = tries::keys("access", ip, &token);
    if let Some(refused) = too_often(&edge, &keys, texts).await {
        return refused;
    }
    let end = async {
        let (who, reply) = about.said(answer)?;
        let prepared = AnswerByLink::prepare(&reader(&edge).await?, token.clone(), who, reply).await?;
        let command = match prepared {
            Prepared::Ready(command) => command,
            Prepared::Choose(accounts) => return Ok(End::Choose(accounts)),
        };
        let act = edge.store.write(Actor::Anonymous, Statements::default(), move |work| {
            Box::pin(answer_by_link(work, command.clone(), ip.text()))
        });
        act.await.map(|()| End::Done(reply))
    };
    let end = end.await;
    if end.is_ok() {
        edge.tries.give_back(&keys).await;
    }
    match end {
        Ok(End::Done(reply)) => about.done(reply),
        Ok(End::Choose(accounts)) => about.form(StatusCode::OK, &token, Some(about.words.choose), &accounts),
        Err(error) => about.refused(&token, &error),
    }
}

/// What came of an answer.
enum End {
    Done(Reply),
    /// It is not said from which of these accounts.
    Choose(Vec<Choice>),
}

/// What a link asks for, and of whom.
struct About {
    link: MailedLink,
    requested: Requested,
    texts: &'static Texts,
    words: &'static Words,
}

async fn about(edge: &SignIn, token: &str) -> Result<About, Error> {
    let (link, texts) = open(edge, token).await?;
    let id = link.subject_id.filter(|_| link.kind == MailedTokenKind::Access).ok_or(Error::NotFound)?;
    let requested = requested(&reader(edge).await?, id.into()).await?.ok_or(Error::NotFound)?;
    // somebody new has no language yet
    let texts = if link.user.is_some() { texts } else { Texts::of(&requested.locale) };
    Ok(About { link, requested, texts, words: Words::of(texts.language) })
}

impl About {
    /// Who answers, and what, by what they wrote.
    fn said(&self, answer: Answer) -> Result<(Introduced, Reply), Refusal> {
        let Answer { token: _, answer, payer, account, password, name, company, country, currency } = answer;
        let is_new = self.link.user.is_none();
        let payer = match payer.as_str() {
            "CLIENT" => Some(PayerKind::Client),
            "PARTNER" => Some(PayerKind::Partner),
            _ => None,
        };
        let account_id = decode_as(Kind::Account, &account).ok().map(Into::into);
        let reply = match answer.as_str() {
            _ if is_new => Reply::Grant { account_id: None, payer },
            "grant" => Reply::Grant { account_id, payer },
            "reject" => Reply::Reject,
            _ => return Err(Refusal::invalid("answer", "must be chosen")),
        };
        let password = password.into();
        if !is_new {
            return Ok((Introduced::Known { password }, reply));
        }
        let code = |text: &str| text.trim().to_uppercase();
        let account = NewAccount {
            name: company,
            country: Country::parse(&code(&country)).map_err(|_| Refusal::invalid("country", "is none"))?,
            currency: Currency::parse(&code(&currency)).map_err(|_| Refusal::invalid("currency", "is none"))?,
            time_zone: None,
            vat_id: None,
            billing_address: None,
        };
        let locale = self.texts.language.to_owned();
        Ok((Introduced::New { name, password, locale, account: Box::new(account) }, reply))
    }

    fn filled(&self, text: &str) -> String {
        text.replace("{partner}", &escape(&self.requested.partner)).replace("{email}", &escape(&self.link.email))
    }

    fn done(&self, reply: Reply) -> Response {
        let text = match reply {
            Reply::Grant { .. } => self.words.granted,
            Reply::Reject => self.words.rejected,
        };
        page(StatusCode::OK, self.texts, self.words.title, &paragraph(&self.filled(text)))
    }

    fn refused(&self, token: &str, error: &Error) -> Response {
        let why = match error.code() {
            Some(Code::InvalidInput) => self.words.refused,
            Some(Code::InvalidCredentials) => self.texts.join_wrong_password,
            Some(Code::PaymentMethodRequired) => self.words.no_card,
            Some(Code::PermissionDenied) => self.words.nowhere,
            _ => return sorry(self.texts, error),
        };
        self.form(StatusCode::UNPROCESSABLE_ENTITY, token, Some(why), &[])
    }

    fn form(&self, status: StatusCode, token: &str, why: Option<&str>, accounts: &[Choice]) -> Response {
        let words = self.words;
        let why = why.map(|why| format!("<p role=alert>{}</p>", self.filled(why))).unwrap_or_default();
        let who = if self.link.user.is_some() { self.known(accounts) } else { self.newcomer() };
        let fields = format!("{}{why}{}{who}", self.asked(), self.payer());
        let body = form("/access", token, &self.filled(words.intro), &fields, words.button);
        page(status, self.texts, words.title, &body)
    }

    /// What is asked for.
    fn asked(&self) -> String {
        let Requested { access_level, message, .. } = &self.requested;
        let level = match access_level {
            AccessLevel::Full => self.words.full,
            AccessLevel::Partial => self.words.partial,
        };
        let permissions: String = self
            .requested
            .permissions()
            .iter()
            .map(|permission| format!("<li>{}</li>", self.words.permission(permission)))
            .collect();
        let message = message.as_deref().map(|text| format!("<blockquote>{}</blockquote>", escape(text)));
        format!("<p>{level}</p><ul>{permissions}</ul>{}", message.unwrap_or_default())
    }

    /// Who pays is decided with full access, and is nobody's default. Source: S2.3.
    fn payer(&self) -> String {
        if self.requested.access_level == AccessLevel::Partial {
            return String::new();
        }
        let Words { payer_question, payer_client, payer_partner, .. } = self.words;
        let choices = choice("payer", "CLIENT", payer_client) + &choice("payer", "PARTNER", payer_partner);
        self.filled(&fieldset(payer_question, &choices))
    }

    fn known(&self, accounts: &[Choice]) -> String {
        let Words { question, grant, reject, from_which, password, .. } = self.words;
        let answers = choice("answer", "grant", grant) + &choice("answer", "reject", reject);
        let from = |one: &Choice| choice("account", &encode(Kind::Account, one.account_id.0).0, &escape(&one.name));
        let accounts: String = accounts.iter().map(from).collect();
        let accounts = if accounts.is_empty() { accounts } else { fieldset(from_which, &accounts) };
        let password = format!(
            "<label>{password}<input type=password name=password autocomplete=current-password required></label>"
        );
        self.filled(&fieldset(question, &answers)) + &accounts + &password
    }

    fn newcomer(&self) -> String {
        let Words { newcomer, name, new_password, company, country, currency, .. } = self.words;
        let Requested { country: in_country, currency: in_currency, .. } = &self.requested;
        let text = |label, name, rest: &str| format!("<label>{label}<input name={name} {rest} required></label>");
        let fields = [
            text(name, "name", "autocomplete=name maxlength=200"),
            text(new_password, "password", "type=password autocomplete=new-password minlength=8"),
            text(company, "company", "autocomplete=organization maxlength=200"),
            text(country, "country", &format!("maxlength=2 value={}", escape(in_country))),
            text(currency, "currency", &format!("maxlength=3 value={}", escape(in_currency))),
        ];
        format!("<p>{}</p>{}", self.filled(newcomer), fields.concat())
    }
}
