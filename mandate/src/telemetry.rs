//! What the process tells about itself: log lines on standard error, figures on a port of their own.

use std::backtrace::Backtrace;
use std::io::IsTerminal;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use domain::check::unrenewed;
use domain::database::Connection;
use domain::job::depth::depth;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::debug_fn;

use crate::server;

/// Upper bounds of the duration buckets, in seconds.
const BUCKETS: &[f64] = &[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
/// Upper bounds of the buckets of what is counted in statements. A request takes 30 at most.
const STATEMENTS: &[f64] = &[1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 60.0];
/// How often the queue is looked at.
const LOOK: Duration = Duration::from_secs(5);
/// How often figures that nobody fetches are folded together, so that they do not pile up.
const UPKEEP: Duration = Duration::from_secs(5);

/// Starts logging: lines for a person on a terminal, JSON for a machine elsewhere; `RUST_LOG` chooses what.
pub fn start_logging() -> anyhow::Result<()> {
    // The driver's own notes would tell each statement; what is slow is told by our figures.
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .from_env()
        .context("RUST_LOG is not understood")?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = if std::io::stderr().is_terminal() {
        lines.compact().fmt_fields(harmless_fields()).try_init()
    } else {
        lines.json().try_init()
    };
    started.map_err(|error| anyhow::anyhow!("logging cannot start: {error}"))?;
    // Otherwise a panic would write lines of its own between those that a machine reads.
    std::panic::set_hook(Box::new(|panic| tracing::error!(%panic, backtrace = %Backtrace::capture(), "panicked")));
    Ok(())
}

/// Fields with their control characters written out. The subscriber does that to the message, but not to fields given as
/// `%value` (tried with 0.3.23), and those may hold what a user typed.
fn harmless_fields() -> impl for<'writer> FormatFields<'writer> + 'static {
    debug_fn(|line, field, value| {
        if field.name() != "message" {
            write!(line, "{field}=")?;
        }
        format!("{value:?}")
            .chars()
            .try_for_each(|c| if c.is_control() { write!(line, "{}", c.escape_default()) } else { line.write_char(c) })
    })
    .delimited(" ")
}

/// Serves `GET /metrics` on its own address until `stop`; the address it is bound to comes back.
pub async fn serve_metrics(address: SocketAddr, stop: CancellationToken) -> anyhow::Result<SocketAddr> {
    let listener = server::bind("MANDATE_METRICS_LISTEN", address).await?;
    let bound = listener.local_addr().context("MANDATE_METRICS_LISTEN")?;
    let figures = PrometheusBuilder::new()
        .set_buckets(BUCKETS)
        .and_then(|all| all.set_buckets_for_metric(Matcher::Suffix("_statements".to_owned()), STATEMENTS))
        .and_then(PrometheusBuilder::install_recorder)
        .context("figures cannot be collected")?;
    tokio::spawn(keep_up(figures.clone(), stop.clone()));
    let router = metrics_router(figures);
    tokio::spawn(async move {
        if let Err(error) = server::serve(listener, router, stop, Duration::from_secs(1)).await {
            tracing::error!(%error, "figures are no longer served");
        }
    });
    Ok(bound)
}

fn metrics_router(figures: PrometheusHandle) -> Router {
    let page = move || {
        let text = figures.render();
        async move { ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text) }
    };
    Router::new().route("/metrics", get(page))
}

/// Tells how much waits in the queue, and how many products should have renewed, until `stop`. Every process does: also while no
/// worker runs, which is when it matters.
pub async fn watch_queue(db: Connection, stop: CancellationToken) {
    loop {
        match depth(&db).await {
            Ok(classes) => {
                for of in classes {
                    let number = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
                    let class = of.class.name();
                    metrics::gauge!("mandate_jobs", "class" => class, "state" => "waiting").set(number(of.waiting));
                    metrics::gauge!("mandate_jobs", "class" => class, "state" => "running").set(number(of.running));
                    metrics::gauge!("mandate_jobs", "class" => class, "state" => "dead").set(number(of.dead));
                    let oldest = Duration::from_millis(u64::try_from(of.oldest_ms).unwrap_or_default());
                    metrics::gauge!("mandate_jobs_oldest_seconds", "class" => class).set(oldest);
                }
            }
            Err(error) => tracing::warn!(?error, "the queue cannot be looked at"),
        }
        match unrenewed(&db).await {
            Ok(count) => metrics::gauge!("mandate_products_unrenewed").set(u32::try_from(count).unwrap_or(u32::MAX)),
            Err(error) => tracing::warn!(?error, "the products cannot be looked at"),
        }
        if tokio::time::timeout(LOOK, stop.cancelled()).await.is_ok() {
            return;
        }
    }
}

async fn keep_up(figures: PrometheusHandle, stop: CancellationToken) {
    while tokio::time::timeout(UPKEEP, stop.cancelled()).await.is_err() {
        figures.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use tokio_util::sync::CancellationToken;
    use tracing_subscriber::fmt::MakeWriter;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;
        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    /// Figures are served as text on their own address, and a second process on it is told so.
    #[tokio::test]
    async fn figures_are_served_until_the_stop() {
        let stop = CancellationToken::new();
        let bound = super::serve_metrics("127.0.0.1:0".parse().unwrap(), stop.clone()).await.unwrap();
        metrics::counter!("mandate_tries_total").increment(3);
        metrics::histogram!("mandate_wait_seconds").record(0.03);

        let page = crate::server::tests::get(bound, "/metrics").await;
        assert!(page.starts_with("HTTP/1.1 200") && page.contains("text/plain; version=0.0.4"), "{page}");
        assert!(page.contains("mandate_tries_total 3"), "{page}");
        assert!(page.contains("mandate_wait_seconds_bucket{le=\"0.05\"} 1"), "{page}");

        let taken = super::serve_metrics(bound, stop.clone()).await.unwrap_err().to_string();
        assert!(taken.starts_with(&format!("MANDATE_METRICS_LISTEN: {bound} is in use")), "{taken}");
        stop.cancel();
    }

    const HOSTILE: &str = "Ann\n\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m";

    /// A9: what a user typed must not steer the terminal of the person who reads the log.
    #[test]
    fn escape_sequences_in_user_data_do_not_reach_the_terminal() {
        let lines = Lines::default();
        let terminal = tracing_subscriber::fmt().with_writer(lines.clone()).compact().with_ansi(false);
        let terminal = terminal.fmt_fields(super::harmless_fields()).finish();
        tracing::subscriber::with_default(terminal, || {
            let span = tracing::info_span!("request", name = %HOSTILE);
            span.in_scope(
                || tracing::info!(name = HOSTILE, shown = %HOSTILE, debug = ?HOSTILE, "signed up: {HOSTILE}"),
            );
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(text.contains("signed up: Ann"), "{text:?}");
        let steering = text.trim_end_matches('\n').chars().filter(|c| c.is_control()).count();
        assert_eq!(steering, 0, "{text:?}");
    }
}
