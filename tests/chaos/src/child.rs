//! The process under test: started, waited for, killed by its own id, started again.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use reqwest::Client;
use tokio::process::{Child, Command};

use crate::Failure;
use crate::clock::now;
use crate::records::Life;

const READY_WAIT: Duration = Duration::from_secs(60);
const READY_EVERY: Duration = Duration::from_millis(5);

/// `nightowl serve` over one data folder, life after life.
pub(crate) struct Owl {
    binary: PathBuf,
    folder: PathBuf,
    port: u16,
    http: Client,
    child: Option<Child>,
    life: Life,
    pub(crate) lives: Vec<Life>,
}

impl Owl {
    /// `folder` gets the configuration, the log and the data.
    pub(crate) fn new(binary: &Path, folder: &Path, http: Client) -> Result<Self, Failure> {
        // A port of the system's choice; this process keeps it over all lives.
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        Ok(Self {
            binary: binary.to_owned(),
            folder: folder.to_owned(),
            port,
            http,
            child: None,
            life: Life::default(),
            lives: Vec::new(),
        })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("nightowl.log")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.folder.join("data/nightowl.sqlite")
    }

    pub(crate) fn configure(&self, text: &str) -> Result<(), Failure> {
        Ok(std::fs::write(self.folder.join("nightowl.yaml"), text)?)
    }

    pub(crate) fn start(&mut self) -> Result<(), Failure> {
        let open =
            |name: &str| OpenOptions::new().create(true).append(true).open(self.folder.join(name));
        let child = Command::new(&self.binary)
            .arg("serve")
            .arg("--data")
            .arg(self.folder.join("data"))
            .arg("--config")
            .arg(self.folder.join("nightowl.yaml"))
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", self.port))
            // The order of claims is told at this level.
            .env("NIGHTOWL_LOG", "debug")
            .stdin(Stdio::null())
            .stdout(open("nightowl.out")?)
            .stderr(open("nightowl.log")?)
            .kill_on_drop(true)
            .spawn()?;
        self.child = Some(child);
        self.life = Life { started: now(), ..Life::default() };
        Ok(())
    }

    /// Returns when it can take alerts.
    pub(crate) async fn ready(&mut self) -> Result<(), Failure> {
        let (url, begin) = (format!("{}/healthz", self.url()), Instant::now());
        loop {
            let asked = self.http.get(&url).timeout(Duration::from_secs(5)).send().await;
            if asked.is_ok_and(|answer| answer.status().is_success()) {
                self.life.ready = Some(now());
                return Ok(());
            }
            self.is_alive()?;
            if begin.elapsed() > READY_WAIT {
                return Err("nightowl was not ready within a minute".into());
            }
            tokio::time::sleep(READY_EVERY).await;
        }
    }

    /// It never ends by itself: that would be a bug.
    pub(crate) fn is_alive(&mut self) -> Result<(), Failure> {
        let Some(child) = &mut self.child else { return Err("nightowl was not started".into()) };
        match child.try_wait()? {
            None => Ok(()),
            Some(status) => {
                let log = std::fs::read_to_string(self.log()).unwrap_or_default();
                let tail: Vec<&str> = log.lines().rev().take(5).collect();
                Err(format!("nightowl ended by itself ({status}): {}", tail.join("\n")).into())
            }
        }
    }

    /// `kill -9`, by the id of the child alone.
    pub(crate) async fn kill(&mut self, why: &str) -> Result<(), Failure> {
        self.is_alive()?;
        if let Some(mut child) = self.child.take() {
            child.kill().await?;
        }
        let life = std::mem::take(&mut self.life);
        self.lives.push(Life { ended: now(), end: why.to_owned(), ..life });
        Ok(())
    }
}
