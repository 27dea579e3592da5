use nightowl_domain::{Alert, SendState, Status};
use nightowl_messaging::{
    ActionId, FieldKind, FormAnswer, FormId, IncomingAction, Snooze, Whisper,
};

use super::{World, bob};
use crate::Store;
use crate::chat::words;
use crate::testing::{Script, Spring, run, run_or_killed};

impl World {
    fn with_card() -> (Self, Alert) {
        let world = Self::new();
        world.meet("alice");
        world.meet("bob");
        let alert = world.fire("disk");
        world.deliver(&alert);
        (world, alert)
    }

    /// The button of the card that opens this form.
    fn button(&self, alert: &Alert, form: FormId) -> IncomingAction {
        let (action, choice) = match form {
            FormId::Resolve => (ActionId::Resolve, None),
            FormId::SnoozeUntil => (ActionId::Snooze, Some(Snooze::Until)),
            FormId::Note => (ActionId::Note, None),
        };
        let press = Self::press(&self.card(alert), action, form.name());
        IncomingAction { choice, ..press }
    }

    fn shows(&self, alert: &Alert) -> &'static str {
        self.read(&alert.occurrence()).status.name()
    }

    fn said(&self, alert: &Alert) -> Vec<String> {
        let timeline = self.read(&alert.occurrence()).timeline.clone();
        timeline.into_iter().map(|entry| entry.text).collect()
    }
}

const CLOSED: FormAnswer = FormAnswer::Done { whisper: None };

fn told(answer: FormAnswer) -> String {
    match answer {
        FormAnswer::Done { whisper: Some(told) } => told.text,
        other => panic!("words were expected, not {other:?}"),
    }
}

fn error(answer: FormAnswer, field: &str) -> String {
    match answer {
        FormAnswer::Errors(mut errors) if errors.len() == 1 => {
            errors.remove(field).expect("it is at the field")
        }
        other => panic!("an error was expected, not {other:?}"),
    }
}

#[test]
fn a_button_opens_its_form_and_does_nothing_else() {
    for form in FormId::ALL {
        let (world, alert) = World::with_card();
        assert_eq!(world.guest("U-alice").presses(&world.button(&alert, form)), None);
        let forms = world.chat.forms();
        let [(who, shown, state)] = forms.as_slice() else { panic!("one form") };
        assert_eq!((&**who, state.form, &*shown.intro), ("U-alice", form, "disk broke"));
        assert!(shown.title.ends_with(&alert.short_id.to_uppercase()), "{}", shown.title);
        let card = world.card(&alert);
        assert_eq!(
            (&state.channel_id, &state.message_id),
            (&card.message.channel, &card.message.message)
        );
        let [field] = shown.fields.as_slice() else { panic!("one field") };
        let (id, required) = (field.id, field.required);
        match form {
            FormId::Resolve => assert_eq!((id, required), ("note", false)),
            FormId::SnoozeUntil => assert_eq!((id, required), ("until", true)),
            FormId::Note => assert_eq!((id, required), ("note", true)),
        }
        let is_area = matches!(field.kind, FieldKind::TextArea { .. });
        assert_eq!(is_area, form != FormId::SnoozeUntil);
        assert_eq!(world.shows(&alert), "firing", "{form:?}");
    }
}

#[test]
fn a_resolve_is_done_with_or_without_a_note() {
    for (note, kept) in [("", None), ("  ", None), (" new disk ", Some("new disk"))] {
        let (world, alert) = World::with_card();
        let guest = world.guest("U-alice");
        guest.presses(&world.button(&alert, FormId::Resolve));
        assert_eq!(guest.fills("note", note, "s1"), CLOSED);
        let status = world.read(&alert.occurrence()).status.clone();
        let Status::Resolved { by, note, .. } = status else { panic!("{status:?}") };
        assert_eq!((by, note.as_deref()), (super::alice(), kept));
    }
}

