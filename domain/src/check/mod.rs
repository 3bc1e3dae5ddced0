//! Verifies the books: what must hold between tables, and what should not last, looked up in sets, each finding with how to mend it.
//!
//! It changes nothing and may run beside everything else: each question is one statement, and sees one instant.

mod states;

use sea_orm::{FromQueryResult, Value};

pub use states::unrenewed;

use crate::error::Error;
use crate::store::{Reader, Store};

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Finding {
    /// The row, or what stands for it.
    pub subject: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do about it.
    #[sea_orm(skip)]
    pub mend: &'static str,
}

struct Question {
    sql: &'static str,
    mend: &'static str,
}

const RESTORE: &str =
    "nothing in the product writes this: find who wrote to the database, and restore the backup before";
const REPORT: &str = "this is a defect: keep the rows and report it";

/// Each selects `subject` and `problem`; no row is good news.
const QUESTIONS: [Question; 18] = [
    Question {
        sql: "SELECT 'journal entry ' || ID<l.entry_id> AS subject,
                'debits and credits differ by ' || CAST(sum(l.debit_minor) - sum(l.credit_minor) AS text) || ' ' || l.currency AS problem
            FROM ledger_line l GROUP BY l.entry_id, l.currency HAVING sum(l.debit_minor) <> sum(l.credit_minor)",
        mend: RESTORE,
    },
    Question {
        sql: "SELECT 'ledger line ' || ID<l.id> AS subject, 'its journal entry is missing' AS problem
            FROM ledger_line l LEFT JOIN journal_entry e ON e.id = l.entry_id WHERE e.id IS NULL",
        mend: RESTORE,
    },
    Question {
        sql: "SELECT 'wallet ' || ID<s.account_id> || ' ' || s.currency AS subject,
                'it holds ' || CAST(s.held AS text) || ', its entries sum to ' || CAST(s.entered AS text) AS problem
            FROM (SELECT account_id, currency, sum(held) AS held, sum(entered) AS entered FROM (
                SELECT account_id, currency, pending_minor + available_minor AS held, 0 AS entered FROM wallet
                UNION ALL SELECT account_id, currency, 0, amount_minor FROM wallet_entry) b
                GROUP BY account_id, currency) s WHERE s.held <> s.entered",
        mend: REPORT,
    },
    Question {
        sql: "SELECT 'wallet ' || ID<s.account_id> || ' ' || s.currency AS subject,
                'it holds ' || CAST(s.pending AS text) || ' pending and ' || CAST(s.available AS text) || ' available, the ledger '
                    || CAST(s.book_pending AS text) || ' and ' || CAST(s.book_available AS text) AS problem
            FROM (SELECT account_id, currency, sum(pending) AS pending, sum(available) AS available,
                sum(book_pending) AS book_pending, sum(book_available) AS book_available FROM (
                    SELECT account_id, currency, pending_minor AS pending, available_minor AS available, 0 AS book_pending, 0 AS book_available
                    FROM wallet
                    UNION ALL SELECT owner_id, currency, 0, 0, credit_minor - debit_minor, 0 FROM ledger_line WHERE ledger_account = 'wallet_pending'
                    UNION ALL SELECT owner_id, currency, 0, 0, 0, credit_minor - debit_minor FROM ledger_line WHERE ledger_account = 'wallet_available'
                ) b GROUP BY account_id, currency) s
            WHERE s.pending <> s.book_pending OR s.available <> s.book_available",
        mend: REPORT,
    },
    Question {
        sql: "SELECT 'invoices ' || i.series || ' ' || CAST(i.year AS text) AS subject,
                'numbers 1 to ' || CAST(c.last_number AS text) || ' were drawn, ' || CAST(count(*) AS text) || ' are there, the last is '
                    || CAST(max(i.sequence) AS text) AS problem
            FROM invoice i LEFT JOIN document_counter c ON c.series = i.series AND c.year = i.year
            GROUP BY i.series, i.year, c.last_number
            HAVING c.last_number IS NULL OR count(*) <> c.last_number OR max(i.sequence) <> c.last_number OR min(i.sequence) <> 1",
        mend: RESTORE,
    },
    Question {
        sql: "SELECT 'product ' || ID<product_id> AS subject,
                'the period from ' || CAST(period_start AS text) || ' is there ' || CAST(count(*) AS text) || ' times' AS problem
            FROM product_period WHERE credited_at IS NULL GROUP BY product_id, period_start HAVING count(*) > 1",
        mend: RESTORE,
    },
    Question {
        sql: "SELECT 'invoice ' || i.number AS subject, 'its total is not what its lines sum to' AS problem
            FROM invoice i JOIN (SELECT invoice_id, sum(public_price_minor) AS subtotal, sum(discount_minor) AS discount,
                sum(net_minor) AS net, sum(tax_minor) AS tax FROM invoice_line GROUP BY invoice_id) l ON l.invoice_id = i.id
            WHERE l.subtotal <> i.subtotal_minor OR l.discount <> i.discount_minor OR l.tax <> i.tax_minor
                OR l.net + l.tax <> i.total_minor",
        mend: RESTORE,
    },
    Question {
        sql: "SELECT 'invoice ' || i.number AS subject,
                'it says that ' || CAST(i.paid_minor AS text) || ' was paid, its payments and the wallet ' || CAST(coalesce(p.paid, 0) AS text) AS problem
            FROM invoice i LEFT JOIN (SELECT invoice_id, sum(paid) AS paid FROM (
                    SELECT invoice_id, amount_minor AS paid FROM payment WHERE status IN ('SUCCEEDED', 'REFUNDED')
                    UNION ALL SELECT e.reference_id, l.debit_minor FROM journal_entry e JOIN ledger_line l ON l.entry_id = e.id
                    WHERE e.kind = 'WALLET_SPENT') b GROUP BY invoice_id) p ON p.invoice_id = i.id
            WHERE i.kind <> 'CREDIT_NOTE' AND i.paid_minor <> coalesce(p.paid, 0)",
        mend: REPORT,
    },
    Question {
        sql: "SELECT 'invoice ' || i.number AS subject, 'of a line ' || CAST(l.credited_net_minor AS text)
                || ' is credited, its credits sum to ' || CAST(coalesce(c.net, 0) AS text) AS problem
            FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id LEFT JOIN (SELECT corrected_line_id, sum(abs(net_minor)) AS net
                FROM invoice_line WHERE corrected_line_id IS NOT NULL GROUP BY corrected_line_id) c ON c.corrected_line_id = l.id
            WHERE l.credited_net_minor <> coalesce(c.net, 0) OR l.credited_net_minor > abs(l.net_minor)",
        mend: REPORT,
    },
    Question {
        sql: "SELECT 'invoice ' || number AS subject, 'it is ' || status || ', and ' || CAST(credited_minor AS text) || ' of '
                || CAST(total_minor AS text) || ' is credited' AS problem
            FROM invoice WHERE kind <> 'CREDIT_NOTE' AND ((status = 'CREDITED') <> (credited_minor = total_minor) OR credited_minor > total_minor)",
        mend: REPORT,
    },
    Question {
        sql: "SELECT 'order ' || o.number AS subject, 'it is ' || o.status || ', and its invoice ' || i.number || ' ' || i.status AS problem
            FROM \"order\" o JOIN invoice i ON i.order_id = o.id AND i.kind = 'ORDER'
            WHERE (o.status = 'REFUNDED') <> (i.status = 'CREDITED')",
        mend: REPORT,
    },
    Question {
        sql: "SELECT 'cashback ' || ID<c.id> AS subject, CAST(c.reversed_minor AS text) || ' of ' || CAST(c.amount_minor AS text)
                || ' was taken back, its line is credited with ' || CAST(coalesce(n.taken, 0) AS text) AS problem
            FROM cashback c JOIN invoice_line l ON l.id = c.invoice_line_id LEFT JOIN (
                SELECT corrected_line_id, sum(abs(cashback_minor)) AS taken FROM invoice_line
                WHERE corrected_line_id IS NOT NULL GROUP BY corrected_line_id) n ON n.corrected_line_id = l.id
            WHERE abs(l.cashback_minor) - coalesce(n.taken, 0) <> c.amount_minor - c.reversed_minor",
        mend: REPORT,
    },
    Question {
        sql: "SELECT 'refund ' || ID<r.id> AS subject, 'it succeeded here, and the gateway''s book says otherwise' AS problem
            FROM refund r JOIN payment p ON p.id = r.payment_id JOIN payment_method m ON m.id = p.payment_method_id
            JOIN test_gateway_method g ON g.reference = m.gateway_reference
            LEFT JOIN test_gateway_refund b ON b.reference = r.gateway_reference AND b.charge = p.gateway_reference
                AND b.amount_minor = r.amount_minor AND b.currency = r.currency
            WHERE r.status = 'SUCCEEDED' AND b.key IS NULL",
        mend: "pay it back by other means, and report it",
    },
    Question {
        sql: "SELECT 'refund ' || b.key AS subject, 'the gateway paid it back, and no refund here says so' AS problem
            FROM test_gateway_refund b LEFT JOIN refund r ON r.gateway_reference = b.reference WHERE r.id IS NULL
                AND NOT EXISTS (SELECT 1 FROM refund o WHERE o.status IN ('PENDING', 'UNKNOWN') AND 're_' || ID<o.id> = b.reference)",
        mend: "wait for the reconciliation, then check again; if it stays, it is a defect",
    },
    Question {
        sql: "SELECT 'payment ' || ID<p.id> AS subject, 'it succeeded here, and the gateway''s book says otherwise' AS problem
            FROM payment p JOIN payment_method m ON m.id = p.payment_method_id
            JOIN test_gateway_method g ON g.reference = m.gateway_reference
            LEFT JOIN test_gateway_charge c ON c.reference = p.gateway_reference AND c.outcome = 'SUCCEEDED'
                AND c.amount_minor = p.amount_minor AND c.currency = p.currency
            WHERE p.status IN ('SUCCEEDED', 'REFUNDED') AND c.key IS NULL",
        mend: REPORT,
    },
    Question {
        sql: "SELECT 'charge ' || c.key AS subject, 'the gateway took it, and no payment here says so' AS problem
            FROM test_gateway_charge c LEFT JOIN payment p ON p.gateway_reference = c.reference
            WHERE c.outcome = 'SUCCEEDED' AND p.id IS NULL
                AND NOT EXISTS (SELECT 1 FROM payment o WHERE o.status IN ('PENDING', 'UNKNOWN') AND 'ch_' || ID<o.id> = c.reference)",
        mend: "wait for the reconciliation, then check again; if it stays, it is a defect",
    },
    Question {
        sql: "SELECT 'job ' || ID<id> AS subject, kind || ' was given up: ' || coalesce(last_error, 'no reason') AS problem
            FROM job WHERE state = 'dead'",
        mend: "mend the reason, then `retryDeadJob`",
    },
    Question {
        sql: "SELECT 'mail ' || ID<id> AS subject, kind || ' was not sent: ' || coalesce(last_error, 'no reason') AS problem
            FROM notification WHERE failed_at IS NOT NULL",
        mend: "look at the reason and the address; `retryDeadJob` sends it again",
    },
];

