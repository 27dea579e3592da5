//! `GET /api/v1/admin/status`: how the connections to chat are, asked now.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, Uri, header};
use nightowl_domain::Tenant;
use nightowl_engine::{ApiRole, Config, Ports, Providers, Store, StoreError};
use nightowl_messaging::Workspace;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::caller::Caller;
use super::query;
use super::report::Fault;
use crate::Needs;
use crate::problem::Problem;

/// For all of them together: whoever watches this asks every minute.
const WAIT_MAX: Duration = Duration::from_secs(8);
/// Connections that are asked at the same time.
const CONCURRENT: usize = 64;

/// 200 whatever is found: NightOwl itself works if it answers.
pub(crate) async fn status<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Viewer).await?;
    let [] = query::read(uri.query(), [])?;
    let slugs = caller.tenants(&*needs, None).await?;
    let config = needs.engine().ports().config();
    let read = |slug: String| async move { config.tenant(&slug).await };
    let tenants: Vec<Option<Arc<Tenant>>> =
        stream::iter(slugs).map(read).buffered(CONCURRENT).try_collect().await?;
    let tenants: Vec<Arc<Tenant>> = tenants.into_iter().flatten().collect();
    let until = Instant::now() + WAIT_MAX;
    // Whatever is configured has a default channel.
    let mut asked: Vec<(String, String)> = Vec::new();
    for tenant in &tenants {
        let names = tenant.default_channels.keys();
        asked.extend(names.map(|provider| (tenant.slug.clone(), provider.clone())));
    }
    let ask = |(tenant, provider): (String, String)| {
        let needs = Arc::clone(&needs);
        async move {
            let found = ask(&*needs, &tenant, &provider, until).await;
            (tenant, provider, found)
        }
    };
    let found: Vec<_> = stream::iter(asked).map(ask).buffered(CONCURRENT).collect().await;
    let is_ok = found.iter().all(|(_, _, found)| found.is_ok());
    let of_tenant = |tenant: &Arc<Tenant>| {
        let own = found.iter().filter(|(slug, _, _)| *slug == tenant.slug);
        let providers: Vec<Value> = own.map(|(_, name, found)| shown(name, found)).collect();
        json!({ "tenant": tenant.slug, "providers": providers })
    };
    let swept = needs.engine().ports().store().read_sweep().await?;
    let answer = json!({
        "status": if is_ok { "ok" } else { "degraded" },
        "sweep": { "at": swept.map(|(at, _)| at.to_string()) },
        "tenants": tenants.iter().map(of_tenant).collect::<Vec<_>>(),
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

async fn ask<N: Needs>(
    needs: &N,
    tenant: &str,
    provider: &str,
    until: Instant,
) -> Result<Workspace, Fault> {
    let providers = needs.engine().ports().providers();
    let connection = match providers.provider(tenant, provider).await {
        Ok(Some(connection)) => connection,
        Ok(None) => {
            let error = "this NightOwl does not know the provider".to_owned();
            return Err(Fault::new(error, "run a release that has it"));
        }
        Err(error) => return Err(unusable(&error)),
    };
    match timeout_at(until, connection.connect()).await {
        Ok(answer) => answer.map_err(|error| Fault::of(&error)),
        Err(_) => {
            let error = "the platform answers too slowly".to_owned();
            Err(Fault::new(error, "see whether it works and can be reached from here"))
        }
    }
}

fn unusable(error: &StoreError) -> Fault {
    match error {
        // Whoever makes connections says so of a section that makes no sense.
        StoreError::Corrupt(why) => Fault::new(why.clone(), "mend the provider's section"),
        StoreError::Conflict(_)
        | StoreError::Unavailable(_)
        | StoreError::Unknown(_)
        | StoreError::NewerFormat { .. } => {
            Fault::new("NightOwl cannot read its own configuration".to_owned(), "try again")
        }
    }
}

fn shown(provider: &str, found: &Result<Workspace, Fault>) -> Value {
    let workspace = found.as_ref().ok();
    let fault = found.as_ref().err();
    json!({
        "provider": provider,
        "ok": workspace.is_some(),
        "workspace": workspace.map(|workspace| workspace.name.as_str()),
        "bot_name": workspace.map(|workspace| workspace.bot_name.as_str()),
        "error": fault.map(|fault| fault.error.as_str()),
        "hint": fault.map(|fault| fault.hint.as_str()),
    })
}
