//! What all pages share: the frame around them and the headers on them.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use super::assets;

/// Nothing but our own style and script, no frames, no plugins, forms to ourselves only.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// Other sites learn no address of ours. `no-referrer` would do that as well, but makes browsers
/// send `Origin: null` with our own forms, which must prove where they come from.
const REFERRER: &str = "same-origin";

/// The fields of the layout, for every page of somebody who is logged in.
pub(crate) struct Frame {
    pub(crate) title: String,
    /// Which entry of the navigation is this page: `inbox` or `alerts`.
    pub(crate) section: &'static str,
    pub(crate) tenant: String,
    pub(crate) people: Vec<Choice>,
    pub(crate) form_token: String,
    pub(crate) said: Option<String>,
    pub(crate) etag: String,
    pub(crate) version: String,
    /// Where forms lead back to: the path and query of this page.
    pub(crate) here: String,
    /// One sentence for those who hear the page instead of seeing it.
    pub(crate) summary: String,
}

/// One person to act as.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) selected: bool,
}

/// A page that tells one thing, to anybody.
#[derive(Template)]
#[template(path = "plain.html")]
pub(crate) struct Plain<'a> {
    pub(crate) title: &'a str,
    pub(crate) text: &'a str,
    /// A command to type, shown apart.
    pub(crate) command: Option<&'a str>,
    pub(crate) link: Option<(&'a str, &'a str)>,
    /// Where the browser goes by itself.
    pub(crate) onward: Option<&'a str>,
    /// Where to go after logging in with a key, if that is what to do.
    pub(crate) login: Option<&'a str>,
    pub(crate) version: String,
}

impl<'a> Plain<'a> {
    pub(crate) fn new(title: &'a str, text: &'a str) -> Self {
        let version = assets::version();
        Self { title, text, command: None, link: None, onward: None, login: None, version }
    }

    pub(crate) fn answer(&self, status: StatusCode) -> Response {
        html(status, self)
    }
}

/// A rendered page with all headers.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Response {
    let Ok(text) = page.render() else {
        // Writing into a string does not fail, and our templates call nothing else that could.
        tracing::error!("a page could not be rendered");
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    };
    guarded((status, Html(text)).into_response())
}

/// Sets the headers that every answer of the console has.
pub(crate) fn guarded(mut response: Response) -> Response {
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, REFERRER),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

pub(crate) fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    // Our own values only: a cookie is base 16 and form-encoded text, a tag is base 32.
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().append(name, value);
    }
    response
}

/// To another page of ours, after a form.
pub(crate) fn see_other(to: &str) -> Response {
    let to = if is_ours(to) { to } else { "/console/" };
    guarded(with_header(StatusCode::SEE_OTHER.into_response(), header::LOCATION, to))
}

/// A path of the console and nothing that a browser could read as another site.
fn is_ours(path: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic() && c != '\\';
    (path == "/console" || path.starts_with("/console/") || path.starts_with("/console?"))
        && path.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_back_to_the_console_only() {
        for (to, expected) in [
            ("/console/alerts?status=firing", "/console/alerts?status=firing"),
            ("https://example.com/", "/console/"),
            ("//example.com/console/", "/console/"),
            ("/console/\\example.com", "/console/"),
            ("/console/a\r\nSet-Cookie: a=b", "/console/"),
            ("/consolex", "/console/"),
        ] {
            assert_eq!(see_other(to).headers()[header::LOCATION], expected, "{to:?}");
        }
    }
}
