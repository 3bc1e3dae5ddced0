//! Listening, serving, and stopping without dropping a request.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, anyhow};
use axum::Router;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// A token that is cancelled by the first SIGTERM or SIGINT. A second one ends the process at once.
pub fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be watched")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be watched")?;
    let token = stop.clone();
    tokio::spawn(async move {
        loop {
            // A shell tells the number of the signal as 128 + number.
            let code = tokio::select! {
                _ = terminate.recv() => 143,
                _ = interrupt.recv() => 130,
            };
            if token.is_cancelled() {
                tracing::warn!("second signal: ending at once");
                std::process::exit(code);
            }
            tracing::info!("stopping: what runs may end; a second signal ends at once");
            token.cancel();
        }
    });
    Ok(stop)
}

/// Listens on the address that `setting` gave.
pub async fn bind(setting: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            anyhow!("{setting}: {address} is in use by another process; stop that one or choose another port")
        }
        _ => anyhow!("{setting}: cannot listen on {address}: {error}"),
    })
}

/// Serves until `stop` is cancelled, then takes no new connection and lets the running requests end, for at most `drain`.
/// Handlers find the caller's address in `axum::extract::ConnectInfo<SocketAddr>`.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    stop: CancellationToken,
    drain: Duration,
) -> std::io::Result<()> {
    // Answers are small and written at once: waiting for more to send would only delay them.
    let listener = listener.tap_io(|connection| drop(connection.set_nodelay(true)));
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let too_late = async {
        stop.cancelled().await;
        tokio::time::sleep(drain).await;
    };
    tokio::select! {
        served = server.into_future() => served,
        () = too_late => {
            tracing::warn!(seconds = drain.as_secs(), "requests still running were cut off");
            Ok(())
        }
    }
}
