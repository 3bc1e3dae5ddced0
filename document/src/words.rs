//! What every document says in a language: dates, amounts and names, and the letter around them.

use chrono::NaiveDate;
use domain::billing::{Buyer, SellerOnInvoice};
use domain::money::Money;
use language::{Language, SentenceError};
use serde::Serialize;

/// A sentence of a document.
pub(crate) type Said = Result<String, SentenceError>;

/// The sentences of one document. `has` tells which characters the fonts have: what they have not is shown as a question mark.
pub(crate) struct Words<'a> {
    pub(crate) language: &'a Language,
    pub(crate) has: &'a dyn Fn(char) -> bool,
}

/// The variables of `templates/letter.typ`: all that stands around a document.
#[derive(Serialize)]
pub(crate) struct Letter {
    lang: &'static str,
    title: String,
    description: String,
    seller: String,
    /// In one line, above the address.
    sender: String,
    recipient: Vec<String>,
    facts: Vec<(String, String)>,
    notes: Vec<String>,
    footer: Vec<Vec<String>>,
    /// With `%page%` and `%pages%` in it.
    page: String,
}

/// What a document says of itself in its letter.
pub(crate) struct Heading {
    pub(crate) title: String,
    /// Beside the address, by the keys of their names.
    pub(crate) facts: Vec<(&'static str, String)>,
    /// Below everything, a paragraph each.
    pub(crate) notes: Vec<String>,
}

/// A row of the sums.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Total {
    label: String,
    amount: String,
    is_strong: bool,
}

impl Words<'_> {
    pub(crate) fn letter(
        &self,
        lang: &'static str,
        from: &SellerOnInvoice,
        to: &Buyer,
        heading: Heading,
    ) -> Result<Letter, SentenceError> {
        let Heading { title, facts, notes } = heading;
        let seller = self.clean(&from.name);
        let lines = from.address.lines().map(|line| self.clean(line));
        let address: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
        Ok(Letter {
            lang,
            description: format!("{seller} – {title}"),
            title,
            sender: [vec![seller.clone()], address.clone()].concat().join(" · "),
            recipient: self.recipient(to, &from.country)?,
            facts: facts.into_iter().map(|(key, value)| Ok((self.text(key)?, value))).collect::<Result<_, _>>()?,
            notes,
            footer: vec![
                [vec![seller.clone()], address].concat(),
                vec![
                    self.with("footer-vat-id", &[("id", self.clean(&from.vat_id))])?,
                    self.with("footer-iban", &[("iban", grouped(&from.iban))])?,
                ],
            ],
            page: self.with("page", &[("page", "%page%".to_owned()), ("pages", "%pages%".to_owned())])?,
            seller,
        })
    }

    pub(crate) fn totals(&self, rows: Vec<(&str, Money, bool)>) -> Result<Vec<Total>, SentenceError> {
        let row =
            |(key, amount, is_strong)| Ok(Total { label: self.text(key)?, amount: self.money(amount)?, is_strong });
        rows.into_iter().map(row).collect()
    }

    pub(crate) fn text(&self, key: &str) -> Said {
        self.language.text(key)
    }

    pub(crate) fn with(&self, key: &str, args: &[(&str, String)]) -> Said {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
        self.language.with(key, &args)
    }

    pub(crate) fn date(&self, date: NaiveDate) -> Said {
        self.language.date(date)
    }

    /// With its currency.
    pub(crate) fn money(&self, amount: Money) -> Said {
        let currency = amount.currency();
        self.language.money(amount.minor(), exponent(amount), currency.code()).map(|text| with_minus(&text))
    }

    /// In a column whose head names the currency.
    pub(crate) fn number(&self, amount: Money) -> Said {
        self.language.decimal(amount.minor(), exponent(amount)).map(|text| with_minus(&text))
    }

    pub(crate) fn percent(&self, bps: i32) -> Said {
        self.language.percent(bps.unsigned_abs())
    }

    /// The country stands in the last line of a letter that leaves it.
    fn recipient(&self, to: &Buyer, from: &str) -> Result<Vec<String>, SentenceError> {
        let place: Vec<_> = [&to.postal_code, &to.city].into_iter().flatten().map(|part| self.clean(part)).collect();
        let street = to.street.as_deref().map(|street| self.clean(street));
        let country = if to.country == from { String::new() } else { self.country(&to.country)? };
        let lines = [self.clean(&to.name), street.unwrap_or_default(), place.join(" "), country];
        Ok(lines.into_iter().filter(|line| !line.is_empty()).collect())
    }

    /// Its name in the language of the document; its code where there is none.
    fn country(&self, code: &str) -> Said {
        self.text(&format!("country-{code}")).or_else(|_| Ok(code.to_owned()))
    }

    /// One line of what the fonts can show, with places to break where a word is longer than a column.
    pub(crate) fn clean(&self, text: &str) -> String {
        let mut cleaned = String::with_capacity(text.len());
        let mut unbroken = 0;
        for c in text.chars().map(|c| if c.is_whitespace() || c.is_control() { ' ' } else { c }) {
            if is_invisible(c) || (c == ' ' && (cleaned.is_empty() || cleaned.ends_with(' '))) {
                continue;
            }
            unbroken = if c == ' ' { 0 } else { unbroken + 1 };
            if unbroken > LONGEST_WORD {
                cleaned.push('\u{200b}');
                unbroken = 1;
            }
            cleaned.push(if (self.has)(c) { c } else { '?' });
        }
        cleaned.trim_end().to_owned()
    }
}

/// Longer ones may be broken anywhere.
const LONGEST_WORD: usize = 24;

/// Marks that show nothing: joiners, and what turns the direction of text around, which reaches beyond a name.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

/// An IBAN in groups of four, which stay together.
pub(crate) fn grouped(iban: &str) -> String {
    let characters: Vec<char> = iban.chars().filter(|c| !c.is_whitespace()).collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("\u{a0}")
}

/// Printers have a sign of their own for it.
fn with_minus(text: &str) -> String {
    text.strip_prefix('-').map_or_else(|| text.to_owned(), |number| format!("\u{2212}{number}"))
}

fn exponent(amount: Money) -> u8 {
    u8::try_from(amount.currency().exponent()).unwrap_or(2)
}
