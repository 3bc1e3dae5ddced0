//! Getting a [`Mail`] out: over SMTP, or into a folder where there is no server.
//!
//! lettre speaks SMTP; the pool is ours. Its own hands a connection whose future was dropped (by our deadline) back
//! as good, and whoever takes it next reads the answers to someone else's mail. Here a connection belongs to one
//! attempt, and only a finished exchange puts it back.

use std::{
    borrow::Cow,
    io,
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, Instant},
};

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Data, Mail as MailFrom, Noop, Rcpt, Rset},
    extension::{ClientId, Extension, MailParameter},
};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tokio::{fs, io::AsyncWriteExt, net::TcpStream, time::timeout};
use url::Url;

use super::message::Mail;
use super::pace::PLACES;

/// Nobody waits longer than this for one mail, retry included.
pub const DEADLINE: Duration = Duration::from_secs(28);
/// For the network and TLS to come up; an answer may take longer.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a parked connection may take to say that it still lives.
const PROBE: Duration = Duration::from_secs(5);
/// A parked connection older than this is closed, not used: most servers hang up after a minute or more.
const IDLE: Duration = Duration::from_secs(30);
const PARKED: usize = PLACES;
/// Of what a server says, this much is kept.
const REASON_LENGTH: usize = 300;

/// What became of one attempt to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The server has taken it, or the file is written.
    Sent,
    /// May go well later. The copy that this attempt sent may have arrived: it has the same `Message-ID`.
    Transient(String),
    /// Will not go well: the server refuses this mail for good.
    Permanent(String),
    /// Will not go well, this mail as little as any other: the server says that there is no such address.
    Bounced(String),
}

/// Why `SMTP_URL` cannot be used. Never shows the URL: it holds a password.
#[derive(Debug, Error)]
pub enum TransportError {
    #[error("SMTP_URL is not a URL like smtp://user:password@host:587 or smtps://…: {0}")]
    Url(String),
    #[error("SMTP_URL: {0}")]
    Tls(#[from] SmtpError),
    #[error("the mail folder {path} cannot be made: {source}")]
    Folder { path: PathBuf, source: io::Error },
}

/// Where mails go.
pub enum Transport {
    Smtp(Box<Smtp>),
    /// One `.eml` file per notification; a retry writes the same file again.
    Files(PathBuf),
}

impl Transport {
    /// To an SMTP server. No connection is made yet: a server that is away at the start is one that comes back.
    ///
    /// `smtp://` (port 587 with a user, else 25) takes STARTTLS when it is offered, and never sends a password without;
    /// `?tls=required` insists on it, `?tls=none` does without, also with a password. `smtps://` (port 465) begins with TLS.
    /// A path is the name to say in EHLO. `authority` is a certificate (PEM) to trust beside the public ones.
    pub fn smtp(url: &SecretString, authority: Option<&[u8]>) -> Result<Self, TransportError> {
        Smtp::new(url.expose_secret(), authority).map(|server| Self::Smtp(Box::new(server)))
    }

    /// Into `folder`, which is made when missing. Names sort by the time of the notification.
    pub fn files(folder: impl AsRef<Path>) -> Result<Self, TransportError> {
        let path = folder.as_ref().to_owned();
        match std::fs::create_dir_all(&path) {
            Ok(()) => Ok(Self::Files(path)),
            Err(source) => Err(TransportError::Folder { path, source }),
        }
    }

    /// Gives up on a mail after `deadline` instead of [`DEADLINE`].
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        if let Self::Smtp(server) = &mut self {
            server.deadline = deadline;
        }
        self
    }

    /// Tries once, and once more on a fresh connection when a parked one turns out to be dead.
    pub async fn send(&self, mail: &Mail) -> Outcome {
        match self {
            Self::Smtp(server) => {
                timeout(server.deadline, server.send(mail)).await.unwrap_or_else(|_| server.too_late())
            }
            Self::Files(folder) => match write(folder, mail).await {
                Ok(()) => Outcome::Sent,
                Err(error) => Outcome::Transient(format!("{}: {error}", folder.display())),
            },
        }
    }

    /// Whether mails would get out now: the server answers, or the folder is there.
    pub async fn probe(&self) -> Outcome {
        match self {
            Self::Smtp(server) => match timeout(server.deadline, server.connect()).await {
                Ok(Ok(connection)) => {
                    server.park(connection);
                    Outcome::Sent
                }
                Ok(Err(reason)) => Outcome::Transient(reason),
                Err(_) => server.too_late(),
            },
            Self::Files(folder) => match fs::metadata(folder).await {
                Ok(_) => Outcome::Sent,
                Err(error) => Outcome::Transient(format!("{}: {error}", folder.display())),
            },
        }
    }
}

