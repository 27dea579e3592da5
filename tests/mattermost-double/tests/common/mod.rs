//! A client of the double, and an integration that answers as its address says.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use mattermost_double::{Double, Reading, Seed, SeedChannel};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

#[derive(Clone)]
pub struct Caller {
    pub double: Arc<Double>,
    pub http: Client,
    pub token: String,
}

/// An answer, read whole.
#[derive(Clone, Debug)]
pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Null if it is no JSON.
    pub body: Value,
}

impl Got {
    pub fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.text)).to_owned()
    }
}

pub async fn caller() -> Caller {
    caller_with(Seed::default()).await
}

/// As the seeded bot.
pub async fn caller_with(seed: Seed) -> Caller {
    // A second install answers an error that means that it is done.
    drop(rustls::crypto::ring::default_provider().install_default());
    Caller {
        token: seed.token("nightowl"),
        double: Arc::new(Double::start(seed).await.expect("a port")),
        http: Client::builder()
            .pool_max_idle_per_host(0)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(std::time::Duration::from_secs(5))
            .build()
            .expect("a client"),
    }
}

impl Caller {
    pub fn as_user(&self, name: &str) -> Self {
        self.with_token(&self.double.seed().token(name))
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    pub fn user(&self, name: &str) -> String {
        self.double.seed().user(name).expect("a seeded user").id.clone()
    }

    pub fn channel(&self, name: &str) -> String {
        let seed = self.double.seed();
        let channel: Option<&SeedChannel> = seed.channel(name);
        channel.expect("a seeded channel").id.clone()
    }

    pub fn request(&self, method: &str, path: &str, scheme: &str) -> RequestBuilder {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let base = if path.starts_with("/hooks/commands") { "" } else { "/api/v4" };
        let request = self.http.request(method, format!("{}{base}{path}", self.double.url()));
        match self.token.is_empty() {
            true => request,
            false => request.header(header::AUTHORIZATION, format!("{scheme} {}", self.token)),
        }
    }

    pub async fn try_send(
        &self,
        method: &str,
        path: &str,
        body: Value,
    ) -> Result<Got, reqwest::Error> {
        let mut request = self.request(method, path, "Bearer");
        if !body.is_null() {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await?;
        Ok(Got { status, headers, body: serde_json::from_str(&text).unwrap_or_default(), text })
    }

    pub async fn send(&self, method: &str, path: &str, body: Value) -> Got {
        self.try_send(method, path, body).await.expect("an answer")
    }

    pub async fn get(&self, path: &str) -> Value {
        let got = self.send("GET", path, Value::Null).await;
        assert_eq!(got.status, 200, "{path}: {}", got.text);
        got.body
    }

    /// The status and the id of an error.
    pub async fn error(&self, method: &str, path: &str, body: Value) -> (u16, String) {
        let got = self.send(method, path, body).await;
        assert!(got.status >= 400, "{path}: {}", got.text);
        assert_eq!(got.body["status_code"], got.status, "{path}: {}", got.text);
        (got.status, got.body["id"].as_str().unwrap_or_default().to_owned())
    }

    pub async fn post(&self, channel_id: &str, message: &str) -> Got {
        self.create(json!({"channel_id": channel_id, "message": message})).await
    }

    pub async fn create(&self, body: Value) -> Got {
        self.send("POST", "/posts", body).await
    }

    /// With attachments, in the channel of alerts.
    pub async fn card(&self, attachments: Value) -> Got {
        let channel_id = self.channel("alerts");
        let props = json!({"attachments": attachments});
        let got = self.create(json!({"channel_id": channel_id, "props": props})).await;
        assert_eq!(got.status, 201, "{}", got.text);
        got
    }

    pub fn reading(&self, post_id: &str) -> Reading {
        self.double.read(&self.double.post(post_id).expect("a post"))
    }
}

/// What an integration was sent.
#[derive(Clone, Debug)]
pub struct Heard {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Heard {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    pub fn form(&self) -> Vec<(String, String)> {
        form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    pub fn field(&self, name: &str) -> String {
        let mut form = self.form().into_iter();
        form.find(|(key, _)| key == name).map(|(_, value)| value).unwrap_or_default()
    }
}

/// A program that Mattermost calls.
#[derive(Clone)]
pub struct Integration {
    pub url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Integration {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Arc::new(Mutex::new(vec![]));
        let routes = Router::new().fallback(listen).with_state(heard.clone());
        tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
        Self { url, heard }
    }

    /// An address that answers so.
    pub fn says(&self, status: u16, content_type: &str, body: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("z_status", &status.to_string());
        query.append_pair("z_type", content_type).append_pair("z_body", body);
        format!("{}/x?{}", self.url, query.finish())
    }

    pub fn json(&self, body: Value) -> String {
        self.says(200, "application/json", &body.to_string())
    }

    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("no panic").clone()
    }

    pub fn last(&self) -> Heard {
        self.heard().pop().expect("a call")
    }
}

async fn listen(
    State(heard): State<Arc<Mutex<Vec<Heard>>>>,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
    let query = parts.uri.query().unwrap_or_default().to_owned();
    heard.lock().expect("no panic").push(Heard {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: query.clone(),
        headers: parts.headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    let pairs: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let asked = |name: &str| {
        let pair = pairs.iter().find(|(key, _)| key == name);
        pair.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    if asked("z_status") == "hang" {
        std::future::pending::<()>().await;
    }
    let status: u16 = asked("z_status").parse().unwrap_or(200);
    let status = StatusCode::from_u16(status).expect("a status");
    let mut response = (status, asked("z_body")).into_response();
    response.headers_mut().remove(header::CONTENT_TYPE);
    if !asked("z_type").is_empty() {
        let value = HeaderValue::from_str(&asked("z_type")).expect("a type");
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    if status.is_redirection() {
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/redirected"));
    }
    response
}
