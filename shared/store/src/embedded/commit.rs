//! The thread that works requests off, and flushes the log once for all that wait.

use std::collections::VecDeque;
use std::fmt;
use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use dynoxide::Database;
use tokio::sync::oneshot;

use super::operation::{Answer, Operation};

/// So many requests are answered together at most, so that the first does not wait for long. Those
/// that go first do not even wait for so many.
const TOGETHER_MAX: usize = 64;

/// Whose requests are worked off first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    First,
    Usual,
}

struct Job {
    turn: Turn,
    operation: Operation,
    body: Vec<u8>,
    answer: oneshot::Sender<Answer>,
}

/// What waits for the thread. Whoever asks waits for its answer, so there are never more jobs than
/// tasks of this process.
#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    first: VecDeque<Job>,
    usual: VecDeque<Job>,
    is_closed: bool,
}

impl State {
    fn pop(&mut self) -> Option<Job> {
        self.first.pop_front().or_else(|| self.usual.pop_front())
    }
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a job. `None`: the database is to be closed.
    fn wait(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if state.is_closed {
                return None;
            }
            if let Some(job) = state.pop() {
                return Some(job);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// What is answered together with so many that wait for the disk. With an urgent one among them
    /// only others like it are.
    fn more(&self, is_urgent: bool, waiting: usize) -> Option<Job> {
        let mut state = self.state();
        if waiting >= TOGETHER_MAX {
            None
        } else if is_urgent {
            state.first.pop_front()
        } else {
            state.pop()
        }
    }

    /// Whoever still waits for an answer learns that there is none.
    fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        let left = (std::mem::take(&mut state.first), std::mem::take(&mut state.usual));
        drop(state);
        drop(left);
        self.changed.notify_all();
    }
}

/// The end at which requests are put in.
#[derive(Clone)]
pub(super) struct Line {
    desk: Arc<Desk>,
    turn: Turn,
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line")
    }
}

impl Line {
    /// `None`: the database was closed, before the request or in the middle of it.
    pub(super) async fn ask(&self, operation: Operation, body: Vec<u8>) -> Option<Answer> {
        let (answer, answered) = oneshot::channel();
        {
            let mut state = self.desk.state();
            if state.is_closed {
                return None;
            }
            let line = match self.turn {
                Turn::First => &mut state.first,
                Turn::Usual => &mut state.usual,
            };
            line.push_back(Job { turn: self.turn, operation, body, answer });
        }
        self.desk.changed.notify_one();
        answered.await.ok()
    }
}

/// The running thread; dropping it ends it when the request that it works on is done.
pub(super) struct Committer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl Committer {
    /// `log`: the database's write-ahead log, to be flushed before a write is answered.
    pub(super) fn start(database: Database, log: File) -> io::Result<Self> {
        let desk = Arc::new(Desk::default());
        let worker = Worker { desk: Arc::clone(&desk), database, log, is_broken: false };
        let thread = std::thread::Builder::new().name("database".to_owned());
        let thread = thread.spawn(move || worker.run())?;
        Ok(Self { desk, thread: Some(thread) })
    }

    pub(super) fn line(&self, turn: Turn) -> Line {
        Line { desk: Arc::clone(&self.desk), turn }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.desk.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has nothing left to end.
            let _ = thread.join();
        }
    }
}

type Answered = (oneshot::Sender<Answer>, Answer);

struct Worker {
    desk: Arc<Desk>,
    database: Database,
    log: File,
    /// The system could not write down what it had taken. It says so once and then forgets, so
    /// that nothing written after it could be believed.
    is_broken: bool,
}

impl Worker {
    fn run(mut self) {
        while let Some(job) = self.desk.wait() {
            let mut unflushed = Vec::new();
            let mut is_urgent = false;
            let mut next = Some(job);
            while let Some(job) = next {
                is_urgent |= job.turn == Turn::First;
                self.perform(job, &mut unflushed);
                next = self.desk.more(is_urgent, unflushed.len());
            }
            self.flush(unflushed);
        }
        self.desk.close();
    }

