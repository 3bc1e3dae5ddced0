//! What stands on the sheet, in the language of whoever it is billed to: every text, date and amount ready made.

use chrono::NaiveDate;
use domain::billing::printed::{Printed, PrintedLine, PrintedTax};
use domain::money::Money;
use domain::tax::rules::TaxNote;
use language::{Language, SentenceError};
use serde::Serialize;

use crate::xml::last_day;

/// The variables of `templates/invoice.typ`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Sheet {
    lang: &'static str,
    title: String,
    description: String,
    attachment: String,
    seller: String,
    /// In one line, above the address.
    sender: String,
    recipient: Vec<String>,
    facts: Vec<(String, String)>,
    columns: Columns,
    has_discount: bool,
    lines: Vec<Line>,
    tax_columns: [String; 3],
    taxes: Vec<[String; 3]>,
    totals: Vec<Total>,
    notes: Vec<String>,
    footer: Vec<Vec<String>>,
    /// With `%page%` and `%pages%` in it.
    page: String,
}

#[derive(Serialize)]
struct Columns {
    position: String,
    description: String,
    quantity: String,
    price: String,
    discount: String,
    rate: String,
    net: String,
}

#[derive(Serialize)]
struct Line {
    position: String,
    description: String,
    period: Option<String>,
    quantity: String,
    price: String,
    discount: String,
    rate: String,
    net: String,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Total {
    label: String,
    amount: String,
    is_strong: bool,
}

/// What is told in words: the sentences of one document.
struct Words<'a, H> {
    printed: &'a Printed,
    language: &'a Language,
    has: H,
}

type Said = Result<String, SentenceError>;

/// The sheet of a document. `has` tells which characters the fonts have: what they have not is shown as a question mark, and
/// stands in full in the electronic invoice.
pub(crate) fn of(
    printed: &Printed,
    lang: &'static str,
    language: &Language,
    has: impl Fn(char) -> bool,
) -> Result<Sheet, SentenceError> {
    let words = Words { printed, language, has };
    let seller = words.clean(&printed.seller.name);
    let address = words.seller_address();
    let sender = [vec![seller.clone()], address.clone()].concat().join(" · ");
    Ok(Sheet {
        lang,
        title: words.title()?,
        description: format!("{seller} – {}", words.title()?),
        attachment: words.text("attachment")?,
        recipient: words.recipient()?,
        facts: words.facts()?,
        columns: words.columns()?,
        has_discount: !printed.discount.is_zero(),
        lines: printed.lines.iter().zip(1..).map(|(line, at)| words.line(line, at)).collect::<Result<_, _>>()?,
        tax_columns: [words.text("vat-rate")?, words.text("net")?, words.text("tax")?],
        taxes: printed.taxes.iter().map(|tax| words.tax(tax)).collect::<Result<_, _>>()?,
        totals: words.totals()?,
        notes: words.notes()?,
        footer: words.footer(&seller, address)?,
        page: words.with("page", &[("page", "%page%".to_owned()), ("pages", "%pages%".to_owned())])?,
        seller,
        sender,
    })
}