/// Written beside and renamed, so that whoever looks into the folder sees whole mails only.
async fn write(folder: &Path, mail: &Mail) -> io::Result<()> {
    let name = format!("{}-{}", mail.created_at.format("%Y%m%dT%H%M%S%.6fZ"), mail.id);
    let (part, whole) = (folder.join(format!(".{name}.part")), folder.join(format!("{name}.eml")));
    let mut file = fs::File::create(&part).await?;
    file.write_all(mail.raw()).await?;
    file.sync_all().await?;
    fs::rename(&part, &whole).await
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Security {
    /// TLS before the first word.
    Wrapped,
    /// STARTTLS or nothing.
    Required,
    /// STARTTLS if the server offers it; no password without.
    Offered,
    None,
}

/// A server and the connections to it that wait for the next mail.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    hello: ClientId,
    deadline: Duration,
    parked: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// How an exchange ended, and whether the connection is fit for another.
enum Exchange {
    Done(Outcome),
    /// Answered by the server, which waits for the next command.
    Refused(Outcome),
    /// Nothing of this mail had reached the server.
    Dead(String),
    /// The connection is of no use any more.
    Broken(Outcome),
}

impl Smtp {
    fn new(url: &str, authority: Option<&[u8]>) -> Result<Self, TransportError> {
        let wrong = |reason: &str| TransportError::Url(reason.to_owned());
        let url = Url::parse(url).map_err(|error| TransportError::Url(error.to_string()))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it names no host"))?;
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let options: Vec<_> = url.query_pairs().into_owned().collect();
        let security = match (url.scheme(), options.as_slice()) {
            ("smtps", []) => Security::Wrapped,
            ("smtp", []) => Security::Offered,
            ("smtp", [(key, value)]) if key == "tls" => match value.as_str() {
                "required" => Security::Required,
                "opportunistic" => Security::Offered,
                "none" => Security::None,
                _ => return Err(wrong("tls is one of required, opportunistic and none")),
            },
            ("smtp" | "smtps", _) => return Err(wrong("the only option is tls, and only of smtp://")),
            _ => return Err(wrong("it begins with neither smtp:// nor smtps://")),
        };
        let decode = |text: &str| percent_decode_str(text).decode_utf8().map(Cow::into_owned);
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, password) => {
                let broken = |_| wrong("user and password must be UTF-8, percent-encoded");
                Some(Credentials::new(decode(user).map_err(broken)?, decode(password.unwrap_or("")).map_err(broken)?))
            }
        };
        let port = url.port().unwrap_or(match (security, &credentials) {
            (Security::Wrapped, _) => 465,
            (Security::Required, _) | (_, Some(_)) => 587,
            _ => 25,
        });
        let hello = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-') => {
                ClientId::Domain(name.to_owned())
            }
            _ => return Err(wrong("its path is the name to say in EHLO")),
        };
        let mut tls = TlsParameters::builder(host.clone());
        if let Some(pem) = authority {
            tls = tls.add_root_certificate(Certificate::from_pem(pem)?);
        }
        Ok(Self {
            host,
            port,
            security,
            tls: tls.build()?,
            credentials,
            hello,
            deadline: DEADLINE,
            parked: Mutex::default(),
        })
    }

    async fn send(&self, mail: &Mail) -> Outcome {
        if let Some(mut parked) = self.take() {
            let ended = exchange(&mut parked, mail, Some(PROBE)).await;
            if let Exchange::Dead(reason) = ended {
                tracing::debug!(reason, "a parked SMTP connection was dead");
            } else {
                return self.settle(parked, ended).await;
            }
        }
        match self.connect().await {
            Err(reason) => Outcome::Transient(reason),
            Ok(mut fresh) => {
                let ended = exchange(&mut fresh, mail, None).await;
                self.settle(fresh, ended).await
            }
        }
    }

    fn too_late(&self) -> Outcome {
        Outcome::Transient(format!("{}: no answer within {} seconds", self.host, self.deadline.as_secs()))
    }

    /// Parks what can be used again.
    async fn settle(&self, mut connection: AsyncSmtpConnection, ended: Exchange) -> Outcome {
        match ended {
            Exchange::Done(outcome) => {
                self.park(connection);
                outcome
            }
            Exchange::Refused(outcome) => {
                if let Ok(Ok(_)) = timeout(Duration::from_secs(2), connection.command(Rset)).await {
                    self.park(connection);
                }
                outcome
            }
            Exchange::Dead(reason) => Outcome::Transient(reason),
            Exchange::Broken(outcome) => outcome,
        }
    }

    /// Every failure here is the server's or the settings', never the mail's: it is worth trying again.
    async fn connect(&self) -> Result<AsyncSmtpConnection, String> {
        let said = |error: SmtpError| reason(&self.host, &error);
        let place = (self.host.as_str(), self.port);
        let mut connection = if self.security == Security::Wrapped {
            let tls = Some(self.tls.clone());
            AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &self.hello, tls, None).await.map_err(said)?
        } else {
            let stream = open(place).await.map_err(|error| reason(&self.host, &error))?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await.map_err(said)?
        };
        let is_offered = self.security == Security::Offered && connection.can_starttls();
        if self.security == Security::Required || is_offered {
            connection.starttls(self.tls.clone(), &self.hello).await.map_err(said)?;
        }
        if let Some(credentials) = &self.credentials {
            if !connection.is_encrypted() && self.security != Security::None {
                return Err(format!("{}: offers no TLS, so the password was not sent", self.host));
            }
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(said)?;
        }
        Ok(connection)
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut parked = self.parked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        parked.retain(|(_, since)| since.elapsed() < IDLE);
        parked.pop().map(|(connection, _)| connection)
    }

    fn park(&self, connection: AsyncSmtpConnection) {
        let mut parked = self.parked.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if parked.len() < PARKED {
            parked.push((connection, Instant::now()));
        }
    }
}

