//! Each provider's section: the one place that knows their fields.

use std::collections::BTreeMap;

use super::{Fields, Reader};
use crate::document::Value;
use crate::tree::{Kind, Node};

/// Where messages land that nothing else takes.
pub(super) const INBOX: &str = "inbox";
/// What `messaging_provider` means when it is absent and this one has a token.
pub(super) const SLACK: &str = "slack";

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
        name: "mattermost",
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
