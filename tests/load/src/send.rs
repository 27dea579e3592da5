//! Senders: each has a connection that it keeps, and takes the next body when it is free.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use reqwest::{Client, StatusCode, Url};
use tokio::task::JoinSet;

use crate::Failure;
use crate::bodies::{self, Shape};
use crate::stage;

/// A refused sender waits so long, as it would be told to.
const REFUSED_PAUSE: Duration = Duration::from_millis(200);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Alerts a second; `None`: as fast as they are accepted.
    pub(crate) rate: Option<f64>,
    pub(crate) seconds: u64,
    pub(crate) concurrency: usize,
}

/// A body that was answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) body: u64,
    /// When it was to be sent: if no sender was free, the wait counts.
    pub(crate) due: Instant,
    pub(crate) due_at: SystemTime,
    pub(crate) answered: Instant,
    pub(crate) status: StatusCode,
}

struct Work {
    shape: Shape,
    pace: Pace,
    first: u64,
    url: String,
    starts_at: String,
    begin: (Instant, SystemTime),
    next: AtomicU64,
    sent: Mutex<Vec<Sent>>,
}

/// All bodies from number `first` on, until the time is over.
pub(crate) async fn send(
    url: &str,
    shape: Shape,
    pace: Pace,
    first: u64,
) -> Result<Vec<Sent>, Failure> {
    let work = Arc::new(Work {
        shape,
        pace,
        first,
        url: url.to_owned(),
        starts_at: "2026-11-21T12:00:00Z".to_owned(),
        begin: (Instant::now(), SystemTime::now()),
        next: AtomicU64::new(0),
        sent: Mutex::default(),
    });
    let mut senders = JoinSet::new();
    for _ in 0..pace.concurrency {
        // One client each, so that each has one connection.
        let client = nightowl_process::http_builder().build()?;
        senders.spawn(sender(client, Arc::clone(&work)));
    }
    while let Some(ended) = senders.join_next().await {
        ended??;
    }
    Ok(std::mem::take(&mut *work.sent.lock().unwrap_or_else(PoisonError::into_inner)))
}

async fn sender(client: Client, work: Arc<Work>) -> Result<(), Failure> {
    let end = Duration::from_secs(work.pace.seconds);
    loop {
        let index = work.next.fetch_add(1, Ordering::Relaxed);
        let since = match work.pace.rate {
            Some(rate) => Duration::from_secs_f64(of(index * work.shape.group) / rate),
            None => work.begin.0.elapsed(),
        };
        // What there was no time for is not sent: a server that is too slow is not waited for.
        if since >= end || work.begin.0.elapsed() >= end {
            return Ok(());
        }
        tokio::time::sleep_until((work.begin.0 + since).into()).await;
        let sent = post(&client, &work, work.first + index, since).await?;
        work.sent.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
        if sent.status == StatusCode::SERVICE_UNAVAILABLE {
            tokio::time::sleep(REFUSED_PAUSE).await;
        }
    }
}

async fn post(client: &Client, work: &Work, body: u64, since: Duration) -> Result<Sent, Failure> {
    let key = stage::key(work.shape.lane(body));
    let url = Url::parse(&format!("{}/api/v1/webhook/alertmanager/{key}", work.url))?;
    let bytes = bodies::body(work.shape.members(body), &work.starts_at);
    let request = client.post(url).header("content-type", "application/json").body(bytes);
    let response = request.send().await?;
    let status = response.status();
    response.bytes().await?;
    let (due, due_at) = (work.begin.0 + since, work.begin.1 + since);
    Ok(Sent { body, due, due_at, answered: Instant::now(), status })
}

fn of(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
