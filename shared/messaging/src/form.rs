//! Forms: modals on Slack, dialogs on Mattermost.

use nightowl_domain::SendKey;

use crate::ButtonValue;

/// A form as a platform shows it. Its texts may be untrusted: plain, escaped or cut by the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormDef {
    /// Both platforms cut it at 24 characters.
    pub title: String,
    /// A sentence above the fields, such as the alert's title.
    pub intro: String,
    /// At most 24 characters.
    pub submit: String,
    pub fields: Vec<FormField>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormField {
    /// Letters only.
    pub id: &'static str,
    /// At most 24 characters.
    pub label: String,
    pub kind: FieldKind,
    pub placeholder: String,
    /// One sentence below the field.
    pub hint: String,
    pub required: bool,
    /// What stands in it when it opens.
    pub value: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// One line of at most so many characters.
    Text { max: usize },
    /// Several lines of at most so many characters; both platforms end at 3,000.
    TextArea { max: usize },
    /// Never empty.
    Select { options: Vec<FormOption> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormOption {
    /// At most 75 characters.
    pub label: String,
    pub value: String,
}

/// What a form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormId {
    /// Resolve, with a note if there is anything to say.
    Resolve,
    SnoozeUntil,
    /// A note on an alert: what fixed it.
    Note,
}

impl FormId {
    pub const ALL: [Self; 3] = [Self::Resolve, Self::SnoozeUntil, Self::Note];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Resolve => "resolve",
            Self::SnoozeUntil => "snooze",
            Self::Note => "note",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == word)
    }
}

/// Carried by a form and given back with it. A provider whose platform does not prove submissions
/// signs it, with the person, a nonce and an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormState {
    pub form: FormId,
    pub value: ButtonValue,
    /// Where the click was that opened it.
    pub channel_id: String,
    pub message_id: String,
}

impl FormState {
    /// `v1|form|channel|message|` and the button's value. Platform ids have no `|`.
    pub fn encode(&self) -> String {
        let Self { form, value, channel_id, message_id } = self;
        format!("v1|{}|{channel_id}|{message_id}|{}", form.name(), value.encode())
    }

    /// `None` for anything that [`FormState::encode`] cannot have written.
    pub fn decode(text: &str) -> Option<Self> {
        let mut parts = text.splitn(5, '|');
        let version = parts.next()?;
        let form = FormId::parse(parts.next()?)?;
        let (channel_id, message_id) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let value = ButtonValue::decode(parts.next()?)?;
        (version == "v1").then_some(Self { form, value, channel_id, message_id })
    }

    pub const fn delivery(&self) -> &SendKey {
        &self.value.delivery
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_as_it_went() {
        let value = ButtonValue {
            alert_id: "0123456789abcdef0hjkmnpq".to_owned(),
            delivery: "key".into(),
            round: 1,
            tier: 2,
        };
        for form in FormId::ALL {
            let (channel_id, message_id) = ("C1".to_owned(), "1.2".to_owned());
            let state = FormState { form, value: value.clone(), channel_id, message_id };
            assert_eq!(FormState::decode(&state.encode()), Some(state));
        }
        let direct = FormState {
            form: FormId::Note,
            value,
            channel_id: String::new(),
            message_id: String::new(),
        };
        assert_eq!(FormState::decode(&direct.encode()), Some(direct));
        for bad in ["", "v1|resolve|C1|1.2", "v2|resolve|C1|1.2|v1|a|k|0|0", "v1|x|C|m|v1|a|k|0|0"]
        {
            assert_eq!(FormState::decode(bad), None, "{bad}");
        }
    }
}
