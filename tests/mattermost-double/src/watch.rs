//! Somebody who sees every call as it comes in and as it is done, and says how it goes.

use futures::future::BoxFuture;
use serde_json::Value;

use crate::fault::Fault;

/// A call of a route that is there.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// `posts.create` …
    pub route: &'a str,
    /// Below the server's address.
    pub path: &'a str,
    /// As JSON; `null` if it is none.
    pub body: &'a Value,
}

/// While a double is watched it keeps no calls: whoever watches for hours keeps what is needed.
pub trait Watch: Send + Sync + 'static {
    /// A call came in. `Some`: it goes wrong like this; a scripted fault comes before it.
    fn arrived(&self, call: Arrival<'_>) -> Option<Fault>;

    /// It is done and nobody has heard of it. `answer`: the body of a success. The answer, or its
    /// loss, waits for what is returned.
    fn done(&self, call: Arrival<'_>, answer: Option<&Value>) -> BoxFuture<'static, ()>;
}
