//! Starts, first requests, memory.

use std::time::Duration;

use serde_json::Value;

use crate::Failure;
use crate::artifact::Artifact;
use crate::child::{Memory, Running};
use crate::function::Function;
use crate::traffic::Traffic;
use crate::world::World;
use crate::zip::{self, Size};

/// The function that all others are compared with.
pub(crate) const BARE: &str = "bare";

/// Several durations of the same thing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
        self.0.sort();
    }

    pub(crate) fn median_ms(&self) -> f64 {
        self.0.get(self.0.len() / 2).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }

    /// What the work takes when nothing else wants the machine.
    pub(crate) fn least_ms(&self) -> f64 {
        self.0.first().map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Measured {
    pub(crate) artifact: Artifact,
    /// `None`: the bare one.
    pub(crate) function: Option<Function>,
    pub(crate) size: Size,
    /// Process to first poll, without warm-up.
    pub(crate) start: Times,
    /// The same with warm-up.
    pub(crate) warm_start: Times,
    /// The first request after a start without warm-up.
    pub(crate) first_cold: Times,
    /// The first request after a start with warm-up.
    pub(crate) first: Times,
    pub(crate) memory: Option<Memory>,
}

impl Measured {
    pub(crate) fn new(artifact: Artifact, function: Option<Function>) -> Result<Self, Failure> {
        let size = zip::measure(&artifact.path)?;
        Ok(Self {
            artifact,
            function,
            size,
            start: Times::default(),
            warm_start: Times::default(),
            first_cold: Times::default(),
            first: Times::default(),
            memory: None,
        })
    }
}

/// The many requests come first: what `inbound` sends is what others work off.
pub(crate) async fn memory(
    world: &World,
    traffic: &mut Traffic<'_>,
    measured: &mut [Measured],
    requests: usize,
) -> Result<(), Failure> {
    for one in measured {
        let Some(function) = one.function else { continue };
        let log = world.log(&one.artifact.name);
        let mut running = Running::start(&one.artifact, &world.environment(true), &log).await?;
        for index in 0..requests {
            ask(&mut running, traffic, function, index)
                .await
                .map_err(|why| crate::child::described(&one.artifact, &log, &why))?;
        }
        one.memory = Some(running.memory()?);
        running.stop().await?;
    }
    Ok(())
}

/// Each round starts every program once, so that whatever else the machine does meets all alike.
/// The first round is not counted: it reads the programs from the disk.
pub(crate) async fn starts(
    world: &World,
    traffic: &mut Traffic<'_>,
    measured: &mut [Measured],
    rounds: usize,
) -> Result<(), Failure> {
    for round in 0..=rounds {
        for one in &mut *measured {
            for warm_up in [false, true] {
                let log = world.log(&one.artifact.name);
                let environment = world.environment(warm_up);
                let mut running = Running::start(&one.artifact, &environment, &log).await?;
                let first = match one.function {
                    Some(function) => ask(&mut running, traffic, function, round)
                        .await
                        .map_err(|why| crate::child::described(&one.artifact, &log, &why))?,
                    None => running.call(&traffic.event(Function::Admin, 0)?).await?.0,
                };
                let start = running.start;
                running.stop().await?;
                if round == 0 {
                    continue;
                }
                let (starts, firsts) = if warm_up {
                    (&mut one.warm_start, &mut one.first)
                } else {
                    (&mut one.start, &mut one.first_cold)
                };
                starts.push(start);
                firsts.push(first);
            }
        }
    }
    Ok(())
}

async fn ask(
    running: &mut Running,
    traffic: &mut Traffic<'_>,
    function: Function,
    index: usize,
) -> Result<Duration, Failure> {
    let event: Value = traffic.event(function, index)?;
    let (took, answer) = running.call(&event).await?;
    traffic.done(function, &answer)?;
    Ok(took)
}
