//! An alert begins.

use super::birth;
use super::blank::{Place, blank};
use super::draft::{Context, Draft, Verdict};
use super::{place, words};
use crate::{
    Alert, Clearing, Details, EntryKind, Firing, LastFiring, Received, Send, SendKey, SendState,
    Severity, Snooze, Status, What,
};

/// The first firing of a series.
pub(super) fn first(
    context: &Context<'_>,
    integration: &str,
    dedup_key: &str,
    firing: &Firing,
) -> Verdict {
    let context = context.for_opening();
    let place = Place::first(&context, integration, dedup_key);
    let mut draft = of_firing(context, &place, firing);
    begin(&mut draft, None);
    opened(draft, Some(&firing.details))
}

/// The firing of this event opens the alert after the draft's.
pub(super) fn next(previous: &Draft<'_>, firing: &Firing, because: &str) -> Verdict {
    let context = previous.context.for_opening();
    let mut draft = of_firing(context, &Place::after(&previous.alert), firing);
    tell(&mut draft, because);
    begin(&mut draft, previous.alert.snooze_left.as_ref());
    opened(draft, Some(&firing.details))
}

/// The last firing that the draft's alert took opens the alert after it, because it turned out to
/// belong to another run. It shares the older one's details.
pub(super) fn split(previous: &Draft<'_>, because: &str) -> Verdict {
    let context = previous.context.for_opening();
    let older = &previous.alert;
    let last = older.last_firing.clone();
    let mut alert = blank(&context, &Place::after(older), last, &older.title, older.severity);
    alert.details.clone_from(&older.details);
    let mut draft = Draft { alert, context };
    tell(&mut draft, because);
    begin(&mut draft, older.snooze_left.as_ref());
    opened(draft, None)
}

/// The firing of this event belongs to a run that is over already and that no alert recorded: it
/// is listed, and nobody is told.
pub(super) fn over(previous: &Draft<'_>, firing: &Firing, clear: &Clearing) -> Verdict {
    let context = previous.context.for_opening();
    let mut draft = of_firing(context, &Place::after(&previous.alert), firing);
    draft.alert.snooze_left.clone_from(&previous.alert.snooze_left);
    end(&mut draft.alert, clear);
    draft.say(
        EntryKind::Cleared,
        "This firing arrived after the source had said that it was over, so nobody was told.",
    );
    opened(draft, Some(&firing.details))
}

/// A clear without an alert is remembered, so that a firing that was received before it and comes
/// later pages nobody.
pub(super) fn tombstone(
    context: &Context<'_>,
    integration: &str,
    dedup_key: &str,
    clear: &Clearing,
) -> Verdict {
    let context = context.for_opening();
    let place = Place::first(&context, integration, dedup_key);
    let last = LastFiring { event: clear.event.clone(), received: clear.received, starts_at: None };
    let mut alert = blank(&context, &place, last, "", Severity::Info);
    alert.hidden = true;
    alert.count = 0;
    alert.details = String::new();
    end(&mut alert, clear);
    opened(Draft { alert, context }, None)
}

fn of_firing<'a>(context: Context<'a>, place: &Place<'_>, firing: &Firing) -> Draft<'a> {
    let last = LastFiring {
        event: context.event.id.clone(),
        received: context.event.received,
        starts_at: firing.starts_at,
    };
    let alert = blank(&context, place, last, &firing.title, firing.severity);
    let mut draft = Draft { alert, context };
    let text = format!("{} fired: {}", draft.alert.integration, draft.alert.title);
    draft.say(EntryKind::Opened, text);
    for problem in &firing.problems {
        draft.say(EntryKind::Problem, problem);
    }
    draft
}

fn tell(draft: &mut Draft<'_>, because: &str) {
    draft.say_ourselves(EntryKind::Opened, because);
}

/// The card, and either the first tier or the rest of a snooze.
fn begin(draft: &mut Draft<'_>, snooze: Option<&Snooze>) {
    let card = Send {
        key: SendKey::derive(draft.alert.id, &[b"card"]),
        what: What::Card,
        to: place::card(&draft.context.plan),
        generation: 1,
        state: SendState::Wanted { not_before: None },
        attempts: 0,
    };
    draft.owe(card);
    match snooze {
        Some(snooze) if snooze.until > draft.context.now => {
            draft.alert.status =
                Status::Snoozed { by: snooze.by.clone(), at: snooze.at, until: snooze.until };
            draft.replan(Some(snooze.until));
            draft.shows_anew();
            let text = format!(
                "Snoozed until {} as {} wished for the alert before it.",
                words::moment(snooze.until),
                snooze.by.show()
            );
            draft.say_ourselves(EntryKind::Snoozed, text);
        }
        Some(_) | None => birth::fire(draft, 0, 0),
    }
}

/// Over from the start, by this clear.
fn end(alert: &mut Alert, clear: &Clearing) {
    let received: Received = clear.received;
    alert.status = Status::Resolved { by: crate::Actor::Source, at: received.at, note: None };
    alert.closed = Some(received);
    alert.newest_clear = Some(clear.clone());
}

fn opened(draft: Draft<'_>, details: Option<&Details>) -> Verdict {
    Verdict::Open { alert: Box::new(draft.alert), details: details.cloned() }
}
