//! A wake-up: read, catch up, and carry out everything that is owed now.

mod call;
mod choose;
mod digest;
mod edit;
mod faces;
mod find;
mod post;
mod settle;
mod slot;
mod subject;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use nightowl_domain::mechanism::{Mechanism, is_on};
use nightowl_domain::{
    Actor, Alert, ClaimId, ClaimMode, Details, Event, EventId, EventKind, Occurrence, Outcome,
    Page, Received, Send, SendKey, SendState, Settle, Settlement, SharedVec, Time, What, wants,
};

use crate::basis::Basis;
use crate::view::OnCallNow;
use crate::{Clock, Engine, EngineError, Ports, Store};
pub(crate) use choose::Fold;
use choose::{Job, Work, owed};
use faces::AllFaces;
use slot::Asker;
use subject::Subject;

/// How long a claim holds. A worker that dies loses it after that.
const LEASE: Duration = Duration::from_secs(15);
/// What a provider's call may take; nothing is started that could outlive the lease.
const CALL: Duration = Duration::from_secs(8);
/// How soon after a post in doubt it may be asked whether it landed.
const LANDED_AFTER: Duration = Duration::from_secs(15);

/// What one delivery did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages posted, or found to have been posted.
    pub posted: usize,
    /// Messages edited.
    pub edited: usize,
    /// What was tried and did not go through; it comes back by itself.
    pub failed: usize,
    /// What waits for its turn in a channel or for its provider.
    pub deferred: usize,
}

/// What messages are rendered with, besides the alert. Gathered before the claim: between the
/// claim and its posts nothing may fail or take time.
struct Kit {
    details: Details,
    basis: Basis,
    next: Option<String>,
    on_call: OnCallNow,
    faces: AllFaces,
}

/// What all sends of one delivery are carried out with.
struct Delivery<'a> {
    of: Subject<'a>,
    lease_until: Time,
}

/// A claim that was granted.
struct Held {
    claim: ClaimId,
    alert: Alert,
    lease_until: Time,
    granted: Granted,
}

/// What may be done with which send.
type Granted = Vec<(SendKey, ClaimMode)>;

