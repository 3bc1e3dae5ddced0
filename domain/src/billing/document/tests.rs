use proptest::prelude::*;

use super::*;
use crate::billing::rules::{Benefit, line_amounts, unused_part};
use crate::money::Rate;
use crate::tax::rules::TaxCategory;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn rate(bps: i32) -> Rate {
    Rate::from_bps(bps).unwrap()
}

fn standard(bps: i32) -> TaxTreatment {
    TaxTreatment { category: TaxCategory::Standard, rate: rate(bps) }
}

fn line(public_price: i64, discount: i64, bps: i32) -> DocumentLine {
    DocumentLine { public_price: eur(public_price), discount: eur(discount), treatment: standard(bps) }
}

fn minors(amounts: &[Money]) -> Vec<i64> {
    amounts.iter().map(|amount| amount.minor()).collect()
}

/// P = 9900, VAT 19 %: the client's invoice is 9900 + 1881 = 11781, the partner's 7920 + 1505 = 9425.
#[test]
fn the_worked_invoices_add_up() {
    let client_pays = totals(Currency::EUR, &[line(9900, 0, 1900)]).unwrap();
    assert_eq!((client_pays.tax, client_pays.total), (eur(1881), eur(11781)));
    let partner_pays = totals(Currency::EUR, &[line(9900, 1980, 1900)]).unwrap();
    assert_eq!(
        (partner_pays.subtotal, partner_pays.discount, partner_pays.tax, partner_pays.total),
        (eur(9900), eur(1980), eur(1505), eur(9425))
    );
}

/// Nets 6833, 5750, 8500, 6833 at 20 %: invoice tax 5583, spread over the lines to the cent.
#[test]
fn tax_is_rounded_once_and_spread_over_the_lines() {
    let nets = [6833, 5750, 8500, 6833];
    let totals = totals(Currency::EUR, &nets.map(|net| line(net, 0, 2000))).unwrap();
    assert_eq!(totals.tax, eur(5583));
    assert_eq!(minors(&totals.line_tax), [1367, 1150, 1700, 1366]);
    assert_eq!(totals.groups, [TaxGroup { treatment: standard(2000), net: eur(27916), tax: eur(5583) }]);
}

#[test]
fn each_treatment_is_rounded_by_itself() {
    let export = TaxTreatment { category: TaxCategory::Export, rate: Rate::ZERO };
    let lines =
        [line(3, 0, 2000), DocumentLine { treatment: export, ..line(500, 0, 0) }, line(3, 0, 1900), line(4, 0, 2000)];
    let totals = totals(Currency::EUR, &lines).unwrap();
    // 20 % of 7 is 1.4, 19 % of 3 is 0.57.
    assert_eq!(minors(&totals.line_tax), [0, 0, 1, 1]);
    assert_eq!((totals.tax, totals.total, totals.groups.len()), (eur(2), eur(512), 3));
}

/// 1000 → 2000 after 21 of 31 days on one invoice: 645 − 323 = 322, and the tax of that.
#[test]
fn a_plan_change_is_one_invoice_with_a_credited_line() {
    let credited = unused_part(eur(1000), 21, 31).unwrap().checked_neg().unwrap();
    let charged = unused_part(eur(2000), 21, 31).unwrap();
    let lines = [credited, charged].map(|price| {
        let amounts = line_amounts(price, 1, rate(2000), Benefit::Discount).unwrap();
        DocumentLine { public_price: amounts.public_price, discount: amounts.discount, treatment: standard(2000) }
    });
    let totals = totals(Currency::EUR, &lines).unwrap();
    assert_eq!((totals.subtotal, totals.discount), (eur(322), eur(64)));
    // 20 % of 258 is 51.6; the lines' own tax is −51.6 and 103.2.
    assert_eq!((totals.tax, totals.total), (eur(52), eur(310)));
    assert_eq!(minors(&totals.line_tax), [-51, 103]);
}

#[test]
fn an_empty_document_is_nothing_and_currencies_do_not_meet() {
    assert_eq!(totals(Currency::EUR, &[]).unwrap().total, eur(0));
    assert!(totals(Currency::CHF, &[line(1, 0, 0)]).is_err());
}

/// Four credit notes of 1367, 1150, 1700 and 1366 in the order 6833, 5750, 8500, 6833: the last takes the rest.
#[test]
fn credit_notes_take_back_the_invoices_tax_to_the_cent() {
    let group = TaxGroup { treatment: standard(2000), net: eur(27916), tax: eur(5583) };
    let mut before = eur(0);
    let mut taken = Vec::new();
    for net in [6833, 5750, 8500, 6833].map(eur) {
        taken.extend(credited_tax(&group, before, &[net]).unwrap());
        before = before.checked_add(net).unwrap();
    }
    assert_eq!(minors(&taken), [1367, 1150, 1700, 1366]);
    assert_eq!(credited_tax(&group, before, &[eur(1)]), Err(MoneyError::BadShares), "nothing is left");
    assert_eq!(credited_tax(&group, before, &[eur(0)]).map(|tax| minors(&tax)), Ok(vec![0]));
}

