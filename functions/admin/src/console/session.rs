//! Who is logged in: a signed cookie, and the token that proves a form to be one of its pages'.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, header};
use nightowl_domain::{Hash, Time};
use nightowl_engine::ApiRole;
use nightowl_messaging::Secret;
use nightowl_messaging::verify::{hmac_sha256, sign_hmac_sha256};

use crate::Console;

/// A night shift. An open page renews it.
const LIFE: Duration = Duration::from_secs(12 * 3600);

/// However much it is used, a session ends then: a cookie that was stolen must not live for ever.
const LIFE_MAX: Duration = Duration::from_secs(7 * 86_400);

const ROLES: [ApiRole; 3] = [ApiRole::Viewer, ApiRole::Responder, ApiRole::Admin];

const COOKIE: &str = "nightowl_session";
/// The token of a link that somebody followed here, until they have used it.
const LINK_COOKIE: &str = "nightowl_link";
/// As long as the token lives.
const LINK_SECONDS: u64 = 15 * 60;
const LINK_CHARS_MAX: usize = 200;
/// What the next page says once.
const SAID_COOKIE: &str = "nightowl_said";
/// Encoded, a character takes up to twelve bytes, and browsers drop cookies beyond 4 KB.
const SAID_CHARS_MAX: usize = 300;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) id: String,
    /// What whoever logged in may do, and where.
    pub(crate) grant: Grant,
    /// When somebody logged in.
    began: Time,
    expires: Time,
    /// Which tenant is looked at, and as whom; empty until chosen.
    pub(crate) tenant: String,
    pub(crate) user: String,
}

/// What a session may do: what the key may that it was opened with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) role: ApiRole,
    /// `None`: all tenants.
    pub(crate) tenant: Option<String>,
    /// The id of the API key, never the key; `None`: the token that a start prints.
    pub(crate) key: Option<String>,
}

impl Grant {
    /// Of the token that a start prints.
    pub(crate) const START: Self = Self { role: ApiRole::Admin, tenant: None, key: None };

    pub(crate) fn reaches(&self, slug: &str) -> bool {
        self.tenant.as_ref().is_none_or(|own| own == slug)
    }
}

impl Session {
    pub(crate) fn new(draw: u128, now: Time, grant: Grant) -> Self {
        Self {
            id: format!("{draw:032x}"),
            grant,
            began: now,
            expires: now + LIFE,
            tenant: String::new(),
            user: String::new(),
        }
    }

    /// The valid session of a request, if there is one.
    pub(crate) fn read(console: &Console, headers: &HeaderMap, now: Time) -> Option<Self> {
        let body = unseal(&console.session_key, "session", &cookie(headers, COOKIE)?)?;
        let field = |name: &str| {
            form_urlencoded::parse(body.as_bytes())
                .find(|(field, _)| field == name)
                .map(|(_, value)| value.into_owned())
        };
        let session = Self {
            id: field("id")?,
            grant: Grant {
                role: role(&field("role")?)?,
                tenant: field("only").filter(|slug| !slug.is_empty()),
                key: field("key").filter(|id| !id.is_empty()),
            },
            began: Time::from_millis(field("began")?.parse().ok()?),
            expires: Time::from_millis(field("expires")?.parse().ok()?),
            tenant: field("tenant")?,
            user: field("user")?,
        };
        (now < session.expires).then_some(session)
    }

    /// Renewed when half of its life is over, up to [`LIFE_MAX`] in all. One of an API key is not:
    /// the key may be taken back, and nobody would notice here.
    pub(crate) fn renewed(&self, now: Time) -> Option<Self> {
        if self.grant.key.is_some() {
            return None;
        }
        let is_old = self.expires.since(now) < LIFE / 2;
        let expires = (now + LIFE).min(self.began + LIFE_MAX);
        (is_old && expires > self.expires).then(|| Self { expires, ..self.clone() })
    }

    /// The same session, looking at another tenant or as another person.
    pub(crate) fn acting(&self, tenant: &str, user: &str) -> Self {
        Self { tenant: tenant.to_owned(), user: user.to_owned(), ..self.clone() }
    }

