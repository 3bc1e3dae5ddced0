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
    credits(db, &mut findings).await;
    refunds(db, &mut findings).await;
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
    credited_minor: i64,
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
    corrected_line_id: Option<Uuid>,
    credited_net_minor: i64,
}

async fn invoice_lines(db: &DatabaseConnection) -> BTreeMap<Uuid, Vec<Line>> {
    let mut by_invoice: BTreeMap<Uuid, Vec<Line>> = BTreeMap::new();
    let sql =
        "SELECT id, invoice_id, public_price_minor, discount_minor, net_minor, tax_category, tax_rate_bps, tax_minor,
        rate_bps, partner_id, cashback_minor, corrected_line_id, credited_net_minor FROM invoice_line ORDER BY position";
    for line in rows::<Line>(db, sql).await {
        by_invoice.entry(line.invoice_id).or_default().push(line);
    }
    by_invoice
}

async fn invoices(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let lines = invoice_lines(db).await;
    let sql =
        "SELECT id, series, year, sequence, number, status, kind, currency, issued_on, subtotal_minor, discount_minor,
        tax_minor, total_minor, paid_minor, credited_minor FROM invoice ORDER BY series, year, sequence";
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
            let left = invoice.total_minor - invoice.credited_minor;
            if (invoice.status == "PAID") != (invoice.paid_minor >= left && left > 0)
                || (invoice.status == "CREDITED") != (left == 0)
                || invoice.paid_minor > invoice.total_minor
            {
                findings.push(format!("{name}: {} with {} paid of {left}", invoice.status, invoice.paid_minor));
            }
        }
    }
}

/// The law: discount + cashback = D on every line that a partnership covers, and never both.
async fn lines(db: &DatabaseConnection, findings: &mut Vec<String>) {
    for line in invoice_lines(db).await.into_values().flatten() {
        if line.net_minor != line.public_price_minor - line.discount_minor {
            findings.push(format!("line {}: net {}", line.id, line.net_minor));
        }
        if line.corrected_line_id.is_some() {
            continue; // by `credits`
        }
        let benefit = line.rate_bps.map_or(0, |bps| portion(line.public_price_minor, i64::from(bps)));
        if line.discount_minor + line.cashback_minor != benefit
            || (line.discount_minor != 0 && line.cashback_minor != 0)
        {
            findings.push(format!(
                "line {}: discount {} and cashback {} where D is {benefit}",
                line.id, line.discount_minor, line.cashback_minor
            ));
        }
        if line.cashback_minor != 0 && line.partner_id.is_none() {
            findings.push(format!("line {}: cashback for nobody", line.id));
        }
    }
}

/// The share of an amount that is due when `part` of `whole` is credited, half away from zero.
fn share(amount: i64, part: i64, whole: i64) -> i64 {
    if whole == 0 {
        return 0;
    }
    let wide = i128::from(amount) * i128::from(part);
    let (wide, whole) = (2 * wide + i128::from(whole), 2 * i128::from(whole));
    i64::try_from(wide.div_euclid(whole)).expect("an amount")
}

/// A line that can be credited: on a credit note of a plan change, the charge stands below zero.
struct Billed {
    id: Uuid,
    public: i64,
    discount: i64,
    net: i64,
    cashback: i64,
    bps: i64,
}

impl Billed {
    fn of(line: &Line) -> Self {
        Self {
            id: line.id,
            public: line.public_price_minor.abs(),
            discount: line.discount_minor.abs(),
            net: line.net_minor.abs(),
            cashback: line.cashback_minor.abs(),
            bps: i64::from(line.rate_bps.unwrap_or_default()),
        }
    }
}

/// What has been credited of a line so far.
#[derive(Default, Clone, Copy)]
struct Taken {
    public: i64,
    discount: i64,
    net: i64,
    tax: i64,
    cashback: i64,
}

