//! `nightowl serve`.

use std::io::Write;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::app::{App, read_document};
use crate::cli::Serve;
use crate::data::{self, Data, Server};
use crate::failure::Failure;
use crate::{listen, worker};
use nightowl_fn_inbound::Limits;
use nightowl_store::Taken;

/// What is in flight has this long after a signal; a post ends within 8 s.
const ENDING: Duration = Duration::from_secs(9);

pub(crate) async fn run(args: &Serve) -> Result<(), Failure> {
    let document = args.config.as_deref().map(read_document).transpose()?;
    // The port first: two servers that were started by mistake must not both open the folder.
    let listener = TcpListener::bind(args.listen)
        .await
        .map_err(|error| Failure::new(format!("cannot listen on {}: {error}", args.listen)))?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new(format!("cannot listen on {}: {error}", args.listen)))?;
    let url = format!("http://{}", reachable(address));
    let public_url = args.public_url.clone().unwrap_or_else(|| url.clone());
    let folder = data::folder(args.data.as_deref())?;
    let (app, taken_in) = App::open(Data::open(&folder)?, Some(public_url)).await?;
    let summary = match document {
        Some((_, document)) => app.apply(&document).await?,
        None if app.is_empty().await? => app.apply(&app.demo()?).await?,
        None => Vec::new(),
    };
    let token = app.token().to_owned();
    app.data.announce(&Server { url: url.clone(), token, pid: std::process::id() })?;
    banner(&app, &url, &summary).await?;
    until_signal(&app, taken_in, listener, args.webhook_limits()).await?;
    app.data.retire();
    Ok(())
}

/// An address that a client on this machine can use.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        SocketAddr::from(([127, 0, 0, 1], address.port()))
    } else {
        address
    }
}

/// Serves and works until SIGTERM or SIGINT, then ends what is in flight.
async fn until_signal(
    app: &App,
    taken_in: mpsc::UnboundedReceiver<Taken>,
    listener: TcpListener,
    webhooks: Limits,
) -> Result<(), Failure> {
    let no_signals = |error| Failure::new(format!("cannot listen for signals: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signals)?;
    let (stop, stopped) = watch::channel(false);
    let limits = listen::Limits::default();
    let serving = listen::serve(listener, app.router(webhooks), limits, stopped.clone());
    let mut server = tokio::spawn(serving);
    let mut workers = tokio::spawn(worker::run(
        app.desk(),
        app.database.clone(),
        app.queue.clone(),
        taken_in,
        stopped,
    ));
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "serving");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        _ = &mut server => return Err(Failure::new("the server ended by itself")),
        _ = &mut workers => return Err(Failure::new("the workers ended by themselves")),
    }
    tracing::info!("ending what is in flight");
    let _ = stop.send(true);
    let all = async {
        let _ = (&mut server).await;
        let _ = (&mut workers).await;
    };
    if tokio::time::timeout(ENDING, all).await.is_err() {
        // Leases make this safe: what was cut off is found and settled by the next start.
        tracing::warn!("some work was cut off; the next start goes on with it");
    }
    Ok(())
}

/// To stdout, because it is for the person who started it; the one-time token is never logged.
async fn banner(app: &App, url: &str, summary: &[String]) -> Result<(), Failure> {
    let mut text = format!("NightOwl {} at {url}\n", env!("CARGO_PKG_VERSION"));
    for line in summary {
        text += &format!("  {line}\n");
    }
    if let Some(token) = &app.wiring.console.login_token {
        text += "\nConsole (this address logs in once):\n";
        text += &format!("  {url}/console/login?token={}\n", token.expose());
    }
    if app.has_demo().await? {
        text += "\nFire an alert:\n";
        text += &format!(
            "  curl -s -d '{{\"title\": \"Disk full on db-1\", \"severity\": \"critical\", \
             \"labels\": {{\"service\": \"orders\"}}, \
             \"links\": [{{\"title\": \"Runbook\", \"url\": \"https://example.com/runbooks/disk\"}}]}}' \
             {url}/api/v1/webhook/{}\n",
            app.keys.demo_generic
        );
        let (alertmanager, grafana) = (&app.keys.demo_alertmanager, &app.keys.demo_grafana);
        text += "\nOr point a sender at it:\n";
        text += &format!("  Alertmanager  {url}/api/v1/webhook/alertmanager/{alertmanager}\n");
        text += &format!("  Grafana       {url}/api/v1/webhook/grafana/{grafana}\n");
    }
    text.push('\n');
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::new(format!("cannot write to stdout: {error}")))
}
