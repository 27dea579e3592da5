//! Posts as a person sees them: Markdown resolved, mentions and links told apart.
//!
//! Where the real rendering is not known, this one finds markup rather than not.

mod markdown;
mod scan;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::seed::Version;
use crate::world::{Ephemeral, Post};

use markdown::render;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// A line for each part. What a notification shows of a post without a message is among them.
    pub text: String,
    /// `@channel`, `@all`, `@here` and every `@name`, in lower case, whether there is such a user
    /// or not. These notify.
    pub mentions: Vec<String>,
    /// Every address that can be followed.
    pub links: Vec<String>,
    pub markup: Vec<Markup>,
    pub buttons: Vec<Button>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Markup {
    /// `bold`, `italic`, `strike`, `code`, `code_block`, `quote`, `heading`, `list`, `task`,
    /// `rule`, `table`, `image`, `emoji`, `hashtag`, `channel`.
    pub kind: String,
    pub text: String,
}

/// A button or a menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Button {
    pub id: String,
    pub name: String,
    /// `button` or `select`.
    pub kind: String,
    /// Empty is the default.
    pub style: String,
    /// Empty without an integration.
    pub url: String,
    /// What is sent with a click, as it is stored.
    pub context: Value,
    /// Of a menu: (text, value).
    pub options: Vec<(String, String)>,
    /// `users`, `channels` or empty.
    pub data_source: String,
    /// Whether a click reaches the integration.
    pub is_alive: bool,
}

/// Whether a text notifies whomever it names.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    Loud,
    Silent,
}

impl Reading {
    pub fn of(post: &Post, version: Version) -> Self {
        Self::of_parts(&post.message, &post.props, version)
    }

    pub fn of_ephemeral(ephemeral: &Ephemeral, version: Version) -> Self {
        Self::of_parts(&ephemeral.message, &ephemeral.props, version)
    }

    fn of_parts(message: &str, props: &Map<String, Value>, version: Version) -> Self {
        let mut reading = read_text(message, version);
        let attachments = props.get("attachments").and_then(Value::as_array);
        let mut ids = vec![];
        for attachment in attachments.into_iter().flatten() {
            reading.add_attachment(attachment, version);
            for action in attachment["actions"].as_array().into_iter().flatten() {
                reading.add_button(action, &mut ids);
            }
        }
        reading
    }

    fn add(&mut self, other: Self) {
        if !self.text.is_empty() && !other.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(&other.text);
        self.mentions.extend(other.mentions);
        self.links.extend(other.links);
        self.markup.extend(other.markup);
    }

    fn add_text(&mut self, text: &str, voice: Voice, version: Version) {
        let mut reading = render(text, version);
        if voice == Voice::Silent {
            reading.mentions.clear();
        }
        self.add(reading);
    }

    /// Shown as it is.
    fn add_plain(&mut self, text: &str) {
        self.add(Self { text: text.to_owned(), ..Self::default() });
    }

    fn add_link(&mut self, address: &str) {
        if !address.is_empty() {
            self.links.push(address.to_owned());
        }
    }

    fn add_attachment(&mut self, attachment: &Value, version: Version) {
        let text = |name: &str| attachment[name].as_str().unwrap_or_default();
        self.add_plain(text("fallback"));
        self.add_text(text("pretext"), Voice::Loud, version);
        self.add_plain(text("author_name"));
        self.add_link(text("author_link"));
        self.add_text(text("title"), Voice::Silent, version);
        self.add_link(text("title_link"));
        self.add_text(text("text"), Voice::Loud, version);
        for field in attachment["fields"].as_array().into_iter().flatten() {
            let title = field["title"].as_str().unwrap_or_default();
            self.add_text(title, Voice::Silent, version);
            let voice = if version.is_old() { Voice::Silent } else { Voice::Loud };
            match &field["value"] {
                Value::Null => {}
                Value::String(value) => self.add_text(value, voice, version),
                value => self.add_plain(&value.to_string()),
            }
        }
        for name in ["image_url", "thumb_url", "author_icon", "footer_icon"] {
            let image = text(name);
            if !image.is_empty() {
                self.markup.push(Markup { kind: "image".to_owned(), text: image.to_owned() });
            }
        }
        self.add_plain(text("footer"));
    }

    /// Names show emoji and nothing else.
    fn add_button(&mut self, action: &Value, ids: &mut Vec<String>) {
        let text = |name: &str| action[name].as_str().unwrap_or_default().to_owned();
        let option = |option: &Value| {
            let text = |name: &str| option[name].as_str().unwrap_or_default().to_owned();
            (text("text"), text("value"))
        };
        let (id, url) = (text("id"), action["integration"]["url"].as_str().unwrap_or_default());
        let is_plain = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let is_first = !ids.contains(&id);
        let options = action["options"].as_array();
        let has_address = url.starts_with("http://") || url.starts_with("https://");
        self.markup.extend(scan::emoji(&text("name")));
        self.buttons.push(Button {
            name: text("name"),
            kind: text("type"),
            style: text("style"),
            url: url.to_owned(),
            context: action["integration"]["context"].clone(),
            options: options.into_iter().flatten().map(option).collect(),
            data_source: text("data_source"),
            is_alive: is_plain && is_first && has_address,
            id: id.clone(),
        });
        ids.push(id);
    }
}

/// A message, or a text that is rendered as one.
pub fn read_text(text: &str, version: Version) -> Reading {
    render(text, version)
}
