use nightowl_domain::{Destination, Method, NoticeKind, Page, Send, What};
use nightowl_engine::ports::StoreError;
use serde::{Deserialize, Serialize};

use super::state::StateRecord;
use super::{Millis, corrupt, is_zero, times};

#[derive(Serialize, Deserialize)]
pub(super) struct SendRecord {
    #[serde(rename = "k")]
    key: String,
    #[serde(rename = "w")]
    what: WhatRecord,
    #[serde(rename = "d")]
    to: DestinationRecord,
    #[serde(rename = "g", default, skip_serializing_if = "is_zero")]
    generation: u64,
    #[serde(rename = "s")]
    state: StateRecord,
    #[serde(rename = "a", default, skip_serializing_if = "is_zero")]
    attempts: u16,
}

#[derive(Serialize, Deserialize)]
enum WhatRecord {
    #[serde(rename = "c")]
    Card,
    #[serde(rename = "p")]
    Page(PageRecord),
    #[serde(rename = "x")]
    Exhausted,
    #[serde(rename = "a")]
    AckTimeout,
    /// The card's key.
    #[serde(rename = "f")]
    FinalState(String),
    /// What it says.
    #[serde(rename = "r")]
    Reply(String),
    #[serde(rename = "q")]
    WhatFixedIt,
}

#[derive(Serialize, Deserialize)]
struct PageRecord {
    #[serde(rename = "r", default, skip_serializing_if = "is_zero")]
    round: u32,
    #[serde(rename = "t", default, skip_serializing_if = "is_zero")]
    tier: u32,
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    person: Option<String>,
    #[serde(rename = "n")]
    person_name: String,
    #[serde(rename = "m")]
    method: String,
    #[serde(rename = "g")]
    target: String,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    born: Option<Millis>,
}

/// Provider, and a channel or a user.
#[derive(Serialize, Deserialize)]
enum DestinationRecord {
    #[serde(rename = "c")]
    Channel(String, String),
    #[serde(rename = "u")]
    Person(String, String),
}

impl From<&Send> for SendRecord {
    fn from(send: &Send) -> Self {
        Self {
            key: send.key.to_string(),
            what: (&send.what).into(),
            to: match send.to.clone() {
                Destination::Channel { provider, channel } => {
                    DestinationRecord::Channel(provider, channel)
                }
                Destination::Person { provider, user } => DestinationRecord::Person(provider, user),
            },
            generation: send.generation,
            state: (&send.state).into(),
            attempts: send.attempts,
        }
    }
}

impl TryFrom<SendRecord> for Send {
    type Error = StoreError;

    fn try_from(record: SendRecord) -> Result<Self, StoreError> {
        Ok(Self {
            key: record.key.into(),
            what: record.what.try_into()?,
            to: match record.to {
                DestinationRecord::Channel(provider, channel) => {
                    Destination::Channel { provider, channel }
                }
                DestinationRecord::Person(provider, user) => Destination::Person { provider, user },
            },
            generation: record.generation,
            state: record.state.try_into()?,
            attempts: record.attempts,
        })
    }
}

impl From<&What> for WhatRecord {
    fn from(what: &What) -> Self {
        match what {
            What::Card => Self::Card,
            What::Page(page) => Self::Page(PageRecord {
                round: page.round,
                tier: page.tier,
                person: page.person.clone(),
                person_name: page.person_name.clone(),
                method: page.method.name().to_owned(),
                target: page.target.clone(),
                because: page.because.clone(),
                born: page.born.map(|at| at.millis()),
            }),
            What::Notice(NoticeKind::Exhausted) => Self::Exhausted,
            What::Notice(NoticeKind::AckTimeout) => Self::AckTimeout,
            What::Notice(NoticeKind::FinalState { card }) => Self::FinalState(card.to_string()),
            What::Notice(NoticeKind::Reply { text }) => Self::Reply(text.clone()),
            What::Notice(NoticeKind::WhatFixedIt) => Self::WhatFixedIt,
        }
    }
}

impl TryFrom<WhatRecord> for What {
    type Error = StoreError;

    fn try_from(record: WhatRecord) -> Result<Self, StoreError> {
        Ok(match record {
            WhatRecord::Card => Self::Card,
            WhatRecord::Page(page) => Self::Page(page.try_into()?),
            WhatRecord::Exhausted => Self::Notice(NoticeKind::Exhausted),
            WhatRecord::AckTimeout => Self::Notice(NoticeKind::AckTimeout),
            WhatRecord::Reply(text) => Self::Notice(NoticeKind::Reply { text }),
            WhatRecord::WhatFixedIt => Self::Notice(NoticeKind::WhatFixedIt),
            WhatRecord::FinalState(card) => {
                Self::Notice(NoticeKind::FinalState { card: card.into() })
            }
        })
    }
}

impl TryFrom<PageRecord> for Page {
    type Error = StoreError;

    fn try_from(record: PageRecord) -> Result<Self, StoreError> {
        let method = Method::ALL.into_iter().find(|method| method.name() == record.method);
        Ok(Self {
            round: record.round,
            tier: record.tier,
            person: record.person,
            person_name: record.person_name,
            method: method.ok_or_else(|| corrupt("the method of a page"))?,
            target: record.target,
            because: record.because,
            born: times(record.born),
        })
    }
}
