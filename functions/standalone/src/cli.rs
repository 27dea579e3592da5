//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use nightowl_fn_inbound::Limits;

use crate::failure::Failure;

/// Wakes the right person: takes alerts, posts them to chat, pages, escalates.
#[derive(Debug, Parser)]
#[command(name = "nightowl", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run everything in this process (the default).
    Serve(Serve),
    /// Check a configuration file; says every mistake with its line.
    Check(Check),
    /// Put a configuration file into force.
    Apply(Apply),
    /// Take over where the system before NightOwl posted its alerts. Safe to run again.
    Migrate(Migrate),
    /// List alerts, or show one with its timeline.
    Alerts(Alerts),
    /// Prepare Slack.
    #[command(subcommand)]
    Slack(Slack),
    /// Prepare a Mattermost server.
    #[command(subcommand)]
    Mattermost(Mattermost),
}

#[derive(Debug, Subcommand)]
pub(crate) enum Slack {
    /// Print the manifest of the Slack app, and an address that creates the app from it.
    Manifest(SlackManifest),
}

#[derive(Debug, Args)]
pub(crate) struct SlackManifest {
    /// The address at which Slack reaches this NightOwl.
    #[arg(long, value_name = "URL", env = "NIGHTOWL_PUBLIC_URL")]
    pub(crate) public_url: String,
    /// The tenant that the app is for.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Mattermost {
    /// Make the bot, its token, its memberships, the command and the webhook for replies; print the
    /// configuration to paste. Safe to run again.
    Setup(MattermostSetup),
}

#[derive(Debug, Args)]
pub(crate) struct MattermostSetup {
    /// The address of the Mattermost server.
    #[arg(long, value_name = "URL")]
    pub(crate) url: String,
    /// A system administrator's token. Used here and stored nowhere.
    #[arg(long, value_name = "TOKEN", env = "MATTERMOST_ADMIN_TOKEN", hide_env_values = true)]
    pub(crate) admin_token: String,
    /// The team's name, as in its address.
    #[arg(long, value_name = "TEAM")]
    pub(crate) team: String,
    /// The channel for alerts, by its name as in its address.
    #[arg(long, value_name = "CHANNEL")]
    pub(crate) channel: String,
    /// The address at which Mattermost reaches this NightOwl.
    #[arg(long, value_name = "URL", env = "NIGHTOWL_PUBLIC_URL")]
    pub(crate) public_url: String,
    /// The tenant's slug in the configuration. Without it the token tells whose a request is.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// The bot's user name.
    #[arg(long, value_name = "NAME", default_value = "nightowl")]
    pub(crate) bot: String,
    /// The word behind the slash.
    #[arg(long, value_name = "WORD", default_value = "nightowl")]
    pub(crate) command: String,
    /// Make another token for the bot, although one was made before.
    #[arg(long)]
    pub(crate) new_token: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Put this configuration into force at the start. Without it: what the data folder holds, or
    /// the demo in an empty one.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Where everything is kept [default: nightowl in the user's state directory].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// The address that people and chat platforms reach this server at, for links in messages.
    #[arg(long, value_name = "URL", env = "NIGHTOWL_PUBLIC_URL")]
    pub(crate) public_url: Option<String>,
    /// How many alerts a second one webhook key may send in the long run, and three times as many
    /// at once; more are answered with 503 and come again.
    #[arg(long, value_name = "N", default_value_t = Limits::default().key.per_second)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) key_rate: u32,
    /// How many webhook requests a second with an unknown key or a wrong signature one address may
    /// send in the long run, and ten times as many at once.
    #[arg(long, value_name = "N", default_value_t = Limits::default().stranger.per_second)]
    #[arg(value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) stranger_rate: u32,
}

impl Serve {
    pub(crate) const fn webhook_limits(&self) -> Limits {
        Limits::of(self.key_rate, self.stranger_rate)
    }
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            config: None,
            data: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: std::env::var("NIGHTOWL_PUBLIC_URL").ok(),
            key_rate: Limits::default().key.per_second,
            stranger_rate: Limits::default().stranger.per_second,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Apply {
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    /// An export of the table `slack_message_mappings`: CSV with a header line, or JSON lines.
    #[arg(long, value_name = "FILE")]
    pub(crate) slack_mappings: PathBuf,
    /// Whose alerts they are, for rows that do not say so in a column `tenant`.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    #[command(flatten)]
    pub(crate) target: Target,
}

#[derive(Debug, Args)]
pub(crate) struct Alerts {
    /// An id, a short id or the beginning of one.
    pub(crate) id: Option<String>,
    /// Only this tenant's.
    #[arg(long, value_name = "TENANT")]
    pub(crate) tenant: Option<String>,
    /// firing, acknowledged, snoozed or resolved.
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
    /// Print what the API answers.
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) target: Target,
}

/// What is put into an address has to be a slug.
pub(crate) fn check_tenant(slug: Option<&str>) -> Result<(), Failure> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match slug {
        Some(slug) if slug.is_empty() || !slug.chars().all(is_plain) => Err(Failure::new(format!(
            "--tenant: found {slug:?}; expected a tenant's slug: a-z, 0-9 and -"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Which NightOwl: the one that lives in a data folder, or one behind a URL.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The data folder [default: nightowl in the user's state directory].
    #[arg(long, value_name = "DIR", conflicts_with = "url")]
    pub(crate) data: Option<PathBuf>,
    /// The address of a running NightOwl.
    #[arg(long, value_name = "URL", requires = "key")]
    pub(crate) url: Option<String>,
    /// An API key for --url.
    #[arg(long, value_name = "KEY", env = "NIGHTOWL_KEY", hide_env_values = true)]
    pub(crate) key: Option<String>,
}
