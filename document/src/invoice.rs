//! What stands on the sheet, in the language of whoever it is billed to: every text, date and amount ready made.

use domain::billing::printed::{Printed, PrintedLine, PrintedTax};
use domain::money::Money;
use domain::tax::rules::TaxNote;
use language::{Language, SentenceError};
use serde::Serialize;

use crate::words::{Heading, Letter, Said, Total, Words, grouped};
use crate::xml::{self, last_day};

/// The variables of `templates/invoice.typ`.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Sheet {
    #[serde(flatten)]
    letter: Letter,
    /// What the electronic invoice inside is called, if there is one.
    attachment: Option<String>,
    columns: Columns,
    has_discount: bool,
    lines: Vec<Line>,
    tax_columns: [String; 3],
    taxes: Vec<[String; 3]>,
    totals: Vec<Total>,
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

/// What is told in words: the sentences of one document.
struct Invoice<'a> {
    printed: &'a Printed,
    words: Words<'a>,
}

/// The sheet of a document. `has` tells which characters the fonts have: what they have not stands in full in the electronic invoice.
pub(crate) fn of(
    printed: &Printed,
    lang: &'static str,
    language: &Language,
    has: &dyn Fn(char) -> bool,
) -> Result<Sheet, SentenceError> {
    let invoice = Invoice { printed, words: Words { language, has } };
    let words = &invoice.words;
    let heading = Heading { title: invoice.title()?, facts: invoice.facts()?, notes: invoice.notes()? };
    Ok(Sheet {
        letter: words.letter(lang, &printed.seller, &printed.buyer, heading)?,
        attachment: xml::knows(printed.currency).then(|| words.text("attachment")).transpose()?,
        columns: invoice.columns()?,
        has_discount: !printed.discount.is_zero(),
        lines: printed.lines.iter().zip(1..).map(|(line, at)| invoice.line(line, at)).collect::<Result<_, _>>()?,
        tax_columns: [words.text("vat-rate")?, words.text("net")?, words.text("tax")?],
        taxes: printed.taxes.iter().map(|tax| invoice.tax(tax)).collect::<Result<_, _>>()?,
        totals: invoice.totals()?,
    })
}

impl Invoice<'_> {
    fn title(&self) -> Said {
        let key = if self.printed.corrects.is_some() { "credit-note" } else { "invoice" };
        self.words.with(key, &[("number", self.printed.number.clone())])
    }

    fn facts(&self) -> Result<Vec<(&'static str, String)>, SentenceError> {
        let Printed { number, corrects, order_number, buyer, .. } = self.printed;
        let mut facts = vec![("number", number.clone()), ("issued-on", self.words.date(self.printed.issued_on)?)];
        if let Some(corrected) = corrects {
            facts.push(("corrects", corrected.number.clone()));
            facts.push(("corrects-issued-on", self.words.date(corrected.issued_on)?));
        }
        if let Some(order) = order_number {
            facts.push(("order", order.clone()));
        }
        if let Some(vat_id) = &buyer.vat_id {
            facts.push(("buyer-vat-id", self.words.clean(vat_id)));
        }
        if corrects.is_none() {
            match self.printed.paid_on {
                Some(paid_on) if self.printed.due.is_zero() => facts.push(("paid-on", self.words.date(paid_on)?)),
                _ => facts.push(("due-on", self.words.date(self.printed.due_on)?)),
            }
        }
        Ok(facts)
    }

    fn columns(&self) -> Result<Columns, SentenceError> {
        let of = |key| self.words.with(key, &[("currency", self.printed.currency.code().to_owned())]);
        Ok(Columns {
            position: self.words.text("column-position")?,
            description: self.words.text("column-description")?,
            quantity: self.words.text("column-quantity")?,
            price: of("column-price")?,
            discount: of("column-discount")?,
            rate: self.words.text("vat")?,
            net: of("column-net")?,
        })
    }

    fn line(&self, line: &PrintedLine, position: usize) -> Result<Line, SentenceError> {
        let period = |(start, end)| {
            self.words
                .with("period", &[("start", self.words.date(start)?), ("end", self.words.date(last_day(start, end))?)])
        };
        let taken_off = Money::new(line.discount.minor().saturating_neg(), line.discount.currency());
        Ok(Line {
            position: position.to_string(),
            description: self.words.clean(&line.description),
            period: line.period.map(period).transpose()?,
            quantity: line.quantity.to_string(),
            price: self.words.number(line.public_price)?,
            discount: if taken_off.is_zero() { "–".to_owned() } else { self.words.number(taken_off)? },
            rate: self.words.percent(line.treatment.rate.bps())?,
            net: self.words.number(line.net)?,
        })
    }

    fn tax(&self, tax: &PrintedTax) -> Result<[String; 3], SentenceError> {
        let rate = self.words.percent(tax.treatment.rate.bps())?;
        let name = match tax.treatment.category.note() {
            None => rate,
            Some(TaxNote::ReverseCharge) => self.words.with("rate-reverse-charge", &[("rate", rate)])?,
            Some(TaxNote::Export) => self.words.with("rate-export", &[("rate", rate)])?,
        };
        Ok([name, self.words.number(tax.net)?, self.words.number(tax.tax)?])
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
        self.words.totals(rows)
    }

    fn notes(&self) -> Result<Vec<String>, SentenceError> {
        let Printed { seller, due, corrects, .. } = self.printed;
        let mut notes = Vec::new();
        if let Some(corrected) = corrects {
            notes.push(self.words.with("note-credited", &[("number", corrected.number.clone())])?);
        } else if due.is_zero() {
            notes.push(self.words.text("note-paid")?);
        } else {
            let (amount, due_on) = (self.words.money(*due)?, self.words.date(self.printed.due_on)?);
            notes.push(self.words.with("note-due", &[("amount", amount), ("date", due_on)])?);
            let (iban, number) = (grouped(&seller.iban), self.printed.number.clone());
            notes.push(self.words.with("note-transfer", &[("iban", iban), ("number", number)])?);
        }
        let mut exempt: Vec<TaxNote> = Vec::new();
        for note in self.printed.taxes.iter().filter_map(|tax| tax.treatment.category.note()) {
            if !exempt.contains(&note) {
                exempt.push(note);
            }
        }
        for note in exempt {
            notes.push(self.words.text(match note {
                TaxNote::ReverseCharge => "note-reverse-charge",
                TaxNote::Export => "note-export",
            })?);
        }
        Ok(notes)
    }
}
