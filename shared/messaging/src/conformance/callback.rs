//! Callbacks as an attacker sees them: who may forge, replay and change what.

use std::time::Duration;

use nightowl_domain::Time;

use crate::{
    ActionId, ButtonValue, Forged, FormState, IncomingAction, IncomingCommand, IncomingForm,
};

/// Makes genuine callbacks, and takes callbacks as the function behind the route does.
pub trait Callbacks: Send + Sync {
    /// What the platform sends when somebody clicks, signed for our tenant at `at`. `click` counts
    /// clicks: another number is another click, the same number the same request again.
    fn click(&self, action: ActionId, value: &ButtonValue, click: u32, at: Time) -> Request;

    /// What the platform sends when somebody types the command with `args`.
    fn command(&self, args: &str, at: Time) -> Request;

    /// What the platform sends when somebody chooses `choice` from the snooze menu: the name of a
    /// [`crate::Snooze`], or anything else, because not every platform checks it. `None`: the
    /// platform has no menus, or this cannot be made here.
    fn choose(&self, value: &ButtonValue, choice: &str, click: u32, at: Time) -> Option<Request> {
        let _ = (value, choice, click, at);
        None
    }

    /// What the platform sends when the person of the world sends a form off that was opened at
    /// `at` with `state`. The same arguments make the same request. `None`: the platform has no
    /// forms, or this cannot be made here.
    fn submit(&self, state: &FormState, fields: &[(&str, &str)], at: Time) -> Option<Request> {
        let _ = (state, fields, at);
        None
    }

    /// Requests like this one that others than the platform could make, with what is wrong in
    /// each: another person's, another button's, one without its proof. None of them is taken.
    fn forgeries(&self, request: &Request, at: Time) -> Vec<(&'static str, Request)> {
        let _ = (request, at);
        Vec::new()
    }

    /// Whether the platform proves every byte of a request. Where it does not, [`Self::forgeries`]
    /// says what must not be taken.
    fn proves_every_byte(&self) -> bool {
        true
    }

    /// When a request is taken. `None`: its proof has no time.
    fn window(&self, request: &Request) -> Option<Window> {
        let _ = request;
        let five_minutes = Duration::from_secs(300);
        Some(Window { after: five_minutes, before: Some(five_minutes) })
    }

    /// The same request as signed for another tenant, with that tenant's secret.
    fn for_other_tenant(&self, request: &Request, at: Time) -> Request;

    /// Verifies as our tenant, at `now`, and then parses.
    fn take(&self, request: &Request, now: Time) -> Result<Taken, Refusal>;

    /// The names of the headers that prove the request, in the case that we send them.
    fn proof_headers(&self) -> Vec<&'static str>;
}

/// Around the moment at which a request was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub after: Duration,
    /// A clock may be behind. `None`: its end is all that is checked.
    pub before: Option<Duration>,
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
    Form(IncomingForm),
}

/// Why it was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    Forged(Forged),
    /// Genuine, and nothing that we understand.
    Unreadable(String),
}
