//! The story: two partners, a dozen clients, both payers, an invitation that waits and one that was rejected, products that
//! were bought in every way, and some weeks gone by, so that renewals are near.

use std::ops::Range;

use anyhow::{Context as _, bail};
use api::id::{Kind, encode};
use axum::Router;
use domain::Actor;
use domain::account::commands::{self, AddStaff, SignUp, SignedUp, add_staff};
use domain::account::rules::NewAccount;
use domain::actor::System;
use domain::calendar::Country;
use domain::money::Currency;
use domain::store::{Statements, Store};
use futures::future::try_join_all;
use serde_json::{Value, json};

use super::portal::{Portal, id, text};

/// Everybody's.
pub(super) const PASSWORD: &str = "demo demo demo";
/// One of the clients, to sign in as.
pub(super) const A_CLIENT: &str = "bea@baeckerei.example";
const STAFF: &str = "staff@nordlicht.example";
/// Where the clock stands when the story is told.
const TODAY: &str = "2026-11-21T09:00:00Z";

/// Address, account and whether the partner pays; none: the client has no partner yet.
const CLIENTS: [(&str, &str, Option<&str>); 12] = [
    (A_CLIENT, "Bäckerei Morgenrot", Some("CLIENT")),
    ("cem@cafe.example", "Café Nordwind", Some("PARTNER")),
    ("dana@dental.example", "Dentalpraxis Dr. Dietz", Some("CLIENT")),
    ("emil@elektro.example", "Elektro Emil", Some("PARTNER")),
    ("fay@florist.example", "Florist Feldblume", Some("CLIENT")),
    ("gero@galerie.example", "Galerie Goldrand", Some("PARTNER")),
    ("hana@hotel.example", "Hotel Hafenblick", Some("CLIENT")),
    ("ida@imkerei.example", "Imkerei Ida", Some("PARTNER")),
    ("jan@jazzkeller.example", "Jazzkeller", Some("CLIENT")),
    ("kim@kanzlei.example", "Kanzlei Kim", None),
    ("leo@laden.example", "Laden Leo", None),
    ("mo@moebel.example", "Möbel Mo", None),
];

struct Person {
    portal: Portal,
    account: String,
    name: String,
}

/// What is for sale.
struct Catalogue {
    hosting: String,
    email: String,
    domain: String,
}

/// Whether the story is there already: its staff has signed up.
pub(super) async fn is_told(store: &Store) -> anyhow::Result<bool> {
    Ok(domain::account::queries::is_known(store, STAFF).await?)
}

/// Tells it, through the API but for the sign-ups.
pub(super) async fn tell(store: &Store, router: &Router) -> anyhow::Result<()> {
    let portal = Portal::new(router.clone());
    let new = AddStaff::prepare(STAFF, &PASSWORD.into()).await?;
    let operator = Actor::System(System::Operator);
    store.write(operator, Statements::default(), move |work| Box::pin(add_staff(work, new.clone()))).await?;
    let partners =
        [("mara@pixelwerk.example", "Pixelwerk", "DE", "de"), ("luca@alpina.example", "Alpina Digital", "CH", "en")];
    let clients = CLIENTS.map(|(email, account, _)| (email, account, "DE", "de"));
    let mut people = sign_up(store, &portal, partners.into_iter().chain(clients)).await?.into_iter();
    let (Some(mara), Some(luca)) = (people.next(), people.next()) else { bail!("the partners have not signed up") };
    let clients: Vec<Person> = people.collect();
    let input = json!({ "email": STAFF, "password": PASSWORD });
    let signed_in = portal.run("signIn", input, "accessToken").await?;
    let staff = portal.signed_in(&text(&signed_in, "accessToken")?);

    let catalogue = stock(&staff).await?;
    let (agency, reseller) = (programme(&staff, "Agency", 2000).await?, programme(&staff, "Reseller", 2500).await?);
    // what does not build on each other happens at once: a newcomer waits for it
    try_join_all(clients.iter().chain([&mara, &luca]).map(card)).await?;
    tokio::try_join!(
        async {
            enrol(&mara, &agency, "pixelwerk", "Websites with a plan").await?;
            look_after(&mara, "pixelwerk", &clients, 0..6, &catalogue).await
        },
        async {
            enrol(&luca, &reseller, "alpina-digital", "Digital from the mountains").await?;
            look_after(&luca, "alpina-digital", &clients, 6..9, &catalogue).await
        },
        order_alone(&clients[9..], &catalogue),
    )?;
    // of those without a partner, one offers access and waits, one was turned down
    offer(&clients[9], "alpina-digital", "CLIENT").await?;
    let turned_down = offer(&clients[10], "pixelwerk", "CLIENT").await?;
    let message = "We are fully booked until spring. Please ask again then!";
    mara.portal
        .run("rejectInvitation", json!({ "invitationId": turned_down, "message": message }), "invitation { id }")
        .await?;

    let today = TODAY.parse().context("the story's end")?;
    domain::clock::advance(store, &worker::schedule::all(), today).await?;
    Ok(())
}

