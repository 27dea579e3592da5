//! What of all that is owed can be tried now.

use std::collections::BTreeMap;
use std::sync::Arc;

use nightowl_domain::{
    AlertId, Destination, Occurrence, Send, SendKey, SendState, SharedVec, Time, Want, What,
};
use nightowl_messaging::{Provider, ProviderError};

use super::call::Late;
use super::log_page_age;
use super::slot::Asker;
use crate::outage::Gate;
use crate::{Call, Clock, Engine, EngineError, Grant, Ports, Providers, StoreError};

/// One send to be claimed.
pub(super) struct Job {
    pub(super) key: SendKey,
    /// `None`: the tenant has no such provider.
    pub(super) provider: Option<Arc<dyn Provider>>,
}

#[derive(Default)]
pub(super) struct Work {
    /// Pages first.
    pub(super) jobs: Vec<Job>,
    /// Cards that have no message of their own, or shall have none.
    pub(super) folds: Vec<Fold>,
    pub(super) deferred: usize,
}

/// A card that a digest is to show.
pub(crate) struct Fold {
    pub(crate) key: SendKey,
    pub(crate) to: Destination,
    /// The one that it is in; `None`: it has to join one.
    pub(crate) digest: Option<AlertId>,
}

/// An owed send, and the call that it takes first.
pub(super) struct Owed<'a> {
    pub(super) send: &'a Send,
    pub(super) urgent: bool,
    pub(super) call: Call,
    /// It may be shown in a digest instead.
    pub(super) may_fold: bool,
}

impl<P: Ports> Engine<P> {
    /// Whatever cannot be tried now is woken when it can.
    pub(super) async fn choose(
        &self,
        of: Asker<'_>,
        owed: Vec<Owed<'_>>,
    ) -> Result<Work, EngineError> {
        let mut open: BTreeMap<&str, Option<Arc<dyn Provider>>> = BTreeMap::new();
        let mut shut: Vec<&str> = Vec::new();
        let mut work = Work::default();
        // The soonest turn of all that wait: that delivery asks for the others again. One wake-up
        // for each would double their number with every turn.
        let mut turn: Option<(Time, bool)> = None;
        for owed in owed {
            if let SendState::Folded { digest, .. } = owed.send.state {
                work.folds.push(owed.fold(Some(digest)));
                continue;
            }
            let name = owed.send.to.provider();
            if !open.contains_key(name) && !shut.contains(&name) {
                let found = self.provider_of(&of.occurrence.tenant, name).await?;
                if self.is_up(of.occurrence, found.as_deref(), name, owed.urgent).await {
                    open.insert(name, found);
                } else {
                    shut.push(name);
                }
            }
            let Some(provider) = open.get(name) else {
                log_page_age(owed.send, "page.waiting", self.ports().clock().now());
                work.deferred += 1;
                continue;
            };
            let grant = match provider {
                Some(provider) => self.slot(of, &owed, provider.as_ref()).await,
                None => Grant::Now,
            };
            match grant {
                Grant::Now => {}
                Grant::Crowded(_) if owed.may_fold => {
                    work.folds.push(owed.fold(None));
                    continue;
                }
                Grant::Later(at) | Grant::Crowded(at) => {
                    log_page_age(owed.send, "page.waiting", self.ports().clock().now());
                    work.deferred += 1;
                    turn = Some(turn.map_or((at, owed.urgent), |(soonest, urgent)| {
                        (at.min(soonest), urgent || owed.urgent)
                    }));
                    continue;
                }
            }
            work.jobs.push(Job { key: owed.send.key.clone(), provider: provider.clone() });
        }
        if let Some((at, urgent)) = turn {
            self.wake(of.occurrence, Some(at), urgent).await;
        }
        Ok(work)
    }

