//! The database of a laptop and of tests: DynamoDB's requests over one SQLite file, in this process.
//!
//! The SDK's client calls it without a socket. Where another process has to reach it, which only
//! tests need, [`Embedded`] serves it on loopback as well: every program and every web page on a
//! machine can reach that, so requests must bear the access key that was drawn when the server
//! started, and the server answers no cross-origin question.
//!
//! What was acknowledged survives the end of the process and of the machine: see
//! [`InProcess::open`].

mod commit;
mod connector;
mod operation;
mod serve;

use std::io;
use std::path::Path;

use aws_sdk_dynamodb::Client;
use dynoxide::Database;
use nightowl_messaging::Secret;

use crate::access::Access;
use commit::{Committer, Turn};
use serve::Socket;

#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error("the database file cannot be opened: {0}")]
    Open(String),
    #[error("rows cannot be expired: {0}")]
    Expire(String),
    #[error("the database cannot be served: {0}")]
    Serve(#[from] io::Error),
}

/// An open database that nobody but this process reaches; dropping it closes the file.
pub struct InProcess {
    // Before the database, so that its thread lets go of the file first.
    committer: Committer,
    database: Database,
}

impl InProcess {
    /// Opens or makes the file, readable by its owner only. A thread of its own works requests off,
    /// so that waiting for the disk holds nobody else up.
    ///
    /// Each write is a transaction of its own in SQLite's write-ahead log. SQLite leaves that log to
    /// the system at a commit, and flushes it only before it moves it into the file; the thread
    /// flushes it once for all requests that waited at the same time, and only then answers them.
    pub fn open(path: &Path) -> Result<Self, EmbeddedError> {
        make_private(path)?;
        let name = path
            .to_str()
            .ok_or_else(|| EmbeddedError::Open("its name is not valid Unicode".to_owned()))?;
        let cannot_open = |error: &dyn std::fmt::Display| EmbeddedError::Open(error.to_string());
        let database = Database::new(name).map_err(|error| cannot_open(&error))?;
        // The library's way to `synchronous = NORMAL`; everything else that it sets is as it was.
        database.disable_bulk_loading().map_err(|error| cannot_open(&error))?;
        // SQLite keeps this very file for as long as the database is open.
        let log = std::fs::File::options().write(true).open(format!("{name}-wal"));
        let log = log.map_err(|error| cannot_open(&error))?;
        let committer = Committer::start(database.clone(), log)?;
        Ok(Self { committer, database })
    }

    /// A client without a socket.
    pub fn client(&self) -> Client {
        self.client_of(Turn::Usual)
    }

    /// A client whose requests are worked off before those of [`InProcess::client`]: for what
    /// somebody waits for while the others have a backlog.
    pub fn urgent_client(&self) -> Client {
        self.client_of(Turn::First)
    }

    fn client_of(&self, turn: Turn) -> Client {
        // It is nowhere and asks for no key, but the SDK wants to know both.
        let access = Access::local("http://localhost", &Secret::new("in-process"));
        access.client(connector::client(self.committer.line(turn)))
    }

    /// Deletes rows whose `ttl` has passed, which the database does not do by itself; answers how
    /// many. It blocks, a page of rows at a time: call it where blocking is allowed, every few
    /// minutes.
    pub fn expire(&self) -> Result<usize, EmbeddedError> {
        self.database.sweep_ttl().map_err(|e| EmbeddedError::Expire(e.to_string()))
    }
}

/// The same, reachable on a loopback socket too; dropping it stops the server.
pub struct Embedded {
    socket: Socket,
    inner: InProcess,
}

impl Embedded {
    /// Opens or makes the file and serves it.
    pub fn start(path: &Path) -> Result<Self, EmbeddedError> {
        let inner = InProcess::open(path)?;
        let socket = Socket::start(inner.committer.line(Turn::Usual))?;
        Ok(Self { socket, inner })
    }

    /// `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> &str {
        &self.socket.endpoint
    }

    /// How to reach it from another process, or over HTTP.
    pub fn access(&self) -> Access {
        Access::local(&self.socket.endpoint, &self.socket.access_key)
    }

    /// See [`InProcess::client`].
    pub fn client(&self) -> Client {
        self.inner.client()
    }

    /// See [`InProcess::expire`].
    pub fn expire(&self) -> Result<usize, EmbeddedError> {
        self.inner.expire()
    }
}

/// SQLite gives its other files the rights of this one.
fn make_private(path: &Path) -> Result<(), EmbeddedError> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ()).map_err(|error| EmbeddedError::Open(error.to_string()))
}
