//! Whose request is it, and is it really Slack's?

use bytes::Bytes;
use http::HeaderMap;
use nightowl_domain::Time;
use nightowl_engine::StoreError;
use nightowl_messaging::{Forged, Secret, Settings, Verified};
use nightowl_slack::inbound::{self, Hint, SIGNATURE_HEADER, TIMESTAMP_HEADER};

use crate::learned::Learned;
use crate::needs::SlackTenants;
use crate::problem::Problem;

/// How many secrets an unproved request may be tried with.
const CANDIDATES_MAX: usize = 16;

/// Longer names are nobody's.
const SLUG_MAX: usize = 64;

/// A tenant whose secret may have signed the request.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) slug: String,
    signing_secret: Secret,
    team_id: Option<String>,
    app_id: Option<String>,
}

/// A request that is Slack's.
#[derive(Debug)]
pub(crate) struct Proven {
    /// Whose secret signed it: one, but for tenants that share an app. Never empty.
    tenants: Vec<Candidate>,
    pub(crate) body: Verified<Bytes>,
    /// Its signed moment, as Slack wrote it.
    pub(crate) timestamp: String,
}

/// `slug`: the tenant that the address names. Without one, the unproved body may say which few
/// secrets are tried, and nothing else.
pub(crate) async fn prove<T: SlackTenants>(
    tenants: &T,
    slug: Option<&str>,
    headers: &HeaderMap,
    body: Bytes,
    now: Time,
) -> Result<Proven, Problem> {
    let (candidates, unread) = match slug {
        Some(slug) => (one(tenants, slug).await?, None),
        None => some(tenants, &inbound::untrusted_hint(&body)).await?,
    };
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let (signature, timestamp) = (header(SIGNATURE_HEADER), header(TIMESTAMP_HEADER));
    let mut reason = Forged::NoSecret;
    let mut proven: Option<Proven> = None;
    for candidate in candidates {
        // Those that say their workspace come first. Where one of them has signed it, it is not
        // meant for those that say none, though they may share the app.
        let is_found = proven.as_ref().is_some_and(|proven| proven.tenants[0].team_id.is_some());
        if is_found && candidate.team_id.is_none() {
            break;
        }
        let secret = &candidate.signing_secret;
        match inbound::verify(secret, signature, timestamp, body.clone(), now) {
            Ok(body) => {
                let timestamp = timestamp.unwrap_or_default().to_owned();
                let found = proven.get_or_insert(Proven { tenants: Vec::new(), body, timestamp });
                found.tenants.push(candidate);
            }
            Err(forged) => reason = forged,
        }
    }
    proven.ok_or_else(|| {
        // It may well be theirs whose secret could not be had; Slack tries again.
        if let Some(unread) = unread {
            return unread;
        }
        tracing::warn!(%reason, "a request to Slack's address was refused");
        Problem::Forged
    })
}

impl Proven {
    /// The tenants whose workspace and app the proved body names. Never empty.
    pub(crate) fn pinned(
        &self,
        workspace: &str,
        app_id: &str,
        learned: &Learned,
    ) -> Result<Vec<String>, Problem> {
        let is_its = |tenant: &&Candidate| {
            tenant.team_id.as_deref().is_none_or(|own| own == workspace)
                && match tenant.app_id.as_deref() {
                    Some(own) => own == app_id,
                    None => learned.is_app(&tenant.slug, app_id),
                }
        };
        let fitting: Vec<String> =
            self.tenants.iter().filter(is_its).map(|tenant| tenant.slug.clone()).collect();
        if fitting.is_empty() {
            tracing::warn!("a signed request is of another workspace or app than configured");
            return Err(Problem::Forged);
        }
        Ok(fitting)
    }
}

/// The name may be anybody's text; the store is asked only for what can be a name.
async fn one<T: SlackTenants>(tenants: &T, slug: &str) -> Result<Vec<Candidate>, Problem> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=SLUG_MAX).contains(&slug.len()) || !slug.bytes().all(is_letter) {
        return Ok(Vec::new());
    }
    let settings = tenants.settings(slug).await.map_err(|error| unavailable(&error))?;
    Ok(settings.and_then(|settings| candidate(slug, &settings)).into_iter().collect())
}

