//! The alert that somebody means.

use futures::future::try_join_all;
use nightowl_domain::{Alert, AlertId, Occurrence};

use super::list::summary;
use crate::{Engine, EngineError, Ports, Store, StoreError, Summary};

/// So many alerts that begin alike are read. With six characters of 32 letters, two typed ones
/// leave one alert in a thousand.
const CANDIDATES_MAX: usize = 24;
/// A full id has 24 characters; nothing longer can name an alert.
const TEXT_CHARS_MAX: usize = 64;

/// What a text that somebody typed names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    One(Occurrence),
    /// All that begin so, the open ones first; if there are very many, some of them.
    Several(Vec<Summary>),
    /// None is called so; `open` are those that could have been meant.
    Nothing {
        open: Vec<Summary>,
    },
}

/// The same with the alert as it was read.
pub(super) enum Sought {
    One(Box<Alert>),
    Several(Vec<Summary>),
    Nothing,
}

impl<P: Ports> Engine<P> {
    /// `text`: an id, a short id or a unique prefix of one, in either case, with the look-alikes
    /// of Crockford's alphabet (O for 0, I and L for 1).
    pub async fn find_alert(&self, tenant: &str, text: &str) -> Result<Found, EngineError> {
        Ok(match self.seek(tenant, text).await? {
            Sought::One(alert) => Found::One(alert.occurrence()),
            Sought::Several(some) => Found::Several(some),
            Sought::Nothing => Found::Nothing { open: self.open_alerts(tenant).await?.0 },
        })
    }

    pub(super) async fn seek(&self, tenant: &str, text: &str) -> Result<Sought, EngineError> {
        let Some(text) = normal(text) else { return Ok(Sought::Nothing) };
        if let Ok(id) = text.parse::<AlertId>() {
            let read = self.read_shown(&Occurrence::new(tenant, id)).await?;
            return Ok(read.map_or(Sought::Nothing, |alert| Sought::One(Box::new(alert))));
        }
        let store = self.ports().store();
        let begin_so = store.find_short_ids(tenant, &text, CANDIDATES_MAX).await?;
        let is_all = begin_so.len() < CANDIDATES_MAX;
        let read = begin_so
            .iter()
            .map(|(_, id)| async { self.read_shown(&Occurrence::new(tenant, *id)).await });
        let mut alerts: Vec<Alert> = try_join_all(read).await?.into_iter().flatten().collect();
        if is_all && alerts.len() <= 1 {
            let only = alerts.pop();
            return Ok(only.map_or(Sought::Nothing, |alert| Sought::One(Box::new(alert))));
        }
        alerts.sort_by_key(|alert| !alert.is_open());
        Ok(Sought::Several(alerts.iter().map(summary).collect()))
    }

    pub(super) async fn read_shown(
        &self,
        occurrence: &Occurrence,
    ) -> Result<Option<Alert>, StoreError> {
        let read = self.ports().store().read(occurrence).await?;
        Ok(read.filter(|alert| !alert.hidden))
    }
}

/// As ids are stored. `None`: nothing is called so.
pub(super) fn normal(text: &str) -> Option<String> {
    let is_too_long = text.chars().count() > TEXT_CHARS_MAX;
    let letters = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    let normal: String = letters.map(look_alike).collect();
    (!normal.is_empty() && !is_too_long).then_some(normal)
}

const fn look_alike(c: char) -> char {
    match c {
        'o' => '0',
        'i' | 'l' => '1',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_becomes_what_is_stored() {
        let table =
            [("X2K9FQ", Some("x2k9fq")), (" oIl-x ", Some("011x")), ("", None), ("--", None)];
        for (text, expected) in table {
            assert_eq!(normal(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(normal(&"x".repeat(65)), None);
    }
}
