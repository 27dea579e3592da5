#![doc = include_str!("../README.md")]

mod audit;
mod build;
mod chat;
mod child;
mod clock;
mod desk;
mod faults;
mod history;
mod kills;
mod load;
mod log;
mod people;
mod place;
mod records;
mod report;
mod rest;
mod run;
mod storm;
mod table;

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use crate::audit::Violation;
use crate::records::Records;
use crate::report::Report;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Kills the running process at the worst moments, again and again, and proves that nothing was
/// lost.
#[derive(Parser)]
#[command(name = "chaos")]
struct Arguments {
    /// How often the process is killed.
    #[arg(long, default_value_t = 30)]
    kills: usize,
    /// Draws the load, the faults and the moments. Time is real, so a second run with the same
    /// seed is like the first, not equal to it.
    #[arg(long)]
    seed: Option<u64>,
    /// Channels, each with people and senders of its own.
    #[arg(long, default_value_t = 24)]
    lanes: usize,
    /// The platforms do not fail; the process is killed all the same.
    #[arg(long)]
    calm: bool,
    /// This `nightowl`, instead of one that is built now.
    #[arg(long)]
    binary: Option<PathBuf>,
    /// The profile of the one that is built.
    #[arg(long, default_value = "sim")]
    profile: String,
    /// One object on one line instead of the table.
    #[arg(long)]
    json: bool,
    /// Keeps the data, the configuration and the log there.
    #[arg(long)]
    keep: Option<PathBuf>,
    /// A storm of alerts on one channel instead of kills.
    #[arg(long)]
    storm: bool,
    #[command(flatten)]
    storm_options: storm::Options,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    nightowl_process::install_tls();
    match chosen(&arguments).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// `true`: everything is in order.
async fn chosen(arguments: &Arguments) -> Result<bool, Failure> {
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => build::nightowl(&arguments.profile)?,
    };
    let own = tempfile::tempdir()?;
    let folder = match &arguments.keep {
        Some(folder) => {
            std::fs::create_dir_all(folder)?;
            folder.clone()
        }
        None => own.path().to_owned(),
    };
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(1..1_000_000));
    if arguments.storm {
        return storm::storm(&arguments.storm_options, &binary, &folder, arguments.json).await;
    }
    kills(arguments, &binary, &folder, seed).await
}

async fn kills(
    arguments: &Arguments,
    binary: &Path,
    folder: &Path,
    seed: u64,
) -> Result<bool, Failure> {
    let begin = Instant::now();
    let options = run::Options {
        binary,
        folder,
        kills: arguments.kills,
        lanes: arguments.lanes.max(2),
        seed,
        is_faulty: !arguments.calm,
    };
    // Whoever cannot finish has still to say with which seed.
    let run = run::run(&options).await.map_err(|error| format!("seed {seed}: {error}"))?;
    let (figures, violations) = audit::audit(&run.records);
    let seconds = begin.elapsed().as_secs_f64();
    let report = Report { run: &run, figures: &figures, violations: &violations, seed, seconds };
    let text = if arguments.json { report.json() } else { report.table() };
    std::io::stdout().lock().write_all(text.as_bytes())?;
    tell(&run.records, &violations, &folder.join("nightowl.log"));
    if !violations.is_empty() {
        let again = format!("again: cargo chaos --kills {} --seed {seed}\n", arguments.kills);
        std::io::stderr().lock().write_all(again.as_bytes())?;
    }
    Ok(violations.is_empty())
}

/// Alerts whose history is shown at most.
const HISTORIES_MAX: usize = 5;

fn tell(records: &Records, violations: &[Violation], log: &Path) {
    let mut errors = std::io::stderr().lock();
    let mut shown = BTreeSet::new();
    for violation in violations {
        let about = violation.label.as_deref().unwrap_or("the run");
        let _ = writeln!(errors, "{about}: {}: {}", violation.rule.name(), violation.why);
    }
    for label in violations.iter().filter_map(|violation| violation.label.as_ref()) {
        if shown.len() < HISTORIES_MAX && shown.insert(label) {
            let _ = writeln!(errors, "\nwhat happened to {label}:");
            let _ = errors.write_all(history::history(records, label, log).as_bytes());
        }
    }
}
