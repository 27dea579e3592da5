//! Who the people in a message are on its platform, so that it can mention them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures::future::join_all;
use nightowl_domain::{Alert, Details, User, What};
use nightowl_messaging::{ChatUser, Provider};

use super::call::Late;
use super::choose::Job;
use crate::basis::Basis;
use crate::view::{Faces, View};
use crate::{Clock, Engine, Ports};

/// A mention is worth no longer a wait; providers remember the answers that they get.
const PATIENCE: Duration = Duration::from_secs(2);

/// By provider.
#[derive(Default)]
pub(super) struct AllFaces(BTreeMap<String, Faces>);

static NONE: Faces = Faces(BTreeMap::new());

impl AllFaces {
    pub(super) fn of(&self, provider: &str) -> &Faces {
        self.0.get(provider).unwrap_or(&NONE)
    }
}

impl<P: Ports> Engine<P> {
    /// Asked before the claim, so that it takes nothing from the lease.
    pub(super) async fn look_up(&self, alert: &Alert, basis: &Basis, jobs: &[Job]) -> AllFaces {
        let view = View {
            alert,
            details: &Details::default(),
            tenant: &basis.tenant,
            policy: &basis.policy,
            at: self.ports().clock().now(),
            next: None,
            link: None,
            faces: &NONE,
        };
        let people = people(&view, jobs);
        let providers: BTreeMap<&str, &dyn Provider> = jobs
            .iter()
            .filter_map(|job| job.provider.as_deref())
            .map(|provider| (provider.name(), provider))
            .collect();
        let mut asked = Vec::new();
        for (name, provider) in &providers {
            asked.extend(people.iter().map(|user| async move {
                let found = self.face(*provider, user).await?;
                Some((*name, user.id.clone(), found))
            }));
        }
        let mut faces = AllFaces::default();
        for (provider, user, found) in join_all(asked).await.into_iter().flatten() {
            faces.0.entry(provider.to_owned()).or_default().0.insert(user, found);
        }
        faces
    }

    async fn face(&self, provider: &dyn Provider, user: &User) -> Option<String> {
        let asked = ChatUser {
            user: user.id.clone(),
            email: user.email.clone(),
            name: user.name.clone(),
            is_gone: false,
        };
        match self.within(PATIENCE, provider.look_up_user(&asked)).await {
            Ok(Ok(found)) => found,
            Ok(Err(error)) => {
                tracing::warn!(%error, user = user.id, "a person could not be looked up");
                None
            }
            Err(Late) => None,
        }
    }
}

/// Whom the messages name: who is on call, and whom a channel's pages are for.
fn people<'a>(view: &View<'a>, jobs: &[Job]) -> Vec<&'a User> {
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    ids.extend(["primary", "secondary"].iter().filter_map(|role| Some(&*view.on_call(role)?.id)));
    for send in jobs.iter().filter_map(|job| view.alert.send(&job.key)) {
        match &send.what {
            What::Page(page) => ids.extend(page.person.as_deref()),
            What::Card | What::Notice(_) => {}
        }
    }
    ids.into_iter().filter_map(|id| view.tenant.user(id)).collect()
}
