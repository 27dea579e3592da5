//! Slack against the scripted double, through the suite that every provider passes.

mod callbacks;
mod subject;

nightowl_messaging::provider_conformance!(subject::SlackSubject);
