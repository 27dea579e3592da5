//! Both platforms, and what they saw.

mod eyes;

use std::collections::BTreeMap;
use std::sync::Arc;

use nightowl_messaging::ButtonValue;
use serde_json::Value;
use slack_double::read_message;

use crate::clock::{label_in, now};
use crate::place::{self, Lane};
use crate::records::{Begun, Label, Landed, Millis, Platform};
use crate::{Failure, kills::Kills};

use eyes::Sight;
pub(crate) use eyes::{Eager, Eyes, Plan};

/// The bot's user name on Mattermost.
const BOT: &str = "nightowl";
/// The button by which an alert is taken.
pub(crate) const ACKNOWLEDGE: &str = "ack";

pub(crate) struct Chat {
    pub(crate) slack: slack_double::Double,
    pub(crate) mattermost: mattermost_double::Double,
    pub(crate) eyes: Arc<Eyes>,
    /// User id on Mattermost → name.
    names: BTreeMap<String, String>,
}

/// A message whose button acknowledges its alert.
#[derive(Clone, Debug)]
pub(crate) struct Pressable {
    pub(crate) platform: Platform,
    /// Slack: `ts`. Mattermost: the post's id.
    pub(crate) id: String,
    /// On Slack.
    pub(crate) channel: String,
    /// Who alone sees it.
    pub(crate) person: Option<String>,
    pub(crate) label: Label,
    pub(crate) alert: String,
}

impl Chat {
    pub(crate) async fn start(
        lanes: &[Lane],
        plan: Plan,
        kills: Arc<Kills>,
    ) -> Result<Self, Failure> {
        let slack = slack_double::Double::start(place::slack_seed(lanes)).await?;
        let seed = place::mattermost_seed(lanes);
        let names = seed.users.iter().map(|user| (user.id.clone(), user.username.clone()));
        let names = names.collect();
        let mattermost = mattermost_double::Double::start(seed).await?;
        let eyes = Arc::new(Eyes::new(plan, kills));
        slack.watch(Arc::new(Sight(eyes.clone())));
        mattermost.watch(Arc::new(Sight(eyes.clone())));
        Ok(Self { slack, mattermost, eyes, names })
    }

    pub(crate) fn begun(&self) -> Vec<Begun> {
        self.eyes.begun()
    }

    /// Every message that is there, in the order of each platform.
    pub(crate) fn landed(&self) -> Vec<Landed> {
        let slack = self.slack.messages();
        let slack = slack.iter().map(|message| {
            let text = read_message(message).text;
            Landed {
                platform: Platform::Slack,
                delivery: slack_delivery(message.metadata.as_ref()),
                label: label_in(&text),
                person: message.direct_to.as_deref().map(slack_name),
                at: slack_moment(&message.ts),
                text,
            }
        });
        let posts = self.mattermost.posts();
        let posts = posts.iter().filter(|post| self.name(&post.user_id) == BOT).map(|post| {
            let text = self.mattermost.read(post).text;
            Landed {
                platform: Platform::Mattermost,
                delivery: mattermost_delivery(&post.props),
                label: label_in(&text),
                person: self.reader(&post.channel_id),
                at: post.create_at,
                text,
            }
        });
        slack.chain(posts).collect()
    }

    fn name(&self, id: &str) -> &str {
        self.names.get(id).map_or("", String::as_str)
    }

    fn bot_id(&self) -> &str {
        let bot = self.names.iter().find(|(_, name)| *name == BOT);
        bot.map_or("", |(id, _)| id.as_str())
    }

    /// Whose direct channel with the bot it is.
    fn reader(&self, channel: &str) -> Option<String> {
        let id = self.mattermost.direct_to(channel, self.bot_id())?;
        Some(self.name(&id).to_owned())
    }

    /// What can be acknowledged among the newest messages of both.
    pub(crate) fn pressable(&self, newest: usize) -> Vec<Pressable> {
        let slack = self.slack.newest(newest);
        let slack = slack.iter().filter_map(pressable_in_slack);
        let posts = self.mattermost.newest(newest);
        let posts = posts.iter().filter_map(|post| self.pressable_in_mattermost(post));
        slack.chain(posts).collect()
    }

    /// A message by its place, if it can be acknowledged.
    pub(crate) fn pressable_at(&self, at: &Eager) -> Option<Pressable> {
        match at.platform {
            Platform::Slack => pressable_in_slack(&self.slack.message(&at.channel, &at.id)?),
            Platform::Mattermost => self.pressable_in_mattermost(&self.mattermost.post(&at.id)?),
        }
    }

    fn pressable_in_mattermost(&self, post: &mattermost_double::Post) -> Option<Pressable> {
        let attachments = post.props.get("attachments")?.as_array()?;
        let actions = attachments.iter().filter_map(|one| one["actions"].as_array()).flatten();
        let mut actions = actions.filter(|action| action["id"] == ACKNOWLEDGE);
        let value = actions.next()?["integration"]["context"]["v"].as_str()?;
        Some(Pressable {
            platform: Platform::Mattermost,
            id: post.id.clone(),
            channel: String::new(),
            person: self.reader(&post.channel_id),
            label: label_in(&self.mattermost.read(post).text)?,
            alert: of_its_own(value)?,
        })
    }
}

/// Whose button it is. Those of digests are about one of many, so they are left alone: the first mark
/// in such a message says nothing of them.
fn of_its_own(value: &str) -> Option<String> {
    let alert = ButtonValue::decode(value)?.alert_id;
    (!alert.contains('.')).then_some(alert)
}

fn pressable_in_slack(message: &slack_double::Message) -> Option<Pressable> {
    let reading = read_message(message);
    let mut buttons = reading.buttons.iter();
    let value = buttons.find(|button| button.action_id == ACKNOWLEDGE)?.value.as_ref()?;
    Some(Pressable {
        platform: Platform::Slack,
        id: message.ts.clone(),
        channel: message.channel.clone(),
        person: message.direct_to.as_deref().map(slack_name),
        label: label_in(&reading.text)?,
        alert: of_its_own(value)?,
    })
}

/// The name behind an id that [`place::slack_id`] made.
fn slack_name(id: &str) -> String {
    id.strip_prefix("U0").unwrap_or(id).to_lowercase()
}

/// A delivery id in metadata, as an argument or as kept.
pub(crate) fn slack_delivery(metadata: Option<&Value>) -> Option<String> {
    metadata?["event_payload"]["delivery"].as_str().map(str::to_owned)
}

pub(crate) fn mattermost_delivery(props: &serde_json::Map<String, Value>) -> Option<String> {
    props.get("nightowl_delivery")?.as_str().map(str::to_owned)
}

/// `1790000000.123456`.
fn slack_moment(ts: &str) -> Millis {
    let digits: String = ts.chars().filter(char::is_ascii_digit).collect();
    digits.parse::<Millis>().map_or_else(|_| now(), |micros| micros / 1_000)
}
