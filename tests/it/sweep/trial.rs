//! The trial of one row: every bad call that its valid one gives rise to, and what is found wrong with the answers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use sea_orm::{DatabaseConnection, DbBackend, FromQueryResult, Statement};
use serde_json::Value;

use super::call::{Answer, Document, End};
use super::digest::Digest;
use super::row::Row;
use super::scene::Scene;
use super::schema::Place;
use super::world::{Who, sign_in};
use super::{again, ids, people, values, wrong};

/// Does what is due, again and again.
async fn work(scene: Arc<Scene>) {
    loop {
        scene.app.run_jobs().await;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub struct Trial<'a> {
    pub row: &'a Row,
    pub scene: Arc<Scene>,
    document: Document,
    findings: Vec<String>,
    /// How many calls were made.
    pub calls: u64,
}

#[derive(FromQueryResult)]
struct Deadlocks {
    deadlocks: i64,
}

/// How often the database had to end one of several transactions that waited for each other. They are tried again, but each
/// costs a second; SQLite has one writer, and none.
async fn deadlocks(db: &DatabaseConnection) -> i64 {
    let statement = if db.get_database_backend() == DbBackend::Postgres {
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    } else {
        "SELECT 0 AS deadlocks"
    };
    let statement = Statement::from_string(db.get_database_backend(), statement);
    Deadlocks::find_by_statement(statement).one(db).await.unwrap().map_or(0, |row| row.deadlocks)
}

/// What a trial found.
pub struct Report {
    pub findings: Vec<String>,
    pub calls: u64,
    /// Fields of the input that no valid input of the row gives.
    pub untried: BTreeSet<String>,
}

/// A call that must be refused.
pub struct Bad {
    /// What is bad about it.
    pub what: String,
    pub who: Who,
    pub input: Value,
    /// Any of these; none: any code will do.
    pub codes: Vec<End>,
}

impl<'a> Trial<'a> {
    pub async fn of(row: &'a Row, scene: Scene) -> Self {
        let document = Document::of(scene.schema(), row.mutation);
        Self { row, scene: Arc::new(scene), document, findings: Vec::new(), calls: 0 }
    }

    /// Everything there is to try; what is wrong. Calls that are refused use nothing up, so they share their inputs.
    pub async fn run(mut self) -> Report {
        let worker = self.row.needs_worker.then(|| tokio::spawn(work(Arc::clone(&self.scene))));
        let inputs = self.inputs().await;
        let untried = self.untried(&inputs);
        people::strangers(&mut self, &inputs[0]).await;
        ids::swapped(&mut self, &inputs).await;
        values::hostile(&mut self, inputs).await;
        wrong::states(&mut self).await;
        people::entitled(&mut self).await;
        let one = again::repeated(&mut self).await;
        again::at_once(&mut self, one).await;
        people::losers(&mut self).await;
        if let Some(worker) = worker {
            worker.abort();
        }
        self.after().await;
        Report { findings: self.findings, calls: self.calls, untried }
    }

    pub fn find(&mut self, finding: impl std::fmt::Display) {
        self.findings.push(format!("{}: {finding}", self.row.name()));
    }

    /// A valid input with a fresh subject.
    pub async fn input(&self) -> Value {
        (self.row.make)(&self.scene).await
    }

    /// The row's valid inputs.
    async fn inputs(&self) -> Vec<Value> {
        let mut inputs = vec![self.input().await];
        for make in &self.row.others {
            inputs.push(make(&self.scene).await);
        }
        inputs
    }

    /// The type of the mutation's input; none where it takes none.
    pub fn input_type(&self) -> Option<&str> {
        let field = self.scene.schema().mutation(self.row.mutation).expect("a mutation of the schema");
        field.args.first().map(|arg| arg.of.name())
    }

    pub fn places(&self, input: &Value) -> Vec<Place> {
        self.input_type().map_or_else(Vec::new, |name| self.scene.schema().places(name, input))
    }

    pub async fn call(&mut self, who: Who, input: &Value) -> Answer {
        self.calls += 1;
        self.send(who, input).await
    }

    pub async fn send(&self, who: Who, input: &Value) -> Answer {
        let mut token = self.scene.world().token(who).map(str::to_owned);
        if let (true, Some(lasting)) = (self.row.ends_sign_in, &token) {
            token = Some(sign_in(&self.scene.app, super::world::user_of(&self.scene.app, lasting).await).await);
        }
        self.document.send(&self.scene.app, token.as_deref(), input).await
    }

    /// How a call ended; what is wrong with the answer itself is found.
    pub fn end(&mut self, what: &str, answer: &Answer) -> Option<End> {
        match answer.end() {
            Ok(end) => Some(end),
            Err(wrong) => {
                self.find(format!("{what}: {wrong}"));
                None
            }
        }
    }

    /// Makes calls that must all be refused, at the same time, and looks that nothing is half done afterwards.
    pub async fn refused(&mut self, bad: Vec<Bad>) -> Vec<Answer> {
        let before = self.scene.digest().await;
        self.calls += bad.len() as u64;
        let answers = join_all(bad.iter().map(|one| self.send(one.who, &one.input))).await;
        for (one, answer) in bad.iter().zip(&answers) {
            let Some(end) = self.end(&one.what, answer) else { continue };
            if end.is_done() {
                self.find(format!("{}: was done", one.what));
            } else if !one.codes.is_empty() && !one.codes.contains(&end) {
                let expected: Vec<_> = one.codes.iter().map(ToString::to_string).collect();
                self.find(format!("{}: {end}, where {} is due: {}", one.what, expected.join(" or "), answer.said()));
            }
        }
        let changed = self.changed_since(&before).await;
        if !changed.is_empty() {
            self.find(format!("half done in {changed:?} by one of: {}", self.culprits(&bad).await.join(", ")));
        }
        answers
    }

    /// Which of the calls leave something behind.
    async fn culprits(&self, bad: &[Bad]) -> Vec<String> {
        let mut culprits = Vec::new();
        for one in bad {
            let before = self.scene.digest().await;
            self.send(one.who, &one.input).await;
            let changed = self.changed_since(&before).await;
            if !changed.is_empty() {
                culprits.push(format!("{} ({changed:?})", one.what));
            }
        }
        culprits
    }

    pub async fn digest(&self) -> Digest {
        self.scene.digest().await
    }

    /// The tables that are not what they were.
    pub async fn changed_since(&self, before: &Digest) -> Vec<String> {
        let mut changed = self.digest().await.changed_since(before);
        changed.retain(|table| !self.row.is_noise(table));
        changed
    }

    /// How many rows each table has more, or fewer.
    pub async fn grown_since(&self, before: &Digest) -> BTreeMap<String, i64> {
        let mut grown = self.digest().await.grown_since(before);
        grown.retain(|table, _| !self.row.is_noise(table));
        grown
    }

    /// The fields of the input that none of the row's valid inputs gives.
    fn untried(&self, inputs: &[Value]) -> BTreeSet<String> {
        let untried = |name| self.scene.schema().untried(name, &inputs.iter().collect::<Vec<_>>());
        self.input_type().map(untried).unwrap_or_default().into_iter().collect()
    }

    /// The mails of it all are mails, and the books are in order.
    async fn after(&mut self) {
        self.scene.app.run_jobs().await;
        for mail in self.scene.app.mails() {
            if mail.html.contains("<script>alert") {
                self.find(format!("a script in the mail {:?}", mail.subject));
            }
            if mail.subject.chars().any(char::is_control) || !mail.to.contains('@') {
                self.find(format!("a broken mail {:?} to {:?}", mail.subject, mail.to));
            }
        }
        let findings = tests::auditor::audit(self.scene.app.db()).await;
        for finding in findings {
            self.find(format!("the auditor: {finding}"));
        }
        let deadlocks = deadlocks(self.scene.app.db()).await;
        if deadlocks > 0 {
            self.find(format!("{deadlocks} deadlocks: transactions lock the same rows in different orders"));
        }
    }
}
