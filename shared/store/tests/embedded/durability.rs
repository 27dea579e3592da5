//! What was acknowledged survives `kill -9`.

use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use nightowl_domain::Time;
use nightowl_engine::ports::Report;
use nightowl_engine::testing::fired;
use nightowl_messaging::Secret;
use nightowl_store::embedded::Embedded;
use nightowl_store::{DynamoStore, Tables, create_tables};

const FILE: &str = "NIGHTOWL_TEST_DATABASE";

async fn open(path: &Path) -> (Embedded, DynamoStore) {
    let embedded = Embedded::start(path).unwrap();
    let client = embedded.client();
    create_tables(&client, &Tables::default()).await.unwrap();
    (embedded, DynamoStore::new(client, Tables::default()))
}

fn report(number: usize) -> Report {
    let at = Time::from_millis(i64::try_from(number).unwrap());
    Report {
        tenant: "acme".to_owned(),
        alert: None,
        event: fired(&format!("e{number}"), "k", "t", at),
    }
}

/// Not a test of its own: the process that is killed. It says how far it got, and goes on.
#[tokio::test]
async fn child_that_takes_reports_until_it_is_killed() {
    let Ok(path) = std::env::var(FILE) else { return };
    let (_embedded, store) = open(Path::new(&path)).await;
    for number in 0.. {
        store.put_intake(&[report(number)]).await.unwrap();
        let mut out = std::io::stderr().lock();
        writeln!(out, "taken {number}").unwrap();
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("nightowl.db");
    let mut least = 0;
    for round in 1..=3 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "durability::child_that_takes_reports_until_it_is_killed"])
            .args(["--nocapture", "--test-threads=1"])
            .env(FILE, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        let mut taken = lines.filter_map(|line| line.strip_prefix("taken ")?.parse().ok());
        let last: usize = taken.by_ref().nth(round * 7).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        // It went on for a moment; every line that it still wrote counts too.
        least = least.max(taken.last().unwrap_or(last));
        let (_embedded, store) = open(&path).await;
        let stored = store.list_intake().await.unwrap();
        let events: Vec<_> =
            stored.iter().map(|taken| taken.reports[0].event.id.to_string()).collect();
        for number in 0..=least {
            assert!(events.contains(&format!("e{number}")), "round {round}: e{number} is lost");
        }
    }
}

#[tokio::test]
async fn nobody_without_the_key_is_answered() {
    let folder = tempfile::TempDir::new().unwrap();
    let (embedded, _store) = open(&folder.path().join("nightowl.db")).await;
    let mut access = embedded.access();
    access.access_key = Secret::new("AKIAIOSFODNN7EXAMPLE");
    let stranger =
        DynamoStore::new(access.client(nightowl_store::http_client()), Tables::default());
    let refused = stranger.list_intake().await.unwrap_err();
    assert!(refused.to_string().contains("UnrecognizedClientException"), "{refused}");
}

#[cfg(unix)]
#[tokio::test]
async fn the_file_is_its_owners_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::TempDir::new().unwrap();
    let (_embedded, _store) = open(&folder.path().join("nightowl.db")).await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
}
