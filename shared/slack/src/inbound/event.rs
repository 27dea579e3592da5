//! The Events API: mentions, channels, the app itself.

use bytes::Bytes;
use nightowl_messaging::Verified;
use serde::Deserialize;

use super::Malformed;

/// What Slack told, and what names the telling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Slack asks whether the address is ours: answer 200 with the challenge.
    UrlVerification { challenge: String },
    /// Acknowledge with 200.
    Told { envelope: Box<Envelope>, what: What },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// A retry has the same.
    pub id: String,
    pub team_id: String,
    pub app_id: String,
    /// `app_uninstalled`, `app_mention` …, or the envelope's own type.
    pub kind: String,
    /// The bot's own user, as whom the app hears it.
    pub bot: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody wrote something.
    Message(Said),
    /// Archived or deleted: nothing can be posted there any more.
    ChannelGone {
        channel: String,
        is_deleted: bool,
    },
    ChannelRenamed {
        channel: String,
    },
    /// The token does not work any more.
    TokensRevoked,
    AppUninstalled,
    HomeOpened {
        user_ref: String,
    },
    /// Nothing that anything is to be done about.
    Other,
}

/// A message of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub user_ref: String,
    pub channel: String,
    /// Its id in the channel. Slack may tell of the same message more than once, under different
    /// names.
    pub ts: String,
    /// The root of the thread that it is in, unless it is the root.
    pub thread: Option<String>,
    /// In Slack's own form: `<@U1> ack`, `&amp;` …
    pub text: String,
    /// Whether Slack says that it mentions the bot; else the text has to be looked through.
    pub is_mention: bool,
    /// Whether it is a direct message, which nobody reads but the bot.
    pub is_direct: bool,
}

impl Said {
    /// What the bot is asked, as people read it: what stands behind its mention, or all of a direct
    /// message. `None`: it is not asked.
    pub fn asked(&self, bot: Option<&str>) -> Option<String> {
        let all = || self.is_direct.then(|| readable(&self.text));
        self.behind_mention(bot).or_else(all)
    }

    /// What stands behind the mention of `bot`, as people read it. `None`: it does not mention it.
    /// Where the bot is not known, the first mention of what Slack calls a mention is taken for it.
    pub fn behind_mention(&self, bot: Option<&str>) -> Option<String> {
        let by_id = bot.and_then(|bot| {
            let named = [format!("<@{bot}>"), format!("<@{bot}|")];
            let places = named.iter().filter_map(|named| self.text.find(named.as_str()));
            places.min()
        });
        let first = || self.is_mention.then(|| self.text.find("<@")).flatten();
        let at = by_id.or_else(first)?;
        let (_, behind) = self.text[at..].split_once('>')?;
        Some(readable(behind))
    }
}

/// The text with Slack's own form of links and of three characters undone.
fn readable(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        let Some((inside, behind)) = after.split_once('>') else { break };
        plain.push_str(before);
        let (target, label) = inside.split_once('|').unwrap_or((inside, inside));
        // Of people, channels and groups the name is what was typed, where Slack gives it.
        let shown = if target.starts_with(['@', '#', '!']) { label } else { target };
        plain.push_str(shown);
        rest = behind;
    }
    plain.push_str(rest);
    let plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    plain.trim().to_owned()
}

pub fn parse_event(body: &Verified<Bytes>) -> Result<Event, Malformed> {
    let outer: Outer = serde_json::from_slice(body.get())
        .map_err(|_| Malformed("an event is not the JSON that was expected".to_owned()))?;
    if outer.kind == "url_verification" {
        let challenge = outer
            .challenge
            .ok_or_else(|| Malformed("url_verification has no challenge".to_owned()))?;
        return Ok(Event::UrlVerification { challenge });
    }
    let what = outer.event.as_ref().map_or(What::Other, Inner::what);
    let kind = outer.event.map_or(outer.kind, |event| event.kind);
    let bots = outer.authorizations.into_iter().filter(|one| one.is_bot);
    let bot = bots.map(|one| one.user_id).find(|id| !id.is_empty());
    let (id, team_id, app_id) = (outer.event_id, outer.team_id, outer.api_app_id);
    Ok(Event::Told { envelope: Box::new(Envelope { id, team_id, app_id, kind, bot }), what })
}

