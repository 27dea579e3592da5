//! Listens to what the engine counts aloud: the only thing that may explain a doubled message.

use std::fmt::Debug;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use crate::world::Shared;

/// Takes events that have the field `counter` and lets all others cost nothing.
pub(crate) struct Audit(pub(crate) Shared);

#[derive(Default)]
struct Counted {
    counter: String,
    delivery: String,
}

impl Visit for Counted {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "counter" => self.counter = format!("{value:?}"),
            "delivery" => self.delivery = format!("{value:?}"),
            _ => {}
        }
    }
}

impl Subscriber for Audit {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if metadata.is_event() && metadata.fields().field("counter").is_some() {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.fields().field("counter").is_some()
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn event(&self, event: &Event<'_>) {
        let mut counted = Counted::default();
        event.record(&mut counted);
        self.0.with(|world| {
            world.note(|| format!("counted {} for {}", counted.counter, counted.delivery));
            world.counted.entry(counted.delivery).or_default().push(counted.counter);
        });
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
