//! `/console/…`: pages for people.

mod acting;
mod alert;
mod alerts;
mod assets;
mod card;
mod entry;
mod form;
mod inbox;
mod link;
mod page;
mod press;
mod session;
mod visit;
mod when;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};

use crate::Needs;

/// The largest form is a note.
const FORM_BYTES_MAX: usize = 64 * 1024;

pub(crate) fn routes<N: Needs>() -> Router<Arc<N>> {
    Router::new()
        .route("/console", get(inbox::show::<N>))
        .route("/console/", get(inbox::show::<N>))
        .route("/console/login", get(entry::login::<N>).post(entry::login_with_key::<N>))
        .route("/console/logout", post(entry::logout::<N>))
        .route("/console/acting", post(acting::choose::<N>))
        .route("/console/link", get(link::show::<N>).post(link::link::<N>))
        .route("/console/press", post(press::press::<N>))
        .route("/console/alerts", get(alerts::show::<N>))
        .route("/console/alerts/{id}", get(alert::show::<N>))
        .route("/console/alerts/{id}/act", post(alert::act::<N>))
        .route("/console/assets/{file}", get(assets::asset))
        .route("/console/{*rest}", any(entry::nowhere::<N>))
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
}
