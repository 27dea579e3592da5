//! Where it happens: one tenant on both platforms, with so many lanes that the one post a second
//! that a channel takes holds nothing up. A lane has a channel, people and senders of its own.

use std::collections::BTreeSet;

use mattermost_double::{SeedChannel, SeedTeam, SeedUser};
use slack_double::{Channel, User};

use crate::records::Platform;

pub(crate) const TENANT: &str = "acme";
pub(crate) const API_KEY: &str = "chaos-operators-key-0123456789";
pub(crate) const SLACK_TOKEN: &str = "xoxb-chaos-0123456789-abcdefghij";
pub(crate) const SLACK_SECRET: &str = "c7a0231b10e8888abcd99c0ffee085a5";
pub(crate) const MATTERMOST_TOKEN: &str = "chaosbotqx7h3k9wz5m1c8ryt6";
/// Acts on cards, and is never paged.
pub(crate) const RESPONDERS: usize = 6;

/// Everything that must stand in no log.
pub(crate) fn secrets(lanes: &[Lane]) -> Vec<String> {
    let fixed = [API_KEY, SLACK_TOKEN, SLACK_SECRET, MATTERMOST_TOKEN, WEBHOOK_SECRET];
    let keys =
        lanes.iter().flat_map(|lane| [lane.key(Format::Alertmanager), lane.key(Format::Generic)]);
    fixed.map(str::to_owned).into_iter().chain(keys).collect()
}

const WEBHOOK_SECRET: &str = "chaoswebhookqx7h3k9wz5m1c8";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Alertmanager,
    Generic,
}

#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pub(crate) index: usize,
    pub(crate) platform: Platform,
    /// Where its cards go.
    pub(crate) channel: String,
    /// Its people are named in the channel too.
    pub(crate) is_loud: bool,
    /// Its tiers time out within seconds; else only people move its alerts.
    pub(crate) is_fast: bool,
}

/// One lane in so many is on Slack: a workspace takes fifty edits a minute, and at the end each message
/// has to say how it ended.
const SLACK_EVERY: usize = 5;

pub(crate) fn lanes(count: usize) -> Vec<Lane> {
    let lane = |index: usize| Lane {
        index,
        channel: format!("lane-{index}"),
        is_loud: false,
        platform: if index.is_multiple_of(SLACK_EVERY) {
            Platform::Slack
        } else {
            Platform::Mattermost
        },
        is_fast: index % 3 == 2,
    };
    (0..count).map(lane).collect()
}

impl Lane {
    /// On call for both tiers.
    pub(crate) fn on_call(&self) -> [String; 2] {
        [format!("first{}", self.index), format!("second{}", self.index)]
    }

    /// Who is paged when nobody does anything for as long as a run lasts.
    pub(crate) fn paged(&self) -> Vec<String> {
        let [first, second] = self.on_call();
        if self.is_fast { vec![first, second] } else { vec![first] }
    }

    pub(crate) fn key(&self, format: Format) -> String {
        match format {
            Format::Alertmanager => format!("chaos-alertmanager-key-{:04}", self.index),
            Format::Generic => format!("chaos-generic-key-{:04}", self.index),
        }
    }

