//! Whose request is it?

use std::sync::Arc;

use bytes::Bytes;
use nightowl_engine::StoreError;
use nightowl_mattermost::Mattermost;
use nightowl_messaging::{Forged, Secret, Verified, verify};

use crate::directory::{Directory, Word};
use crate::needs::MattermostTenants;
use crate::problem::Problem;

/// A tenant whose request it may be.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) slug: String,
    pub(crate) connection: Arc<Mattermost>,
}

/// Longer names are nobody's.
const SLUG_MAX: usize = 64;

/// The tenant that an address names, or the few that the request's own words lead to.
pub(crate) async fn candidates<T: MattermostTenants>(
    tenants: &T,
    directory: &Directory,
    slug: Option<&str>,
    words: &[Word<'_>],
) -> Result<Vec<Candidate>, Problem> {
    match slug {
        Some(slug) => named(tenants, slug).await,
        None => directory.find(tenants, words).await,
    }
}

/// The tenant of this name, if it is one.
pub(crate) async fn named<T: MattermostTenants>(
    tenants: &T,
    slug: &str,
) -> Result<Vec<Candidate>, Problem> {
    let found = one(tenants, slug).await.map_err(|error| unavailable(&error))?;
    Ok(found.into_iter().collect())
}

/// The name may be anybody's text; the store is asked only for what can be a name.
pub(crate) async fn one<T: MattermostTenants>(
    tenants: &T,
    slug: &str,
) -> Result<Option<Candidate>, StoreError> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if !(1..=SLUG_MAX).contains(&slug.len()) || !slug.bytes().all(is_letter) {
        return Ok(None);
    }
    let connection = tenants.connection(slug).await?;
    Ok(connection.map(|connection| Candidate { slug: slug.to_owned(), connection }))
}

/// The body and whose it is, by the token that it was sent with: one tenant, but for those that
/// were given the same token. Never empty.
pub(crate) fn by_token(
    candidates: Vec<Candidate>,
    given: &[Secret],
    body: &Bytes,
) -> Result<(Verified<Bytes>, Vec<Candidate>), Problem> {
    let given: Vec<&str> = given.iter().map(Secret::expose).collect();
    let (mut reason, mut proved, mut fitting) = (Forged::NoSecret, None, Vec::new());
    for candidate in candidates {
        let accepted = candidate.connection.webhook_secrets();
        match verify::token(accepted, &given, body.clone()) {
            Ok(body) => {
                proved = Some(body);
                fitting.push(candidate);
            }
            Err(forged) => reason = forged,
        }
    }
    let proved = proved.ok_or_else(|| {
        tracing::warn!(%reason, "a request with a token to Mattermost's address was refused");
        Problem::Forged
    })?;
    Ok((proved, fitting))
}

pub(crate) fn unavailable(error: &StoreError) -> Problem {
    tracing::error!(%error, "a tenant's Mattermost cannot be read");
    Problem::Unavailable
}
