//! Was it posted? Asked after an answer was lost.

use std::time::Duration;

use nightowl_domain::{Destination, MessageRef, SendKey, Time};
use nightowl_messaging::ProviderError;

use crate::wire::{AuthTest, Body, History, PostedMessage};

use super::Slack;
use super::api::Deadline;
use super::error::{Call, Failure};

/// How far Slack's clock and ours may be apart: the skew that leases allow.
const SKEW: Duration = Duration::from_secs(6);

/// Where to look, and since when.
#[derive(Clone, Copy)]
struct Place<'a> {
    channel: &'a str,
    /// Of the thread.
    root: Option<&'a str>,
    oldest: &'a str,
}

impl Slack {
    /// Goes through all pages since then. A message counts only if it is our bot's own: anybody's
    /// app can write the same metadata.
    pub(super) async fn look_back(
        &self,
        to: &Destination,
        under: Option<&MessageRef>,
        delivery: &SendKey,
        since: Time,
    ) -> Result<Option<MessageRef>, ProviderError> {
        if delivery.as_str().is_empty() {
            return Ok(None);
        }
        let deadline = self.deadline();
        let channel = self.place(to, deadline).await?;
        let me = self.who_we_are(deadline).await?;
        let oldest = slack_time(since - SKEW);
        let root = under.filter(|root| root.channel == channel).map(|root| &*root.message);
        let place = Place { channel: &channel, root, oldest: &oldest };
        let mut cursor = None;
        loop {
            let page = self.history(place, cursor.as_deref(), deadline);
            let page = page.await.map_err(|failure| failure.error(Call::Find))?;
            let found = page.messages.iter().find(|message| {
                message.delivery() == Some(delivery.as_str()) && self.is_ours(message, &me)
            });
            if let Some(message) = found {
                return Ok(Some(MessageRef {
                    provider: crate::NAME.to_owned(),
                    channel,
                    message: message.ts.clone(),
                }));
            }
            match page.next_cursor() {
                Some(next) => cursor = Some(next.to_owned()),
                None => return Ok(None),
            }
        }
    }

    async fn history(
        &self,
        place: Place<'_>,
        cursor: Option<&str>,
        deadline: Deadline,
    ) -> Result<History, Failure> {
        let mut fields = vec![
            ("channel", place.channel),
            ("oldest", place.oldest),
            ("inclusive", "true"),
            ("include_all_metadata", "true"),
            ("limit", "200"),
        ];
        if let Some(cursor) = cursor {
            fields.push(("cursor", cursor));
        }
        // The history of a channel has no replies, and those of a thread begin with its root.
        let method = match place.root {
            Some(root) => {
                fields.push(("ts", root));
                "conversations.replies"
            }
            None => "conversations.history",
        };
        self.api.call(method, Body::Form(&fields), deadline).await
    }

    fn is_ours(&self, message: &PostedMessage, me: &AuthTest) -> bool {
        let same = |theirs: &Option<String>, ours: &Option<String>| {
            theirs.as_ref().is_some_and(|id| !id.is_empty()) && theirs == ours
        };
        same(&message.bot_id, &me.bot_id)
            || same(&message.user, &me.user_id)
            || same(&message.app_id, &self.app_id)
    }

    /// Asked once: a bot keeps its ids as long as its token.
    pub(super) async fn who_we_are(&self, deadline: Deadline) -> Result<AuthTest, ProviderError> {
        match self.me.get(&()) {
            Some(me) => Ok(me),
            None => self.ask_who_we_are(Call::Find, deadline).await,
        }
    }

    pub(super) async fn ask_who_we_are(
        &self,
        call: Call,
        deadline: Deadline,
    ) -> Result<AuthTest, ProviderError> {
        let answer = self.api.call("auth.test", Body::Form(&[]), deadline).await;
        let me: AuthTest = answer.map_err(|failure| failure.error(call))?;
        self.me.put((), me.clone());
        Ok(me)
    }
}

/// `1790000000.123000`.
fn slack_time(time: Time) -> String {
    let millis = time.millis().max(0);
    format!("{}.{:03}000", millis / 1000, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_in_slacks_form_is_seconds_with_six_places() {
        let form = |millis: i64| slack_time(Time::from_millis(millis));
        assert_eq!(form(1_790_000_000_023), "1790000000.023000");
        assert_eq!(form(-5), "0.000000");
    }
}
