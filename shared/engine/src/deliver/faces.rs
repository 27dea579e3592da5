//! Who the people in a message are on its platform: so that it can mention them, and so that a
//! direct message finds its reader.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use nightowl_domain::{Alert, Destination, Details, Send, User, What};
use nightowl_messaging::{ChatUser, Provider, ProviderError};

use super::call::Late;
use super::choose::Job;
use crate::basis::Basis;
use crate::view::{Faces, OnCallNow, View};
use crate::{Engine, Ports, Store};

/// A mention is worth no longer a wait; providers remember the answers that they get.
const PATIENCE: Duration = Duration::from_secs(2);

/// A page is worth more: without an answer it has to be tried again.
const PATIENCE_FOR_READERS: Duration = Duration::from_secs(4);

/// So many attempts of a direct message wait for a look-up that fails. Then the message goes its
/// way, or a look-up that never works would keep a page from the next method.
const LOOK_UPS: u16 = 4;

/// By provider.
#[derive(Default)]
pub(super) struct AllFaces {
    known: BTreeMap<String, Faces>,
    /// Provider and user of look-ups that came to nothing.
    failed: BTreeSet<(String, String)>,
}

static NONE: Faces = Faces(BTreeMap::new());

impl AllFaces {
    pub(super) fn of(&self, provider: &str) -> &Faces {
        self.known.get(provider).unwrap_or(&NONE)
    }

    /// Whether it is not known who this direct message goes to, but may be the next time.
    pub(super) fn must_wait(&self, send: &Send) -> bool {
        match &send.to {
            Destination::Person { provider, user } => {
                send.attempts < LOOK_UPS && self.failed.contains(&(provider.clone(), user.clone()))
            }
            Destination::Channel { .. } => false,
        }
    }
}

/// Somebody whom a provider is asked about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Asked<'a> {
    provider: &'a str,
    user: &'a str,
    /// A direct message depends on it.
    is_reader: bool,
}

/// What a look-up came to.
enum Face {
    Known(String),
    Unknown,
    Failed,
}

impl<P: Ports> Engine<P> {
    /// Asked before the claim, so that it takes nothing from the lease.
    pub(super) async fn look_up(
        &self,
        alert: &Alert,
        basis: &Basis,
        on_call: OnCallNow,
        jobs: &[Job],
    ) -> AllFaces {
        let view = View {
            alert,
            details: &Details::default(),
            tenant: &basis.tenant,
            policy: basis.policy(),
            on_call,
            next: None,
            link: None,
            faces: &NONE,
        };
        let asked = asked(&view, jobs).into_iter().filter_map(|asked| {
            let user = view.tenant.user(asked.user)?;
            let mut connections = jobs.iter().filter_map(|job| job.provider.as_deref());
            let provider = connections.find(|provider| provider.name() == asked.provider)?;
            Some(async move {
                let face = if asked.is_reader {
                    self.reader(alert, provider, user).await
                } else {
                    self.face(provider, user, None, PATIENCE).await
                };
                (asked, face)
            })
        });
        let mut faces = AllFaces::default();
        for (asked, face) in join_all(asked).await {
            let (provider, user) = (asked.provider.to_owned(), asked.user.to_owned());
            match face {
                Face::Known(found) => {
                    faces.known.entry(provider).or_default().0.insert(user, found);
                }
                Face::Failed if asked.is_reader => {
                    faces.failed.insert((provider, user));
                }
                Face::Failed | Face::Unknown => {}
            }
        }
        faces
    }

    /// Where neither address nor name tells, they may have shown who they are by acting in chat.
    async fn reader(&self, alert: &Alert, provider: &dyn Provider, user: &User) -> Face {
        let face = self.face(provider, user, None, PATIENCE_FOR_READERS).await;
        match face {
            Face::Known(_) | Face::Failed => return face,
            Face::Unknown => {}
        }
        let store = self.ports().store();
        match store.read_face(&alert.tenant, provider.name(), &user.id).await {
            Ok(Some(met)) => self.face(provider, user, Some(met), PATIENCE_FOR_READERS).await,
            Ok(None) => Face::Unknown,
            Err(error) => {
                tracing::warn!(%error, user = user.id, "as whom a person was met cannot be read");
                Face::Failed
            }
        }
    }

    async fn face(
        &self,
        provider: &dyn Provider,
        user: &User,
        user_ref: Option<String>,
        patience: Duration,
    ) -> Face {
        let asked = ChatUser {
            user: user.id.clone(),
            email: user.email.clone(),
            handle: user.handles.get(provider.name()).cloned(),
            user_ref,
            name: user.name.clone(),
            is_gone: false,
        };
        let error = match self.within(patience, provider.look_up_user(&asked)).await {
            Ok(Ok(found)) => return found.map_or(Face::Unknown, Face::Known),
            Ok(Err(error)) => error,
            Err(Late) => ProviderError::Unknown { reason: "it took too long".to_owned() },
        };
        tracing::warn!(%error, user = user.id, "a person could not be looked up");
        match error {
            ProviderError::Retry { .. } | ProviderError::Unknown { .. } => Face::Failed,
            ProviderError::Refused { .. }
            | ProviderError::Broken { .. }
            | ProviderError::Gone { .. }
            | ProviderError::Cannot { .. } => Face::Unknown,
        }
    }
}

/// Readers of direct messages, who is on call, and whom a channel's pages are for.
fn asked<'a>(view: &View<'a>, jobs: &[Job]) -> BTreeSet<Asked<'a>> {
    let sends = || jobs.iter().filter_map(|job| view.alert.send(&job.key));
    let mut readers = BTreeSet::new();
    let mut mentioned: BTreeSet<&str> = view.on_call().map(|user| &*user.id).collect();
    let mut providers = BTreeSet::new();
    for send in sends() {
        providers.insert(send.to.provider());
        if let Destination::Person { provider, user } = &send.to {
            readers.insert(Asked { provider, user, is_reader: true });
        }
        match &send.what {
            What::Page(page) => mentioned.extend(page.person.as_deref()),
            What::Card | What::Notice(_) => {}
        }
    }
    let mut asked = readers.clone();
    for provider in providers {
        for user in &mentioned {
            if !readers.contains(&Asked { provider, user, is_reader: true }) {
                asked.insert(Asked { provider, user, is_reader: false });
            }
        }
    }
    asked
}
