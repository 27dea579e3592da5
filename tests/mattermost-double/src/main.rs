//! The double as a program of its own.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use mattermost_double::{Double, Seed};

/// A scripted Mattermost server on loopback.
#[derive(Parser)]
struct Arguments {
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// JSON: what exists before the first call.
    #[arg(long)]
    seed: Option<PathBuf>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    if !arguments.listen.ip().is_loopback() {
        return Err("--listen must be an address of this machine's loopback".into());
    }
    let seed = match arguments.seed {
        Some(file) => serde_json::from_slice(&std::fs::read(file)?)?,
        None => Seed::default(),
    };
    let double = Double::listen(seed, arguments.listen).await?;
    use std::io::Write;
    writeln!(std::io::stdout(), "mattermost-double at {}", double.url())?;
    std::future::pending::<()>().await;
    Ok(())
}
