//! Mails to render: the samples, by a provider of the tests.

use worker::notification::{Renderer, Seller};

pub use worker::notification::sample::{request, samples};

/// A provider with an umlaut and an address of several lines.
pub fn renderer() -> Renderer {
    let seller = Seller {
        name: "Nimbus Hosting GmbH".to_owned(),
        address: "Fährweg 7\n20457 Hamburg\nDeutschland".to_owned(),
        mail_from: "billing@nimbus.example".to_owned(),
        portal_url: "https://portal.nimbus.example/".to_owned(),
    };
    Renderer::new(seller).expect("templates that compile")
}
