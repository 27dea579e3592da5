//! What is wrong, and where, in Slack's words.

use serde_json::json;

use crate::methods::Refusal;

#[derive(Default)]
pub(super) struct Problems {
    messages: Vec<String>,
    /// Of all text so far, in UTF-16 units.
    pub(super) characters: usize,
}

impl Problems {
    pub(super) fn add(&mut self, what: &str, pointer: &str) {
        self.messages.push(format!("{what} [json-pointer:{pointer}]"));
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        if self.messages.is_empty() {
            return None;
        }
        let marked = self.messages.iter().map(|text| format!("[ERROR] {text}"));
        Some(Refusal {
            error: "invalid_blocks".to_owned(),
            more: json!({
                "errors": self.messages,
                "response_metadata": {"messages": marked.collect::<Vec<_>>()},
            }),
        })
    }
}
