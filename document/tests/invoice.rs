//! What is written is read back by a reader of its own, which knows the standard's rules and none of our code.
#![expect(clippy::unwrap_used, reason = "a test may end by a panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use document::Printer;
use document::samples::{SampleLine, buyer, credited, invoice, paid, statement};
use domain::billing::printed::{DocumentPrinter as _, Printed};
use domain::money::Currency;
use domain::tax::rules::TaxCategory::{self, Export, ReverseCharge, Standard, ZeroRated};
use proptest::prelude::*;
use roxmltree::{Document, Node};

const LINE: SampleLine<'static> = ("Hosting Business", 1, 9900, 1980, Standard, 1900);

/// An amount of two decimals, in hundredths.
fn cents(text: &str) -> i128 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "00"));
    assert_eq!(part.len(), 2, "{text}");
    sign * (whole.parse::<i128>().unwrap() * 100 + part.parse::<i128>().unwrap())
}

fn all<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Vec<Node<'a, 'i>> {
    node.children().filter(|child| child.tag_name().name() == name).collect()
}

fn at<'a, 'i>(node: Node<'a, 'i>, path: &str) -> Node<'a, 'i> {
    path.split('/').fold(node, |node, name| {
        let found = all(node, name);
        assert_eq!(found.len(), 1, "{name} of {path}");
        found[0]
    })
}

fn text<'a>(node: Node<'a, '_>, path: &str) -> &'a str {
    at(node, path).text().unwrap_or_default()
}

fn has(node: Node<'_, '_>, path: &str) -> bool {
    let mut here = vec![node];
    for name in path.split('/') {
        here = here.into_iter().flat_map(|node| all(node, name)).collect();
    }
    !here.is_empty()
}

