//! What each mechanism is for: left out one at a time, each must be missed.

use std::ops::ControlFlow;

use nightowl_domain::mechanism::Mechanism;

use crate::figures::Figures;
use crate::pool::in_order;
use crate::rates::Profile;
use crate::shrink::rule_for_people;
use crate::spec::{Spec, faults};

/// Worlds in which a latency is measured, at most.
const MEASURED: u64 = 200;

/// How it shows that a mechanism is not there.
#[derive(Clone, Debug, PartialEq)]
pub enum Missed {
    /// The world with this number, from 1, broke a rule.
    Broken {
        worlds: u64,
        violation: String,
        spec: Spec,
    },
    /// Nothing is wrong, and something takes longer, in milliseconds.
    Late {
        what: String,
        with: i64,
        without: i64,
    },
    Unnoticed {
        worlds: u64,
    },
}

/// What leaving out one mechanism came to.
#[derive(Clone, Debug)]
pub struct Ablation {
    pub mechanism: Mechanism,
    pub missed: Missed,
}

/// A mechanism that buys time and no safety: where it shows, and how much longer it takes without.
struct Buys {
    /// The only faults of the worlds in which it is measured.
    faults: &'static str,
    what: &'static str,
    measure: fn(&Figures) -> i64,
    /// At least so long, in hundredths of what it takes with the mechanism.
    percent: i64,
}

const fn buys(mechanism: Mechanism) -> Option<Buys> {
    use Mechanism as M;
    match mechanism {
        M::FullSetAfterLostAnswer => Some(Buys {
            faults: "store_lost=0.15",
            what: "a page, p99, where answers of the table are lost",
            measure: |figures| figures.page_late.percentile(99),
            percent: 300,
        }),
        M::TickTolerance => Some(Buys {
            faults: "none",
            what: "a tier, p50, where only clocks differ",
            measure: |figures| figures.tick_late.percentile(50),
            percent: 115,
        }),
        M::Sweep
        | M::Fence
        | M::Find
        | M::FindOnlyAfterAck
        | M::ClaimCheck
        | M::ClaimIdAtSettle
        | M::LeaseTakeOver
        | M::LeaseSkew
        | M::Redelivery
        | M::WriteId
        | M::OrderByReception
        | M::OpeningInATransaction
        | M::RetryOn429
        | M::CatchUp
        | M::CatchUpOnWake
        | M::AdoptOnClick
        | M::Coalescing => None,
    }
}

/// Leaves it out of up to `seeds` worlds, from `first` on.
pub fn ablate(mechanism: Mechanism, first: u64, seeds: u64) -> Ablation {
    let missed = match buys(mechanism) {
        Some(buys) => measure(mechanism, &buys, first, seeds.min(MEASURED)),
        None => search(mechanism, first, seeds),
    };
    Ablation { mechanism, missed }
}

fn search(mechanism: Mechanism, first: u64, seeds: u64) -> Missed {
    let world = |seed| Spec { without: vec![mechanism], ..Spec::new(seed, Profile::Extreme) };
    let mut missed = Missed::Unnoticed { worlds: seeds };
    let mut worlds = 0;
    in_order((first..first + seeds).map(world), |outcome| {
        worlds += 1;
        let Some(violation) = outcome.violations.into_iter().next() else {
            return ControlFlow::Continue(());
        };
        missed = Missed::Broken { worlds, violation, spec: outcome.spec };
        ControlFlow::Break(())
    });
    missed
}

fn measure(mechanism: Mechanism, buys: &Buys, first: u64, seeds: u64) -> Missed {
    let measured = |without: &[Mechanism]| {
        let world = |seed| {
            let mut spec = Spec::new(seed, Profile::Extreme);
            spec.without = without.to_vec();
            spec.only.faults = faults(buys.faults).ok();
            spec
        };
        let mut figures = Figures::default();
        in_order((first..first + seeds).map(world), |outcome| {
            figures.add(&outcome.figures);
            ControlFlow::Continue(())
        });
        (buys.measure)(&figures)
    };
    let (with, without) = (measured(&[]), measured(&[mechanism]));
    if without * 100 >= with.max(1) * buys.percent {
        Missed::Late { what: buys.what.to_owned(), with, without }
    } else {
        Missed::Unnoticed { worlds: seeds }
    }
}

impl Ablation {
    pub const fn is_missed(&self) -> bool {
        match self.missed {
            Missed::Broken { .. } | Missed::Late { .. } => true,
            Missed::Unnoticed { .. } => false,
        }
    }

    /// After how many worlds, and what was seen.
    fn cells(&self) -> (String, String) {
        match &self.missed {
            Missed::Broken { worlds, violation, .. } => {
                (worlds.to_string(), rule_for_people(violation))
            }
            Missed::Late { what, with, without } => {
                (String::new(), format!("{what}: {with} ms with it, {without} ms without"))
            }
            Missed::Unnoticed { worlds } => (format!("> {worlds}"), "NOBODY NOTICED".to_owned()),
        }
    }

    /// A line of the table.
    pub fn line(&self) -> String {
        let (worlds, seen) = self.cells();
        format!("{:<28} {worlds:>6}  {seen}\n", self.mechanism.name())
    }

    /// A row of a table in Markdown.
    pub fn row(&self) -> String {
        let (worlds, seen) = self.cells();
        format!("| {} | {worlds} | {seen} |\n", self.mechanism.name())
    }

    /// One object.
    pub fn json(&self) -> String {
        let (_, seen) = self.cells();
        let (worlds, with, without) = match &self.missed {
            Missed::Broken { worlds, .. } | Missed::Unnoticed { worlds } => (*worlds, 0, 0),
            Missed::Late { with, without, .. } => (0, *with, *without),
        };
        format!(
            "{{\"mechanism\":\"{}\",\"missed\":{},\"worlds\":{worlds},\"ms_with\":{with},\
             \"ms_without\":{without},\"seen\":\"{}\"}}",
            self.mechanism.name(),
            self.is_missed(),
            seen.replace(['"', '\\'], "'")
        )
    }
}