impl<P: Ports> Engine<P> {
    /// An error means trouble with the store: the wake-up has to come again, with a delay. What a
    /// provider does is settled here and woken again by itself.
    #[tracing::instrument(
        skip_all,
        fields(tenant = occurrence.tenant, alert = %occurrence.id)
    )]
    pub async fn deliver(&self, occurrence: &Occurrence) -> Result<Delivered, EngineError> {
        if occurrence.id.is_digest() {
            return self.deliver_digest(occurrence).await;
        }
        let Some(alert) = self.ports().store().read(occurrence).await? else {
            return Ok(Delivered::default());
        };
        let Some(alert) = self.catch_up(alert).await? else {
            return Ok(Delivered::default());
        };
        let owed = owed(wants(&alert), &alert.sends, self.ports().clock().now(), true);
        let of = Asker { occurrence, integration: Some(&alert.integration) };
        let work = self.choose(of, owed).await?;
        let mut delivered = Delivered { deferred: work.deferred, ..Delivered::default() };
        if !work.jobs.is_empty() {
            self.work_off(&alert, &work, &mut delivered).await?;
        }
        // Behind what is urgent, and from the alert as it was read: the digest is read later.
        for fold in &work.folds {
            self.fold(&alert, fold).await?;
        }
        Ok(delivered)
    }

    async fn work_off(
        &self,
        alert: &Alert,
        work: &Work,
        delivered: &mut Delivered,
    ) -> Result<(), EngineError> {
        let kit = self.kit(alert, &work.jobs).await?;
        let Some(held) = self.claim(alert, &work.jobs).await? else {
            return Ok(());
        };
        let of = Subject::Alert {
            alert: &held.alert,
            link: self.alert_link(&held.alert.occurrence()),
            kit: Box::new(kit),
        };
        let delivery = Delivery { of, lease_until: held.lease_until };
        let settles = self.carry_out(&delivery, &work.jobs, &held.granted).await;
        delivered.count(&settles);
        log_page_ages(&held.alert, &settles, self.ports().clock().now());
        let broken = broken_providers(&held.alert.sends, &settles);
        self.settle(&held, settles).await?;
        self.tell_all_broken(&alert.tenant, broken).await;
        Ok(())
    }

    async fn tell_all_broken(&self, tenant: &str, broken: BTreeMap<String, String>) {
        for (provider, reason) in broken {
            let text =
                format!("NightOwl cannot use {provider}, and pages go other ways: {reason}.");
            self.tell_broken(tenant, &provider, &text).await;
        }
    }

    /// Does what is overdue, because the timer that should have said so may be lost.
    async fn catch_up(&self, alert: Alert) -> Result<Option<Alert>, EngineError> {
        let now = self.ports().clock().now();
        let is_overdue = alert.plan.tick_due.is_some_and(|due| due <= now);
        if !is_overdue || !is_on(Mechanism::CatchUpOnWake) {
            return Ok(Some(alert));
        }
        let generation = alert.plan.generation;
        let id = EventId::from(format!("tick:{generation}"));
        let event = own_event(id, now, EventKind::Tick { generation });
        let changed = self.change_known(&alert, event.clone()).await?;
        Ok(self.finish(&event, changed, false).await.alert)
    }

    /// The one write that orders pages against an ack.
    async fn claim(&self, known: &Alert, jobs: &[Job]) -> Result<Option<Held>, EngineError> {
        let claim = self.draw_claim_id();
        let now = self.ports().clock().now();
        let lease_until = now + LEASE;
        let keys: Vec<SendKey> = jobs.iter().map(|job| job.key.clone()).collect();
        let kind = EventKind::Claimed { keys: keys.clone(), claim: claim.clone(), lease_until };
        let event = own_event(EventId::from(format!("claim:{claim}")), now, kind);
        let changed = self.change_known(known, event).await?;
        let granted = match &changed.outcome {
            Outcome::Applied { granted } => granted.clone(),
            Outcome::Ignored(reason) => {
                tracing::info!(reason = reason.code(), "nothing claimed");
                Vec::new()
            }
        };
        self.wake_after(&changed, false, &keys).await;
        let Some(alert) = changed.alert else { return Ok(None) };
        log_claims(&alert, &granted, now, lease_until);
        Ok((!granted.is_empty()).then_some(Held { claim, alert, lease_until, granted }))
    }

    async fn kit(&self, alert: &Alert, jobs: &[Job]) -> Result<Kit, EngineError> {
        let basis = self.frozen(alert).await?;
        let details = self.ports().store().read_details(alert).await?.unwrap_or_default();
        let next = self.next_short_id(alert).await?;
        let on_call = OnCallNow::of(alert, &basis.tenant, self.ports().clock().now());
        let faces = self.look_up(alert, &basis, on_call, jobs).await;
        Ok(Kit { details, basis, next, on_call, faces })
    }

    /// All at once, pages first in line.
    async fn carry_out(
        &self,
        delivery: &Delivery<'_>,
        jobs: &[Job],
        granted: &Granted,
    ) -> Vec<Settle> {
        let mut started = Vec::new();
        for job in jobs {
            let mode = granted.iter().find(|(key, _)| *key == job.key).map(|(_, mode)| *mode);
            if let (Some(mode), Some(send)) = (mode, delivery.of.send(&job.key)) {
                started.push(self.one(delivery, job, send, mode));
            }
        }
        join_all(started).await
    }

    async fn one(
        &self,
        delivery: &Delivery<'_>,
        job: &Job,
        send: &Send,
        mode: ClaimMode,
    ) -> Settle {
        let settlement = match &job.provider {
            None => Settlement::Broken {
                at: self.ports().clock().now(),
                reason: format!("{} is not set up for this tenant", send.to.provider()),
                credentials: true,
            },
            Some(provider) => {
                let provider = provider.as_ref();
                match mode {
                    ClaimMode::Post => self.post(delivery, provider, send).await,
                    ClaimMode::PostAnyway => self.post_anyway(delivery, provider, send).await,
                    ClaimMode::FindThenPost => self.find_then_post(delivery, provider, send).await,
                    ClaimMode::FindOnly => self.find_only(delivery, provider, send).await,
                    ClaimMode::Refresh => self.edit(delivery, provider, send).await,
                }
            }
        };
        let (delivery, provider, came_to) = (&send.key, send.to.provider(), name(&settlement));
        // Nobody reads what stays unsaid, so whoever watches the log has to. The reason is the
        // provider's own words, which hold no secret.
        match &settlement {
            Settlement::Broken { reason, .. } => tracing::warn!(
                counter = "page.broken", %delivery, provider, ?mode, came_to, reason
            ),
            Settlement::Sent { .. }
            | Settlement::Refreshed { .. }
            | Settlement::Unknown { .. }
            | Settlement::FindFailed { .. }
            | Settlement::NotPosted { .. }
            | Settlement::Retry { .. }
            | Settlement::Gone { .. }
            | Settlement::EditRefused { .. }
            | Settlement::Folded { .. }
            | Settlement::Unfolded => {
                tracing::info!(%delivery, provider, ?mode, came_to);
            }
        }
        Settle { key: send.key.clone(), settlement }
    }
}

