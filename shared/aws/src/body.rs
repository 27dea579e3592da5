//! What a queue message or a schedule says, and how it is written.
//!
//! JSON, so that whoever looks into a dead-letter queue can read it. `v` is the format: a release
//! ignores fields that it does not know and hands back what has a newer `v`, so that nothing is
//! lost while two releases run beside each other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use nightowl_domain::{Occurrence, Time};
use nightowl_engine::Report;
use nightowl_store::{ReportRecord, pack_bytes, unpack_bytes};
use serde::{Deserialize, Serialize};

/// The format that this release writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// Reports are packed beyond this: SQS counts a request for every 64 KB.
const PLAIN_BYTES_MAX: usize = 48 << 10;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    pub work: Work,
    pub journey: Journey,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Events that were accepted, of one tenant.
    Reports(Vec<Report>),
    /// Read the alert, catch up, deliver. `at`: not before then.
    Deliver { occurrence: Occurrence, at: Option<Time> },
    /// Ask the alert whether its plan of this generation has timed out.
    Tick { occurrence: Occurrence, generation: u64, at: Time },
    /// Something that a tenant's operators have to know: [`nightowl_engine::Engine::tell_operators`].
    Notice { tenant: String, topic: String, text: String },
    /// The minute sweep; only in schedules.
    Sweep,
}

/// How often it went round, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Journey {
    /// Times it was sent again because the store was in trouble.
    pub retries: u32,
    /// Times it came back from the dead-letter queue.
    pub redrive: u32,
    /// It was in the dead-letter queue for the first time then.
    pub dead_since: Option<Time>,
    /// It stays in the dead-letter queue until then.
    pub parked_until: Option<Time>,
}

impl Journey {
    /// Whether its work may have been done before, in part or in full.
    pub const fn came_before(&self) -> bool {
        self.retries > 0 || self.redrive > 0
    }
}

/// Why a text is no body of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadBody {
    /// A newer release wrote it: it goes back to its queue.
    #[error("the message has format {found}; this release reads up to {FORMAT}")]
    Newer { found: u32 },
    /// The words never quote it.
    #[error("the message cannot be read: {0}")]
    Unreadable(String),
}

#[derive(Serialize, Deserialize)]
struct Head {
    v: u32,
}

/// Flat, with the fields of all kinds: an enum in it would be read from a copy of the message, and
/// all that reads a report would be in each function a second time.
#[derive(Serialize, Deserialize)]
struct Envelope {
    v: u32,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reports: Vec<ReportRecord>,
    /// The same list as JSON, compressed, in base 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    packed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tenant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alert: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    generation: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    topic: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "is_zero")]
    retries: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    redrive: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dead_since: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parked_until: Option<i64>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Reports,
    Deliver,
    Tick,
    Notice,
    Sweep,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Work {
    /// For logs.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Reports(_) => "reports",
            Self::Deliver { .. } => "deliver",
            Self::Tick { .. } => "tick",
            Self::Notice { .. } => "notice",
            Self::Sweep => "sweep",
        }
    }
}

impl Body {
    pub fn new(work: Work) -> Self {
        Self { work, journey: Journey::default() }
    }

    /// As a queue takes it.
    ///
    /// # Errors
    /// [`BadBody::Unreadable`] if it cannot be written, which no value that exists brings about.
    pub fn encode(&self) -> Result<String, BadBody> {
        let envelope = Envelope::of(self)?;
        let text = serde_json::to_string(&envelope).map_err(|error| unreadable(&error))?;
        Ok(acceptable(&text))
    }

    /// # Errors
    /// [`BadBody`].
    pub fn decode(text: &str) -> Result<Self, BadBody> {
        let text = text.as_bytes();
        let head: Head = serde_json::from_slice(text).map_err(|error| unreadable(&error))?;
        if head.v > FORMAT {
            return Err(BadBody::Newer { found: head.v });
        }
        let envelope: Envelope =
            serde_json::from_slice(text).map_err(|error| unreadable(&error))?;
        let journey = Journey {
            retries: envelope.retries,
            redrive: envelope.redrive,
            dead_since: envelope.dead_since.map(Time::from_millis),
            parked_until: envelope.parked_until.map(Time::from_millis),
        };
        Ok(Self { work: envelope.work()?, journey })
    }
}

