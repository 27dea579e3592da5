//! How bad it is: four words, the worst first.

/// The order is the urgency: `Critical` sorts before `Info`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Severity {
    Critical,
    Error,
    #[default]
    Warning,
    Info,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::Critical, Self::Error, Self::Warning, Self::Info];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// One of our own four words, exactly; formats map their other words themselves.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == word)
    }

    /// The words that senders use for the same thing. `None` for a word we do not know.
    pub fn understand(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "critical" | "crit" | "page" | "fatal" | "emergency" | "emerg" | "disaster" | "p1"
            | "sev1" | "high" => Some(Self::Critical),
            "error" | "err" | "major" | "severe" | "p2" | "sev2" => Some(Self::Error),
            "warning" | "warn" | "minor" | "medium" | "average" | "p3" | "sev3" => {
                Some(Self::Warning)
            }
            "info" | "information" | "informational" | "notice" | "debug" | "low" | "none"
            | "ok" | "p4" | "p5" | "sev4" | "sev5" => Some(Self::Info),
            _ => None,
        }
    }
}
