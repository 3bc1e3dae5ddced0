//! Writing journal entries: lines first, then their heads, whose insert checks that they balance.

use entities::id::{JournalEntryId, LedgerLineId};
use entities::{journal_entry, ledger_line};
use uuid::Uuid;

use super::ledger::Entry;
use crate::error::Error;
use crate::work::Work;

/// Entries to be written together.
#[derive(Debug, Default)]
pub(crate) struct Posting(Vec<(Entry, Uuid)>);

impl Posting {
    /// Adds one, about the row with this id; an entry about nothing is left out.
    pub(crate) fn add(&mut self, entry: Entry, reference_id: impl Into<Uuid>) {
        if !entry.lines.is_empty() {
            self.0.push((entry, reference_id.into()));
        }
    }

    /// Writes all of them, along with what else waits to be written.
    pub(crate) fn write(self, work: &Work) -> Result<(), Error> {
        let mut heads = Vec::with_capacity(self.0.len());
        let mut lines = Vec::with_capacity(self.0.len() * 3);
        for (entry, reference_id) in self.0 {
            let id: JournalEntryId = work.new_id();
            lines.extend(entry.lines.iter().map(|line| ledger_line::Model {
                id: work.new_id::<LedgerLineId>(),
                entry_id: id,
                ledger_account: line.account.name().to_owned(),
                owner_id: line.owner,
                currency: line.debit.currency().code().to_owned(),
                debit_minor: line.debit.minor(),
                credit_minor: line.credit.minor(),
            }));
            heads.push(journal_entry::Model { id, kind: entry.kind, reference_id, occurred_at: work.now() });
        }
        work.add::<ledger_line::Entity>(&lines)?;
        work.add::<journal_entry::Entity>(&heads)?;
        Ok(())
    }
}
