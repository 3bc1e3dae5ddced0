//! Monthly statements of cashback.

use domain::actor::{Actor, System};
use domain::cashback::state;
use domain::cashback::statement::pdf;
use domain::store::Statements;
use entities::id::AccountId;
use entities::invitation::AccessLevel::Full;
use entities::membership::Role;
use entities::notification;
use entities::partnership::PayerKind;
use entities::product::RenewalBilling::Account;
use rstest::rstest;
use sea_orm::EntityTrait as _;
use tests::database::Db;
use tests::renewals::{Given, Renewals, day, instant};

/// A sweep of this hour, delivered twice.
async fn sweep(w: &Renewals, at: &str) {
    w.travel(at).await;
    let until = instant(at);
    for _ in 0..2 {
        let cashback = || Actor::System(System::Cashback);
        while w.store.write(cashback(), Statements::default(), move |work| Box::pin(state(work, until))).await.unwrap()
        {
        }
    }
}

/// Each statement that was mailed: to whom, its days, and what was held, earned, taken back, spent, paid out and left.
async fn statements(w: &Renewals) -> Vec<String> {
    let mut mails = notification::Entity::find().all(w.store.pool()).await.unwrap();
    mails.retain(|mail| mail.kind == "cashback_statement");
    mails.sort_by_key(|mail| mail.id);
    let told = mails.iter().map(|mail| {
        let amount = |name: &str| mail.data[name]["minor"].as_i64().unwrap();
        let figures = ["opening", "earned", "reversed", "spent", "paid_out", "closing"].map(amount);
        let [from, to] = ["from", "to"].map(|name| mail.data[name].as_str().unwrap());
        format!("{} {from} {to} {figures:?}", mail.recipient)
    });
    told.collect()
}

async fn world(db: Db) -> (Renewals, AccountId) {
    let w = Renewals::start(db, "2027-03-01T09:00:00Z").await;
    let (acme, bolt) = (w.partner("Acme").await, w.account("Bolt").await);
    w.card(bolt, "tok_visa").await;
    w.person("ann@acme.example", acme, Role::Owner).await;
    w.person("tec@acme.example", acme, Role::Technical).await;
    let managed_by = Some(w.partnership(acme, bolt, (Full, PayerKind::Client)).await);
    let plan = w.plan("S", &[(1, 1000)]).await;
    for started in ["2027-02-01", "2027-02-15"] {
        w.product(bolt, Given { plan, term_months: 1, started_on: day(started), billing: Account, managed_by }).await;
    }
    (w, acme)
}

/// 2.00 of cashback of each renewal: in March two of them, in April two, of which 1.00 is spent; each month is stated once, to those
/// who see the wallet, in the first hour of the seller's next month, and a month without entries is not.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn each_month_is_stated_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (w, acme) = world(db).await;
    sweep(&w, "2027-03-01T09:00:00Z").await;
    w.run().await;
    w.travel("2027-03-15T00:00:00Z").await;
    w.run().await;
    sweep(&w, "2027-03-31T21:00:00Z").await;
    assert_eq!(statements(&w).await, Vec::<String>::new());
    sweep(&w, "2027-03-31T22:00:00Z").await;
    let march = "ann@acme.example 2027-03-01 2027-03-31 [0, 400, 0, 0, 0, 400]".to_owned();
    assert_eq!(statements(&w).await, std::slice::from_ref(&march));

    w.travel("2027-04-20T00:00:00Z").await;
    w.run().await;
    let id = if db == Db::Sqlite { format!("x'{}'", acme.0.simple()) } else { format!("'{acme}'") };
    let entry =
        if db == Db::Sqlite { "x'0000000000000000000000000000aaaa'" } else { "'00000000-0000-0000-0000-00000000aaaa'" };
    w.sql(&format!("UPDATE wallet SET available_minor = available_minor - 100 WHERE account_id = {id}")).await;
    w.sql(&format!(
        "INSERT INTO wallet_entry (id, account_id, currency, kind, amount_minor, created_at, available_at) VALUES ({entry}, {id}, 'EUR',
            'SPENT', -100, '2027-04-20T00:00:00+00:00', '2027-04-20T00:00:00+00:00')"
    ))
    .await;
    w.sql("UPDATE product SET auto_renew = FALSE").await;
    // A worker that was away for two months.
    sweep(&w, "2027-06-10T09:00:00Z").await;
    let april = "ann@acme.example 2027-04-01 2027-04-30 [400, 400, 0, 100, 0, 700]".to_owned();
    assert_eq!(statements(&w).await, [march, april]);

    let printed = documents(&w, Actor::System(System::Mail)).await;
    let [in_march, in_april] = printed.as_slice() else { panic!("{printed:?}") };
    assert!(in_march.starts_with("%PDF-1.7 CB-2027-03-EUR-"), "{in_march}");
    assert!(in_march.ends_with(": 2 entries, 0 further, 400 left"), "{in_march}");
    assert!(in_april.ends_with(": 3 entries, 0 further, 700 left"), "{in_april}");
    let cato = w.account("Cato").await;
    let stranger = w.person("cato@cato.example", cato, Role::Owner).await;
    assert_eq!(documents(&w, stranger).await, Vec::<String>::new());
}

/// The documents that mails about statements carry, as somebody reads them.
async fn documents(w: &Renewals, actor: Actor) -> Vec<String> {
    let reader = w.store.reader(actor, w.store.now().await.unwrap().now, Statements::default());
    let mut ids: Vec<_> = notification::Entity::find().all(w.store.pool()).await.unwrap();
    ids.retain(|mail| mail.kind == "cashback_statement");
    ids.sort_by_key(|mail| mail.id);
    let mut documents = Vec::new();
    for mail in ids {
        match pdf(&reader, mail.subject_id.into()).await {
            Ok((_, bytes)) => documents.push(String::from_utf8(bytes).unwrap()),
            Err(error) => assert!(matches!(error, domain::Error::NotFound), "{error:?}"),
        }
    }
    documents
}
