//! Which formats there are.

use crate::{BadBody, Context, Parsed, alertmanager, generic, grafana};

/// The form of the bodies that an integration sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Alertmanager,
    Grafana,
    Generic,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Alertmanager, Self::Grafana, Self::Generic];

    /// As in the configuration and in paths.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alertmanager => "alertmanager",
            Self::Grafana => "grafana",
            Self::Generic => "generic",
        }
    }

    /// `None`: there is no such format.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether its sender can sign its bodies, so that an `hmac_secret` makes sense.
    pub const fn can_sign(self) -> bool {
        match self {
            Self::Grafana => true,
            Self::Alertmanager | Self::Generic => false,
        }
    }

    /// Bytes to what they say. Never panics and never keeps silent about what it leaves out.
    pub fn parse(self, body: &[u8], context: Context) -> Result<Parsed, BadBody> {
        match self {
            Self::Alertmanager => alertmanager::parse(body, context),
            Self::Grafana => grafana::parse(body, context),
            Self::Generic => generic::parse(body, context),
        }
    }
}
