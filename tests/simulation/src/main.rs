//! Simulates incidents until there were enough of them, and tells what came of it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use nightowl_domain::mechanism::Mechanism;
use nightowl_test_simulation::{
    Ablation, Figures, Missed, Only, Outcome, Profile, Run, Spec, ablate, cores, faults, history,
    in_order, mechanism, numbers, past_failures, shrink, simulate,
};

/// Much of what an incident costs is allocation, and worlds share nothing.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs NightOwl's domain and engine in simulated worlds full of faults, on all cores.
#[derive(Parser)]
#[command(name = "sim")]
struct Options {
    /// Worlds are added until there were so many incidents; 100000 unless another bound is given.
    #[arg(long)]
    incidents: Option<u64>,
    /// Worlds are added until so many seconds are over.
    #[arg(long)]
    seconds: Option<f64>,
    /// So many worlds.
    #[arg(long)]
    worlds: Option<u64>,
    /// The first world's; each further world has the next. Without it, the seeds that failed in
    /// the past come first.
    #[arg(long)]
    seed: Option<u64>,
    #[arg(long, value_enum, default_value = "extreme")]
    profile: Profile,
    /// Leaves a part of the protocol out; may be given again.
    #[arg(long, value_parser = mechanism)]
    without: Vec<Mechanism>,
    /// Leaves out each part of the protocol in turn, and fails if one is not missed.
    #[arg(long)]
    ablations: bool,
    /// In how many worlds a part that is left out may go unnoticed.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// One object on one line instead of the table.
    #[arg(long)]
    json: bool,
    /// The table in Markdown.
    #[arg(long)]
    markdown: bool,
    /// Shows the history even if nothing is wrong.
    #[arg(long)]
    history: bool,
    /// How many worlds may be wrong before it stops.
    #[arg(long, default_value_t = 1)]
    wrong: u64,
    /// Only these kinds of fault: `crash,slow=0.5`, or `none`.
    #[arg(long, value_parser = faults_of)]
    faults: Option<Faults>,
    /// Only these runs of the sources: `0,7`.
    #[arg(long, value_parser = numbers_of)]
    runs: Option<Numbers>,
    /// Only these acts of people.
    #[arg(long, value_parser = numbers_of)]
    acts: Option<Numbers>,
    /// Only these outages, broken places and changes of configuration.
    #[arg(long, value_parser = numbers_of)]
    troubles: Option<Numbers>,
    #[arg(long)]
    workers: Option<usize>,
    /// Another course of chance in the same worlds.
    #[arg(long, default_value_t = 0)]
    salt: u64,
}

// Lists in one word, which clap would otherwise take as options that may be given again.
#[derive(Clone)]
struct Faults(Vec<(String, Option<f64>)>);
#[derive(Clone)]
struct Numbers(BTreeSet<u64>);

fn faults_of(text: &str) -> Result<Faults, String> {
    faults(text).map(Faults)
}

fn numbers_of(text: &str) -> Result<Numbers, String> {
    numbers(text).map(Numbers)
}

impl Options {
    fn spec(&self, profile: Profile, seed: u64) -> Spec {
        let set = |kept: &Option<Numbers>| kept.as_ref().map(|kept| kept.0.clone());
        let only = Only {
            faults: self.faults.as_ref().map(|kept| kept.0.clone()),
            runs: set(&self.runs),
            acts: set(&self.acts),
            troubles: set(&self.troubles),
            workers: self.workers,
            salt: self.salt,
        };
        Spec { only, without: self.without.clone(), ..Spec::new(seed, profile) }
    }

    /// Those that failed in the past, then as many as there may be.
    fn specs(&self) -> impl Iterator<Item = Spec> {
        let past = if self.seed.is_none() { past_failures() } else { Vec::new() };
        let first = self.seed.unwrap_or(1);
        let further = (0..).map(move |number| (self.profile, first.wrapping_add(number)));
        past.into_iter().chain(further).map(|(profile, seed)| self.spec(profile, seed))
    }

    fn is_enough(&self, figures: &Figures, seconds: f64) -> bool {
        let is_unbound = self.worlds.is_none() && self.seconds.is_none();
        let incidents = self.incidents.or(is_unbound.then_some(100_000));
        figures.violations >= self.wrong
            || incidents.is_some_and(|most| figures.incidents >= most)
            || self.worlds.is_some_and(|most| figures.worlds >= most)
            || self.seconds.is_some_and(|most| seconds >= most)
    }
}

fn main() -> ExitCode {
    let options = Options::parse();
    let is_well = if options.ablations { ablations(&options) } else { worlds(&options) };
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn worlds(options: &Options) -> bool {
    let begin = Instant::now();
    let mut figures = Figures::default();
    let mut wrong = Vec::new();
    in_order(options.specs(), |outcome| {
        figures.add(&outcome.figures);
        if options.history {
            say(&history(&simulate(&outcome.spec, true)));
        }
        if !outcome.violations.is_empty() {
            wrong.push(outcome);
        }
        if options.is_enough(&figures, begin.elapsed().as_secs_f64()) {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    let seconds = begin.elapsed().as_secs_f64();
    for outcome in &wrong {
        say(&tell(outcome, options.history || options.wrong > 1));
    }
    let run = Run {
        profile: options.profile.name(),
        seed: options.seed.unwrap_or(1),
        seconds,
        cores: u32::try_from(cores()).unwrap_or(1).into(),
    };
    print(&if options.json { figures.json(&run) } else { figures.table(&run) });
    figures.violations == 0
}

/// What is wrong, how to see it again and, unless brief, a small world in which it is.
fn tell(outcome: &Outcome, is_brief: bool) -> String {
    let mut text = String::new();
    for violation in &outcome.violations {
        let _ = writeln!(text, "seed {}: {violation}", outcome.spec.seed);
    }
    if is_brief {
        let _ = writeln!(text, "replay: {}", outcome.spec.command());
        return text;
    }
    let small = simulate(&shrink(outcome), true);
    let _ = writeln!(text, "\nthe same in a smaller world:\n{}", history(&small));
    let _ = writeln!(text, "the whole world: {}", outcome.spec.command());
    let _ = writeln!(text, "replay:          {}", small.spec.command());
    text
}

fn ablations(options: &Options) -> bool {
    let first = options.seed.unwrap_or(1);
    let all: Vec<Mechanism> = match options.without.as_slice() {
        [] => Mechanism::ALL.to_vec(),
        some => some.to_vec(),
    };
    if options.markdown {
        print("| Without | Worlds until noticed | What is noticed |\n|---|---|---|\n");
    }
    let mut made = Vec::new();
    for mechanism in all {
        let ablation = ablate(mechanism, first, options.seeds);
        if options.markdown {
            print(&ablation.row());
        } else if !options.json {
            print(&ablation.line());
            if let Missed::Broken { spec, .. } = &ablation.missed
                && options.history
            {
                say(&format!("replay: {}\n", spec.command()));
            }
        }
        made.push(ablation);
    }
    if options.json {
        let objects: Vec<String> = made.iter().map(Ablation::json).collect();
        print(&format!("{{\"seed\":{first},\"ablations\":[{}]}}\n", objects.join(",")));
    }
    made.iter().all(Ablation::is_missed)
}

fn print(text: &str) {
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}

fn say(text: &str) {
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
