//! Where a test of a connection may go. Whoever may ask for one names an address, and NightOwl
//! stands inside a network whose other inhabitants trust it.

mod public;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect;
use reqwest::{ClientBuilder, Url};

pub use public::is_public;

/// A name server that is slower is as good as none.
const LOOK_UP: Duration = Duration::from_secs(3);

/// How far requests may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// https, and addresses of the public internet only.
    Public,
    /// Wherever the configuration in force lets them go.
    Anywhere,
}

impl Reach {
    /// A client that stays within reach and follows no redirect, whatever was set before. Each
    /// connection is held to it, so a name that changes its address in between gains nothing.
    pub fn guard(self, builder: ClientBuilder) -> ClientBuilder {
        let builder = builder.redirect(redirect::Policy::none());
        match self {
            Self::Anywhere => builder,
            // A proxy would resolve names by itself.
            Self::Public => builder.https_only(true).no_proxy().dns_resolver(Arc::new(PublicOnly)),
        }
    }

    /// Whether an address may be tried at all. What a name leads to is seen when connecting.
    ///
    /// # Errors
    /// In a sentence: what is not allowed.
    pub fn check_url(self, url: &Url) -> Result<(), String> {
        let host = url.host_str().unwrap_or_default();
        if host.is_empty() || !matches!(url.scheme(), "http" | "https") {
            return Err("the address is neither https nor http".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the address holds a user name or a password".to_owned());
        }
        if self == Self::Anywhere {
            return Ok(());
        }
        if url.scheme() != "https" {
            return Err("the address is not https".to_owned());
        }
        // Names are resolved by `PublicOnly`; an address that stands for itself is not.
        match literal(host) {
            Some(ip) if !is_public(ip) => Err(format!("{host} is not a public address")),
            Some(_) | None => Ok(()),
        }
    }

    /// Says beforehand what connecting would find: a name that leads nowhere but to private
    /// addresses. One that cannot be resolved is left to the connection.
    ///
    /// # Errors
    /// In a sentence: what is not allowed.
    pub async fn look(self, url: &Url) -> Result<(), String> {
        self.check_url(url)?;
        let host = url.host_str().unwrap_or_default();
        if self == Self::Anywhere || literal(host).is_some() {
            return Ok(());
        }
        let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((host, 443))).await;
        let Ok(Ok(found)) = found else { return Ok(()) };
        let found: Vec<SocketAddr> = found.collect();
        if found.is_empty() || found.iter().any(|at| is_public(at.ip())) {
            return Ok(());
        }
        Err(format!("{host} leads to an address that is not public"))
    }
}

/// The address that a host of a URL is, if it is no name. IPv6 stands in brackets there.
fn literal(host: &str) -> Option<IpAddr> {
    let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    inner.unwrap_or(host).parse().ok()
}

/// Resolves names to their public addresses and to no others.
#[derive(Clone, Copy, Debug)]
pub struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // The port is put in by whoever connects.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let kept: Vec<SocketAddr> = found.filter(|at| is_public(at.ip())).collect();
            if kept.is_empty() {
                return Err("the name leads to no public address".into());
            }
            let kept: Addrs = Box::new(kept.into_iter());
            Ok(kept)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reach: Reach, url: &str) -> Result<(), String> {
        reach.check_url(&Url::parse(url).expect("an address"))
    }

    #[test]
    fn only_https_to_public_hosts_is_within_public_reach() {
        for good in
            ["https://chat.example.com/", "https://8.8.8.8/", "https://[2606:4700::1]:8443/x"]
        {
            assert_eq!(check(Reach::Public, good), Ok(()), "{good}");
        }
        for bad in [
            "http://chat.example.com/",
            "https://127.0.0.1/",
            // The same address in the forms that browsers and libraries accept.
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:a9fe:a9fe]/",
            "https://169.254.169.254/latest/meta-data/",
            "https://10.1.2.3:8065/",
            "https://user:secret@chat.example.com/",
            "ftp://chat.example.com/",
            "file:///etc/passwd",
        ] {
            assert!(check(Reach::Public, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_the_configuration_allows_is_still_a_plain_web_address() {
        assert_eq!(check(Reach::Anywhere, "http://127.0.0.1:8065/"), Ok(()));
        for bad in ["ftp://127.0.0.1/", "http://user@127.0.0.1/", "data:text/plain,x"] {
            assert!(check(Reach::Anywhere, bad).is_err(), "{bad}");
        }
        let error = check(Reach::Public, "https://user:secret@a.example/").unwrap_err();
        assert!(!error.contains("secret"));
    }

    #[tokio::test]
    async fn a_name_of_this_machine_is_seen_through() {
        let url = Url::parse("https://localhost:8065/").expect("an address");
        assert_eq!(Reach::Public.check_url(&url), Ok(()), "it is a name");
        let refused = Reach::Public.look(&url).await;
        assert_eq!(refused, Err("localhost leads to an address that is not public".to_owned()));
        assert_eq!(Reach::Anywhere.look(&url).await, Ok(()));
        let name = "localhost".parse().expect("a name");
        assert!(PublicOnly.resolve(name).await.is_err());
    }

    /// The client itself refuses, so that whoever skips the look is stopped all the same.
    #[tokio::test]
    async fn a_guarded_client_never_connects_to_this_machine() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("it can be polled");
        let port = listener.local_addr().expect("an address").port();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Reach::Public.guard(reqwest::Client::builder()).build().expect("a client");
        for url in [format!("https://localhost:{port}/"), format!("http://localhost:{port}/")] {
            assert!(client.get(&url).send().await.is_err(), "{url}");
        }
        let nobody = listener.accept();
        assert!(nobody.is_err(), "nothing came: {nobody:?}");
    }
}