/// All at once, and not through the API: everybody's password is the same, and takes its time to hash.
async fn sign_up(
    store: &Store,
    portal: &Portal,
    people: impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)>,
) -> anyhow::Result<Vec<Person>> {
    let now = store.now().await?.now;
    let mut new = Vec::new();
    for (email, name, country, locale) in people {
        let (country, currency) = (Country::parse(country)?, Currency::EUR);
        let account = NewAccount {
            name: name.to_owned(),
            country,
            currency,
            time_zone: None,
            vat_id: None,
            billing_address: None,
        };
        let (email, locale) = (email.to_owned(), locale.to_owned());
        new.push(SignUp {
            name: first_name(&email),
            email,
            password: PASSWORD.into(),
            locale,
            account,
            referral_code: None,
        });
    }
    let new = SignUp::prepare_alike(new, now.date_naive()).await?;
    let acts = new.into_iter().map(|new| {
        store.write(Actor::Anonymous, Statements::default(), move |work| {
            Box::pin(commands::sign_up(work, new.clone(), None))
        })
    });
    let signed_up = try_join_all(acts).await?;
    let person = |up: SignedUp| Person {
        portal: portal.signed_in(&up.signed_in.access_token),
        account: encode(Kind::Account, up.account.id.0).0,
        name: up.account.name,
    };
    Ok(signed_up.into_iter().map(person).collect())
}

