//! The server under load: a process of its own, and what the system says of it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::Failure;

/// How many of these the clock of `/proc` has in a second, on every Linux that runs Rust programs.
const TICKS_PER_SECOND: f64 = 100.0;
const START: Duration = Duration::from_secs(60);

/// The built program, and how it was built.
#[derive(Clone, Debug)]
pub(crate) struct Binary {
    pub(crate) path: PathBuf,
    pub(crate) profile: String,
}

impl Binary {
    /// What is at `given`, or a release that is built now.
    pub(crate) async fn find(given: Option<&Path>) -> Result<Self, Failure> {
        if let Some(path) = given {
            let folder = path.parent().and_then(Path::file_name);
            let folder =
                folder.map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            return Ok(Self { path: path.to_owned(), profile: format!("given, in `{folder}`") });
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut build = Command::new("cargo");
        build.args(["build", "--quiet", "--release", "--package", "nightowl-fn-standalone"]);
        let built = build.current_dir(&root).status().await?;
        if !built.success() {
            return Err("the server cannot be built".into());
        }
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        Ok(Self { path: target.join("release/nightowl"), profile: "release".to_owned() })
    }
}

/// What a process has used since it began.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Used {
    /// User and system together.
    pub(crate) cpu_seconds: f64,
    /// Bytes that it caused to be written to the disk.
    pub(crate) written_bytes: u64,
    /// The most memory that was resident.
    pub(crate) peak_bytes: u64,
}

pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    folder: tempfile::TempDir,
}

impl Server {
    pub(crate) async fn start(binary: &Binary, configuration: &str) -> Result<Self, Failure> {
        let folder = tempfile::Builder::new().prefix("nightowl-load").tempdir()?;
        let file = folder.path().join("load.yaml");
        std::fs::write(&file, configuration)?;
        let log = std::fs::File::create(folder.path().join("log"))?;
        let mut child = Command::new(&binary.path)
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(&file)
            .arg("--data")
            .arg(folder.path().join("data"))
            .env_remove("NIGHTOWL_LOG")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let address = async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, url)) = line.split_once(" at http://") {
                    return Ok(format!("http://{url}"));
                }
            }
            Err::<String, Failure>("the server ended before it said where it listens".into())
        };
        let url = match tokio::time::timeout(START, address).await {
            Ok(Ok(url)) => url,
            Ok(Err(error)) => return Err(described(&folder, &error.to_string())),
            Err(_) => return Err(described(&folder, "the server does not start")),
        };
        // Somebody has to read what it says, or it would wait for that.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, url, folder })
    }

    pub(crate) fn used(&self) -> Result<Used, Failure> {
        let id = self.child.id().ok_or_else(|| described(&self.folder, "the server has ended"))?;
        let read = |file: &str| std::fs::read_to_string(format!("/proc/{id}/{file}"));
        Ok(Used {
            cpu_seconds: cpu_ticks(&read("stat")?).ok_or("no processor time")? / TICKS_PER_SECOND,
            written_bytes: line(&read("io")?, "write_bytes:").ok_or("no bytes written")?,
            peak_bytes: line(&read("status")?, "VmHWM:").ok_or("no peak memory")? * 1024,
        })
    }

    /// The data folder, as large as it has grown.
    pub(crate) fn stored_bytes(&self) -> u64 {
        let entries = std::fs::read_dir(self.folder.path().join("data")).into_iter().flatten();
        entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|data| data.len()).sum()
    }

    pub(crate) async fn stop(mut self) -> Result<(), Failure> {
        Ok(self.child.kill().await?)
    }
}

fn described(folder: &tempfile::TempDir, why: &str) -> Failure {
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
    let last: Vec<&str> = log.lines().rev().take(5).collect();
    format!("{why}; its log ends with:\n{}", last.join("\n")).into()
}

/// User and system time of a process: its name, in brackets, may hold anything.
fn cpu_ticks(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some(ticks()? + ticks()?)
}

fn line(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let stat = "7 (a) b (c) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 0 0 20 0 3 0 100 1 2";
        assert_eq!(cpu_ticks(stat), Some(300.0));
        assert_eq!(cpu_ticks("nothing"), None);
    }

    #[test]
    fn a_line_is_found_by_its_whole_name() {
        let io = "rchar: 5\ncancelled_write_bytes: 1\nwrite_bytes: 4096\n";
        assert_eq!(line(io, "write_bytes:"), Some(4096));
        assert_eq!(line("VmHWM:\t   12 kB\n", "VmHWM:"), Some(12));
        assert_eq!(line(io, "VmHWM:"), None);
    }
}