/// The arithmetic rules of EN 16931-1 §6.4.2 and its tables of conditions, on a document of its own making.
fn check(xml: &str) {
    let document = Document::parse(xml).unwrap();
    let trade = at(document.root_element(), "SupplyChainTradeTransaction");
    let settlement = at(trade, "ApplicableHeaderTradeSettlement");
    let sums = at(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation");
    let sum = |name: &str| cents(text(sums, name));
    let lines = all(trade, "IncludedSupplyChainTradeLineItem");
    assert!(!lines.is_empty(), "BR-16");

    let mut by_treatment: BTreeMap<(String, String), i128> = BTreeMap::new();
    let mut of_lines = 0;
    for line in lines {
        let own = at(line, "SpecifiedLineTradeSettlement");
        let net = cents(text(own, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"));
        let price = at(line, "SpecifiedLineTradeAgreement/NetPriceProductTradePrice");
        let amount = cents(text(price, "ChargeAmount"));
        assert!(amount >= 0, "BR-27: a price below zero");
        let basis: i128 = text(price, "BasisQuantity").parse().unwrap();
        let quantity: i128 = text(line, "SpecifiedLineTradeDelivery/BilledQuantity").parse().unwrap();
        let mut expected = amount * quantity / basis;
        assert_eq!(amount * quantity % basis, 0);
        for change in all(own, "SpecifiedTradeAllowanceCharge") {
            assert!(!text(change, "Reason").is_empty(), "BR-42, BR-44");
            let size = cents(text(change, "ActualAmount"));
            let is_charge = text(change, "ChargeIndicator/Indicator") == "true";
            expected += if is_charge { size } else { -size };
        }
        assert_eq!(net, expected, "the line's amount is its price less its discount");
        let treatment = |name| text(own, &format!("ApplicableTradeTax/{name}")).to_owned();
        *by_treatment.entry((treatment("CategoryCode"), treatment("RateApplicablePercent"))).or_default() += net;
        of_lines += net;
    }
    assert_eq!(sum("LineTotalAmount"), of_lines, "BR-CO-10");
    assert_eq!(sum("TaxBasisTotalAmount"), of_lines, "BR-CO-13, without allowances and charges of the document");

    let mut of_tax = 0;
    let groups = all(settlement, "ApplicableTradeTax");
    assert_eq!(groups.len(), by_treatment.len(), "BR-CO-18: a breakdown for each category and rate");
    for group in groups {
        let (category, rate) = (text(group, "CategoryCode"), text(group, "RateApplicablePercent"));
        let basis = cents(text(group, "BasisAmount"));
        assert_eq!(Some(&basis), by_treatment.get(&(category.to_owned(), rate.to_owned())), "BR-S-08 and its kin");
        let tax = cents(text(group, "CalculatedAmount"));
        let exact = basis * cents(rate); // in 1/10000 of a hundredth
        let rounded = (exact.abs() + 5_000) / 10_000 * exact.signum();
        assert_eq!(tax, rounded, "BR-CO-17");
        let reason = has(group, "ExemptionReason") && has(group, "ExemptionReasonCode");
        match category {
            "S" | "Z" => {
                assert!(!has(group, "ExemptionReason") && !has(group, "ExemptionReasonCode"), "BR-S-10, BR-Z-10");
            }
            "AE" | "G" => assert!(reason && tax == 0 && cents(rate) == 0, "BR-AE-05 to -10, BR-G-05 to -10"),
            other => panic!("category {other}"),
        }
        of_tax += tax;
    }
    assert_eq!(sum("TaxTotalAmount"), of_tax, "BR-CO-14");
    assert_eq!(sum("GrandTotalAmount"), of_lines + of_tax, "BR-CO-15");
    assert_eq!(sum("DuePayableAmount"), sum("GrandTotalAmount") - sum("TotalPrepaidAmount"), "BR-CO-16");
    if sum("DuePayableAmount") > 0 {
        assert!(has(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime"), "BR-CO-25");
    }
    let currency = text(settlement, "InvoiceCurrencyCode");
    assert_eq!(at(sums, "TaxTotalAmount").attribute("currencyID"), Some(currency));
    parties(trade, by_treatment.keys().any(|(category, _)| category == "AE"));
}

fn parties(trade: Node<'_, '_>, is_reverse_charge: bool) {
    let agreement = at(trade, "ApplicableHeaderTradeAgreement");
    for party in ["SellerTradeParty", "BuyerTradeParty"] {
        let party = at(agreement, party);
        assert!(!text(party, "Name").is_empty(), "BR-06, BR-07");
        assert_eq!(text(party, "PostalTradeAddress/CountryID").len(), 2, "BR-09, BR-11");
        for registration in all(party, "SpecifiedTaxRegistration") {
            let id = at(registration, "ID");
            assert_eq!(id.attribute("schemeID"), Some("VA"));
            assert!(id.text().unwrap().chars().take(2).all(|c| c.is_ascii_uppercase()), "BR-CO-09");
        }
    }
    assert!(has(agreement, "SellerTradeParty/SpecifiedTaxRegistration"), "BR-CO-26, BR-S-02");
    if is_reverse_charge {
        assert!(has(agreement, "BuyerTradeParty/SpecifiedTaxRegistration"), "BR-AE-02");
    }
}

fn printer() -> &'static Printer {
    static PRINTER: LazyLock<Printer> = LazyLock::new(|| Printer::new().unwrap());
    &PRINTER
}

fn xml_of(printed: &Printed) -> String {
    printer().xml(printed).unwrap()
}

fn eur(lines: &[SampleLine<'_>]) -> Printed {
    invoice("de", Currency::EUR, lines).unwrap()
}

#[test]
fn the_electronic_invoice_says_what_the_document_does() {
    let xml = xml_of(&eur(&[LINE]));
    check(&xml);
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    let profile = "ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID";
    assert_eq!(text(root, profile), "urn:cen.eu:en16931:2017");
    assert_eq!(text(root, "ExchangedDocument/ID"), "2026-000042");
    assert_eq!(text(root, "ExchangedDocument/TypeCode"), "380");
    assert_eq!(text(root, "ExchangedDocument/IssueDateTime/DateTimeString"), "20261122");
    let settlement = at(root, "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement");
    let sums = at(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation");
    let sum = |name| text(sums, name);
    assert_eq!(
        ["LineTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "TotalPrepaidAmount", "DuePayableAmount"].map(sum),
        ["79.20", "15.05", "94.25", "0.00", "94.25"]
    );
    let means = "SpecifiedTradeSettlementPaymentMeans/PayeePartyCreditorFinancialAccount/IBANID";
    assert_eq!(text(settlement, means), "DE89370400440532013000");
    let line = at(root, "SupplyChainTradeTransaction/IncludedSupplyChainTradeLineItem/SpecifiedLineTradeSettlement");
    // the period is half open, and the standard's end is its last day
    assert_eq!(text(line, "BillingSpecifiedPeriod/StartDateTime/DateTimeString"), "20261201");
    assert_eq!(text(line, "BillingSpecifiedPeriod/EndDateTime/DateTimeString"), "20271130");
}

#[test]
fn a_paid_one_leaves_nothing_to_pay() {
    let xml = xml_of(&paid(eur(&[LINE])));
    check(&xml);
    assert!(xml.contains("<ram:TotalPrepaidAmount>94.25</ram:TotalPrepaidAmount>"));
    assert!(xml.contains("<ram:DuePayableAmount>0.00</ram:DuePayableAmount>"));
    assert!(!xml.contains("IBANID"));
}

#[test]
fn a_credit_note_names_what_it_corrects() {
    let xml = xml_of(&credited(eur(&[LINE])));
    check(&xml);
    let document = Document::parse(&xml).unwrap();
    assert_eq!(text(document.root_element(), "ExchangedDocument/TypeCode"), "381");
    let reference = "SupplyChainTradeTransaction/ApplicableHeaderTradeSettlement/InvoiceReferencedDocument";
    let reference = at(document.root_element(), reference);
    assert_eq!(text(reference, "IssuerAssignedID"), "2026-000017");
    assert_eq!(text(reference, "FormattedIssueDateTime/DateTimeString"), "20260306");
}

/// A plan change: 1000 instead of 645 from the 21st on; prices stay above zero, and the sum is 322 as in `docs/rules.md`.
#[test]
fn what_a_plan_change_credits_is_a_quantity_below_zero() {
    let printed = eur(&[("New plan", 1, 645, 129, Standard, 1900), ("Old plan", 1, -323, -65, Standard, 1900)]);
    let xml = xml_of(&printed);
    check(&xml);
    assert!(xml.contains("<ram:BilledQuantity unitCode=\"C62\">-1</ram:BilledQuantity>"));
    assert!(xml.contains("<ram:LineTotalAmount>-2.58</ram:LineTotalAmount>"));
    assert!(xml.contains("<ram:LineTotalAmount>2.58</ram:LineTotalAmount>"));
}

#[test]
fn what_is_not_taxed_says_why() {
    for (category, code) in [(ReverseCharge, "VATEX-EU-AE"), (Export, "VATEX-EU-G")] {
        let xml = xml_of(&eur(&[("Hosting", 1, 9900, 0, category, 0)]));
        check(&xml);
        assert!(xml.contains(&format!("<ram:ExemptionReasonCode>{code}</ram:ExemptionReasonCode>")));
    }
}

/// Names are shown as they are to whoever reads XML, and are no XML.
#[test]
fn what_people_wrote_is_text() {
    let mut printed = eur(&[("<b>&amp;", 1, 100, 0, Standard, 1900)]);
    printed.buyer = buyer("A & B <\u{b}Söhne> \"株式会社\"", "DE");
    printed.buyer.vat_id = Some("no id".to_owned());
    let xml = xml_of(&printed);
    check(&xml);
    let document = Document::parse(&xml).unwrap();
    let trade = at(document.root_element(), "SupplyChainTradeTransaction");
    let name = text(trade, "ApplicableHeaderTradeAgreement/BuyerTradeParty/Name");
    assert_eq!(name, "A & B <Söhne> \"株式会社\"");
    assert_eq!(text(trade, "IncludedSupplyChainTradeLineItem/SpecifiedTradeProduct/Name"), "<b>&amp;");
    assert!(!xml.contains("no id"), "BR-CO-09: what has no country in front is no VAT id to the standard");
}

/// BR-CO-09: the number of a tax office that begins with no country's code is left out, wherever the buyer is.
#[test]
fn a_vat_id_begins_with_a_country() {
    for (id, is_one) in [
        ("DE987654321", true),
        ("EL123456789", true),
        ("XI123456789", true),
        ("CHE123456789MWST", true),
        ("ABN12345678", false),
        ("EU372012345", false),
        ("123456789", false),
        ("DE", false),
    ] {
        let mut printed = eur(&[LINE]);
        printed.buyer.vat_id = Some(id.to_owned());
        let xml = xml_of(&printed);
        assert_eq!(xml.contains(&format!("<ram:ID schemeID=\"VA\">{id}</ram:ID>")), is_one, "{id}");
    }
}

/// The kinds of documents that there are, left for the official rules: `.ci/run` holds them against those.
#[test]
fn every_kind_is_left_for_the_official_rules() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("documents");
    fs::create_dir_all(&folder).unwrap();
    let change = [("New plan", 1, 645, 129, Standard, 1900), ("Old plan", 1, -323, -65, Standard, 1900)];
    let many: Vec<_> =
        (0..200).map(|n| ("Hosting", 1 + n, 333 * i64::from(1 + n), i64::from(n), Standard, 810)).collect();
    let of = |currency, lines: &[SampleLine<'_>]| invoice("de", currency, lines).unwrap();
    let to = |country: &str, id: Option<&str>, mut printed: Printed| {
        printed.buyer.country = country.to_owned();
        printed.buyer.vat_id = id.map(str::to_owned);
        printed
    };
    let bare = |mut printed: Printed| {
        let to = &mut printed.buyer;
        (to.street, to.postal_code, to.city, to.vat_id) = (None, None, None, None);
        printed
    };
    let reverse = |rate| ("Hosting", 1, rate, 0, ReverseCharge, 0);
    let export = |rate| ("Hosting", 1, rate, 0, Export, 0);
    let [euro, franc, yen] = [Currency::EUR, Currency::CHF, Currency::parse("JPY").unwrap()];
    let kinds = [
        ("home", eur(&[LINE])),
        ("home-paid", paid(eur(&[LINE]))),
        ("home-credited", credited(eur(&[LINE]))),
        ("two-rates", eur(&[LINE, ("Book", 3, 1_000, 0, Standard, 700), ("Gift", 1, 100, 0, ZeroRated, 0)])),
        ("plan-change", eur(&change)),
        ("plan-change-credited", credited(eur(&change))),
        ("nothing-to-pay", eur(&[("Free plan", 1, 0, 0, Standard, 1900)])),
        ("wholly-discounted", eur(&[("Hosting", 1, 9900, 9900, Standard, 1900)])),
        ("many-lines", of(franc, &many)),
        ("yen", of(yen, &[("Hosting", 1, 1200, 240, Standard, 1000)])),
        ("consumer", to("FR", None, eur(&[("Hosting", 1, 9900, 0, Standard, 2000)]))),
        ("without-an-address", bare(eur(&[LINE]))),
        ("reverse-charge", to("AT", Some("ATU12345678"), eur(&[reverse(9900)]))),
        ("reverse-charge-greek", to("GR", Some("EL123456789"), eur(&[reverse(9900)]))),
        ("reverse-charge-credited", credited(to("AT", Some("ATU12345678"), eur(&[reverse(9900)])))),
        ("export", to("CH", Some("CHE123456789MWST"), of(franc, &[export(9900)]))),
        ("export-credited", credited(to("US", None, of(euro, &[export(9900)])))),
        ("export-with-another-number", to("AU", Some("ABN12345678"), of(euro, &[export(9900)]))),
    ];
    for (name, printed) in kinds {
        fs::write(folder.join(format!("{name}.xml")), xml_of(&printed)).unwrap();
    }
}

fn categories() -> impl Strategy<Value = (TaxCategory, i32)> {
    prop_oneof![
        (0_i32..=2_700).prop_map(|bps| (Standard, bps.max(1))),
        Just((ZeroRated, 0)),
        Just((ReverseCharge, 0)),
        Just((Export, 0)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// EN 16931: whatever is sold, its arithmetic rules hold.
    #[test]
    fn every_document_adds_up(
        treatments in prop::collection::vec(categories(), 1..4),
        lines in prop::collection::vec((1_i32..=100, 0_i64..=50_000, 0_i64..=10_000, any::<prop::sample::Index>()), 1..12),
    ) {
        let lines: Vec<SampleLine<'_>> = lines.iter().map(|(quantity, unit, bps, which)| {
            let price = unit * i64::from(*quantity);
            let (category, rate) = treatments[which.index(treatments.len())];
            ("Something", *quantity, price, price * bps / 10_000, category, rate)
        }).collect();
        check(&xml_of(&eur(&lines)));
    }
}

/// Every language says the same things.
#[test]
fn every_language_has_the_same_texts_with_the_same_variables() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/locale");
    let files: Vec<std::path::PathBuf> = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 5);
    let files =
        files.iter().map(|file| (file.file_stem().unwrap().to_str().unwrap(), fs::read_to_string(file).unwrap()));
    let files: Vec<_> = files.collect();
    let files: Vec<_> = files.iter().map(|(tag, text)| (*tag, text.as_str())).collect();
    assert_eq!(language::faults(&files), Vec::<String>::new());
}

fn contains(pdf: &[u8], what: &str) -> bool {
    pdf.windows(what.len()).any(|window| window == what.as_bytes())
}

/// In each language a PDF/A-3 comes out, with the electronic invoice inside and metadata that say so; and the same one each time.
#[test]
fn every_language_is_printed() {
    let printer = printer();
    for locale in ["en", "de-CH", "fr", "it", "es", "pt"] {
        let printed = invoice(locale, Currency::EUR, &[LINE]).unwrap();
        let pdf = printer.pdf(&printed).unwrap();
        assert!(pdf.starts_with(b"%PDF-1.7"), "{locale}");
        for mark in [
            "<pdfaid:part>3</pdfaid:part>",
            "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
            "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
            "/AFRelationship/Alternative",
            "(factur-x.xml)",
        ] {
            assert!(contains(&pdf, mark), "{locale}: {mark}");
        }
        assert_eq!(pdf, printer.pdf(&printed).unwrap(), "{locale}");
    }
}

/// In each language a statement comes out, the same one each time, with nothing inside: there is no electronic one. Of 1,000 sales, too.
#[test]
fn a_statement_is_printed_in_every_language() {
    let printer = printer();
    for (locale, sales) in [("en", 3), ("de-CH", 3), ("fr", 1_000), ("it", 3), ("es", 3), ("pt", 3)] {
        let printed = statement(locale, sales).unwrap();
        let pdf = printer.statement(&printed).unwrap();
        assert!(pdf.starts_with(b"%PDF-1.7"), "{locale}");
        assert!(!contains(&pdf, "factur-x.xml"), "{locale}");
        assert_eq!(pdf, printer.statement(&printed).unwrap(), "{locale}");
    }
}

/// Whatever people call themselves, their invoice is printed: PDF/A knows no character without a shape.
#[test]
fn every_name_is_printed() {
    let printer = printer();
    for name in [
        "株式会社",
        "شركة بولت",
        "👩\u{200d}💻 Zoë",
        "\u{202e}gro",
        "x\u{0}\u{7}y",
        "",
        &"W".repeat(400),
        "{{7*7}} #set text()",
    ] {
        let mut printed = invoice("en", Currency::EUR, &[(name, 1, 100, 0, Standard, 1900)]).unwrap();
        printed.buyer.name = name.to_owned();
        printed.buyer.city = Some(name.to_owned());
        printed.seller.name = name.to_owned();
        printer.pdf(&printed).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// Amounts at both ends, and currencies with more and fewer decimals.
#[test]
fn every_amount_is_printed() {
    let printer = printer();
    for (code, minor) in [("JPY", 500), ("KWD", 1_234_567), ("EUR", i64::MAX / 4), ("EUR", 1)] {
        let currency = Currency::parse(code).unwrap();
        let printed = invoice("fr", currency, &[("Hosting", 100, minor, 0, Standard, 2000)]).unwrap();
        let pdf = printer.pdf(&printed).unwrap();
        // EN 16931 knows no third decimal
        assert_eq!(contains(&pdf, "factur-x.xml"), code != "KWD", "{code}");
    }
}
