//! Channel names to ids.

use std::time::Duration;

use nightowl_messaging::{Kept, ProviderError};

use crate::render::is_user_id;
use crate::wire::{Channel, Team};

use super::api::{Api, Ask, Deadline};
use super::error::{Call, Failure, broken};

/// A channel that is renamed leaves its name to another.
const KNOWN_FOR: Duration = Duration::from_secs(900);

/// Names that were resolved. An id stays for as long as its channel does.
#[derive(Debug)]
pub(crate) struct Channels {
    ids: Kept<String, String>,
}

impl Default for Channels {
    fn default() -> Self {
        Self { ids: Kept::during(KNOWN_FOR) }
    }
}

impl Channels {
    /// An id passes as it is; a name, with or without `~` or `#`, or `team/name`, is looked for in
    /// the bot's teams.
    pub(crate) async fn resolve(
        &self,
        api: &Api,
        given: &str,
        deadline: Deadline,
    ) -> Result<String, ProviderError> {
        // Before any name: whoever may make channels could name one like another's id.
        if is_id(given.trim()) {
            return Ok(given.trim().to_owned());
        }
        let (team, name) = parts(given);
        if name.is_empty() {
            return Err(broken("no channel is named", "set default_channel_id"));
        }
        let key = format!("{}/{name}", team.as_deref().unwrap_or_default());
        if let Some(id) = self.ids.get(&key) {
            return Ok(id);
        }
        if !is_name(&name) {
            return Err(nowhere());
        }
        let found = search(api, team.as_deref(), &name, deadline).await?;
        self.ids.put(key, found.id.clone());
        Ok(found.id)
    }

    /// The same, and it is certain that the channel is there and not archived.
    pub(crate) async fn look(
        &self,
        api: &Api,
        given: &str,
        deadline: Deadline,
    ) -> Result<Channel, ProviderError> {
        let id = self.resolve(api, given, deadline).await?;
        let found: Result<Channel, Failure> =
            api.call(Ask::get(&["channels", &id]), deadline).await;
        match found {
            Ok(channel) => alive(channel),
            Err(failure) => {
                if failure.is_forbidden() || failure.is_missing() {
                    self.forget(&id);
                }
                Err(failure.error(Call::Read))
            }
        }
    }

    pub(crate) fn forget(&self, id: &str) {
        self.ids.forget_value(&id.to_owned());
    }
}

/// The one channel of this name in `team`, or in any team of the bot.
async fn search(
    api: &Api,
    team: Option<&str>,
    name: &str,
    deadline: Deadline,
) -> Result<Channel, ProviderError> {
    let read = |failure: Failure| failure.error(Call::Read);
    let teams = Ask::get(&["users", "me", "teams"]);
    // An old server answers null for none.
    let teams: Option<Vec<Team>> = api.call(teams, deadline).await.map_err(read)?;
    let mut teams = teams.unwrap_or_default();
    teams.retain(|found| found.delete_at == 0 && team.is_none_or(|team| found.name == team));
    if teams.is_empty() {
        let reason = match team {
            Some(_) => "the bot is in no team of that name",
            None => "the bot is in no team",
        };
        return Err(broken(reason, "add the bot to the team: team menu > Invite People"));
    }
    let mut found = vec![];
    for team in &teams {
        let path = ["teams", &team.id, "channels", "name", name];
        let ask = Ask::get(&path).with("include_deleted", true);
        match api.call::<Channel>(ask, deadline).await {
            Ok(channel) => found.push(channel),
            Err(failure) if failure.is_missing() || failure.is_forbidden() => {}
            Err(failure) => return Err(read(failure)),
        }
    }
    if found.iter().any(|channel| channel.delete_at == 0) {
        found.retain(|channel| channel.delete_at == 0);
    }
    let last = found.pop();
    match (last, found.is_empty()) {
        (Some(channel), true) => alive(channel),
        (Some(_), false) => Err(broken(
            "channels of several teams have this name",
            "write it as team/channel, or give the channel's id: channel menu > View Info",
        )),
        (None, _) => Err(nowhere()),
    }
}

fn nowhere() -> ProviderError {
    broken(
        "there is no such channel",
        "give the name as it stands in the channel's address, or its id; \
         to a private channel the bot has to be added first",
    )
}

fn alive(channel: Channel) -> Result<Channel, ProviderError> {
    if channel.delete_at == 0 {
        return Ok(channel);
    }
    let hint = "unarchive it (channel menu > Unarchive Channel) or configure another";
    Err(broken("the channel is archived", hint))
}

/// Team and channel, as they stand in addresses.
fn parts(given: &str) -> (Option<String>, String) {
    let given = given.trim().trim_start_matches(['#', '~']);
    let (team, name) = match given.split_once('/') {
        Some((team, name)) => (Some(team.trim().to_lowercase()), name),
        None => (None, given),
    };
    (team, name.trim().trim_start_matches(['#', '~']).to_lowercase())
}

/// What can stand in a channel's address. The server has no route for anything else, and would
/// answer as if it were no Mattermost.
fn is_name(name: &str) -> bool {
    let good = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_')
    };
    (1..=64).contains(&name.len()) && name.bytes().all(good)
}

/// Users, channels and posts have ids of one form. A channel's name may look the same; then it is
/// no name here.
pub(crate) fn is_id(text: &str) -> bool {
    is_user_id(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_told_from_a_name() {
        assert!(is_id("4xp9fdt77pncbef59f4k1qe83o"));
        for name in ["", "town-square", "4xp9fdt77pncbef59f4k1qe83", "4XP9FDT77PNCBEF59F4K1QE83O"] {
            assert!(!is_id(name), "{name}");
        }
    }

    #[test]
    fn a_name_is_read_as_people_write_it() {
        let name = |given: &str| {
            let (team, name) = parts(given);
            format!("{}/{name}", team.unwrap_or_default())
        };
        for given in ["town-square", " ~town-square", "#Town-Square "] {
            assert_eq!(name(given), "/town-square", "{given}");
        }
        for given in ["ops/alerts", "Ops/~alerts", "#ops/alerts"] {
            assert_eq!(name(given), "ops/alerts", "{given}");
        }
        assert_eq!(name("#"), "/");
    }

    #[test]
    fn a_shown_name_is_not_asked_for() {
        assert!(is_name("town-square") && is_name("a_1"));
        for shown in ["", "Town Square", "town square", "störung", "a.b", "a/b", &"x".repeat(65)] {
            assert!(!is_name(shown), "{shown}");
        }
    }
}