    /// A connection whose settings make no sense is none: what goes there finds another way, and
    /// what goes elsewhere is not held up.
    async fn provider_of(
        &self,
        tenant: &str,
        name: &str,
    ) -> Result<Option<Arc<dyn Provider>>, EngineError> {
        match self.ports().providers().provider(tenant, name).await {
            Ok(found) => Ok(found),
            Err(StoreError::Corrupt(why)) => {
                tracing::error!(tenant, provider = name, why, "a connection cannot be made");
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// During an outage one delivery every 15 s asks the provider how it is; the others wait.
    async fn is_up(
        &self,
        occurrence: &Occurrence,
        provider: Option<&dyn Provider>,
        name: &str,
        urgent: bool,
    ) -> bool {
        let Some(provider) = provider else { return true };
        let now = self.ports().clock().now();
        let gate = match self.outages().gate(name, occurrence, now) {
            Gate::Open => return true,
            Gate::Probe => {
                if self.answers(provider).await {
                    self.recovered(name, occurrence).await;
                    return true;
                }
                let now = self.ports().clock().now();
                self.outages().still_down(name, occurrence, now)
            }
            Gate::Wait { until, wake } => Gate::Wait { until, wake },
        };
        if let Gate::Wait { until, wake: true } = gate {
            self.wake(occurrence, Some(until), urgent).await;
        }
        false
    }

    /// Whether the provider is there at all, whatever it thinks of our credentials.
    pub(super) async fn answers(&self, provider: &dyn Provider) -> bool {
        match self.in_time(provider.connect()).await {
            Err(Late)
            | Ok(Err(ProviderError::Retry { after: None, .. } | ProviderError::Unknown { .. })) => {
                false
            }
            Ok(
                Ok(_)
                | Err(
                    ProviderError::Retry { after: Some(_), .. }
                    | ProviderError::Refused { .. }
                    | ProviderError::Broken { .. }
                    | ProviderError::Gone { .. }
                    | ProviderError::Cannot { .. },
                ),
            ) => true,
        }
    }

    /// Wakes everything that waited for this provider.
    pub(super) async fn recovered(&self, provider: &str, occurrence: &Occurrence) {
        for waiting in self.outages().answered(provider, occurrence) {
            if waiting != *occurrence {
                self.wake(&waiting, None, true).await;
            }
        }
    }
}

impl Owed<'_> {
    fn fold(&self, digest: Option<AlertId>) -> Fold {
        Fold { key: self.send.key.clone(), to: self.send.to.clone(), digest }
    }
}

/// Owed at `now`, pages before everything else, posts before edits. `may_fold`: cards of theirs
/// may be shown in a digest.
pub(super) fn owed(
    wants: impl IntoIterator<Item = Want>,
    sends: &SharedVec<Send>,
    now: Time,
    may_fold: bool,
) -> Vec<Owed<'_>> {
    let find = |key: &SendKey| sends.iter().find(|send| send.key == *key);
    let is_now = |want: &Want| want.at().is_none_or(|at| at <= now);
    let mut now_owed: Vec<Want> = wants.into_iter().filter(is_now).collect();
    now_owed.sort_unstable();
    let mut owed: Vec<Owed<'_>> = now_owed
        .into_iter()
        .filter_map(|want| match want {
            Want::Deliver { key, urgent, .. } => {
                let (send, call) = (find(&key)?, first_call(find(&key)?));
                Some(Owed { send, urgent, call, may_fold: may_fold && is_foldable(send) })
            }
            Want::Refresh { key, .. } => {
                Some(Owed { send: find(&key)?, urgent: false, call: Call::Edit, may_fold: false })
            }
            Want::Tick { .. } => None,
        })
        .collect();
    owed.sort_by_key(|owed| (!owed.urgent, owed.call == Call::Edit));
    owed
}

/// What may have been posted is looked for first.
const fn first_call(send: &Send) -> Call {
    match &send.state {
        SendState::Claimed { .. } | SendState::InDoubt { .. } => Call::Find,
        SendState::Wanted { .. }
        | SendState::Sent(_)
        | SendState::Folded { .. }
        | SendState::Dropped(_) => Call::Post,
    }
}

/// A card that nobody has begun to post. Pages are never held back for others, and what may be
/// there already is looked for.
const fn is_foldable(send: &Send) -> bool {
    let is_card = match &send.what {
        What::Card => true,
        What::Page(_) | What::Notice(_) => false,
    };
    is_card
        && matches!(send.state, SendState::Wanted { .. })
        && matches!(send.to, Destination::Channel { .. })
}