#[derive(Deserialize)]
struct Outer {
    #[serde(rename = "type")]
    kind: String,
    challenge: Option<String>,
    #[serde(default)]
    event_id: String,
    #[serde(default)]
    team_id: String,
    #[serde(default)]
    api_app_id: String,
    #[serde(default)]
    authorizations: Vec<Authorization>,
    event: Option<Inner>,
}

#[derive(Deserialize)]
struct Authorization {
    #[serde(default)]
    user_id: String,
    #[serde(default)]
    is_bot: bool,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(rename = "type")]
    kind: String,
    subtype: Option<String>,
    bot_id: Option<String>,
    app_id: Option<String>,
    #[serde(default)]
    user: Option<Named>,
    #[serde(default)]
    channel: Option<Named>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    ts: String,
    thread_ts: Option<String>,
    #[serde(default)]
    channel_type: String,
    tokens: Option<Tokens>,
    tab: Option<String>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    bot: Vec<serde::de::IgnoredAny>,
}

/// An id, or an object that has one: it differs between events.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Id(String),
    Object { id: String },
    Else(serde::de::IgnoredAny),
}

impl Inner {
    fn what(&self) -> What {
        match self.kind.as_str() {
            "app_mention" => self.said(true),
            "message" => self.said(false),
            "channel_archive" | "group_archive" => {
                self.of_channel(|channel| What::ChannelGone { channel, is_deleted: false })
            }
            "channel_deleted" | "group_deleted" => {
                self.of_channel(|channel| What::ChannelGone { channel, is_deleted: true })
            }
            "channel_rename" | "group_rename" => {
                self.of_channel(|channel| What::ChannelRenamed { channel })
            }
            // Tokens of single people are none of ours.
            "tokens_revoked" if self.tokens.as_ref().is_none_or(|all| !all.bot.is_empty()) => {
                What::TokensRevoked
            }
            "app_uninstalled" => What::AppUninstalled,
            "app_home_opened" if self.tab.as_deref().is_none_or(|tab| tab == "home") => {
                match id_of(self.user.as_ref()) {
                    Some(user_ref) => What::HomeOpened { user_ref },
                    None => What::Other,
                }
            }
            _ => What::Other,
        }
    }

    /// What a program wrote, ourselves first of all, and what says only that a message was edited
    /// or deleted is no message of a person.
    fn said(&self, is_mention: bool) -> What {
        let is_filled = |id: &Option<String>| id.as_deref().is_some_and(|id| !id.is_empty());
        let is_program = is_filled(&self.bot_id) || is_filled(&self.app_id);
        let is_new =
            matches!(self.subtype.as_deref(), None | Some("thread_broadcast" | "file_share"));
        let (Some(user_ref), Some(channel)) =
            (id_of(self.user.as_ref()), id_of(self.channel.as_ref()))
        else {
            return What::Other;
        };
        if is_program || !is_new || self.ts.is_empty() {
            return What::Other;
        }
        What::Message(Said {
            user_ref,
            channel,
            ts: self.ts.clone(),
            thread: self.thread_ts.clone().filter(|root| *root != self.ts),
            text: self.text.clone(),
            is_mention,
            is_direct: self.channel_type == "im",
        })
    }

    fn of_channel(&self, what: impl FnOnce(String) -> What) -> What {
        id_of(self.channel.as_ref()).map_or(What::Other, what)
    }
}

fn id_of(named: Option<&Named>) -> Option<String> {
    match named? {
        Named::Id(id) | Named::Object { id } if !id.is_empty() => Some(id.clone()),
        Named::Id(_) | Named::Object { .. } | Named::Else(_) => None,
    }
}