/// Every credit, computed once more in the order in which they came: on a credit note, the discount and the cashback that go with
/// its net cumulatively; on a plan change, D of what is credited; the tax of all that is credited of a rate, rounded once.
async fn credits(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let sql =
        "SELECT id, series, year, sequence, number, status, kind, currency, issued_on, subtotal_minor, discount_minor,
        tax_minor, total_minor, paid_minor, credited_minor FROM invoice ORDER BY id";
    let invoices = rows::<Invoice>(db, sql).await;
    let lines = invoice_lines(db).await;
    let by_id: BTreeMap<Uuid, &Line> = lines.values().flatten().map(|line| (line.id, line)).collect();
    let mut taken: BTreeMap<Uuid, Taken> = BTreeMap::new();
    for document in &invoices {
        let mut touched: BTreeMap<(Uuid, &str, i32), i64> = BTreeMap::new();
        for line in lines.get(&document.id).into_iter().flatten() {
            let Some(original) = line.corrected_line_id.map(|id| Billed::of(by_id[&id])) else { continue };
            let so_far = taken.entry(original.id).or_default();
            let (net, public) = (line.net_minor.abs(), line.public_price_minor.abs());
            let (discount, cashback) = (line.discount_minor.abs(), line.cashback_minor.abs());
            let is_note = document.kind == "CREDIT_NOTE" && line.net_minor >= 0;
            let after = so_far.net + net;
            let due = |whole: i64, taken: i64| {
                let is_rest = after == original.net;
                let of_note = share(whole, after, original.net) - taken;
                let of_change = portion(public, original.bps);
                let due = if is_rest {
                    whole - taken
                } else if is_note {
                    of_note
                } else {
                    of_change
                };
                if whole == 0 { 0 } else { due.clamp(0, whole - taken) }
            };
            let expected = (due(original.discount, so_far.discount), due(original.cashback, so_far.cashback));
            // a plan change rounds as on an order, also where its credit stands on a note
            let d = portion(public, original.bps);
            let of_change = (if original.discount == 0 { 0 } else { d }, if original.cashback == 0 { 0 } else { d });
            if (discount, cashback) != expected && !(is_note && (discount, cashback) == of_change) {
                findings.push(format!(
                    "credit {} on {}: discount {discount} and cashback {cashback}, expected {expected:?}",
                    line.id, document.number
                ));
            }
            *so_far = Taken {
                public: so_far.public + public,
                discount: so_far.discount + discount,
                net: after,
                tax: so_far.tax + line.tax_minor.abs(),
                cashback: so_far.cashback + cashback,
            };
            if so_far.net > original.net || so_far.public > original.public {
                findings.push(format!("line {}: more is credited than was billed", original.id));
            }
            let corrected = by_id[&original.id];
            touched.entry((corrected.invoice_id, &corrected.tax_category, corrected.tax_rate_bps)).or_default();
        }
        for (invoice_id, category, bps) in touched.into_keys() {
            let of_rate = lines[&invoice_id].iter().filter(|line| {
                line.corrected_line_id.is_none() && line.tax_category == category && line.tax_rate_bps == bps
            });
            let (mut billed, mut tax, mut credited) = (0, 0, Taken::default());
            for line in of_rate {
                let of_line = taken.get(&line.id).copied().unwrap_or_default();
                (billed, tax) = (billed + line.net_minor.abs(), tax + line.tax_minor.abs());
                (credited.net, credited.tax) = (credited.net + of_line.net, credited.tax + of_line.tax);
            }
            let due = if credited.net == billed { tax } else { portion(credited.net, i64::from(bps)).min(tax) };
            if credited.tax != due {
                findings.push(format!("{}: tax {} credited in all, {due} is due", document.number, credited.tax));
            }
        }
    }
    for line in lines.values().flatten() {
        let credited = taken.get(&line.id).copied().unwrap_or_default();
        if credited.net != line.credited_net_minor {
            findings.push(format!("line {}: says {}, credited {}", line.id, line.credited_net_minor, credited.net));
        }
    }
    for invoice in invoices.iter().filter(|invoice| invoice.kind != "CREDIT_NOTE") {
        let own = lines.get(&invoice.id).into_iter().flatten().filter_map(|line| taken.get(&line.id));
        let credited: i64 = own.map(|part| part.net + part.tax).sum();
        if invoice.credited_minor != credited.min(invoice.total_minor) {
            findings.push(format!("{}: says {} is credited, it is {credited}", invoice.number, invoice.credited_minor));
        }
    }
    reversals(db, &by_id, &taken, findings).await;
}

