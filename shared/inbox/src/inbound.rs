//! A press of a button in the console.
//!
//! The page that shows a message carries, for each button, a form body and its signature. The
//! signature holds for one tenant, one session and the person that session acts as, so a body that
//! was forged, changed, or copied from somebody else's page is refused before it is read.

use std::time::Duration;

use bytes::Bytes;
use nightowl_domain::{Hash, Time};
use nightowl_messaging::verify::{hmac_sha256, sign_hmac_sha256};
use nightowl_messaging::{ActionId, ButtonValue, Forged, IncomingAction, Secret, Snooze, Verified};

/// A page that was left open for longer than this has to be loaded again.
pub const PRESS_AGE_MAX: Duration = Duration::from_secs(12 * 3600);

/// How far a page's moment may lie ahead: two workers' clocks.
const CLOCK_SKEW: Duration = Duration::from_secs(60);

/// Who presses: what the signature is bound to besides the body.
#[derive(Clone, Copy, Debug)]
pub struct Presser<'a> {
    pub tenant: &'a str,
    /// The id of the session, never its cookie.
    pub session: &'a str,
    /// User id of the person the session acts as; empty for the operator.
    pub user: &'a str,
    /// Their name for people.
    pub name: &'a str,
}

/// One button on one shown message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Press {
    pub action: ActionId,
    /// What was chosen from the snooze menu.
    pub choice: Option<Snooze>,
    pub value: ButtonValue,
    pub channel: String,
    pub message: String,
    /// When the page was made.
    pub shown_at: Time,
    /// Drawn anew for each page: pressing twice on one page is one click, and on the next page
    /// another.
    pub nonce: String,
}

impl Press {
    /// The form body of this button and its signature in hex.
    pub fn sign(&self, secret: &Secret, presser: &Presser<'_>) -> (String, String) {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("action", self.action.name())
            .append_pair("choice", self.choice.map_or("", Snooze::name))
            .append_pair("value", &self.value.encode())
            .append_pair("channel", &self.channel)
            .append_pair("message", &self.message)
            .append_pair("shown_at", &self.shown_at.millis().to_string())
            .append_pair("nonce", &self.nonce)
            .finish();
        let mut parts: Vec<&[u8]> = Vec::new();
        let bound = binding(presser);
        parts.push(&bound);
        parts.push(body.as_bytes());
        let signature = sign_hmac_sha256(secret, &parts);
        (body, signature)
    }
}

/// Fixed length, so that no part of it can run into the body.
fn binding(presser: &Presser<'_>) -> [u8; 32] {
    let parts = ["press", presser.tenant, presser.session, presser.user];
    *Hash::of(&parts.map(str::as_bytes)).bytes()
}

/// Believes `body` if it was signed for this presser not too long before `now`.
pub fn verify(
    secret: &Secret,
    presser: &Presser<'_>,
    body: Bytes,
    signature: &str,
    now: Time,
) -> Result<Verified<Bytes>, Forged> {
    if signature.is_empty() {
        return Err(Forged::Missing);
    }
    let verified = hmac_sha256(secret, &[&binding(presser)], body, signature)?;
    let press = fields(&verified).ok_or(Forged::Malformed)?;
    let is_stale = now.since(press.shown_at) > PRESS_AGE_MAX;
    if is_stale || press.shown_at.since(now) > CLOCK_SKEW {
        return Err(Forged::Stale);
    }
    Ok(verified)
}

/// What was pressed, by whom. `None` for a body that no page of ours carries.
pub fn action(body: &Verified<Bytes>, presser: &Presser<'_>) -> Option<IncomingAction> {
    let press = fields(body)?;
    let click = [
        "click",
        presser.tenant,
        presser.session,
        press.action.name(),
        press.choice.map_or("", Snooze::name),
        &press.message,
        &press.nonce,
    ];
    let click_id = Hash::of(&click.map(str::as_bytes)).text(15);
    Some(IncomingAction {
        provider: crate::NAME,
        action: press.action,
        choice: press.choice,
        value: press.value,
        user_ref: presser.user.to_owned(),
        user_name: presser.name.to_owned(),
        channel_id: press.channel,
        message_id: press.message,
        workspace: presser.tenant.to_owned(),
        app_id: crate::NAME.to_owned(),
        click_id,
    })
}

fn fields(body: &Verified<Bytes>) -> Option<Press> {
    let field = |name: &str| {
        form_urlencoded::parse(body.get())
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.into_owned())
    };
    Some(Press {
        action: ActionId::parse(&field("action")?)?,
        choice: Snooze::parse(&field("choice")?),
        value: ButtonValue::decode(&field("value")?)?,
        channel: field("channel")?,
        message: field("message")?,
        shown_at: Time::from_millis(field("shown_at")?.parse().ok()?),
        nonce: field("nonce")?,
    })
}
