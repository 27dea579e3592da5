//! Whose request may it be, where its address names no tenant?

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use nightowl_messaging::Secret;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::needs::MattermostTenants;
use crate::problem::Problem;
use crate::tenants::{Candidate, one, unavailable};

/// How many tenants an unproved request may be tried with: those that have its token, or a key of
/// its button's name. More have the same only by mistake.
const CANDIDATES_MAX: usize = 16;

/// A tenant's new token is found after so long at the latest.
const AGE_MAX: Duration = Duration::from_secs(60);

/// What nobody knows has all tenants read again, and anybody can send it.
const AGE_MIN: Duration = Duration::from_secs(5);

/// Which tenants a word leads to, so that a request costs one look-up however many there are. It
/// says only whose secrets to try: what is found is proved like any other.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// Of this process alone, so that nobody can aim at another's place in the table.
    hasher: RandomState,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    read: Option<Instant>,
    slugs: Vec<String>,
    by_word: BTreeMap<u64, Vec<String>>,
}

/// By what a tenant may be found.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum Word<'a> {
    /// Of a command or of an outgoing webhook.
    Token(&'a str),
    /// The name of the key that signs a tenant's buttons.
    Key(&'a str),
}

impl Directory {
    /// The tenants that have one of these words, and perhaps others.
    pub(crate) async fn find<T: MattermostTenants>(
        &self,
        tenants: &T,
        words: &[Word<'_>],
    ) -> Result<Vec<Candidate>, Problem> {
        let slugs = tenants.slugs().await.map_err(|error| unavailable(&error))?;
        let mut table = self.table.lock().await;
        let age = table.read.map(|read| read.elapsed());
        let is_old = age.is_none_or(|age| age > AGE_MAX) || table.slugs != slugs;
        let may_be_old = age.is_none_or(|age| age > AGE_MIN);
        if is_old || may_be_old && self.named(&table, words).is_empty() {
            *table = self.read(tenants, slugs).await;
        }
        let named = self.named(&table, words);
        drop(table);
        let mut found = Vec::new();
        for slug in named {
            found.extend(one(tenants, &slug).await.map_err(|error| unavailable(&error))?);
        }
        Ok(found)
    }

    fn named(&self, table: &Table, words: &[Word<'_>]) -> Vec<String> {
        let mut named: Vec<String> = Vec::new();
        for word in words.iter().filter(|word| !word.text().is_empty()) {
            let slugs = table.by_word.get(&self.hasher.hash_one(word));
            named.extend(slugs.into_iter().flatten().cloned());
        }
        named.sort_unstable();
        named.dedup();
        if named.len() > CANDIDATES_MAX {
            tracing::warn!(candidates = named.len(), "too many tenants could be meant; name one");
            named.truncate(CANDIDATES_MAX);
        }
        named
    }

    async fn read<T: MattermostTenants>(&self, tenants: &T, slugs: Vec<String>) -> Table {
        let mut by_word: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for slug in &slugs {
            let connection = match one(tenants, slug).await {
                Ok(Some(candidate)) => candidate.connection,
                Ok(None) => continue,
                // One tenant's broken section must not shut out the others.
                Err(error) => {
                    tracing::error!(%error, tenant = slug, "its Mattermost cannot be read");
                    continue;
                }
            };
            let tokens = connection.webhook_secrets().iter().map(Secret::expose).map(Word::Token);
            let key = connection.signer().map(|signer| Word::Key(signer.version()));
            for word in tokens.chain(key) {
                by_word.entry(self.hasher.hash_one(word)).or_default().push(slug.clone());
            }
        }
        Table { read: Some(Instant::now()), slugs, by_word }
    }
}

impl Word<'_> {
    const fn text(&self) -> &str {
        match self {
            Self::Token(text) | Self::Key(text) => text,
        }
    }
}