/// Refunds of 3333 and then 6567 of 9900 with D = 1980 take back 667 and then 1313.
#[test]
fn cashback_is_taken_back_in_proportion_and_cumulatively() {
    let clawback = |before, part| cashback_clawback(eur(1980), eur(9900), eur(before), eur(part));
    assert_eq!(clawback(0, 3333), Ok(eur(667)));
    assert_eq!(clawback(3333, 6567), Ok(eur(1313)));
    assert_eq!(clawback(3333, 6568), Err(MoneyError::BadShares));
    assert_eq!(clawback(0, -1), Err(MoneyError::BadShares));
    assert_eq!(clawback(9900, -1), Err(MoneyError::BadShares));
    assert_eq!(cashback_clawback(eur(0), eur(0), eur(0), eur(0)), Ok(eur(0)), "a free line");
    assert!(cumulative_share(eur(1), eur(1), Money::new(0, Currency::CHF), eur(1)).is_err());
}

#[test]
fn a_credit_is_spread_over_what_is_left_of_the_lines() {
    let spread = |amount, remaining: &[i64]| {
        let remaining: Vec<_> = remaining.iter().copied().map(eur).collect();
        spread_credit(eur(amount), &remaining).map(|shares| minors(&shares))
    };
    assert_eq!(spread(100, &[100, 100, 100]), Ok(vec![34, 33, 33]));
    assert_eq!(spread(300, &[100, 0, 200]), Ok(vec![100, 0, 200]));
    assert_eq!(spread(301, &[100, 0, 200]), Err(MoneyError::BadShares));
    assert_eq!(spread(-1, &[100]), Err(MoneyError::BadShares));
    assert_eq!(spread(0, &[0]), Ok(vec![0]));
}

proptest! {
    #[test]
    fn a_document_adds_up(
        lines in prop::collection::vec((0..1_000_000_000_i64, 0..=10_000_i32, prop::sample::select(vec![0, 770, 1900, 2000, 2550])), 0..60),
    ) {
        let lines: Vec<_> = lines
            .into_iter()
            .map(|(price, off, bps)| DocumentLine { discount: rate(off).of(eur(price)).unwrap(), ..line(price, 0, bps) })
            .collect();
        let totals = totals(Currency::EUR, &lines).unwrap();
        prop_assert_eq!(Money::sum(Currency::EUR, totals.line_tax.iter().copied()), Ok(totals.tax));
        let nets = Money::sum(Currency::EUR, totals.groups.iter().map(|group| group.net)).unwrap();
        prop_assert_eq!(nets.checked_add(totals.tax), Ok(totals.total));
        prop_assert_eq!(totals.subtotal.checked_sub(totals.discount), Ok(nets));
        for group in &totals.groups {
            prop_assert_eq!(group.treatment.rate.of(group.net), Ok(group.tax));
        }
        for (line, tax) in lines.iter().zip(&totals.line_tax) {
            prop_assert!(!tax.is_negative());
            prop_assert!(line.public_price.checked_sub(line.discount).unwrap().is_positive() || tax.is_zero());
        }
    }

    /// However an invoice is credited, in whatever parts and order, what comes back is what was billed.
    #[test]
    fn credits_in_parts_add_up_to_the_whole(
        lines in prop::collection::vec((1..10_000_000_i64, 1..5_usize), 1..12), bps in 0..=10_000_i32, cashback_bps in 0..=10_000_i32,
    ) {
        let net = eur(lines.iter().map(|(net, _)| *net).sum());
        let group = TaxGroup { treatment: standard(bps), net, tax: rate(bps).of(net).unwrap() };
        let mut before = eur(0);
        let mut tax_back = eur(0);
        for (net, parts) in lines {
            let (line_net, cashback) = (eur(net), rate(cashback_bps).of(eur(net)).unwrap());
            let mut line_before = eur(0);
            let mut cashback_back = eur(0);
            for part in line_net.split_by(&vec![1; parts]).unwrap() {
                let tax = credited_tax(&group, before, &[part]).unwrap();
                let back = cashback_clawback(cashback, line_net, line_before, part).unwrap();
                prop_assert!(!tax[0].is_negative() && !back.is_negative());
                tax_back = tax_back.checked_add(tax[0]).unwrap();
                cashback_back = cashback_back.checked_add(back).unwrap();
                before = before.checked_add(part).unwrap();
                line_before = line_before.checked_add(part).unwrap();
            }
            prop_assert_eq!(cashback_back, cashback);
        }
        prop_assert_eq!(tax_back, group.tax);
    }

    #[test]
    fn no_line_is_credited_more_than_is_left_of_it(remaining in prop::collection::vec(0..10_000_000_i64, 1..30), bps in 0..=10_000_i32) {
        let remaining: Vec<_> = remaining.into_iter().map(eur).collect();
        let amount = rate(bps).of(Money::sum(Currency::EUR, remaining.iter().copied()).unwrap()).unwrap();
        let shares = spread_credit(amount, &remaining).unwrap();
        prop_assert_eq!(Money::sum(Currency::EUR, shares.iter().copied()), Ok(amount));
        for (share, left) in shares.iter().zip(&remaining) {
            prop_assert!(!share.is_negative() && share.minor() <= left.minor());
        }
    }
}
