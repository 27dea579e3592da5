//! Runs each target over its saved inputs, and over as many made of them.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::chance::Chance;
use crate::mutate::mutate;
use crate::report::{Line, Part};
use crate::targets::{self, Target, Verdict};
use crate::{corpus, memory, watch};

/// No input of a few megabytes takes a hundredth of it, so that this is a loop without an end or
/// work that grows with the square. In processor time of a machine that does other things as well.
const SLOW: Duration = Duration::from_secs(20);

/// So many inputs in all, shared among the targets.
pub fn run(inputs: usize, seed: u64) -> Part {
    let each = inputs.div_ceil(targets::ALL.len());
    let lines = targets::ALL.iter().map(|target| one(target, each, seed)).collect();
    Part { title: "parsers", taken: "parsed", lines }
}

/// The saved inputs of one target, and `inputs` in all.
pub fn one(target: &Target, inputs: usize, seed: u64) -> Line {
    memory::forget_peak();
    let mut line = Line::new(target.name);
    let saved = corpus::of(target);
    let mut chance = Chance::of(seed, target.name);
    for input in &saved {
        try_one(target, input, &mut line);
    }
    while line.inputs < inputs {
        let input = mutate(&mut chance, target.grammar, &saved);
        try_one(target, &input, &mut line);
    }
    line.peak = memory::peak().unwrap_or_default();
    line
}

fn try_one(target: &Target, input: &[u8], line: &mut Line) {
    let begin = Instant::now();
    line.inputs += 1;
    match catch_unwind(AssertUnwindSafe(|| (target.run)(input))) {
        Ok(Verdict::Parsed) => line.taken += 1,
        Ok(Verdict::Refused) => line.refused += 1,
        Err(_) => {
            line.panics += 1;
            let kept = keep(target.name, input);
            line.fault(format!("{}; the input is in {}", watch::last_panic(), kept.display()));
        }
    }
    let took = begin.elapsed();
    line.slowest = line.slowest.max(took);
    if took > SLOW {
        let kept = keep(target.name, input);
        line.fault(format!("{} s; the input is in {}", took.as_secs(), kept.display()));
    }
}

/// Beside the build, to be made small and put into the corpus.
pub fn keep(name: &str, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/hostile");
    let hash = input.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
    });
    let path = folder.join(format!("{name}-{hash:016x}"));
    let _ = fs::create_dir_all(&folder);
    let _ = fs::write(&path, input);
    path
}
