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
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == std::io::ErrorKind::AddrInUse {
            anyhow!("{setting}: {address} is in use by another process; stop that one or choose another port")
        } else {
            anyhow!("{setting}: cannot listen on {address}: {error}")
        }
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

#[cfg(test)]
pub(crate) mod tests {
    use std::time::Instant;

    use axum::extract::ConnectInfo;
    use axum::routing;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::task::JoinHandle;

    use super::*;

    /// The whole answer to a request on a connection of its own; empty if the server cuts it off.
    pub(crate) async fn get(address: SocketAddr, path: &str) -> String {
        let mut connection = TcpStream::connect(address).await.unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = connection.read_to_string(&mut answer).await; // a cut shows in what has come
        answer
    }

    /// A server whose `/slow` takes so long, its stop, and its end.
    async fn start(
        slow: Duration,
        drain: Duration,
    ) -> (SocketAddr, CancellationToken, JoinHandle<std::io::Result<()>>) {
        let listener = bind("MANDATE_LISTEN", "127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/who", routing::get(async |ConnectInfo(who): ConnectInfo<SocketAddr>| who.ip().to_string()))
            .route(
                "/slow",
                routing::get(async move || {
                    tokio::time::sleep(slow).await;
                    "slow but done"
                }),
            );
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, router, stop.clone(), drain));
        (address, stop, server)
    }

    #[tokio::test]
    async fn handlers_know_the_address_of_the_caller() {
        let (address, ..) = start(Duration::ZERO, Duration::ZERO).await;
        assert!(get(address, "/who").await.ends_with("\r\n\r\n127.0.0.1"));
    }

    /// R15: a request that runs when the signal comes is answered; a new one is not taken.
    #[tokio::test]
    async fn what_runs_at_the_stop_is_answered() {
        let (address, stop, server) = start(Duration::from_millis(400), Duration::from_secs(20)).await;
        let running = tokio::spawn(async move { get(address, "/slow").await });
        // An idle connection that is kept open must not hold the process up.
        let _idle = TcpStream::connect(address).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;

        stop.cancel();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(TcpStream::connect(address).await.is_err(), "still listening");

        assert!(running.await.unwrap().ends_with("slow but done"));
        tokio::time::timeout(Duration::from_secs(5), server).await.expect("ended").unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_runs_longer_than_the_drain_is_cut_off() {
        let (address, stop, server) = start(Duration::from_mins(1), Duration::from_millis(200)).await;
        let _running = tokio::spawn(async move { get(address, "/slow").await });
        tokio::time::sleep(Duration::from_millis(100)).await;

        let stopped = Instant::now();
        stop.cancel();
        server.await.unwrap().unwrap();
        assert!((200..5_000).contains(&stopped.elapsed().as_millis()), "{:?}", stopped.elapsed());
    }
}
