//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

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
    /// List alerts, or show one with its timeline.
    Alerts(Alerts),
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
}

impl Default for Serve {
    fn default() -> Self {
        Self {
            config: None,
            data: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public_url: std::env::var("NIGHTOWL_PUBLIC_URL").ok(),
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
