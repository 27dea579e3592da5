//! Channel names to ids.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use nightowl_messaging::{Kept, ProviderError};

use crate::wire::{self, Body};

use super::api::{Api, Deadline};
use super::error::{Call, Failure, broken};

/// A channel that was renamed leaves its name to another. Who is told of that forgets at once; other
/// processes find out by this.
const KEPT_FOR: Duration = Duration::from_secs(900);

const KINDS: &str = "public_channel,private_channel";
/// Without the scope for private channels.
const PUBLIC: &str = "public_channel";

/// Every name that a listing has shown. A listing of a large workspace goes on where it stopped:
/// Slack allows twenty pages a minute.
#[derive(Debug)]
pub(crate) struct Channels {
    ids: Kept<String, String>,
    at: Mutex<Listing>,
}

#[derive(Clone, Debug)]
struct Listing {
    kinds: &'static str,
    cursor: Option<String>,
}

const BEGINNING: Listing = Listing { kinds: KINDS, cursor: None };

impl Default for Channels {
    fn default() -> Self {
        Self { ids: Kept::during(KEPT_FOR), at: Mutex::new(BEGINNING) }
    }
}

impl Channels {
    /// An id passes as it is; `#name` or `name` is looked for in all that the bot can see.
    pub(crate) async fn resolve(
        &self,
        api: &Api,
        given: &str,
        deadline: Deadline,
    ) -> Result<String, ProviderError> {
        let name = given.trim().trim_start_matches('#').to_lowercase();
        if name.is_empty() {
            return Err(broken("no channel is named", "set default_channel"));
        }
        // Before any name: whoever may make channels could name one like another's id.
        if is_channel_id(given.trim()) {
            return Ok(given.trim().to_owned());
        }
        if let Some(id) = self.ids.get(&name) {
            return Ok(id);
        }
        loop {
            let listing = self.listing().clone();
            let page = match list(api, &listing, deadline).await {
                Ok(page) => page,
                Err(failure) => {
                    if failure.is_said(&["missing_scope"]) && listing.kinds == KINDS {
                        self.listing().kinds = PUBLIC;
                        continue;
                    }
                    if failure.is_said(&["invalid_cursor"]) && listing.cursor.is_some() {
                        *self.listing() = BEGINNING;
                    }
                    return Err(failure.error(Call::Read));
                }
            };
            for channel in &page.channels {
                if let Some(name) = &channel.name {
                    self.ids.put(name.to_lowercase(), channel.id.clone());
                }
            }
            self.listing().cursor = page.next_cursor().map(str::to_owned);
            if let Some(id) = self.ids.get(&name) {
                return Ok(id);
            }
            if page.next_cursor().is_none() {
                *self.listing() = BEGINNING;
                let failure = Failure::said("channel_not_found");
                return Err(failure.error(Call::Read));
            }
        }
    }

    pub(crate) fn forget(&self, id: &str) {
        self.ids.forget_value(&id.to_owned());
    }

    fn listing(&self) -> std::sync::MutexGuard<'_, Listing> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn list(api: &Api, listing: &Listing, deadline: Deadline) -> Result<wire::Channels, Failure> {
    let mut fields = vec![("types", listing.kinds), ("exclude_archived", "true"), ("limit", "200")];
    if let Some(cursor) = &listing.cursor {
        fields.push(("cursor", cursor));
    }
    let body = Body::Form(&fields);
    api.call("conversations.list", body, deadline).await
}

/// `C…`, `G…` or `D…`, capitals and digits. A channel's name is never in capitals;
/// one that was configured so (`CRITICAL`) has no digit.
fn is_channel_id(text: &str) -> bool {
    matches!(text.bytes().next(), Some(b'C' | b'G' | b'D'))
        && (3..=32).contains(&text.len())
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_from_a_name() {
        for id in ["C024BE91L", "G1H9RESGL", "D01", "C2147483705"] {
            assert!(is_channel_id(id), "{id}");
        }
        for name in ["", "C", "CRITICAL", "c024be91l", "#C024BE91L", "ops-1", "C01_2", "É01"] {
            assert!(!is_channel_id(name), "{name}");
        }
    }
}
