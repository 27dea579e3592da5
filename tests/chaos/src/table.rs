//! The table of a process that is not running: what it holds, and what is owed.

use std::path::Path;

use nightowl_domain::{Alert, Occurrence, SendState, Status, Time, Want, What, wanted};
use nightowl_engine::ports::Store;
use nightowl_store::embedded::Embedded;
use nightowl_store::{DynamoStore, Tables};

use crate::Failure;
use crate::clock::label_in;
use crate::place::TENANT;
use crate::records::{Millis, Stored};

const PAGE: usize = 200;

/// An open table. Nothing else may have it open.
pub(crate) struct Table {
    store: DynamoStore,
    _database: Embedded,
}

/// How the sends of an alert stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sends {
    pub(crate) cards_posted: usize,
    pub(crate) cards_owed: usize,
    pub(crate) pages_posted: usize,
    pub(crate) pages_owed: usize,
}

impl Table {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let database = Embedded::start(path)?;
        Ok(Self {
            store: DynamoStore::new(database.client(), Tables::default()),
            _database: database,
        })
    }

    /// When everything that is owed is due; empty at rest.
    pub(crate) async fn due(&self) -> Result<Vec<Millis>, Failure> {
        let mut found = Vec::new();
        for shard in 0..self.store.due_shards() {
            let mut cursor = None;
            loop {
                let far = Time::from_seconds(4_000_000_000);
                let page = self.store.due(shard, far, cursor, PAGE).await.map_err(text)?;
                found.extend(page.items.iter().map(|(_, at)| at.millis()));
                cursor = page.cursor;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Accepted groups that nobody has worked off.
    pub(crate) async fn intake(&self) -> Result<usize, Failure> {
        Ok(self.store.list_intake().await.map_err(text)?.len())
    }

    /// Every listed alert, the newest first.
    pub(crate) async fn alerts(&self) -> Result<Vec<Alert>, Failure> {
        let (mut found, mut cursor) = (Vec::new(), None);
        loop {
            let page = self.store.list(TENANT, None, cursor, PAGE).await.map_err(text)?;
            for summary in page.items {
                let occurrence = Occurrence::new(TENANT, summary.id);
                found.extend(self.store.read(&occurrence).await.map_err(text)?);
            }
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(found);
            }
        }
    }

    /// Every alert as the audit wants it.
    pub(crate) async fn stored(&self) -> Result<Vec<Stored>, Failure> {
        let mut stored = Vec::new();
        for alert in self.alerts().await? {
            let apart = self.store.read_timeline(&alert).await.map_err(text)?;
            let entries = apart.iter().chain(&alert.timeline);
            stored.push(Stored {
                id: alert.id.to_string(),
                label: label_in(&alert.title).unwrap_or_default(),
                is_resolved: matches!(alert.status, Status::Resolved { .. }),
                timeline: entries.map(|entry| entry.kind.name().to_owned()).collect(),
                owed: wanted(&alert).iter().map(name).collect(),
            });
        }
        Ok(stored)
    }
}

fn name(want: &Want) -> String {
    match want {
        Want::Deliver { key, .. } => format!("a post ({key})"),
        Want::Refresh { key, .. } => format!("an edit ({key})"),
        Want::Tick { .. } => "a step of the policy".to_owned(),
    }
}

pub(crate) fn sends(alert: &Alert) -> Sends {
    let mut sends = Sends::default();
    for send in &alert.sends {
        let (posted, owed) = match &send.what {
            What::Card => (&mut sends.cards_posted, &mut sends.cards_owed),
            What::Page(_) => (&mut sends.pages_posted, &mut sends.pages_owed),
            What::Notice(_) => continue,
        };
        match &send.state {
            // The digest that says it owes its own message, and is looked at by itself.
            SendState::Sent(_) | SendState::Folded { .. } => *posted += 1,
            SendState::Wanted { .. } | SendState::Claimed { .. } | SendState::InDoubt { .. } => {
                *owed += 1;
            }
            SendState::Dropped(_) => {}
        }
    }
    sends
}

fn text(error: nightowl_engine::ports::StoreError) -> Failure {
    format!("the table cannot be read: {error}").into()
}
