//! What a document costs, and how it looks: `cargo bench --bench print [FOLDER]`.
//!
//! Prints the processor time of a one-page PDF once warm, and of one of 200 lines; into the folder, if one is named, goes a PDF of
//! each kind in each language.

use std::fs;
use std::path::PathBuf;

use document::Printer;
use document::samples::{SampleLine, buyer, credited, invoice, paid, statement};
use domain::billing::printed::{DocumentPrinter as _, Printed};
use domain::money::Currency;
use domain::tax::rules::TaxCategory::{Export, ReverseCharge, Standard};

const LINE: SampleLine<'static> = ("Hosting Business, werkstatt-boettcher.de", 1, 9900, 1980, Standard, 1900);

fn main() {
    let printer = Printer::new().expect("a printer");
    let one = |locale: &str| invoice(locale, Currency::EUR, &[LINE]).expect("a sum");
    let long = |locale: &str| {
        let names: Vec<String> = (1..=200).map(|at| format!("Domain example-{at:03}.com")).collect();
        let lines: Vec<SampleLine<'_>> = names.iter().map(|name| (name.as_str(), 1, 1290, 0, Standard, 1900)).collect();
        invoice(locale, Currency::EUR, &lines).expect("a sum")
    };
    measure("one page", 100, &printer, &one("de"));
    measure("200 lines", 5, &printer, &long("de"));

    let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).map(PathBuf::from) else {
        return;
    };
    fs::create_dir_all(&folder).expect("a folder");
    for locale in ["en", "de", "fr", "it", "es"] {
        let abroad = |category, country| {
            let line = (LINE.0, 3, 29700, 5940, category, 0);
            let mut printed = invoice(locale, Currency::EUR, &[line, LINE_OF_CHANGE]).expect("a sum");
            printed.buyer = buyer("Atelier Žižka, спол. с р.о. 株式会社", country);
            printed
        };
        let all = [
            ("one", one(locale)),
            ("paid", paid(one(locale))),
            ("long", long(locale)),
            ("reverse-charge", abroad(ReverseCharge, "FR")),
            ("export", abroad(Export, "CH")),
            ("credit-note", credited(one(locale))),
        ];
        for (name, printed) in all {
            let pdf = printer.pdf(&printed).expect("a PDF");
            fs::write(folder.join(format!("{name}-{locale}.pdf")), pdf).expect("a file");
        }
        for sales in [3, 100] {
            let pdf = printer.statement(&statement(locale, sales).expect("a sum")).expect("a PDF");
            fs::write(folder.join(format!("statement-{sales}-{locale}.pdf")), pdf).expect("a file");
        }
    }
}

const LINE_OF_CHANGE: SampleLine<'static> = (
    "Averylongdomainnamewithoutanyplacetobreakitatall.international-consulting.example",
    2,
    123_456,
    0,
    ReverseCharge,
    0,
);

fn measure(what: &str, times: u32, printer: &Printer, printed: &Printed) {
    let bytes = printer.pdf(printed).expect("a PDF").len();
    let before = processor_ms();
    for at in 0..times {
        // another document each time: what is remembered is the template, not the invoice
        let printed = Printed { number: format!("2026-{at:06}"), ..printed.clone() };
        printer.pdf(&printed).expect("a PDF");
    }
    println!("{what}: {} ms of CPU, {bytes} bytes", (processor_ms() - before) / u64::from(times));
}

/// Of all threads of this process, from Linux's own account, in its hundredths of a second.
fn processor_ms() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10
}
