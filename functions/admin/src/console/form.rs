//! Posted forms: from our own pages, by somebody who is logged in, or not at all.

use std::sync::Arc;

use axum::response::Response;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use nightowl_engine::ApiRole;

use super::page::Plain;
use super::visit::{Refusal, Visit};
use crate::{Console, Needs};

pub(crate) struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// The form of a page of this very session, which may do what needs `role`.
    pub(crate) async fn read<N: Needs>(
        needs: Arc<N>,
        headers: &HeaderMap,
        body: &Bytes,
        role: ApiRole,
    ) -> Result<(Visit<N>, Self), Refusal> {
        let (visit, form) = Self::read_signed(needs, headers, body, role).await?;
        if !visit.session.owns(visit.console(), form.text("form_token")) {
            return Err(foreign().into());
        }
        Ok((visit, form))
    }

    /// The same for a form that carries a signature of its own, which the caller checks.
    pub(crate) async fn read_signed<N: Needs>(
        needs: Arc<N>,
        headers: &HeaderMap,
        body: &Bytes,
        role: ApiRole,
    ) -> Result<(Visit<N>, Self), Refusal> {
        // The origin is checked first: whoever fails here learns nothing about the session.
        if !is_same_origin(needs.console(), headers) {
            return Err(foreign().into());
        }
        let visit = Visit::of(needs, headers, None).await?;
        if visit.session.grant.role < role {
            return Err(small_role().into());
        }
        Ok((visit, Self::parse(body)))
    }

    /// The form that opens a session, so that nobody has a token for it yet: where it comes from
    /// keeps another site from logging somebody in.
    pub(crate) fn read_first(
        console: &Console,
        headers: &HeaderMap,
        body: &Bytes,
    ) -> Result<Self, Refusal> {
        if is_same_origin(console, headers) {
            return Ok(Self::parse(body));
        }
        Err(foreign().into())
    }

    fn parse(body: &Bytes) -> Self {
        let fields = form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Self { fields }
    }

    /// Empty if it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    /// Where the form leads back to.
    pub(crate) fn back(&self) -> &str {
        self.text("back")
    }
}

/// Whether the browser says that a page of ours sent this. Every browser of today sends `Origin`
/// with a POST, so its absence is not excused.
fn is_same_origin(console: &Console, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok());
    let Some(origin) = text(header::ORIGIN) else { return false };
    let public = console.public_url.as_deref().map(origin_of);
    if public.is_some_and(|public| public.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let host = origin.strip_prefix("http://").or(origin.strip_prefix("https://"));
    match (host, text(header::HOST)) {
        (Some(host), Some(own)) => !host.is_empty() && host.eq_ignore_ascii_case(own),
        _ => false,
    }
}

/// Scheme, host and port of an address.
fn origin_of(url: &str) -> &str {
    let start = url.find("://").map_or(0, |index| index + 3);
    let end = url[start..].find('/').map_or(url.len(), |index| start + index);
    &url[..end]
}

pub(crate) fn small_role() -> Response {
    let text = "You logged in with a key that may only read, so nothing was done. Log in with the \
                key of a responder.";
    let mut page = Plain::new("Nothing was done", text);
    page.link = Some(("/console/", "To the inbox"));
    page.answer(StatusCode::FORBIDDEN)
}

pub(crate) fn foreign() -> Response {
    let text = "This form did not come from a page of this session, so nothing was done. Open the \
                console again and repeat it there.";
    let mut page = Plain::new("Nothing was done", text);
    page.link = Some(("/console/", "To the inbox"));
    page.answer(StatusCode::FORBIDDEN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nightowl_messaging::Secret;

    #[test]
    fn only_our_own_origin_counts() {
        let is_ours = |origin: Option<&str>, public: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, "127.0.0.1:8080".parse().expect("a header"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, origin.parse().expect("a header"));
            }
            let public_url = public.map(str::to_owned);
            let console = Console { session_key: Secret::new("k"), login_token: None, public_url };
            is_same_origin(&console, &headers)
        };
        assert!(is_ours(Some("http://127.0.0.1:8080"), None));
        assert!(is_ours(Some("https://owl.example.com"), Some("https://owl.example.com/x/")));
        for origin in [None, Some("null"), Some(""), Some("http://"), Some("http://127.0.0.1:8081")]
        {
            assert!(!is_ours(origin, Some("https://owl.example.com")), "{origin:?}");
        }
        assert!(!is_ours(Some("http://127.0.0.1:8080.example.com"), None));
        assert!(!is_ours(
            Some("https://owl.example.com.evil.example"),
            Some("https://owl.example.com")
        ));
    }
}
