//! Tries everything that has to work: a message that is posted and edited.

use nightowl_domain::{Hash, SendKey};
use nightowl_messaging::{Check, Checkup, Form, Message, NoticeMessage, ProviderError};

use crate::{Inbox, render, send, wire};

/// What is posted, and what it is edited to.
const TEXT: &str = "This is a test of the connection.";
const EDITED: &str = "This was a test of the connection. Everything works.";

impl Inbox {
    /// # Errors
    /// None but those of the checks themselves, which are told in the answer.
    pub(crate) async fn checkup(&self, channel: &str) -> Result<Checkup, ProviderError> {
        let mut checks = Vec::new();
        let posted = match send::channel_name(channel) {
            Ok(channel) => {
                checks.push(fine("channel", format!("messages land in the channel {channel}")));
                self.test_post(channel, &mut checks).await
            }
            Err(error) => {
                checks.push(failed("channel", &error));
                None
            }
        };
        if let Some(at) = posted {
            checks.push(match self.replace(&at, &notice(EDITED)).await {
                Ok(()) => fine("edit", "the test message was edited".to_owned()),
                Err(error) => failed("edit", &error),
            });
        }
        Ok(Checkup { workspace: self.workspace(), checks })
    }

    async fn test_post(
        &self,
        channel: String,
        checks: &mut Vec<Check>,
    ) -> Option<nightowl_domain::MessageRef> {
        let moment = (self.now)().millis().to_be_bytes();
        let parts: [&[u8]; 3] = [b"check", channel.as_bytes(), &moment];
        let delivery = SendKey::from(Hash::of(&parts).text(15));
        let body = wire::encode(&render::stored(&notice(TEXT), Form::Rich));
        match self.append(channel, None, delivery, body).await {
            Ok(at) => {
                checks.push(fine("post", "a test message was posted".to_owned()));
                Some(at)
            }
            Err(error) => {
                checks.push(failed("post", &error));
                None
            }
        }
    }
}

fn notice(text: &str) -> Message {
    Message::Notice(NoticeMessage { text: text.to_owned(), alert: None })
}

const fn fine(name: &'static str, detail: String) -> Check {
    Check { name, ok: true, detail, hint: String::new() }
}

/// A hint is there only where somebody can mend it.
fn failed(name: &'static str, error: &ProviderError) -> Check {
    let (detail, hint) = match error {
        ProviderError::Broken { reason, hint, .. } => (reason.clone(), hint.clone()),
        ProviderError::Retry { .. }
        | ProviderError::Unknown { .. }
        | ProviderError::Refused { .. }
        | ProviderError::Gone { .. }
        | ProviderError::Cannot { .. } => (
            error.to_string(),
            "try again in a minute; NightOwl's own store is in trouble".to_owned(),
        ),
    };
    Check { name, ok: false, detail, hint }
}
