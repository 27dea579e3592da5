//! `/api/v1/admin/…`.

mod act;
mod body;
pub(crate) mod caller;
mod config;
mod fields;
mod json;
mod list;
mod messages;
mod messaging;
mod migrate;
mod query;
mod report;
mod show;
mod status;
mod wish;

use std::sync::Arc;

use axum::Router;
use axum::routing::{any, get, post};

use crate::Needs;
use crate::problem::Problem;

pub(crate) fn routes<N: Needs>() -> Router<Arc<N>> {
    Router::new()
        .route("/api/v1/admin/alerts", get(list::list::<N>))
        .route("/api/v1/admin/alerts/{id}", get(show::show::<N>))
        .route("/api/v1/admin/alerts/{id}/{verb}", post(act::act::<N>))
        .route("/api/v1/admin/messaging/test", post(messaging::test::<N>))
        .route("/api/v1/admin/messages", get(messages::messages::<N>))
        .route("/api/v1/admin/migrate/slack-mappings", post(migrate::slack_mappings::<N>))
        .route("/api/v1/admin/status", get(status::status::<N>))
        .route("/api/v1/admin/config", get(config::get::<N>).put(config::put::<N>))
        .route("/api/v1/admin/{*rest}", any(|| async { Problem::no_route() }))
        .method_not_allowed_fallback(|| async { Problem::wrong_method() })
}
