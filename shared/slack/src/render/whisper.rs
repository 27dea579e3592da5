//! What one person alone reads.

use nightowl_messaging::{CommandResponse, WayOn, Whisper};

use crate::wire::{Block, Element, Text};

use super::link::address;
use super::text;

/// A link button's own id. Slack tells us of a click on it, and nothing is to be done.
pub(crate) const WAY_ON: &str = "way-on";
const ADDRESS_UNITS: usize = 3000;

/// `text` and `blocks` of an ephemeral message. Without a link the text says it all.
pub(crate) fn whisper(whisper: &Whisper) -> (String, Vec<Block>) {
    let said = text::fallback(&whisper.text, 3000);
    let Some(link) = whisper.link.as_ref().and_then(way_on) else { return (said, vec![]) };
    let shown = text::mrkdwn(&whisper.text, 2900);
    let shown = (!shown.is_empty()).then(|| Block::section(shown));
    let mut blocks: Vec<Block> = shown.into_iter().chain([link]).collect();
    for (index, block) in blocks.iter_mut().enumerate() {
        block.name(format!("whisper-{index}"));
    }
    (said, blocks)
}

/// The same as the answer at a response URL.
pub fn whisper_response(whisper: &Whisper) -> CommandResponse {
    CommandResponse {
        text: whisper.text.clone(),
        ephemeral: true,
        sections: vec![],
        link: whisper.link.clone(),
    }
}

/// A button that leads there. `None`: the address is none that a person may follow.
pub(crate) fn way_on(way: &WayOn) -> Option<Block> {
    let url = address(&way.url, ADDRESS_UNITS)?.to_owned();
    let label = match text::plain(&way.label, 75) {
        empty if empty.is_empty() => "Open".to_owned(),
        label => label,
    };
    Some(Block::actions(vec![Element::Button {
        action_id: WAY_ON,
        text: Text::plain(label),
        value: WAY_ON.to_owned(),
        url: Some(url),
        style: Some("primary"),
    }]))
}
