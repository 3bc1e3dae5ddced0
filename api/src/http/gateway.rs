//! The way of one operation from a payload to a response, the same for every transport.

use std::{
    panic::AssertUnwindSafe,
    sync::Arc,
    time::{Duration, Instant},
};

use async_graphql::{
    Executor, Name, Pos, Positioned, Request, Response, Value, Variables,
    parser::types::{DocumentOperations, ExecutableDocument, Field, OperationType, Selection},
};
use axum::http::StatusCode;
use domain::store::Statements;
use futures::{FutureExt, Stream, StreamExt, stream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::{Edge, Incoming, PersistedQueries, Session};
use crate::{
    error::{Code, EdgeError, RequestId, mask, refused},
    guard::{self, Payload, cost::Cost},
    limits::Limiter,
    rounds::Rounds,
};

/// What the transports need to know.
pub struct Settings {
    /// Origins whose pages may call: the public URL, and the portal's.
    pub origins: Vec<String>,
    /// Whether the schema describes itself: with the explorer only.
    pub introspection: bool,
    pub limiter: Limiter,
    pub persisted: PersistedQueries,
    /// Operations at work at once; more are told to come back. Open streams do not count.
    pub max_at_work: usize,
    /// How an event stream is resumed.
    pub resume: Option<Resume>,
    /// Ends all streams: event streams with `complete`, WebSockets with 1001.
    pub shutdown: CancellationToken,
}

/// The subscription field whose events have a cursor, which is the event's id on an event stream.
///
/// `Last-Event-ID` becomes the argument `after`, and the cursor is fetched whether the client selected it or not.
#[derive(Debug, Clone, Copy)]
pub struct Resume {
    pub field: &'static str,
    pub after: &'static str,
    pub cursor: &'static str,
}

/// The response key under which the cursor is fetched for the event's id, and taken out again.
const EVENT_ID: &str = "_eventId";

/// A schema, behind the guard and sign-in.
pub struct Gateway<X, E> {
    executor: X,
    edge: E,
    at_work: Arc<Semaphore>,
    pub(crate) settings: Settings,
}

/// An operation that may run.
pub(crate) struct Ready {
    request: Request,
    cost: Cost,
    statements: Statements,
    rounds: Rounds,
    kind: OperationType,
    at_work: OwnedSemaphorePermit,
}

impl Ready {
    pub(crate) fn is_subscription(&self) -> bool {
        self.kind == OperationType::Subscription
    }
}

impl<X: Executor, E: Edge> Gateway<X, E> {
    pub fn new(executor: X, edge: E, settings: Settings) -> Self {
        Self { executor, edge, at_work: Arc::new(Semaphore::new(settings.max_at_work)), settings }
    }

    /// Finds out who opens a WebSocket; each of its operations is asked anew.
    pub(crate) async fn open(&self, incoming: &Incoming<'_>) -> Result<Session, EdgeError> {
        self.edge.open(incoming, OperationType::Subscription).await
    }

    /// Everything that is decided before an operation runs: guard, cost, then who it is, then their bucket.
    pub(crate) async fn prepare(
        &self,
        mut payload: Payload,
        incoming: &Incoming<'_>,
        allowed: &[OperationType],
    ) -> Result<Ready, EdgeError> {
        let at_work = Arc::clone(&self.at_work).try_acquire_owned();
        let at_work = at_work.map_err(|_| EdgeError::unavailable(Duration::from_secs(1)))?;
        let (query, to_keep) = self.settings.persisted.resolve(&mut payload).await?;
        let mut document = guard::parse(&query)?;
        let name = payload.operation_name.as_deref();
        let operation = guard::document::operation(&document, name)?;
        let kind = operation.ty;
        if !allowed.contains(&kind) {
            let error = EdgeError::bad_input(format!("A {kind} is not served here and in this way."));
            return Err(error.with_status(StatusCode::METHOD_NOT_ALLOWED));
        }
        if kind == OperationType::Subscription {
            guard::document::check_subscription(operation)?;
        }
        if !self.settings.introspection && guard::document::asks_for_schema(&document) {
            return Err(EdgeError::new(Code::Forbidden, "Introspection is off. The schema is published as a file."));
        }
        let variables = Variables::from_json(serde_json::Value::Object(payload.variables.unwrap_or_default()));
        let cost = guard::cost::of(&document, name, &variables)?;
        if let Some(hash) = to_keep {
            self.settings.persisted.keep(hash, &query);
        }
        let session = self.edge.open(incoming, kind).await?;
        self.settings.limiter.take(&session.bucket, cost.charge()).await?;

        if let Some(resume) = self.settings.resume
            && kind == OperationType::Subscription
        {
            let last = incoming.headers.get("last-event-id").and_then(|id| id.to_str().ok());
            follow(&mut document, resume, last);
        }
        let mut request = Request::new(query).variables(variables);
        request.operation_name = payload.operation_name;
        request.data = session.data;
        request.data.insert(incoming.request_id);
        if !self.settings.introspection {
            request = request.disable_introspection();
        }
        request.set_parsed_query(document);
        let (statements, rounds) = (session.statements, session.rounds);
        Ok(Ready { request, cost, statements, rounds, kind, at_work })
    }

    /// Runs a query or mutation to its end, in a task of its own: a client that hangs up cannot cancel it half way, and a
    /// resolver that panics takes nothing along.
    pub(crate) async fn execute(&self, ready: Ready, id: RequestId) -> Response {
        let Ready { request, cost, statements, mut rounds, kind, at_work } = ready;
        let began = Instant::now();
        let executor = self.executor.clone();
        let task = tokio::spawn(async move {
            let response = rounds.beside(executor.execute(request)).await;
            drop(at_work);
            response
        });
        let mut response = match task.await {
            Ok(response) => response,
            Err(error) => return panicked(&error, id),
        };
        mask(&mut response, id);
        let statements = statements.count();
        metrics::histogram!("mandate_request_seconds", "kind" => kind.to_string()).record(began.elapsed());
        metrics::histogram!("mandate_request_statements").record(u32::try_from(statements).unwrap_or(u32::MAX));
        let cost = async_graphql::value!({
            "nodes": cost.nodes, "limit": guard::cost::MAX_NODES, "statements": statements
        });
        response.extensions.insert("cost".into(), cost);
        response
    }

    /// The events of a subscription with their ids, until it ends, it panics or the gateway shuts down.
    ///
    /// Dropping the stream drops what its resolvers do: what must not be cancelled they do in a task of their own.
    pub(crate) fn subscribe(
        &self,
        ready: Ready,
        id: RequestId,
    ) -> impl Stream<Item = (Response, Option<String>)> + Send + use<X, E> {
        let events = self.executor.execute_stream(ready.request, None);
        let guarded = stream::unfold(Some((events, ready.rounds)), async |state| {
            let (mut events, mut rounds) = state?;
            match AssertUnwindSafe(rounds.beside(events.next())).catch_unwind().await {
                Ok(event) => event.map(|event| (Ok(event), Some((events, rounds)))),
                Err(panic) => Some((Err(panic), None)),
            }
        });
        let masked = guarded.map(move |event| match event {
            Ok(mut response) => {
                mask(&mut response, id);
                let event_id = take_event_id(&mut response);
                (response, event_id)
            }
            Err(_) => (panicked(&"a subscription", id), None),
        });
        masked.take_until(self.settings.shutdown.clone().cancelled_owned())
    }
}

fn panicked(what: &dyn std::fmt::Display, id: RequestId) -> Response {
    tracing::error!(request.id = %id, %what, "a resolver panicked");
    metrics::counter!("mandate_panics_total").increment(1);
    refused(EdgeError::internal(), id)
}

/// Whether a response is about a request that was never executed: it has no data, and no error has a path.
pub(crate) fn was_not_executed(response: &Response) -> bool {
    !response.errors.is_empty()
        && response.data == Value::Null
        && response.errors.iter().all(|error| error.path.is_empty())
}

/// Makes the subscription fetch its event's cursor, and begin after the last one that the client has.
fn follow(document: &mut ExecutableDocument, resume: Resume, last: Option<&str>) {
    let operations = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    let selections = operations.into_iter().flat_map(|operation| &mut operation.node.selection_set.node.items);
    for selection in selections {
        match &mut selection.node {
            Selection::Field(field) if field.node.name.node == resume.field => {
                follow_field(&mut field.node, field.pos, resume, last);
            }
            Selection::Field(_) | Selection::FragmentSpread(_) | Selection::InlineFragment(_) => {}
        }
    }
}

fn follow_field(field: &mut Field, pos: Pos, resume: Resume, last: Option<&str>) {
    let at = |name: &str| Positioned::new(Name::new(name), pos);
    let cursor = Field {
        alias: Some(at(EVENT_ID)),
        name: at(resume.cursor),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::default(),
    };
    let cursor = Selection::Field(Positioned::new(cursor, pos));
    field.selection_set.node.items.push(Positioned::new(cursor, pos));
    if let Some(last) = last {
        field.arguments.retain(|(name, _)| name.node != resume.after);
        let last = Value::String(last.to_owned()).into_value();
        field.arguments.push((at(resume.after), Positioned::new(last, pos)));
    }
}

fn take_event_id(response: &mut Response) -> Option<String> {
    let Value::Object(data) = &mut response.data else { return None };
    let event_id = data.values_mut().find_map(|event| {
        let Value::Object(event) = event else { return None };
        event.shift_remove(EVENT_ID)
    });
    if let Some(Value::String(cursor)) = event_id { Some(cursor) } else { None }
}
