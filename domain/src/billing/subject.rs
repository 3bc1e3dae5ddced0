//! The rows of this area that permits are given for.

use chrono::{DateTime, Utc};
use entities::id::{InvoiceId, PaymentMethodId};
use entities::{invoice, payment_method};

use crate::actor::Actor;
use crate::permission::{Subject, visible};
use crate::sql::Sql;

impl Subject for invoice::Model {
    type Id = InvoiceId;
    const TABLE: &'static str = "invoice";

    fn visible(sql: &mut Sql, actor: &Actor, _now: DateTime<Utc>, alias: &str) {
        visible::invoices(sql, actor, alias);
    }
}

impl Subject for payment_method::Model {
    type Id = PaymentMethodId;
    const TABLE: &'static str = "payment_method";

    fn visible(sql: &mut Sql, actor: &Actor, _now: DateTime<Utc>, alias: &str) {
        visible::payment_methods(sql, actor, alias);
    }
}
