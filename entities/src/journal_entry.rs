//! The head of a group of ledger lines, written last; the database checks that they balance.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::id::JournalEntryId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum, Serialize, Deserialize)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum JournalKind {
    InvoiceIssued,
    PaymentReceived,
    CashbackCredited,
    CashbackReleased,
    CashbackReversed,
    CreditNoteIssued,
    RefundPaid,
    PayoutPaid,
    PayoutRejected,
    WalletSpent,
    WrittenOff,
    WriteOffReversed,
}

#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "journal_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JournalEntryId,
    pub kind: JournalKind,
    pub reference_id: Uuid,
    pub occurred_at: DateTimeUtc,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
