//! Test connection: everything that has to work, tried.

use nightowl_domain::{Destination, SendKey};
use nightowl_messaging::{
    Check, Checkup, Form, Message, NoticeMessage, Post, ProviderError, Workspace,
};

use crate::NAME;
use crate::wire::{Channel, ClientConfig, User};

use super::api::{Ask, Deadline};
use super::error::{Call, Failure};
use super::{Mattermost, nonce};

const POSTED: &str = "NightOwl tests its connection: this message is edited in a moment.";
const EDITED: &str = "This was a test. NightOwl is connected: it can post here, and edit what it \
                      posted.";

impl Mattermost {
    pub(super) async fn try_everything(&self, channel: &str) -> Result<Checkup, ProviderError> {
        let deadline = self.deadline();
        let (workspace, me, config) = self.meet(deadline).await?;
        let detail = format!("the token is that of {} at {}", workspace.bot_name, workspace.name);
        let mut checks = vec![good("token", &detail), account(&me)];
        checks.push(site(config.as_ref()));
        checks.push(self.way_back());
        match self.channels.look(&self.api, channel, deadline).await {
            Ok(found) => {
                checks.push(good("channel", &format!("the channel {} is there", shown(&found))));
                let member = self.membership(&found, &me, deadline).await?;
                checks.push(member);
                checks.extend(self.post_and_edit(&found.id, deadline).await?);
            }
            Err(error) => checks.push(failed("channel", error)?),
        }
        Ok(Checkup { workspace, checks })
    }

    /// Who we are, asked anew: what was kept would say that a revoked token still works. The
    /// server's configuration is a courtesy, and may be missing.
    pub(super) async fn meet(
        &self,
        deadline: Deadline,
    ) -> Result<(Workspace, User, Option<ClientConfig>), ProviderError> {
        let me = self.ask_who_we_are(Call::Read, deadline).await?;
        let config = self.ask_for_config(deadline).await.ok();
        let id = self.host();
        let name = config.as_ref().map(|config| config.site_name.trim()).unwrap_or_default();
        let workspace = Workspace {
            name: if name.is_empty() { id.clone() } else { name.to_owned() },
            id,
            bot_name: me.username.clone(),
        };
        Ok((workspace, me, config))
    }

    /// The address without its scheme: it names the server, and its port and folder if it has any.
    fn host(&self) -> String {
        let url = self.api.url();
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let folder = url.path().trim_end_matches('/');
        format!("{}{port}{folder}", url.host_str().unwrap_or_default())
    }

    fn way_back(&self) -> Check {
        match &self.signer {
            Some(signer) => {
                let address = signer.dialogs();
                let end = address.find("/api/v1/").unwrap_or(address.len());
                let detail = format!(
                    "clicks come back to {}. If that is a private address, the server refuses to \
                     call it until it stands in System Console > Environment > Developer > Allow \
                     untrusted internal connections to",
                    &address[..end]
                );
                good("callbacks", &detail)
            }
            None => bad(
                "callbacks",
                "messages have no buttons: nothing says where clicks can come back to",
                "configure the public address of NightOwl",
            ),
        }
    }

    async fn membership(
        &self,
        channel: &Channel,
        me: &User,
        deadline: Deadline,
    ) -> Result<Check, ProviderError> {
        let path = ["channels", channel.id.as_str(), "members", me.id.as_str()];
        let asked = self.api.call::<serde_json::Value>(Ask::get(&path), deadline).await;
        let failure = match asked {
            Ok(_) => return Ok(good("member", "the bot is in the channel")),
            Err(failure) => failure,
        };
        if !matches!(failure, Failure::Said { status: 403 | 404, .. }) {
            return failed("member", failure.error(Call::Read));
        }
        if channel.kind == "O" && self.join(&channel.id, deadline).await? {
            return Ok(good("member", "the bot has joined the channel"));
        }
        let hint = format!(
            "open the channel, then its menu > Members > Add, and choose {}; it has to be in the \
             team before: team menu > Invite People",
            me.username
        );
        Ok(bad("member", "the bot is not in the channel", &hint))
    }

    async fn post_and_edit(
        &self,
        channel: &str,
        deadline: Deadline,
    ) -> Result<Vec<Check>, ProviderError> {
        let notice =
            |text: &str| Message::Notice(NoticeMessage { text: text.to_owned(), alert: None });
        let nonce = nonce().map_err(|failure| failure.error(Call::Read))?;
        let post = Post {
            to: Destination::Channel { provider: NAME.to_owned(), channel: channel.to_owned() },
            under: None,
            // No alert has a delivery of this name, and no other test the same.
            delivery: SendKey::from(format!("connection-test-{nonce}").as_str()),
            message: notice(POSTED),
            form: Form::Plain,
        };
        let at = match self.post_once(&post, deadline).await {
            Ok(at) => at,
            Err(error) => return Ok(vec![failed("post", error)?]),
        };
        let mut checks = vec![good("post", "a test message was posted")];
        checks.push(match self.edit(&at, &notice(EDITED), deadline).await {
            Ok(()) => good("edit", "the test message was edited"),
            Err(error) => failed("edit", error)?,
        });
        Ok(checks)
    }
}

fn account(me: &User) -> Check {
    match me.is_bot {
        true => good("account", "the token is a bot's"),
        false => bad(
            "account",
            "the token is a person's, so messages would come in that person's name",
            "System Console > Integrations > Bot Accounts > Enable Bot Account Creation, then \
             Integrations > Bot Accounts > Add Bot Account, and use that bot's token",
        ),
    }
}

fn site(config: Option<&ClientConfig>) -> Check {
    match config {
        None => good("site_url", "the server did not say what its address is"),
        Some(config) if config.site_url.trim().is_empty() => bad(
            "site_url",
            "the server does not know its own address, so commands and forms do not work",
            "System Console > Environment > Web Server > Site URL",
        ),
        Some(config) => good("site_url", &format!("the server is at {}", config.site_url)),
    }
}

fn shown(channel: &Channel) -> &str {
    match channel.display_name.trim() {
        "" => &channel.name,
        name => name,
    }
}

fn good(name: &'static str, detail: &str) -> Check {
    Check { name, ok: true, detail: detail.to_owned(), hint: String::new() }
}

fn bad(name: &'static str, detail: &str, hint: &str) -> Check {
    Check { name, ok: false, detail: detail.to_owned(), hint: hint.to_owned() }
}

/// What failed for good is a finding; what may work in a moment is no finding but an error.
fn failed(name: &'static str, error: ProviderError) -> Result<Check, ProviderError> {
    match error {
        ProviderError::Broken { reason, hint, credentials: false } => Ok(bad(name, &reason, &hint)),
        ProviderError::Gone { reason, may_repost: false } => Ok(bad(
            name,
            &reason,
            "System Console > User Management > Permissions > Edit Own Posts: without a limit of \
             time (-1 for ServiceSettings.PostEditTimeLimit in config.json)",
        )),
        ProviderError::Refused { reason }
        | ProviderError::Cannot { reason }
        | ProviderError::Gone { reason, may_repost: true } => Ok(bad(
            name,
            &reason,
            "look for this word in the server's log: System Console > Reporting > Server Logs",
        )),
        error @ (ProviderError::Retry { .. }
        | ProviderError::Unknown { .. }
        | ProviderError::Broken { credentials: true, .. }) => Err(error),
    }
}
