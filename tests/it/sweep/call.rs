//! A call, and what may be answered to it at all: whatever is asked, the answer has one of the contract's codes and tells
//! nothing of the product's inside.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};
use tests::app::TestApp;
use tests::client::Reply;

use super::schema::Schema;

/// The contract's codes of top-level errors that a caller's mistake may have. `INTERNAL` and `UNAVAILABLE` are none.
const TOP_LEVEL: [&str; 7] = [
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "BAD_USER_INPUT",
    "QUERY_TOO_COMPLEX",
    "QUERY_TOO_DEEP",
    "QUERY_TOO_LARGE",
    "PERSISTED_QUERY_NOT_FOUND",
];

/// What would show that a message comes from inside: statements, paths, type names, libraries.
const INSIDE: [&str; 18] = [
    "SELECT ",
    "INSERT ",
    "UPDATE ",
    "DELETE ",
    "constraint",
    "relation ",
    "sqlx",
    "sea_orm",
    "SeaOrm",
    "DbErr",
    "sqlite",
    "postgres",
    "panicked",
    "stack backtrace",
    ".rs",
    "::",
    "async_graphql",
    "serde",
];

/// A message is for people: longer ones echo what was sent.
const LONGEST_MESSAGE: usize = 400;

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    Done,
    /// A user error, by its code.
    Refused(String),
    /// A top-level error, by its code.
    Error(String),
}

impl End {
    pub fn is_done(&self) -> bool {
        *self == Self::Done
    }
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done => f.write_str("done"),
            Self::Refused(code) => f.write_str(code),
            Self::Error(code) => write!(f, "top-level {code}"),
        }
    }
}

/// What came back.
pub struct Answer {
    reply: Reply,
    mutation: String,
}

impl Answer {
    /// The payload; null where there is none.
    pub fn payload(&self) -> &Value {
        &self.reply.body["data"][&self.mutation]
    }

    /// All that a client sees of it, to the byte.
    pub fn whole(&self) -> String {
        format!("{} {}", self.reply.status, self.reply.body)
    }

    /// The same without what it cost: for answers to calls that differ in shape.
    pub fn said(&self) -> String {
        let mut body = self.reply.body.clone();
        body.as_object_mut().map(|body| body.remove("extensions"));
        format!("{} {}", self.reply.status, without_tokens(&body.to_string()))
    }

    /// How it ended.
    /// # Errors
    /// What is wrong with it, whatever the call was.
    pub fn end(&self) -> Result<End, String> {
        let body = &self.reply.body;
        if let Some(errors) = body["errors"].as_array() {
            for error in errors {
                check_message(&error["message"])?;
                let code = error["extensions"]["code"].as_str().unwrap_or("no code");
                if !TOP_LEVEL.contains(&code) {
                    return Err(format!("top-level {code}: {}", error["message"]));
                }
            }
            if !matches!(self.reply.status, 200 | 400 | 401 | 413) {
                return Err(format!("status {}", self.reply.status));
            }
            let code = errors.first().and_then(|error| error["extensions"]["code"].as_str());
            return code.map(|code| End::Error(code.to_owned())).ok_or_else(|| "an empty list of errors".to_owned());
        }
        if self.reply.status != 200 {
            return Err(format!("status {} without errors", self.reply.status));
        }
        let refusals = self.payload()["userErrors"].as_array().ok_or_else(|| format!("no payload: {body}"))?;
        for refusal in refusals {
            check_message(&refusal["message"])?;
        }
        Ok(match refusals.first() {
            None => End::Done,
            Some(refusal) => End::Refused(refusal["code"].as_str().unwrap_or_default().to_owned()),
        })
    }
}

fn check_message(message: &Value) -> Result<(), String> {
    let text = message.as_str().ok_or("an error without a message")?;
    if text.len() > LONGEST_MESSAGE {
        return Err(format!("a message of {} bytes", text.len()));
    }
    match INSIDE.iter().find(|inside| text.contains(**inside)) {
        Some(inside) => Err(format!("a message that tells of the inside ({inside}): {text}")),
        None => Ok(()),
    }
}

/// The text of a mutation that asks everything back.
pub struct Document {
    mutation: String,
    query: String,
}

impl Document {
    pub fn of(schema: &Schema, mutation: &str) -> Self {
        let field = schema.mutation(mutation).unwrap_or_else(|| panic!("no mutation {mutation} in the schema"));
        let selection = schema.selection(field.of.name(), 1);
        let query = match field.args.first() {
            None => format!("mutation {{ {mutation} {{ {selection} }} }}"),
            Some(input) => {
                format!("mutation($input: {}!) {{ {mutation}(input: $input) {{ {selection} }} }}", input.of.name())
            }
        };
        Self { mutation: mutation.to_owned(), query }
    }

    /// Sends it with this input, as whoever has this token.
    pub async fn send(&self, app: &TestApp, token: Option<&str>, input: &Value) -> Answer {
        let variables = json!({ "input": input });
        let ask = async || match token {
            Some(token) => app.ask_as(token, &self.query, variables.clone()).await,
            None => app.ask(&self.query, variables.clone()).await,
        };
        let mut reply = ask().await;
        if reply.status == 503 {
            // a machine under load sheds, and says when to come back; what goes on being shed is a finding
            tokio::time::sleep(Duration::from_secs(1)).await;
            reply = ask().await;
        }
        Answer { reply, mutation: self.mutation.clone() }
    }
}

/// The text without the tokens of signed links, which tell when they were made.
fn without_tokens(text: &str) -> String {
    let mut parts = text.split("?token=");
    let mut said = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        said.push_str(&part[part.find('"').unwrap_or(part.len())..]);
    }
    said
}
