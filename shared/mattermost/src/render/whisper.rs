//! What one person alone reads.

use nightowl_messaging::{WayOn, Whisper};
use serde_json::{Value, json};

use crate::wire::ActionAnswer;

use super::card::joined;
use super::link::{address, link};
use super::text;

/// An address with a one-time token in it may be long.
const ADDRESS: usize = 3_000;

/// Markdown: the words, and the way on below them.
pub(crate) fn whisper(whisper: &Whisper) -> String {
    let way = whisper.link.as_ref().map(way_on).unwrap_or_default();
    joined([text::lines(&whisper.text, 6_000), way], "\n")
}

/// A link that leads there; nothing if the address is none that a person may follow.
pub(crate) fn way_on(way: &WayOn) -> String {
    let label = match text::label(&way.label, 200) {
        empty if empty.is_empty() => "Open".to_owned(),
        label => label,
    };
    match address(&way.url, ADDRESS) {
        Some(address) => link(&label, address, ADDRESS),
        None => String::new(),
    }
}

/// The body of the HTTP 200 that answers a click: `{}`, or what the person alone is told. An empty
/// body would be an error to old servers.
pub fn action_answer(ephemeral: Option<&Whisper>) -> Value {
    let text = ephemeral.map(whisper).unwrap_or_default();
    json!(ActionAnswer { skip_slack_parsing: !text.is_empty(), ephemeral_text: text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_answered_with_an_object() {
        assert_eq!(action_answer(None), json!({}));
        let said = json!({"ephemeral_text": "done \\*", "skip_slack_parsing": true});
        assert_eq!(action_answer(Some(&Whisper::say("done *"))), said);
    }

    #[test]
    fn the_way_on_is_a_link() {
        let url = "https://owl.example/link?t=abc".to_owned();
        let link = Some(WayOn { label: "Link [me]".to_owned(), url });
        let told = whisper(&Whisper { text: "Who are you?".to_owned(), link });
        let expected = "Who are you?\n[Link &#91;me&#93;](https://owl.example/link?t=abc)";
        assert_eq!(told, expected);
        let link = Some(WayOn { label: "x".to_owned(), url: "javascript:x".to_owned() });
        assert_eq!(whisper(&Whisper { text: "Who?".to_owned(), link }), "Who?");
    }
}
