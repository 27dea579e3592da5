//! The world of a story: one process of NightOwl, its chat, and time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use nightowl_domain::{
    Actor, Alert, Clearing, Event, EventKind, MessageRef, Occurrence, Received, SeriesHash, Tenant,
    Time,
};
use nightowl_engine::testing::{ScriptedProvider, Stage, fired, run, run_or_killed, sample_tenant};
use nightowl_engine::{Clock, Engine, EngineError, Intake, Report, Wake, WakeUp};
use nightowl_messaging::{ChatUser, Provider};

use crate::StoryPorts;
use crate::stage::{self, Platform, Watched};

/// How often a step may repeat before it counts as going round for ever.
const ROUNDS: usize = 2_000;
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How long a record whose delivery met trouble with the store waits.
const AGAIN: Duration = Duration::from_secs(5);

pub struct Owl {
    pub ports: StoryPorts,
    /// The tenant's provider.
    pub chat: ScriptedProvider,
    /// The last resort.
    pub inbox: ScriptedProvider,
    pub(crate) stage: Option<Arc<dyn Watched>>,
    pub(crate) engine: Engine<StoryPorts>,
    /// Messages that an expectation has taken.
    pub(crate) heard: BTreeSet<MessageRef>,
    next_sweep: Time,
    events: u32,
    /// Deaths of the process so far.
    pub deaths: usize,
}

impl Owl {
    /// Alice, then Bob after five minutes; ten minutes later once more.
    pub fn on(platform: Platform) -> Self {
        Self::with(platform, sample_tenant())
    }

    pub fn with(platform: Platform, tenant: Tenant) -> Self {
        let ports = StoryPorts::on(platform);
        let (clock, trap) = (ports.clock.clone(), ports.trap.clone());
        let stage = stage::on(platform);
        let (chat, tenant) = match &stage {
            None => (ScriptedProvider::new("chat", clock.clone(), trap.clone()), tenant),
            Some(stage) => {
                let tenant = stage::moved(tenant, &**stage);
                let behind: Arc<dyn Stage> = stage.clone();
                (ScriptedProvider::on_stage(behind, clock.clone(), trap.clone()), tenant)
            }
        };
        let inbox = ScriptedProvider::new("inbox", clock, trap);
        ports.providers.set(Arc::new(chat.clone()));
        ports.providers.set(Arc::new(inbox.clone()));
        ports.config.set(tenant);
        let next_sweep = ports.clock.now() + SWEEP_EVERY;
        let engine = Engine::new(ports.clone());
        let heard = BTreeSet::new();
        Self { ports, chat, inbox, stage, engine, heard, next_sweep, events: 0, deaths: 0 }
    }

    /// The monitoring tool says that this is wrong.
    pub fn alert(&mut self, title: &str) {
        let event = self.firing(title);
        self.receive(event);
    }

    /// It says that this is over.
    pub fn clear(&mut self, title: &str) {
        let event = self.clearing(title);
        self.receive(event);
    }

    /// A firing that is received now and not yet handed in.
    pub fn firing(&mut self, title: &str) -> Event {
        let id = self.event_id();
        fired(&id, title, title, self.now())
    }

    /// A clear that is received now and not yet handed in.
    pub fn clearing(&mut self, title: &str) -> Event {
        let id = self.event_id();
        let received = Received { at: self.now(), position: 0 };
        let clearing =
            Clearing { event: id.as_str().into(), received, starts_at: None, ends_at: None };
        Event {
            id: id.as_str().into(),
            received,
            actor: Actor::Source,
            kind: EventKind::Cleared {
                integration: "prometheus".to_owned(),
                dedup_key: title.to_owned(),
                clearing,
            },
        }
    }

    /// Hands an event in, again and again if it is refused, as senders do; then works it off.
    pub fn receive(&mut self, event: Event) {
        let report = Report { tenant: "acme".to_owned(), alert: None, event };
        for _ in 0..ROUNDS {
            let taken =
                run_or_killed(&self.ports.trap, self.ports.intake.take(vec![report.clone()]));
            match taken {
                Some(Ok(())) => return self.work(),
                Some(Err(_)) => {}
                None => self.die(),
            }
        }
        panic!("the event was never taken");
    }

    /// Time goes by; what becomes due is done when it is due.
    pub fn pass(&mut self, minutes: u64) {
        self.pass_seconds(minutes * 60);
    }

    pub fn pass_seconds(&mut self, seconds: u64) {
        let end = self.now() + Duration::from_secs(seconds);
        self.work();
        for _ in 0..ROUNDS {
            let due =
                [self.ports.wake.next_at(), self.ports.timer.next_at(), Some(self.next_sweep)];
            let next = due.into_iter().flatten().min().filter(|next| *next <= end);
            let Some(next) = next else {
                self.ports.clock.set(end);
                return;
            };
            self.ports.clock.set(next);
            if next >= self.next_sweep {
                self.next_sweep = next + SWEEP_EVERY;
                self.sweep();
            }
            self.work();
        }
        panic!("there is always something more to do");
    }

