//! States that should not last: each is left by a sweep or by somebody, and one that is not says that nobody does.

use chrono::Duration;
use sea_orm::{ConnectionTrait, Value};

use super::{Finding, REPORT, ask};
use crate::billing::first_id_at;
use crate::error::Error;
use crate::sql::Sql;
use crate::store::{self, Reader, Store};
use crate::work::Number;

/// What the one `?` of a question is: what is older than that has lasted too long.
#[derive(Clone, Copy)]
enum Since {
    /// There is none: this must not be at all.
    Ever,
    /// An instant of the product's clock.
    Product(Duration),
    /// The first id of an instant of the real clock.
    Id(Duration),
    /// Milliseconds of the real clock.
    Millis(Duration),
}

struct State {
    sql: &'static str,
    since: Since,
    mend: &'static str,
}

const HOUR: Duration = Duration::hours(1);
/// What is due is done within the hour; a worker that was away catches up.
const DAY: Duration = Duration::days(1);
/// Staff answers within so long.
const STAFF: Duration = Duration::days(30);

const WORKER: &str = "start a worker, and look at what it logs";

/// A product that should have renewed, as of a day ago: `p`.
const UNRENEWED: &str = "p.status IN ('FREE', 'ACTIVE') AND p.auto_renew AND p.renews_at < ? AND NOT EXISTS (
    SELECT 1 FROM product_period d WHERE d.product_id = p.id AND d.period_start >= p.renews_on AND d.credited_at IS NULL)";

