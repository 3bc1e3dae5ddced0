//! R5: mails get out, once if the server lets them, and what went wrong is named.

use std::time::{Duration, Instant};

use tests::{
    mail::{renderer, request, samples},
    smtp::{Doors, Plan, SmtpSink},
};
use worker::notification::{Mail, Outcome, Transport, transport::DEADLINE};

fn mail(number: u128) -> Mail {
    let offer = samples("Bolt").into_iter().map(|(_, content)| content).find(|one| one.kind() == "invitation-received");
    renderer().render(&request(number, "de", offer.expect("an offer"))).expect("a mail")
}

fn smtp(url: &str, sink: &SmtpSink) -> Transport {
    Transport::smtp(&url.to_owned().into(), Some(sink.certificate.as_bytes())).expect("a URL")
}

/// The reason of an outcome that is worth another try.
fn transient(outcome: &Outcome) -> &str {
    let Outcome::Transient(reason) = outcome else { panic!("{outcome:?}") };
    reason
}

/// R6: what arrives is what was sent, to the byte: lines that begin with dots, and the lone dot in the message.
#[tokio::test]
async fn what_arrives_is_what_was_sent() {
    let sink = SmtpSink::start().await;
    let transport = smtp(&sink.url(), &sink);
    let mail = mail(1);
    assert!(mail.text.contains("\n> .\n> ..\n"));
    assert_eq!(transport.send(&mail).await, Outcome::Sent);
    let [received] = sink.received().try_into().expect("one mail");
    assert_eq!(received.from, "billing@nimbus.example");
    assert_eq!(received.to, ["ann@bolt.example"]);
    assert_eq!(received.raw, mail.raw());
    assert!(!received.over_tls);
}

#[tokio::test]
async fn one_connection_carries_many_mails() {
    let sink = SmtpSink::start().await;
    let transport = smtp(&sink.url(), &sink);
    for number in 0..20 {
        assert_eq!(transport.send(&mail(number)).await, Outcome::Sent);
    }
    assert_eq!((sink.received().len(), sink.connections()), (20, 1));
}

#[tokio::test]
async fn outcomes_are_told_apart() {
    let sink = SmtpSink::start().await;
    let transport = smtp(&sink.url(), &sink);
    let cases = [
        (Plan::RefuseRecipient("450 4.2.0 Greylisted, come back in 5 minutes"), "later", "Greylisted"),
        (Plan::RefuseRecipient("550 5.1.1 No such user"), "no address", "No such user"),
        (Plan::RefuseRecipient("550 No such user here"), "no address", "No such user"),
        (Plan::RefuseRecipient("550 5.2.1 Mailbox disabled"), "no address", "disabled"),
        (Plan::RefuseRecipient("552 5.2.2 Mailbox full"), "never", "full"),
        (Plan::RefuseRecipient("550 5.7.1 Not from you"), "never", "Not from you"),
        (Plan::RefuseRecipient("553 5.1.8 Your domain does not exist"), "never", "Your domain"),
        (Plan::RefuseRecipient("550 relay not permitted"), "never", "relay"),
        (Plan::RefuseData("451 4.3.0 Try again"), "later", "451"),
        (Plan::RefuseData("554 5.6.0 Looks like spam"), "never", "spam"),
        (Plan::RefuseData("550 5.1.1 No such user"), "never", "No such user"),
        (Plan::RefuseRecipient("530 5.7.0 Sign in first"), "later", "530"),
        (Plan::RefuseRecipient("421 4.7.0 Too many connections"), "later", "421"),
        (Plan::CutAfterData, "later", "incomplete response"),
    ];
    for (plan, expected, said) in cases {
        sink.plan([plan.clone()]);
        let (end, reason) = match transport.send(&mail(1)).await {
            Outcome::Sent => panic!("{plan:?} is taken"),
            Outcome::Transient(reason) => ("later", reason),
            Outcome::Permanent(reason) => ("never", reason),
            Outcome::Bounced(reason) => ("no address", reason),
        };
        assert_eq!(end, expected, "{plan:?}");
        assert!(reason.contains(said) && !reason.contains('\n'), "{plan:?}: {reason}");
        assert_eq!(transport.send(&mail(2)).await, Outcome::Sent, "after {plan:?}");
    }
    // The refused exchanges ended in order, so their connection went on; only 421 and the cut needed a new one.
    assert_eq!(sink.connections(), 3);
}

