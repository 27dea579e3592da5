//! `POST /api/v1/admin/messaging/test`: does this connection work?

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Uri, header};
use nightowl_config::{Trial, provider_names};
use nightowl_domain::Tenant;
use nightowl_engine::{ApiRole, Config, Ports};
use nightowl_messaging::{Checkup, ProviderError};
use reqwest::Url;
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::report::{self, Fault};
use super::{body, query};
use crate::guard::Reach;
use crate::problem::Problem;
use crate::{Chat, Needs};

const BODY_BYTES_MAX: usize = 64 * 1024;

/// API Gateway gives up after 30 s; each single request of a provider ends within 8 s.
const CHECK_MAX: Duration = Duration::from_secs(25);

const ALLOW: &str = "use the server's public https address, or set `allow_private_addresses: true` \
                     on the tenant and apply the configuration";

/// What came of it.
enum Found {
    Checkup(Checkup),
    /// It went no further than this.
    Fault(Fault),
}

/// Always 200 once the body makes sense: `{"ok": true, …}` or `{"ok": false, "error", "hint", …}`.
pub(crate) async fn test<N: Needs>(
    State(needs): State<Arc<N>>,
    headers: HeaderMap,
    uri: Uri,
    body: Body,
) -> Result<Response, Problem> {
    let caller = Caller::of(&*needs, &headers, ApiRole::Admin).await?;
    let [] = query::read(uri.query(), [])?;
    if !body::is_of(&headers, &["application/json"]) {
        return Err(Problem::media_type("application/json"));
    }
    let body = body::read(body, BODY_BYTES_MAX).await?;
    let mut given = object(&body)?;
    let provider = provider(&mut given)?;
    let asked = text(&mut given, "tenant")?;
    let tenant = tenant(&*needs, &caller, asked.as_deref()).await?;
    let trial = needs.chat().trial(&tenant.slug, &provider, &given).await?;
    let trial = trial.map_err(|found| mistakes(&found))?;
    let found = tried(&*needs, &tenant, &trial).await?;
    let answer = report::hide(answer(found), &trial.settings);
    let ok = answer["ok"] == true;
    tracing::info!(key = caller.id, tenant = tenant.slug, provider, ok, "a connection was tested");
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    let expected = "a JSON object such as `{\"provider\": \"…\", \"bot_token\": \"…\"}`";
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        // What stands in it may be a token: it is not repeated.
        Ok(_) | Err(_) => Err(Problem::invalid(&format!("the body is expected to be {expected}"))),
    }
}

fn provider(given: &mut Map<String, Value>) -> Result<String, Problem> {
    let names: Vec<&str> = provider_names().collect();
    let known = text(given, "provider")?.filter(|name| names.contains(&name.as_str()));
    let expected = format!("`provider` is expected to be one of {}", names.join(", "));
    known.ok_or_else(|| Problem::invalid(&expected))
}

/// Taken out, so that only the provider's own fields are left.
fn text(given: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Problem> {
    match given.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
        Some(_) => Err(Problem::invalid(&format!("`{name}` is expected to be a text"))),
    }
}

/// The one that is named, or the only one within reach.
async fn tenant<N: Needs>(
    needs: &N,
    caller: &Caller,
    asked: Option<&str>,
) -> Result<Arc<Tenant>, Problem> {
    let config = needs.engine().ports().config();
    let known = config.tenants().await?;
    let mut reach = known.iter().filter(|slug| caller.reaches(slug));
    let slug = match asked {
        Some(asked) => reach.find(|slug| *slug == asked).ok_or_else(Problem::no_tenant)?,
        None => match (reach.next(), reach.next()) {
            (Some(only), None) => only,
            (None, _) => return Err(Problem::no_tenant()),
            (Some(_), Some(_)) => {
                return Err(Problem::invalid("`tenant` is missing: this key reaches several"));
            }
        },
    };
    config.tenant(slug).await?.ok_or_else(Problem::no_tenant)
}

fn mistakes(found: &[nightowl_config::Problem]) -> Problem {
    let errors: Vec<Value> = found
        .iter()
        .map(|mistake| {
            json!({
                "found": mistake.found,
                "expected": mistake.expected,
            })
        })
        .collect();
    let lines: Vec<String> = found
        .iter()
        .map(|problem| format!("found {}; expected {}", problem.found, problem.expected))
        .collect();
    Problem::invalid(&lines.join(". ")).with("errors", Value::Array(errors))
}

async fn tried<N: Needs>(needs: &N, tenant: &Tenant, trial: &Trial) -> Result<Found, Problem> {
    let mut reach = Reach::Public;
    if let Some(address) = &trial.address {
        let url = url(address)?;
        let stored = trial.stored_address.as_ref().and_then(|stored| Url::parse(stored).ok());
        // The engine goes there anyway.
        let is_stored = stored.is_some_and(|stored| stored.origin() == url.origin());
        if is_stored || trial.allow_private_addresses {
            reach = Reach::Anywhere;
        }
        if let Err(error) = reach.look(&url).await {
            return Ok(Found::Fault(Fault::new(error, ALLOW)));
        }
    }
    let provider = match needs.chat().connect(tenant, &trial.settings, reach) {
        Ok(provider) => provider,
        Err(error) => {
            return Ok(Found::Fault(Fault::new(error, "mend the field and try again")));
        }
    };
    let check = async {
        match &trial.channel {
            Some(channel) => provider.check(channel).await,
            None => provider.connect().await.map(report::without_channel),
        }
    };
    Ok(match tokio::time::timeout(CHECK_MAX, check).await {
        Ok(Ok(checkup)) => Found::Checkup(checkup),
        Ok(Err(error)) => Found::Fault(Fault::of(&error)),
        Err(_) => {
            let reason = "the platform answers too slowly".to_owned();
            Found::Fault(Fault::of(&ProviderError::Retry { after: None, reason }))
        }
    })
}

fn url(address: &str) -> Result<Url, Problem> {
    Url::parse(address).map_err(|_| Problem::invalid("the address is none: it cannot be read"))
}

fn answer(found: Found) -> Value {
    let checkup = match found {
        Found::Fault(fault) => return fault.answer(),
        Found::Checkup(checkup) => checkup,
    };
    let checks: Vec<Value> = checkup.checks.iter().map(report::check).collect();
    let mut answer = json!({
        "ok": true,
        "workspace": checkup.workspace.name,
        "bot_name": checkup.workspace.bot_name,
        "checks": checks,
    });
    if let Some(failed) = checkup.checks.iter().find(|check| !check.ok) {
        answer["ok"] = false.into();
        answer["error"] = failed.detail.clone().into();
        answer["hint"] = failed.hint.clone().into();
    }
    answer
}