#[test]
fn a_note_is_kept_also_when_it_is_over() {
    let (world, alert) = World::with_card();
    let guest = world.guest("U-alice");
    let id = alert.short_id.to_uppercase();
    let press = world.button(&alert, FormId::Note);
    guest.presses(&press);
    let kept = format!("Your note on {id} (disk broke) is kept.");
    assert_eq!(told(guest.fills("note", "first", "s1")), kept);
    guest.says(&format!("resolve {id}"));
    assert_eq!(guest.presses(&press), None, "what fixed it can be told afterwards");
    assert_eq!(told(guest.fills("note", "second", "s2")), kept);
    for note in ["first", "second"] {
        assert!(world.said(&alert).iter().any(|text| text == note));
    }
    // The same submission again, and another one.
    guest.fills("note", "second", "s2");
    assert_eq!(world.said(&alert).iter().filter(|text| *text == "second").count(), 1);
}

#[test]
fn what_is_over_opens_no_form_to_end_it() {
    let (world, alert) = World::with_card();
    let alice = world.guest("U-alice");
    let resolve = world.button(&alert, FormId::Resolve);
    let snooze = world.button(&alert, FormId::SnoozeUntil);
    world.guest("U-bob").says(&format!("resolve {} done", alert.short_id));
    for press in [&resolve, &snooze] {
        let said = alice.presses(press).expect("an answer").text;
        assert!(said.contains("is over: Bob resolved it at"), "{said}");
    }
    assert!(world.chat.forms().is_empty());
}

#[test]
fn what_ended_while_the_form_was_open_keeps_the_note() {
    let (world, alert) = World::with_card();
    let alice = world.guest("U-alice");
    alice.presses(&world.button(&alert, FormId::Resolve));
    world.guest("U-bob").says(&format!("resolve {} done", alert.short_id));
    let said = told(alice.fills("note", "new disk", "s1"));
    assert!(said.contains("is over: Bob resolved it at"), "{said}");
    assert!(said.ends_with(words::NOTE_KEPT), "{said}");
    assert!(world.said(&alert).iter().any(|text| text == "new disk"));
    let status = world.read(&alert.occurrence()).status.clone();
    assert!(matches!(status, Status::Resolved { by, .. } if by == bob()));
}

#[test]
fn a_snooze_until_is_read_or_sent_back_to_its_field() {
    let (world, alert) = World::with_card();
    let guest = world.guest("U-alice");
    let press = world.button(&alert, FormId::SnoozeUntil);
    guest.presses(&press);
    for (text, expected) in [
        ("", "Until when?"),
        ("soon", "NightOwl cannot read soon"),
        ("today 1:00", "today 1:00 is over already."),
        ("40d", "40d is too far away"),
    ] {
        let said = error(guest.fills("until", text, "s1"), "until");
        assert!(said.starts_with(expected), "{said}");
        assert_eq!(world.shows(&alert), "firing");
    }
    assert_eq!(world.said(&alert).iter().filter(|text| text.contains("snooze")).count(), 0);
    let said = told(guest.fills("until", "monday 7:30", "s2"));
    assert!(said.ends_with("until Mon 2025-11-24 07:30 UTC."), "{said}");
    assert_eq!(world.shows(&alert), "snoozed");
}

#[test]
fn a_note_that_is_empty_or_endless_goes_back_to_its_field() {
    let (world, alert) = World::with_card();
    let guest = world.guest("U-alice");
    let endless = "é".repeat(2_001);
    guest.presses(&world.button(&alert, FormId::Note));
    assert_eq!(error(guest.fills("note", " \n", "s1"), "note"), words::NOTE_EMPTY);
    assert!(error(guest.fills("note", &endless, "s2"), "note").contains("at most 2000"));
    guest.presses(&world.button(&alert, FormId::Resolve));
    assert!(error(guest.fills("note", &endless, "s3"), "note").contains("at most 2000"));
    assert_eq!(world.shows(&alert), "firing", "nothing is half applied");
    assert_eq!(guest.fills("note", &"é".repeat(2_000), "s4"), CLOSED);
}

