//! What is asked leave for about payouts.

use crate::permission::{Target, actions};

actions! {
    /// To say where payouts go.
    KeepPayoutMethod on account "/for update/" needs ManageBilling by Member: |row| Target::account(row.id);
    /// To ask for a payout. The lock on the account covers its wallets: one request is open at a time.
    AskForPayout on account "/for update/" needs ManageBilling by Member: |row| Target::account(row.id);
    /// To approve, reject or carry out a payout.
    AnswerPayout on payout needs Staff by Member: |row| Target::account(row.account_id);
}
