//! Callbacks as an attacker sees them: who may forge, replay and change what.

use nightowl_domain::Time;

use crate::{ActionId, ButtonValue, Forged, IncomingAction, IncomingCommand};

/// Makes genuine callbacks, and takes callbacks as the function behind the route does.
pub trait Callbacks: Send + Sync {
    /// What the platform sends when somebody clicks, signed for our tenant at `at`. `click` counts
    /// clicks: another number is another click, the same number the same request again.
    fn click(&self, action: ActionId, value: &ButtonValue, click: u32, at: Time) -> Request;

    /// What the platform sends when somebody types the command with `args`.
    fn command(&self, args: &str, at: Time) -> Request;

    /// The same request as signed for another tenant, with that tenant's secret.
    fn for_other_tenant(&self, request: &Request, at: Time) -> Request;

    /// Verifies as our tenant, at `now`, and then parses.
    fn take(&self, request: &Request, now: Time) -> Result<Taken, Refusal>;

    /// The names of the headers that prove the request, in the case that we send them.
    fn proof_headers(&self) -> Vec<&'static str>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// With the header replaced, or taken away.
    #[must_use]
    pub fn with_header(&self, name: &str, value: Option<&str>) -> Self {
        let mut changed = self.clone();
        changed.headers.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
        if let Some(value) = value {
            changed.headers.push((name.to_owned(), value.to_owned()));
        }
        changed
    }
}

/// What a believed callback said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    Action(IncomingAction),
    Command(IncomingCommand),
}

/// Why it was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Forged(Forged),
    /// Genuine, and nothing that we understand.
    Unreadable(String),
}