/// The copy that a cut left in doubt is sent again under the same `Message-ID`.
#[tokio::test]
async fn a_cut_after_the_text_makes_a_copy_not_a_second_mail() {
    let sink = SmtpSink::start().await;
    let transport = smtp(&sink.url(), &sink);
    sink.plan([Plan::CutAfterData]);
    transient(&transport.send(&mail(1)).await);
    assert_eq!(transport.send(&mail(1)).await, Outcome::Sent);
    let [first, second] = sink.received().try_into().expect("two copies");
    assert_eq!(first.raw, second.raw);
}

/// lettre #743: a parked connection that the server has closed must not fail the mail.
#[tokio::test]
async fn a_stale_connection_is_replaced() {
    let sink = SmtpSink::start().await;
    let transport = smtp(&sink.url(), &sink);
    assert_eq!(transport.send(&mail(1)).await, Outcome::Sent);
    sink.hang_up();
    assert_eq!(transport.send(&mail(2)).await, Outcome::Sent);
    sink.plan([Plan::AcceptThenClose]);
    assert_eq!(transport.send(&mail(3)).await, Outcome::Sent);
    assert_eq!(transport.send(&mail(4)).await, Outcome::Sent);
    assert_eq!((sink.received().len(), sink.connections()), (4, 3));
}

#[tokio::test]
async fn an_absent_server_is_waited_for() {
    let mut sink = SmtpSink::start().await;
    let transport = smtp(&sink.url(), &sink);
    assert_eq!(transport.probe().await, Outcome::Sent);
    sink.go_away();
    let began = Instant::now();
    let outcome = transport.send(&mail(1)).await;
    assert!(transient(&outcome).contains("localhost"), "{outcome:?}");
    assert!(began.elapsed() < Duration::from_secs(5));
    sink.come_back().await;
    assert_eq!(transport.send(&mail(1)).await, Outcome::Sent);
    assert_eq!(sink.received().len(), 1);
}

/// Whoever gives up on a slow server must not leave its answers to the next mail: each outcome stays with its mail.
#[tokio::test]
async fn a_mail_given_up_on_does_not_confuse_the_next() {
    let sink = SmtpSink::start().await;
    let transport = smtp(&sink.url(), &sink);
    assert_eq!(transport.send(&mail(1)).await, Outcome::Sent);
    sink.plan([Plan::TarpitAfterData(Duration::from_millis(300)), Plan::RefuseRecipient("550 5.1.1 No such user")]);
    let slow = mail(2);
    assert!(tokio::time::timeout(Duration::from_millis(100), transport.send(&slow)).await.is_err());
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert!(matches!(transport.send(&mail(3)).await, Outcome::Bounced(_)));
    assert_eq!(transport.send(&mail(4)).await, Outcome::Sent);
    let ids: Vec<_> = sink.received().into_iter().map(|mail| mail.raw).collect();
    assert_eq!(ids, [mail(1), mail(2), mail(4)].map(|mail| mail.raw().to_vec()));
}

/// R5: nobody waits for one server longer than the deadline, and a server that is only slow is waited for.
#[tokio::test(flavor = "multi_thread")]
async fn a_tarpit_holds_nobody_longer_than_the_deadline() {
    let sink = SmtpSink::start().await;
    assert!(DEADLINE < Duration::from_secs(30));
    let transport = smtp(&sink.url(), &sink).within(Duration::from_secs(3));
    sink.plan([Plan::Tarpit(Duration::from_mins(2))]);
    let (stuck, free) = (mail(1), mail(2));
    let began = Instant::now();
    let (outcome, ()) = tokio::join!(transport.send(&stuck), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(transport.send(&free).await, Outcome::Sent);
        assert!(began.elapsed() < Duration::from_secs(2), "the others do not wait");
    });
    assert_eq!(sink.received().len(), 1);
    assert!(transient(&outcome).contains("within 3 seconds"), "{outcome:?}");
    assert!(began.elapsed() < Duration::from_secs(4));
}

