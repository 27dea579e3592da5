//! What a message asks for is done, or comes again later.
//!
//! A message that fails goes back to its queue, and after five times to the dead-letter queue. Only
//! our own mistakes may end so. Trouble with the database is nobody's mistake and may last for
//! hours, so such a message is sent again with a delay, and the one at hand is done.

use std::time::Duration;

use nightowl_domain::{Occurrence, Time};
use nightowl_engine::ports::{Clock, Ports, StoreError};
use nightowl_engine::{Engine, EngineError, Report, Undone};

use crate::{Body, Journey, Queue, Queues, Work};

/// Clocks differ by less; so little is waited for here, because a wake-up that comes before its
/// time would find nothing to do.
const NEARLY: Duration = Duration::from_secs(1);
const DELAY_FIRST: Duration = Duration::from_secs(5);
const DELAY_MAX: Duration = Duration::from_secs(60);
/// A wake-up that failed so often is left to the sweep, which sends another as long as it is owed.
const WAKE_UP_RETRIES_MAX: u32 = 10;
/// Series worked on at once.
const SERIES_MAX: usize = 8;

/// Fails the record: it goes back to its queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failed {
    /// Why, for the log; never a part of the message.
    GoBack(String),
}

/// Does what a message of `events`, `urgent` or `cards` asks for. `redelivered`: it was received
/// before.
///
/// # Errors
/// [`Failed::GoBack`] if only another release can do it, or if it could not even be sent again.
pub async fn consume<P: Ports, K: Clock + Clone>(
    engine: &Engine<P>,
    queues: &Queues<K>,
    from: Queue,
    body: Body,
    redelivered: bool,
) -> Result<(), Failed> {
    let done = match &body.work {
        Work::Reports(reports) => {
            return apply(engine, queues, from, (reports, body.journey), redelivered).await;
        }
        Work::Deliver { occurrence, at } => {
            if is_sent_on(queues, from, &body, *at).await? {
                return Ok(());
            }
            engine.deliver(occurrence).await.map(drop)
        }
        Work::Tick { occurrence, generation, at } => {
            if is_sent_on(queues, from, &body, Some(*at)).await? {
                return Ok(());
            }
            let late = queues.clock().now().since(*at);
            log_tick(occurrence, late);
            engine.tick(occurrence, *generation).await.map(drop)
        }
        Work::Notice { tenant, topic, text } => {
            engine.tell_operators(tenant, topic, text, None).await;
            Ok(())
        }
        Work::Sweep => return Err(Failed::GoBack("a sweep is nothing for a queue".to_owned())),
    };
    again_if_in_trouble(queues, from, body, done).await
}

/// The same for a consumer that must do nothing else, because it has no way to chat.
///
/// # Errors
/// [`Failed::GoBack`], also for everything that is no report.
pub async fn consume_reports<P: Ports, K: Clock + Clone>(
    engine: &Engine<P>,
    queues: &Queues<K>,
    from: Queue,
    body: Body,
    redelivered: bool,
) -> Result<(), Failed> {
    let Work::Reports(reports) = &body.work else {
        return Err(Failed::GoBack("it is nothing for this consumer".to_owned()));
    };
    apply(engine, queues, from, (reports, body.journey), redelivered).await
}

/// Applies reports; those that are not done come again, and no others. What no other try would
/// help comes as a message of its own, which then is all that goes back and dies in the end.
async fn apply<P: Ports, K: Clock + Clone>(
    engine: &Engine<P>,
    queues: &Queues<K>,
    from: Queue,
    (reports, journey): (&[Report], Journey),
    redelivered: bool,
) -> Result<(), Failed> {
    let came_before = redelivered || journey.came_before();
    let applied = engine.apply_all(reports.to_vec(), came_before, SERIES_MAX).await;
    let Err(undone) = applied else { return Ok(()) };
    let (mut later, mut bad) = (Vec::new(), Vec::new());
    let (mut later_error, mut bad_error) = (None, None);
    for Undone { reports, error } in undone {
        match judge(&error) {
            Verdict::Later => {
                later.extend(reports);
                later_error = Some(error);
            }
            Verdict::GoBack => {
                bad.extend(reports);
                bad_error = Some(error);
            }
            Verdict::Hopeless => log_hopeless(&error, "reports"),
        }
    }
    if let Some(error) = bad_error {
        if bad.len() == reports.len() {
            return Err(Failed::GoBack(error.to_string()));
        }
        tracing::warn!(%error, reports = bad.len(), "a part of a message goes its own way");
        let retries = journey.retries.saturating_add(1);
        let body = Body { work: Work::Reports(bad), journey: Journey { retries, ..journey } };
        let sent = queues.send(from, &body, None).await;
        sent.map_err(|lost| Failed::GoBack(format!("{error}; nor can it be sent apart: {lost}")))?;
    }
    if let Some(error) = later_error {
        return again_later(queues, from, Body { work: Work::Reports(later), journey }, error)
            .await;
    }
    Ok(())
}

