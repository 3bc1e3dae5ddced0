//! A row: what the harness must be told of a mutation, because nothing in the schema says it.

use domain::permission::Permission;
use entities::membership::Role;
use futures::future::BoxFuture;
use serde_json::Value;

use super::scene::Scene;
use super::world::{Company, FULL_ACCESS, Who, bundle};

/// A way in which somebody may make the call.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// Whoever there is, signed in or not.
    Anyone,
    /// Whoever is signed in.
    SignedIn,
    /// The provider's staff.
    Staff,
    /// The owner of the account alone.
    Owner(Company),
    /// Owner and admins of the account, and the staff.
    Admin(Company),
    /// Members of the account whose role has all of these, and the staff.
    Member(Company, &'static [Permission]),
    /// Members of the account whose role has all of these; the staff have no membership.
    Own(Company, &'static [Permission]),
    /// Members of Acme whose role has all of these, through its partnership with Bolt.
    Through(&'static [Permission]),
    /// The editor of what Acme ordered for Bolt.
    Editor,
    /// The member of Solo, of the Billing role, to whose address Bolt hands something over.
    Recipient,
}

impl Way {
    pub fn lets(self, who: Who) -> bool {
        let role_has = |company: Company, all: &[Permission]| match who {
            Who::Member(of, role) => of == company && all.iter().all(|one| bundle(role.role()).contains(one)),
            Who::Nobody | Who::Staff | Who::Asked | Who::Unproven | Who::Looks | Who::Edits | Who::Left(_) => false,
        };
        match self {
            Self::Anyone => true,
            Self::SignedIn => who != Who::Nobody,
            Self::Staff => who == Who::Staff,
            Self::Owner(company) => who == Who::member(company, Role::Owner),
            Self::Admin(company) => {
                who == Who::Staff
                    || [Role::Owner, Role::Admin].into_iter().any(|role| who == Who::member(company, role))
            }
            Self::Member(company, all) => who == Who::Staff || role_has(company, all),
            Self::Own(company, all) => role_has(company, all),
            Self::Through(all) => role_has(Company::Acme, all) && all.iter().all(|one| FULL_ACCESS.contains(one)),
            Self::Editor => who == Who::Edits,
            Self::Recipient => who == Who::member(Company::Solo, Role::Billing),
        }
    }

    /// Who is taken for this way: never an owner where another will do, so that they can lose it.
    pub fn caller(self) -> Who {
        match self {
            Self::Anyone => Who::Nobody,
            Self::SignedIn => Who::member(Company::Solo, Role::Admin),
            Self::Staff => Who::Staff,
            Self::Owner(company) => Who::member(company, Role::Owner),
            Self::Admin(company) | Self::Member(company, _) | Self::Own(company, _) => {
                Who::member(company, Role::Admin)
            }
            Self::Through(_) => Who::member(Company::Acme, Role::Admin),
            Self::Editor => Who::Edits,
            Self::Recipient => Who::member(Company::Solo, Role::Billing),
        }
    }
}

/// What becomes of a call that is made once more, with the same input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// Refused, with this code or, where another call is just at it, one of the others.
    Refused(&'static [&'static str]),
    /// Done again, to no other effect than a line in the audit log.
    Same,
    /// Another one is made.
    Another,
}

/// Makes a valid input, with a subject of its own where the call uses its subject up.
pub type Make = for<'a> fn(&'a Scene) -> BoxFuture<'a, Value>;
/// Brings the subject of an input, or the input itself, into a state in which the call must be refused.
pub type Spoil = for<'a> fn(&'a Scene, &'a mut Value) -> BoxFuture<'a, ()>;

/// A wrong state, and the code that says so.
pub struct Wrong {
    pub state: &'static str,
    pub code: &'static str,
    pub spoil: Spoil,
}

pub struct Row {
    pub mutation: &'static str,
    /// Tells rows of one mutation apart.
    pub case: &'static str,
    pub ways: Vec<Way>,
    pub make: Make,
    /// Further valid inputs, for fields that exclude each other.
    pub others: Vec<Make>,
    /// By the same key where there is an idempotency key, whatever stands here; by another key, or without any, this.
    pub again: Again,
    pub wrong: Vec<Wrong>,
    /// Text that is not given back: secrets, what only decides, and what stands deeper than is asked. A field's name, or the end of
    /// its path.
    pub unshown: Vec<&'static str>,
    /// Where the input names what it is about; none where the call is about nothing that one could see.
    pub subject: Option<&'static str>,
    /// Of whom the row says nothing: their valid input is another.
    pub apart: Vec<Way>,
    /// Whether each call needs a sign-in of its own, because it ends it.
    pub ends_sign_in: bool,
    /// Whether it waits for a worker.
    pub needs_worker: bool,
    /// Whether each call takes its time on purpose, as whatever hashes a password does: then some of what is alike is left out.
    pub is_costly: bool,
}

/// A mutation, who may make it, and a valid call.
pub fn row(mutation: &'static str, ways: &[Way], make: Make) -> Row {
    Row {
        mutation,
        case: "",
        ways: ways.to_vec(),
        make,
        others: Vec::new(),
        again: Again::Same,
        wrong: Vec::new(),
        unshown: Vec::new(),
        subject: None,
        apart: Vec::new(),
        ends_sign_in: false,
        needs_worker: false,
        is_costly: false,
    }
}

impl Row {
    pub fn case(self, case: &'static str) -> Self {
        Self { case, ..self }
    }

    pub fn or(mut self, make: Make) -> Self {
        self.others.push(make);
        self
    }

    pub fn again(self, again: Again) -> Self {
        Self { again, ..self }
    }

    pub fn wrong(mut self, state: &'static str, code: &'static str, spoil: Spoil) -> Self {
        self.wrong.push(Wrong { state, code, spoil });
        self
    }

    pub fn unshown(mut self, fields: &[&'static str]) -> Self {
        self.unshown.extend(fields);
        self
    }

    /// Whether what stands at this place of the input is given back.
    pub fn is_unshown(&self, place: &str) -> bool {
        self.unshown.iter().any(|end| place.strip_suffix(end).is_some_and(|before| before.ends_with('/')))
    }

    /// The field of the input that names what the call is about.
    pub fn about(self, field: &'static str) -> Self {
        Self { subject: Some(field), ..self }
    }

    pub fn apart(mut self, way: Way) -> Self {
        self.apart.push(way);
        self
    }

    pub fn ends_sign_in(self) -> Self {
        Self { ends_sign_in: true, ..self }
    }

    pub fn needs_worker(self) -> Self {
        Self { needs_worker: true, ..self }
    }

    pub fn costly(self) -> Self {
        Self { is_costly: true, ..self }
    }

    pub fn name(&self) -> String {
        if self.case.is_empty() { self.mutation.to_owned() } else { format!("{} {}", self.mutation, self.case) }
    }

    pub fn lets(&self, who: Who) -> bool {
        self.ways.iter().any(|way| way.lets(who))
    }

    /// The tables that such calls write to whatever becomes of them.
    pub fn is_noise(&self, table: &str) -> bool {
        match table {
            "session" => self.ends_sign_in,
            "job" | "schedule" => self.needs_worker,
            _ => false,
        }
    }

    pub fn caller(&self) -> Who {
        self.ways.first().map_or(Who::Nobody, |way| way.caller())
    }
}

/// An input that needs nothing made first.
pub fn ready<'a>(input: Value) -> BoxFuture<'a, Value> {
    Box::pin(std::future::ready(input))
}
