//! The figures as a table or as JSON, and what breaks a bound.

use std::str::FromStr;

use serde_json::{Value, json};

use crate::function::{Function, from_megabytes, megabytes};
use crate::measure::Measured;

/// A start may take so many times what the bare one takes …
const RATIO_MAX: f64 = 1.5;
/// … or so much longer, whichever is more.
const LONGER_MS_MAX: f64 = 10.0;
const FIRST_MS_MAX: f64 = 25.0;
/// 40 MB, which leaves most of the smallest function's 128 MB to spare.
const MEMORY_BYTES_MAX: u64 = 40_000_000;

/// A zip that is known to be over its budget, and what it may have until it is within.
#[derive(Clone, Debug)]
pub(crate) struct Over {
    function: Function,
    bytes: f64,
}

impl FromStr for Over {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, size) = text.split_once('=').ok_or("expected NAME=MB, as in inbound=2.85")?;
        let function = Function::named(name).ok_or_else(|| format!("no function {name:?}"))?;
        let size: f64 = size.parse().map_err(|_| format!("{size:?} is no number of MB"))?;
        Ok(Self { function, bytes: from_megabytes(size) })
    }
}

fn most(function: Function, over: &[Over]) -> f64 {
    let known = over.iter().find(|known| known.function == function);
    known.map_or_else(|| function.zip_bytes_max(), |known| known.bytes)
}

/// How one program compares with the bare one.
struct Compared {
    ratio: f64,
    longer_ms: f64,
}

impl Compared {
    /// By the medians, as it is read; by the least, as it is judged: on a machine that others use
    /// too, only what the work itself takes is ours.
    fn of(one: &Measured, bare: &Measured, ms: fn(&Measured) -> f64) -> Self {
        let (one, bare) = (ms(one), ms(bare));
        Self { ratio: one / bare, longer_ms: one - bare }
    }

    fn is_within(&self) -> bool {
        self.ratio <= RATIO_MAX || self.longer_ms <= LONGER_MS_MAX
    }
}

/// What is broken, one sentence each.
pub(crate) fn broken(bare: &Measured, measured: &[Measured], over: &[Over]) -> Vec<String> {
    let mut broken = Vec::new();
    for one in measured {
        let name = &one.artifact.name;
        let Some(function) = one.function else { continue };
        let (zip, most) = (one.size.zip_bytes as f64, most(function, over));
        if zip > most {
            let (zip, most) = (megabytes(zip), megabytes(most));
            broken.push(format!("{name}: the zip has {zip:.2} MB, more than {most:.1}"));
        }
        let compared = Compared::of(one, bare, |one| one.start.least_ms());
        if !compared.is_within() {
            broken.push(format!(
                "{name}: its start takes {:.2} times the bare one's, and {:.1} ms longer",
                compared.ratio, compared.longer_ms
            ));
        }
        let first = one.first.least_ms();
        if first > FIRST_MS_MAX {
            broken.push(format!("{name}: its first request takes {first:.1} ms after warm-up"));
        }
        if let Some(memory) = one.memory
            && memory.now > MEMORY_BYTES_MAX
        {
            let now = megabytes(memory.now as f64);
            broken.push(format!("{name}: {now:.1} MB are resident after all requests"));
        }
    }
    broken
}

pub(crate) fn table(bare: &Measured, measured: &[Measured], requests: usize) -> String {
    let mut text = format!(
        "{:<11} {:>7} {:>5} {:>6}  {:>15} {:>6}  {:>11}  {:>11} {:>13}  {:>8} {:>6}\n",
        "function",
        "binary",
        "zip",
        "budget",
        "start: ms",
        "× bare",
        "warmed: ms",
        "first: ms",
        "unwarmed: ms",
        "resident",
        "most",
    );
    for one in std::iter::once(bare).chain(measured) {
        let compared = Compared::of(one, bare, |one| one.start.median_ms());
        let budget = one.function.map_or_else(String::new, |function| {
            format!("{:.1}", megabytes(function.zip_bytes_max()))
        });
        let memory = |bytes: Option<u64>| {
            bytes.map_or_else(String::new, |bytes| format!("{:.1}", megabytes(bytes as f64)))
        };
        text.push_str(&format!(
            "{:<11} {:>7.2} {:>5.2} {:>6}  {:>6.1} ({:>6.1}) {:>6.2}  {:>11.1}  {:>4.1} ({:>4.1}) {:>13.1}  {:>8} {:>6}\n",
            one.artifact.name,
            megabytes(one.size.binary_bytes as f64),
            megabytes(one.size.zip_bytes as f64),
            budget,
            one.start.median_ms(),
            one.start.least_ms(),
            compared.ratio,
            one.warm_start.median_ms(),
            one.first.median_ms(),
            one.first.least_ms(),
            one.first_cold.median_ms(),
            memory(one.memory.map(|memory| memory.now)),
            memory(one.memory.map(|memory| memory.most)),
        ));
    }
    for one in measured {
        let Some(function) = one.function else { continue };
        let (zip, budget) = (one.size.zip_bytes as f64, function.zip_bytes_max());
        if zip > budget {
            let (name, zip) = (&one.artifact.name, megabytes(zip));
            let budget = megabytes(budget);
            text.push_str(&format!("{name} is over its budget: {zip:.2} MB of {budget:.1}\n"));
        }
    }
    text.push_str(&format!(
        "Sizes and memory in MB (10^6 bytes); times are medians, the least in brackets. start: \
         process to first poll, warm-up off; warmed: the same with warm-up; first: the first \
         request after that; unwarmed: the first request where there was none; resident: after \
         {requests} requests.\n"
    ));
    text
}

pub(crate) fn json(bare: &Measured, measured: &[Measured], requests: usize) -> Value {
    let all = std::iter::once(bare).chain(measured);
    let functions = all.map(|one| {
        let compared = Compared::of(one, bare, |one| one.start.median_ms());
        json!({
            "name": one.artifact.name,
            "binary_bytes": one.size.binary_bytes,
            "zip_bytes": one.size.zip_bytes,
            "zip_bytes_max": one.function.map(|function| function.zip_bytes_max()),
            "start_ms": one.start.median_ms(),
            "start_least_ms": one.start.least_ms(),
            "start_ratio": compared.ratio,
            "warm_start_ms": one.warm_start.median_ms(),
            "first_ms": one.first.median_ms(),
            "first_least_ms": one.first.least_ms(),
            "first_unwarmed_ms": one.first_cold.median_ms(),
            "resident_bytes": one.memory.map(|memory| memory.now),
            "resident_bytes_most": one.memory.map(|memory| memory.most),
        })
    });
    json!({"functions": functions.collect::<Vec<_>>(), "requests": requests})
}
