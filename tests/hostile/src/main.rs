//! `cargo hostile`: what an enemy would send, and what came of it.

use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use nightowl_test_hostile::report::Part;
use nightowl_test_hostile::{bodies, callbacks, memory, parsers, watch};

/// Sends NightOwl what an enemy would.
#[derive(Parser)]
#[command(name = "hostile")]
struct Options {
    /// Bodies over HTTP, and as many forged callbacks, and as many inputs for the parsers.
    #[arg(long, default_value_t = 100_000)]
    bodies: usize,
    /// Another seed is another run.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The most that the process may have resident, in MiB.
    #[arg(long, default_value_t = 512)]
    memory: u64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    watch::panics_quietly();
    let begin = Instant::now();
    let mut is_bad = false;
    let mut peak = 0;
    let parts: [fn(usize, u64) -> Part; 3] = [parsers::run, bodies::run, callbacks::run];
    for part in parts {
        let part = part(options.bodies, options.seed);
        is_bad |= part.is_bad();
        peak = part.lines.iter().map(|line| line.peak).fold(peak, u64::max);
        say(&format!("{}\n", part.table()));
    }
    peak = peak.max(memory::peak().unwrap_or_default());
    if peak > options.memory << 20 {
        is_bad = true;
        say(&format!("the process had {} MiB, which is too much\n", peak >> 20));
    }
    say(&format!(
        "seed {}, peak memory {} MiB, {} s: {}\n",
        options.seed,
        peak >> 20,
        begin.elapsed().as_secs(),
        if is_bad { "NOT all held" } else { "all held" }
    ));
    if is_bad { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn say(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
