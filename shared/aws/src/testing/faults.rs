//! What a test makes fail.

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The service says no, with this code, and does nothing.
    Refuse(&'static str),
    /// It never arrives.
    Unreachable,
    /// It is done, and nobody learns so.
    LoseAnswer,
    /// So many entries of a batch, the first ones, are refused.
    RefuseEntries(usize),
}

#[derive(Debug, Default)]
pub(super) struct Faults(Vec<(String, usize, Fault)>);

impl Faults {
    pub(super) fn add(&mut self, operation: &str, times: usize, fault: Fault) {
        self.0.push((operation.to_owned(), times, fault));
    }

    pub(super) fn next(&mut self, operation: &str) -> Option<Fault> {
        let due = self.0.iter_mut().find(|(of, times, _)| of == operation && *times > 0)?;
        due.1 -= 1;
        Some(due.2)
    }
}
