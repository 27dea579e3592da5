//! What people do to an alert, by the words of paths and forms.

/// Longer notes are refused by the API and cut by the console.
pub(crate) const NOTE_CHARS_MAX: usize = 4_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Acknowledge,
    Unacknowledge,
    Resolve,
    Escalate,
    Snooze,
    Note,
}

impl Verb {
    const ALL: [Self; 6] = [
        Self::Acknowledge,
        Self::Unacknowledge,
        Self::Resolve,
        Self::Escalate,
        Self::Snooze,
        Self::Note,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Acknowledge => "acknowledge",
            Self::Unacknowledge => "unacknowledge",
            Self::Resolve => "resolve",
            Self::Escalate => "escalate",
            Self::Snooze => "snooze",
            Self::Note => "note",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verb| verb.name() == word)
    }
}

pub(crate) fn cut_note(note: &str) -> String {
    note.chars().take(NOTE_CHARS_MAX).collect()
}
