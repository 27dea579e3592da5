#![doc = include_str!("../README.md")]

mod bodies;
mod posts;
mod report;
mod run;
mod send;
mod server;
mod stage;
mod stats;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::run::{Figures, Plan, run};
use crate::send::Pace;
use crate::server::Binary;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The first tier of the run that measures ticks.
const TICK: Duration = Duration::from_secs(3);

/// Sends alerts to a release of `nightowl serve` and measures what it makes of them.
#[derive(Debug, Parser)]
#[command(name = "load")]
struct Options {
    /// Alerts a second. Without it there are two runs: as fast as they are accepted, then 50 a
    /// second.
    #[arg(long)]
    rate: Option<f64>,
    /// Connections, each with one body under way.
    #[arg(long, default_value_t = 32)]
    concurrency: usize,
    /// Alerts in one body.
    #[arg(long, default_value_t = 1)]
    group: u64,
    /// For how long alerts are sent, in each run.
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// So many different alerts, over and over; without it each alert is its own.
    #[arg(long)]
    series: Option<u64>,
    /// How long to wait for the last posts, in seconds.
    #[arg(long, default_value_t = 30)]
    drain: u64,
    /// A server that is built already, instead of a release.
    #[arg(long, value_name = "PATH")]
    binary: Option<PathBuf>,
    /// One object on one line instead of the table.
    #[arg(long)]
    json: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let options = Options::parse();
    nightowl_process::install_tls();
    match measure(&options).await {
        Ok(text) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "{error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure(options: &Options) -> Result<String, Failure> {
    let is_sane = options.group > 0 && options.concurrency > 0 && options.series != Some(0);
    if !is_sane || options.rate.is_some_and(|rate| rate <= 0.0) {
        return Err("--rate, --concurrency, --group and --series must be more than nothing".into());
    }
    let binary = Binary::find(options.binary.as_deref()).await?;
    let mut runs: Vec<Figures> = Vec::new();
    if let Some(rate) = options.rate {
        runs.push(run("paced", &binary, paced(options, rate, options.group)).await?);
    } else {
        runs.push(run("flood", &binary, flood(options)).await?);
        runs.push(run("paced", &binary, paced(options, 50.0, 1)).await?);
    }
    Ok(if options.json { report::as_json(&binary, &runs) } else { report::table(&binary, &runs) })
}

fn flood(options: &Options) -> Plan {
    let Options { concurrency, seconds, .. } = *options;
    Plan {
        group: options.group,
        series: options.series,
        pace: Pace { rate: None, seconds, concurrency },
        tick: None,
        drain: Duration::from_secs(options.drain),
    }
}

fn paced(options: &Options, rate: f64, group: u64) -> Plan {
    let Options { concurrency, seconds, .. } = *options;
    let pace = Pace { rate: Some(rate), seconds, concurrency };
    Plan { group, pace, tick: Some(TICK), ..flood(options) }
}
