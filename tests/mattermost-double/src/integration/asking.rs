//! One HTTP request to an integration: one attempt, redirects followed, an answer within time.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::time::Duration;

use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, Url};

use crate::double::Shared;

pub(crate) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// What is sent. Without a content type it is a GET.
pub(crate) struct Question {
    pub(crate) url: String,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) body: String,
    /// Of a command: `Authorization: Token …`.
    pub(crate) token: Option<String>,
}

pub(crate) struct Asked {
    pub(crate) status: u16,
    /// Without its parameters; empty if there was none.
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// One for all doubles. It keeps no connection, because each test has a runtime of its own.
fn client() -> Option<Client> {
    static CLIENT: OnceLock<Option<Client>> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        // A second install answers an error that means that it is done.
        drop(rustls::crypto::ring::default_provider().install_default());
        Client::builder().pool_max_idle_per_host(0).build().ok()
    });
    client.clone()
}

/// `None`: refused, forbidden, cut or too slow. Clients are told nothing more.
pub(crate) async fn ask(shared: &Shared, question: Question) -> Option<Asked> {
    let url = Url::parse(&question.url).ok()?;
    let (allowed, patience) = {
        let config = &shared.world().config;
        let list = config.allowed_untrusted_internal_connections.clone();
        (list, config.integration_timeout_millis)
    };
    if !matches!(url.scheme(), "http" | "https") || !may_connect(&url, &allowed) {
        return None;
    }
    let client = client()?;
    let mut request = match question.content_type {
        None => client.get(url),
        Some(content_type) => {
            client.post(url).header(CONTENT_TYPE, content_type).body(question.body)
        }
    };
    request = request
        .timeout(Duration::from_millis(u64::try_from(patience).unwrap_or_default()))
        .header(USER_AGENT, "Mattermost-Bot/1.1")
        .header(ACCEPT, JSON)
        .header(ACCEPT_ENCODING, "gzip");
    if let Some(token) = question.token {
        request = request.header(AUTHORIZATION, format!("Token {token}"));
    }
    let response = request.send().await.ok()?;
    let status = response.status().as_u16();
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content_type = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
    let mut body = response.bytes().await.ok()?.to_vec();
    body.truncate(ANSWER_BYTES_MAX);
    Some(Asked { status, content_type, body })
}

/// Hosts and addresses of this machine and of private networks have to be allowed by name.
fn may_connect(url: &Url, allowed: &str) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    let is_internal = match address {
        Some(IpAddr::V4(v4)) => {
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified()
        }
        Some(IpAddr::V6(v6)) => v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local(),
        None => host == "localhost" || host.ends_with(".localhost"),
    };
    !is_internal || allowed.split_whitespace().any(|rule| matches_rule(rule, &host, address))
}

fn matches_rule(rule: &str, host: &str, address: Option<IpAddr>) -> bool {
    let Some((network, bits)) = rule.split_once('/') else {
        return rule.eq_ignore_ascii_case(host);
    };
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else {
        return false;
    };
    let loopback = IpAddr::from([127, 0, 0, 1]);
    match (network, address.unwrap_or(loopback)) {
        (IpAddr::V4(network), IpAddr::V4(address)) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        (IpAddr::V6(network), IpAddr::V6(address)) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0);
            network.to_bits() & mask == address.to_bits() & mask
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}
