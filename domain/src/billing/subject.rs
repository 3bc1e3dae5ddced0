//! The rows of this area: how each is seen, and what permits are given for.

use chrono::{DateTime, Utc};
use entities::id::{InvoiceId, InvoiceLineId, PaymentId, PaymentMethodId, WalletEntryId};
use entities::{invoice, invoice_line, payment, payment_method, wallet_entry};

use crate::actor::Actor;
use crate::permission::{Subject, rows, visible};
use crate::sql::Sql;

rows!(invoice, invoice_line, payment, payment_method, wallet_entry);

impl Subject for invoice::Model {
    type Id = InvoiceId;
    const TABLE: &'static str = "invoice";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::invoices(sql, actor, alias);
    }
}

impl Subject for invoice_line::Model {
    type Id = InvoiceLineId;
    const TABLE: &'static str = "invoice_line";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        of_invoice(sql, actor, alias);
    }
}

impl Subject for payment::Model {
    type Id = PaymentId;
    const TABLE: &'static str = "payment";

    /// As its invoice; a payment that failed before there was one is told by its order.
    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        of_invoice(sql, actor, alias);
    }
}

impl Subject for payment_method::Model {
    type Id = PaymentMethodId;
    const TABLE: &'static str = "payment_method";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::payment_methods(sql, actor, alias);
    }
}

impl Subject for wallet_entry::Model {
    type Id = WalletEntryId;
    const TABLE: &'static str = "wallet_entry";

    fn visible(sql: &mut Sql, actor: &Actor, _: DateTime<Utc>, alias: &str) {
        visible::wallet_entries(sql, actor, alias);
    }
}

fn of_invoice(sql: &mut Sql, actor: &Actor, alias: &str) {
    sql.push("EXISTS (SELECT 1 FROM invoice vi WHERE vi.id = ").push(alias).push(".invoice_id AND ");
    visible::invoices(sql, actor, "vi");
    sql.push(")");
}
