//! What happens each minute, and who hears of it.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nightowl_aws::Queue;
use nightowl_engine::testing::{Spring, fired, sample_tenant};
use nightowl_fn_escalation::DeadMan;
use nightowl_messaging::Secret;
use nightowl_test_cloud::Account;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Whoever knows this could keep the switch quiet.
const HIDDEN: &str = "f00dcafe";

/// What was logged.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Everything that this thread logs, until the guard is dropped.
    fn take_notes(&self) -> tracing::subscriber::DefaultGuard {
        let paper = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_ansi(false)
            .with_writer(move || paper.clone());
        tracing::subscriber::set_default(subscriber.finish())
    }
}

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A dead-man switch that answers with this status.
struct Switch {
    heard: Arc<AtomicUsize>,
    dead_man: DeadMan,
}

impl Switch {
    async fn start(status: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/{HIDDEN}", listener.local_addr().unwrap());
        let heard = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 2048];
                let length = stream.read(&mut request).await.unwrap();
                let line = format!("GET /{HIDDEN} HTTP/1.1");
                assert!(request[..length].starts_with(line.as_bytes()));
                count.fetch_add(1, Ordering::SeqCst);
                let answer =
                    format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        nightowl_process::install_tls();
        let http = nightowl_process::http_builder().build().unwrap();
        Self { heard, dead_man: DeadMan::new(http, Secret::new(url)) }
    }

    fn heard(&self) -> usize {
        self.heard.load(Ordering::SeqCst)
    }
}

#[tokio::test]
async fn the_dead_man_switch_hears_of_good_sweeps_alone() {
    let paper = Paper::default();
    let _notes = paper.take_notes();
    let switch = Switch::start("204 No Content").await;
    let account = Account::new(sample_tenant()).with_dead_man(switch.dead_man.clone());
    account.sweep().await.unwrap();
    assert_eq!(switch.heard(), 1);
    account.ports.inside.trap.arm(0, Spring::Fail);
    assert!(account.sweep().await.is_err());
    assert_eq!(switch.heard(), 1, "not after one that failed");
    account.sweep().await.unwrap();
    assert_eq!(switch.heard(), 2);
    let log = paper.text();
    assert!(log.contains("sweep.done") && !log.contains(HIDDEN), "{log}");
}

#[tokio::test]
async fn a_switch_that_cannot_be_told_fails_no_sweep_and_stays_secret() {
    let paper = Paper::default();
    let _notes = paper.take_notes();
    let switch = Switch::start("500 Internal Server Error").await;
    let account = Account::new(sample_tenant()).with_dead_man(switch.dead_man.clone());
    account.sweep().await.unwrap();
    assert_eq!(switch.heard(), 1);
    let log = paper.text();
    assert!(log.contains("the dead-man switch could not be told"), "{log}");
    assert!(!log.contains(HIDDEN), "{log}");
}

#[tokio::test]
async fn dead_letters_get_their_chance_though_the_sweep_fails() {
    let account = Account::new(sample_tenant());
    let aws = &account.aws;
    account.accept(fired("e1", "disk", "Disk full", account.now())).await;
    for _ in 0..6 {
        aws.receive(Queue::Events, 10);
        aws.clock().advance(Duration::from_secs(30));
    }
    assert_eq!(aws.dead(Queue::Events).len(), 1);
    // They are looked at in each fifth minute.
    let into = account.now().millis().rem_euclid(300_000).unsigned_abs();
    aws.clock().advance(Duration::from_millis(300_000 - into));
    account.ports.inside.trap.arm(0, Spring::Fail);
    assert!(account.sweep().await.is_err());
    assert_eq!((aws.waiting(Queue::Events).len(), aws.dead(Queue::Events).len()), (1, 0));
}

#[tokio::test]
async fn an_event_that_can_never_be_stored_dies_alone() {
    let mut account = Account::new(sample_tenant());
    let store = account.ports.inside.store.clone();
    store.refuse(nightowl_domain::SeriesHash::of("acme", "prometheus", "disk-7"));
    let now = account.now();
    let events: Vec<_> = (0..20)
        .map(|number| fired(&format!("e{number}"), &format!("disk-{number}"), "Disk full", now))
        .collect();
    account.accept_all(events).await;
    account.pass(Duration::from_secs(600)).await;
    assert_eq!(store.alerts().len(), 19);
    let dead = account.aws.dead(Queue::Events);
    assert_eq!(dead.len(), 1);
    let body = nightowl_aws::Body::decode(&dead[0].body).unwrap();
    assert!(matches!(&body.work, nightowl_aws::Work::Reports(left) if left.len() == 1), "{body:?}");
}
