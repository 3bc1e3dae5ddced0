use super::*;

fn language(tag: &str) -> Language {
    Language::new(tag, &[]).unwrap()
}

#[test]
fn money_is_written_as_the_language_does() {
    let cases = [
        (123_456, "EUR", 2, "1.234,56\u{a0}€", "€1,234.56", "1\u{202f}234,56\u{a0}€"),
        (5, "EUR", 2, "0,05\u{a0}€", "€0.05", "0,05\u{a0}€"),
        (-100_000_000, "USD", 2, "-1.000.000,00\u{a0}$", "-$1,000,000.00", "-1\u{202f}000\u{202f}000,00\u{a0}$"),
        (1_234, "JPY", 0, "1.234\u{a0}¥", "¥1,234", "1\u{202f}234\u{a0}¥"),
        (1_234_567, "KWD", 3, "1.234,567\u{a0}KWD", "KWD\u{a0}1,234.567", "1\u{202f}234,567\u{a0}KWD"),
        (
            i64::MIN,
            "CHF",
            2,
            "-92.233.720.368.547.758,08\u{a0}CHF",
            "-CHF\u{a0}92,233,720,368,547,758.08",
            "-92\u{202f}233\u{202f}720\u{202f}368\u{202f}547\u{202f}758,08\u{a0}CHF",
        ),
    ];
    let (de, en, fr, it, es) = (language("de"), language("en"), language("fr"), language("it"), language("es"));
    for (minor, currency, exponent, german, english, french) in cases {
        assert_eq!(de.money(minor, exponent, currency).unwrap(), german);
        assert_eq!(it.money(minor, exponent, currency).unwrap(), german);
        assert_eq!(es.money(minor, exponent, currency).unwrap(), german);
        assert_eq!(en.money(minor, exponent, currency).unwrap(), english);
        assert_eq!(fr.money(minor, exponent, currency).unwrap(), french);
    }
    assert_eq!(de.decimal(-123_456, 2).unwrap(), "-1.234,56");
}

#[test]
fn rates_show_no_more_decimals_than_they_have() {
    for (bps, german, english) in
        [(1900, "19\u{a0}%", "19%"), (810, "8,1\u{a0}%", "8.1%"), (1925, "19,25\u{a0}%", "19.25%")]
    {
        assert_eq!(language("de").percent(bps).unwrap(), german);
        assert_eq!(language("en").percent(bps).unwrap(), english);
    }
}

#[test]
fn dates_are_written_as_the_language_does() {
    let cases = [
        ("de", "6. März 2027", "1. Mai 2027", "6. März 2027, 14:05 Uhr (CET)"),
        ("en", "6 March 2027", "1 May 2027", "6 March 2027, 14:05 (CET)"),
        ("fr", "6 mars 2027", "1er mai 2027", "6 mars 2027 à 14:05 (CET)"),
        ("it", "6 marzo 2027", "1º maggio 2027", "6 marzo 2027, 14:05 (CET)"),
        ("es", "6 de marzo de 2027", "1 de mayo de 2027", "6 de marzo de 2027, 14:05 (CET)"),
    ];
    let day = NaiveDate::from_ymd_opt(2027, 3, 6).unwrap();
    let first = NaiveDate::from_ymd_opt(2027, 5, 1).unwrap();
    for (tag, sixth_of_march, first_of_may, at) in cases {
        let language = language(tag);
        assert_eq!(language.date(day).unwrap(), sixth_of_march);
        assert_eq!(language.date(first).unwrap(), first_of_may);
        assert_eq!(language.moment(day.and_hms_opt(14, 5, 0).unwrap(), "CET").unwrap(), at);
    }
}

#[test]
fn a_language_falls_back_from_region_to_language_to_english() {
    for (asked, written) in
        [("de-CH", "de"), ("de_AT", "de"), ("DE", "de"), ("en-GB", "en"), ("pt-BR", "en"), ("", "en")]
    {
        assert_eq!(language_for(FORMATS, asked), written, "{asked}");
    }
}

/// What the tests of all files rely on finds what it is for.
#[test]
fn languages_that_disagree_are_told() {
    let english = "a = A { $x }\nb = B\n";
    let files = [
        ("en", english),
        ("de", "a = A { $y }\nb = B\n"),
        ("es", "a = A { $x }\n"),
        ("fr", "a = A de { $x }\nb = B\u{202f}: ?\n"),
        ("it", "a = A { $x }\nb = B\nc = C il { $date }\n"),
    ];
    let told = [
        "fr has no narrow space before a sign: b = B\u{202f}: ?",
        "fr has no apostrophe before a name: a = A de { $x }",
        "it has an article before a day: c = C il { $date }",
        "de lacks a with [\"x\"]",
        "only de has a with [\"y\"]",
        "es lacks b with []",
        "only it has c with [\"date\"]",
    ];
    assert_eq!(faults(&files), told);
    assert_eq!(faults(&files[..1]).len(), 4 * 3, "each of four languages lacks two sentences, and says nothing");
}

/// `de` and `que` before a name, as it is said.
#[test]
fn french_elides_before_a_name() {
    let files: &[File] = &[("fr", "a = le compte { DE($name) }, ce { QUE($name) } paie")];
    let french = Language::new("fr", files).unwrap();
    let say = |name: &'static str| french.with("a", &[("name", name.into())]).unwrap();
    assert_eq!(say("Bolt"), "le compte de Bolt, ce que Bolt paie");
    assert_eq!(say("Acme"), "le compte d’Acme, ce qu’Acme paie");
}

#[test]
fn every_language_writes_the_same_things() {
    assert_eq!(faults(FORMATS), Vec::<String>::new());
    let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/formats")).unwrap().count();
    assert_eq!(files, FORMATS.len(), "a file that is not listed is not spoken");
}
