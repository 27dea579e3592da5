//! What a function is told through its environment, read once.

use std::fmt;

use nightowl_messaging::Secret;
use nightowl_store::{Access, Tables};
use tracing::Level;

use crate::queues::{Queue, QueueUrls};

/// Why a function cannot start: each variable that is missing or makes no sense, by its name, and
/// never what it holds.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct StartError(Vec<String>);

impl StartError {
    pub fn new(why: impl Into<String>) -> Self {
        Self(vec![why.into()])
    }

    fn missing(name: &str) -> Self {
        Self::new(format!("the environment variable {name} is missing"))
    }
}

/// What `main` returns is printed by its `Debug`: the sentence, for whoever reads the log.
impl fmt::Debug for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The variables as they are. What a function does not need may be missing; whatever asks for a
/// missing one gets an error that names it.
#[derive(Clone, Debug)]
pub struct Environment {
    pub access: Access,
    /// URLs of the queues.
    pub queues: QueueUrls,
    /// URLs of their dead-letter queues.
    pub dead: QueueUrls,
    /// Where people and platforms reach this NightOwl, without a slash at the end.
    pub public_url: Option<String>,
    /// Told each minute that the sweep is alive. Whoever knows it can keep it quiet, so it is a
    /// secret.
    pub dead_man_url: Option<Secret>,
    pub warm_up: bool,
    pub level: Level,
    /// Under which namespace metrics are counted.
    pub metrics: String,
    /// The name of the stack: what tells two installations apart.
    pub stack: String,
    main: Option<String>,
    messages: Option<String>,
    parameters: Option<String>,
    schedules: [Option<String>; 3],
}

/// Where schedules are made, who may call, and what is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchedulePlace {
    pub group: String,
    pub role_arn: String,
    pub target_arn: String,
}

const SCHEDULES: [&str; 3] =
    ["NIGHTOWL_SCHEDULE_GROUP", "NIGHTOWL_SCHEDULE_ROLE", "NIGHTOWL_SCHEDULE_TARGET"];
const TABLE: &str = "NIGHTOWL_TABLE";
const MESSAGES: &str = "NIGHTOWL_MESSAGES_TABLE";
const PARAMETERS: &str = "NIGHTOWL_PARAMETERS";
const PUBLIC_URL: &str = "NIGHTOWL_PUBLIC_URL";

/// Reads the process's own environment.
///
/// # Errors
/// Everything that is missing for every function, and everything that makes no sense.
pub fn read() -> Result<Environment, StartError> {
    Environment::from_variables(&|name| std::env::var(name).ok())
}

impl Environment {
    /// # Errors
    /// As [`read`].
    pub fn from_variables(variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, StartError> {
        let mut reading = Reading { variable, wrong: Vec::new() };
        let environment = reading.all();
        if reading.wrong.is_empty() { Ok(environment) } else { Err(StartError(reading.wrong)) }
    }

    /// Both tables.
    ///
    /// # Errors
    /// The variable that is missing.
    pub fn tables(&self) -> Result<Tables, StartError> {
        let messages = self.messages.clone().ok_or_else(|| StartError::missing(MESSAGES))?;
        Ok(Tables { main: self.main_table()?, messages })
    }

    /// The main table, for a function that reads no other.
    ///
    /// # Errors
    /// The variable that is missing.
    pub fn main_table(&self) -> Result<String, StartError> {
        self.main.clone().ok_or_else(|| StartError::missing(TABLE))
    }

    /// What every parameter's name begins with.
    ///
    /// # Errors
    /// The variable that is missing.
    pub fn parameters(&self) -> Result<&str, StartError> {
        self.parameters.as_deref().ok_or_else(|| StartError::missing(PARAMETERS))
    }

    /// # Errors
    /// The variable that is missing.
    pub fn public_url(&self) -> Result<&str, StartError> {
        self.public_url.as_deref().ok_or_else(|| StartError::missing(PUBLIC_URL))
    }

    /// All three are set, or none is and timers beyond a queue's delay cannot be armed.
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn schedules(&self) -> Result<SchedulePlace, StartError> {
        let [group, role, target] = &self.schedules;
        let need =
            |value: &Option<String>, name| value.clone().ok_or_else(|| StartError::missing(name));
        Ok(SchedulePlace {
            group: need(group, SCHEDULES[0])?,
            role_arn: need(role, SCHEDULES[1])?,
            target_arn: need(target, SCHEDULES[2])?,
        })
    }

    /// Makes sure that the function was told where it sends to.
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn need_queues(&self, queues: &[Queue]) -> Result<(), StartError> {
        for queue in queues {
            let (url, name) = match queue {
                Queue::Events => (&self.queues.events, "NIGHTOWL_EVENTS_QUEUE"),
                Queue::Urgent => (&self.queues.urgent, "NIGHTOWL_URGENT_QUEUE"),
                Queue::Cards => (&self.queues.cards, "NIGHTOWL_CARDS_QUEUE"),
            };
            url.as_ref().ok_or_else(|| StartError::missing(name))?;
        }
        Ok(())
    }

    /// Makes sure that every dead-letter queue is known.
    ///
    /// # Errors
    /// The first variable that is missing.
    pub fn need_dead_letters(&self) -> Result<(), StartError> {
        for (url, name) in [
            (&self.dead.events, "NIGHTOWL_EVENTS_DEAD"),
            (&self.dead.urgent, "NIGHTOWL_URGENT_DEAD"),
            (&self.dead.cards, "NIGHTOWL_CARDS_DEAD"),
        ] {
            url.as_ref().ok_or_else(|| StartError::missing(name))?;
        }
        Ok(())
    }
}

/// Collects what is wrong, so that one start tells all of it.
struct Reading<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    wrong: Vec<String>,
}

