//! The Home tab: what one person sees of NightOwl.

use nightowl_messaging::CommandResponse;

use crate::wire::{Block, View};

use super::{response, text};

/// The same words and blocks as the answer to a command. Slack takes 100 blocks there; an answer
/// has fewer.
pub(crate) fn home(response: &CommandResponse) -> View {
    let mut blocks = response::blocks(response);
    if blocks.is_empty() {
        let said = match text::mrkdwn(&response.text, 2900) {
            empty if empty.is_empty() => "Nothing is open.".to_owned(),
            said => said,
        };
        blocks = vec![Block::section(said)];
    }
    for (index, block) in blocks.iter_mut().enumerate() {
        block.name(format!("home-{index}"));
    }
    View::Home { blocks }
}
