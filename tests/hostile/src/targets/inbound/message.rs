//! What is parsed travels through a queue.

use nightowl_aws::{Body, Work};
use nightowl_domain::{Actor, Event, EventId, Received};
use nightowl_engine::Report;
use nightowl_inbound::{Parsed, Taken};

use super::RECEIVED;

const MESSAGE_BYTES_MAX: usize = 256 << 10;

/// Each alert alone fits into a message of a queue, and comes out of it as it went in.
pub(super) fn check(parsed: Parsed) {
    // The first few and the last: all of ten thousand would be the same again.
    let count = parsed.taken.len();
    for (index, taken) in parsed.taken.into_iter().enumerate() {
        if index > 2 && index + 1 < count {
            continue;
        }
        let body = Body::new(Work::Reports(vec![report(taken)]));
        let text = body.encode().expect("a report can be written");
        assert!(text.len() <= MESSAGE_BYTES_MAX, "a message of {} bytes", text.len());
        let read = Body::decode(&text).expect("what was written can be read");
        assert!(read == body, "a message came back as another");
    }
}

fn report(taken: Taken) -> Report {
    let id = EventId::from("0123456789abcdef");
    let received = Received { at: RECEIVED, position: taken.index };
    let kind = taken.into_kind("integration", id.clone(), received);
    let event = Event { id, received, actor: Actor::Source, kind };
    Report { tenant: "acme".to_owned(), alert: None, event }
}