impl Reading<'_> {
    fn all(&mut self) -> Environment {
        let access = Access {
            endpoint: self.url("AWS_ENDPOINT_URL"),
            region: self.required("AWS_REGION"),
            access_key: Secret::new(self.required("AWS_ACCESS_KEY_ID")),
            secret_key: Secret::new(self.required("AWS_SECRET_ACCESS_KEY")),
            session_token: self.optional("AWS_SESSION_TOKEN").map(Secret::new),
            attempt_timeout: Access::ATTEMPT,
        };
        let public_url = self.url(PUBLIC_URL).map(|url| url.trim_end_matches('/').to_owned());
        let mut queue = |name: &str| self.url(&format!("NIGHTOWL_{name}"));
        Environment {
            access,
            queues: QueueUrls {
                events: queue("EVENTS_QUEUE"),
                urgent: queue("URGENT_QUEUE"),
                cards: queue("CARDS_QUEUE"),
            },
            dead: QueueUrls {
                events: queue("EVENTS_DEAD"),
                urgent: queue("URGENT_DEAD"),
                cards: queue("CARDS_DEAD"),
            },
            public_url,
            dead_man_url: self.url("NIGHTOWL_DEAD_MAN_URL").map(Secret::new),
            warm_up: self.switch("NIGHTOWL_WARM_UP"),
            level: self.level(),
            metrics: self.optional("NIGHTOWL_METRICS").unwrap_or_else(|| "NightOwl".to_owned()),
            stack: self.optional("NIGHTOWL_STACK").unwrap_or_else(|| "nightowl".to_owned()),
            main: self.optional(TABLE),
            messages: self.optional(MESSAGES),
            parameters: self.parameters(),
            schedules: SCHEDULES.map(|name| self.optional(name)),
        }
    }

    /// An empty one is what a template gives for a parameter that was left out.
    fn optional(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn required(&mut self, name: &str) -> String {
        let value = self.optional(name);
        if value.is_none() {
            self.wrong.push(format!("the environment variable {name} is missing"));
        }
        value.unwrap_or_default()
    }

    fn url(&mut self, name: &str) -> Option<String> {
        let url = self.optional(name)?;
        let is_url = reqwest::Url::parse(&url)
            .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !is_url {
            self.wrong.push(format!("the environment variable {name} is no http(s) address"));
        }
        Some(url)
    }

    fn switch(&mut self, name: &str) -> bool {
        match self.optional(name).as_deref() {
            None | Some("on") => true,
            Some("off") => false,
            Some(_) => {
                self.wrong.push(format!("the environment variable {name} is neither on nor off"));
                true
            }
        }
    }

    fn level(&mut self) -> Level {
        let Some(word) = self.optional("NIGHTOWL_LOG") else { return Level::INFO };
        word.parse().unwrap_or_else(|_| {
            let why = "the environment variable NIGHTOWL_LOG is none of error, warn, info, debug, \
                       trace";
            self.wrong.push(why.to_owned());
            Level::INFO
        })
    }

    fn parameters(&mut self) -> Option<String> {
        let prefix = self.optional(PARAMETERS)?;
        if !prefix.starts_with('/') || prefix.ends_with('/') {
            let why = format!(
                "the environment variable {PARAMETERS} does not begin with a slash, or ends with one"
            );
            self.wrong.push(why);
        }
        Some(prefix)
    }
}

#[cfg(test)]
mod tests;
