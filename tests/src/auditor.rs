//! The independent auditor: looks at the tables after a scenario and recomputes what must hold, with none of the product's
//! code. It knows the columns and the rules of money, nothing else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use sea_orm::{DatabaseConnection, FromQueryResult, Statement};
use uuid::Uuid;

/// What is wrong, a line each; empty when the books are in order.
pub async fn audit(db: &DatabaseConnection) -> Vec<String> {
    let mut findings = Vec::new();
    ledger(db, &mut findings).await;
    wallets(db, &mut findings).await;
    invoices(db, &mut findings).await;
    lines(db, &mut findings).await;
    periods(db, &mut findings).await;
    payments(db, &mut findings).await;
    feed(db, &mut findings).await;
    findings
}

async fn rows<T: FromQueryResult>(db: &DatabaseConnection, sql: &str) -> Vec<T> {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    T::find_by_statement(statement).all(db).await.unwrap_or_else(|e| panic!("{e}: {sql}"))
}

/// Half away from zero, as the rules have it.
fn portion(amount: i64, bps: i64) -> i64 {
    let wide = i128::from(amount) * i128::from(bps);
    let rounded = (wide.abs() + 5_000) / 10_000;
    i64::try_from(if wide < 0 { -rounded } else { rounded }).expect("an amount")
}

#[derive(FromQueryResult)]
struct LedgerLine {
    entry_id: Uuid,
    head: Option<Uuid>,
    ledger_account: String,
    owner_id: Option<Uuid>,
    currency: String,
    debit_minor: i64,
    credit_minor: i64,
}

async fn ledger_lines(db: &DatabaseConnection) -> Vec<LedgerLine> {
    rows(
        db,
        "SELECT l.entry_id, e.id AS head, l.ledger_account, l.owner_id, l.currency, l.debit_minor, l.credit_minor
        FROM ledger_line l LEFT JOIN journal_entry e ON e.id = l.entry_id",
    )
    .await
}

async fn ledger(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let mut sums: BTreeMap<(Uuid, String), i64> = BTreeMap::new();
    for line in ledger_lines(db).await {
        if line.head.is_none() {
            findings.push(format!("ledger: entry {} has no head", line.entry_id));
        }
        *sums.entry((line.entry_id, line.currency)).or_default() += line.debit_minor - line.credit_minor;
    }
    let off = sums.into_iter().filter(|(_, sum)| *sum != 0);
    findings.extend(off.map(|((id, currency), sum)| format!("ledger: entry {id} is off by {sum} {currency}")));
}

#[derive(FromQueryResult)]
struct Sums {
    account_id: Uuid,
    currency: String,
    pending_minor: i64,
    available_minor: i64,
}

#[derive(FromQueryResult)]
struct EntrySum {
    account_id: Uuid,
    currency: String,
    amount_minor: i64,
}

/// A wallet is the sum of its entries, and both of its sides are what the ledger says.
async fn wallets(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let mut entries: BTreeMap<(Uuid, String), i64> = BTreeMap::new();
    for row in rows::<EntrySum>(db, "SELECT account_id, currency, amount_minor FROM wallet_entry").await {
        *entries.entry((row.account_id, row.currency)).or_default() += row.amount_minor;
    }
    let mut owed: BTreeMap<(Uuid, String), (i64, i64)> = BTreeMap::new();
    for line in ledger_lines(db).await {
        let Some(owner) = line.owner_id else { continue };
        let credit = line.credit_minor - line.debit_minor;
        let sides = owed.entry((owner, line.currency)).or_default();
        match line.ledger_account.as_str() {
            "wallet_pending" => sides.0 += credit,
            "wallet_available" => sides.1 += credit,
            _ => {}
        }
    }
    owed.retain(|_, sides| *sides != (0, 0));
    let wallets = rows::<Sums>(db, "SELECT account_id, currency, pending_minor, available_minor FROM wallet").await;
    let known: BTreeSet<_> = wallets.iter().map(|w| (w.account_id, w.currency.clone())).collect();
    for wallet in wallets {
        let key = (wallet.account_id, wallet.currency);
        let sides = (wallet.pending_minor, wallet.available_minor);
        let sum = entries.get(&key).copied().unwrap_or_default();
        if sides.0 + sides.1 != sum {
            findings.push(format!("wallet {key:?}: holds {sides:?}, its entries sum to {sum}"));
        }
        if owed.get(&key).copied().unwrap_or_default() != sides {
            findings.push(format!("wallet {key:?}: holds {sides:?}, the ledger says {:?}", owed.get(&key)));
        }
    }
    let lost = entries.keys().chain(owed.keys()).filter(|key| !known.contains(key));
    findings.extend(lost.map(|key| format!("wallet {key:?} is missing")));
}

