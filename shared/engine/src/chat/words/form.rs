//! The texts of forms.

use jiff::tz::TimeZone;
use nightowl_domain::Alert;
use nightowl_messaging::{FieldKind, FormDef, FormField, FormId};

use super::cut;

/// What is kept of a note; platforms would take 3,000. Whoever writes more learns so before it is
/// cut.
pub(in crate::chat) const NOTE_CHARS: usize = 2000;

/// `alert`: as it was read for this form; `zone`: in which its person tells the time.
pub(in crate::chat) fn form(form: FormId, alert: &Alert, zone: &TimeZone) -> FormDef {
    let id = alert.short_id.to_uppercase();
    let note = |label: &str, hint: &str, required| FormField {
        id: "note",
        label: label.to_owned(),
        kind: FieldKind::TextArea { max: NOTE_CHARS },
        placeholder: "The disk was full; deleted old logs.".to_owned(),
        hint: hint.to_owned(),
        required,
        value: String::new(),
    };
    let (title, submit, field) = match form {
        FormId::Resolve => {
            let hint = "Not needed, but it saves somebody an hour the next time.";
            (format!("Resolve {id}"), "Resolve", note("What fixed it?", hint, false))
        }
        FormId::Note => {
            let hint = "Kept with the alert for whoever looks at it later.";
            (format!("Note on {id}"), "Keep", note("Note", hint, true))
        }
        FormId::SnoozeUntil => (format!("Snooze {id}"), "Snooze", until(zone)),
    };
    FormDef { title, intro: cut(&alert.title), submit: submit.to_owned(), fields: vec![field] }
}

fn until(zone: &TimeZone) -> FormField {
    let hint = match zone.iana_name() {
        Some(name) => format!("Times are local in {name}. At most 30 days."),
        None => "At most 30 days.".to_owned(),
    };
    FormField {
        id: "until",
        label: "Until when?".to_owned(),
        kind: FieldKind::Text { max: 64 },
        placeholder: "45m, 2h, 9:00, tomorrow 14:00, Monday".to_owned(),
        hint,
        required: true,
        value: String::new(),
    }
}

pub(in crate::chat) fn too_long() -> String {
    format!("A note has at most {NOTE_CHARS} characters.")
}

/// The form could not be opened. `id`: the alert's, as it can be typed.
pub(in crate::chat) fn instead_of_form(form: FormId, id: &str) -> String {
    let id = id.to_uppercase();
    let (verb, example) = match form {
        FormId::Resolve => ("resolve", "what fixed it"),
        FormId::SnoozeUntil => ("snooze", "tomorrow 9:00"),
        FormId::Note => ("note", "what you found out"),
    };
    format!(
        "The form could not be opened, so nothing was done. Type instead: /nightowl {verb} {id} \
         {example}"
    )
}

#[cfg(test)]
mod tests {
    use nightowl_domain::Time;

    use super::*;
    use crate::testing::sample_alert;

    /// What platforms allow: 24 characters in a title, a label and a button.
    #[test]
    fn forms_fit_every_platform() {
        let mut alert = sample_alert("acme", "disk", 1, Time::from_seconds(1_763_812_800));
        alert.title = "x".repeat(300);
        let zone = TimeZone::get("America/Argentina/ComodRivadavia").expect("a zone");
        for id in FormId::ALL {
            let form = form(id, &alert, &zone);
            let field = &form.fields[0];
            for short in [&form.title, &form.submit, &field.label] {
                assert!((1..=24).contains(&short.chars().count()), "{short}");
            }
            assert!(form.intro.chars().count() <= 80);
            assert!(field.placeholder.chars().count() <= 150);
            assert!(field.hint.chars().count() <= 150);
            assert!(instead_of_form(id, &alert.short_id).contains(&alert.short_id.to_uppercase()));
        }
    }
}
