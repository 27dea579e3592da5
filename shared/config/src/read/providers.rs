//! Each provider's section: the one place that knows their fields.

use std::collections::BTreeMap;

use super::{Fields, Origin, Reader};
use crate::document::Value;
use crate::problem::Problems;
use crate::tree::{Kind, Node};

/// Where messages land that nothing else takes.
pub(super) const INBOX: &str = "inbox";
/// What `messaging_provider` means when it is absent and this one has a token.
pub(super) const SLACK: &str = "slack";
pub(crate) const MATTERMOST: &str = "mattermost";

/// What every platform that asks for one calls it.
const TOKEN: &str = "bot_token";

/// A provider's section.
pub(super) struct Spec {
    pub(super) name: &'static str,
    fields: &'static [Field],
    /// Without this one the section connects to nothing, and the needed fields may be absent.
    pub(super) token: Option<&'static str>,
    /// Which field names the channel where nothing else is said.
    pub(super) default_channel: &'static str,
}

struct Field {
    name: &'static str,
    form: Form,
    presence: Presence,
}

enum Form {
    Text,
    Channel,
    InboxChannel,
    Url,
    Secret,
    /// One secret or a list of them.
    Secrets,
}

enum Presence {
    Needed,
    Optional,
    Default(&'static str),
}

const fn field(name: &'static str, form: Form, presence: Presence) -> Field {
    Field { name, form, presence }
}

pub(super) const SPECS: [Spec; 3] = [
    Spec {
        name: SLACK,
        fields: &[
            field("bot_token", Form::Secret, Presence::Optional),
            field("signing_secret", Form::Secret, Presence::Needed),
            field("default_channel", Form::Channel, Presence::Needed),
            field("team_id", Form::Text, Presence::Optional),
            field("app_id", Form::Text, Presence::Optional),
            field("api_url", Form::Url, Presence::Default("https://slack.com/api/")),
        ],
        token: Some("bot_token"),
        default_channel: "default_channel",
    },
    Spec {
        name: MATTERMOST,
        fields: &[
            field("url", Form::Url, Presence::Needed),
            field("bot_token", Form::Secret, Presence::Needed),
            field("webhook_secret", Form::Secrets, Presence::Optional),
            field("default_channel_id", Form::Channel, Presence::Needed),
        ],
        token: None,
        default_channel: "default_channel_id",
    },
    Spec {
        name: INBOX,
        fields: &[field("default_channel", Form::InboxChannel, Presence::Default("alerts"))],
        token: None,
        default_channel: "default_channel",
    },
];

/// The chat platforms on which a person has an account of their own.
pub(super) fn outside() -> impl Iterator<Item = &'static str> {
    SPECS.iter().map(|spec| spec.name).filter(|name| *name != INBOX)
}

/// Whether a platform can look a person up by user name. Slack can by e-mail address and id only.
pub(super) fn has_names(provider: &str) -> bool {
    provider != SLACK
}

/// All of them, in order.
pub(crate) fn provider_names() -> impl Iterator<Item = &'static str> {
    SPECS.iter().map(|spec| spec.name)
}

/// What a section that is not stored has to be completed by.
pub(crate) struct Outline {
    /// By which requests are authorized; `None`: none are made.
    pub(crate) token: Option<&'static str>,
    /// Says where requests go.
    pub(crate) address: Option<&'static str>,
    pub(crate) default_channel: &'static str,
    /// What fields are when nobody says anything.
    pub(crate) defaults: Vec<(&'static str, &'static str)>,
}

/// The fields that stand in a section, and nothing about those that do not. `None`: there is no
/// such provider.
pub(crate) fn given(
    provider: &str,
    node: &Node,
    problems: &mut Problems<'_>,
) -> Option<(Outline, BTreeMap<&'static str, Value>)> {
    let spec = SPECS.iter().find(|spec| spec.name == provider)?;
    let mut reader = Reader { problems, origin: Origin::File };
    let known: Vec<&'static str> = spec.fields.iter().map(|field| field.name).collect();
    let mut values = BTreeMap::new();
    if let Some(fields) = Fields::open(&mut reader, node, spec.name, &known) {
        for field in spec.fields {
            let value = fields.get(field.name).and_then(|node| field.read(&mut reader, node));
            values.extend(value.map(|value| (field.name, value)));
        }
    }
    let named = |is: fn(&Form) -> bool| {
        spec.fields.iter().find(|field| is(&field.form)).map(|field| field.name)
    };
    let outline = Outline {
        token: spec.fields.iter().map(|field| field.name).find(|name| *name == TOKEN),
        address: named(|form| matches!(form, Form::Url)),
        default_channel: spec.default_channel,
        defaults: spec.fields.iter().filter_map(Field::default).collect(),
    };
    Some((outline, values))
}

/// Whether a field of a provider's section says where its requests go.
pub(crate) fn is_address(field: &str) -> bool {
    let mut fields = SPECS.iter().flat_map(|spec| spec.fields);
    fields.any(|known| known.name == field && matches!(known.form, Form::Url))
}

impl Spec {
    /// Reads the section; an absent one (the inbox's) is its defaults.
    pub(super) fn read(
        &self,
        reader: &mut Reader<'_, '_>,
        node: Option<&Node>,
    ) -> BTreeMap<&'static str, Value> {
        let known: Vec<&'static str> = self.fields.iter().map(|field| field.name).collect();
        let mut values = BTreeMap::new();
        let fields = match node {
            Some(node) => match Fields::open(reader, node, self.name, &known) {
                Some(fields) => Some(fields),
                None => return values,
            },
            None => None,
        };
        let given = |name: &str| fields.as_ref().and_then(|fields| fields.get(name));
        let connects = self.token.is_none_or(|token| given(token).is_some());
        for field in self.fields {
            let value = match (given(field.name), &field.presence) {
                (Some(node), _) => field.read(reader, node),
                (None, Presence::Default(text)) => Some(Value::Text((*text).to_owned())),
                (None, Presence::Needed) if connects => {
                    fields.as_ref().and_then(|fields| fields.need(reader, field.name));
                    None
                }
                (None, Presence::Needed | Presence::Optional) => None,
            };
            values.extend(value.map(|value| (field.name, value)));
        }
        values
    }
}

impl Field {
    const fn default(&self) -> Option<(&'static str, &'static str)> {
        match self.presence {
            Presence::Default(text) => Some((self.name, text)),
            Presence::Needed | Presence::Optional => None,
        }
    }

    fn read(&self, reader: &mut Reader<'_, '_>, node: &Node) -> Option<Value> {
        match self.form {
            Form::Text => reader.text(node, self.name).map(Value::Text),
            Form::Channel => reader.channel(node, self.name, false).map(Value::Text),
            Form::InboxChannel => reader.channel(node, self.name, true).map(Value::Text),
            // A path is appended to it, so it ends in a slash whatever was written.
            Form::Url => reader.url(node, self.name).map(|mut url| {
                if self.name == "api_url" && !url.ends_with('/') {
                    url.push('/');
                }
                Value::Text(url)
            }),
            Form::Secret => reader.secret(node, self.name).map(Value::Secret),
            Form::Secrets => {
                if !matches!(node.kind, Kind::List(_)) {
                    return reader.secret(node, self.name).map(Value::Secret);
                }
                let mut list = Vec::new();
                for node in reader.some_items(node, self.name, "at least one secret") {
                    list.extend(reader.secret(node, self.name));
                }
                Some(Value::Secrets(list))
            }
        }
    }
}
