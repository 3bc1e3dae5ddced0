//! A real SMTP server in the test's own process: it records what arrives, byte by byte, and misbehaves on command.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::AbortHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer},
};

/// One mail as it came over the wire.
#[derive(Clone, Debug)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    /// Between `DATA` and the final dot, with the doubled dots undone.
    pub raw: Vec<u8>,
    pub over_tls: bool,
    pub user: Option<String>,
    pub at: Instant,
}

/// What the sink does to one mail; without a plan it takes it.
#[derive(Clone, Debug)]
pub enum Plan {
    Accept,
    /// `RCPT` is answered with this line.
    RefuseRecipient(&'static str),
    /// The text is answered with this line.
    RefuseData(&'static str),
    /// Recorded, but the connection is cut before the answer.
    CutAfterData,
    /// Taken, then the connection is closed without a word.
    AcceptThenClose,
    /// `MAIL` is answered after this long; of what is decided by the recipient, `RCPT`.
    Tarpit(Duration),
    /// The answer to the text comes after this long.
    TarpitAfterData(Duration),
}

/// How clients get in.
#[derive(Clone, Default)]
pub struct Doors {
    /// STARTTLS is offered.
    pub starttls: bool,
    /// TLS from the first byte.
    pub wrapped: bool,
    /// `user`, `password`: without them no mail is taken.
    pub login: Option<(String, String)>,
}

/// What the sink does to a mail to this address, which it has refused or lost so many times before.
pub type Decide = dyn Fn(&str, u32) -> Plan + Send + Sync;

#[derive(Default)]
struct State {
    received: Vec<Received>,
    plans: VecDeque<Plan>,
    decide: Option<Arc<Decide>>,
    turns: HashMap<String, u32>,
    connections: usize,
    sessions: Vec<AbortHandle>,
}

/// The server. Dropping it closes the port and all connections.
pub struct SmtpSink {
    pub port: u16,
    /// The certificate of its own that clients have to trust, PEM.
    pub certificate: String,
    doors: Doors,
    acceptor: TlsAcceptor,
    state: Arc<Mutex<State>>,
    listening: Option<AbortHandle>,
}

impl SmtpSink {
    pub async fn start() -> Self {
        Self::with(Doors::default()).await
    }

    pub async fn with(doors: Doors) -> Self {
        let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_no_client_auth()
            .with_single_cert(vec![own.cert.der().clone()], key)
            .expect("a certificate and its key");
        let mut sink = Self {
            port: 0,
            certificate: own.cert.pem(),
            doors,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            state: Arc::default(),
            listening: None,
        };
        sink.come_back().await;
        sink
    }

    pub fn url(&self) -> String {
        format!("smtp://localhost:{}", self.port)
    }

    /// The next mails meet these plans, in order.
    pub fn plan(&self, plans: impl IntoIterator<Item = Plan>) {
        lock(&self.state).plans.extend(plans);
    }

    /// From now on each mail meets the plan of its recipient.
    pub fn decide(&self, decide: impl Fn(&str, u32) -> Plan + Send + Sync + 'static) {
        lock(&self.state).decide = Some(Arc::new(decide));
    }

    /// How many plans no mail has met yet.
    pub fn planned(&self) -> usize {
        lock(&self.state).plans.len()
    }

    pub fn received(&self) -> Vec<Received> {
        lock(&self.state).received.clone()
    }

    /// How many connections were ever opened.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }

    /// Cuts all open connections; new ones are still welcome.
    pub fn hang_up(&self) {
        lock(&self.state).sessions.drain(..).for_each(|session| session.abort());
    }

    /// Nobody listens any more.
    pub fn go_away(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.abort();
        }
        self.hang_up();
    }

    /// Listens again, on the same port.
    pub async fn come_back(&mut self) {
        let listener = loop {
            match TcpListener::bind(("127.0.0.1", self.port)).await {
                Ok(listener) => break listener,
                Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        };
        self.port = listener.local_addr().expect("an address").port();
        let (state, doors, acceptor) = (self.state.clone(), self.doors.clone(), self.acceptor.clone());
        let listening = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let mut open = lock(&state);
                open.connections += 1;
                let session = tokio::spawn(serve(stream, doors.clone(), acceptor.clone(), state.clone()));
                open.sessions.push(session.abort_handle());
            }
        });
        self.listening = Some(listening.abort_handle());
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.go_away();
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("no session panics while it holds this")
}

trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// One connection.
struct Session {
    wire: BufReader<Box<dyn Wire>>,
    doors: Doors,
    state: Arc<Mutex<State>>,
    over_tls: bool,
    user: Option<String>,
}

