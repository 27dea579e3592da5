//! A small world around the router: one tenant, four integrations, an intake that remembers.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use bytes::Bytes;
use futures::stream::{self, StreamExt};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt;
use nightowl_domain::{Severity, Time};
use nightowl_engine::{ApiRole, Clock, Entropy, Intake, KeyOwner, Keys, Report, StoreError};
use nightowl_fn_inbound::{Dropped, Needs, Why};
use nightowl_messaging::Secret;
use serde_json::Value;
use tower::ServiceExt;

pub(crate) const NOW: Time = Time::from_seconds(1_795_267_800);
pub(crate) const GRAFANA_SECRET: &str = "grafana-signs-with-this";

#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) intake_fails: Option<StoreError>,
    pub(crate) keys_fail: Option<StoreError>,
    pub(crate) panics: bool,
    pub(crate) seen: Arc<Seen>,
}

#[derive(Default)]
pub(crate) struct Seen {
    taken: Mutex<Vec<Vec<Report>>>,
    dropped: Mutex<Vec<Why>>,
    drawn: AtomicU64,
    pieces: Arc<AtomicUsize>,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn is_status(&self, status: StatusCode) {
        assert_eq!(self.status, status, "{}", self.text);
    }
    #[track_caller]
    pub(crate) fn is(&self, status: StatusCode, json: Value) {
        assert_eq!((self.status, &self.json), (status, &json));
        assert_eq!(self.headers["content-type"], "application/json");
    }
    #[track_caller]
    pub(crate) fn is_problem(&self, status: StatusCode, kind: &str) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert_eq!(self.json["type"], format!("urn:nightowl:problem:{kind}"), "{}", self.text);
        assert_eq!(self.json["status"], status.as_u16());
        assert!(self.json["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
    }
}

impl World {
    pub(crate) fn taken(&self) -> Vec<Vec<Report>> {
        self.seen.taken.lock().unwrap().clone()
    }
    pub(crate) fn dropped(&self) -> Vec<Why> {
        self.seen.dropped.lock().unwrap().clone()
    }
    pub(crate) fn pieces_read(&self) -> usize {
        self.seen.pieces.load(Ordering::SeqCst)
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> Answer {
        self.send(Method::POST, path, &[], body).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) async fn post_pieces(
        &self,
        path: &str,
        pieces: Vec<Bytes>,
        content_length: Option<&str>,
    ) -> Answer {
        let body = self.body(pieces.into_iter().map(Ok).collect());
        let mut request = Request::post(path);
        if let Some(length) = content_length {
            request = request.header("content-length", length);
        }
        self.ask(request.body(body).unwrap()).await
    }

    /// The connection ends right behind `body`.
    pub(crate) async fn post_broken(&self, path: &str, body: &str) -> Answer {
        let body = self.body(vec![Ok(Bytes::from(body.to_owned())), Err("reset")]);
        self.ask(Request::post(path).body(body).unwrap()).await
    }

    fn body(&self, pieces: Vec<Result<Bytes, &'static str>>) -> Body {
        let read = Arc::clone(&self.seen.pieces);
        let count = move |_: &Result<Bytes, &'static str>| {
            read.fetch_add(1, Ordering::SeqCst);
        };
        Body::from_stream(stream::iter(pieces).inspect(count))
    }

    async fn ask(&self, request: Request<Body>) -> Answer {
        let router = nightowl_fn_inbound::router(Arc::new(self.clone()));
        let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, text, json }
    }
}

impl Needs for World {
    type Keys = Self;
    type Intake = Self;
    type Clock = Self;
    type Entropy = Self;

    fn keys(&self) -> &Self {
        self
    }
    fn intake(&self) -> &Self {
        self
    }
    fn clock(&self) -> &Self {
        self
    }
    fn entropy(&self) -> &Self {
        self
    }
    async fn dropped(&self, dropped: Dropped) {
        assert_eq!(dropped.tenant, "acme");
        self.seen.dropped.lock().unwrap().push(dropped.why);
    }
}

impl Keys for World {
    async fn owner(&self, key: &Secret) -> Result<Option<KeyOwner>, StoreError> {
        if let Some(error) = &self.keys_fail {
            return Err(error.clone());
        }
        let owner = |integration: &str, format: &str, secret: Option<&str>| {
            Some(KeyOwner::Integration {
                tenant: "acme".to_owned(),
                integration: integration.to_owned(),
                format: format.to_owned(),
                default_severity: Severity::Error,
                hmac_secret: secret.map(Secret::new),
            })
        };
        Ok(match key.expose() {
            "prom-key-0123456789" => owner("prom", "alertmanager", None),
            "grafana-key-0123456789" => owner("dashboards", "grafana", Some(GRAFANA_SECRET)),
            "script-key-0123456789" => owner("scripts", "generic", None),
            "newer-key-0123456789" => owner("newer", "morse", None),
            "api-key-0123456789" => {
                Some(KeyOwner::Api { id: "ops".to_owned(), tenant: None, role: ApiRole::Admin })
            }
            _ => None,
        })
    }
}

impl Intake for World {
    async fn take(&self, reports: Vec<Report>) -> Result<(), StoreError> {
        assert!(!self.panics, "the intake has a bug");
        if let Some(error) = &self.intake_fails {
            return Err(error.clone());
        }
        self.seen.taken.lock().unwrap().push(reports);
        Ok(())
    }
}

impl Clock for World {
    fn now(&self) -> Time {
        NOW
    }
    async fn sleep(&self, _: std::time::Duration) {}
}

impl Entropy for World {
    fn draw(&self) -> u128 {
        u128::from(self.seen.drawn.fetch_add(1, Ordering::SeqCst)) << 64
    }
}