impl Envelope {
    fn of(body: &Body) -> Result<Self, BadBody> {
        let Body { work, journey } = body;
        let mut envelope = Self {
            v: FORMAT,
            kind: Kind::Sweep,
            reports: Vec::new(),
            packed: None,
            tenant: None,
            alert: None,
            generation: None,
            at: None,
            topic: None,
            text: None,
            retries: journey.retries,
            redrive: journey.redrive,
            dead_since: journey.dead_since.map(Time::millis),
            parked_until: journey.parked_until.map(Time::millis),
        };
        match work {
            Work::Reports(reports) => {
                envelope.kind = Kind::Reports;
                (envelope.reports, envelope.packed) = pack_reports(reports)?;
            }
            Work::Deliver { occurrence, at } => {
                envelope.kind = Kind::Deliver;
                envelope.name(occurrence);
                envelope.at = at.map(Time::millis);
            }
            Work::Tick { occurrence, generation, at } => {
                envelope.kind = Kind::Tick;
                envelope.name(occurrence);
                envelope.generation = Some(*generation);
                envelope.at = Some(at.millis());
            }
            Work::Notice { tenant, topic, text } => {
                envelope.kind = Kind::Notice;
                envelope.tenant = Some(tenant.clone());
                envelope.topic = Some(topic.clone());
                envelope.text = Some(text.clone());
            }
            Work::Sweep => {}
        }
        Ok(envelope)
    }

    fn name(&mut self, occurrence: &Occurrence) {
        self.tenant = Some(occurrence.tenant.clone());
        self.alert = Some(occurrence.id.to_string());
    }

    fn work(self) -> Result<Work, BadBody> {
        Ok(match self.kind {
            Kind::Reports => Work::Reports(match self.packed {
                None => read_reports(self.reports)?,
                Some(packed) => unpack_reports(&packed)?,
            }),
            Kind::Deliver => Work::Deliver {
                at: self.at.map(Time::from_millis),
                occurrence: occurrence(self.tenant, self.alert)?,
            },
            Kind::Tick => Work::Tick {
                generation: there(self.generation, "generation")?,
                at: Time::from_millis(there(self.at, "at")?),
                occurrence: occurrence(self.tenant, self.alert)?,
            },
            Kind::Notice => Work::Notice {
                tenant: there(self.tenant, "tenant")?,
                topic: there(self.topic, "topic")?,
                text: there(self.text, "text")?,
            },
            Kind::Sweep => Work::Sweep,
        })
    }
}

/// A field that messages of its kind always have.
fn there<T>(field: Option<T>, name: &str) -> Result<T, BadBody> {
    field.ok_or_else(|| BadBody::Unreadable(format!("it has no {name}")))
}

/// Plain while it is short, for whoever reads it.
fn pack_reports(reports: &[Report]) -> Result<(Vec<ReportRecord>, Option<String>), BadBody> {
    let records: Vec<ReportRecord> = reports.iter().map(ReportRecord::from).collect();
    let json = serde_json::to_vec(&records).map_err(|error| unreadable(&error))?;
    if json.len() <= PLAIN_BYTES_MAX {
        return Ok((records, None));
    }
    Ok((Vec::new(), Some(BASE64.encode(pack_bytes(&json)))))
}

fn unpack_reports(packed: &str) -> Result<Vec<Report>, BadBody> {
    let damaged = || BadBody::Unreadable("the packed reports are damaged".to_owned());
    let bytes = BASE64.decode(packed).map_err(|_| damaged())?;
    let json = unpack_bytes(&bytes).map_err(|_| damaged())?;
    read_reports(serde_json::from_slice(&json).map_err(|error| unreadable(&error))?)
}

fn read_reports(records: Vec<ReportRecord>) -> Result<Vec<Report>, BadBody> {
    let reports = records.into_iter().map(Report::try_from).collect::<Result<_, _>>();
    reports.map_err(|error| BadBody::Unreadable(error.to_string()))
}

fn occurrence(tenant: Option<String>, alert: Option<String>) -> Result<Occurrence, BadBody> {
    let (tenant, alert) = (there(tenant, "tenant")?, there(alert, "alert")?);
    let id = alert.parse().map_err(|()| BadBody::Unreadable("no alert's id".to_owned()))?;
    Ok(Occurrence { tenant, id })
}

/// Where it is wrong, never what stands there.
fn unreadable(error: &serde_json::Error) -> BadBody {
    BadBody::Unreadable(format!("no JSON of ours at column {}", error.column()))
}

/// SQS refuses the two characters at the end of the basic plane, and with them the whole message.
/// Everything else that it refuses is a control character, which JSON escapes.
fn acceptable(json: &str) -> String {
    json.replace('\u{FFFE}', "\\uFFFE").replace('\u{FFFF}', "\\uFFFF")
}