impl<H: Fn(char) -> bool> Words<'_, H> {
    fn text(&self, key: &str) -> Said {
        self.language.text(key)
    }

    fn with(&self, key: &str, args: &[(&str, String)]) -> Said {
        let args: Vec<_> = args.iter().map(|(name, value)| (*name, value.as_str().into())).collect();
        self.language.with(key, &args)
    }

    fn date(&self, date: NaiveDate) -> Said {
        self.language.date(date)
    }

    /// With its currency.
    fn money(&self, amount: Money) -> Said {
        let currency = amount.currency();
        self.language.money(amount.minor(), exponent(amount), currency.code()).map(|text| with_minus(&text))
    }

    /// In a column whose head names the currency.
    fn number(&self, amount: Money) -> Said {
        self.language.decimal(amount.minor(), exponent(amount)).map(|text| with_minus(&text))
    }

    fn percent(&self, bps: i32) -> Said {
        self.language.percent(bps.unsigned_abs())
    }

    fn title(&self) -> Said {
        let key = if self.printed.corrects.is_some() { "credit-note" } else { "invoice" };
        self.with(key, &[("number", self.printed.number.clone())])
    }

    fn seller_address(&self) -> Vec<String> {
        let lines = self.printed.seller.address.lines().map(|line| self.clean(line));
        lines.filter(|line| !line.is_empty()).collect()
    }

    /// The country stands in the last line of a letter that leaves it.
    fn recipient(&self) -> Result<Vec<String>, SentenceError> {
        let buyer = &self.printed.buyer;
        let place: Vec<_> =
            [&buyer.postal_code, &buyer.city].into_iter().flatten().map(|part| self.clean(part)).collect();
        let street = buyer.street.as_deref().map(|street| self.clean(street));
        let country = if buyer.country == self.printed.seller.country { String::new() } else { self.country()? };
        let lines = [self.clean(&buyer.name), street.unwrap_or_default(), place.join(" "), country];
        Ok(lines.into_iter().filter(|line| !line.is_empty()).collect())
    }

    /// Its name in the language of the document; its code where there is none.
    fn country(&self) -> Said {
        let code = &self.printed.buyer.country;
        self.text(&format!("country-{code}")).or_else(|_| Ok(code.clone()))
    }

    fn facts(&self) -> Result<Vec<(String, String)>, SentenceError> {
        let Printed { number, corrects, order_number, buyer, .. } = self.printed;
        let mut facts = vec![("number", number.clone()), ("issued-on", self.date(self.printed.issued_on)?)];
        if let Some(corrected) = corrects {
            facts.push(("corrects", corrected.number.clone()));
            facts.push(("corrects-issued-on", self.date(corrected.issued_on)?));
        }
        if let Some(order) = order_number {
            facts.push(("order", order.clone()));
        }
        if let Some(vat_id) = &buyer.vat_id {
            facts.push(("buyer-vat-id", self.clean(vat_id)));
        }
        if corrects.is_none() {
            match self.printed.paid_on {
                Some(paid_on) if self.printed.due.is_zero() => facts.push(("paid-on", self.date(paid_on)?)),
                _ => facts.push(("due-on", self.date(self.printed.due_on)?)),
            }
        }
        facts.into_iter().map(|(key, value)| Ok((self.text(key)?, value))).collect()
    }

    fn columns(&self) -> Result<Columns, SentenceError> {
        let of = |key| self.with(key, &[("currency", self.printed.currency.code().to_owned())]);
        Ok(Columns {
            position: self.text("column-position")?,
            description: self.text("column-description")?,
            quantity: self.text("column-quantity")?,
            price: of("column-price")?,
            discount: of("column-discount")?,
            rate: self.text("vat")?,
            net: of("column-net")?,
        })
    }

    fn line(&self, line: &PrintedLine, position: usize) -> Result<Line, SentenceError> {
        let period = |(start, end)| {
            self.with("period", &[("start", self.date(start)?), ("end", self.date(last_day(start, end))?)])
        };
        let taken_off = Money::new(line.discount.minor().saturating_neg(), line.discount.currency());
        Ok(Line {
            position: position.to_string(),
            description: self.clean(&line.description),
            period: line.period.map(period).transpose()?,
            quantity: line.quantity.to_string(),
            price: self.number(line.public_price)?,
            discount: if taken_off.is_zero() { "–".to_owned() } else { self.number(taken_off)? },
            rate: self.percent(line.treatment.rate.bps())?,
            net: self.number(line.net)?,
        })
    }

    fn tax(&self, tax: &PrintedTax) -> Result<[String; 3], SentenceError> {
        let rate = self.percent(tax.treatment.rate.bps())?;
        let name = match tax.treatment.category.note() {
            None => rate,
            Some(TaxNote::ReverseCharge) => self.with("rate-reverse-charge", &[("rate", rate)])?,
            Some(TaxNote::Export) => self.with("rate-export", &[("rate", rate)])?,
        };
        Ok([name, self.number(tax.net)?, self.number(tax.tax)?])
    }

    fn totals(&self) -> Result<Vec<Total>, SentenceError> {
        let Printed { currency, subtotal, discount, tax, total, due, corrects, .. } = self.printed;
        let mut rows = Vec::new();
        let net = Money::new(total.minor() - tax.minor(), *currency);
        let negative = |amount: Money| Money::new(amount.minor().saturating_neg(), *currency);
        if !discount.is_zero() {
            rows.push(("subtotal", *subtotal, false));
            rows.push(("discount", negative(*discount), false));
        }
        rows.push(("net", net, false));
        rows.push(("tax", *tax, false));
        rows.push((if corrects.is_some() { "total-credited" } else { "total" }, *total, true));
        if corrects.is_none() && due != total {
            rows.push(("paid", negative(Money::new(total.minor() - due.minor(), *currency)), false));
            rows.push(("due", *due, true));
        }
        let row =
            |(key, amount, is_strong)| Ok(Total { label: self.text(key)?, amount: self.money(amount)?, is_strong });
        rows.into_iter().map(row).collect()
    }

    fn notes(&self) -> Result<Vec<String>, SentenceError> {
        let Printed { seller, due, corrects, .. } = self.printed;
        let mut notes = Vec::new();
        if let Some(corrected) = corrects {
            notes.push(self.with("note-credited", &[("number", corrected.number.clone())])?);
        } else if due.is_zero() {
            notes.push(self.text("note-paid")?);
        } else {
            let (amount, due_on) = (self.money(*due)?, self.date(self.printed.due_on)?);
            notes.push(self.with("note-due", &[("amount", amount), ("date", due_on)])?);
            let (iban, number) = (grouped(&seller.iban), self.printed.number.clone());
            notes.push(self.with("note-transfer", &[("iban", iban), ("number", number)])?);
        }
        let mut exempt: Vec<TaxNote> = Vec::new();
        for note in self.printed.taxes.iter().filter_map(|tax| tax.treatment.category.note()) {
            if !exempt.contains(&note) {
                exempt.push(note);
            }
        }
        for note in exempt {
            notes.push(self.text(match note {
                TaxNote::ReverseCharge => "note-reverse-charge",
                TaxNote::Export => "note-export",
            })?);
        }
        Ok(notes)
    }

    fn footer(&self, seller: &str, address: Vec<String>) -> Result<Vec<Vec<String>>, SentenceError> {
        let vat_id = self.with("footer-vat-id", &[("id", self.clean(&self.printed.seller.vat_id))])?;
        let iban = self.with("footer-iban", &[("iban", grouped(&self.printed.seller.iban))])?;
        Ok(vec![[vec![seller.to_owned()], address].concat(), vec![vat_id, iban]])
    }

    /// One line of what the fonts can show, with places to break where a word is longer than a column.
    fn clean(&self, text: &str) -> String {
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
fn grouped(iban: &str) -> String {
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
