//! Somebody who sees every call as it comes in and as it is done, and says how it goes.

use futures::future::BoxFuture;
use serde_json::Value;

use crate::fault::Fault;

/// A call of a method, without its token.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// `chat.postMessage` …
    pub method: &'a str,
    pub args: &'a Value,
}

/// While a double is watched it keeps no calls: whoever watches for hours keeps what is needed.
pub trait Watch: Send + Sync + 'static {
    /// A call came in. `Some`: it goes wrong like this; a scripted fault comes before it.
    fn arrived(&self, call: Arrival<'_>) -> Option<Fault>;

    /// It is done, with this answer, and nobody has heard of it. The answer, or its loss, waits
    /// for what is returned.
    fn done(&self, call: Arrival<'_>, answer: &Value) -> BoxFuture<'static, ()>;
}
