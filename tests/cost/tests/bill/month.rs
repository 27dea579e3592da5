//! A month in which nothing happens.

use crate::assume;
use crate::price::{Item, MINUTES};
use crate::tally::Tally;

/// What costs something in it, and how much of it.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) tally: Tally,
}

pub(crate) struct Month {
    pub(crate) sources: Vec<Source>,
    pub(crate) whole: Tally,
}

impl Month {
    /// `minute`: an average one, without the pollers.
    pub(crate) fn of(minute: &Tally) -> Self {
        let month = minute.times(MINUTES);
        let none = Tally::default;
        let receives = assume::QUEUES * assume::POLLERS * assume::POLLS_A_MINUTE * MINUTES;
        let sources = vec![
            Source {
                name: "Lambda's pollers at three empty queues",
                tally: Tally { receives, ..none() },
            },
            Source {
                name: "Sweep: reads of the due index and of the heartbeat",
                tally: Tally { read_units: month.read_units, ..none() },
            },
            Source {
                name: "Sweep: the heartbeat",
                tally: Tally { write_units: month.write_units, ..none() },
            },
            Source {
                name: "Sweep: the schedule and the function",
                tally: Tally {
                    scheduled: month.scheduled,
                    invocations: month.invocations.clone(),
                    millis: month.millis,
                    ..none()
                },
            },
            Source {
                name: "Sweep: its log and its metrics' lines",
                tally: Tally { log_bytes: month.log_bytes, ..none() },
            },
            Source {
                name: "Looks into the dead-letter queues",
                tally: Tally { others: month.others, ..none() },
            },
        ];
        let mut whole = none();
        for source in &sources {
            whole += &source.tally;
        }
        Self { sources, whole }
    }

    pub(crate) fn list(&self) -> f64 {
        Item::ALL.into_iter().map(|item| self.whole.list(item)).sum()
    }

    pub(crate) fn after_free(&self) -> f64 {
        Item::ALL.into_iter().map(|item| self.whole.after_free(item)).sum()
    }
}
