//! What of all that is owed can be tried now.

use std::collections::BTreeMap;
use std::sync::Arc;

use nightowl_domain::{Alert, Occurrence, Send, SendKey, Time, Want, wants};
use nightowl_messaging::{Provider, ProviderError};

use super::call::Late;
use super::log_page_age;
use crate::outage::Gate;
use crate::{Clock, Engine, EngineError, Grant, Pacer, Ports, Providers, StoreError};

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
    pub(super) deferred: usize,
}

/// An owed send: `is_post` where a slot in the channel is needed.
struct Owed<'a> {
    send: &'a Send,
    urgent: bool,
    is_post: bool,
}

impl<P: Ports> Engine<P> {
    /// Whatever cannot be tried now is woken when it can.
    pub(super) async fn choose(&self, alert: &Alert) -> Result<Work, EngineError> {
        let occurrence = alert.occurrence();
        let mut open: BTreeMap<&str, Option<Arc<dyn Provider>>> = BTreeMap::new();
        let mut shut: Vec<&str> = Vec::new();
        let mut work = Work::default();
        // The soonest turn of all that wait: that delivery asks for the others again. One wake-up
        // for each would double their number with every turn.
        let mut turn: Option<(Time, bool)> = None;
        for owed in owed(alert, self.ports().clock().now()) {
            let name = owed.send.to.provider();
            if !open.contains_key(name) && !shut.contains(&name) {
                let found = self.provider_of(&alert.tenant, name).await?;
                if self.is_up(&occurrence, found.as_deref(), name, owed.urgent).await {
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
            if provider.is_some()
                && let Grant::Later(at) = self.slot(alert, &owed).await
            {
                work.deferred += 1;
                turn = Some(turn.map_or((at, owed.urgent), |(soonest, urgent)| {
                    (at.min(soonest), urgent || owed.urgent)
                }));
                continue;
            }
            work.jobs.push(Job { key: owed.send.key.clone(), provider: provider.clone() });
        }
        if let Some((at, urgent)) = turn {
            self.wake(&occurrence, Some(at), urgent).await;
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

    /// An edit needs none.
    async fn slot(&self, alert: &Alert, owed: &Owed<'_>) -> Grant {
        if !owed.is_post {
            return Grant::Now;
        }
        let now = self.ports().clock().now();
        let send = owed.send;
        self.ports().pacer().ask(&send.to, &alert.tenant, &send.key, owed.urgent, now).await
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

/// Owed at `now`, pages before everything else, posts before edits.
fn owed(alert: &Alert, now: Time) -> Vec<Owed<'_>> {
    let mut now_owed: Vec<Want> =
        wants(alert).filter(|want| want.at().is_none_or(|at| at <= now)).collect();
    now_owed.sort_unstable();
    let mut owed: Vec<Owed<'_>> = now_owed
        .into_iter()
        .filter_map(|want| match want {
            Want::Deliver { key, urgent, .. } => {
                Some(Owed { send: alert.send(&key)?, urgent, is_post: true })
            }
            Want::Refresh { key, .. } => {
                Some(Owed { send: alert.send(&key)?, urgent: false, is_post: false })
            }
            Want::Tick { .. } => None,
        })
        .collect();
    owed.sort_by_key(|owed| (!owed.urgent, !owed.is_post));
    owed
}
