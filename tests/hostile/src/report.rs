//! What a run came to, as a table for people.

use std::fmt::Write as _;
use std::time::Duration;

/// A line of the table: one parser, one address, one kind of forgery.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub name: String,
    pub inputs: usize,
    /// Parsed, answered with 2xx, or accepted.
    pub taken: usize,
    pub refused: usize,
    pub panics: usize,
    /// Answers of 500 and above that are no 503.
    pub errors: usize,
    /// Answers of 503.
    pub unavailable: usize,
    /// The peak of the resident memory while it ran, in bytes.
    pub peak: u64,
    /// The slowest single input. Only shown: a machine may be busy.
    pub slowest: Duration,
    /// What is wrong, in words.
    pub faults: Vec<String>,
}

impl Line {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Says that something is wrong; the first few are kept.
    pub fn fault(&mut self, what: String) {
        if self.faults.len() < 3 {
            self.faults.push(what);
        }
    }

    pub fn is_bad(&self) -> bool {
        self.panics + self.errors > 0 || !self.faults.is_empty()
    }
}

/// A part of a run.
#[derive(Clone, Debug, Default)]
pub struct Part {
    pub title: &'static str,
    /// What the third column counts.
    pub taken: &'static str,
    pub lines: Vec<Line>,
}

impl Part {
    pub fn inputs(&self) -> usize {
        self.lines.iter().map(|line| line.inputs).sum()
    }

    pub fn taken(&self) -> usize {
        self.lines.iter().map(|line| line.taken).sum()
    }

    pub fn is_bad(&self) -> bool {
        self.lines.iter().any(Line::is_bad)
    }

    /// Its lines and their sum, then what is wrong.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{:<28} {:>8} {:>8} {:>8} {:>7} {:>5} {:>5} {:>9} {:>9}",
            self.title,
            "inputs",
            self.taken,
            "refused",
            "panics",
            "500s",
            "503s",
            "peak MiB",
            "slowest"
        );
        for line in self.lines.iter().chain([&self.sum()]) {
            let _ = writeln!(
                text,
                "{:<28} {:>8} {:>8} {:>8} {:>7} {:>5} {:>5} {:>9} {:>6} ms",
                line.name,
                line.inputs,
                line.taken,
                line.refused,
                line.panics,
                line.errors,
                line.unavailable,
                line.peak >> 20,
                line.slowest.as_millis()
            );
        }
        for line in &self.lines {
            for fault in &line.faults {
                let _ = writeln!(text, "  {}: {fault}", line.name);
            }
        }
        text
    }

    fn sum(&self) -> Line {
        let mut sum = Line::new("all");
        for line in &self.lines {
            sum.inputs += line.inputs;
            sum.taken += line.taken;
            sum.refused += line.refused;
            sum.panics += line.panics;
            sum.errors += line.errors;
            sum.unavailable += line.unavailable;
            sum.peak = sum.peak.max(line.peak);
            sum.slowest = sum.slowest.max(line.slowest);
        }
        sum
    }
}