/// `mara@…` is Mara.
fn first_name(email: &str) -> String {
    let mut letters = email.split('@').next().unwrap_or_default().chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

async fn stock(staff: &Portal) -> anyhow::Result<Catalogue> {
    Ok(Catalogue {
        hosting: plan(staff, ("hosting", "Web hosting", "HOSTING"), "Business", [990, 10_680, 29_900]).await?,
        email: plan(staff, ("email", "Mailboxes", "EMAIL"), "Team", [490, 4_900, 13_200]).await?,
        domain: plan(staff, ("domain", "Domain", "DOMAIN"), ".example", [190, 1_490, 3_990]).await?,
    })
}

/// One offering with one plan, for terms of a month, a year and three years, in cents and in centimes.
async fn plan(staff: &Portal, offering: (&str, &str, &str), name: &str, cents: [u32; 3]) -> anyhow::Result<String> {
    let (sku, title, kind) = offering;
    let input = json!({ "sku": sku, "name": title, "kind": kind });
    let offering = id(&staff.run("saveOffering", input, "offering { id }").await?, "offering")?;
    let prices: Vec<Value> = [1, 12, 36]
        .into_iter()
        .zip(cents)
        .flat_map(|(term, cents)| {
            ["EUR", "CHF"].map(|currency| {
                let amount = format!("{}.{:02}", cents / 100, cents % 100);
                json!({ "termMonths": term, "price": { "amount": amount, "currencyCode": currency } })
            })
        })
        .collect();
    let input = json!({ "offeringId": offering, "name": name, "prices": prices });
    id(&staff.run("savePlan", input, "plan { id }").await?, "plan")
}

async fn programme(staff: &Portal, name: &str, rate_bps: u32) -> anyhow::Result<String> {
    let input = json!({
        "name": name, "rateBps": rate_bps, "contactEmail": "partners@nordlicht.example",
        "kindRates": [{ "kind": "DOMAIN", "rateBps": 1000 }],
        "minimumPayout": { "amount": "50.00", "currencyCode": "EUR" },
    });
    id(&staff.run("saveProgramme", input, "programme { id }").await?, "programme")
}

async fn enrol(partner: &Person, programme: &str, slug: &str, headline: &str) -> anyhow::Result<()> {
    let Person { portal, account, name } = partner;
    portal.run("enrolAsPartner", json!({ "accountId": account, "programmeId": programme }), "account { id }").await?;
    let input = json!({
        "accountId": account, "slug": slug, "headline": headline, "services": ["Design", "Hosting"], "published": true,
        "description": format!("{name} builds and looks after websites."),
    });
    portal.run("savePartnerProfile", input, "partnerProfile { id }").await?;
    Ok(())
}

async fn card(person: &Person) -> anyhow::Result<()> {
    let input = json!({ "accountId": person.account, "token": "tok_visa" });
    person.portal.run("addPaymentMethod", input, "paymentMethod { id }").await.map(drop)
}

/// These of the clients connect with the partner, and it orders for each.
async fn look_after(
    partner: &Person,
    slug: &str,
    clients: &[Person],
    which: Range<usize>,
    catalogue: &Catalogue,
) -> anyhow::Result<()> {
    let each = which.filter_map(|n| {
        let (client, (_, _, payer)) = (clients.get(n)?, CLIENTS.get(n)?);
        let payer = (*payer)?;
        Some(async move {
            let record = connect(client, partner, slug, payer).await?;
            let method = if payer == "PARTNER" { "PARTNER_CARD" } else { "CLIENT_CARD" };
            fill_and_pay(partner, &record, catalogue, method, n).await
        })
    });
    try_join_all(each).await.map(drop)
}

/// Who has no partner orders alone.
async fn order_alone(clients: &[Person], catalogue: &Catalogue) -> anyhow::Result<()> {
    for (client, plan) in clients.iter().zip([&catalogue.hosting, &catalogue.email, &catalogue.hosting]) {
        let items = json!([{ "planId": plan, "termMonths": 1 }]);
        let input =
            json!({ "accountId": client.account, "items": items, "idempotencyKey": format!("demo-{}", client.name) });
        client.portal.run("placeOrder", input, "order { id }").await?;
    }
    Ok(())
}

/// An offer of full access; its id.
async fn offer(client: &Person, slug: &str, payer: &str) -> anyhow::Result<String> {
    let input = json!({
        "accountId": client.account, "partnerProfileSlug": slug, "accessLevel": "FULL", "payer": payer,
        "message": "Would you look after our website?",
    });
    id(&client.portal.run("sendInvitation", input, "invitation { id }").await?, "invitation")
}

/// Offers and connects; the id of the partner's record.
async fn connect(client: &Person, partner: &Person, slug: &str, payer: &str) -> anyhow::Result<String> {
    let invitation = offer(client, slug, payer).await?;
    let connected = partner.portal.run("connectClient", json!({ "invitationId": invitation }), "client { id }").await?;
    id(&connected, "client")
}

/// A cart as the partner fills it: hosting for every client, mail or a domain for some.
async fn fill_and_pay(
    partner: &Person,
    record: &str,
    catalogue: &Catalogue,
    method: &str,
    n: usize,
) -> anyhow::Result<()> {
    let portal = &partner.portal;
    let cart = id(&portal.run("createCart", json!({ "clientId": record }), "cart { id }").await?, "cart")?;
    let term = if n.is_multiple_of(3) { 12 } else { 1 };
    let mut items = vec![json!({ "cartId": cart, "planId": catalogue.hosting, "termMonths": term })];
    if n.is_multiple_of(2) {
        items.push(json!({ "cartId": cart, "planId": catalogue.email, "termMonths": 1, "quantity": 2 }));
    } else {
        let name = format!("kunde-{n}.example");
        items.push(json!({ "cartId": cart, "planId": catalogue.domain, "termMonths": 12, "domainName": name }));
    }
    for item in items {
        portal.run("addCartItem", item, "cart { id }").await?;
    }
    let input = json!({ "cartId": cart, "method": method, "idempotencyKey": format!("demo-cart-{n}") });
    portal.run("checkoutCart", input, "order { id }").await?;
    Ok(())
}
