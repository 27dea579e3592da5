//! What was seen from outside, as plain data: the audit needs nothing else.

/// Milliseconds since 1970. All that is compared here was stamped by one machine's clock.
pub(crate) type Millis = i64;

/// The mark that stands in the title of every alert, and so in all that is said about it.
pub(crate) type Label = String;

/// An alert that a sender sent, as often as it took.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) label: Label,
    /// Who has to be paged if nobody does anything, in the order of the tiers.
    pub(crate) people: Vec<String>,
    pub(crate) first: Millis,
    /// When the first 202 for it came.
    pub(crate) accepted: Option<Millis>,
    pub(crate) attempts: u32,
    pub(crate) clear: Option<Clear>,
}

/// The sender said that it is over.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clear {
    pub(crate) first: Millis,
    pub(crate) accepted: Option<Millis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    Slack,
    Mattermost,
}

/// A post that reached the platform, whatever became of it.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    pub(crate) platform: Platform,
    pub(crate) delivery: String,
    pub(crate) at: Millis,
    /// How it went wrong.
    pub(crate) trouble: Option<String>,
}

/// A message that is there.
#[derive(Clone, Debug)]
pub(crate) struct Landed {
    pub(crate) platform: Platform,
    pub(crate) delivery: Option<String>,
    pub(crate) label: Option<Label>,
    /// Whose direct message it is; else it stands in a channel.
    pub(crate) person: Option<String>,
    pub(crate) at: Millis,
    /// As a person reads it now.
    pub(crate) text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Acknowledge,
    Resolve,
}

/// Somebody did something about an alert.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) label: Label,
    pub(crate) verb: Verb,
    /// `Slack`, `Mattermost` or `API`.
    pub(crate) way: &'static str,
    pub(crate) person: String,
    pub(crate) at: Millis,
    /// The status of the answer, if one came.
    pub(crate) answered: Option<u16>,
    /// When the API was first seen to show it.
    pub(crate) seen: Option<Millis>,
}

/// What the process logged about itself.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) delivery: String,
    /// The id of the alert.
    pub(crate) alert: String,
    pub(crate) what: What,
    /// May it be posted by this claim?
    pub(crate) posts: bool,
    /// Drawn before the claim's write began.
    pub(crate) since: Millis,
    pub(crate) until: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Card,
    Page,
    Notice,
    /// One message for several cards.
    Digest,
}

/// The process counted a post that may double one.
#[derive(Clone, Debug)]
pub(crate) struct Doubt {
    pub(crate) delivery: String,
    pub(crate) counter: String,
}

/// How an alert stands in the table when everything has come to rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) id: String,
    pub(crate) label: Label,
    pub(crate) is_resolved: bool,
    /// Kinds of its timeline's entries.
    pub(crate) timeline: Vec<String>,
    /// Things owed, by name.
    pub(crate) owed: Vec<String>,
}

/// One process from its start to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Life {
    pub(crate) started: Millis,
    pub(crate) ready: Option<Millis>,
    pub(crate) ended: Millis,
    /// Why it was killed, or that it ended by itself.
    pub(crate) end: String,
}

/// Everything of one run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    pub(crate) sent: Vec<Sent>,
    pub(crate) acts: Vec<Act>,
    pub(crate) begun: Vec<Begun>,
    pub(crate) landed: Vec<Landed>,
    pub(crate) claims: Vec<Claim>,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) stored: Vec<Stored>,
    pub(crate) lives: Vec<Life>,
    /// Accepted groups of events that nobody has worked off.
    pub(crate) intake: usize,
    /// Log lines of bugs, and secrets that were found in the log.
    pub(crate) bad_lines: Vec<String>,
    /// When faults ended, and when nothing was owed any more.
    pub(crate) healed: Millis,
    pub(crate) rested: Option<Millis>,
}
