//! The subject of Mattermost's conformance test.

#[path = "../../../../shared/mattermost/tests/conformance/callbacks.rs"]
mod callbacks;
#[path = "../../../../shared/mattermost/tests/conformance/seal.rs"]
mod seal;
#[path = "../../../../shared/mattermost/tests/conformance/seen.rs"]
mod seen;
#[path = "../../../../shared/mattermost/tests/conformance/subject.rs"]
mod subject;

/// On the newest server that the double can be.
pub(super) type MattermostSubject = subject::MattermostSubject<subject::Newest>;