    /// What a request read or met may be of a write that is not flushed, so from the first write on
    /// all answers wait.
    fn perform(&self, job: Job, unflushed: &mut Vec<Answered>) {
        let Job { operation, body, answer, turn: _ } = job;
        if self.is_broken && operation.writes() {
            let _ = answer.send(Answer::unknown_outcome());
            return;
        }
        let performed = catch_unwind(AssertUnwindSafe(|| operation.perform(&self.database, &body)));
        let performed = performed.unwrap_or_else(|_| Answer::unknown_outcome());
        if operation.writes() || !unflushed.is_empty() {
            unflushed.push((answer, performed));
        } else {
            // Whoever asked may have given up.
            let _ = answer.send(performed);
        }
    }

    fn flush(&mut self, unflushed: Vec<Answered>) {
        if unflushed.is_empty() {
            return;
        }
        let flushed = self.log.sync_data();
        if let Err(error) = &flushed {
            tracing::error!(%error, "the database cannot be flushed to disk; restart NightOwl");
            self.is_broken = true;
        }
        for (answer, performed) in unflushed {
            let answered = if flushed.is_ok() { performed } else { Answer::unknown_outcome() };
            let _ = answer.send(answered);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        _folder: tempfile::TempDir,
        committer: Committer,
    }

    /// `log` is made of the folder: a log that cannot be flushed, for one.
    fn bench(log: impl FnOnce(&std::path::Path) -> File) -> Bench {
        let folder = tempfile::TempDir::new().expect("a folder");
        let path = folder.path().join("database");
        let database = Database::new(path.to_str().expect("a name")).expect("a database");
        let committer = Committer::start(database, log(folder.path())).expect("a thread");
        Bench { _folder: folder, committer }
    }

    const TABLE: &str = r#"{"TableName":"rows","BillingMode":"PAY_PER_REQUEST",
        "AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],
        "KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}]}"#;
    const ROW: &str = r#"{"TableName":"rows","Item":{"pk":{"S":"a"}}}"#;
    const READ: &str = r#"{"TableName":"rows","Key":{"pk":{"S":"a"}}}"#;

    async fn ask(bench: &Bench, operation: Operation, body: &str) -> Option<u16> {
        let line = bench.committer.line(Turn::Usual);
        line.ask(operation, body.as_bytes().to_vec()).await.map(|answer| answer.status)
    }

    #[tokio::test]
    async fn what_cannot_be_flushed_is_not_acknowledged_and_nothing_after_it_is() {
        // A pipe takes bytes and cannot be flushed.
        let bench = bench(|_| {
            let (_, writer) = std::io::pipe().expect("a pipe");
            File::from(std::os::fd::OwnedFd::from(writer))
        });
        assert_eq!(ask(&bench, Operation::CreateTable, TABLE).await, Some(500));
        assert_eq!(ask(&bench, Operation::PutItem, ROW).await, Some(500));
        assert_eq!(ask(&bench, Operation::GetItem, READ).await, Some(200), "it can be read still");
    }

    #[tokio::test]
    async fn a_closed_database_answers_nobody() {
        let bench = bench(|folder| File::create(folder.join("log")).expect("a file"));
        assert_eq!(ask(&bench, Operation::CreateTable, TABLE).await, Some(200));
        let line = bench.committer.line(Turn::First);
        drop(bench);
        assert!(line.ask(Operation::GetItem, READ.as_bytes().to_vec()).await.is_none());
    }

    #[tokio::test]
    async fn those_who_may_go_first_do() {
        let desk = Desk::default();
        let job = |turn, operation| {
            let (answer, _) = oneshot::channel();
            Job { turn, operation, body: Vec::new(), answer }
        };
        desk.state().usual.push_back(job(Turn::Usual, Operation::Query));
        desk.state().usual.push_back(job(Turn::Usual, Operation::GetItem));
        assert!(desk.more(true, 1).is_none(), "who goes first waits for nobody else");
        desk.state().first.push_back(job(Turn::First, Operation::PutItem));
        assert!(desk.more(false, TOGETHER_MAX).is_none(), "enough wait for the disk");
        let order = std::iter::from_fn(|| desk.state().pop()).map(|job| job.operation);
        let order: Vec<_> = order.collect();
        assert_eq!(order, [Operation::PutItem, Operation::Query, Operation::GetItem]);
    }
}
