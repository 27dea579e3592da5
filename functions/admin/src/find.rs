//! The alert that somebody means, in one of several tenants.

use nightowl_domain::Occurrence;
use nightowl_engine::chat;
use nightowl_engine::{EngineError, Ports, Store, Summary};
use nightowl_inbox::render::clean;

use crate::Needs;

/// So many of the alerts that could be meant are named.
const CANDIDATES_MAX: usize = 8;
const TITLE_CHARS_MAX: usize = 80;

#[derive(Debug)]
pub(crate) enum Found {
    One(Occurrence),
    /// These could be meant.
    Several(Vec<Candidate>),
    /// None is called so; these are open.
    Nothing(Vec<Candidate>),
}

/// One alert in a list of those that could be meant.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) tenant: String,
    pub(crate) short_id: String,
    pub(crate) status: String,
    pub(crate) title: String,
}

impl Candidate {
    fn new(tenant: &str, short_id: &str, status: &str, title: &str) -> Self {
        Self {
            tenant: tenant.to_owned(),
            short_id: short_id.to_uppercase(),
            status: status.to_owned(),
            title: clean(title, TITLE_CHARS_MAX).replace('\n', " "),
        }
    }

    fn of(alert: &Summary) -> Self {
        Self::new(&alert.tenant, &alert.short_id, &alert.status, &alert.title)
    }

    /// `X2K9FQ (firing, acme): disk full`.
    pub(crate) fn show(&self) -> String {
        let Self { tenant, short_id, status, title } = self;
        format!("{short_id} ({status}, {tenant}): {title}")
    }
}

/// `text`: an id, a short id or a prefix of one. Only within `tenants`.
pub(crate) async fn find<N: Needs>(
    needs: &N,
    tenants: &[String],
    text: &str,
) -> Result<Found, EngineError> {
    let (mut ones, mut several, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for tenant in tenants {
        match needs.engine().find_alert(tenant, text).await? {
            chat::Found::One(occurrence) => ones.push(occurrence),
            chat::Found::Several(alerts) => several.extend(alerts.iter().map(Candidate::of)),
            chat::Found::Nothing { open: alerts } => open.extend(alerts.iter().map(Candidate::of)),
        }
    }
    match ones.as_slice() {
        [] if several.is_empty() => {
            open.truncate(CANDIDATES_MAX);
            return Ok(Found::Nothing(open));
        }
        [occurrence] if several.is_empty() => return Ok(Found::One(occurrence.clone())),
        _ => {}
    }
    // Two tenants may have given the same short id.
    for occurrence in &ones {
        if let Some(alert) = needs.engine().ports().store().read(occurrence).await? {
            let (status, title) = (alert.status.name(), &alert.title);
            several.push(Candidate::new(&alert.tenant, &alert.short_id, status, title));
        }
    }
    several.truncate(CANDIDATES_MAX);
    Ok(Found::Several(several))
}
