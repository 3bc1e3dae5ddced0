//! What is asked leave for on the way to being a partner.

use crate::permission::{Target, actions};

actions! {
    /// To become a partner.
    Enrol on account "/for update/" needs Admin by Member: |row| Target::account(row.id);
    /// To show itself to the public.
    PublishProfile on account "/for update/" needs Admin by Member: |row| Target::account(row.id);
}
