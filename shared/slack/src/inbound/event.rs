//! The Events API, as far as anything is subscribed to.

use bytes::Bytes;
use nightowl_messaging::Verified;
use serde::Deserialize;

use super::Malformed;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Slack asks whether the address is ours: answer 200 with the challenge.
    UrlVerification { challenge: String },
    /// Anything else: acknowledge with 200. A retry has the same `id`.
    Other {
        /// `app_uninstalled`, `app_mention` …, or the envelope's own type.
        kind: String,
        id: String,
        team_id: String,
        app_id: String,
    },
}

pub fn parse_event(body: &Verified<Bytes>) -> Result<Event, Malformed> {
    let envelope: Envelope = serde_json::from_slice(body.get())
        .map_err(|_| Malformed("an event is not the JSON that was expected".to_owned()))?;
    if envelope.kind == "url_verification" {
        let challenge = envelope
            .challenge
            .ok_or_else(|| Malformed("url_verification has no challenge".to_owned()))?;
        return Ok(Event::UrlVerification { challenge });
    }
    let kind = envelope.event.map_or(envelope.kind, |event| event.kind);
    Ok(Event::Other {
        kind,
        id: envelope.event_id,
        team_id: envelope.team_id,
        app_id: envelope.api_app_id,
    })
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    challenge: Option<String>,
    #[serde(default)]
    event_id: String,
    #[serde(default)]
    team_id: String,
    #[serde(default)]
    api_app_id: String,
    event: Option<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(rename = "type")]
    kind: String,
}
