//! `nightowl`: every function in one process, and the operator's commands.

mod alerts;
mod app;
mod apply;
mod cli;
mod client;
mod data;
mod failure;
mod intake;
mod listen;
mod mattermost;
mod migrate;
mod needs;
mod notice;
mod ports;
mod queue;
mod route;
mod serve;
mod slack;
mod worker;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use nightowl_engine::ports::Clock;
use nightowl_process::{SystemClock, install_tls, log};

use cli::{Cli, Command, Mattermost, Slack};
use failure::Failure;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let command = cli.command.unwrap_or(Command::Serve(cli::Serve::default()));
    // A command that ends answers by its output; only what goes wrong is worth a line beside it.
    log::start(match &command {
        Command::Serve(_) => tracing::Level::INFO,
        Command::Check(_)
        | Command::Apply(_)
        | Command::Alerts(_)
        | Command::Migrate(_)
        | Command::Slack(_)
        | Command::Mattermost(_) => tracing::Level::WARN,
    });
    install_tls();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return report(Err(Failure::new(format!("cannot start: {error}")))),
    };
    let done = runtime.block_on(run(command));
    // A request that hangs must not keep the process: what it did is safe to be cut off.
    runtime.shutdown_timeout(std::time::Duration::from_millis(200));
    report(done)
}

async fn run(command: Command) -> Result<String, Failure> {
    match command {
        Command::Migrate(args) => migrate::run(&args).await,
        Command::Serve(args) => serve::run(&args).await.map(|()| String::new()),
        Command::Check(args) => {
            app::read_document(&args.file)?;
            Ok(format!("{}: no mistakes\n", args.file.display()))
        }
        Command::Apply(args) => apply::run(&args).await,
        Command::Alerts(args) => alerts::run(&args, SystemClock.now()).await,
        Command::Slack(Slack::Manifest(args)) => slack::manifest(&args),
        Command::Mattermost(Mattermost::Setup(args)) => mattermost::setup::run(&args).await,
    }
}

fn report(done: Result<String, Failure>) -> ExitCode {
    let (code, output, error) = match done {
        Ok(text) => (ExitCode::SUCCESS, text, String::new()),
        Err(failure) => (ExitCode::FAILURE, failure.done().to_owned(), format!("{failure}\n")),
    };
    // Whoever closed the pipe does not want to hear about it.
    let _ = std::io::stdout().write_all(plain(&output).as_bytes());
    let _ = std::io::stderr().write_all(plain(&error).as_bytes());
    code
}

/// Some of it came from a server, and nothing that came from elsewhere may drive the terminal.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}
