//! How commands reach a NightOwl: over HTTP if one lives, else by opening its folder themselves.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use nightowl_fn_inbound::Limits;
use tower::ServiceExt;

use crate::app::App;
use crate::cli::Target;
use crate::data::{self, Data};
use crate::failure::Failure;

pub(crate) enum Api {
    Remote {
        http: reqwest::Client,
        url: String,
        key: String,
    },
    /// The same routes, without a socket between.
    Local {
        router: Router,
        key: String,
        app: Box<App>,
    },
}

impl Api {
    /// `create`: a folder that is not there is made, as `serve` would; without it a mistyped path is
    /// told instead of hidden.
    pub(crate) async fn open(target: &Target, create: bool) -> Result<Self, Failure> {
        if let (Some(url), Some(key)) = (&target.url, &target.key) {
            return Self::remote(url, key);
        }
        let folder = data::folder(target.data.as_deref())?;
        if !create && !folder.join("keys.json").exists() {
            return Err(Failure::new(format!(
                "there is no NightOwl data in {}; start one with `nightowl serve --data {0}`",
                folder.display()
            )));
        }
        // The lock says whether a server lives. Its note alone does not: after a kill anybody may
        // listen on that port, and would be sent a configuration with all its secrets.
        let data = match Data::open(&folder) {
            Ok(data) => data,
            Err(locked) => {
                let Some(server) = data::server(&folder) else { return Err(locked) };
                let api = Self::remote(&server.url, &server.token)?;
                api.call(Method::GET, "/healthz", None).await.map_err(|_| locked)?;
                return Ok(api);
            }
        };
        let (app, _) = App::open(data, None).await?;
        Ok(Self::Local {
            router: app.router(Limits::default()),
            key: app.token().to_owned(),
            app: Box::new(app),
        })
    }

    /// Events that were accepted and wait for the next `serve`; a server that lives works them off.
    pub(crate) async fn waiting(&self) -> Result<usize, Failure> {
        match self {
            Self::Remote { .. } => Ok(0),
            Self::Local { app, .. } => app.waiting().await,
        }
    }

    fn remote(url: &str, key: &str) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(3))
            .timeout(Duration::from_secs(30))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Failure::new(format!("cannot start an HTTP client: {error}")))?;
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self::Remote { http, url, key: key.to_owned() })
    }

    /// `body`: content type and bytes. Answers the status and the body, whatever the status.
    pub(crate) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<(StatusCode, Vec<u8>), Failure> {
        match self {
            Self::Remote { http, url, key } => {
                let mut request = http.request(method, format!("{url}{path}")).bearer_auth(key);
                if let Some((kind, bytes)) = body {
                    request = request.header(header::CONTENT_TYPE, kind).body(bytes);
                }
                let lost = |error: reqwest::Error| {
                    Failure::new(format!("no answer from {url}: {}", error.without_url()))
                };
                let response = request.send().await.map_err(lost)?;
                let status = response.status();
                Ok((status, response.bytes().await.map_err(lost)?.to_vec()))
            }
            Self::Local { router, key, .. } => {
                let mut request = Request::builder()
                    .method(method)
                    .uri(path)
                    .header(header::AUTHORIZATION, format!("Bearer {key}"));
                let (kind, bytes) = body.unwrap_or(("application/octet-stream", Vec::new()));
                request = request.header(header::CONTENT_TYPE, kind);
                let request = request
                    .body(Body::from(bytes))
                    .map_err(|error| Failure::new(format!("cannot ask for {path}: {error}")))?;
                let response = match router.clone().oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                };
                let status = response.status();
                let bytes = axum::body::to_bytes(response.into_body(), usize::MAX)
                    .await
                    .map_err(|error| Failure::new(format!("the answer broke off: {error}")))?;
                Ok((status, bytes.to_vec()))
            }
        }
    }

    /// The JSON of a 2xx answer; any other becomes a line that says what the server said.
    pub(crate) async fn json(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<serde_json::Value, Failure> {
        let (status, bytes) = self.call(method, path, body).await?;
        let value: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
        if status.is_success() {
            return value
                .ok_or_else(|| Failure::new("the answer is not JSON; is that a NightOwl?"));
        }
        Err(Failure::new(problem(status, value.as_ref())))
    }
}

/// One line for each thing that a problem answer names.
fn problem(status: StatusCode, value: Option<&serde_json::Value>) -> String {
    let Some(value) = value else { return format!("the server answered {status}") };
    let text = |field: &str| value.get(field).and_then(serde_json::Value::as_str);
    let mut lines = Vec::new();
    for error in value.get("errors").and_then(serde_json::Value::as_array).into_iter().flatten() {
        let of = |field: &str| error.get(field).map(plain).unwrap_or_default();
        lines.push(format!(
            "line {}: found {}; expected {}",
            of("line"),
            of("found"),
            of("expected")
        ));
    }
    if lines.is_empty() {
        let said = text("detail").or(text("title")).unwrap_or("no reason");
        lines.push(format!("{said} ({status})"));
    }
    lines.join("\n")
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
