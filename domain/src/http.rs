//! The client with which the product calls others: one implementation of TLS, the authorities of the web, and no redirects.

use std::sync::Arc;

use reqwest::ClientBuilder;

/// A client to be set up further. It uses no proxy of the environment: whom it calls is what the call says.
pub fn client() -> ClientBuilder {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions that the provider has")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls);
    builder.redirect(reqwest::redirect::Policy::none()).no_proxy()
}
