//! One function for each parser of bytes from outside: what has to hold whatever the bytes are. A
//! broken promise is a panic, for the runner here and for the fuzzer alike.

mod config;
mod inbound;
mod mattermost;
mod migrate;
#[cfg(feature = "aws")]
mod queue;
mod signature;
mod slack;

pub use config::config_yaml;
pub use inbound::{alertmanager, generic, grafana};
pub use mattermost::{
    mattermost_click, mattermost_command, mattermost_form, mattermost_mention, mattermost_trigger,
};
pub use migrate::migrate_export;
#[cfg(feature = "aws")]
pub use queue::{packed_row, queue_body};
pub use signature::{slack_signature, tokens, webhook_signature};
pub use slack::{button_value, slack_command, slack_event, slack_hint, slack_interaction};

use crate::mutate::Grammar;

/// What became of an input. Neither is a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Parsed,
    Refused,
}

impl Verdict {
    pub const fn of(is_parsed: bool) -> Self {
        if is_parsed { Self::Parsed } else { Self::Refused }
    }
}

/// A parser and what may be put into it.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Also the folder of its corpus and the name of its fuzz target.
    pub name: &'static str,
    pub grammar: Grammar,
    /// Panics if a promise is broken.
    pub run: fn(&[u8]) -> Verdict,
}

const fn target(name: &'static str, grammar: Grammar, run: fn(&[u8]) -> Verdict) -> Target {
    Target { name, grammar, run }
}

pub const ALL: &[Target] = &[
    target("alertmanager", Grammar::Json, alertmanager),
    target("grafana", Grammar::Json, grafana),
    target("generic", Grammar::Json, generic),
    target("slack_command", Grammar::Form, slack_command),
    target("slack_interaction", Grammar::Form, slack_interaction),
    target("slack_event", Grammar::Json, slack_event),
    target("slack_hint", Grammar::Form, slack_hint),
    target("slack_signature", Grammar::Lines, slack_signature),
    target("webhook_signature", Grammar::Lines, webhook_signature),
    target("tokens", Grammar::Lines, tokens),
    target("button_value", Grammar::Lines, button_value),
    target("mattermost_click", Grammar::Json, mattermost_click),
    target("mattermost_form", Grammar::Json, mattermost_form),
    target("mattermost_command", Grammar::Form, mattermost_command),
    target("mattermost_mention", Grammar::Json, mattermost_mention),
    target("mattermost_trigger", Grammar::Lines, mattermost_trigger),
    target("config_yaml", Grammar::Lines, config_yaml),
    #[cfg(feature = "aws")]
    target("queue_body", Grammar::Json, queue_body),
    #[cfg(feature = "aws")]
    target("packed_row", Grammar::Lines, packed_row),
    target("migrate_export", Grammar::Lines, migrate_export),
];

/// By its name.
pub fn by_name(name: &str) -> Option<Target> {
    ALL.iter().find(|target| target.name == name).copied()
}