/// Whether it came before its time and goes round once more: no queue holds it back for longer
/// than a quarter of an hour, and a schedule fires early on purpose.
async fn is_sent_on<K: Clock + Clone>(
    queues: &Queues<K>,
    from: Queue,
    body: &Body,
    at: Option<Time>,
) -> Result<bool, Failed> {
    let Some(at) = at else { return Ok(false) };
    let wait = at.since(queues.clock().now());
    if wait <= NEARLY {
        queues.clock().sleep(wait).await;
        return Ok(false);
    }
    let sent = queues.send(from, body, Some(at)).await;
    sent.map_err(|error| Failed::GoBack(format!("it cannot be sent on: {error}")))?;
    Ok(true)
}

/// How late ticks come is how late people are woken.
fn log_tick(occurrence: &Occurrence, late: Duration) {
    let millis = u64::try_from(late.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(counter = "tick.done", millis, alert = %occurrence.id);
}

async fn again_if_in_trouble<K: Clock + Clone>(
    queues: &Queues<K>,
    from: Queue,
    body: Body,
    done: Result<(), EngineError>,
) -> Result<(), Failed> {
    let Err(error) = done else { return Ok(()) };
    match judge(&error) {
        Verdict::Hopeless => {
            log_hopeless(&error, body.work.kind());
            Ok(())
        }
        Verdict::GoBack => Err(Failed::GoBack(error.to_string())),
        Verdict::Later => again_later(queues, from, body, error).await,
    }
}

fn log_hopeless(error: &EngineError, kind: &str) {
    tracing::warn!(%error, kind, "a message is for nobody");
}

async fn again_later<K: Clock + Clone>(
    queues: &Queues<K>,
    from: Queue,
    body: Body,
    error: EngineError,
) -> Result<(), Failed> {
    let Some((body, delay)) = postponed(body) else {
        tracing::warn!(%error, "a wake-up is left to the sweep");
        return Ok(());
    };
    // Kind and number make a metric: what is postponed for long has to be seen.
    let retries = u64::from(body.journey.retries);
    tracing::warn!(
        counter = "queue.postponed", %error, queue = from.name(), kind = body.work.kind(),
        retries, "a message comes again later"
    );
    let not_before = queues.clock().now() + delay;
    let sent = queues.send(from, &body, Some(not_before)).await;
    sent.map_err(|lost| Failed::GoBack(format!("{error}; nor can it be sent again: {lost}")))
}

enum Verdict {
    /// The same message may succeed later.
    Later,
    /// Another release may know what to do, or a person has to look.
    GoBack,
    /// There is nobody whom it concerns.
    Hopeless,
}

const fn judge(error: &EngineError) -> Verdict {
    match error {
        EngineError::Store(error) => match error {
            StoreError::Conflict(_) | StoreError::Unavailable(_) | StoreError::Unknown(_) => {
                Verdict::Later
            }
            StoreError::NewerFormat { .. } | StoreError::Corrupt(_) => Verdict::GoBack,
        },
        EngineError::TooManyConflicts => Verdict::Later,
        EngineError::NoShortId => Verdict::GoBack,
        EngineError::NoTenant(_) => Verdict::Hopeless,
    }
}

/// The message as it comes again, and how much later: from 5 s, doubling, to a minute. `None`: the
/// sweep does the same.
fn postponed(body: Body) -> Option<(Body, Duration)> {
    let retries = body.journey.retries;
    let is_hint = match &body.work {
        Work::Deliver { .. } | Work::Tick { .. } => true,
        Work::Reports(_) | Work::Notice { .. } | Work::Sweep => false,
    };
    if is_hint && retries >= WAKE_UP_RETRIES_MAX {
        return None;
    }
    let delay = (DELAY_FIRST * (1 << retries.min(8))).min(DELAY_MAX);
    let journey = Journey { retries: retries.saturating_add(1), ..body.journey };
    Some((Body { work: body.work, journey }, delay))
}