    /// The `Set-Cookie` line.
    pub(crate) fn set_cookie(&self, console: &Console) -> String {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("id", &self.id)
            .append_pair("role", self.grant.role.name())
            .append_pair("only", self.grant.tenant.as_deref().unwrap_or_default())
            .append_pair("key", self.grant.key.as_deref().unwrap_or_default())
            .append_pair("began", &self.began.millis().to_string())
            .append_pair("expires", &self.expires.millis().to_string())
            .append_pair("tenant", &self.tenant)
            .append_pair("user", &self.user)
            .finish();
        let value = seal(&console.session_key, "session", &body);
        set(console, COOKIE, &value, LIFE.as_secs())
    }

    /// Proves that a form is of a page of this session.
    pub(crate) fn form_token(&self, console: &Console) -> String {
        sign(&console.session_key, "form", &self.id)
    }

    pub(crate) fn owns(&self, console: &Console, form_token: &str) -> bool {
        is_signed(&console.session_key, "form", &self.id, form_token)
    }
}

fn role(word: &str) -> Option<ApiRole> {
    ROLES.into_iter().find(|role| role.name() == word)
}

/// Keeps a link's token in the browser, so that it stands in no address but the one that was
/// followed. `None`: no token of ours looks like this.
pub(crate) fn link_cookie(console: &Console, token: &Secret) -> Option<String> {
    let text = token.expose();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    let is_fit = (1..=LINK_CHARS_MAX).contains(&text.len()) && text.chars().all(is_plain);
    is_fit.then(|| set(console, LINK_COOKIE, text, LINK_SECONDS))
}

pub(crate) fn link(headers: &HeaderMap) -> Option<Secret> {
    cookie(headers, LINK_COOKIE).filter(|token| !token.is_empty()).map(Secret::new)
}

pub(crate) fn unlink_cookie(console: &Console) -> String {
    set(console, LINK_COOKIE, "", 0)
}

pub(crate) fn end_cookie(console: &Console) -> String {
    set(console, COOKIE, "", 0)
}

/// Lets the next page say `text`, once. Signed, so that nobody else can put words there.
pub(crate) fn say_cookie(console: &Console, text: &str) -> String {
    let text: String = text.chars().take(SAID_CHARS_MAX).collect();
    let body: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    set(console, SAID_COOKIE, &seal(&console.session_key, "said", &body), 60)
}

pub(crate) fn said(console: &Console, headers: &HeaderMap) -> Option<String> {
    let body = unseal(&console.session_key, "said", &cookie(headers, SAID_COOKIE)?)?;
    form_urlencoded::parse(body.as_bytes()).next().map(|(text, _)| text.into_owned())
}

pub(crate) fn unsay_cookie(console: &Console) -> String {
    set(console, SAID_COOKIE, "", 0)
}

fn set(console: &Console, name: &str, value: &str, seconds: u64) -> String {
    let secure = if console.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/console; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.split_once('='));
    pairs.find(|(known, _)| known.trim() == name).map(|(_, value)| value.trim().to_owned())
}

/// `body` and its signature; `body` has no dot.
fn seal(key: &Secret, purpose: &str, body: &str) -> String {
    let body = body.replace('.', "%2E");
    format!("{body}.{}", sign(key, purpose, &body))
}

fn unseal(key: &Secret, purpose: &str, sealed: &str) -> Option<String> {
    let (body, signature) = sealed.split_once('.')?;
    is_signed(key, purpose, body, signature).then(|| body.to_owned())
}

fn sign(key: &Secret, purpose: &str, body: &str) -> String {
    sign_hmac_sha256(key, &[Hash::of(&[purpose.as_bytes()]).bytes(), body.as_bytes()])
}

