//! Whose turn it is: nobody's 50,000 products stand before another's ten, and no transaction grows with what is due.

use std::collections::{BTreeMap, HashMap};

use super::rules::MAX_LINES;
use super::store::Candidate;

/// No transaction claims more than this, but for one payer's turn in several currencies.
const LINES: usize = 1_000;

/// By turns: in each of them, a payer has at most one full invoice in each currency. Products of a payer and currency come by their ids,
/// so that a turn's invoice is the one that bundling all of them would make.
pub(super) fn turns(found: Vec<Candidate>) -> BTreeMap<usize, Vec<Candidate>> {
    let mut counts = HashMap::new();
    let mut turns: BTreeMap<usize, Vec<Candidate>> = BTreeMap::new();
    for product in found {
        let count = counts.entry((product.payer_id, product.currency.clone())).or_insert(0);
        turns.entry(*count / MAX_LINES).or_default().push(product);
        *count += 1;
    }
    turns
}

/// What one transaction claims after the other: whole payers, not more than `most` of them.
pub(super) fn packs(turn: &[Candidate], most: usize) -> Vec<Vec<Candidate>> {
    let mut packs: Vec<Vec<Candidate>> = Vec::new();
    let mut payers = 0;
    for of_one in turn.chunk_by(|one, next| one.payer_id == next.payer_id) {
        match packs.last_mut() {
            Some(pack) if payers < most && pack.len() + of_one.len() <= LINES => {
                pack.extend_from_slice(of_one);
                payers += 1;
            }
            _ => {
                packs.push(of_one.to_vec());
                payers = 1;
            }
        }
    }
    packs
}

#[cfg(test)]
mod tests {
    use entities::id::AccountId;
    use uuid::Uuid;

    use super::*;

    /// So many products of a payer.
    fn of(payer: u128, currency: &str, count: u128) -> impl Iterator<Item = Candidate> {
        (0..count).map(move |n| Candidate {
            id: Uuid::from_u128(n).into(),
            managed_by_id: None,
            payer_id: AccountId(Uuid::from_u128(payer)),
            currency: currency.to_owned(),
        })
    }

    fn sizes(packs: &[Vec<Candidate>]) -> Vec<Vec<(u128, usize)>> {
        let sizes = packs.iter().map(|pack| {
            let payers = pack.chunk_by(|one, next| one.payer_id == next.payer_id);
            payers.map(|of_one| (of_one[0].payer_id.0.as_u128(), of_one.len())).collect()
        });
        sizes.collect()
    }

    /// R1: of 1,201 and of 3, the 3 come in the first turn.
    #[test]
    fn many_products_of_one_do_not_stand_before_a_few_of_another() {
        let turns = turns(of(1, "EUR", 1_201).chain(of(2, "CHF", 2)).chain(of(2, "EUR", 1)).collect());
        let told: Vec<_> = turns.into_values().map(|turn| sizes(&packs(&turn, 100))).collect();
        assert_eq!(told, [vec![vec![(1, 500), (2, 3)]], vec![vec![(1, 500)]], vec![vec![(1, 201)]]]);
    }

    /// A payer is not torn apart, and neither lines nor payers are more than they may be.
    #[test]
    fn a_transaction_has_an_end() {
        let found = || of(1, "EUR", 400).chain(of(2, "EUR", 400)).chain(of(3, "EUR", 300)).chain(of(4, "EUR", 1));
        let first = |most| sizes(&packs(&turns(found().collect()).remove(&0).unwrap_or_default(), most));
        assert_eq!(first(100), [vec![(1, 400), (2, 400)], vec![(3, 300), (4, 1)]]);
        assert_eq!(first(1), [vec![(1, 400)], vec![(2, 400)], vec![(3, 300)], vec![(4, 1)]]);
        assert_eq!(first(2), [vec![(1, 400), (2, 400)], vec![(3, 300), (4, 1)]]);
        assert_eq!(
            sizes(&packs(&of(1, "CHF", 500).chain(of(1, "EUR", 500)).collect::<Vec<_>>(), 9)),
            [vec![(1, 1_000)]]
        );
    }
}