/// Each selects `subject` and `problem`; no row is good news.
const STATES: [State; 20] = [
    State {
        sql: "SELECT 'payment ' || ID<id> AS subject, 'it is ' || status || ' for more than an hour' AS problem
            FROM payment WHERE status IN ('PENDING', 'UNKNOWN') AND id < ?",
        since: Since::Id(HOUR),
        mend: "start a worker, and see whether the payment gateway answers",
    },
    State {
        sql: "SELECT 'refund ' || ID<id> AS subject, 'it is ' || status || ' for more than an hour' AS problem
            FROM refund WHERE status IN ('PENDING', 'UNKNOWN') AND id < ?",
        since: Since::Id(HOUR),
        mend: "start a worker, and see whether the payment gateway answers",
    },
    State {
        sql: "SELECT 'refund ' || ID<id> AS subject, 'the gateway does not pay it back: ' || coalesce(failure_code, 'no reason') AS problem
            FROM refund WHERE status = 'DECLINED'",
        since: Since::Ever,
        mend: "pay it back by other means, and report it",
    },
    State {
        sql: "SELECT 'job ' || ID<id> AS subject, kind || ' is in the hands of a worker that does not answer any more' AS problem
            FROM job WHERE state = 'running' AND lease_until < ?",
        since: Since::Millis(HOUR),
        mend: "start a worker: it gives back what a dead one held",
    },
    State {
        sql: "SELECT 'job ' || ID<id> AS subject, kind || ' is due for more than a day' AS problem
            FROM job WHERE state = 'due' AND run_at < ?",
        since: Since::Millis(DAY),
        mend: WORKER,
    },
    State {
        sql: "SELECT 'renewal run ' || ID<r.id> AS subject, 'it was begun and not finished, and no job goes on with it' AS problem
            FROM renewal_run r WHERE r.finished_at IS NULL AND r.id < ? AND NOT EXISTS (SELECT 1 FROM job j WHERE j.kind = 'renew_due'
                AND j.state IN ('due', 'running') AND replace(j.unique_key, '-', '') LIKE 'renew_due:' || ID<r.id> || ':%')",
        since: Since::Id(HOUR),
        mend: "run `mandate renewals run`: it does what is left, once",
    },
    State {
        sql: "SELECT 'order ' || o.number AS subject, 'it waits for a payment, and none is under way' AS problem
            FROM \"order\" o WHERE o.status = 'PENDING_PAYMENT' AND NOT EXISTS (
                SELECT 1 FROM payment y WHERE y.order_id = o.id AND y.status IN ('PENDING', 'UNKNOWN'))",
        since: Since::Ever,
        mend: REPORT,
    },
    State {
        sql: "SELECT 'cart ' || ID<c.id> AS subject, 'it waits for the payment of an order that is ' || coalesce(o.status, 'not there') AS problem
            FROM cart c LEFT JOIN \"order\" o ON o.id = c.order_id
            WHERE c.status = 'PENDING_PAYMENT' AND coalesce(o.status, '') <> 'PENDING_PAYMENT'",
        since: Since::Ever,
        mend: REPORT,
    },
    State {
        sql: "SELECT 'product ' || ID<p.id> AS subject, 'it waits for the payment of an order that is ' || o.status AS problem
            FROM product p JOIN order_line l ON l.id = p.order_line_id JOIN \"order\" o ON o.id = l.order_id
            WHERE p.status = 'PENDING_PAYMENT' AND o.status <> 'PENDING_PAYMENT'",
        since: Since::Ever,
        mend: REPORT,
    },
    State {
        sql: "SELECT 'plan change ' || ID<c.id> AS subject, 'it waits for the payment of an order that is ' || o.status AS problem
            FROM plan_change c JOIN \"order\" o ON o.id = c.order_id WHERE c.status = 'PENDING' AND o.status <> 'PENDING_PAYMENT'",
        since: Since::Ever,
        mend: REPORT,
    },
    State {
        sql: "SELECT 'product ' || ID<p.id> AS subject, 'it is ' || p.status || ' and its paid term has ended without a next one' AS problem
            FROM product p WHERE UNRENEWED",
        since: Since::Product(DAY),
        mend: "run `mandate renewals run`; if it stays, the run says why",
    },
    State {
        sql: "SELECT 'product ' || ID<id> AS subject, 'it is ' || status || ', is not to renew, and its term is over' AS problem
            FROM product WHERE status IN ('FREE', 'ACTIVE') AND NOT auto_renew AND renews_at < ?",
        since: Since::Product(DAY),
        mend: WORKER,
    },
    State {
        sql: "SELECT 'product ' || ID<p.id> AS subject, 'it is ' || p.status || ', and nothing will end that' AS problem
            FROM product p WHERE p.status IN ('PAST_DUE', 'SUSPENDED') AND NOT EXISTS (SELECT 1 FROM product_period d
                JOIN invoice_line l ON l.id = d.invoice_line_id JOIN dunning g ON g.invoice_id = l.invoice_id
                WHERE d.product_id = p.id AND d.paid_at IS NULL AND d.credited_at IS NULL AND g.next_at IS NOT NULL)
            AND NOT EXISTS (SELECT 1 FROM product_period d JOIN invoice_line l ON l.id = d.invoice_line_id
                JOIN payment y ON y.invoice_id = l.invoice_id AND y.status IN ('PENDING', 'UNKNOWN')
                WHERE d.product_id = p.id AND d.paid_at IS NULL AND d.credited_at IS NULL)",
        since: Since::Ever,
        mend: REPORT,
    },
    State {
        sql: "SELECT 'invoice ' || i.number AS subject, 'a step of its dunning is due for more than a day' AS problem
            FROM dunning g JOIN invoice i ON i.id = g.invoice_id WHERE g.next_at < ?",
        since: Since::Product(DAY),
        mend: WORKER,
    },
    State {
        sql: "SELECT 'cashback ' || ID<id> AS subject, 'its holding days are over, and it is not available' AS problem
            FROM cashback WHERE released_at IS NULL AND available_at < ?",
        since: Since::Product(DAY),
        mend: WORKER,
    },
    State {
        sql: "SELECT 'invitation ' || ID<id> AS subject, 'it should have lapsed' AS problem
            FROM invitation WHERE status = 'PENDING' AND expires_at < ?",
        since: Since::Product(DAY),
        mend: WORKER,
    },
    State {
        sql: "SELECT 'transfer ' || ID<id> AS subject, 'it should have lapsed' AS problem
            FROM transfer WHERE status = 'PENDING' AND expires_at < ?",
        since: Since::Product(DAY),
        mend: WORKER,
    },
    State {
        sql: "SELECT 'mail ' || ID<id> AS subject, kind || ' is not sent for more than a day' AS problem
            FROM notification WHERE sent_at IS NULL AND failed_at IS NULL AND id < ?",
        since: Since::Id(DAY),
        mend: "start a worker, and see whether the mail server answers",
    },
    State {
        sql: "SELECT 'webhook delivery ' || ID<d.id> AS subject, 'it is due for more than a day' AS problem
            FROM webhook_delivery d JOIN webhook_endpoint e ON e.id = d.endpoint_id
            WHERE d.status = 'PENDING' AND e.is_enabled AND d.next_attempt_at < ?",
        since: Since::Product(DAY),
        mend: WORKER,
    },
    State {
        sql: "SELECT 'payout ' || ID<id> AS subject, 'it is ' || status || ' for more than thirty days' AS problem
            FROM payout WHERE status IN ('REQUESTED', 'APPROVED') AND requested_at < ?",
        since: Since::Product(STAFF),
        mend: "staff answers it with `answerPayout`",
    },
];

/// What has lasted too long.
pub(super) async fn look(store: &Store, reader: &Reader, findings: &mut Vec<Finding>) -> Result<(), Error> {
    let real_now = store.now().await?.real_now;
    for State { sql, since, mend } in STATES {
        let text = sql.replace("UNRENEWED", UNRENEWED);
        let before: Value = match since {
            Since::Ever => {
                ask(reader, &text, [], mend, findings).await?;
                continue;
            }
            Since::Product(long) => (reader.now() - long).into(),
            Since::Id(long) => first_id_at(real_now - long).into(),
            Since::Millis(long) => (real_now - long).timestamp_millis().into(),
        };
        ask(reader, &text, [before], mend, findings).await?;
    }
    Ok(())
}

/// How many active products should have renewed a day ago, and did not: to be alarmed by.
pub async fn unrenewed(conn: &impl ConnectionTrait) -> Result<i64, Error> {
    let now = store::now(conn).await?.now;
    let mut sql = Sql::new(conn.get_database_backend());
    sql.push("SELECT count(*) AS n FROM product p WHERE ").add(UNRENEWED, [(now - DAY).into()]);
    Ok(sql.one::<Number>(conn).await?.map_or(0, |row| row.n))
}