/// In constant time.
fn is_signed(key: &Secret, purpose: &str, body: &str, signature: &str) -> bool {
    let body = Bytes::copy_from_slice(body.as_bytes());
    hmac_sha256(key, &[Hash::of(&[purpose.as_bytes()]).bytes()], body, signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn console(key: &str) -> Console {
        Console { session_key: Secret::new(key), login_token: None, public_url: None }
    }

    fn headers(cookie: &str) -> HeaderMap {
        let pair = cookie.split(';').next().unwrap_or_default();
        let line = format!("a=b; {pair}");
        HeaderMap::from_iter([(header::COOKIE, line.parse().expect("a header"))])
    }

    #[test]
    fn a_session_is_believed_until_it_expires_and_only_as_it_was_signed() {
        let (ours, now) = (console("k"), Time::from_seconds(1_000));
        let session = Session {
            tenant: "acme".to_owned(),
            user: "a.b & c".to_owned(),
            ..Session::new(7, now, Grant::START)
        };
        let line = session.set_cookie(&ours);
        for word in ["HttpOnly", "SameSite=Strict", "Path=/console"] {
            assert!(line.contains(word), "{line}");
        }
        let read = |console: &Console, line: &str, now| Session::read(console, &headers(line), now);
        assert_eq!(read(&ours, &line, now), Some(session.clone()));
        assert_eq!(read(&ours, &line, now + LIFE), None);
        assert_eq!(read(&console("other"), &line, now), None);
        assert_eq!(read(&ours, &line.replace("acme", "acmf"), now), None);
        assert_eq!(session.renewed(now), None);
        assert!(session.renewed(now + LIFE - Duration::from_secs(60)).is_some());
        // What is signed for one purpose proves nothing for another.
        let words = say_cookie(&ours, "id=1").replace(SAID_COOKIE, COOKIE);
        assert_eq!(read(&ours, &words, now), None);
    }

    #[test]
    fn a_session_that_is_always_used_ends_after_a_week() {
        let mut session = Session::new(1, Time::default(), Grant::START);
        let mut now = Time::default();
        while let Some(next) = session.renewed(now).or((now < session.expires).then_some(session)) {
            session = next;
            now = now + Duration::from_secs(3600);
        }
        assert_eq!(now, Time::default() + LIFE_MAX);
    }

    #[test]
    fn a_session_of_a_key_keeps_to_what_the_key_may_and_is_not_renewed() {
        let (ours, now) = (console("k"), Time::from_seconds(1_000));
        for role in ROLES {
            let tenant = Some("acme".to_owned());
            let grant = Grant { role, tenant, key: Some("helper".to_owned()) };
            let session = Session::new(7, now, grant.clone());
            let line = session.set_cookie(&ours);
            let read = Session::read(&ours, &headers(&line), now).expect("ours");
            assert_eq!(read.grant, grant);
            assert!(read.grant.reaches("acme") && !read.grant.reaches("zeta"));
            assert_eq!(read.renewed(now + LIFE - Duration::from_secs(1)), None);
            let name = role.name();
            for (from, to) in [(name, "owner"), ("only=acme", "only="), ("only=acme", "only=z")] {
                let forged = line.replace(from, to);
                assert_ne!(forged, line);
                assert_eq!(Session::read(&ours, &headers(&forged), now), None, "{from} {to}");
            }
        }
    }

    #[test]
    fn only_a_plain_token_is_kept_for_later() {
        let keep = |text: &str| link_cookie(&console("k"), &Secret::new(text));
        let line = keep("abc_DEF-123").expect("a token");
        assert!(line.contains("HttpOnly; SameSite=Strict"), "{line}");
        assert_eq!(link(&headers(&line)), Some(Secret::new("abc_DEF-123")));
        for bad in ["", "a;b", "a b", "a\r\nSet-Cookie: x=y", &"x".repeat(201)] {
            assert_eq!(keep(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_form_token_is_of_one_session() {
        let ours = console("k");
        let session = |draw| Session::new(draw, Time::default(), Grant::START);
        let (one, two) = (session(1), session(2));
        assert!(one.owns(&ours, &one.form_token(&ours)));
        assert!(!two.owns(&ours, &one.form_token(&ours)));
        assert!(!one.owns(&ours, ""));
    }

    #[test]
    fn words_for_the_next_page_come_back_as_they_were() {
        let ours = console("k");
        let line = say_cookie(&ours, "Alice. <b>&;ü");
        assert_eq!(said(&ours, &headers(&line)).as_deref(), Some("Alice. <b>&;ü"));
        assert_eq!(said(&console("other"), &headers(&line)), None);
    }
}