#[test]
fn a_form_that_cannot_be_opened_has_a_way_around() {
    for is_refused in [true, false] {
        for form in FormId::ALL {
            let (world, alert) = World::with_card();
            let guest = world.guest("U-alice");
            let press = world.button(&alert, form);
            let answer = if is_refused {
                // Who it is, which message, which alert, then the form.
                world.ports.trap.arm(3, Spring::Fail);
                guest.presses(&press)
            } else {
                run(world.engine.on_click(&guest.visitor(), &press, None))
            };
            let id = alert.short_id.to_uppercase();
            let text = answer.map(|told| told.text);
            match form {
                FormId::Resolve => {
                    assert_eq!((text, world.shows(&alert)), (None, "resolved"));
                }
                FormId::SnoozeUntil => {
                    let text = text.expect("an answer");
                    let instead = format!("/nightowl snooze {id} tomorrow 9:00");
                    assert!(text.ends_with(&instead), "{text}");
                }
                FormId::Note => {
                    let text = text.expect("an answer");
                    assert!(text.contains(&format!("/nightowl note {id} ")), "{text}");
                }
            }
            assert!(world.chat.forms().is_empty());
        }
    }
}

#[test]
fn a_form_on_what_is_not_ours_is_refused() {
    let (world, alert) = World::with_card();
    let other = world.fire("cpu");
    let guest = world.guest("U-alice");
    let good = world.button(&alert, FormId::Resolve);
    let mut foreign = good.clone();
    foreign.value.alert_id = other.id.to_string();
    let answer = guest.presses(&foreign);
    assert_eq!(answer, Some(Whisper::say(words::FOREIGN)));
    guest.presses(&good);
    let mut filled = guest.filled("note", "", "s1");
    filled.state.value.alert_id = other.id.to_string();
    let answer = run(world.engine.on_form(&guest.visitor(), &filled));
    assert_eq!(answer, FormAnswer::Failed(words::FOREIGN.to_owned()));
    for alert in [&alert, &other] {
        assert_eq!(world.shows(alert), "firing");
    }
}

#[test]
fn whoever_submits_is_asked_anew_who_they_are() {
    let (world, alert) = World::with_card();
    world.guest("U-alice").presses(&world.button(&alert, FormId::Resolve));
    world.add_stranger("U9");
    let answer = world.guest("U9").fills("note", "mine", "s1");
    assert!(matches!(&answer, FormAnswer::Failed(why) if why.contains("ask an operator")));
    assert_eq!(world.shows(&alert), "firing");
}

#[test]
fn a_submission_under_trouble_is_done_once_or_taken() {
    let mut taken = 0;
    for call in 0..12 {
        for spring in [Spring::Fail, Spring::LoseAnswer] {
            let (world, alert) = World::with_card();
            let guest = world.guest("U-alice");
            guest.presses(&world.button(&alert, FormId::Note));
            world.ports.trap.arm(call, spring);
            let answer = guest.fills("note", "it hums", "s1");
            world.ports.trap.disarm();
            match answer {
                FormAnswer::Done { whisper: Some(told) } if told.text == words::TAKEN => taken += 1,
                FormAnswer::Done { .. } => {}
                // Nobody could be found out about: it says so, and nothing is done.
                FormAnswer::Failed(why) => {
                    assert_eq!(call, 0, "{why}");
                    assert!(!world.said(&alert).iter().any(|text| text == "it hums"));
                    continue;
                }
                FormAnswer::Errors(errors) => panic!("{errors:?}"),
            }
            world.work_off();
            let kept = world.said(&alert).iter().filter(|text| *text == "it hums").count();
            assert_eq!(kept, 1, "call {call} {spring:?}");
        }
    }
    assert!(taken > 0, "nothing was ever stored for later");
}

#[test]
fn the_message_of_a_form_is_adopted_when_it_is_sent() {
    let world = World::new();
    world.meet("alice");
    let alert = world.fire("disk");
    world.chat.script([Script::LostLanded, Script::LostLanded]);
    run_or_killed(&world.ports.trap, world.engine.deliver(&alert.occurrence()));
    let posted = world.chat.posted().remove(0);
    let guest = world.guest("U-alice");
    guest.presses(&World::press(&posted, ActionId::Note, "c1"));
    guest.fills("note", "it hums", "s1");
    let reverse = run(world.ports.store.read_reverse(&posted.message)).expect("it works");
    assert_eq!(reverse, Some((alert.occurrence(), posted.post.delivery.clone())));
    let standing = world.read(&alert.occurrence());
    let send = standing.send(&posted.post.delivery).expect("it is there");
    assert!(matches!(send.state, SendState::Sent(_)), "{:?}", send.state);
}