    /// The process ends and another begins: wake-ups in memory and all it knew are gone.
    pub fn restart(&mut self) {
        self.ports = self.ports.restarted();
        self.engine = Engine::new(self.ports.clone());
    }

    /// From now on another process works, beside the one that worked so far.
    pub fn another_process(&mut self) {
        self.ports = self.ports.beside();
        self.engine = Engine::new(self.ports.clone());
    }

    pub fn lose_wakeups(&self) {
        self.ports.lose_wakeups();
    }

    /// The usual one, as it is configured here.
    pub fn tenant(&self) -> Tenant {
        match &self.stage {
            Some(stage) => stage::moved(sample_tenant(), &**stage),
            None => sample_tenant(),
        }
    }

    /// The platform's user id of one of the two.
    pub fn face_of(&self, user: &str) -> Option<String> {
        let asked = ChatUser {
            user: user.to_owned(),
            email: Some(format!("{user}@example.com")),
            ..ChatUser::default()
        };
        run(self.chat.look_up_user(&asked)).unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn now(&self) -> Time {
        self.ports.clock.now()
    }

    /// The newest alert with this title.
    ///
    /// # Panics
    /// If there is none.
    pub fn newest(&self, title: &str) -> Alert {
        let series = SeriesHash::of("acme", "prometheus", title);
        let all = self.ports.store.alerts();
        let newest = all.into_iter().rev().find(|alert| alert.series() == series);
        newest.unwrap_or_else(|| panic!("there is no alert {title:?}"))
    }

    pub(crate) fn event_id(&mut self) -> String {
        self.events += 1;
        format!("event-{}", self.events)
    }

    /// Runs something of the engine's until it is done, whatever happens to the process.
    pub(crate) fn insist<T>(
        &mut self,
        act: impl AsyncFn(&Engine<StoryPorts>) -> Result<T, EngineError>,
    ) -> T {
        for _ in 0..ROUNDS {
            match run_or_killed(&self.ports.trap, act(&self.engine)) {
                Some(Ok(done)) => return done,
                Some(Err(error)) => assert!(error.is_retryable(), "{error}"),
                None => self.die(),
            }
        }
        panic!("it never came through");
    }

    /// Does everything that is due now.
    pub(crate) fn work(&mut self) {
        for _ in 0..ROUNDS {
            let now = self.now();
            let taken = self.ports.store.intake();
            let woken = self.ports.wake.take_due(now);
            let timed = self.ports.timer.take_due(now);
            if taken.is_empty() && woken.is_empty() && timed.is_empty() {
                return;
            }
            for (receipt, report) in taken {
                self.take_up(receipt, &report);
            }
            for timed in timed {
                self.ring(&timed.occurrence, timed.generation);
            }
            for wake_up in woken {
                self.deliver(&wake_up.occurrence);
            }
        }
        panic!("there is always something more to do at once");
    }

    fn take_up(&mut self, receipt: u64, report: &Report) {
        let mut redelivered = false;
        loop {
            match run_or_killed(&self.ports.trap, self.engine.apply(report, redelivered)) {
                Some(Ok(_)) => return self.ports.store.finish(receipt),
                Some(Err(error)) => assert!(error.is_retryable(), "{error}"),
                None => self.die(),
            }
            redelivered = true;
        }
    }

    fn ring(&mut self, occurrence: &Occurrence, generation: u64) {
        match run_or_killed(&self.ports.trap, self.engine.tick(occurrence, generation)) {
            Some(Ok(_)) => {}
            Some(Err(error)) => assert!(error.is_retryable(), "{error}"),
            None => self.die(),
        }
    }

    fn deliver(&mut self, occurrence: &Occurrence) {
        match run_or_killed(&self.ports.trap, self.engine.deliver(occurrence)) {
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                assert!(error.is_retryable(), "{error}");
                self.wake_later(occurrence);
            }
            None => self.die(),
        }
    }

    fn wake_later(&mut self, occurrence: &Occurrence) {
        let at = Some(self.now() + AGAIN);
        let wake_up = WakeUp { occurrence: occurrence.clone(), at, urgent: true };
        // This may fail or be the end too; then the sweep helps.
        if run_or_killed(&self.ports.trap, self.ports.wake.wake(wake_up)).is_none() {
            self.die();
        }
    }

    fn sweep(&mut self) {
        match run_or_killed(&self.ports.trap, self.engine.sweep()) {
            Some(Ok(_)) => {}
            Some(Err(error)) => assert!(error.is_retryable(), "{error}"),
            None => self.die(),
        }
    }

    fn die(&mut self) {
        self.deaths += 1;
        self.restart();
    }
}
