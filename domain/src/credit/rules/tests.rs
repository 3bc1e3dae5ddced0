#![expect(clippy::arithmetic_side_effects, reason = "small numbers, and a test that overflows fails")]

use proptest::prelude::*;

use super::*;
use crate::billing::document::{DocumentLine, totals};
use crate::money::Rate;
use crate::tax::rules::TaxCategory;

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

fn vat(bps: i32) -> TaxTreatment {
    TaxTreatment { category: TaxCategory::Standard, rate: Rate::from_bps(bps).unwrap() }
}

/// An invoice of lines with a public price, a discount and a cashback, all at one rate.
fn invoice(lines: &[(i64, i64, i64)], bps: i32) -> Vec<LineFacts> {
    let document: Vec<_> = lines
        .iter()
        .map(|(price, discount, _)| DocumentLine {
            public_price: eur(*price),
            discount: eur(*discount),
            treatment: vat(bps),
        })
        .collect();
    let taxes = totals(Currency::EUR, &document).unwrap().line_tax;
    lines
        .iter()
        .zip(taxes)
        .map(|(&(price, discount, cashback), tax)| LineFacts {
            billed: Part {
                public_price: eur(price),
                discount: eur(discount),
                net: eur(price - discount),
                tax,
                cashback: eur(cashback),
            },
            is_credit: false,
            treatment: vat(bps),
            credited: Part::zero(Currency::EUR),
        })
        .collect()
}

/// Credits, and counts it: public price, discount, net, tax and cashback of each line of the note.
fn credit(lines: &mut [LineFacts], chosen: Option<&[usize]>, amount: Option<i64>) -> Result<Vec<[i64; 5]>, NoCredit> {
    let note = credit_lines(Currency::EUR, lines, chosen, amount.map(eur))?;
    for (at, part) in &note {
        lines[*at].credited = lines[*at].credited.plus(*part).unwrap();
    }
    let minors = |part: &Part| [part.public_price, part.discount, part.net, part.tax, part.cashback].map(Money::minor);
    Ok(note.iter().map(|(_, part)| minors(part)).collect())
}

/// Nets 6833, 5750, 8500, 6833 at 20 %: four credit notes take back a tax of 1367, 1150, 1700 and 1366.
#[test]
fn notes_for_each_line_take_back_the_tax_of_the_invoice() {
    let mut lines = invoice(&[(6833, 0, 0), (5750, 0, 0), (8500, 0, 0), (6833, 0, 0)], 2000);
    let taxes: Vec<i64> = (0..4).map(|at| credit(&mut lines, Some(&[at]), None).unwrap()[0][3]).collect();
    assert_eq!(taxes, [1367, 1150, 1700, 1366]);
    assert_eq!(credit(&mut lines, None, None), Err(NoCredit::NothingLeft));
}

/// 3333 and then the rest of 9900 with a cashback of 1980, at 19 %: 667 and 1313 are taken back, and a tax of 633 and 1248.
#[test]
fn cashback_is_taken_back_in_proportion() {
    let mut lines = invoice(&[(9900, 0, 1980)], 1900);
    assert_eq!(credit(&mut lines, None, Some(3333)), Ok(vec![[3333, 0, 3333, 633, 667]]));
    assert_eq!(credit(&mut lines, None, Some(6568)), Err(NoCredit::MoreThanIsLeft(eur(6567))));
    assert_eq!(credit(&mut lines, None, None), Ok(vec![[6567, 0, 6567, 1248, 1313]]));
}

/// A partner paid 7920 of 9900: of 1000 net the public price is 1250 and the discount 250; the rest is 8650 less 1730.
#[test]
fn the_discount_is_shown_as_on_the_invoice() {
    let mut lines = invoice(&[(9900, 1980, 0)], 1900);
    assert_eq!(credit(&mut lines, None, Some(1000)), Ok(vec![[1250, 250, 1000, 190, 0]]));
    assert_eq!(credit(&mut lines, None, None), Ok(vec![[8650, 1730, 6920, 1315, 0]]));
}

