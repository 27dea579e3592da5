//! Keys, secrets and signatures reach no log, whatever happens to a request.

mod world;

use std::io::Write;
use std::sync::{Arc, Mutex};

use http::Method;
use nightowl_engine::StoreError;
use world::{GRAFANA_SECRET, World};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn no_key_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let down = Some(StoreError::Unavailable("down".into()));
    let worlds = [
        World::default(),
        World { keys_fail: down.clone(), ..World::default() },
        World { intake_fails: down, ..World::default() },
        World { panics: true, ..World::default() },
    ];
    let signature = "ab".repeat(32);
    for world in worlds {
        for key in ["prom", "grafana", "script", "newer", "nobodys", "api"] {
            for path in [format!("{key}-key-0123456789"), format!("grafana/{key}-key-0123456789")] {
                let path = format!("/api/v1/webhook/{path}");
                let headers = [("x-grafana-alerting-signature", signature.as_str())];
                for body in
                    [r#"{"title":"a private title"}"#, r#"{"alerts":[{"labels":{"a":"b"}}]}"#]
                {
                    let answer = world.send(Method::POST, &path, &headers, body).await;
                    assert!(!answer.text.contains("0123456789"), "{}", answer.text);
                }
            }
        }
    }
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("accepted") && log.contains("webhook"), "the log has what it should");
    for secret in ["0123456789", GRAFANA_SECRET, &signature, "a private title"] {
        assert!(!log.contains(secret), "{secret} stands in the log");
    }
}
