//! Test connection: everything that has to work, tried.

use nightowl_domain::MessageRef;
use nightowl_messaging::{Check, Checkup, Form, Message, NoticeMessage, Post, ProviderError};

use crate::NAME;
use crate::manifest::{SCOPES, missing_scopes};
use crate::wire::{AuthTest, Body, ChannelAnswer, ChannelInfo};

use super::Slack;
use super::api::Deadline;
use super::error::{Call, Failure};

const POSTED: &str = "NightOwl tests its connection: this message is edited in a moment.";
const EDITED: &str = "NightOwl is connected: it can post here and edit what it posted.";
/// Readable in the metadata of the test message; no alert has a delivery of this name.
const DELIVERY: &str = "connection-test";

impl Slack {
    pub(super) async fn try_everything(&self, channel: &str) -> Result<Checkup, ProviderError> {
        let deadline = self.deadline();
        let asked = self.api.ask("auth.test", Body::Form(&[]), deadline).await;
        let (me, granted): (AuthTest, Option<Vec<String>>) =
            asked.map_err(|failure| failure.error(Call::Read))?;
        let workspace = self.workspace(me)?;
        let detail = format!("the token is that of {} in {}", workspace.bot_name, workspace.name);
        let mut checks = vec![good("token", &detail), scopes(granted.as_deref())];
        let may_post_anywhere =
            granted.is_none_or(|granted| granted.iter().any(|scope| scope == "chat:write.public"));
        let id = match self.channels.resolve(&self.api, channel, deadline).await {
            Ok(id) => id,
            Err(error) => {
                checks.push(of_channel(channel, error)?);
                return Ok(Checkup { workspace, checks });
            }
        };
        let info = match self.info(&id, deadline).await {
            Ok(info) => info,
            Err(failure) => {
                checks.push(of_channel(channel, failure.error(Call::Read))?);
                return Ok(Checkup { workspace, checks });
            }
        };
        checks.push(standing(&info));
        if !info.is_archived {
            checks.push(membership(&info, &workspace.bot_name, may_post_anywhere));
            checks.extend(self.post_and_edit(&id, deadline).await?);
        }
        Ok(Checkup { workspace, checks })
    }

    async fn info(&self, channel: &str, deadline: Deadline) -> Result<ChannelInfo, Failure> {
        let body = Body::Form(&[("channel", channel)]);
        let answer: ChannelAnswer = self.api.call("conversations.info", body, deadline).await?;
        Ok(answer.channel)
    }

    async fn post_and_edit(
        &self,
        channel: &str,
        deadline: Deadline,
    ) -> Result<Vec<Check>, ProviderError> {
        let notice =
            |text: &str| Message::Notice(NoticeMessage { text: text.to_owned(), alert: None });
        let post = Post {
            to: nightowl_domain::Destination::Channel {
                provider: NAME.to_owned(),
                channel: channel.to_owned(),
            },
            under: None,
            delivery: DELIVERY.into(),
            message: notice(POSTED),
            form: Form::Rich,
        };
        let posted = match self.send(channel, &post, deadline).await {
            Ok(posted) => posted,
            Err(failure) => {
                return Ok(vec![failed("post", failure.error(Call::Post(Form::Plain)))?]);
            }
        };
        let at =
            MessageRef { provider: NAME.to_owned(), channel: posted.channel, message: posted.ts };
        let mut checks = vec![good("post", "a test message was posted")];
        let edited = self.edit(&at, &notice(EDITED), Form::Rich, deadline).await;
        checks.push(match edited {
            Ok(_) => good("edit", "the test message was edited"),
            Err(failure) => failed("edit", failure.error(Call::Post(Form::Plain)))?,
        });
        Ok(checks)
    }
}

fn good(name: &'static str, detail: &str) -> Check {
    Check { name, ok: true, detail: detail.to_owned(), hint: String::new() }
}

fn bad(name: &'static str, detail: String, hint: String) -> Check {
    Check { name, ok: false, detail, hint }
}

/// What failed for good is a finding; what may work in a moment is no finding but an error.
fn failed(name: &'static str, error: ProviderError) -> Result<Check, ProviderError> {
    match error {
        ProviderError::Broken { reason, hint, credentials: false } => Ok(bad(name, reason, hint)),
        ProviderError::Refused { reason }
        | ProviderError::Cannot { reason }
        | ProviderError::Gone { reason, .. } => Ok(bad(name, reason, String::new())),
        error @ (ProviderError::Retry { .. }
        | ProviderError::Unknown { .. }
        | ProviderError::Broken { credentials: true, .. }) => Err(error),
    }
}

/// Slack's own word for it does not say which channel it was.
fn of_channel(channel: &str, error: ProviderError) -> Result<Check, ProviderError> {
    let check = failed("channel", error)?;
    let detail = format!("{channel}: {}", check.detail);
    Ok(Check { detail, ..check })
}

/// Slack names what a token may do in a header of every answer; a proxy may have lost it.
fn scopes(granted: Option<&[String]>) -> Check {
    let Some(granted) = granted else {
        return good("scopes", "Slack did not say what the token may do");
    };
    let missing = missing_scopes(granted);
    if missing.is_empty() {
        return good("scopes", &format!("the token has all {} scopes", SCOPES.len()));
    }
    let lacking = missing
        .iter()
        .map(|scope| format!("{} (for {})", scope.name, scope.why))
        .collect::<Vec<_>>()
        .join(", ");
    let names = missing.iter().map(|scope| scope.name).collect::<Vec<_>>().join(", ");
    bad(
        "scopes",
        format!("the token lacks {lacking}"),
        format!(
            "at api.slack.com/apps open the app, then OAuth & Permissions, Bot Token Scopes: add \
             {names}; then Install App, Reinstall to Workspace"
        ),
    )
}

fn standing(info: &ChannelInfo) -> Check {
    let name = info.name.as_deref().unwrap_or(&info.id);
    match info.is_archived {
        true => bad(
            "channel",
            format!("the channel {name} is archived"),
            "unarchive it in Slack, or set default_channel to another".to_owned(),
        ),
        false => good("channel", &format!("the channel {name} is there")),
    }
}

/// Without being a member the bot can post to a public channel, if it has the scope.
fn membership(info: &ChannelInfo, bot: &str, may_post_anywhere: bool) -> Check {
    let invite = format!("type /invite @{bot} in the channel");
    if info.is_member {
        return good("member", "the bot is in the channel");
    }
    if may_post_anywhere && !info.is_private {
        let detail = format!(
            "the bot is not in the channel, but may post to public ones; {invite} all the same, so \
             that it can look for a message whose answer was lost and hears when it is mentioned"
        );
        return good("member", &detail);
    }
    bad("member", "the bot is not in the channel".to_owned(), invite)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_what_to_click() {
        let granted: Vec<String> =
            SCOPES.iter().map(|scope| scope.name.to_owned()).filter(|s| s != "im:write").collect();
        let check = scopes(Some(&granted));
        assert!(!check.ok && check.detail.contains("im:write"), "{check:?}");
        assert!(check.hint.contains("im:write") && check.hint.contains("Reinstall"), "{check:?}");
        assert!(scopes(None).ok);
        let info = ChannelInfo {
            id: "C1".to_owned(),
            name: Some("ops".to_owned()),
            is_archived: false,
            is_member: false,
            is_private: false,
        };
        assert!(membership(&info, "owl", true).ok);
        assert!(membership(&info, "owl", false).hint.contains("/invite @owl"));
        assert!(!membership(&ChannelInfo { is_private: true, ..info }, "owl", true).ok);
    }
}