/// 1000 over what is left, 100, 200 and 700, is spread by largest remainder of what is left; a line that is named takes it alone.
#[test]
fn an_amount_is_spread_over_what_is_left() {
    let mut lines = invoice(&[(100, 0, 0), (200, 0, 0), (700, 0, 0)], 0);
    let nets = |note: Result<Vec<[i64; 5]>, NoCredit>| note.map(|lines| lines.iter().map(|line| line[2]).collect());
    assert_eq!(
        nets(credit(&mut lines, None, Some(5))),
        Ok(vec![1, 1, 3]),
        "of 0.5, 1 and 3.5, the first gets the odd one"
    );
    assert_eq!(nets(credit(&mut lines, Some(&[2]), Some(97))), Ok(vec![97]));
    assert_eq!(nets(credit(&mut lines, Some(&[1]), Some(200))), Err(NoCredit::MoreThanIsLeft(eur(199))));
    assert_eq!(nets(credit(&mut lines, None, None)), Ok(vec![99, 199, 600]));
}

/// A plan change billed 645 and credited 323 on one invoice: 322 and its tax are left of that, though 645 are of the line.
#[test]
fn no_more_than_its_total_is_left_of_an_invoice_with_a_credited_line() {
    let mut lines = invoice(&[(645, 0, 0)], 1900);
    let credited = Part { public_price: eur(323), net: eur(323), tax: eur(61), ..Part::zero(Currency::EUR) };
    lines[0].billed.tax = eur(122); // of the 322: 61
    lines.push(LineFacts { billed: credited, is_credit: true, ..lines[0] });
    let mut whole = lines.clone();
    assert_eq!(credit(&mut lines, None, Some(323)), Err(NoCredit::MoreThanIsLeft(eur(322))));
    assert_eq!(credit(&mut lines, None, None), Ok(vec![[322, 0, 322, 61, 0]]));
    assert_eq!(credited_in_all(Currency::EUR, &lines, eur(383)), Ok(eur(383)));
    // and a later change may take back the whole line, with the tax that it bears
    assert_eq!(tax_of(Currency::EUR, &whole, 0, eur(645)), Ok(eur(122)));
    whole[0].credited = whole[0].billed;
    assert_eq!(credited_in_all(Currency::EUR, &whole, eur(383)), Ok(eur(383)));
}

proptest! {
    /// However an invoice is credited, all of each amount comes back with the last of it, and never more on the way.
    #[test]
    fn credits_add_up_to_the_invoice(
        lines in prop::collection::vec((1..1_000_000_i64, 0..=10_000_i32, any::<bool>()), 1..6),
        steps in prop::collection::vec((0..6_usize, 1..1_000_000_i64), 0..12),
        bps in prop::sample::select(vec![0, 770, 1900, 2000]),
    ) {
        let lines: Vec<_> = lines
            .into_iter()
            .map(|(price, rate, is_discount)| {
                let share = Rate::from_bps(rate).unwrap().of(eur(price)).unwrap().minor();
                if is_discount { (price, share, 0) } else { (price, 0, share) }
            })
            .collect();
        let mut lines = invoice(&lines, bps);
        let tax: i64 = lines.iter().map(|line| line.billed.tax.minor()).sum();
        let net: i64 = lines.iter().map(|line| line.billed.net.minor()).sum();
        for (at, amount) in steps {
            let at = at % lines.len();
            let _ = credit(&mut lines, Some(&[at]), Some(amount));
            for line in &lines {
                let (billed, credited) = (line.billed, line.credited);
                prop_assert!(credited.net.minor() <= billed.net.minor() && credited.discount.minor() <= billed.discount.minor());
                prop_assert!(credited.cashback.minor() <= billed.cashback.minor());
            }
            let gross: i64 = lines.iter().map(|line| line.credited.net.minor() + line.credited.tax.minor()).sum();
            prop_assert_eq!(credited_in_all(Currency::EUR, &lines, eur(net + tax)), Ok(eur(gross)));
        }
        if net > lines.iter().map(|line| line.credited.net.minor()).sum::<i64>() {
            credit(&mut lines, None, None).unwrap();
        }
        prop_assert_eq!(lines.iter().map(|line| line.credited.tax.minor()).sum::<i64>(), tax);
        for line in lines.iter().filter(|line| line.billed.net.is_positive()) {
            let tax = line.credited.tax;
            prop_assert_eq!(Part { tax, ..line.billed }, line.credited);
        }
    }
}
