//! The subject of Slack's conformance test.

#[path = "../../../../shared/slack/tests/conformance/callbacks.rs"]
mod callbacks;
#[path = "../../../../shared/slack/tests/conformance/subject.rs"]
mod subject;

pub(super) use subject::SlackSubject;
