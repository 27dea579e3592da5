use nightowl_domain::Actor;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub(super) enum ActorRecord {
    #[serde(rename = "s")]
    Source,
    #[serde(rename = "n")]
    System,
    /// Id and name.
    #[serde(rename = "u")]
    User(String, String),
    #[serde(rename = "a")]
    Api(String),
    /// Provider, id and name.
    #[serde(rename = "c")]
    Chat(String, String, String),
}

impl From<&Actor> for ActorRecord {
    fn from(actor: &Actor) -> Self {
        match actor.clone() {
            Actor::Source => Self::Source,
            Actor::System => Self::System,
            Actor::User { id, name } => Self::User(id, name),
            Actor::Api { key } => Self::Api(key),
            Actor::Chat { provider, id, name } => Self::Chat(provider, id, name),
        }
    }
}

impl From<ActorRecord> for Actor {
    fn from(record: ActorRecord) -> Self {
        match record {
            ActorRecord::Source => Self::Source,
            ActorRecord::System => Self::System,
            ActorRecord::User(id, name) => Self::User { id, name },
            ActorRecord::Api(key) => Self::Api { key },
            ActorRecord::Chat(provider, id, name) => Self::Chat { provider, id, name },
        }
    }
}
