//! The access matrix as a table, to be read beside rules §2: asked of the real tables, through both doors.

use std::fmt::Write as _;

use domain::access;
use domain::actor::Actor;
use domain::error::Error;
use domain::permission::rules::Need;
use domain::permission::{Permission, Target, held, permit_staff};
use domain::store::Statements;
use rstest::rstest;
use tests::app::TestApp;
use tests::database::Db;
use uuid::Uuid;

use super::resources::resources;
use super::scene::{Column, Scene};

const LEGEND: &str = "\
A letter: yes. A point: no, and what is asked about might as well not exist (NOT_FOUND). A stroke: seen, but not allowed
(PERMISSION_DENIED).

client and partners: Owner, Admin, Billing, Technical, Viewer of the client's account, or of a partner's; K a key with all
permissions that the owner has made for their account; G an Admin of the client's account by the grace of the partner, who made
them a member through the partnership; P a key with all permissions for the client's account that an admin of the partner has made
through the partnership
  full              a full partnership
  view .. support   a partial one with this permission alone, on all products
  chosen            a partial one with all permissions, on one chosen product
  expired .. ended  a full one that was
others: n nobody, s a stranger, a and u who were asked for access, and offered a product, at an address that is verified, or not,
  c and p who left the client and the (full) partner, v and e who contribute to the chosen product as a viewer and as an editor,
  m a Technical member of an account that contributes as an editor, S the provider's staff
systems: R renewals, C cashback, M mail, W webhooks, D schedule, O operator
";

/// What one person may do or see, told as the answer of a door.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Yes,
    Denied,
    NotFound,
}

impl Verdict {
    fn of<T>(answer: &Result<T, Error>) -> Self {
        match answer {
            Ok(_) => Self::Yes,
            Err(Error::Denied) => Self::Denied,
            Err(Error::NotFound) => Self::NotFound,
            Err(fault) => panic!("{fault:?}"),
        }
    }

    fn is(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::NotFound }
    }

    fn letter(self, person: char) -> char {
        match self {
            Self::Yes => person,
            Self::Denied => '-',
            Self::NotFound => '.',
        }
    }
}

/// A line of the table: its label, below a heading or not, and a verdict for each person of each column.
type Line = (String, Vec<Vec<Verdict>>);

/// S5.1, rules §2, promises A1: every permission, every table that is seen and every action, for every standing that there is.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_may_do_what(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let app = TestApp::start(db).await;
    let scene = Scene::set(&app).await;
    let mut table = LEGEND.to_owned();
    write_section(&mut table, &scene, "HOLDS", &holds(&app, &scene).await);
    write_section(&mut table, &scene, "SEES", &sees(&app, &scene).await);
    write_section(&mut table, &scene, "MAY DO", &may_do(&app, &scene).await);
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("access_matrix", table);
    });
}

/// The width of the labels.
const LABEL: usize = 58;

fn write_section(table: &mut String, scene: &Scene, title: &str, lines: &[Line]) {
    let width = |column: &Column| column.heading.len().max(column.people.len());
    let headings: Vec<_> =
        scene.columns.iter().map(|column| format!("{:width$}", column.heading, width = width(column))).collect();
    writeln!(table, "\n{title:LABEL$}{}", headings.join(" ").trim_end()).unwrap();
    for (label, verdicts) in lines {
        let (heading, label) = label.split_once('\n').unwrap_or(("", label));
        if !heading.is_empty() {
            writeln!(table, "{heading}").unwrap();
        }
        let cell = |(column, verdicts): (&Column, &Vec<Verdict>)| {
            let people = column.people.iter().map(|(letter, _)| *letter);
            let letters: String = people.zip(verdicts).map(|(person, verdict)| verdict.letter(person)).collect();
            format!("{letters:width$}", width = width(column))
        };
        let cells: Vec<_> = scene.columns.iter().zip(verdicts).map(cell).collect();
        writeln!(table, "{label:LABEL$}{}", cells.join(" ").trim_end()).unwrap();
    }
}

