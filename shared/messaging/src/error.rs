//! What went wrong at a provider, as an answer to "what should the caller do now?".

use std::time::Duration;

/// `reason`, `detail` and `hint` are ours or a platform's error code: never a token, a URL with a
/// secret or message text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It certainly did not land and will later: wait `after` (or back off) and try again.
    #[error("try again{}: {reason}", after_text(.after))]
    Retry { after: Option<Duration>, reason: String },
    /// It may have landed: the answer was lost. Ask `find` before another post.
    #[error("it may have been done: {reason}")]
    Unknown { reason: String },
    /// The platform understood and refuses this content: send the plain-text form.
    #[error("the content was refused: {reason}")]
    Refused { reason: String },
    /// Credentials, permissions, channel or person do not work: tell the operator what to mend,
    /// use the next target meanwhile.
    #[error("{reason}; {hint}")]
    /// `credentials`: nothing of this provider works, wherever it goes; else it is this channel or
    /// person.
    Broken { reason: String, hint: String, credentials: bool },
    /// The message to be edited is not there (any more) or may not be edited for good.
    #[error("the message is gone: {reason}")]
    Gone { reason: String, may_repost: bool },
    /// `find` cannot be answered here: no scope, not a member. Fails open at once.
    #[error("cannot look: {reason}")]
    Cannot { reason: String },
}

fn after_text(after: &Option<Duration>) -> String {
    after.map(|after| format!(" in {} s", after.as_secs())).unwrap_or_default()
}