/// Everything that is wrong; nothing, when the books are in order.
pub async fn check(store: &Store, reader: &Reader) -> Result<Vec<Finding>, Error> {
    let mut findings = Vec::new();
    for Question { sql, mend } in QUESTIONS {
        ask(reader, sql, [], mend, &mut findings).await?;
    }
    states::look(store, reader, &mut findings).await?;
    Ok(findings)
}

async fn ask<const N: usize>(
    reader: &Reader,
    text: &str,
    values: [Value; N],
    mend: &'static str,
    findings: &mut Vec<Finding>,
) -> Result<(), Error> {
    let mut sql = reader.sql();
    let text = with_ids_as_text(text, sql.is_postgres());
    sql.add(&text, values);
    let found: Vec<Finding> = sql.all(reader.conn()).await?;
    findings.extend(found.into_iter().map(|finding| Finding { mend, ..finding }));
    Ok(())
}

/// `ID<column>` is the column's id as hexadecimal text, which the databases spell differently.
fn with_ids_as_text(text: &str, is_postgres: bool) -> String {
    let mut parts = text.split("ID<");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (column, rest) = part.split_once('>').unwrap_or((part, ""));
        let (before, after) = if is_postgres { ("replace(CAST(", " AS text), '-', '')") } else { ("lower(hex(", "))") };
        out.extend([before, column, after, rest]);
    }
    out
}