async fn serve(stream: TcpStream, doors: Doors, acceptor: TlsAcceptor, state: Arc<Mutex<State>>) -> Option<()> {
    let over_tls = doors.wrapped;
    let wire: Box<dyn Wire> = if over_tls { Box::new(acceptor.accept(stream).await.ok()?) } else { Box::new(stream) };
    let mut session = Session { wire: BufReader::new(wire), doors, state, over_tls, user: None };
    session.say("220 sink.example ESMTP").await?;
    let (mut from, mut to, mut plan) = (String::new(), vec![], Plan::Accept);
    loop {
        let line = session.hear().await?;
        let upper = line.to_ascii_uppercase();
        if upper.starts_with("EHLO") {
            session.greet().await?;
        } else if upper == "STARTTLS" {
            session.say("220 go ahead").await?;
            let tls = acceptor.accept(session.wire.into_inner()).await.ok()?;
            session.wire = BufReader::new(Box::new(tls));
            session.over_tls = true;
        } else if let Some(given) = line.strip_prefix("AUTH PLAIN ") {
            session.sign_in(given).await?;
        } else if upper.starts_with("MAIL FROM:") {
            if session.doors.login.is_some() && session.user.is_none() {
                session.say("530 5.7.0 Authentication required").await?;
                continue;
            }
            plan = lock(&session.state).plans.pop_front().unwrap_or(Plan::Accept);
            if let Plan::Tarpit(wait) = &plan {
                tokio::time::sleep(*wait).await;
            }
            (from, to) = (address(&line), vec![]);
            session.say("250 2.1.0 ok").await?;
        } else if upper.starts_with("RCPT TO:") {
            if let Some(decided) = session.decided(&address(&line)) {
                plan = decided;
                if let Plan::Tarpit(wait) = &plan {
                    tokio::time::sleep(*wait).await;
                }
            }
            if let Plan::RefuseRecipient(reply) = plan {
                session.say(reply).await?;
            } else {
                to.push(address(&line));
                session.say("250 2.1.5 ok").await?;
            }
        } else if upper == "DATA" {
            if to.is_empty() {
                session.say("503 5.5.1 no recipient").await?;
                continue;
            }
            session.say("354 end with a dot").await?;
            let raw = session.text().await?;
            session
                .take(
                    Received {
                        from: from.clone(),
                        to: std::mem::take(&mut to),
                        raw,
                        over_tls: session.over_tls,
                        user: session.user.clone(),
                        at: Instant::now(),
                    },
                    &plan,
                )
                .await?;
        } else if upper == "QUIT" {
            session.say("221 bye").await?;
            return None;
        } else if upper == "NOOP" || upper == "RSET" {
            session.say("250 2.0.0 ok").await?;
        } else {
            session.say("500 5.5.2 what?").await?;
        }
    }
}

impl Session {
    fn decided(&self, to: &str) -> Option<Plan> {
        let mut state = lock(&self.state);
        let decide = state.decide.clone()?;
        let turn = state.turns.entry(to.to_owned()).or_default();
        let plan = decide(to, *turn);
        *turn += 1;
        Some(plan)
    }

    async fn say(&mut self, line: &str) -> Option<()> {
        self.wire.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()?;
        self.wire.get_mut().flush().await.ok()
    }

    async fn hear(&mut self) -> Option<String> {
        let mut line = String::new();
        self.wire.read_line(&mut line).await.ok().filter(|length| *length > 0)?;
        Some(line.strip_suffix("\r\n").expect("commands end with CRLF").to_owned())
    }

    async fn greet(&mut self) -> Option<()> {
        self.say("250-sink.example").await?;
        if self.doors.starttls && !self.over_tls {
            self.say("250-STARTTLS").await?;
        }
        if self.doors.login.is_some() {
            self.say("250-AUTH PLAIN").await?;
        }
        self.say("250 8BITMIME").await
    }

    async fn sign_in(&mut self, given: &str) -> Option<()> {
        let (user, password) = self.doors.login.clone()?;
        if BASE64_STANDARD.decode(given).ok()? == format!("\0{user}\0{password}").into_bytes() {
            self.user = Some(user);
            self.say("235 2.7.0 welcome").await
        } else {
            self.say("535 5.7.8 wrong user or password").await
        }
    }

    /// Only `CRLF . CRLF` ends the text; a lone `LF . LF` is part of it, as RFC 5321 says.
    async fn text(&mut self) -> Option<Vec<u8>> {
        let mut raw: Vec<u8> = vec![];
        loop {
            let mut line = vec![];
            self.wire.read_until(b'\n', &mut line).await.ok().filter(|length| *length > 0)?;
            let at_line_start = raw.is_empty() || raw.ends_with(b"\r\n");
            if at_line_start && line == b".\r\n" {
                return Some(raw);
            }
            let stuffed = at_line_start && line.first() == Some(&b'.');
            raw.extend_from_slice(if stuffed { &line[1..] } else { &line });
        }
    }

    async fn take(&mut self, mail: Received, plan: &Plan) -> Option<()> {
        if let Plan::RefuseData(reply) = plan {
            return self.say(reply).await;
        }
        lock(&self.state).received.push(mail);
        match plan {
            Plan::CutAfterData => None,
            Plan::AcceptThenClose => {
                self.say("250 2.0.0 taken").await?;
                None
            }
            Plan::TarpitAfterData(wait) => {
                tokio::time::sleep(*wait).await;
                self.say("250 2.0.0 taken").await
            }
            Plan::Accept | Plan::RefuseRecipient(_) | Plan::RefuseData(_) | Plan::Tarpit(_) => {
                self.say("250 2.0.0 taken").await
            }
        }
    }
}

fn address(line: &str) -> String {
    let (_, rest) = line.split_once('<').unwrap_or_default();
    rest.split('>').next().unwrap_or_default().to_owned()
}