/// lettre writes a mail's text and the dot that ends it one after the other. The system would hold the dot back until the text is
/// acknowledged, which servers put off: 40 ms for each mail. (lettre opens `smtps://` itself, and has no switch for it.)
async fn open(place: (&str, u16)) -> io::Result<TcpStream> {
    let stream = timeout(CONNECT, TcpStream::connect(place)).await??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// One mail through one connection. With `probe`, the connection was parked, and must answer within that time.
async fn exchange(connection: &mut AsyncSmtpConnection, mail: &Mail, probe: Option<Duration>) -> Exchange {
    if let Some(patience) = probe {
        match timeout(patience, connection.command(Noop)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => return Exchange::Dead(error.to_string()),
            Err(_) => return Exchange::Dead("it did not answer".to_owned()),
        }
    }
    let mut options = vec![];
    let is_ascii = mail.envelope.to().iter().all(|address| <_ as AsRef<str>>::as_ref(address).is_ascii());
    if !is_ascii {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Exchange::Done(Outcome::Permanent("the server takes no such address (SMTPUTF8)".to_owned()));
        }
        options.push(MailParameter::SmtpUtfEight);
    }
    if let Err(error) = connection.command(MailFrom::new(mail.envelope.from().cloned(), options)).await {
        return refused(&error);
    }
    for to in mail.envelope.to() {
        if let Err(error) = connection.command(Rcpt::new(to.clone(), vec![])).await {
            let refused = refused(&error);
            return if let Exchange::Refused(Outcome::Permanent(said)) = &refused
                && is_about_address(&error)
            {
                Exchange::Refused(Outcome::Bounced(said.clone()))
            } else {
                refused
            };
        }
    }
    match connection.command(Data).await {
        Ok(reply) if reply.has_code(354) => {}
        Ok(reply) => return Exchange::Broken(Outcome::Transient(format!("DATA was answered with {}", reply.code()))),
        Err(error) => return refused(&error),
    }
    // lettre doubles leading dots, and ends the last line itself.
    let text = mail.raw.strip_suffix(b"\r\n").unwrap_or(&mail.raw);
    match connection.message(text).await {
        Ok(_) => Exchange::Done(Outcome::Sent),
        Err(error) => refused(&error),
    }
}

/// 5xx is final, but for what is about us and not about this mail; all else is worth another try.
fn refused(error: &SmtpError) -> Exchange {
    let said = reason("the server", error);
    match error.status().map(u16::from) {
        // It hangs up after this one.
        Some(421) => Exchange::Broken(Outcome::Transient(said)),
        // Our sign-in is missing, too weak or refused; or we got the sequence wrong.
        Some(503 | 530 | 534 | 535 | 538) => Exchange::Refused(Outcome::Transient(said)),
        Some(500..=599) => Exchange::Refused(Outcome::Permanent(said)),
        Some(_) => Exchange::Refused(Outcome::Transient(said)),
        None => Exchange::Broken(Outcome::Transient(said)),
    }
}

/// Whether a final answer to `RCPT` says that the address is none, or is closed, and not that we may not write to it (RFC 3463).
fn is_about_address(error: &SmtpError) -> bool {
    let said = error.to_string();
    let enhanced = said.split(|c: char| !(c.is_ascii_digit() || c == '.')).find(|word| is_enhanced(word));
    if let Some(code) = enhanced {
        // the last two are about the sender's address
        code == "5.2.1" || code.starts_with("5.1.") && !matches!(code, "5.1.7" | "5.1.8")
    } else {
        let code = error.status().map(u16::from);
        matches!(code, Some(550 | 551 | 553)) && !said.to_ascii_lowercase().contains("relay")
    }
}

/// `5.1.1` and the like.
fn is_enhanced(word: &str) -> bool {
    let parts: Vec<_> = word.split('.').collect();
    parts.len() == 3 && parts[0] == "5" && parts.iter().all(|part| !part.is_empty() && part.len() <= 3)
}

/// What happened, in one line that can be shown and kept.
fn reason(who: &str, error: &impl std::error::Error) -> String {
    let text = format!("{who}: {error}");
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(REASON_LENGTH).collect()
}