#[derive(FromQueryResult)]
struct Earned {
    invoice_line_id: Uuid,
    amount_minor: i64,
    reversed_minor: i64,
}

#[derive(FromQueryResult)]
struct Entry {
    invoice_line_id: Option<Uuid>,
    amount_minor: i64,
}

/// What a line has left of its cashback is what is not credited of it, and its entries say so.
async fn reversals(
    db: &DatabaseConnection,
    lines: &BTreeMap<Uuid, &Line>,
    taken: &BTreeMap<Uuid, Taken>,
    findings: &mut Vec<String>,
) {
    let mut entered: BTreeMap<Uuid, i64> = BTreeMap::new();
    let sql = "SELECT invoice_line_id, amount_minor FROM wallet_entry WHERE kind IN ('CASHBACK', 'REFERRAL', 'CASHBACK_REVERSAL')";
    for entry in rows::<Entry>(db, sql).await {
        *entered.entry(entry.invoice_line_id.unwrap_or_default()).or_default() += entry.amount_minor;
    }
    for row in rows::<Earned>(db, "SELECT invoice_line_id, amount_minor, reversed_minor FROM cashback").await {
        let line = lines[&row.invoice_line_id];
        let left = line.cashback_minor.abs() - taken.get(&line.id).map_or(0, |part| part.cashback);
        let held = (row.amount_minor - row.reversed_minor, entered.get(&line.id).copied().unwrap_or_default());
        if held != (left, left) {
            findings.push(format!("cashback on {}: {held:?} left where {left} is due", line.id));
        }
    }
}

#[derive(FromQueryResult)]
struct RefundRow {
    id: Uuid,
    payment_id: Option<Uuid>,
    amount_minor: i64,
    status: String,
}

#[derive(FromQueryResult)]
struct PaidBack {
    key: String,
    amount_minor: i64,
}

#[derive(FromQueryResult)]
struct Owed {
    account_id: Uuid,
    currency: String,
    owed: i64,
}

#[derive(FromQueryResult)]
struct Left {
    account_id: Uuid,
    currency: String,
    due: i64,
}

/// What was paid back is in the gateway's book, both ways, and never more than came in; and a payer owes what its open invoices
/// say, less what is on its way back.
async fn refunds(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let ours = rows::<RefundRow>(db, "SELECT id, payment_id, amount_minor, status FROM refund").await;
    let theirs = rows::<PaidBack>(db, "SELECT key, amount_minor FROM test_gateway_refund").await;
    let booked: BTreeMap<_, _> = theirs.iter().map(|row| (row.key.clone(), row.amount_minor)).collect();
    let mut back: BTreeMap<Uuid, i64> = BTreeMap::new();
    for refund in &ours {
        let Some(payment) = refund.payment_id else { continue };
        *back.entry(payment).or_default() += refund.amount_minor;
        let paid = booked.get(&refund.id.to_string()).copied();
        let is_right = match refund.status.as_str() {
            "SUCCEEDED" => paid == Some(refund.amount_minor),
            "DECLINED" => paid.is_none(),
            _ => true,
        };
        if !is_right {
            findings.push(format!("refund {}: {} here, {paid:?} at the gateway", refund.id, refund.status));
        }
    }
    let known: BTreeSet<_> = ours.iter().map(|refund| refund.id.to_string()).collect();
    findings.extend(booked.keys().filter(|key| !known.contains(*key)).map(|key| format!("refund {key}: not ours")));
    for payment in rows::<Payment>(db, "SELECT id, invoice_id, amount_minor, currency, status FROM payment").await {
        let back = back.get(&payment.id).copied().unwrap_or_default();
        if back > payment.amount_minor || (payment.status == "REFUNDED" && back != payment.amount_minor) {
            findings.push(format!("payment {}: {back} of {} went back", payment.id, payment.amount_minor));
        }
    }
    let sql = "SELECT owner_id AS account_id, currency, CAST(sum(debit_minor) - sum(credit_minor) AS bigint) AS owed FROM ledger_line
        WHERE ledger_account = 'receivable' GROUP BY owner_id, currency";
    let mut owed: BTreeMap<(Uuid, String), i64> =
        rows::<Owed>(db, sql).await.into_iter().map(|row| ((row.account_id, row.currency), row.owed)).collect();
    let sql = "SELECT billed_to_id AS account_id, currency, total_minor - credited_minor - paid_minor AS due FROM invoice WHERE status = 'OPEN'
        UNION ALL SELECT account_id, currency, -amount_minor FROM refund WHERE status <> 'SUCCEEDED'";
    for row in rows::<Left>(db, sql).await {
        *owed.entry((row.account_id, row.currency)).or_default() -= row.due;
    }
    let off = owed.into_iter().filter(|(_, off)| *off != 0);
    findings.extend(off.map(|(payer, off)| format!("receivable of {payer:?}: {off} more than its invoices say")));
}