impl Delivered {
    fn count(&mut self, settles: &[Settle]) {
        for settle in settles {
            match &settle.settlement {
                Settlement::Sent { .. } => self.posted += 1,
                Settlement::Refreshed { .. } => self.edited += 1,
                Settlement::Unknown { .. }
                | Settlement::FindFailed { .. }
                | Settlement::NotPosted { .. }
                | Settlement::Retry { .. }
                | Settlement::Broken { .. }
                | Settlement::Gone { .. }
                | Settlement::EditRefused { .. } => self.failed += 1,
                Settlement::Folded { .. } | Settlement::Unfolded => {}
            }
        }
    }
}

/// For whoever has to prove in which order a page and an acknowledgement came.
fn log_claims(alert: &Alert, granted: &[(SendKey, ClaimMode)], since: Time, until: Time) {
    for (key, mode) in granted {
        let what = alert.send(key).map_or("nothing", |send| match &send.what {
            What::Card => "card",
            What::Page(_) => "page",
            What::Notice(_) => "notice",
        });
        log_claim(key, what, *mode, since, until);
    }
}

fn log_claim(key: &SendKey, what: &str, mode: ClaimMode, since: Time, until: Time) {
    tracing::debug!(delivery = %key, what, ?mode, %since, %until, "claimed");
}

/// How long ago it was decided that these people are to be woken, told for pages that are out and
/// for those that are not yet.
fn log_page_ages(alert: &Alert, settles: &[Settle], now: Time) {
    for settle in settles {
        let Some(send) = alert.send(&settle.key) else { continue };
        match &settle.settlement {
            Settlement::Sent { at, found: false, .. } => log_page_age(send, "page.posted", *at),
            Settlement::Unknown { .. }
            | Settlement::FindFailed { .. }
            | Settlement::NotPosted { .. }
            | Settlement::Retry { .. }
            | Settlement::Broken { .. }
            | Settlement::Gone { .. } => log_page_age(send, "page.waiting", now),
            Settlement::Sent { found: true, .. }
            | Settlement::Refreshed { .. }
            | Settlement::EditRefused { .. }
            | Settlement::Folded { .. }
            | Settlement::Unfolded => {}
        }
    }
}

fn log_page_age(send: &Send, counter: &'static str, now: Time) {
    // One that is out already and waits for an edit keeps nobody waiting.
    if matches!(send.state, SendState::Sent(_)) {
        return;
    }
    if let What::Page(Page { born: Some(born), .. }) = &send.what {
        let millis = u64::try_from(now.since(*born).as_millis()).unwrap_or(u64::MAX);
        tracing::info!(counter, millis, delivery = %send.key);
    }
}

/// For logs.
const fn name(settlement: &Settlement) -> &'static str {
    match settlement {
        Settlement::Sent { found: false, .. } => "sent",
        Settlement::Sent { found: true, .. } => "found",
        Settlement::Refreshed { .. } => "edited",
        Settlement::Unknown { .. } => "unknown",
        Settlement::FindFailed { .. } => "find_failed",
        Settlement::NotPosted { .. } => "not_posted",
        Settlement::Retry { .. } => "retry",
        Settlement::Broken { .. } => "broken",
        Settlement::Gone { .. } => "gone",
        Settlement::EditRefused { .. } => "edit_refused",
        Settlement::Folded { .. } => "folded",
        Settlement::Unfolded => "unfolded",
    }
}

/// Those whose credentials do not work, each with the reason, which is the provider's own words
/// and holds no secret.
fn broken_providers(sends: &SharedVec<Send>, settles: &[Settle]) -> BTreeMap<String, String> {
    let mut broken = BTreeMap::new();
    for settle in settles {
        if let Settlement::Broken { reason, credentials: true, .. } = &settle.settlement
            && let Some(send) = sends.iter().find(|send| send.key == settle.key)
        {
            broken.insert(send.to.provider().to_owned(), reason.clone());
        }
    }
    broken
}

fn own_event(id: EventId, at: Time, kind: EventKind) -> Event {
    Event { id, received: Received { at, position: 0 }, actor: Actor::System, kind }
}
