//! A function as a process of its own, started as Lambda starts it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::process::{Child, Command};

use crate::Failure;
use crate::artifact::Artifact;
use crate::runtime_api::RuntimeApi;

/// What a function finds in its environment.
pub(crate) type Environment = BTreeMap<String, String>;

/// A function that has asked for work.
pub(crate) struct Running {
    /// Of its process to its first question for work.
    pub(crate) start: Duration,
    api: RuntimeApi,
    child: Child,
}

/// Resident memory, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    pub(crate) now: u64,
    pub(crate) most: u64,
}

impl Running {
    /// Starts it and waits for its first question. What it writes to its log goes to `log`.
    pub(crate) async fn start(
        artifact: &Artifact,
        environment: &Environment,
        log: &Path,
    ) -> Result<Self, Failure> {
        let mut api = RuntimeApi::start().await?;
        let file = std::fs::File::create(log)?;
        let mut command = Command::new(&artifact.path);
        command
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &artifact.name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .kill_on_drop(true);
        let begin = Instant::now();
        let mut child = command.spawn()?;
        let polled = tokio::select! {
            polled = api.polled() => polled,
            ended = child.wait() => Err(format!("it ended: {}", ended?).into()),
        };
        match polled {
            Ok(at) => Ok(Self { start: at - begin, api, child }),
            Err(why) => Err(described(artifact, log, &why)),
        }
    }

    /// How long the answer took, and the answer.
    pub(crate) async fn call(&mut self, event: &Value) -> Result<(Duration, Value), Failure> {
        self.api.call(event).await
    }

    pub(crate) fn memory(&self) -> Result<Memory, Failure> {
        let id = self.child.id().ok_or("the function has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        Ok(Memory { now: line(&status, "VmRSS:")?, most: line(&status, "VmHWM:")? })
    }

    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        self.child.kill().await?;
        Ok(())
    }
}

pub(crate) fn described(artifact: &Artifact, log: &Path, why: &Failure) -> Failure {
    let said = std::fs::read_to_string(log).unwrap_or_default();
    format!("{}: {why}\n{said}", artifact.name).into()
}

/// `VmRSS:      5204 kB` in bytes.
fn line(status: &str, name: &str) -> Result<u64, Failure> {
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    Ok(number.ok_or("the kernel does not say how much memory is used")?.parse::<u64>()? * 1024)
}
