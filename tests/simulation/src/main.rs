//! Simulates incidents until there were enough of them, and tells what came of it.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use nightowl_test_simulation::{Figures, Outcome, Profile, history, past_failures, simulate};

/// Much of what an incident costs is allocation, and worlds share nothing.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs NightOwl's domain and engine in simulated worlds full of faults.
#[derive(Parser)]
#[command(name = "sim")]
struct Options {
    /// Worlds are added until there were so many incidents.
    #[arg(long, default_value_t = 100_000)]
    incidents: u64,
    /// The first world's; each further world has the next. Without it, the seeds that failed in
    /// the past come first.
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long, value_enum, default_value = "extreme")]
    profile: Profile,
    /// One object on one line instead of the table.
    #[arg(long)]
    json: bool,
    /// Shows the history even if nothing is wrong.
    #[arg(long)]
    history: bool,
    /// How many worlds may be wrong before it stops.
    #[arg(long, default_value_t = 1)]
    wrong: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let mut errors = std::io::stderr().lock();
    let begin = Instant::now();
    let mut figures = Figures::default();
    let past = if options.seed.is_none() { past_failures() } else { Vec::new() };
    let first = options.seed.unwrap_or(1);
    let further = (0..).map(|number| (options.profile, first.wrapping_add(number)));
    for (profile, seed) in past.into_iter().chain(further) {
        if figures.incidents >= options.incidents || figures.violations >= options.wrong {
            break;
        }
        let outcome = simulate(seed, profile, options.history);
        figures.add(&outcome.figures);
        if !outcome.violations.is_empty() {
            let told = tell(&outcome, profile, options.wrong > 1);
            let _ = errors.write_all(told.as_bytes());
        } else if options.history {
            let _ = errors.write_all(history(&outcome).as_bytes());
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    let mut text = if options.json { figures.json(seconds) } else { figures.table(seconds) };
    if options.json {
        text.push('\n');
    }
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    if figures.violations > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// What is wrong, its history, and how to see it again.
fn tell(outcome: &Outcome, profile: Profile, is_brief: bool) -> String {
    let mut text = String::new();
    if !is_brief {
        // The same once more, this time with a history.
        text.push_str(&history(&simulate(outcome.seed, profile, true)));
    }
    for violation in &outcome.violations {
        text.push_str(&format!("seed {}: {violation}\n", outcome.seed));
    }
    let (seed, profile) = (outcome.seed, profile.name());
    text.push_str(&format!(
        "replay: cargo sim --incidents 1 --seed {seed} --profile {profile} --history\n"
    ));
    text
}
