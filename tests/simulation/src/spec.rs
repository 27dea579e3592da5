//! Which world: a seed, the weather, and what of it is left out.

use std::collections::BTreeSet;
use std::fmt::{Display, Formatter, Result as FormatResult};

use nightowl_domain::mechanism::Mechanism;

use crate::rates::{Profile, Rates};

/// The same spec makes the same world.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    pub seed: u64,
    pub profile: Profile,
    /// Parts of the protocol that are left out.
    pub without: Vec<Mechanism>,
    pub only: Only,
}

/// What is left of a world; `None` is all of it. What is planned is numbered from 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Only {
    /// Kinds of fault, and their rate where it is not to be that of the seed.
    pub faults: Option<Vec<(String, Option<f64>)>>,
    /// Runs of the sources.
    pub runs: Option<BTreeSet<u64>>,
    /// What people do.
    pub acts: Option<BTreeSet<u64>>,
    /// Outages, broken places, changes of configuration.
    pub troubles: Option<BTreeSet<u64>>,
    pub workers: Option<usize>,
    /// Another course of chance in the same world.
    pub salt: u64,
}

impl Spec {
    pub const fn new(seed: u64, profile: Profile) -> Self {
        let only =
            Only { faults: None, runs: None, acts: None, troubles: None, workers: None, salt: 0 };
        Self { seed, profile, without: Vec::new(), only }
    }

    /// The command that plays it again.
    pub fn command(&self) -> String {
        format!("cargo sim --worlds 1 --seed {} --profile {}{self} --history", self.seed, {
            self.profile.name()
        })
    }
}

/// Everything but seed and profile, as options with a space before each.
impl Display for Spec {
    fn fmt(&self, to: &mut Formatter<'_>) -> FormatResult {
        for mechanism in &self.without {
            write!(to, " --without {}", mechanism.name())?;
        }
        if let Some(faults) = &self.only.faults {
            let words: Vec<String> = faults
                .iter()
                .map(|(name, rate)| rate.map_or(name.clone(), |rate| format!("{name}={rate}")))
                .collect();
            write!(to, " --faults {}", listed(words))?;
        }
        let sets = [
            ("runs", &self.only.runs),
            ("acts", &self.only.acts),
            ("troubles", &self.only.troubles),
        ];
        for (name, kept) in sets {
            if let Some(kept) = kept {
                write!(to, " --{name} {}", listed(kept.iter().map(u64::to_string).collect()))?;
            }
        }
        if let Some(workers) = self.only.workers {
            write!(to, " --workers {workers}")?;
        }
        if self.only.salt != 0 {
            write!(to, " --salt {}", self.only.salt)?;
        }
        Ok(())
    }
}

fn listed(words: Vec<String>) -> String {
    if words.is_empty() { "none".to_owned() } else { words.join(",") }
}

/// "none", or kinds of fault with commas between, each perhaps with `=RATE`.
///
/// # Errors
/// Says which word is no kind of fault, or no rate.
pub fn faults(text: &str) -> Result<Vec<(String, Option<f64>)>, String> {
    let words = text.split(',').filter(|word| *word != "none");
    words.map(fault).collect()
}

fn fault(word: &str) -> Result<(String, Option<f64>), String> {
    let (name, rate) = word.split_once('=').map_or((word, None), |(name, at)| (name, Some(at)));
    if !Rates::NAMES.contains(&name) {
        return Err(format!("{name} is none of {}", Rates::NAMES.join(", ")));
    }
    let rate = rate.map(|rate| rate.parse::<f64>().map_err(|_| format!("{rate} is no rate")));
    Ok((name.to_owned(), rate.transpose()?))
}

/// "none", or numbers with commas between.
///
/// # Errors
/// Says which word is no number.
pub fn numbers(text: &str) -> Result<BTreeSet<u64>, String> {
    let words = text.split(',').filter(|word| *word != "none");
    words.map(|word| word.parse().map_err(|_| format!("{word} is no number"))).collect()
}

/// # Errors
/// Says which mechanisms there are.
pub fn mechanism(text: &str) -> Result<Mechanism, String> {
    let all = || Mechanism::ALL.iter().map(|one| one.name()).collect::<Vec<_>>().join(", ");
    Mechanism::named(text).ok_or_else(|| format!("{text} is none of {}", all()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_world_is_read_as_it_is_written() {
        let mut spec = Spec::new(7, Profile::Extreme);
        assert_eq!(spec.to_string(), "");
        spec.without.push(Mechanism::Fence);
        spec.only = Only {
            faults: Some(vec![("crash".to_owned(), None), ("slow".to_owned(), Some(0.5))]),
            runs: Some(BTreeSet::from([2, 5])),
            acts: Some(BTreeSet::new()),
            troubles: None,
            workers: Some(2),
            salt: 3,
        };
        let text = spec.to_string();
        assert_eq!(
            text,
            " --without fence --faults crash,slow=0.5 --runs 2,5 --acts none --workers 2 --salt 3"
        );
        assert_eq!(faults("crash,slow=0.5").ok(), spec.only.faults);
        assert_eq!(numbers("2,5").ok(), spec.only.runs);
        assert_eq!(numbers("none").ok(), spec.only.acts);
        assert!(faults("luck").is_err() && faults("crash=often").is_err());
    }
}