#[derive(FromQueryResult)]
struct Invoice {
    id: Uuid,
    series: String,
    year: i32,
    sequence: i32,
    number: String,
    status: String,
    kind: String,
    currency: String,
    issued_on: NaiveDate,
    subtotal_minor: i64,
    discount_minor: i64,
    tax_minor: i64,
    total_minor: i64,
    paid_minor: i64,
}

#[derive(FromQueryResult)]
struct Line {
    id: Uuid,
    invoice_id: Uuid,
    public_price_minor: i64,
    discount_minor: i64,
    net_minor: i64,
    tax_category: String,
    tax_rate_bps: i32,
    tax_minor: i64,
    rate_bps: Option<i32>,
    partner_id: Option<Uuid>,
    cashback_minor: i64,
}

async fn invoice_lines(db: &DatabaseConnection) -> BTreeMap<Uuid, Vec<Line>> {
    let mut by_invoice: BTreeMap<Uuid, Vec<Line>> = BTreeMap::new();
    let sql =
        "SELECT id, invoice_id, public_price_minor, discount_minor, net_minor, tax_category, tax_rate_bps, tax_minor,
        rate_bps, partner_id, cashback_minor FROM invoice_line";
    for line in rows::<Line>(db, sql).await {
        by_invoice.entry(line.invoice_id).or_default().push(line);
    }
    by_invoice
}

async fn invoices(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let lines = invoice_lines(db).await;
    let sql =
        "SELECT id, series, year, sequence, number, status, kind, currency, issued_on, subtotal_minor, discount_minor,
        tax_minor, total_minor, paid_minor FROM invoice ORDER BY series, year, sequence";
    let mut last: Option<(String, i32, i32, NaiveDate)> = None;
    for invoice in rows::<Invoice>(db, sql).await {
        let name = format!("invoice {} ({} {})", invoice.number, invoice.kind, invoice.currency);
        let expected = match &last {
            Some((series, year, sequence, _)) if *series == invoice.series && *year == invoice.year => sequence + 1,
            _ => 1,
        };
        if invoice.sequence != expected {
            findings.push(format!("{name}: comes as {} where {expected} was due", invoice.sequence));
        }
        if let Some((series, _, _, issued_on)) = &last
            && *series == invoice.series
            && invoice.issued_on < *issued_on
        {
            findings.push(format!("{name}: issued on {} after one of {issued_on}", invoice.issued_on));
        }
        last = Some((invoice.series.clone(), invoice.year, invoice.sequence, invoice.issued_on));

        let none = Vec::new();
        let own = lines.get(&invoice.id).unwrap_or(&none);
        let sums =
            own.iter().fold((0, 0, 0), |s, l| (s.0 + l.public_price_minor, s.1 + l.discount_minor, s.2 + l.tax_minor));
        if sums != (invoice.subtotal_minor, invoice.discount_minor, invoice.tax_minor) {
            findings.push(format!("{name}: its lines sum to {sums:?}"));
        }
        if invoice.total_minor != invoice.subtotal_minor - invoice.discount_minor + invoice.tax_minor {
            findings.push(format!("{name}: total {}", invoice.total_minor));
        }
        if invoice.kind != "CREDIT_NOTE" {
            let mut groups: BTreeMap<(&str, i32), i64> = BTreeMap::new();
            for line in own {
                *groups.entry((&line.tax_category, line.tax_rate_bps)).or_default() += line.net_minor;
            }
            let tax: i64 = groups.into_iter().map(|((_, bps), net)| portion(net, i64::from(bps))).sum();
            if tax != invoice.tax_minor {
                findings.push(format!("{name}: tax {} where {tax} is due", invoice.tax_minor));
            }
            if (invoice.status == "PAID") != (invoice.paid_minor == invoice.total_minor) && invoice.status != "CREDITED"
            {
                findings
                    .push(format!("{name}: {} with {} of {}", invoice.status, invoice.paid_minor, invoice.total_minor));
            }
        }
    }
}

/// The law: discount + cashback = D on every line that a partnership covers, and never both.
async fn lines(db: &DatabaseConnection, findings: &mut Vec<String>) {
    for line in invoice_lines(db).await.into_values().flatten() {
        let benefit = line.rate_bps.map_or(0, |bps| portion(line.public_price_minor, i64::from(bps)));
        if line.discount_minor + line.cashback_minor != benefit
            || (line.discount_minor != 0 && line.cashback_minor != 0)
        {
            findings.push(format!(
                "line {}: discount {} and cashback {} where D is {benefit}",
                line.id, line.discount_minor, line.cashback_minor
            ));
        }
        if line.net_minor != line.public_price_minor - line.discount_minor {
            findings.push(format!("line {}: net {}", line.id, line.net_minor));
        }
        if line.cashback_minor != 0 && line.partner_id.is_none() {
            findings.push(format!("line {}: cashback for nobody", line.id));
        }
    }
}

