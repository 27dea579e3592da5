#![doc = include_str!("../README.md")]

mod artifact;
mod backend;
mod certificate;
mod child;
mod crypto;
mod function;
mod measure;
mod report;
mod runtime_api;
mod traffic;
mod world;
mod zip;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

use crate::function::Function;
use crate::measure::{BARE, Measured};
use crate::traffic::Traffic;
use crate::world::World;

pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Builds functions as they are deployed, and measures size, start, first request and memory.
#[derive(Parser)]
#[command(name = "cold-start")]
struct Options {
    /// Names with commas, or `all`.
    #[arg(long, default_value = "all")]
    functions: String,
    /// How often each is started, with warm-up and without.
    #[arg(long, default_value_t = 20)]
    starts: usize,
    /// After how many requests memory is read.
    #[arg(long, default_value_t = 1000)]
    requests: usize,
    /// Measures what was built before.
    #[arg(long)]
    no_build: bool,
    /// One object instead of the table.
    #[arg(long)]
    json: bool,
    /// Fails if a bound is broken.
    #[arg(long)]
    check: bool,
    /// A zip that is known to be over its budget may have so much: NAME=MB, with commas. It is
    /// reported all the same, and `--check` fails if it grows.
    #[arg(long, value_delimiter = ',', value_name = "NAME=MB")]
    known_over: Vec<report::Over>,
    /// Compares ring with AWS-LC instead.
    #[arg(long)]
    crypto: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    let options = Options::parse();
    nightowl_process::install_tls();
    let done =
        if options.crypto { crypto::compare(options.starts).await } else { run(&options).await };
    match done {
        Ok((text, broken)) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            let mut errors = std::io::stderr().lock();
            for line in &broken {
                let _ = writeln!(errors, "broken: {line}");
            }
            if options.check && !broken.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// The report, and what is broken.
async fn run(options: &Options) -> Result<(String, Vec<String>), Failure> {
    let wanted = wanted(&options.functions)?;
    let artifact = |folder: &str, name: &str| {
        if !options.no_build {
            artifact::build(folder, name)?;
        }
        artifact::built(name)
    };
    let mut all = vec![Measured::new(artifact("tests/bare-lambda", BARE)?, None)?];
    for function in wanted {
        let name = function.name();
        let artifact = artifact(&format!("functions/{name}"), name)?;
        all.push(Measured::new(artifact, Some(function))?);
    }
    let world = World::start().await?;
    let mut traffic = Traffic::new(&world)?;
    measure::memory(&world, &mut traffic, &mut all, options.requests).await?;
    measure::starts(&world, &mut traffic, &mut all, options.starts).await?;
    let Some((bare, measured)) = all.split_first() else { return Err("nothing was built".into()) };
    let text = if options.json {
        format!("{}\n", report::json(bare, measured, options.requests))
    } else {
        let table = report::table(bare, measured, options.requests);
        format!("{table}Each start reads {} root certificates.\n", world.roots)
    };
    Ok((text, report::broken(bare, measured, &options.known_over)))
}

/// In the order of `Function::ALL`. `inbound` is always among them where something works off what
/// it sends.
fn wanted(names: &str) -> Result<Vec<Function>, Failure> {
    if names == "all" {
        return Ok(Function::ALL.to_vec());
    }
    let mut wanted = Vec::new();
    for name in names.split(',') {
        let known = Function::ALL.map(Function::name).join(", ");
        let function = Function::named(name.trim());
        wanted.push(function.ok_or_else(|| format!("{name:?} is none of {known}"))?);
    }
    if wanted.iter().any(|one| matches!(one, Function::Worker | Function::Notifier)) {
        wanted.push(Function::Inbound);
    }
    wanted.sort();
    wanted.dedup();
    Ok(wanted)
}