#[derive(FromQueryResult)]
struct Period {
    product_id: Uuid,
    period_start: NaiveDate,
    period_end: NaiveDate,
    renews_on: NaiveDate,
    is_paid: i32,
    is_credited: i32,
}

/// Periods follow each other without gap or overlap, and the product renews where its last paid one ends. One that was paid and
/// credited later may stand between them: what runs, runs on. What took its place counts.
async fn periods(db: &DatabaseConnection, findings: &mut Vec<String>) {
    let sql = "SELECT p.product_id, p.period_start, p.period_end, x.renews_on,
            CASE WHEN p.paid_at IS NULL THEN 0 ELSE 1 END AS is_paid, CASE WHEN p.credited_at IS NULL THEN 0 ELSE 1 END AS is_credited
        FROM product_period p JOIN product x ON x.id = p.product_id WHERE p.credited_at IS NULL OR p.paid_at IS NOT NULL
        ORDER BY p.product_id, p.period_start, p.period_end";
    let mut products: BTreeMap<Uuid, (Vec<Period>, Vec<Period>)> = BTreeMap::new();
    for period in rows::<Period>(db, sql).await {
        let (kept, credited) = products.entry(period.product_id).or_default();
        if period.is_credited == 0 { kept.push(period) } else { credited.push(period) }
    }
    for (id, (kept, credited)) in products {
        for pair in kept.windows(2) {
            if !reaches(&credited, pair[0].period_end, pair[1].period_start) {
                findings.push(format!("product {id}: {} to {}", pair[0].period_end, pair[1].period_start));
            }
        }
        if let Some(last) = kept.iter().rfind(|period| period.is_paid == 1)
            && !reaches(&credited, last.period_end, last.renews_on)
        {
            findings.push(format!("product {id}: renews on {}, but is paid until {}", last.renews_on, last.period_end));
        }
    }
}

/// Whether two days are one, or credited periods fill all that is between them.
fn reaches(credited: &[Period], from: NaiveDate, to: NaiveDate) -> bool {
    let is_next = |period: &&Period| period.period_start == from && period.period_end > from && period.period_end <= to;
    from == to || credited.iter().filter(is_next).any(|period| reaches(credited, period.period_end, to))
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
        "SELECT l.id, (SELECT count(*) FROM cashback c WHERE c.invoice_line_id = l.id) AS lines
        FROM invoice_line l JOIN invoice i ON i.id = l.invoice_id
        WHERE l.cashback_minor > 0 AND l.credited_net_minor = 0 AND i.status = 'PAID' AND i.kind <> 'CREDIT_NOTE'",
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