#[tokio::test]
async fn starttls_is_used_when_offered_and_insisted_on_when_required() {
    let sink = SmtpSink::with(Doors { starttls: true, ..Doors::default() }).await;
    for url in [sink.url(), format!("{}?tls=required", sink.url())] {
        assert_eq!(smtp(&url, &sink).send(&mail(1)).await, Outcome::Sent);
    }
    assert_eq!(smtp(&format!("{}?tls=none", sink.url()), &sink).send(&mail(1)).await, Outcome::Sent);
    assert_eq!(sink.received().iter().map(|mail| mail.over_tls).collect::<Vec<_>>(), [true, true, false]);

    let plain = SmtpSink::start().await;
    let outcome = smtp(&format!("{}?tls=required", plain.url()), &plain).send(&mail(1)).await;
    assert!(transient(&outcome).contains("STARTTLS"), "{outcome:?}");
    assert!(plain.received().is_empty());
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let doors = [Doors { starttls: true, ..Doors::default() }, Doors { wrapped: true, ..Doors::default() }];
    for (scheme, doors) in ["smtp", "smtps"].into_iter().zip(doors) {
        let sink = SmtpSink::with(doors).await;
        let url = format!("{scheme}://localhost:{}", sink.port);
        assert_eq!(smtp(&url, &sink).send(&mail(1)).await, Outcome::Sent);
        let stranger = Transport::smtp(&url.into(), None).unwrap();
        let outcome = stranger.send(&mail(2)).await;
        assert!(transient(&outcome).contains("certificate"), "{outcome:?}");
        assert_eq!(sink.received().len(), 1);
    }
}

#[tokio::test]
async fn the_password_is_sent_over_tls_only() {
    let login = Some(("agent@nimbus".to_owned(), "p@ss/wörd".to_owned()));
    let sink = SmtpSink::with(Doors { starttls: true, wrapped: false, login: login.clone() }).await;
    let url = |password: &str| format!("smtp://agent%40nimbus:{password}@localhost:{}", sink.port);
    assert_eq!(smtp(&url("p%40ss%2Fw%C3%B6rd"), &sink).send(&mail(1)).await, Outcome::Sent);
    let [received] = sink.received().try_into().expect("one mail");
    assert_eq!((received.user.as_deref(), received.over_tls), (Some("agent@nimbus"), true));

    let outcome = smtp(&url("guessed"), &sink).send(&mail(2)).await;
    assert!(transient(&outcome).contains("535") && !format!("{outcome:?}").contains("guessed"), "{outcome:?}");
    let outcome = smtp(&sink.url(), &sink).send(&mail(2)).await;
    assert!(transient(&outcome).contains("530"), "without a password: {outcome:?}");

    let plain = SmtpSink::with(Doors { login, ..Doors::default() }).await;
    let url = format!("smtp://agent%40nimbus:p%40ss%2Fw%C3%B6rd@localhost:{}", plain.port);
    let outcome = smtp(&url, &plain).send(&mail(1)).await;
    assert!(transient(&outcome).contains("password was not sent"), "{outcome:?}");
    assert_eq!(smtp(&format!("{url}?tls=none"), &plain).send(&mail(1)).await, Outcome::Sent);
}

#[test]
fn a_wrong_url_is_named_without_its_password() {
    for url in [
        "",
        "localhost:25",
        "http://u:secret@h",
        "smtp://",
        "smtps://u:secret@h?tls=none",
        "smtp://u:secret@h?tls=maybe",
        "smtp://u:secret@h/a%20b",
        "smtp://u:secret@h:99999",
    ] {
        let Err(error) = Transport::smtp(&url.to_owned().into(), None) else { panic!("{url} is taken") };
        let said = format!("{error} {error:?}");
        assert!(said.contains("SMTP_URL") || said.contains("Url"), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}

#[tokio::test]
async fn without_a_server_mails_are_files_that_sort_by_time() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("var/mail");
    let transport = Transport::files(&place).unwrap();
    let mut later = request(1, "de", samples("Bolt").swap_remove(0).1);
    later.created_at += chrono::Duration::microseconds(1);
    let later = renderer().render(&later).unwrap();
    for mail in [&later, &mail(3), &mail(2), &mail(3)] {
        assert_eq!(transport.send(mail).await, Outcome::Sent);
    }
    let mut files: Vec<_> = std::fs::read_dir(&place).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    let names: Vec<_> = files.iter().map(|path| path.file_name().unwrap().to_str().unwrap()).collect();
    let name = |at: &str, number: u8| format!("20270306T130500.{at}Z-01990000-0000-7000-8000-00000000000{number}.eml");
    assert_eq!(names, [name("000000", 2), name("000000", 3), name("000001", 1)], "a retry wrote its file again");
    assert_eq!(std::fs::read(&files[2]).unwrap(), later.raw());

    std::fs::remove_dir_all(&place).unwrap();
    assert!(transient(&transport.send(&mail(4)).await).contains("var/mail"));
}