/// Those whose workspace the body names, then those that do not say theirs: another tenant that
/// claims the same workspace must not shut them out. And the answer, if none of them has signed it
/// while another tenant's secret could not be had just now.
async fn some<T: SlackTenants>(
    tenants: &T,
    hint: &Hint,
) -> Result<(Vec<Candidate>, Option<Problem>), Problem> {
    let mut all = Vec::new();
    let mut unread = None;
    for slug in tenants.slugs().await.map_err(|error| unavailable(&error))? {
        match tenants.settings(&slug).await {
            Ok(settings) => {
                all.extend(settings.and_then(|settings| candidate(&slug, &settings)));
            }
            // One tenant's broken section must not shut out the others.
            Err(error) => {
                tracing::error!(%error, tenant = slug, "its settings cannot be read");
                match error {
                    StoreError::Unavailable(_)
                    | StoreError::Unknown(_)
                    | StoreError::Conflict(_) => unread = Some(Problem::Unavailable),
                    StoreError::NewerFormat { .. } | StoreError::Corrupt(_) => {}
                }
            }
        }
    }
    Ok((selected(all, hint), unread))
}

fn selected(mut all: Vec<Candidate>, hint: &Hint) -> Vec<Candidate> {
    if let Some(team) = &hint.team_id {
        all.retain(|candidate| candidate.team_id.as_ref().is_none_or(|own| own == team));
    }
    if let Some(app) = &hint.app_id {
        all.retain(|candidate| candidate.app_id.as_ref().is_none_or(|own| own == app));
    }
    all.sort_by_key(|candidate| candidate.team_id.is_none());
    if all.len() > CANDIDATES_MAX {
        tracing::warn!(candidates = all.len(), "too many tenants could be meant; name one");
        all.truncate(CANDIDATES_MAX);
    }
    all
}

fn candidate(slug: &str, settings: &Settings) -> Option<Candidate> {
    let id = |field: &str| {
        let text = settings.text(field).map(str::trim);
        text.filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let signing_secret = settings.secret("signing_secret")?.clone();
    let (team_id, app_id) = (id("team_id"), id("app_id"));
    Some(Candidate { slug: slug.to_owned(), signing_secret, team_id, app_id })
}

fn unavailable(error: &StoreError) -> Problem {
    tracing::error!(%error, "the settings of a tenant cannot be read");
    Problem::Unavailable
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(slug: &str, team: Option<&str>, app: Option<&str>) -> Candidate {
        Candidate {
            slug: slug.to_owned(),
            signing_secret: Secret::new("s"),
            team_id: team.map(str::to_owned),
            app_id: app.map(str::to_owned),
        }
    }

    fn slugs(all: &[Candidate], team: Option<&str>, app: Option<&str>) -> String {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let hint = Hint { team_id: own(team), app_id: own(app) };
        let selected = selected(all.to_vec(), &hint);
        selected.iter().map(|candidate| candidate.slug.clone()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_hint_chooses_few() {
        let all = [
            tenant("a", Some("T1"), Some("A1")),
            tenant("b", Some("T1"), Some("A2")),
            tenant("c", Some("T2"), None),
            tenant("d", None, None),
        ];
        assert_eq!(slugs(&all, Some("T1"), None), "a b d");
        assert_eq!(slugs(&all, Some("T1"), Some("A2")), "b d");
        assert_eq!(slugs(&all, Some("T2"), Some("A9")), "c d");
        assert_eq!(slugs(&all, Some("T9"), None), "d");
        assert_eq!(slugs(&all, None, None), "a b c d");
    }

    #[test]
    fn a_forger_does_not_make_us_try_many_secrets() {
        let all: Vec<Candidate> =
            (0..100).map(|number| tenant(&number.to_string(), None, None)).collect();
        assert_eq!(selected(all, &Hint::default()).len(), CANDIDATES_MAX);
    }
}
