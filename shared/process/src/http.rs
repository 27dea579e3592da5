//! The way out to chat platforms.

use std::time::Duration;

/// For chat platforms: what is longer does not fit a lease.
pub fn http_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_secs(2))
        .timeout(Duration::from_secs(8))
        .redirect(reqwest::redirect::Policy::none())
}

/// One provider of cryptography for the whole process, before anything speaks TLS. The second
/// caller would find it there.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
