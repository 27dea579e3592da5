//! What whoever watches the log is told.

use std::io::Write;
use std::sync::{Arc, Mutex};

use super::World;
use crate::testing::{Spring, run};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("nobody panicked").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Everything that `act` logs at WARN or above.
fn warned(act: impl FnOnce()) -> String {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::WARN)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, act);
    let bytes = log.0.lock().expect("nobody panicked").clone();
    String::from_utf8(bytes).expect("a log is text")
}

#[test]
fn a_page_that_cannot_be_posted_is_a_warning() {
    let (world, occurrence) = World::with_alert();
    let quiet = warned(|| {
        let (world, occurrence) = World::with_alert();
        run(world.engine.deliver(&occurrence)).expect("it is delivered");
    });
    assert_eq!(quiet, "");
    world.chat.set_broken(true);
    let log = warned(|| {
        run(world.engine.deliver(&occurrence)).expect("it is settled");
    });
    let broken: Vec<&str> =
        log.lines().filter(|line| line.contains("counter=\"page.broken\"")).collect();
    assert_eq!(broken.len(), 2, "the page and the card: {log}");
    for line in broken {
        assert!(line.contains("the token was revoked; install the app again"), "{line}");
    }
}

/// Wherever it fails, the message goes out; only its mention is missing.
#[test]
fn a_person_who_cannot_be_looked_up_is_a_warning() {
    let logs: Vec<String> = (0..20)
        .map(|call| {
            let (world, occurrence) = World::with_alert();
            world.ports.trap.arm(call, Spring::Fail);
            warned(|| {
                let _ = run(world.engine.deliver(&occurrence));
            })
        })
        .collect();
    let told = logs.iter().find(|log| log.contains("a person could not be looked up"));
    assert!(told.is_some_and(|log| log.contains("user=\"alice\"")), "{logs:?}");
}