#[derive(FromQueryResult)]
struct Period {
    product_id: Uuid,
    period_start: NaiveDate,
    period_end: NaiveDate,
    renews_on: NaiveDate,
    is_paid: i32,
}

/// Periods follow each other without gap or overlap, and the product renews where its last paid one ends.
async fn periods(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let sql = "SELECT p.product_id, p.period_start, p.period_end, x.renews_on,
            CASE WHEN p.paid_at IS NULL THEN 0 ELSE 1 END AS is_paid
        FROM product_period p JOIN product x ON x.id = p.product_id WHERE p.credited_at IS NULL
        ORDER BY p.product_id, p.period_start";
    let all = rows::<Period>(db, sql).await;
    for pair in all.windows(2) {
        if pair[0].product_id == pair[1].product_id && pair[0].period_end != pair[1].period_start {
            findings
                .push(format!("product {}: {} to {}", pair[0].product_id, pair[0].period_end, pair[1].period_start));
        }
    }
    let ends: BTreeMap<_, _> =
        all.iter().filter(|p| p.is_paid == 1).map(|p| (p.product_id, (p.period_end, p.renews_on))).collect();
    let off = ends.into_iter().filter(|(_, (end, renews_on))| end != renews_on);
    findings.extend(off.map(|(id, (end, on))| format!("product {id}: renews on {on}, but is paid until {end}")));
}

#[derive(FromQueryResult)]
struct Payment {
    id: Uuid,
    invoice_id: Option<Uuid>,
    amount_minor: i64,
    currency: String,
    status: String,
}

#[derive(FromQueryResult)]
struct Charge {
    key: String,
    amount_minor: i64,
    currency: String,
    outcome: String,
}

#[derive(FromQueryResult)]
struct CashbackRow {
    id: Uuid,
    lines: i64,
}

/// Our book of payments is the gateway's, both ways, to the cent; and each paid line that earns has earned once.
async fn payments(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let ours = rows::<Payment>(db, "SELECT id, invoice_id, amount_minor, currency, status FROM payment").await;
    let theirs = rows::<Charge>(db, "SELECT key, amount_minor, currency, outcome FROM test_gateway_charge").await;
    let charged: BTreeMap<_, _> =
        theirs.iter().filter(|c| c.outcome == "SUCCEEDED").map(|c| (c.key.clone(), c)).collect();
    let mut taken: BTreeMap<Uuid, u32> = BTreeMap::new();
    for payment in &ours {
        let charge = charged.get(&payment.id.to_string());
        let succeeded = matches!(payment.status.as_str(), "SUCCEEDED" | "REFUNDED");
        match charge {
            Some(charge) if succeeded => {
                if (charge.amount_minor, &charge.currency) != (payment.amount_minor, &payment.currency) {
                    findings.push(format!("payment {}: the gateway took another amount", payment.id));
                }
            }
            Some(_) if payment.status == "DECLINED" => {
                findings.push(format!("payment {}: declined, yet taken", payment.id));
            }
            None if succeeded => findings.push(format!("payment {}: the gateway knows of none", payment.id)),
            Some(_) | None => {}
        }
        if succeeded && let Some(invoice) = payment.invoice_id {
            *taken.entry(invoice).or_default() += 1;
        }
    }
    findings.extend(taken.into_iter().filter(|(_, n)| *n > 1).map(|(id, n)| format!("invoice {id}: paid {n} times")));
    let known: BTreeSet<_> = ours.iter().map(|p| p.id.to_string()).collect();
    let strange = charged.keys().filter(|key| !known.contains(*key));
    findings.extend(strange.map(|key| format!("charge {key}: not ours")));

    let earned = rows::<CashbackRow>(
        db,
        "SELECT l.id, (SELECT count(*) FROM cashback c WHERE c.invoice_line_id = l.id AND c.amount_minor = l.cashback_minor) AS lines
        FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
        WHERE l.cashback_minor > 0 AND i.status = 'PAID' AND i.kind <> 'CREDIT_NOTE'",
    )
    .await;
    let off = earned.into_iter().filter(|row| row.lines != 1);
    findings.extend(off.map(|row| format!("line {}: credited {} times", row.id, row.lines)));
}

#[derive(FromQueryResult)]
struct Feed {
    events: i64,
    first: i64,
    latest: i64,
    counter: i64,
}

/// Positions are 1 to n, and the counter stands at n.
async fn feed(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let sql = "SELECT count(*) AS events, coalesce(min(position), 1) AS first, coalesce(max(position), 0) AS latest,
        (SELECT last FROM feed_position) AS counter FROM activity";
    for feed in rows::<Feed>(db, sql).await {
        if (feed.first, feed.latest, feed.counter) != (1, feed.events, feed.events) {
            findings.push(format!(
                "feed: {} events from {} to {}, counter {}",
                feed.events, feed.first, feed.latest, feed.counter
            ));
        }
    }
}