/// Asks each person of each column the same questions; the answers come question by question.
async fn ask<F>(scene: &Scene, labels: Vec<String>, mut answers: F) -> Vec<Line>
where
    F: AsyncFnMut(&Column, &Actor) -> Vec<Verdict>,
{
    let mut lines: Vec<Line> = labels.into_iter().map(|label| (label, Vec::new())).collect();
    for column in &scene.columns {
        for line in &mut lines {
            line.1.push(Vec::new());
        }
        for (_, actor) in &column.people {
            let verdicts = answers(column, actor).await;
            assert_eq!(verdicts.len(), lines.len());
            for (line, verdict) in lines.iter_mut().zip(verdicts) {
                line.1.last_mut().expect("the column").push(verdict);
            }
        }
    }
    lines
}

/// What is held on the client's account, its products and the partner's account: by the rule.
async fn holds(app: &TestApp, scene: &Scene) -> Vec<Line> {
    let mut labels = Vec::new();
    for (what, _) in targets(scene, &scene.columns[0]) {
        let mut heading = format!("on {what}\n");
        labels.extend(Permission::ALL.map(|one| format!("{}  {}", std::mem::take(&mut heading), one.name())));
    }
    ask(scene, labels, async |column, actor| {
        let targets = targets(scene, column).map(|(_, target)| target);
        let facts = held(app.db(), actor, scene.rows.now, &targets).await.unwrap();
        let each = targets.iter().flat_map(|target| Permission::ALL.map(|permission| facts[target].holds(permission)));
        each.map(Verdict::is).collect()
    })
    .await
}

fn targets(scene: &Scene, column: &Column) -> [(&'static str, Target); 4] {
    let product = |at: usize| resources(scene, "product", column)[at].1.into();
    [
        ("the client's account", Target::account(scene.client)),
        ("the client's product, chosen", Target::product(scene.client, product(0))),
        ("the client's product, another", Target::product(scene.client, product(1))),
        ("the partner's account", Target::account(column.partner)),
    ]
}

/// Which rows are seen: by the filters of lists.
async fn sees(app: &TestApp, scene: &Scene) -> Vec<Line> {
    let first = &scene.columns[0];
    let named = access::subjects().flat_map(|subject| {
        let rows = resources(scene, subject.table, first);
        rows.into_iter().map(|(what, _)| format!("{}: {what}", subject.table.trim_matches('"')))
    });
    ask(scene, named.collect(), async |column, actor| {
        let reader = app.store.reader(actor.clone(), scene.rows.now, Statements::default());
        let mut verdicts = Vec::new();
        for subject in access::subjects() {
            let ids: Vec<Uuid> = resources(scene, subject.table, column).into_iter().map(|(_, id)| id).collect();
            let seen = subject.seen(&reader, &ids).await.unwrap();
            verdicts.extend(ids.into_iter().map(|id| Verdict::is(seen.contains(&id))));
        }
        verdicts
    })
    .await
}

/// What is permitted: by asking for the permit itself.
async fn may_do(app: &TestApp, scene: &Scene) -> Vec<Line> {
    let mut labels = Vec::new();
    for action in access::actions() {
        let name = action.name.trim_start_matches("domain::").replace("actions::", "");
        let need = match action.need {
            Need::Permission(permission) => permission.name(),
            Need::Admin => "OWNER or ADMIN",
            Need::Owner => "OWNER",
            Need::Staff => "staff",
        };
        let mut heading = format!("{name}: {need}, {:?}\n", action.reach);
        for (what, _) in resources(scene, action.table, &scene.columns[0]) {
            labels.push(format!("{}  {}: {what}", std::mem::take(&mut heading), action.table.trim_matches('"')));
        }
    }
    labels.push("what the provider's staff alone do".to_owned());
    ask(scene, labels, async |column, actor| {
        let questions: Vec<_> = access::actions()
            .flat_map(|action| resources(scene, action.table, column).into_iter().map(move |(_, id)| (action, id)))
            .collect();
        let asking = app.store.write(actor.clone(), Statements::default(), move |work| {
            let questions = questions.clone();
            Box::pin(async move {
                let mut verdicts = Vec::new();
                for (action, id) in questions {
                    verdicts.push(Verdict::of(&action.permit(work, id).await));
                }
                verdicts.push(Verdict::of(&permit_staff(work).await));
                Ok(verdicts)
            })
        });
        asking.await.unwrap()
    })
    .await
}