    fn policy(&self) -> String {
        let (index, [first, second]) = (self.index, self.on_call());
        let timeout = if self.is_fast { "0.1" } else { "600" };
        let chat = chat_name(self.platform);
        let methods = if self.is_loud { "messaging_dm, messaging_channel" } else { "messaging_dm" };
        format!(
            "      - id: policy{index}
        repeat: 0
        tiers:
          - {{ tier: 1, timeout_minutes: {timeout}, notify_via: [{methods}], targets: [\"user:{first}\"], provider: {chat} }}
          - {{ tier: 2, timeout_minutes: {timeout}, notify_via: [{methods}], targets: [\"user:{second}\"], provider: {chat} }}
"
        )
    }

    fn integrations(&self) -> String {
        let made = [(Format::Alertmanager, "alertmanager"), (Format::Generic, "generic")];
        let made = made.map(|(format, name)| {
            let (index, key, chat) = (self.index, self.key(format), chat_name(self.platform));
            let channel = &self.channel;
            format!(
                "      - {{ id: {name}{index}, format: {name}, key: \"{key}\", policy: policy{index}, provider: {chat}, channel: \"{channel}\" }}\n"
            )
        });
        made.concat()
    }
}

pub(crate) const fn chat_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Slack => "slack",
        Platform::Mattermost => "mattermost",
    }
}

/// All who are known on both platforms.
pub(crate) fn people(lanes: &[Lane]) -> Vec<String> {
    let on_call = lanes.iter().flat_map(Lane::on_call);
    on_call.chain((0..RESPONDERS).map(responder)).collect()
}

fn channels(lanes: &[Lane]) -> BTreeSet<String> {
    lanes.iter().map(|lane| lane.channel.clone()).collect()
}

pub(crate) fn responder(index: usize) -> String {
    format!("responder{index}")
}

/// What Slack calls somebody.
pub(crate) fn slack_id(person: &str) -> String {
    format!("U0{}", person.to_uppercase())
}

/// An id as Mattermost has it. Filled up with what no word ends in, so that no two are the same.
fn mattermost_id(word: &str) -> String {
    format!("{:z<26}", word.replace('-', ""))
}

/// The whole configuration. `slack` ends in a slash.
pub(crate) fn configuration(lanes: &[Lane], slack: &str, mattermost: &str) -> String {
    let users = people(lanes).into_iter().map(|person| {
        let id = slack_id(&person);
        format!("      - {{ id: {person}, name: {person}, email: {person}@example.com, slack: {id}, mattermost: {person} }}\n")
    });
    let (users, policies, integrations): (String, String, String) = (
        users.collect(),
        lanes.iter().map(Lane::policy).collect(),
        lanes.iter().map(Lane::integrations).collect(),
    );
    format!(
        "api_keys:
  - {{ id: ops, key: \"{API_KEY}\", role: admin }}
tenants:
  - slug: {TENANT}
    messaging_provider: slack
    slack:
      bot_token: \"{SLACK_TOKEN}\"
      signing_secret: \"{SLACK_SECRET}\"
      default_channel: \"#lane-0\"
      api_url: {slack}
    mattermost:
      url: {mattermost}
      bot_token: {MATTERMOST_TOKEN}
      webhook_secret: {WEBHOOK_SECRET}
      default_channel_id: lane-0
    users:
{users}    escalation_policies:
{policies}    integrations:
{integrations}"
    )
}

pub(crate) fn slack_seed(lanes: &[Lane]) -> slack_double::Seed {
    let channel = |(index, name): (usize, String)| Channel {
        id: format!("C0LANE{index:04}"),
        name,
        is_member: true,
        ..Channel::default()
    };
    let user = |person: String| User {
        id: slack_id(&person),
        real_name: person.clone(),
        email: format!("{person}@example.com"),
        name: person,
        ..User::default()
    };
    let seed = slack_double::Seed::default();
    let bot = seed.users.iter().filter(|user| user.is_bot).cloned();
    slack_double::Seed {
        bot_token: SLACK_TOKEN.to_owned(),
        signing_secret: SLACK_SECRET.to_owned(),
        channels: channels(lanes).into_iter().enumerate().map(channel).collect(),
        users: people(lanes).into_iter().map(user).chain(bot).collect(),
        ..seed
    }
}

pub(crate) fn mattermost_seed(lanes: &[Lane]) -> mattermost_double::Seed {
    let mut members = people(lanes);
    members.push("nightowl".to_owned());
    let channel = |name: String| SeedChannel {
        id: mattermost_id(&name),
        display_name: name.clone(),
        name,
        members: members.clone(),
        ..SeedChannel::default()
    };
    let user = |person: &String| SeedUser {
        id: mattermost_id(person),
        username: person.clone(),
        email: format!("{person}@example.com"),
        password: format!("{person}-password"),
        is_bot: person == "nightowl",
        token: (person == "nightowl").then(|| MATTERMOST_TOKEN.to_owned()),
        ..SeedUser::default()
    };
    mattermost_double::Seed {
        teams: vec![SeedTeam {
            id: mattermost_id("opsteam"),
            name: "ops".to_owned(),
            display_name: "Operations".to_owned(),
            members: members.clone(),
        }],
        channels: channels(lanes).into_iter().map(channel).collect(),
        users: members.iter().map(user).collect(),
        ..mattermost_double::Seed::default()
    }
}
