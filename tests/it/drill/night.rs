//! What every drill on a renewal run begins and ends with: a crowd whose products are due, and exactly one of everything for each.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mail_parser::MessageParser;
use sea_orm::DatabaseConnection;
use tests::installation::Installation;
use tests::renewals::Renewals;
use tests::smtp::SmtpSink;

use super::rows::{count, wait_for};

const MINUTE: Duration = Duration::from_mins(1);

/// A crowd, and where its mails go.
pub(super) struct Night {
    pub(super) w: Renewals,
    payers: usize,
    sink: SmtpSink,
}

impl Night {
    pub(super) async fn falls(w: Renewals, payers: usize) -> Self {
        w.crowd(payers).await;
        Self { w, payers, sink: SmtpSink::start().await }
    }

    /// A process on its database that mails to its sink.
    pub(super) fn installation(&self, file: &str) -> Installation {
        Installation::new(self.w.database_url(), file).with("SMTP_URL", &format!("{}?tls=none", self.sink.url()))
    }

    /// Waits until everybody is renewed and everything is told, for as long as so many take with so much in their way.
    pub(super) async fn ends(&self, in_the_way: Duration) {
        let (db, payers) = (self.w.store.pool(), i64::try_from(self.payers).unwrap());
        let limit = in_the_way + MINUTE * 2 + Duration::from_millis(30) * u32::try_from(self.payers).unwrap();
        wait_for(db, "invoice WHERE status = 'PAID'", payers, limit).await;
        wait_for(db, "renewal_run WHERE finished_at IS NOT NULL", 1, MINUTE).await;
        wait_for(db, "notification WHERE sent_at IS NULL", 0, limit).await;
        wait_for(db, "job WHERE state IN ('due', 'running') AND kind <> 'reconcile_open'", 0, MINUTE).await;
    }

    /// Exactly one of everything for each payer, and its mails.
    pub(super) async fn is_in_the_books(&self) {
        let db = self.w.store.pool();
        let payers = i64::try_from(self.payers).unwrap();
        for what in [
            "test_gateway_charge",
            "test_gateway_charge WHERE outcome = 'SUCCEEDED'",
            "payment WHERE status = 'SUCCEEDED'",
            "payment",
            "invoice",
            "invoice_line",
            "cashback",
            "journal_entry WHERE kind = 'INVOICE_ISSUED'",
            "journal_entry WHERE kind = 'PAYMENT_RECEIVED'",
            "journal_entry WHERE kind = 'CASHBACK_CREDITED'",
            "product WHERE renews_on = '2028-02-01'",
        ] {
            assert_eq!(count(db, what).await, payers, "{what}");
        }
        assert_eq!(count(db, "product_period").await, 2 * payers);
        assert_eq!(count(db, "job WHERE state = 'dead'").await, 0);
        self.w.audit().await;
        mails(db, &self.sink).await;
    }
}

/// Each mail came at least once, and all its copies have one Message-ID, which no other mail has.
async fn mails(db: &DatabaseConnection, sink: &SmtpSink) {
    let received = sink.received();
    let mut copies: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for mail in &received {
        let parsed = MessageParser::default().parse(&mail.raw).unwrap();
        let event = (mail.to.join(","), parsed.subject().unwrap().to_owned());
        copies.entry(event).or_default().insert(parsed.message_id().unwrap().to_owned());
    }
    let doubtful: Vec<_> = copies.iter().filter(|(_, ids)| ids.len() != 1).collect();
    assert!(doubtful.is_empty(), "{doubtful:#?}");
    let ids: BTreeSet<_> = copies.values().flatten().collect();
    let expected = usize::try_from(count(db, "notification").await).unwrap();
    assert!(expected > 0, "nobody was written to");
    assert_eq!((ids.len(), copies.len()), (expected, expected));
    println!("{expected} mails, {} copies", received.len());
}
