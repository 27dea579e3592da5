//! Who asks, by their API key.

use http::{HeaderMap, header};
use nightowl_domain::Actor;
use nightowl_engine::{ApiRole, Config, KeyOwner, Keys, Ports, Store, StoreError};
use nightowl_messaging::Secret;

use crate::Needs;
use crate::problem::Problem;

/// Longer keys are refused before anything is computed with them.
const KEY_BYTES_MAX: usize = 512;
/// Pages of a disabled tenant's list that are looked at for its first alert.
const READS_MAX: usize = 20;

pub(crate) struct Caller {
    /// The key's id, never the key.
    pub(crate) id: String,
    /// `None`: all tenants.
    pub(crate) tenant: Option<String>,
    pub(crate) role: ApiRole,
}

impl Caller {
    /// The owner of the key in the `Authorization` header, if its role reaches `needs`.
    pub(crate) async fn of<N: Needs>(
        needs: &N,
        headers: &HeaderMap,
        role: ApiRole,
    ) -> Result<Self, Problem> {
        let key = bearer(headers).ok_or_else(Problem::no_key)?;
        let caller = Self::owner(needs, &key).await?.ok_or_else(Problem::no_key)?;
        if caller.role < role {
            return Err(Problem::small_role(caller.role.name(), role.name()));
        }
        Ok(caller)
    }

    /// Whose API key this is. `None`: it is none.
    pub(crate) async fn owner<N: Needs>(
        needs: &N,
        key: &Secret,
    ) -> Result<Option<Self>, StoreError> {
        if key.is_empty() || key.expose().len() > KEY_BYTES_MAX {
            return Ok(None);
        }
        Ok(match needs.keys().owner(key).await? {
            Some(KeyOwner::Api { id, tenant, role }) => Some(Self { id, tenant, role }),
            Some(KeyOwner::Integration { .. }) | None => None,
        })
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::Api { key: self.id.clone() }
    }

    pub(crate) fn reaches(&self, slug: &str) -> bool {
        self.tenant.as_ref().is_none_or(|own| own == slug)
    }

    /// The tenants that are meant: the one asked for, else all that the key reaches. A tenant out
    /// of reach and one that does not exist get the same answer.
    pub(crate) async fn tenants<N: Needs>(
        &self,
        needs: &N,
        asked: Option<&str>,
    ) -> Result<Vec<String>, Problem> {
        let known = needs.engine().ports().config().tenants().await?;
        let reach = |slug: &&String| self.reaches(slug);
        let is_meant = |slug: &&String| asked.is_none_or(|asked| asked == *slug);
        let meant: Vec<String> = known.iter().filter(reach).filter(is_meant).cloned().collect();
        match asked {
            Some(asked) if meant.is_empty() => {
                let is_left = self.tenant.is_none() && has_alerts(needs, asked).await?;
                if is_left { Ok(vec![asked.to_owned()]) } else { Err(Problem::no_tenant()) }
            }
            Some(_) | None => Ok(meant),
        }
    }
}

/// The open alerts of a tenant that was disabled go on: an operator who names it still reaches
/// them.
async fn has_alerts<N: Needs>(needs: &N, slug: &str) -> Result<bool, Problem> {
    let mut cursor = None;
    // A page of the store may be empty and yet not the last.
    for _ in 0..READS_MAX {
        let page = needs.engine().ports().store().list(slug, None, cursor, 1).await?;
        if !page.items.is_empty() {
            return Ok(true);
        }
        cursor = page.cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(false)
}

fn bearer(headers: &HeaderMap) -> Option<Secret> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    let key = key.trim();
    scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(key))
}
